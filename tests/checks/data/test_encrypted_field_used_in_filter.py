"""DAT008 on whole small orgs, in both formats."""

import pytest

from sfgov.model.filtered import compared
from sfgov.testing import lint
from sfgov_checks.data.encrypted_field_used_in_filter import encrypted_field_used_in_filter as check
from tests.data_orgs import chain, field, mdapi_object, not_checked, said, xml

PATH = "objects/Contact/fields/SSN__c.field-meta.xml"
RANDOM = field("Contact.SSN__c", encryptionScheme="ProbabilisticEncryption")
EXACT = field("Contact.SSN__c", encryptionScheme="CaseSensitiveDeterministicEncryption")
SAYS = "Contact.SSN__c is encrypted probabilistically, and"


def query(rest: str, select: str = "Id FROM Contact", head: str = "") -> dict[str, str]:
    body = f"    Object m(String s) {{\n        return [SELECT {select} {rest}];\n    }}\n"
    return {"classes/S.cls": f"{head}public class S {{\n{body}}}\n"}


def view(name: str = "SSN__c") -> dict[str, str]:
    body = f"    <filters>\n        <field>{name}</field>\n    </filters>\n"
    return {"objects/Contact/listViews/Mine.listView-meta.xml": xml("ListView", body)}


def flow(operator: str, status: str = "Active") -> dict[str, str]:
    body = (
        "<recordLookups><name>Get</name><filters><field>SSN__c</field>\n"
        f"<operator>{operator}</operator></filters><object>Contact</object></recordLookups>\n"
        f"<start><connector><targetReference>Get</targetReference></connector></start><status>{status}</status>\n"
    )
    return {"flows/Find.flow-meta.xml": xml("Flow", body)}


def sharing() -> dict[str, str]:
    body = (
        "    <sharingCriteriaRules>\n        <fullName>Some</fullName>\n        <criteriaItems>\n"
        "            <field>SSN__c</field>\n        </criteriaItems>\n    </sharingCriteriaRules>\n"
    )
    return {"sharingRules/Contact.sharingRules-meta.xml": xml("SharingRules", body)}


def test_a_query() -> None:
    (one,) = lint(RANDOM | query("WHERE SSN__c = :s"), check)
    assert (one.severity.value, one.path, one.line) == ("high", "classes/S.cls", 3)
    assert one.message == f"{SAYS} Apex S.m filters by it: the query fails."
    assert chain(one) == [f"{PATH}:4 Contact.SSN__c: ProbabilisticEncryption"]


@pytest.mark.parametrize(
    ("files", "place", "says"),
    [
        (query("ORDER BY SSN__c"), "classes/S.cls:3", "Apex S.m sorts by it: the query fails."),
        (query("GROUP BY SSN__c"), "classes/S.cls:3", "Apex S.m groups by it: the query fails."),
        (flow("EqualTo"), "flows/Find.flow-meta.xml:3", "flow Find filters by it: the flow fails."),
        (
            view(),
            "objects/Contact/listViews/Mine.listView-meta.xml:4",
            "list view Contact.Mine filters by it: the view cannot be saved or shows nothing.",
        ),
        (
            sharing(),
            "sharingRules/Contact.sharingRules-meta.xml:6",
            "sharing rule Some filters by it: the rule cannot be saved.",
        ),
    ],
    ids=["order", "group", "flow", "view", "sharing"],
)
def test_other_uses(files: dict[str, str], place: str, says: str) -> None:
    assert said(check, RANDOM | files) == [f"high/high {place} {SAYS} {says}"]


