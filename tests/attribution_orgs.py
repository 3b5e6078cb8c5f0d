"""Small orgs about where leads come from: each function gives the files of one piece, one block a line."""

from __future__ import annotations

from sfgov.check import Check
from sfgov.testing import lint
from tests.flow_xml import ACTIVE, flow, node, start, tag, value, xml

Files = dict[str, str]
SETTINGS = "LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml"


def field(name: str, **values: str) -> Files:
    """A field's file: its name on line 2, then the values, one a line. A text of 80 characters unless they say else."""
    owner, _, own = name.partition(".")
    given = {"type": "Text", **({} if values.get("type", "Text") != "Text" else {"length": "80"}), **values}
    blocks = [tag("fullName", own), *(tag(key, text) for key, text in given.items())]
    return {f"objects/{owner}/fields/{own}.field-meta.xml": xml("CustomField", *blocks)}


def path(name: str) -> str:
    """The file of a field."""
    owner, _, own = name.partition(".")
    return f"objects/{owner}/fields/{own}.field-meta.xml"


def picklist(name: str, *values: str, restricted: bool = True) -> Files:
    """A picklist's file: its values stand on line 4."""
    items = "".join(f"<value><fullName>{one}</fullName></value>" for one in values)
    text = (
        f"<restricted>{str(restricted).lower()}</restricted><valueSetDefinition>{items}</valueSetDefinition>"
    )
    return field(name, type="Picklist", valueSet=text)


def conversion(*pairs: str, creates: str = "VisibleOptional", file: str = SETTINGS) -> Files:
    """Conversion settings: each pair (`UTM__c > Opportunity.UTM__c`) on a line of its own, the first on line 2."""
    blocks = []
    for pair in pairs:
        source, _, target = pair.partition(" > ")
        owner, _, own = target.partition(".")
        inner = f"<mappingFields>{tag('inputField', source)}{tag('outputField', own)}</mappingFields>"
        blocks.append(
            f"<objectMapping>{tag('inputObject', 'Lead')}{inner}{tag('outputObject', owner)}</objectMapping>"
        )
    return {file: xml("LeadConvertSettings", *blocks, tag("opportunityCreationOptions", creates))}


def mdapi(files: Files) -> Files:
    """The same files as a metadata retrieve names them; object files must be given as such."""
    renamed = {name.removesuffix("-meta.xml"): text for name, text in files.items()}
    return renamed | {"package.xml": xml("Package", tag("version", "62.0"))}


def sets(field: str, text: str, name: str = "Set", operator: str = "Assign") -> str:
    """An assignment to a field of the flow's record (`LeadSource`) or of another (`Get.LeadSource`)."""
    target = field if "." in field else f"$Record.{field}"
    item = f"<assignmentItems>{tag('assignToReference', target)}{tag('operator', operator)}{value(text)}</assignmentItems>"
    return node("assignments", name, item)


def enrich(
    *blocks: str,
    on: str = "CreateAndUpdate",
    to: str = "Set",
    entry: str = "",
    owner: str = "Lead",
    trigger: str = "RecordBeforeSave",
    status: str = ACTIVE,
    name: str = "Enrich",
) -> Files:
    """A record-triggered flow: its start is line 3, the blocks follow. Without any, it sets LeadSource to Web."""
    begin = start(entry, to=to, object_=owner, trigger=trigger, on=on)
    return {f"flows/{name}.flow-meta.xml": flow(status, begin, *(blocks or (sets("LeadSource", "'Web'"),)))}


FLOW = "flows/Enrich.flow-meta.xml"


def trigger(body: str, events: str = "before update", owner: str = "Lead") -> Files:
    """A trigger whose body is line 2."""
    return {"triggers/T.trigger": f"trigger T on {owner} ({events}) {{\n{body}\n}}\n"}


def cls(name: str, body: str) -> Files:
    """A class whose body starts on line 2."""
    return {f"classes/{name}.cls": f"public class {name} {{\n{body}\n}}\n"}


def workflow(*blocks: str, owner: str = "Lead") -> Files:
    """Workflow: its blocks start on line 2."""
    return {f"workflows/{owner}.workflow-meta.xml": xml("Workflow", *blocks)}


def update(name: str, field: str, *, literal: str = "", formula: str = "", operation: str = "") -> str:
    """A field update."""
    inner = [tag("fullName", name), tag("field", field)]
    inner += [tag("formula", formula)] if formula else []
    inner += [tag("literalValue", literal)] if literal else []
    kind = operation or ("Formula" if formula else "Literal")
    return f"<fieldUpdates>{''.join(inner)}{tag('operation', kind)}</fieldUpdates>"


def rule(action: str, *inner: str, on: str = "onAllChanges", active: bool = True) -> str:
    """A workflow rule `R` with one field update."""
    action = f"<actions><name>{action}</name><type>FieldUpdate</type></actions>"
    rest = tag("active", str(active).lower()) + "".join(inner) + tag("triggerType", on)
    return f"<rules><fullName>R</fullName>{action}{rest}</rules>"


def criterion(field: str, operation: str, text: str) -> str:
    """A criterion of a workflow rule."""
    return f"<criteriaItems>{tag('field', field)}{tag('operation', operation)}{tag('value', text)}</criteriaItems>"


def validation(name: str, formula: str, *, active: bool = True) -> Files:
    """A validation rule (`Lead.Rule`), its formula on line 4."""
    owner, _, own = name.partition(".")
    blocks = [tag("fullName", own), tag("active", str(active).lower()), tag("errorConditionFormula", formula)]
    return {f"objects/{owner}/validationRules/{own}.validationRule-meta.xml": xml("ValidationRule", *blocks)}


def policy(text: str) -> Files:
    """A policy file with what it says about attribution."""
    return {"sfgov.yml": f"attribution: {text}\n"}


def said(check: Check, *files: Files) -> list[str]:
    """What a check finds: severity, confidence, place and message."""
    merged = {name: text for some in files for name, text in some.items()}
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in lint(merged, check)]


def evidence(check: Check, *files: Files) -> list[str]:
    """The evidence of the only finding."""
    merged = {name: text for some in files for name, text in some.items()}
    [result] = lint(merged, check)
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]
