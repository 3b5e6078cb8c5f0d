"""Small orgs with classified fields and masking, for the tests of the data checks."""

from collections.abc import Mapping

from sfgov.check import Check
from sfgov.result import Result
from sfgov.testing import lint, lint_run

XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def xml(root: str, body: str) -> str:
    """A metadata file: its root's children start on line 3."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {XMLNS}>\n{body}</{root}>\n'


def elements(indent: str, values: Mapping[str, str]) -> str:
    """One element a line."""
    return "".join(f"{indent}<{name}>{text}</{name}>\n" for name, text in values.items())


def field(name: str, **values: str) -> dict[str, str]:
    """A field in source format: its name on line 3, then the values, one a line. A type is added at the end."""
    owner, _, own = name.partition(".")
    given = {"fullName": own, **values, "type": values.get("type", "Text")}
    return {f"objects/{owner}/fields/{own}.field-meta.xml": xml("CustomField", elements("    ", given))}


def classified(name: str, group: str = "", level: str = "", **values: str) -> dict[str, str]:
    """A field with its group on line 4 and its level on line 5."""
    return field(name, complianceGroup=group, securityClassification=level, **values)


def custom_object(name: str, **values: str) -> dict[str, str]:
    """An object in source format, its values from line 3 on."""
    return {f"objects/{name}/{name}.object-meta.xml": xml("CustomObject", elements("    ", values))}


def mdapi_object(name: str, *fields: Mapping[str, str], **values: str) -> dict[str, str]:
    """An object in mdapi format with its fields inside, each from a line `<fields>` on."""
    blocks = "".join(f"    <fields>\n{elements('        ', one)}    </fields>\n" for one in fields)
    return {
        f"objects/{name}.object": xml("CustomObject", elements("    ", values) + blocks),
        "package.xml": xml("Package", "    <version>62.0</version>\n"),
    }


def record(kind: str, name: str, **values: str) -> dict[str, str]:
    """A record of the Data Mask package: its values from line 3 on, one a line."""
    blocks = "".join(
        f'    <values><field>datamask__{key}__c</field><value xsi:type="xsd:string">{text}</value></values>\n'
        for key, text in values.items()
    )
    path = f"customMetadata/datamask__{kind}.{name}.md-meta.xml"
    namespaces = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    )
    return {path: xml("CustomMetadata", blocks).replace(XMLNS, f"{XMLNS} {namespaces}")}


def said(check: Check, files: Mapping[str, str]) -> list[str]:
    """What a check finds in an org: severity, confidence, place and message."""
    return list(map(line, lint(files, check)))


def line(result: Result) -> str:
    """`high/high path:4 message`."""
    where = f"{result.path}:{result.line}"
    return f"{result.severity.value}/{result.confidence.value} {where} {result.message}"


def chain(result: Result) -> list[str]:
    """The evidence of a finding: place and message."""
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]


def not_checked(check: Check, files: Mapping[str, str]) -> list[str]:
    """Why a check could not look."""
    return [one.reason for one in lint_run(files, check).not_checked]
