from __future__ import annotations

import pytest

from sfgov_checks.access.integration_principal_overreach import integration_principal_overreach
from tests import access_orgs as orgs
from tests.access_orgs import (
    Files,
    group,
    license_,
    muting_set,
    on,
    permission_set,
    policy,
    profile,
    tag,
    user,
)

API = license_("Salesforce Integration")


def addresses(start: str = "203.0.113.10", end: str = "203.0.113.20") -> str:
    return tag("loginIpRanges", tag("endAddress", end) + tag("startAddress", start))


def erp(*blocks: str) -> Files:
    """A profile of an integration with an address of its own; the first block is line 4."""
    return profile("ERP", API, addresses(), *blocks)


def systems(master_of: str = '{Account: ["*"], Product2: [Price__c]}') -> Files:
    return policy(f"systems:\n  - {{name: SAP, principal: erp, master_of: {master_of}}}\n")


def found(files: Files) -> list[str]:
    return orgs.found(files, integration_principal_overreach)


# -- what is found


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        (
            [user("ModifyAllData")],
            "ModifyAllData: whoever has its credentials can read, change and delete every record.",
        ),
        ([user("ViewAllData")], "ViewAllData: whoever has its credentials can read every record."),
    ],
)
def test_every_record(blocks: list[str], says: str) -> None:
    assert found(erp(*blocks)) == [
        f"high/high profiles/ERP.profile-meta.xml:4 Profile ERP is an integration's and grants {says}"
    ]


def test_every_record_of_some_objects() -> None:
    files = erp(
        on("Order", "allowEdit"), on("Contract", "modifyAllRecords"), on("Account", "modifyAllRecords")
    )
    assert found(files) == [
        "high/high profiles/ERP.profile-meta.xml:6 Profile ERP is an integration's and can change every record of "
        "Account and Contract, whatever sharing says (modifyAllRecords)."
    ]
    assert orgs.one(files, integration_principal_overreach).subject == "modifyAllRecords: Account, Contract"


def test_delete_and_write_outside_of_what_the_system_is_master_of() -> None:
    files = systems() | erp(
        on("Opportunity", "allowRead", "allowEdit", "allowDelete"),
        on("Account", "allowRead", "allowEdit", "allowDelete"),
        on("Lead", "allowCreate", "allowRead"),
        on("Case", "allowRead"),
    )
    assert found(files) == [
        "high/high profiles/ERP.profile-meta.xml:4 Profile ERP can delete Opportunity, but SAP is declared master only "
        "of Account and Product2.",
        "medium/high profiles/ERP.profile-meta.xml:6 Profile ERP can create or edit Lead, but SAP is declared master "
        "only of Account and Product2.",
    ]


def test_the_declaration_is_evidence() -> None:
    files = systems("{Account: ['*']}") | erp(on("Opportunity", "allowDelete"))
    assert orgs.evidence(files, integration_principal_overreach) == [
        "profiles/ERP.profile-meta.xml:4 ERP grants allowDelete on Opportunity",
        "sfgov.yml:2 SAP is declared master only of Account",
    ]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            profile("ERP", API),
            "medium/medium profiles/ERP.profile-meta.xml:1 Profile ERP is an integration's and can be used from any "
            "address: it has no loginIpRanges.",
        ),
        (
            profile("ERP", API, addresses(), addresses("0.0.0.1", "255.255.255.255")),
            "medium/medium profiles/ERP.profile-meta.xml:4 Profile ERP is an integration's and can be used from any "
            "address: it has the range 0.0.0.1 to 255.255.255.255.",
        ),
        (
            profile("ERP", API, addresses("128.0.0.0", "255.255.255.255")),
            "medium/medium profiles/ERP.profile-meta.xml:3 Profile ERP is an integration's and can be used from any "
            "address: it has the range 128.0.0.0 to 255.255.255.255.",
        ),
    ],
)
def test_a_profile_that_can_be_used_from_anywhere(files: Files, says: str) -> None:
    assert found(files) == [says]


def test_many_such_profiles_are_one_finding() -> None:
    files: Files = {}
    for number in range(6):
        files |= profile(f"System {number}", API)
    [line] = found(files)
    assert line.endswith(
        "6 profiles of integrations can be used from any address: System 0, System 1, System 2, System 3, System 4 and "
        "1 more."
    )


def test_a_declared_profile_whose_users_can_use_the_interface() -> None:
    files = policy("principals: {integration: {profiles: [ERP]}}\n") | profile(
        "ERP", license_("Salesforce"), addresses(), user("LightningExperienceUser")
    )
    assert found(files) == [
        "medium/medium profiles/ERP.profile-meta.xml:4 Profile ERP is an integration's, and its users can also log in "
        "to the user interface."
    ]


@pytest.mark.parametrize(
    "files",
    [
        permission_set("Nightly", user("ApiUserOnly"), user("ViewAllData")),
        policy("principals: {integration: {permission_sets: [mule]}}\n")
        | permission_set("Mule", user("ViewAllData")),
        permission_set(
            "Nightly", license_("x"), tag("license", "Salesforce Integration"), user("ViewAllData")
        ),
    ],
)
def test_who_is_an_integration(files: Files) -> None:
    assert [line.partition(" is an ")[2] for line in found(files)] == [
        "integration's and grants ViewAllData: whoever has its credentials can read every record."
    ]


def test_modify_all_data_brings_all_objects_with_it() -> None:
    files = erp(user("ModifyAllData"), on("Case", "allowRead", "modifyAllRecords"))
    assert [line.partition(" grants ")[2][:13] for line in found(files)] == ["ModifyAllData"]


def test_the_principal_of_a_system_is_an_integration() -> None:
    files = profile("ERP", addresses(), on("Case", "allowRead", "allowDelete"))
    assert found(files) == []
    assert found(files | systems("{Account: [Limit__c]}")) == [
        "high/high profiles/ERP.profile-meta.xml:3 Profile ERP can delete Case, but SAP is declared master only of Account."
    ]


def test_a_group_answers_for_sets_that_are_only_its_members() -> None:
    files = (
        policy(
            "delete: {members_only: [Read]}\n"
            "principals: {integration: {permission_set_groups: [Open, Muted], permission_sets: [Read]}}\n"
        )
        | permission_set("Read", user("ViewAllData"))
        | group("Open", "Read")
        | group("Muted", "Read", mute="M")
        | muting_set("M", user("ViewAllData"))
    )
    assert orgs.components(files, integration_principal_overreach) == ["PermissionSetGroup:Open"]


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        erp(
            on("Opportunity", "allowRead", "allowEdit", "allowDelete")
        ),  # what its system is master of is unknown
        systems() | erp(on("ACCOUNT", "allowDelete"), on("Product2", "allowEdit"), on("Lead", "allowRead")),
        profile("Sales", user("ViewAllData")),  # people
        profile("ERP Integration", user("ViewAllData")),  # a name proves nothing
        profile(
            "Analytics",
            tag("custom", "false"),
            license_("Analytics Cloud Integration User"),
            user("ViewAllData"),
        ),
        policy("principals: {admin: {profiles: [ERP]}}\n") | erp(user("ModifyAllData")),
        permission_set("acme__Sync", user("ApiUserOnly"), user("ViewAllData")),
        profile(
            "ERP", license_("Salesforce"), addresses(), user("ApiUserOnly"), user("LightningExperienceUser")
        ),
        profile("ERP", API, addresses("10.0.0.0", "10.255.255.255")),
        profile("ERP", API, addresses("2001:db8::1", "2001:db8::ffff")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_without_an_integration_nothing_is_checked() -> None:
    assert orgs.not_checked(profile("Sales"), integration_principal_overreach) == [
        "no integration is known: declare principals.integration"
    ]
