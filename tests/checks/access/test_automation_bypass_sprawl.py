from __future__ import annotations

import pytest

from sfgov_checks.access.automation_bypass_sprawl import automation_bypass_sprawl
from tests import access_orgs as orgs
from tests.access_orgs import (
    Files,
    custom,
    group,
    license_,
    muting_set,
    permission_set,
    policy,
    profile,
    tag,
    user,
    validation_rule,
    xml,
)

FORMULA = "AND(NOT($Permission.Bypass), ISBLANK(Name))"
RULES = validation_rule("Account.A", FORMULA) | validation_rule("Contact.B", FORMULA)
RULE_A = "objects/Account/validationRules/A.validationRule-meta.xml"
PERMISSION = {
    "customPermissions/Bypass.customPermission-meta.xml": xml("CustomPermission", tag("label", "Bypass"))
}
TRIGGER = {
    "triggers/T.trigger": "trigger T on Account (before update) {\n"
    "if (FeatureManagement.checkPermission('Bypass')) return;\nupdate new Contact();\n}\n"
}
PEOPLE = permission_set("Sales", custom("Bypass"))
MACHINE = permission_set("Load", custom("Bypass"), user("ApiUserOnly"))


def many(number: int) -> Files:
    files: Files = {}
    for one in range(1, number + 1):
        files |= permission_set(f"Team_{one}", custom("Bypass"))
    return files


def found(files: Files) -> list[str]:
    return orgs.found(files, automation_bypass_sprawl)


# -- what is found


def test_people_and_integrations_share_it() -> None:
    assert orgs.components(RULES | PERMISSION | PEOPLE | MACHINE, automation_bypass_sprawl) == [
        "CustomPermission:Bypass"
    ]
    files = RULES | PERMISSION | PEOPLE | MACHINE
    assert found(files) == [
        "medium/high customPermissions/Bypass.customPermission-meta.xml:1 Bypass switches off 2 validation rules, and 2 "
        "permission sets grant it, people and integrations alike: Load and Sales."
    ]
    assert orgs.evidence(files, automation_bypass_sprawl) == [
        f"{RULE_A}:4 validation rule Account.A lets its holders through",
        "objects/Contact/validationRules/B.validationRule-meta.xml:4 validation rule Contact.B lets its holders through",
        "permissionsets/Load.permissionset-meta.xml:2 Load grants Bypass",
        "permissionsets/Sales.permissionset-meta.xml:2 Sales grants Bypass",
    ]


def test_many_hold_it() -> None:
    assert found(RULES | TRIGGER | PERMISSION | many(6)) == [
        "medium/high customPermissions/Bypass.customPermission-meta.xml:1 Bypass switches off 2 validation rules and 1 "
        "trigger method, and 6 permission sets grant it, more than 5: Team_1, Team_2, Team_3, Team_4, Team_5 and 1 "
        "more."
    ]


@pytest.mark.parametrize(
    "holder",
    [
        profile("Site", license_("Guest User License"), custom("Bypass")),
        profile("Site", license_("Partner Community"), custom("Bypass")),
        profile("Site", license_("Einstein Agent"), custom("Bypass")),
    ],
)
def test_strangers_hold_it(holder: Files) -> None:
    assert found(RULES | PERMISSION | holder) == [
        "high/high customPermissions/Bypass.customPermission-meta.xml:1 Bypass switches off 2 validation rules, and 1 "
        "profile grants it, Site among them: Site."
    ]


def test_without_its_file_it_is_found_at_the_first_rule() -> None:
    result = orgs.one(RULES | PEOPLE | MACHINE, automation_bypass_sprawl)
    assert (result.path, result.line, result.component) == (RULE_A, 4, "CustomPermission:Bypass")


def test_a_group_answers_for_a_set_that_is_only_its_member() -> None:
    files = (
        policy("delete: {members_only: [Sales]}\n")
        | RULES
        | PEOPLE
        | MACHINE
        | group("Open", "Sales")
        | group("Muted", "Sales", mute="M")
        | muting_set("M", custom("Bypass"))
    )
    [line] = found(files)
    assert line.endswith(
        "1 permission set and 1 permission set group grant it, people and integrations alike: Load and Open."
    )


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        validation_rule("Account.A", FORMULA) | PEOPLE | MACHINE,  # one rule is what it was made for
        RULES,
        RULES | MACHINE,
        RULES | PEOPLE,
        RULES | many(5),
        RULES | MACHINE | profile("Admin", custom("Bypass")),
        RULES | MACHINE | policy("principals: {admin: {permission_sets: [Sales]}}\n") | PEOPLE,
        RULES | MACHINE | permission_set("acme__Sales", custom("Bypass")),
        RULES | MACHINE | permission_set("Sales", custom("Other")),
        validation_rule("Account.A", FORMULA)
        | validation_rule("Contact.B", FORMULA, active=False)
        | PEOPLE
        | MACHINE,
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_how_many_are_too_many() -> None:
    assert len(found(policy("checks: {ACC009: {max_bypass_holders: 2}}\n") | RULES | many(3))) == 1
    assert found(policy("checks: {ACC009: {max_bypass_holders: 6}}\n") | RULES | many(6)) == []


def test_without_bundles_nothing_is_known_of_the_holders() -> None:
    assert orgs.not_checked(RULES, automation_bypass_sprawl) == [
        "neither Profile nor PermissionSet was retrieved, so who holds bypass permissions is unknown"
    ]
