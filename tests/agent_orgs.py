"""Orgs with AI agents for tests: scripts, planners, bots and what their actions call, as text."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from sfgov.check import Check
from sfgov.config import load_config
from sfgov.engine import read
from sfgov.model.agents import Agent
from sfgov.model.org import Org
from sfgov.project import open_project
from sfgov.testing import lint, write_files

_XMLNS = (
    'xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def org_of(files: Mapping[str, str]) -> Org:
    """The linked org of these files; `sfgov.yml` among them is the policy."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_files(root, files)
        config = load_config(root / "sfgov.yml" if "sfgov.yml" in files else None, root=root)
        project = open_project([root], declared=config.policy.declared_files)
        return read(project, config, jobs=1)


def agent_of(files: Mapping[str, str], name: str = "Help") -> Agent:
    """One agent of the org of these files."""
    found = org_of(files).agents.get(name)
    assert found is not None
    return found


def xml(root: str, text: str = "") -> str:
    """A metadata file whose first child is on line 2."""
    return f"<{root} {_XMLNS}>\n{dedent(text).strip()}\n</{root}>\n"


def script(text: str, name: str = "Help", *, target: str = "") -> dict[str, str]:
    """An authoring bundle."""
    folder = f"aiAuthoringBundles/{name}/{name}"
    locked = f"<target>{target}</target>" if target else ""
    return {
        f"{folder}.agent": dedent(text).lstrip("\n"),
        f"{folder}.bundle-meta.xml": xml("AiAuthoringBundle", f"<bundleType>AGENT</bundleType>{locked}"),
    }


def planner(text: str, name: str = "Help") -> dict[str, str]:
    """A planner bundle."""
    return {f"genAiPlannerBundles/{name}/{name}.genAiPlannerBundle": xml("GenAiPlannerBundle", text)}


def plugin(name: str, text: str) -> dict[str, str]:
    """A topic of the library."""
    return {f"genAiPlugins/{name}.genAiPlugin-meta.xml": xml("GenAiPlugin", text)}


def function(name: str, text: str, inputs: str = "", outputs: str = "") -> dict[str, str]:
    """An action of the library, with its schemas."""
    folder = f"genAiFunctions/{name}"
    files = {f"{folder}/{name}.genAiFunction-meta.xml": xml("GenAiFunction", text)}
    if inputs:
        files[f"{folder}/input/schema.json"] = inputs
    if outputs:
        files[f"{folder}/output/schema.json"] = outputs
    return files


def bot(name: str = "Help", text: str = "", *, version: str = "", label: str = "v1") -> dict[str, str]:
    """A bot, with one version where that has a text."""
    files = {f"bots/{name}/{name}.bot-meta.xml": xml("Bot", text)}
    if version:
        files[f"bots/{name}/{label}.botVersion-meta.xml"] = xml("BotVersion", version)
    return files


def prompt(name: str, content: str, more: str = "") -> dict[str, str]:
    """A prompt template with one published version, whose content is on line 3."""
    text = f"""
<templateVersions>
<content>{content}</content>
{dedent(more).strip()}
<status>Published</status>
</templateVersions>"""
    return {f"genAiPromptTemplates/{name}.genAiPromptTemplate-meta.xml": xml("GenAiPromptTemplate", text)}


def flow(name: str, *blocks: str, status: str = "Active") -> dict[str, str]:
    """An autolaunched flow of these elements."""
    text = "\n".join((*blocks, "<processType>AutoLaunchedFlow</processType>", f"<status>{status}</status>"))
    return {f"flows/{name}.flow-meta.xml": xml("Flow", text)}


def variable(name: str, type_: str = "String", *, output: bool = False, collection: bool = False) -> str:
    """An input (or output) variable of a flow."""
    return (
        f"<variables><name>{name}</name><dataType>{type_}</dataType>"
        f"<isCollection>{str(collection).lower()}</isCollection>"
        f"<isInput>{str(not output).lower()}</isInput><isOutput>{str(output).lower()}</isOutput></variables>"
    )


def start(target: str) -> str:
    """The start of a flow."""
    return f"<start><connector><targetReference>{target}</targetReference></connector></start>"


def record_element(kind: str, name: str, object_name: str, *filters: tuple[str, str], after: str = "") -> str:
    """An element that looks up, updates or deletes the records whose fields equal variables."""
    given = "".join(
        f"<filters><field>{field}</field><operator>EqualTo</operator>"
        f"<value><elementReference>{value}</elementReference></value></filters>"
        for field, value in filters
    )
    connector = f"<connector><targetReference>{after}</targetReference></connector>" if after else ""
    return f"<{kind}><name>{name}</name>{connector}<filterLogic>and</filterLogic>{given}<object>{object_name}</object></{kind}>"


def apex(name: str, text: str, *, version: str = "60.0") -> dict[str, str]:
    """A class with its meta file."""
    return {
        f"classes/{name}.cls": dedent(text).lstrip("\n"),
        f"classes/{name}.cls-meta.xml": xml(
            "ApexClass", f"<apiVersion>{version}</apiVersion><status>Active</status>"
        ),
    }


def found(files: Mapping[str, str], check: Check) -> list[str]:
    """What a check says of these files: severity, confidence, place and message."""
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in lint(files, check)]


def evidence(files: Mapping[str, str], check: Check) -> list[str]:
    """The evidence of the only finding."""
    (result,) = lint(files, check)
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]
