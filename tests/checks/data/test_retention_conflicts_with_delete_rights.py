"""DAT013 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.retention_conflicts_with_delete_rights import (
    retention_conflicts_with_delete_rights as check,
)
from tests.data_orgs import chain, field, mdapi_object, said, xml
from tests.delete_orgs import line_guard

RETENTION = "governance/retention.yml"


def retention(entry: str) -> dict[str, str]:
    return {RETENTION: f"objects:\n  Case: {{{entry}}}\n"} | field("Case.Note__c")


def agents(delete: str = "true", suffix: str = "-meta.xml") -> dict[str, str]:
    """A permission set that can delete cases; `allowDelete` is line 4."""
    body = (
        f"    <objectPermissions>\n        <allowDelete>{delete}</allowDelete>\n        <allowEdit>true</allowEdit>\n"
        "        <allowRead>true</allowRead>\n        <object>Case</object>\n    </objectPermissions>\n"
    )
    return {f"permissionsets/Agents.permissionset{suffix}": xml("PermissionSet", body)}


def guard(condition: str) -> dict[str, str]:
    return {
        "triggers/CaseGuard.trigger": "trigger CaseGuard on Case (before delete) {\n"
        f"    for (Case c : Trigger.old) {{ {condition} {{ c.addError('It stays.'); }} }}\n}}\n"
    }


def purge(condition: str) -> dict[str, str]:
    body = f"List<Case> old = [SELECT Id FROM Case WHERE {condition}];\n        delete old;"  # noqa: S608
    return {"classes/Purge.cls": f"public class Purge {{\n    void run() {{\n        {body}\n    }}\n}}\n"}


def test_somebody_can_delete_and_nothing_checks() -> None:
    (one,) = lint(retention("min_keep: 7y, legal_hold_field: Legal_Hold__c") | agents(), check)
    assert (one.severity.value, one.path, one.line) == ("high", RETENTION, 2)
    assert one.message == (
        "Case must be kept for 7y, but 1 permission set (Agents) can delete it, and nothing checks its age or Legal_Hold__c."
    )
    assert chain(one) == ["permissionsets/Agents.permissionset-meta.xml:4 Agents grants allowDelete on Case"]


def test_a_guard_that_looks_at_something_else_in_the_mdapi_format() -> None:
    files = mdapi_object("Case") | {RETENTION: "objects: {Case: {min_keep: 90d}}\n"}
    posted = line_guard(object_="Case", name="Posted")
    files |= agents(suffix="") | {"flows/Posted.flow": posted["flows/Posted.flow-meta.xml"]}
    (one,) = lint(files, check)
    assert chain(one)[1:] == ["flows/Posted.flow:5 Posted does not look at the record's age"]


def test_many_objects_are_one_finding() -> None:
    names = [f"Object{number:02}__c" for number in range(11)]
    blocks = "".join(
        f"<objectPermissions><allowDelete>true</allowDelete><object>{name}</object></objectPermissions>\n"
        for name in names
    )
    files = {
        RETENTION: "objects:\n" + "".join(f"  {name}: {{min_keep: 1y}}\n" for name in names),
        "permissionsets/All.permissionset-meta.xml": xml("PermissionSet", blocks),
    }
    (one,) = lint(files, check)
    assert (one.line, one.subject) == (2, "deletable")
    assert one.message == (
        "11 objects must be kept for a time, but others than administrators can delete them, and nothing checks their age: "
        "Object00__c, Object01__c, Object02__c, Object03__c, Object04__c and 6 more."
    )
    assert len(chain(one)) == 5


def test_a_class_that_deletes_too_early() -> None:
    files = retention("min_keep: 7y") | purge("CreatedDate < LAST_N_DAYS:30")
    assert said(check, files) == [
        "high/high classes/Purge.cls:3 Case must be kept for 7y, but Purge selects records that are older than 30 days, and "
        "deletes."
    ]


@pytest.mark.parametrize(
    ("by", "more", "reason"),
    [
        ("apex:Gone", purge("Id != null"), "by Gone, which is not among the Apex classes here."),
        (
            "apex:Idle",
            {"classes/Idle.cls": "public class Idle { Integer a; }"},
            "by Idle, which deletes nothing.",
        ),
        (
            "flow:Archive",
            {"flows/Archive.flow-meta.xml": xml("Flow", "    <status>Draft</status>\n")},
            "by Archive, which is not active.",
        ),
        (
            "flow:Gone",
            {"flows/Archive.flow-meta.xml": xml("Flow", "    <status>Active</status>\n")},
            "by Gone, which is not among the flows here.",
        ),
    ],
)
def test_jobs_that_do_not_do_it(by: str, more: dict[str, str], reason: str) -> None:
    files = retention(f'max_keep: 90d, then: delete, by: "{by}"') | more
    assert said(check, files) == [f"medium/high {RETENTION}:2 Case is to be deleted after 90d {reason}"]


def test_a_history_that_is_kept_too_short() -> None:
    history = (
        "    <historyRetentionPolicy>\n        <archiveAfterMonths>6</archiveAfterMonths>\n"
        "        <archiveRetentionYears>5</archiveRetentionYears>\n    </historyRetentionPolicy>\n"
    )
    files = retention("min_keep: 7y") | {"objects/Case/Case.object-meta.xml": xml("CustomObject", history)}
    assert said(check, files) == [
        "low/high objects/Case/Case.object-meta.xml:5 Case must be kept for 7y, but the history of its fields only for 5 "
        "years."
    ]


@pytest.mark.parametrize(
    "files",
    [
        retention("min_keep: 7y") | agents("false"),
        retention("max_keep: 7y") | agents(),
        retention("min_keep: 7y") | agents() | guard("if (c.ClosedDate > Date.today().addYears(-7))"),
        retention("min_keep: 7y, legal_hold_field: Frozen__c") | agents() | guard("if (c.Frozen__c)"),
        retention("min_keep: 7y") | agents() | {"sfgov.yml": "delete: {never: [Case]}\n"},
        retention("min_keep: 7y")
        | agents()
        | {"sfgov.yml": "delete: {allow: {permission_sets: [Agents]}}\n"},
        retention("min_keep: 7y") | purge("CreatedDate < LAST_N_YEARS:8"),
        retention("min_keep: 7y") | purge("CreatedDate > LAST_N_DAYS:30"),
        retention("max_keep: 90d, by: salesforce-archive"),
        retention('max_keep: 90d, by: "apex:Purge"') | purge("Id != null"),
        retention("min_keep: 7y") | agents() | guard("if (Rules.isLocked(c))"),
    ],
    ids=[
        "cannot",
        "no-min",
        "age-guard",
        "hold-guard",
        "never",
        "allowed",
        "old-enough",
        "newer",
        "archive",
        "job",
        "trigger-of-unknown-fields",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []
