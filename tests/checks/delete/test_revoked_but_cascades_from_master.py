from __future__ import annotations

from sfgov.testing import lint, lint_run
from sfgov_checks.delete.revoked_but_cascades_from_master import revoked_but_cascades_from_master as check
from tests.delete_orgs import (
    DELETES,
    MASTER,
    Files,
    always_guard,
    bundle,
    entry,
    evidence,
    field,
    found,
    group,
    mdapi,
    switch,
)
from tests.flow_xml import xml

NEVER = {"sfgov.yml": "delete:\n  never: [Invoice_Line__c]\n"}
READS = entry("Invoice_Line__c", "allowRead", "allowEdit", false=("allowDelete",))
FIELD = "objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml"


def sales(*lines: str, master: str = "Invoice__c") -> Files:
    """A set that may delete the master (line 2), and then these lines."""
    return bundle("permissionsets", "Sales", entry(master, *DELETES), *lines)


# -- found


def test_delete_on_the_master_gives_what_the_detail_denies() -> None:
    assert found(NEVER | MASTER | sales(READS), check) == [
        f"high/medium {FIELD}:3 1 permission set (Sales) may not delete Invoice_Line__c but can delete Invoice__c, "
        "which deletes its Invoice_Line__c records along, through Invoice_Line__c.Invoice__c (master-detail). "
        "Invoice_Line__c is never deleted, says the policy."
    ]


def test_the_evidence_is_the_policy_the_field_and_both_entries() -> None:
    assert evidence(NEVER | MASTER | sales(READS), check) == [
        "sfgov.yml:2 the policy names Invoice_Line__c under delete.never",
        f"{FIELD}:3 master-detail to Invoice__c",
        "permissionsets/Sales.permissionset-meta.xml:3 Sales does not grant delete on Invoice_Line__c",
        "permissionsets/Sales.permissionset-meta.xml:2 Sales grants allowDelete on Invoice__c",
    ]


def test_a_metadata_retrieve_with_the_field_in_the_object() -> None:
    inside = "<fields>\n<fullName>Order__c</fullName>\n<referenceTo>Order</referenceTo>\n<type>MasterDetail</type></fields>"
    files = mdapi(
        bundle(
            "profiles", "Ops %26 Co", entry("Order", *DELETES), entry("Payment__c", "allowRead", "allowEdit")
        )
    ) | {"objects/Payment__c.object": xml("CustomObject", inside)}
    assert found(files, check) == [
        "medium/medium objects/Payment__c.object:5 1 profile (Ops & Co) may not delete Payment__c but can delete Order, "
        "which deletes its Payment__c records along, through Payment__c.Order__c (master-detail). "
        "Payment__c looks like a journal by its name."
    ]


def test_classified_data_is_at_stake_in_a_detail_three_levels_down() -> None:
    secret = {
        "objects/Deep__c/fields/Secret__c.field-meta.xml": xml(
            "CustomField",
            "<fullName>Secret__c</fullName>",
            "<type>Text</type>",
            "<securityClassification>Restricted</securityClassification>",
        )
    }
    files = (
        secret
        | field("Deep__c.Middle__c", "Lookup", "Middle__c", "Cascade")
        | field("Middle__c.High__c", "MasterDetail", "High__c")
        | field("High__c.Top__c", "MasterDetail", "Top__c")
        | sales(entry("Deep__c", "allowRead"), master="Top__c")
    )
    assert found(files, check) == [
        "high/medium objects/Deep__c/fields/Middle__c.field-meta.xml:5 1 permission set (Sales) may not delete Deep__c "
        "but can delete Top__c, which deletes its Deep__c records along, through High__c.Top__c, then Middle__c.High__c, "
        "then Deep__c.Middle__c (cascade lookup). Deep__c holds Secret__c (Restricted)."
    ]


def test_a_bundle_is_named_for_the_nearest_master_only() -> None:
    files = (
        NEVER
        | MASTER
        | field("Invoice__c.Deal__c", "MasterDetail", "Deal__c")
        | sales(READS, entry("Deal__c", *DELETES))
    )
    assert [r.subject for r in lint(files, check)] == ["Invoice_Line__c through Invoice__c"]


def test_a_group_is_denied_by_its_muting_set() -> None:
    files = (
        NEVER
        | MASTER
        | sales(entry("Invoice_Line__c", *DELETES))
        | group("Team", "Sales", mute="Keep")
        | bundle("mutingpermissionsets", "Keep", entry("Invoice_Line__c", "allowDelete"))
    )
    [message] = found(files, check)
    assert "1 permission set group (Team) may not delete Invoice_Line__c but can delete Invoice__c" in message


