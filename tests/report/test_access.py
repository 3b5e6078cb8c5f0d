"""What a change lets whom do, and waivers about to expire: in words, cut where it gets long, and harmless."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from sfgov.report import Options, console, json_report, markdown
from sfgov.result import AccessChange, AccessDelta, Comparison, Expiring, Run

SALES = "force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml"
CHANGES = (
    AccessChange("Profile:R&D Team", "userPermissions", "ModifyAllData", ("enabled",), (), path="p.xml", line=9),
    AccessChange(
        "PermissionSet:Sales", "objectPermissions", "Invoice__c", ("allowEdit", "allowDelete"), ("viewAllRecords",),
        path=SALES, line=14,
    ),
    AccessChange(
        "PermissionSet:::error", "customPermissions", "By|pass @team\u202e", (), ("enabled",), bundle_is="gone", certain=False
    ),
)  # fmt: skip


def with_delta(run: Run, delta: AccessDelta) -> Run:
    return replace(run, comparison=Comparison("origin/main", "0123456789ab", (), 0, delta))


@pytest.fixture
def changed(run: Run) -> Run:
    return with_delta(run, AccessDelta(CHANGES, gained=3, lost=2))


def section(report: str, first: str) -> list[str]:
    lines = report.splitlines()
    start = lines.index(first)
    return lines[start : lines.index("", start + 4)]


def test_console(changed: Run) -> None:
    assert section(console.render(changed), "Access: 3 rights gained, 2 lost.") == [
        "Access: 3 rights gained, 2 lost.",
        "  Profile R&D Team gains the user permission ModifyAllData (p.xml:9)",
        f"  PermissionSet Sales gains edit, delete; loses read all on Invoice__c ({SALES}:14)",
        r"  PermissionSet :\:error loses the custom permission By|pass @team\u202e (not in the tree any more; perhaps: "
        "it refers to sets that are not in the tree)",
        "  As the files have it: a profile holds only what was retrieved with it.",
    ]


def test_console_fits_the_terminal(changed: Run) -> None:
    told = section(console.render(changed, Options(width=60)), "Access: 3 rights gained, 2 lost.")

    assert max(len(line) for line in told if SALES not in line) <= 60


def many(number: int) -> AccessDelta:
    """The gravest one is the last."""
    plain = [
        AccessChange(
            "PermissionSet:Sales", "objectPermissions", f"O{n:04}", ("allowEdit",), (), path="s.xml", line=n
        )
        for n in range(number - 1)
    ]
    grave = AccessChange(
        "Persona:Rep", "objectPermissions", "Z", ("modifyAllRecords",), (), path="s.xml", line=1
    )
    return AccessDelta((*plain, grave), gained=number + 5, lost=0, left_out=5)


def test_console_shows_the_gravest_and_counts_the_others(run: Run) -> None:
    lines = section(console.render(with_delta(run, many(30))), "Access: 35 rights gained, 0 lost.")

    assert len(lines) == 12
    assert lines[-2:] == [
        "  Persona Rep gains modify all on Z (s.xml:1)",
        "  25 changes of lesser weight left out here.",
    ]
    everything = console.render(with_delta(run, many(30)), Options(verbosity=1))
    assert everything.count(" on O0") == 29
    assert "  5 changes of lesser weight left out here.\n" in everything


def test_nothing_changed(run: Run) -> None:
    same = with_delta(run, AccessDelta(()))

    assert "Access: no right is gained or lost.\n" in console.render(same)
    assert "Access:" not in console.render(run)
    assert "### What the change lets whom do\n\nNo right is gained or lost.\n" in markdown.render(same)
    assert "lets whom do" not in markdown.render(run)


def test_markdown(changed: Run) -> None:
    report = markdown.render(changed)

    assert section(report, "### What the change lets whom do")[:3] == [
        "### What the change lets whom do",
        "",
        "3 rights gained, 2 lost.",
    ]
    rows = [line for line in report.splitlines() if line.startswith(("| `P", "| ``P"))]
    assert rows == [
        "| `Profile:R&D Team` | gains the user permission ModifyAllData | `orgs/acme/p.xml:9` |",
        f"| `PermissionSet:Sales` | gains edit, delete; loses read all on Invoice\\_\\_c | `orgs/acme/{SALES}:14` |",
        "| `PermissionSet:::error` | loses the custom permission By\\|pass @<!-- -->team\\\\u202e (not in the tree any "
        "more; perhaps: it refers to sets that are not in the tree) |  |",
    ]


@pytest.mark.parametrize(("budget", "shown"), [(60_000, 50), (3_000, None), (1_000, 0)])
def test_markdown_stays_in_its_budget(run: Run, budget: int, shown: int | None) -> None:
    quiet = replace(with_delta(run, many(400)), results=())

    report = markdown.render(quiet, budget)

    rows = [line for line in report.splitlines() if line.startswith("| `P")]
    assert len(report) <= budget
    assert f"\n{405 - len(rows)} changes of lesser weight left out here.\n" in report
    assert ("Persona:Rep" in report) is bool(rows)
    if shown is None:
        assert 0 < len(rows) < 50
    else:
        assert len(rows) == shown


def test_json(changed: Run) -> None:
    found = json.loads(json_report.render(changed))["access"]

    assert (found["gained"], found["lost"], found["left_out"]) == (3, 2, 0)
    assert found["changes"][1] == {
        "bundle": "PermissionSet:Sales",
        "bundle_is": "changed",
        "kind": "objectPermissions",
        "name": "Invoice__c",
        "gained": ["allowEdit", "allowDelete"],
        "lost": ["viewAllRecords"],
        "certain": True,
        "path": SALES,
        "line": 14,
    }


class TestWaiversAboutToExpire:
    @pytest.fixture
    def near(self, run: Run) -> Run:
        def waiver(days: int, findings: int, owner: str = "jane@example.com") -> Expiring:
            day = f"2026-06-{1 + days:02}"
            return Expiring(
                "DEL001", "PermissionSet:Sales_*", "*", owner, day, days, findings, "sfgov.yml", 7
            )

        return replace(run, expiring=(waiver(0, 1), waiver(1, 2), waiver(14, 1_000, "::error\u202e")))

    def test_console(self, near: Run) -> None:
        assert section(console.render(near), "Waivers about to expire:") == [
            "Waivers about to expire:",
            "  sfgov.yml:7: The waiver of jane@example.com for DEL001 on PermissionSet:Sales_* expires today "
            "(2026-06-01); 1 finding counts again afterwards.",
            "  sfgov.yml:7: The waiver of jane@example.com for DEL001 on PermissionSet:Sales_* expires tomorrow "
            "(2026-06-02); 2 findings count again afterwards.",
            r"  sfgov.yml:7: The waiver of :\:error\u202e for DEL001 on PermissionSet:Sales_* expires in 14 days "
            "(2026-06-15); 1,000 findings count again afterwards.",
        ]
        assert "about to expire" not in console.render(near, Options(verbosity=-1))

    def test_markdown(self, near: Run) -> None:
        first = next(line for line in markdown.render(near).splitlines() if line.startswith("- "))
        assert first == (
            r"- The waiver of jane@<!-- -->example.com for DEL001 on PermissionSet:Sales\_\* expires today "
            "(2026-06-01); 1 finding counts again afterwards."
        )
        many = replace(near, expiring=near.expiring * 20)
        assert markdown.render(many).count("\n- The waiver") == 20
        assert "\n- and 40 waivers more that will expire soon\n" in markdown.render(many)

    def test_json(self, near: Run, run: Run) -> None:
        assert json.loads(json_report.render(near))["summary"]["expiring_waivers"][1] == {
            "check": "DEL001",
            "component": "PermissionSet:Sales_*",
            "subject": "*",
            "owner": "jane@example.com",
            "expires": "2026-06-02",
            "days": 1,
            "findings": 2,
            "path": "sfgov.yml",
            "line": 7,
        }
        assert json.loads(json_report.render(run))["summary"]["expiring_waivers"] == []
