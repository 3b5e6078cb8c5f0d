from __future__ import annotations

from sfgov_checks.delete.mute_reopened_elsewhere import mute_reopened_elsewhere as check
from tests.delete_orgs import DELETES, Files, bundle, entry, evidence, found, group, mdapi, switch

MUTE = "mutingpermissionsets/Keep.mutingpermissionset-meta.xml"
OTHER = "permissionsetgroups/Back_Office.permissionsetgroup-meta.xml"
WORK = bundle("permissionsets", "Case_Work", entry("Case", *DELETES))
KEEP = bundle("mutingpermissionsets", "Keep", entry("Case", "allowDelete"))
SERVICE = WORK | KEEP | group("Service", "Case_Work", mute="Keep")


def personas(**given: str) -> Files:
    lines = "".join(f"    {name}: {what}\n" for name, what in given.items())
    return {"sfgov.yml": f"principals:\n  personas:\n{lines}"}


# -- found


def test_another_group_shares_the_granting_set_without_the_mute() -> None:
    assert found(SERVICE | group("Back_Office", "Case_Work"), check) == [
        f"medium/low {OTHER}:2 Service mutes delete on Case, but Case_Work, which grants it, is also in Back_Office, "
        "which does not mute it: whoever has both groups can delete."
    ]


def test_the_evidence_leads_from_the_mute_to_the_other_groups_line() -> None:
    assert evidence(SERVICE | group("Back_Office", "Case_Work"), check) == [
        f"{MUTE}:2 Keep mutes delete on Case",
        "permissionsetgroups/Service.permissionsetgroup-meta.xml:3 in Service alone",
        "permissionsetgroups/Back_Office.permissionsetgroup-meta.xml:2 Back_Office includes Case_Work",
        "permissionsets/Case_Work.permissionset-meta.xml:2 Case_Work grants allowDelete on Case",
    ]


def test_many_objects_of_one_pair_of_groups_are_one_finding_in_a_metadata_retrieve() -> None:
    names = ("Account", "Case", "Contact")
    files = mdapi(
        bundle("permissionsets", "Wide", *(entry(name, *DELETES) for name in names))
        | bundle("mutingpermissionsets", "Keep", *(entry(name, "allowDelete") for name in names))
        | group("Service", "Wide", mute="Keep")
        | group("Sales", "Wide")
    )
    assert found(files, check) == [
        "medium/low permissionsetgroups/Sales.permissionsetgroup:2 Service mutes delete on Account, Case and Contact, "
        "but Wide, which grants it, is also in Sales, which does not mute it: whoever has both groups can delete."
    ]


def test_a_persona_gets_it_from_her_profile() -> None:
    files = (
        SERVICE
        | bundle("profiles", "Agent", entry("Case", *DELETES))
        | personas(Mara="{profile: Agent, permission_set_groups: [Service]}")
    )
    assert found(files, check) == [
        "high/high profiles/Agent.profile-meta.xml:2 Service mutes delete on Case, but Mara, who has the group, gets it from the profile Agent."
    ]
    assert evidence(files, check)[2:] == [
        "sfgov.yml:3 Mara has Service and Agent",
        "profiles/Agent.profile-meta.xml:2 Agent grants allowDelete on Case",
    ]


def test_a_persona_has_the_muted_set_directly_as_well() -> None:
    files = SERVICE | personas(Mara="{permission_sets: [Case_Work], permission_set_groups: [Service]}")
    [message] = found(files, check)
    assert message.endswith("gets it from the permission set Case_Work.")


def test_modify_all_data_in_the_group_makes_its_mute_idle() -> None:
    files = (
        WORK
        | KEEP
        | bundle("permissionsets", "Power", switch("userPermissions", "ModifyAllData"))
        | group("Service", "Case_Work", "Power", mute="Keep")
    )
    assert found(files, check) == [
        "medium/high permissionsetgroups/Service.permissionsetgroup-meta.xml:3 Service mutes delete on Case and gives it all the same: Power, which is in the group, "
        "grants ModifyAllData."
    ]


def test_muting_edit_mutes_delete_and_is_reopened_all_the_same() -> None:
    edit = bundle("mutingpermissionsets", "Keep", entry("Case", "allowEdit"))
    [message] = found(SERVICE | edit | group("Back_Office", "Case_Work"), check)
    assert "Service mutes delete on Case, but Case_Work" in message


# -- near misses


def test_the_other_group_mutes_it_too() -> None:
    assert found(SERVICE | group("Back_Office", "Case_Work", mute="Keep"), check) == []


def test_the_other_group_means_to_mute_it_which_is_a_fault_of_its_own() -> None:
    inverted = bundle("mutingpermissionsets", "Inverted", entry("Case", false=("allowDelete",)))
    assert found(SERVICE | inverted | group("Back_Office", "Case_Work", mute="Inverted"), check) == []


def test_the_other_groups_muting_set_is_not_in_the_tree() -> None:
    assert found(SERVICE | group("Back_Office", "Case_Work", mute="Elsewhere"), check) == []


def test_the_other_group_gets_delete_from_a_set_of_its_own() -> None:
    own = bundle("permissionsets", "Own", entry("Case", *DELETES))
    assert found(SERVICE | own | group("Back_Office", "Own"), check) == []


def test_an_inverted_muting_set_mutes_nothing_that_could_be_reopened() -> None:
    inverted = bundle("mutingpermissionsets", "Keep", entry("Case", false=("allowDelete",)))
    assert found(SERVICE | inverted | group("Back_Office", "Case_Work"), check) == []


def test_a_persona_shows_that_nobody_has_both_groups() -> None:
    files = SERVICE | group("Back_Office", "Case_Work") | personas(Mara="{permission_set_groups: [Service]}")
    assert found(files, check) == []


def test_an_administrator_may_delete_anyway() -> None:
    files = (
        SERVICE
        | bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"))
        | personas(Root="{profile: Admin, permission_set_groups: [Service]}")
    )
    assert found(files, check) == []


def test_a_mute_of_what_no_set_grants() -> None:
    read = bundle("permissionsets", "Case_Work", entry("Case", "allowRead"))
    assert found(SERVICE | read | group("Back_Office", "Case_Work"), check) == []


def test_muting_create_leaves_delete_alone() -> None:
    create = bundle("mutingpermissionsets", "Keep", entry("Case", "allowCreate"))
    assert found(SERVICE | create | group("Back_Office", "Case_Work"), check) == []