def test_the_mdapi_format_a_matching_rule_and_a_relationship() -> None:
    ssn = {"fullName": "SSN__c", "encryptionScheme": "ProbabilisticEncryption", "type": "Text"}
    caller = {"fullName": "Caller__c", "type": "Lookup", "referenceTo": "Contact"}
    rule = (
        "    <matchingRules>\n        <fullName>R</fullName>\n        <matchingRuleItems>\n"
        "            <fieldName>SSN__c</fieldName>\n        </matchingRuleItems>\n"
        "        <ruleStatus>Active</ruleStatus>\n    </matchingRules>\n"
    )
    files = mdapi_object("Contact", ssn) | mdapi_object("Case", caller)
    files |= query("WHERE Caller__r.SSN__c = :s", select="Id FROM Case")
    files |= {"matchingRules/Contact.matchingRule": xml("MatchingRules", rule)}
    assert said(check, files) == [
        f"high/high classes/S.cls:3 {SAYS} Apex S.m filters by it: the query fails.",
        f"high/high matchingRules/Contact.matchingRule:6 {SAYS} matching rule R matches by it: the rule finds no duplicates.",
    ]


def test_deterministic_encryption_allows_exact_matches_only() -> None:
    assert said(check, EXACT | query("WHERE SSN__c LIKE :s")) == [
        "high/high classes/S.cls:3 Contact.SSN__c is encrypted deterministically, and Apex S.m filters (like) by it: the "
        "query fails."
    ]
    found = [
        said(check, EXACT | files) for files in (query("ORDER BY SSN__c"), flow("StartsWith"), sharing())
    ]
    assert [len(one) for one in found] == [1, 1, 1]


def test_unique_fields_and_external_ids() -> None:
    files = field("Contact.SSN__c", encryptionScheme="ProbabilisticEncryption", unique="true")
    assert said(check, files) == [
        f"high/high {PATH}:5 Contact.SSN__c is encrypted probabilistically, and is unique: the field cannot be deployed so."
    ]


def test_many_uses_are_one_finding() -> None:
    body = "{ return [SELECT Id FROM Contact WHERE SSN__c = :a]; }"
    methods = "".join(f"Object m{n}() {body}\n" for n in range(11))
    (one,) = lint(RANDOM | {"classes/S.cls": f"public class S {{\n{methods}}}\n"}, check)
    assert (one.path, one.message) == (
        PATH,
        "Contact.SSN__c is encrypted probabilistically, and 11 places filter or sort by it.",
    )
    assert len(chain(one)) == 5


@pytest.mark.parametrize(
    "files",
    [
        RANDOM | query("WHERE SSN__c != null"),
        RANDOM | query("WHERE LastName = 'SSN__c = 1'"),
        RANDOM | query("WHERE Id = :s", select="SSN__c FROM Contact"),
        RANDOM | query("WHERE SSN__c = :s", select="Id FROM Lead"),
        RANDOM | query("WHERE SSN__c = :s", head="@IsTest\n"),
        RANDOM | flow("EqualTo", status="Draft"),
        RANDOM | flow("IsNull"),
        RANDOM | view("LastName"),
        EXACT | query("WHERE SSN__c = :s AND Name LIKE :s"),
        EXACT | query("WHERE SSN__c IN :s"),
        EXACT | flow("EqualTo"),
        EXACT | view(),
        field("Contact.A__c", encryptionScheme="ProbabilisticEncryption") | query("WHERE SSN__c = :s"),
    ],
    ids=[
        "null",
        "literal",
        "selected",
        "other-object",
        "test",
        "draft-flow",
        "is-null",
        "other-view",
        "exact",
        "in",
        "exact-flow",
        "exact-view",
        "other-field",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []


def test_without_encryption_it_is_not_checked() -> None:
    files = field("Contact.SSN__c", encryptionScheme="None")
    assert not_checked(check, files) == ["no field here is encrypted with Shield Platform Encryption"]


def test_what_a_query_compares() -> None:
    text = (
        "SELECT Id, (SELECT Id FROM Cases WHERE A__c = 1) FROM Contact WHERE (B__c IN :x OR C__c NOT IN (SELECT D__c FROM E__c "
        "WHERE F__c = 2)) AND G__r.H__c >= :y ORDER BY I__c DESC NULLS LAST LIMIT 5"
    )
    assert compared(text) == (
        ("B__c", "in"),
        ("C__c", "not in"),
        ("G__r.H__c", ">="),
        ("I__c", "order by"),
    )
