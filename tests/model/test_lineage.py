"""Lineage: every kind of copy alone, what ends a trail, and trails over several copies; through the real readers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from sfgov.model.apex import Apex
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.model.lineage import Lineage
from sfgov.parse import parse
from sfgov.project import open_project
from sfgov.testing import write_files
from tests.data_orgs import custom_object, field, mdapi_object, xml

LOOKUP = field("Case.Caller__c", type="Lookup", referenceTo="Contact")
SCHEMA = {
    **LOOKUP,
    **field("Contact.SSN__c"),
    **custom_object("Claim__c", label="Claim"),
    **custom_object("Contact", label="Contact"),
}


def lineage(files: Mapping[str, str]) -> Lineage:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        project = open_project([Path(folder)])
        written = [
            Written(fact, source.path, source.package)
            for source in project.files
            for fact in parse(source, project.reader.read(source.path)).facts
        ]
    index = Index(written, project.names)
    return Lineage(index, Flows(index), Apex(index))


def copies(files: Mapping[str, str]) -> list[str]:
    return [f"{one.place.line}: {one.source} > {one.target} by {one.by}" for one in lineage(files).copies]


def conversion(*pairs: tuple[str, str]) -> dict[str, str]:
    fields = "".join(
        f"<mappingFields><inputField>{a}</inputField><outputField>{b}</outputField></mappingFields>\n"
        for a, b in pairs
    )
    body = f"<objectMapping>\n{fields}<inputObject>Lead</inputObject><outputObject>Contact</outputObject></objectMapping>"
    return {"LeadConvertSettings/L.LeadConvertSetting-meta.xml": xml("LeadConvertSettings", body)}


def flow(*nodes: str, status: str = "Active") -> dict[str, str]:
    """A flow about a case; its nodes start on line 3, one a line."""
    start = "<start><object>Case</object><triggerType>RecordAfterSave</triggerType></start>"
    body = "\n".join((*nodes, start, f"<status>{status}</status>\n"))
    return {"flows/F.flow-meta.xml": xml("Flow", body)}


def reference(name: str) -> str:
    return f"<value><elementReference>{name}</elementReference></value>"


def create(target: str, value: str) -> str:
    item = f"<inputAssignments><field>{target}</field>{value}</inputAssignments>"
    return f"<recordCreates><name>New</name>{item}<object>Claim__c</object></recordCreates>"


LOOK = "<recordLookups><name>Get</name><object>Contact</object></recordLookups>"


def apex(*lines: str, head: str = "public class A {") -> dict[str, str]:
    """A class with one method, whose lines start on line 3."""
    return {"classes/A.cls": "\n".join((head, "void m(Contact c, Case k) {", *lines, "} }\n"))}


def test_lead_conversion() -> None:
    assert copies(conversion(("SSN__c", "Tax__c"))) == ["4: Lead.SSN__c > Contact.Tax__c by lead conversion"]


def rule(active: str, *updates: str) -> str:
    actions = "".join(f"<actions><name>{name}</name><type>FieldUpdate</type></actions>" for name in updates)
    return f"<rules><fullName>R</fullName>{actions}<active>{active}</active></rules>\n"


def test_workflow_in_both_formats() -> None:
    updates = (
        "<fieldUpdates><fullName>Keep</fullName><field>Note__c</field><formula>Caller__r.SSN__c</formula>"
        "<operation>Formula</operation></fieldUpdates>\n"
        "<fieldUpdates><fullName>Other</fullName><field>SSN__c</field><formula>Description</formula>"
        "<operation>Formula</operation><targetObject>Caller__c</targetObject></fieldUpdates>\n"
        "<fieldUpdates><fullName>Fixed</fullName><field>Note__c</field><literalValue>x</literalValue>"
        "<operation>Literal</operation></fieldUpdates>\n"
        "<fieldUpdates><fullName>Idle</fullName><field>Note__c</field><formula>Subject</formula>"
        "<operation>Formula</operation></fieldUpdates>\n"
        + rule("true", "Keep", "Other", "Fixed")
        + rule("false", "Idle")
    )
    expected = [
        "3: Contact.SSN__c > Case.Note__c by workflow field update Keep",
        "4: Case.Description > Contact.SSN__c by workflow field update Other",
    ]
    workflow = xml("Workflow", updates)
    assert copies(SCHEMA | {"workflows/Case.workflow-meta.xml": workflow}) == expected
    caller = {"fullName": "Caller__c", "type": "Lookup", "referenceTo": "Contact"}
    assert copies(mdapi_object("Case", caller) | {"workflows/Case.workflow": workflow}) == expected


@pytest.mark.parametrize(
    ("nodes", "source"),
    [
        ((create("N__c", reference("$Record.Subject")),), "3: Case.Subject"),
        ((create("N__c", reference("$Record.Caller__r.SSN__c")),), "3: Contact.SSN__c"),
        ((create("N__c", reference("Get.SSN__c")), LOOK), "3: Contact.SSN__c"),
        (
            (
                create("N__c", reference("Text")),
                "<textTemplates><name>Text</name><text>No. {!Get.SSN__c}</text></textTemplates>",
                LOOK,
            ),
            "3: Contact.SSN__c",
        ),
        (
            (
                create("N__c", reference("Sum")),
                "<formulas><name>Sum</name><expression>{!Get.SSN__c} &amp; 'x'</expression></formulas>",
                LOOK,
            ),
            "3: Contact.SSN__c",
        ),
        (
            (
                create("N__c", reference("v")),
                "<variables><name>v</name><dataType>String</dataType></variables>",
                "<assignments><name>Set</name><assignmentItems><assignToReference>v</assignToReference>"
                f"<operator>Assign</operator>{reference('Get.SSN__c')}</assignmentItems></assignments>",
                LOOK,
            ),
            "3: Contact.SSN__c",
        ),
    ],
    ids=["record", "relationship", "lookup", "template", "formula", "variable"],
)
def test_flows(nodes: tuple[str, ...], source: str) -> None:
    assert copies(SCHEMA | flow(*nodes)) == [f"{source} > Claim__c.N__c by flow F"]


@pytest.mark.parametrize(
    "nodes",
    [
        (create("N__c", "<value><stringValue>fixed</stringValue></value>"),),
        (create("N__c", reference("Unknown.SSN__c")),),
        (
            create("N__c", reference("Last")),
            "<formulas><name>Last</name><expression>RIGHT({!$Record.Subject}, 4)</expression></formulas>",
        ),
    ],
    ids=["constant", "unknown", "part"],
)
def test_what_flows_do_not_copy(nodes: tuple[str, ...]) -> None:
    assert copies(SCHEMA | flow(*nodes)) == []


def test_flows_that_do_not_run_copy_nothing() -> None:
    assert copies(SCHEMA | flow(create("N__c", reference("$Record.Subject")), status="Draft")) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("k.Note__c = c.SSN__c;",), "3: Contact.SSN__c > Case.Note__c"),
        (("insert new Claim__c(Tax__c = c.SSN__c);",), "3: Contact.SSN__c > Claim__c.Tax__c"),
        (("String s = c.SSN__c;", "k.Note__c = 'No. ' + s;"), "4: Contact.SSN__c > Case.Note__c"),
        (("String s;", "s = c.SSN__c.trim();", "k.Note__c = s;"), "5: Contact.SSN__c > Case.Note__c"),
        (("k.Note__c = c == null ? '' : c.SSN__c;",), "3: Contact.SSN__c > Case.Note__c"),
        (("k.Note__c = String.valueOf(k.Caller__r.SSN__c);",), "3: Contact.SSN__c > Case.Note__c"),
        (("k.Note__c = c?.SSN__c;",), "3: Contact.SSN__c > Case.Note__c"),
    ],
)
def test_apex(lines: tuple[str, ...], found: str) -> None:
    assert copies(SCHEMA | apex(*lines)) == [f"{found} by Apex A.m"]


@pytest.mark.parametrize(
    "line",
    [
        "k.Note__c = EncodingUtil.convertToHex(Crypto.generateDigest('SHA-256', Blob.valueOf(c.SSN__c)));",
        "k.Flag__c = c.SSN__c != null;",
        "k.Flag__c = String.isBlank(c.SSN__c);",
        "k.Note__c = c.SSN__c.right(4);",
        "k.Note__c = Finder.caseOf(c.SSN__c);",
        "k.Note__c = 'c.SSN__c';",
        "k.Note__c = names.get(c.SSN__c);",
        "A other = new A(); other.note = c.SSN__c;",
    ],
    ids=["hash", "test", "blank", "part", "own-method", "literal", "key", "class"],
)
def test_what_apex_does_not_copy(line: str) -> None:
    assert copies(SCHEMA | apex(line)) == []


def test_tests_copy_nothing() -> None:
    assert copies(SCHEMA | apex("k.Note__c = c.SSN__c;", head="@IsTest public class A {")) == []


def test_trails() -> None:
    files = SCHEMA | conversion(("SSN__c", "SSN__c")) | apex("k.Note__c = c.SSN__c;", "c.SSN__c = k.Note__c;")
    found = lineage(files)
    assert [[copy.target for copy in trail] for trail in found.trails("lead.ssn__C")] == [
        ["Contact.SSN__c"],
        ["Contact.SSN__c", "Case.Note__c"],
    ]
    assert [[copy.target for copy in trail] for trail in found.trails("Case.Note__c")] == [["Contact.SSN__c"]]
    assert list(found.trails("Lead.Email")) == []


def test_a_records_id_is_no_value() -> None:
    code = (
        "public class C {\n    void go(Contact c, Case k, Claim__c x) {\n        x.Contact__c = c.Id;\n"
        "        Account a = new Account(Id = c.AccountId);\n        k.AccountId = c.AccountId;\n    }\n}\n"
    )
    assert copies(SCHEMA | {"classes/C.cls": code}) == [
        "5: Contact.AccountId > Case.AccountId by Apex C.go",
    ]