def test_a_history_retention_policy_says_that_the_records_matter() -> None:
    policy = "<historyRetentionPolicy>\n<archiveAfterMonths>6</archiveAfterMonths>\n</historyRetentionPolicy>"
    kept = {"objects/Part__c/Part__c.object-meta.xml": xml("CustomObject", policy)}
    files = (
        kept
        | field("Part__c.Invoice__c", "MasterDetail", "Invoice__c")
        | sales(entry("Part__c", "allowRead"))
    )
    assert (
        evidence(files, check)[0]
        == "objects/Part__c/Part__c.object-meta.xml:3 the history of Part__c is kept"
    )


def test_salesforces_own_relationships_have_no_field_so_the_grant_is_the_place() -> None:
    files = sales(entry("OrderItem", "allowRead"), master="Order")
    assert found(files | MASTER, check) == [
        "medium/low permissionsets/Sales.permissionset-meta.xml:2 1 permission set (Sales) may not delete OrderItem but "
        "can delete Order, which deletes its OrderItem records along, through Order → OrderItem (built-in relationship). "
        "OrderItem looks like a journal by its name."
    ]


def test_a_lookup_with_restrict_below_may_stop_it() -> None:
    below = field("Claim__c.Line__c", "Lookup", "Invoice_Line__c", "Restrict")
    [message] = found(NEVER | MASTER | below | sales(READS), check)
    assert message.startswith("high/low ")


# -- near misses


def test_nothing_is_at_stake() -> None:
    part = field("Part__c.Invoice__c", "MasterDetail", "Invoice__c")
    assert found(part | sales(entry("Part__c", "allowRead")), check) == []


def test_a_bundle_without_any_entry_for_the_detail_denies_nothing() -> None:
    assert found(NEVER | MASTER | sales(), check) == []


def test_who_may_delete_both_is_not_this_checks_concern() -> None:
    assert found(NEVER | MASTER | sales(entry("Invoice_Line__c", *DELETES)), check) == []


def test_a_guard_on_the_master_that_blocks_everything() -> None:
    assert found(NEVER | MASTER | always_guard() | sales(READS), check) == []


def test_an_ordinary_lookup_cascades_nothing() -> None:
    lookup = field("Invoice_Line__c.Invoice__c", "Lookup", "Invoice__c", "SetNull")
    assert found(NEVER | lookup | sales(READS), check) == []


def test_administrators_can_delete_everything_anyway() -> None:
    admin = bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"), READS)
    assert found(NEVER | MASTER | admin, check) == []


def test_the_policy_accepts_the_cascade() -> None:
    policy = {"sfgov.yml": "delete: {never: [Invoice_Line__c], cascade_ok: [invoice_line__c]}\n"}
    assert found(policy | MASTER | sales(READS), check) == []


def test_an_object_that_only_joins_two_others_holds_nothing() -> None:
    files = (
        field("Invoice_Payment__c.Invoice__c", "MasterDetail", "Invoice__c")
        | field("Invoice_Payment__c.Payment__c", "MasterDetail", "Payment__c")
        | sales(entry("Invoice_Payment__c", "allowRead"))
    )
    assert found(files, check) == []
    amount = field("Invoice_Payment__c.Amount__c", "Currency") | field("Invoice_Payment__c.Day__c", "Date")
    assert len(found(files | amount, check)) == 1


def test_a_packages_object_is_not_judged_by_its_name() -> None:
    files = field("pay__Payment__c.pay__Plan__c", "MasterDetail", "pay__Plan__c")
    assert found(files | sales(entry("pay__Payment__c", "allowRead"), master="pay__Plan__c"), check) == []


def test_a_group_that_may_mute_the_master_in_a_set_that_is_not_here() -> None:
    files = (
        {"sfgov.yml": "delete: {never: [Invoice_Line__c], members_only: [Sales]}\n"}
        | MASTER
        | sales(READS)
        | group("Team", "Sales", mute="Elsewhere")
    )
    assert found(files, check) == []


def test_without_fields_only_the_built_in_relationships_are_known() -> None:
    run = lint_run(sales(READS), check)
    assert run.results == ()
    assert [n.reason for n in run.not_checked] == [
        "CustomField was not retrieved, so only Salesforce's own relationships were followed"
    ]
