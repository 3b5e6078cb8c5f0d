from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.hygiene.hardcoded_id import hardcoded_id
from tests.access_orgs import apex_class, as_mdapi, field, validation_rule
from tests.flow_xml import ACTIVE, after_save, condition, filters, flow, node, rule, tag, value, xml

Files = dict[str, str]
TYPE = "0125g000000ABcDAAW"
USER = "0055g000000ABcD"


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, hardcoded_id)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def test_apex_by_method_and_constant() -> None:
    text = (
        "public class Router {\n"
        f"    static final Id COMPLAINT = '{TYPE}';\n"
        "    // '0125g000000ABcD' in a comment\n"
        "    public static void route(Case one) {\n"
        f"        if (one.OwnerId == '{USER}') {{ one.RecordTypeId = '{TYPE}'; }}\n"
        "    }\n"
        "}\n"
    )
    files = apex_class("Router", text)
    assert said(files) == [
        f"medium/high classes/Router.cls:2 The Id of a record type ({TYPE}) stands in Router, and in 1 other place of "
        "this file.",
        f"medium/medium classes/Router.cls:5 The Id of a user ({USER}) stands in Router.route.",
    ]
    first, second = found(files)
    assert (first.component, first.subject) == ("ApexClass:Router", TYPE)
    assert [(s.line, s.column, s.message) for s in first.evidence] == [
        (5, 69, "it also stands in Router.route")
    ]
    assert "DeveloperName" in first.fix
    assert second.column == 29


def test_ids_on_one_line_are_one_finding() -> None:
    others = ["00e5g000000AAAA", "00e5g000000BBBB", "00e5g000000CCCC"]
    files = validation_rule("Account.Frozen", f"CASE($Profile.Id, {', '.join(map(repr, others))}, TRUE)")
    (result,) = found(files)
    assert (result.path, result.line) == (
        "objects/Account/validationRules/Frozen.validationRule-meta.xml",
        4,
    )
    assert (
        result.message
        == "The Id of a profile (00e5g000000AAAA) and 2 more stand in validation rule Account.Frozen."
    )
    assert result.subject == ", ".join(others)
    assert [r.message for r in found(as_mdapi(files))] == [result.message]


def test_a_flow_in_values_filters_and_formulas() -> None:
    files = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE,
            after_save("Ask", "Case"),
            node("decisions", "Ask", rule("Is", condition("$Record.OwnerId", "EqualTo", f"'{USER}'"))),
            node("recordLookups", "Get", tag("object", "Case"), filters("RecordTypeId", "EqualTo", f"'{TYPE}'")),
            "<formulas><name>Link</name><dataType>String</dataType><expression>'https://na1.salesforce.com/' + $Record.Id"
            "</expression></formulas>",
            f"<constants><name>Queue</name><dataType>String</dataType>{value(repr('00G5g000000ABcD'))}</constants>",
        )
    }  # fmt: skip
    assert said(files) == [
        f"medium/medium flows/F.flow-meta.xml:4 The Id of a user ({USER}) stands in flow F, Ask.",
        f"medium/high flows/F.flow-meta.xml:5 The Id of a record type ({TYPE}) stands in flow F, Get.",
        "medium/high flows/F.flow-meta.xml:6 The address of one org (na1.salesforce.com) stands in flow F, Link.",
        "medium/medium flows/F.flow-meta.xml:7 The Id of a group or queue (00G5g000000ABcD) stands in flow F, Queue.",
    ]
    assert [r.path for r in found({"src/flows/F.flow": files["flows/F.flow-meta.xml"]})] == [
        "src/flows/F.flow"
    ] * 4


def test_formulas_labels_workflow() -> None:
    label = f"<labels>\n<fullName>Queue</fullName>\n<value>{USER}</value>\n</labels>"
    rules = (
        f"<rules><fullName>R</fullName><active>true</active><criteriaItems><field>Case.OwnerId</field>"
        f"<operation>equals</operation><value>{USER}</value></criteriaItems></rules>"
    )
    files = [
        field("Case.Boss__c", tag("formula", f"IF(OwnerId = '{USER}', 1, 2)"), type_="Number"),
        {"labels/CustomLabels.labels-meta.xml": xml("CustomLabels", label)},
        {"workflows/Case.workflow-meta.xml": xml("Workflow", rules)},
    ]
    assert said(*files) == [
        f"medium/medium labels/CustomLabels.labels-meta.xml:4 The Id of a user ({USER}) stands in label Queue.",
        f"medium/medium objects/Case/fields/Boss__c.field-meta.xml:4 The Id of a user ({USER}) stands in the formula of "
        "Case.Boss__c.",
        f"medium/medium workflows/Case.workflow-meta.xml:2 The Id of a user ({USER}) stands in workflow rule R.",
    ]


def record(name: str, text: str) -> Files:
    values = f"<values><field>Owner__c</field><value>{text}</value></values>"
    return {f"customMetadata/Route.{name}.md-meta.xml": xml("CustomMetadata", values)}


def test_records_of_custom_metadata_are_told_one_by_one_while_they_are_few() -> None:
    assert said(record("A", USER), record("B", USER)) == [
        f"medium/medium customMetadata/Route.A.md-meta.xml:2 The Id of a user ({USER}) stands in Route A, Owner__c.",
        f"medium/medium customMetadata/Route.B.md-meta.xml:2 The Id of a user ({USER}) stands in Route B, Owner__c.",
    ]


def test_many_records_are_one_finding_about_their_type() -> None:
    (result,) = found(*(record(name, f"0055g000000ABC{name}") for name in "ABCDEF"))
    assert (result.component, result.path) == (
        "CustomObject:Route__mdt",
        "customMetadata/Route.A.md-meta.xml",
    )
    assert result.message == (
        "6 records of Route hold Ids or addresses of one org, such as the Id of a user (0055g000000ABCA) in Route A, "
        "Owner__c."
    )
    assert len(result.evidence) == 6


CONSTANT = f"String a = '{TYPE}';"
QUIET = {
    "a test class": apex_class("A", f"@IsTest private class A {{ {CONSTANT} }}"),
    "a test method": apex_class("A", f"public class A {{ static testMethod void t() {{ {CONSTANT} }} }}"),
    "what tests are made with": apex_class("TestDataFactory", f"public class TestDataFactory {{ {CONSTANT} }}"),
    "a managed class": apex_class("ns__A", f"public class A {{ {CONSTANT} }}"),
    "a key prefix": apex_class("A", "public class A { Boolean b = String.valueOf(id).startsWith('001'); }"),
    "the master record type": apex_class("A", "public class A { Id a = '012000000000000AAA'; }"),
    "an address of Salesforce": apex_class("A", "public class A { String a = 'https://login.salesforce.com/'; }"),
    "a draft": {
        "flows/F.flow-meta.xml": flow(
            tag("status", "Draft"),
            node("recordLookups", "Get", tag("object", "Case"), filters("OwnerId", "EqualTo", f"'{USER}'")),
        )
    },
    "an inactive rule": validation_rule("Case.Off", f"OwnerId = '{USER}'", active=False),
    "a record of a managed package": {
        "customMetadata/ns__Route.A.md-meta.xml": xml(
            "CustomMetadata", f"<values><field>ns__Id__c</field><value>{USER}</value></values>"
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: Files) -> None:
    assert said(files) == []
