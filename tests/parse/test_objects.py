from __future__ import annotations

from textwrap import dedent

import pytest
from msgspec import msgpack

from sfgov.facts import AnyFact, CustomField, CustomObject, Fact, RecordType, StandardValueSet, ValidationRule
from sfgov.parse import parse
from sfgov.project.source import SourceFile

NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def facts(type_: str, name: str, text: str) -> list[AnyFact]:
    result = parse(SourceFile(f"objects/{name}-meta.xml", type_, name), dedent(text).lstrip().encode())
    assert result.problems == ()
    for fact in result.facts:
        assert msgpack.decode(msgpack.encode(fact), type=AnyFact) == fact
    return list(result.facts)


def field(body: str, name: str = "Account.SSN__c") -> CustomField:
    [fact] = facts("CustomField", name, f"<CustomField {NS}>\n{body}\n</CustomField>\n")
    assert isinstance(fact, CustomField)
    return fact


def test_an_object_in_source_format_has_settings_only() -> None:
    [fact] = facts(
        "CustomObject",
        "Invoice__c",
        f"""
        <?xml version="1.0" encoding="UTF-8"?>
        <CustomObject {NS}>
            <deploymentStatus>Deployed</deploymentStatus>
            <enableHistory>true</enableHistory>
            <externalSharingModel>Private</externalSharingModel>
            <historyRetentionPolicy>
                <archiveAfterMonths>18</archiveAfterMonths>
                <archiveRetentionYears>10</archiveRetentionYears>
            </historyRetentionPolicy>
            <label>Invoice</label>
            <nameField>
                <label>Invoice Number</label>
                <type>AutoNumber</type>
            </nameField>
            <sharingModel>ControlledByParent</sharingModel>
        </CustomObject>
        """,
    )
    assert fact == CustomObject(
        name="Invoice__c",
        line=2,
        lines={
            "deploymentStatus": 3,
            "enableHistory": 4,
            "externalSharingModel": 5,
            "archiveAfterMonths": 7,
            "archiveRetentionYears": 8,
            "label": 10,
            "nameField": 11,
            "sharingModel": 15,
        },
        label="Invoice",
        sharing_model="ControlledByParent",
        external_sharing_model="Private",
        deployment_status="Deployed",
        name_field_type="AutoNumber",
        enable_history=True,
        archive_after_months=18,
        archive_retention_years=10,
    )


def test_what_is_inline_in_mdapi_format_becomes_facts_of_its_own() -> None:
    found = facts(
        "CustomObject",
        "Account",
        f"""
        <CustomObject {NS}>
            <fields>
                <fullName>SSN__c</fullName>
                <complianceGroup>PII;GDPR</complianceGroup>
                <type>Text</type>
            </fields>
            <fields>
                <label>no name</label>
            </fields>
            <recordTypes>
                <fullName>Partner</fullName>
                <active>false</active>
                <label>Partner</label>
            </recordTypes>
            <validationRules>
                <fullName>Needs_Tax_Id</fullName>
                <active>true</active>
                <errorConditionFormula>ISBLANK(Tax_Id__c) &amp;&amp; IsActive__c</errorConditionFormula>
                <errorMessage>Enter the tax id.</errorMessage>
            </validationRules>
        </CustomObject>
        """,
    )
    assert found == [
        CustomObject(name="Account"),
        CustomField(
            name="Account.SSN__c",
            line=2,
            lines={"complianceGroup": 4, "type": 5},
            type="Text",
            compliance_group="PII;GDPR",
        ),
        RecordType(
            name="Account.Partner", line=10, lines={"active": 12, "label": 13}, label="Partner", active=False
        ),
        ValidationRule(
            name="Account.Needs_Tax_Id",
            line=15,
            lines={"active": 17, "errorConditionFormula": 18, "errorMessage": 19},
            active=True,
            formula="ISBLANK(Tax_Id__c) && IsActive__c",
            message="Enter the tax id.",
        ),
    ]


@pytest.mark.parametrize(
    ("type_", "name", "inside", "of_type"),
    [
        ("CustomField", "Account.SSN__c", "<type>Text</type><trackHistory>true</trackHistory>", "fields"),
        ("RecordType", "Account.Partner", "<active>false</active><label>P</label>", "recordTypes"),
        (
            "ValidationRule",
            "Account.Rule",
            "<active>false</active><errorConditionFormula>true</errorConditionFormula>",
            "validationRules",
        ),
    ],
)
def test_both_formats_give_the_same_facts(type_: str, name: str, inside: str, of_type: str) -> None:
    _, _, own = name.partition(".")
    [source] = facts(type_, name, f"<{type_} {NS}><fullName>{own}</fullName>{inside}</{type_}>")
    [_, inline] = facts(
        "CustomObject",
        "Account",
        f"<CustomObject {NS}><{of_type}><fullName>{own}</fullName>{inside}</{of_type}></CustomObject>",
    )
    assert source == inline
    assert isinstance(source, Fact)
    assert source.name == name


