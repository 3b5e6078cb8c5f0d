"""Flow XML for tests: one block a line, the first on line 2, so that places stay easy to read in assertions."""

from __future__ import annotations

from pathlib import Path

from sfgov.facts import Fact
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.parse.pool import parse_files
from sfgov.project import open_project
from sfgov.testing import write_files

_EDGES = {
    "to": "connector",
    "default": "defaultConnector",
    "fault": "faultConnector",
    "each": "nextValueConnector",
    "after": "noMoreValuesConnector",
    "timeout": "timeoutConnector",
}


def xml(root: str, *blocks: str) -> str:
    body = "\n".join(blocks)
    return f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">\n{body}\n</{root}>\n'


def flow(*blocks: str) -> str:
    return xml("Flow", *blocks)


def tag(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>"


def edge(kind: str, target: str) -> str:
    go_to = "<isGoTo>true</isGoTo>" if target.startswith("goto:") else ""
    return f"<{kind}>{go_to}<targetReference>{target.removeprefix('goto:')}</targetReference></{kind}>"


def node(kind: str, name: str, *inner: str, **edges: str) -> str:
    """`node("loops", "Each", tag("collectionReference", "Get"), each="Do", after="Done")`"""
    wired = "".join(edge(_EDGES[key], target) for key, target in edges.items() if target)
    return f"<{kind}><name>{name}</name>{wired}{''.join(inner)}</{kind}>"


def value(text: str, holder: str = "value") -> str:
    """`'text'` is a string, `true` a boolean, digits a number, anything else a reference."""
    if text.startswith("'"):
        inner = tag("stringValue", text.strip("'"))
    elif text in ("true", "false"):
        inner = tag("booleanValue", text)
    elif text.replace(".", "").isdecimal():
        inner = tag("numberValue", text)
    else:
        inner = tag("elementReference", text)
    return f"<{holder}>{inner}</{holder}>"


def condition(left: str, operator: str, right: str) -> str:
    return (
        f"<conditions><leftValueReference>{left}</leftValueReference><operator>{operator}</operator>"
        f"{value(right, 'rightValue')}</conditions>"
    )


def rule(name: str, *conditions: str, to: str = "") -> str:
    wired = edge("connector", to) if to else ""
    return (
        f"<rules><name>{name}</name><conditionLogic>and</conditionLogic>{''.join(conditions)}{wired}</rules>"
    )


def filters(field: str, operator: str, right: str) -> str:
    return f"<filters><field>{field}</field><operator>{operator}</operator>{value(right)}</filters>"


def start(*inner: str, to: str = "", object_: str = "", trigger: str = "", on: str = "") -> str:
    blocks = [edge("connector", to) if to else "", *inner]
    blocks += [tag("object", object_) if object_ else "", tag("recordTriggerType", on) if on else ""]
    return f"<start>{''.join(blocks)}{tag('triggerType', trigger) if trigger else ''}</start>"


def after_save(to: str, object_: str = "Invoice__c") -> str:
    return start(to=to, object_=object_, trigger="RecordAfterSave", on="Update")


def before_delete(to: str, *inner: str) -> str:
    return start(*inner, to=to, object_="Invoice__c", trigger="RecordBeforeDelete", on="Delete")


ACTIVE = tag("status", "Active")


def index_of(folder: Path, files: dict[str, str]) -> Index:
    """These files, really written, read and linked."""
    write_files(folder, files)
    project = open_project([folder])
    written: list[Written[Fact]] = []
    for source, parsed in parse_files(project.files, project.reader, jobs=1):
        assert not parsed.problems, (source.path, parsed.problems)
        written += [Written(fact, source.path, source.package) for fact in parsed.facts]
    return Index(written, project.names)


def flows_of(folder: Path, files: dict[str, str]) -> Flows:
    return Flows(index_of(folder, files))
