from __future__ import annotations

import pytest

from sfgov_checks.delete.guard_missing import guard_missing
from tests.delete_orgs import (
    BLOCK_POSTED,
    DELETES,
    Files,
    administrator,
    bundle,
    deleter,
    entry,
    evidence,
    found,
    group,
    guard_trigger,
    line_guard,
)
from tests.flow_xml import tag, xml

POLICY = {"sfgov.yml": 'delete:\n  conditional:\n    Invoice_Line__c: {unless: "Posted__c = true"}\n'}
HOLDER = deleter("Invoice_Line__c")


def picklist(name: str = "Status__c", *values: str, object_: str = "Invoice__c") -> Files:
    """A picklist field; its type is line 3."""
    every = "".join(
        f"<value><fullName>{v}</fullName><default>false</default><label>{v}</label></value>" for v in values
    )
    value_set = f"<valueSet><valueSetDefinition><sorted>false</sorted>{every}</valueSetDefinition></valueSet>"
    text = xml("CustomField", tag("fullName", name), tag("type", "Picklist"), value_set)
    return {f"objects/{object_}/fields/{name}.field-meta.xml": text}


def test_the_policy_asks_for_a_guard_that_is_not_there() -> None:
    assert found(POLICY | HOLDER, guard_missing) == [
        "high/high sfgov.yml:3 Invoice_Line__c may not be deleted when Posted__c = true, but nothing that tests this "
        "runs before a delete. 1 permission set (Sales) can delete it."
    ]


def test_a_draft_is_no_guard_and_is_named() -> None:
    chain = evidence(POLICY | HOLDER | line_guard(tag("status", "Draft")), guard_missing)
    assert chain == [
        "flows/Guard_Lines.flow-meta.xml:5 is Draft",
        "permissionsets/Sales.permissionset-meta.xml:3 Sales grants allowDelete on Invoice_Line__c",
    ]


def test_without_a_policy_final_values_are_mentioned() -> None:
    files = picklist("Status__c", "Draft", "Posted", "Paid") | deleter("Invoice__c")
    assert found(files, guard_missing) == [
        "low/medium objects/Invoice__c/fields/Status__c.field-meta.xml:3 Invoice__c has final values in Status__c "
        "(Posted, Paid), and nothing guards its deletion. 1 permission set (Sales) can delete it."
    ]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(POLICY | HOLDER | line_guard(), id="guarded by a flow"),
        pytest.param(POLICY | HOLDER | guard_trigger(BLOCK_POSTED), id="guarded by a trigger"),
        pytest.param(POLICY | administrator(), id="only administrators can delete"),
        pytest.param(POLICY | deleter("Invoice_Line__c", can=False), id="nobody can delete"),
        pytest.param(picklist("Status__c", "New", "Open") | deleter("Invoice__c"), id="no final value"),
        pytest.param(picklist("Colour__c", "Closed") | deleter("Invoice__c"), id="no state field"),
        pytest.param(
            picklist("Status__c", "Not Paid", "Never Submitted") | deleter("Invoice__c"), id="not yet final"
        ),
        pytest.param(picklist("Status__c", "Undisclosed") | deleter("Invoice__c"), id="part of a word"),
        pytest.param(
            picklist("Status__c", "Posted") | deleter("Invoice__c") | line_guard(object_="Invoice__c"),
            id="guarded",
        ),
        pytest.param(
            picklist("ns__Status__c", "Posted", object_="ns__Invoice__c") | deleter("ns__Invoice__c"),
            id="managed package",
        ),
    ],
)
def test_quiet(files: Files) -> None:
    assert found(files, guard_missing) == []


def test_mdapi_format() -> None:
    value_set = picklist("Status__c", "Draft", "Posted")["objects/Invoice__c/fields/Status__c.field-meta.xml"]
    inner = value_set.partition('metadata">\n')[2].partition("\n</CustomField>")[0]
    files = {
        "src/package.xml": xml("Package", tag("version", "62.0")),
        "src/objects/Invoice__c.object": xml("CustomObject", f"<fields>{inner}</fields>"),
        "src/permissionsets/Sales.permissionset": deleter()["permissionsets/Sales.permissionset-meta.xml"],
    }
    assert found(files, guard_missing) == [
        "low/medium src/objects/Invoice__c.object:3 Invoice__c has final values in Status__c (Posted), and nothing "
        "guards its deletion. 1 permission set (Sales) can delete it."
    ]
    guarded = files | {
        "src/flows/Block_All.flow": line_guard(object_="Invoice__c")["flows/Guard_Lines.flow-meta.xml"]
    }
    assert found(guarded, guard_missing) == []


def test_only_a_part_of_a_group_is_known() -> None:
    """Its own set is in the tree, that of a package is not; what the latter grants cannot be told."""
    sales = group("All", "Sales", "SBQQ__CPQ")
    assert found(POLICY | HOLDER | sales, guard_missing) == [
        "high/high sfgov.yml:3 Invoice_Line__c may not be deleted when Posted__c = true, but nothing that tests this "
        "runs before a delete. 1 permission set (Sales) and 1 permission set group (All) can delete it."
    ]
    assert found(POLICY | group("All", "SBQQ__CPQ") | deleter("Other__c"), guard_missing) == []


def test_a_profile_with_an_encoded_name() -> None:
    profile = bundle("profiles", "Ops %26 Co", entry("Invoice_Line__c", *DELETES))
    [message] = found(POLICY | profile, guard_missing)
    assert message.endswith("1 profile (Ops & Co) can delete it.")