def test_a_master_detail_field() -> None:
    fact = field(
        "<referenceTo>Invoice__c</referenceTo>\n<relationshipName>Lines</relationshipName>\n<type>MasterDetail</type>",
        "Invoice_Line__c.Invoice__c",
    )
    assert (fact.object, fact.field, fact.type) == ("Invoice_Line__c", "Invoice__c", "MasterDetail")
    assert (fact.reference_to, fact.relationship_name, fact.delete_constraint) == (
        ("Invoice__c",),
        "Lines",
        "",
    )
    assert fact.lines == {"referenceTo": 2, "relationshipName": 3, "type": 4}


def test_a_lookup_that_deletes_along() -> None:
    fact = field("<deleteConstraint>Cascade</deleteConstraint>\n<type>Lookup</type>")
    assert (fact.delete_constraint, fact.line_of("deleteConstraint")) == ("Cascade", 2)


def test_literal_none_in_classification_is_kept_as_written() -> None:
    fact = field(
        "<complianceGroup>None</complianceGroup>\n<securityClassification/>\n"
        "<businessStatus>Active</businessStatus>\n<encryptionScheme>None</encryptionScheme>"
    )
    assert (fact.compliance_group, fact.security_classification) == ("None", "")
    assert (fact.business_status, fact.encryption_scheme) == ("Active", "None")
    assert fact.lines == {"complianceGroup": 2, "businessStatus": 4, "encryptionScheme": 5}


def test_active_picklist_values_new_style() -> None:
    fact = field(
        "<valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>"
        "<value><fullName>Draft</fullName><default>true</default></value>"
        "<value><fullName>Old</fullName><isActive>false</isActive></value>"
        "<value><fullName>R&amp;D</fullName><isActive>true</isActive></value>"
        "</valueSetDefinition></valueSet>"
    )
    assert (fact.picklist_values, fact.restricted) == (("Draft", "R&D"), True)


def test_picklist_values_as_old_api_versions_wrote_them() -> None:
    fact = field(
        "<picklist><picklistValues><fullName>Open</fullName><default>false</default></picklistValues>"
        "<picklistValues><fullName>Closed</fullName></picklistValues><sorted>false</sorted></picklist>"
    )
    assert (fact.picklist_values, fact.restricted) == (("Open", "Closed"), False)


def test_a_global_value_set_is_named() -> None:
    fact = field("<valueSet>\n<valueSetName>Regions</valueSetName></valueSet>")
    assert (fact.value_set_name, fact.picklist_values, fact.line_of("valueSetName")) == ("Regions", (), 3)


def test_values_that_are_not_active_any_more_are_apart() -> None:
    values = "".join(
        f"<standardValue><fullName>{name}</fullName>{active}</standardValue>"
        for name, active in (("Web", ""), ("Fair", "<isActive>false</isActive>"), ("Other", ""))
    )
    text = f"<StandardValueSet xmlns='http://soap.sforce.com/2006/04/metadata'>{values}</StandardValueSet>"
    (fact,) = parse(SourceFile("x.xml", "StandardValueSet", "LeadSource"), text.encode()).facts
    assert isinstance(fact, StandardValueSet)
    assert (fact.values, fact.inactive) == (("Web", "Other"), ("Fair",))


def test_numbers_flags_and_texts_of_a_field() -> None:
    fact = field(
        '<defaultValue xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
        "<externalId>true</externalId><formula>A__c &gt; 1</formula><length>255</length>"
        "<required>true</required><summaryOperation>sum</summaryOperation><unique>1</unique>"
    )
    assert (fact.default_value, fact.formula, fact.summary_operation) == ("", "A__c > 1", "sum")
    assert (fact.length, fact.required, fact.unique, fact.external_id, fact.track_history) == (
        255,
        True,
        True,
        True,
        False,
    )


@pytest.mark.parametrize(("text", "reparentable"), [("true", True), ("false", False), ("", False)])
def test_whether_a_detail_may_get_another_master(text: str, reparentable: bool) -> None:
    fact = field(f"<reparentableMasterDetail>{text}</reparentableMasterDetail><type>MasterDetail</type>")
    assert fact.reparentable is reparentable


@pytest.mark.parametrize("length", ["many", "-1", "9" * 5000])
def test_a_length_that_is_no_number_is_not_stated(length: str) -> None:
    assert field(f"<length>{length}</length>").length is None


def test_a_platform_event_says_when_it_is_published() -> None:
    body = "<publishBehavior>PublishImmediately</publishBehavior>"
    [fact] = facts("CustomObject", "Ping__e", f"<CustomObject {NS}>\n{body}\n</CustomObject>\n")
    assert isinstance(fact, CustomObject)
    assert (fact.publish_behavior, fact.lines["publishBehavior"]) == ("PublishImmediately", 2)
