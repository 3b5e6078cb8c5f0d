"""What the policy changes in results: severities and waivers."""

import datetime

import pytest
from msgspec.structs import replace

from sfgov.check import Severity
from sfgov.gate.waivers import apply_overrides, apply_waivers
from sfgov.policy import Override, Policy, Waiver
from tests.gate_results import RESULT

WAIVER = Waiver(
    check="DEL001",
    component="PermissionSet:Sales_*",
    owner="jane@example.com",
    reason="Migration runs until Q4.",
    expires=datetime.date(2026, 12, 31),
)
LAST_DAY = datetime.date(2026, 12, 31)


def waived(waiver: Waiver, today: datetime.date = LAST_DAY) -> tuple[str, str]:
    [result] = apply_waivers([RESULT], Policy(waivers=(waiver,)), today)
    return result.status, result.reason


def test_a_waiver_says_who_why_and_until_when() -> None:
    assert waived(WAIVER) == ("waived", "jane@example.com: Migration runs until Q4. (until 2026-12-31)")


def test_a_ticket_is_told_too() -> None:
    ticket = replace(WAIVER, ticket="GOV-123")
    assert waived(ticket)[1] == "jane@example.com: Migration runs until Q4. (GOV-123, until 2026-12-31)"


def test_it_holds_on_its_last_day_and_not_on_the_next() -> None:
    assert waived(WAIVER, LAST_DAY)[0] == "waived"
    assert waived(WAIVER, LAST_DAY + datetime.timedelta(days=1)) == ("new", "")


@pytest.mark.parametrize("name", ["DEL001", "del001", "delete-for-all", "DEL", "del"])
def test_it_names_a_code_a_name_or_a_pack(name: str) -> None:
    assert waived(replace(WAIVER, check=name))[0] == "waived"


@pytest.mark.parametrize(
    "other",
    [
        replace(WAIVER, check="DEL002"),
        replace(WAIVER, component="PermissionSet:Service_*"),
        replace(WAIVER, component="PermissionSet:Sales"),
        replace(WAIVER, subject="objectPermissions[Contract].allowDelete"),
    ],
)
def test_what_it_does_not_name_stays_new(other: Waiver) -> None:
    assert waived(other) == ("new", "")


@pytest.mark.parametrize(
    "same",
    [
        replace(WAIVER, component="permissionset:SALES_admin"),
        replace(WAIVER, component="*"),
        replace(WAIVER, subject="objectPermissions[Invoice__c].allowDelete"),
        replace(WAIVER, subject="objectpermissions[invoice__c].*"),
    ],
)
def test_names_compare_without_case_and_with_wildcards(same: Waiver) -> None:
    assert waived(same)[0] == "waived"


def test_the_first_waiver_that_still_holds_is_told() -> None:
    expired = replace(WAIVER, owner="old", expires=datetime.date(2026, 1, 1))
    policy = Policy(waivers=(expired, replace(WAIVER, owner="first"), replace(WAIVER, owner="second")))
    [result] = apply_waivers([RESULT], policy, LAST_DAY)
    assert result.reason.startswith("first: ")


def test_what_does_not_count_anyway_keeps_its_status() -> None:
    known = replace(RESULT, status="baseline", reason="known since May")
    assert apply_waivers([known], Policy(waivers=(WAIVER,)), LAST_DAY) == [known]


def severity(policy: Policy, below: str = "") -> str:
    [result] = apply_overrides([RESULT], policy, below=below)
    return result.severity.value


@pytest.mark.parametrize("name", ["DEL001", "delete-for-all"])
@pytest.mark.parametrize("level", ["critical", "low"])
def test_a_check_s_severity_from_the_policy(name: str, level: str) -> None:
    assert severity(Policy(checks={name: {"severity": level}})) == level


def test_settings_without_a_severity_change_none() -> None:
    assert severity(Policy(checks={"DEL001": {"max_holders": 3}, "DEL002": {"severity": "low"}})) == "high"


def test_an_override_makes_milder_and_never_worse() -> None:
    legacy = ("main/permissionsets/**",)
    assert severity(Policy(overrides=(Override(legacy, Severity.LOW),))) == "low"
    assert severity(Policy(overrides=(Override(legacy, Severity.CRITICAL),))) == "high"


def test_the_mildest_override_holds_also_over_a_check_s_own_severity() -> None:
    policy = Policy(
        checks={"DEL001": {"severity": "critical"}},
        overrides=(Override(("main/**",), Severity.INFO), Override(("**",), Severity.MEDIUM)),
    )
    assert severity(policy) == "info"


def test_other_paths_are_left_alone() -> None:
    assert severity(Policy(overrides=(Override(("legacy/**",), Severity.LOW),))) == "high"


def test_paths_start_at_the_folder_of_the_policy_file() -> None:
    policy = Policy(overrides=(Override(("force-app/main/**",), Severity.LOW),))
    assert severity(policy) == "high"
    assert severity(policy, below="force-app/") == "low"
