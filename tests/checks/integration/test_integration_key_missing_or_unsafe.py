from __future__ import annotations

import pytest

from sfgov.model.sync.keys import may_be_key, sounds_like_key
from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.integration_key_missing_or_unsafe import integration_key_missing_or_unsafe
from tests.access_orgs import as_mdapi, field, on, policy, profile, reads
from tests.flow_xml import tag, xml
from tests.sync_orgs import Files, cls, some

ERP = policy("systems:\n  - {name: ERP, principal: Sync, master_of: {Order__c: [Status__c]}}\n")
OBJECT = {"objects/Order__c/Order__c.object-meta.xml": xml("CustomObject", tag("label", "Order"))}


def key(name: str, *, unique: str = "false", external: str = "true", type_: str = "Text") -> Files:
    """A field; `externalId` is line 4, `unique` line 5."""
    return field(name, tag("externalId", external), tag("unique", unique), type_=type_)


def found(*files: Files) -> list[Result]:
    return lint(some(*files), integration_key_missing_or_unsafe)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


PATH = "objects/Order__c/fields/ERP_Id__c.field-meta.xml"
NOT_UNIQUE = "is an external Id and not unique: a repeated delivery can create a second record."


def test_an_external_id_that_is_not_unique() -> None:
    assert said(key("Order__c.ERP_Id__c")) == [f"medium/medium {PATH}:5 Order__c.ERP_Id__c {NOT_UNIQUE}"]
    unstated = field("Order__c.ERP_Id__c", tag("externalId", "true"))
    assert [r.line for r in found(unstated)] == [4]
    assert [(r.confidence, r.component) for r in found(as_mdapi(key("Order__c.ERP_Id__c")))] == [
        ("medium", "CustomField:Order__c.ERP_Id__c")
    ]


def test_its_confidence() -> None:
    assert [r.confidence for r in found(key("Order__c.Order_Number__c"))] == ["low"]
    assert [r.confidence for r in found(ERP, key("Order__c.Order_Number__c"))] == ["high"]
    upsert = cls("A", "static void a(List<Order__c> all) {", "upsert all Order_Number__c;", "}")
    (result,) = found(key("Order__c.Order_Number__c"), key("Order__c.Guid__c", unique="true"), upsert)
    assert (result.confidence, result.message) == (
        "high",
        "Order__c.Order_Number__c is an external Id and not unique, although A.a upserts by it: a repeated delivery can "
        "create a second record.",
    )
    assert [(s.path, s.line) for s in result.evidence] == [("classes/A.cls", 3)]


@pytest.mark.parametrize("named", ["Order__c.Fields.Code__c", "Order__c.Code__c", "Schema.Order__c.Code__c"])
def test_keys_of_database_upsert(named: str) -> None:
    upsert = cls("A", "static void a(List<Order__c> all) {", f"Database.upsert(all, {named}, false);", "}")
    assert [r.confidence for r in found(key("Order__c.Code__c"), upsert)] == ["high"]


def test_an_object_of_a_declared_system_without_a_key() -> None:
    (result,) = found(ERP, OBJECT, field("Order__c.Status__c"))
    assert (result.severity, result.confidence, result.component, result.path) == (
        "medium",
        "high",
        "CustomObject:Order__c",
        "objects/Order__c/Order__c.object-meta.xml",
    )
    assert (
        result.message
        == "Order__c is synchronised with ERP and has no external Id: replays create duplicates."
    )
    account = policy("systems: [{name: ERP, master_of: {Account: [Limit__c]}}]\n")
    fields = [field(f"Account.{name}__c") for name in "ABC"]
    assert [(r.confidence, r.path) for r in found(account, *fields)] == [("medium", "sfgov.yml")]
    assert found(account, *fields[:2]) == []


def test_a_field_that_only_sounds_like_a_key() -> None:
    plain = key("Order__c.ERP_Id__c", external="false")
    assert said(ERP, OBJECT, plain) == [
        f"medium/medium {PATH}:1 Order__c.ERP_Id__c is named as the key of another system, and is neither External ID nor "
        "unique."
    ]
    service = cls("In", "@HttpPost", "global static void put(List<Order__c> all) {", "insert all;", "}")
    assert [r.confidence for r in found(plain, service)] == ["low"]
    assert found(plain) == []


def test_people_who_can_change_the_key() -> None:
    edits = (on("Order__c", "allowRead", "allowEdit"), reads("Order__c.Key__c", edits=True))
    files = [key("Order__c.Key__c", unique="true"), profile("Sales", *edits), profile("Admin", *edits)]
    assert said(ERP, *files) == [
        "medium/high objects/Order__c/fields/Key__c.field-meta.xml:1 1 profile can edit Order__c.Key__c, the key by which "
        "ERP finds its records: Sales."
    ]
    everything = policy("systems: [{name: ERP, master_of: {Order__c: ['*']}}]\n")
    assert found(everything, *files) == []


def test_a_service_that_upserts_without_a_key() -> None:
    service = cls("In", "@HttpPut", "global static void put(List<Order__c> all) {", "upsert all;", "}")
    assert said(service, key("Order__c.Key__c", unique="true")) == [
        "low/low classes/In.cls:4 In.put upserts Order__c records without naming a key: records that come in without "
        "their Id are created, each time."
    ]
    by_database = cls(
        "In", "@HttpPut", "global static void put(List<Order__c> all) {", "Database.upsert(all, false);", "}"
    )
    assert [r.confidence for r in found(ERP, by_database, key("Order__c.Key__c", unique="true"))] == [
        "medium"
    ]


QUIET = {
    "a unique key": [key("Order__c.ERP_Id__c", unique="true")],
    "another unique key": [key("Order__c.ERP_Id__c"), key("Order__c.Guid__c", unique="true")],
    "an auto-number": [key("Order__c.Order_Number__c", type_="AutoNumber")],
    "an address that is searched": [key("Order__c.Buyer_Email__c", type_="Email")],
    "what is no key by its name": [key("Order__c.Tier__c"), key("Order__c.Related_Record_Id__c")],
    "a managed package's field": [key("Order__c.ns__ERP_Id__c")],
    "custom metadata": [key("Route__mdt.ERP_Id__c")],
    "an empty declaration": [policy("systems: [{name: ERP, master_of: {Order__c: []}}]\n"), OBJECT],
    "a managed package's key": [ERP, OBJECT, key("Order__c.ns__Key__c", unique="true")],
    "an upsert in a controller": [
        cls("Ctl", "@AuraEnabled", "public static void save(List<Order__c> all) {", "upsert all;", "}"),
        key("Order__c.Key__c", unique="true"),
    ],
    "a service for an object without any key": [
        cls("In", "@HttpPut", "global static void put(List<Document> all) {", "upsert all;", "}"),
        field("Order__c.A__c"),
    ],
    "an upsert that names the key": [
        cls("In", "@HttpPut", "global static void put(List<Order__c> all) {", "upsert all Key__c;", "}"),
        key("Order__c.Key__c", unique="true"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []


def test_names_of_keys() -> None:
    assert all(
        map(
            sounds_like_key,
            ("ERP_Id__c", "SAPCustomerNumber__c", "NetSuite_ID__c", "External_Key__c", "ExtId__c"),
        )
    )
    assert not any(
        map(sounds_like_key, ("Enterprise_Id__c", "LeadSource", "ERP_Status__c", "Next__c", "Order_Id__c"))
    )
    assert may_be_key("OfficeID__c")
    assert not may_be_key("Parent_Order_Id__c")
