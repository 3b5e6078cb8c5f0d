from __future__ import annotations

import pytest

from sfgov_checks.access.guest_reaches_privileged_write import guest_reaches_privileged_write
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
    xml,
)

GUEST = license_("Guest User License")
PATH = "profiles/Help.profile-meta.xml"


def guests(*blocks: str) -> Files:
    """A guest profile; its first block is line 3."""
    return profile("Help", GUEST, *blocks)


def allowed(text: str) -> Files:
    return policy(f"guest: {{allowed_writes: {text}}}\n")


def found(files: Files) -> list[str]:
    return orgs.found(files, guest_reaches_privileged_write)


# -- what is found


@pytest.mark.parametrize(
    ("flags", "can"),
    [
        (["allowRead", "allowEdit"], "edit Case"),
        (["allowRead", "allowEdit", "allowDelete"], "delete Case"),
        (["allowRead", "viewAllRecords"], "see every record of Case"),
        (["viewAllRecords", "modifyAllRecords", "allowDelete"], "change and delete every record of Case"),
        (["viewAllRecords", "allowEdit"], "see every record of Case, and edit Case"),
    ],
)
def test_what_guests_should_not_hold(flags: list[str], can: str) -> None:
    assert found(guests(on("Case", *flags))) == [
        f"high/high {PATH}:3 Profile Help lets people who are not logged in {can}."
    ]


def test_a_profile_is_one_finding_at_the_gravest() -> None:
    files = guests(on("Case", "allowEdit"), on("Contact", "allowDelete"), on("Account", "allowEdit"))
    assert found(files) == [
        f"high/high {PATH}:4 Profile Help lets people who are not logged in delete Contact, and edit Account and Case."
    ]
    assert orgs.evidence(files, guest_reaches_privileged_write) == [
        f"{PATH}:4 Help grants allowDelete on Contact",
        f"{PATH}:5 Help grants allowEdit on Account",
        f"{PATH}:3 Help grants allowEdit on Case",
    ]
    result = orgs.one(files, guest_reaches_privileged_write)
    assert result.subject == "allowDelete Contact, allowEdit Account, allowEdit Case"


def test_the_profile_that_a_site_names() -> None:
    site = {"sites/Help.site-meta.xml": xml("CustomSite", tag("guestProfile", "Help"))}
    assert orgs.components(
        site | profile("Help", on("Case", "allowEdit")), guest_reaches_privileged_write
    ) == ["Profile:Help"]


@pytest.mark.parametrize(
    ("declared", "block", "line"),
    [
        (
            "{Case: [create]}",
            on("Lead", "allowCreate"),
            f"medium/high {PATH}:3 Profile Help lets people who are not logged in create Lead.",
        ),
        (
            "{Case: [create]}",
            on("Case", "allowCreate", "allowEdit"),
            f"high/high {PATH}:3 Profile Help lets people who are not logged in edit Case.",
        ),
        (
            "{Case: [edit, delete]}",
            on("Case", "modifyAllRecords"),
            f"high/high {PATH}:3 Profile Help lets people who are not logged in change and delete every record of Case.",
        ),
    ],
)
def test_what_the_policy_does_not_allow(declared: str, block: str, line: str) -> None:
    assert found(allowed(declared) | guests(block)) == [line]


def test_a_group_answers_for_sets_that_are_only_its_members() -> None:
    files = (
        policy("delete: {members_only: [Forms]}\n")
        | permission_set("Forms", tag("license", "Guest User License"), on("Case", "allowEdit"))
        | group("Open", "Forms")
        | group("Muted", "Forms", mute="M")
        | muting_set("M", on("Case", "allowEdit"))
    )
    # Whose a group is, only its own files could say; that of its sets is no proof.
    assert orgs.components(files, guest_reaches_privileged_write) == []


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        guests(on("Case", "allowRead")),
        guests(on("Case", "allowRead", "allowCreate")),
        allowed("{case: [create]}") | guests(on("Case", "allowCreate")),
        allowed("{Case: [edit]}") | guests(on("CASE", "allowEdit")),
        guests("<objectPermissions><allowEdit>false</allowEdit><object>Case</object></objectPermissions>"),
        profile("Help", license_("Salesforce"), on("Case", "allowEdit", "allowDelete")),
        profile("Help", license_("Customer Community"), on("Case", "allowEdit")),
        profile("Guest License User", tag("custom", "false"), GUEST, on("Idea", "allowEdit")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_without_a_guest_profile_nothing_is_checked() -> None:
    assert orgs.not_checked(profile("Sales"), guest_reaches_privileged_write) == [
        "no guest profile was retrieved"
    ]
