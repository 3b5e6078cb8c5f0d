from __future__ import annotations

from sfgov.testing import lint_run
from sfgov_checks.delete.merge_or_hard_delete_loophole import merge_or_hard_delete_loophole as check
from tests.delete_orgs import DELETES, Files, bundle, entry, evidence, found, group, mdapi, switch
from tests.flow_xml import tag, xml

NEVER = {"sfgov.yml": "delete:\n  never: [Invoice__c]\n"}
LEADS = bundle("permissionsets", "Leads", entry("Lead", *DELETES))
EDITORS = bundle("profiles", "Editors", entry("Lead", "allowRead", "allowEdit"))
HARD = switch("userPermissions", "BulkApiHardDelete")
SETTINGS = "settings/LeadConfig.settings-meta.xml"
LEAD_RULE = {"sfgov.yml": 'delete:\n  conditional:\n    Lead: {unless: "IsConverted = true"}\n'}


def settings(on: bool = True) -> Files:
    return {SETTINGS: xml("LeadConfigSettings", tag("enableOrgWideMergeAndDelete", str(on).lower()))}


def lead(model: str = "ReadWriteTransfer") -> Files:
    return {"objects/Lead/Lead.object-meta.xml": xml("CustomObject", tag("sharingModel", model))}


# -- leads of others


def test_some_may_delete_leads_and_then_all_of_them() -> None:
    files = settings() | lead() | LEADS | EDITORS
    assert found(files, check) == [
        f"medium/high {SETTINGS}:2 Whoever can delete leads can delete and merge those of others: "
        "enableOrgWideMergeAndDelete is on. 1 permission set (Leads) can delete leads, while Editors may edit them and not delete them."
    ]
    assert evidence(files, check) == [
        f"{SETTINGS}:2 leads can be deleted by others than their owners",
        "objects/Lead/Lead.object-meta.xml:2 Lead is ReadWriteTransfer",
        "permissionsets/Leads.permissionset-meta.xml:2 Leads grants allowDelete on Lead",
    ]


def test_the_policy_says_that_leads_matter() -> None:
    [message] = found(LEAD_RULE | settings() | lead() | LEADS, check)
    assert message.endswith("and Lead is not deleted when IsConverted = true, says the policy.")


def test_the_sharing_model_is_not_in_the_tree_in_a_metadata_retrieve() -> None:
    [message] = found(mdapi(settings() | LEADS | EDITORS), check)
    assert message.startswith("medium/low settings/LeadConfig.settings:2 ")


def test_the_setting_is_off() -> None:
    assert found(settings(False) | lead() | LEADS | EDITORS, check) == []


def test_another_sharing_model_makes_the_setting_idle() -> None:
    assert found(settings() | lead("Private") | LEADS | EDITORS, check) == []


def test_nobody_has_said_that_deleting_leads_matters() -> None:
    assert found(settings() | lead() | LEADS, check) == []


def test_a_profile_that_may_only_read_draws_no_line() -> None:
    read_only = bundle("profiles", "ReadOnly", entry("Lead", "allowRead", false=("allowEdit", "allowDelete")))
    assert found(settings() | lead() | LEADS | read_only, check) == []


def test_only_administrators_can_delete_leads() -> None:
    admin = bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"))
    assert found(settings() | lead() | admin | EDITORS, check) == []


def test_a_policy_about_leads_without_the_settings_is_not_checked() -> None:
    run = lint_run(LEAD_RULE | LEADS, check)
    assert [n.reason for n in run.not_checked] == [
        "LeadConfigSettings was not retrieved, so who may merge and delete others' leads is unknown"
    ]


# -- for good


def test_hard_delete_of_what_the_policy_names() -> None:
    files = NEVER | bundle("profiles", "Loader", entry("Invoice__c", *DELETES), HARD)
    assert found(files, check) == [
        "high/high profiles/Loader.profile-meta.xml:3 Profile Loader can delete Invoice__c for good: it has "
        "BulkApiHardDelete, which leaves nothing in the recycle bin. Invoice__c is never deleted, says the policy."
    ]
    assert evidence(files, check) == [
        "profiles/Loader.profile-meta.xml:3 Loader grants BulkApiHardDelete",
        "profiles/Loader.profile-meta.xml:2 Loader grants allowDelete on Invoice__c",
        "sfgov.yml:2 the policy names Invoice__c under delete.never",
    ]


def test_classified_data_for_good() -> None:
    secret = {
        "objects/Patient__c.object": xml(
            "CustomObject",
            "<fields><fullName>Record__c</fullName><type>Text</type>",
            "<complianceGroup>HIPAA</complianceGroup></fields>",
        )
    }
    files = mdapi(bundle("permissionsets", "Loader", entry("Patient__c", *DELETES), HARD)) | secret
    assert found(files, check) == [
        "high/high permissionsets/Loader.permissionset:3 PermissionSet Loader can delete Patient__c for good: it has "
        "BulkApiHardDelete, which leaves nothing in the recycle bin. Patient__c holds Record__c (HIPAA)."
    ]


def test_a_group_that_brings_the_two_together() -> None:
    files = (
        NEVER
        | bundle("permissionsets", "Invoices", entry("Invoice__c", *DELETES))
        | bundle("permissionsets", "Bulk", HARD)
        | group("Migration", "Bulk", "Invoices")
    )
    [message] = found(files, check)
    assert message.startswith(
        "high/high permissionsetgroups/Migration.permissionsetgroup-meta.xml:2 PermissionSetGroup Migration can delete"
    )


def test_a_persona_that_brings_the_two_together() -> None:
    files = {
        "sfgov.yml": "delete: {never: [Invoice__c]}\nprincipals:\n  personas:\n    Mara: {profile: Bulk, permission_sets: [Invoices]}\n"
    }
    files |= bundle("permissionsets", "Invoices", entry("Invoice__c", *DELETES)) | bundle(
        "profiles", "Bulk", HARD
    )
    [message] = found(files, check)
    assert message.startswith(
        "high/high profiles/Bulk.profile-meta.xml:2 Persona Mara can delete Invoice__c for good"
    )


def test_a_group_is_not_told_again_after_its_set() -> None:
    files = (
        NEVER
        | bundle("permissionsets", "Loader", entry("Invoice__c", *DELETES), HARD)
        | group("Migration", "Loader")
    )
    assert len(found(files, check)) == 1


def test_hard_delete_without_delete_deletes_nothing() -> None:
    assert found(NEVER | bundle("profiles", "Loader", entry("Invoice__c", "allowEdit"), HARD), check) == []


def test_delete_without_hard_delete_fills_the_bin() -> None:
    files = NEVER | bundle("profiles", "Loader", entry("Invoice__c", *DELETES))
    off = switch("userPermissions", "BulkApiHardDelete", enabled=False)
    assert found(files | bundle("permissionsets", "Off", off), check) == []


def test_an_administrator_may() -> None:
    policy = {"sfgov.yml": "delete: {never: [Invoice__c]}\nprincipals: {admin: {profiles: [loader]}}\n"}
    assert found(policy | bundle("profiles", "Loader", entry("Invoice__c", *DELETES), HARD), check) == []


def test_nothing_says_which_objects_matter() -> None:
    run = lint_run(bundle("profiles", "Loader", entry("Invoice__c", *DELETES), HARD), check)
    assert run.results == ()
    assert [n.reason for n in run.not_checked] == [
        "some have BulkApiHardDelete, and neither the policy nor a classification says which objects matter"
    ]
