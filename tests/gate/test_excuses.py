"""Waivers and suppressions in whole runs: SFG010 to SFG014."""

from __future__ import annotations

from datetime import date

from sfgov.gate.checks import (
    expired_waiver,
    malformed_suppression,
    unused_suppression,
    waiver_too_wide,
)
from sfgov.result import Result
from sfgov.testing import TODAY, lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.delete_orgs import deleter

EXCUSES = (expired_waiver, malformed_suppression, unused_suppression, waiver_too_wide)
WAIVER = '{{check: {check}, component: "{component}", owner: jane, reason: r, expires: {expires}}}'


def waiver(component: str = "ApexClass:C", expires: str = "2026-12-31", check: str = "APX001") -> str:
    return WAIVER.format(component=component, expires=expires, check=check)


def org(*waivers: str, before: str = "", trailing: str = "", above: str = "") -> dict[str, str]:
    policy = "waivers:\n" + "".join(f"  - {one}\n" for one in waivers)
    return {
        "classes/C.cls": f"""{before}public class C {{
  void m(List<Account> all) {{
    for (Account a : all) {{
{above}      update a;{trailing}
    }}
  }}
}}
""",
        "sfgov.yml": policy if waivers else "{}\n",
    }


def told(results: list[Result]) -> list[str]:
    return [
        f"{r.path}:{r.line} {r.check} {r.status}: {r.message}" for r in results if r.check.startswith("SFG")
    ]


def status(results: list[Result]) -> list[tuple[str, str]]:
    return [(r.status, r.reason) for r in results if r.check == "APX001"]


class TestComments:
    def test_on_the_line(self) -> None:
        results = lint(org(trailing=" // sfgov: ignore[APX001] two at most"), db_work_in_loop, *EXCUSES)

        assert status(results) == [("suppressed", "two at most")]
        assert told(results) == []

    def test_on_the_line_above(self) -> None:
        results = lint(
            org(above="      // sfgov: ignore[db-work-in-loop-any-depth] two at most\n"),
            db_work_in_loop,
            *EXCUSES,
        )

        assert status(results) == [("suppressed", "two at most")]
        assert told(results) == []

    def test_at_the_top_of_the_file(self) -> None:
        results = lint(org(before="// sfgov: file-ignore[APX001] generated\n"), db_work_in_loop, *EXCUSES)

        assert status(results) == [("suppressed", "generated")]
        assert told(results) == []

    def test_a_malformed_one_suppresses_nothing(self) -> None:
        results = lint(org(trailing=" // sfgov: ignore[APX001]"), db_work_in_loop, *EXCUSES)

        assert status(results) == [("new", "")]
        assert told(results) == [
            "classes/C.cls:4 SFG013 new: This comment suppresses nothing: it gives no reason after the brackets; "
            "write // sfgov: ignore[CODE] reason."
        ]

    def test_a_question_ends_the_message(self) -> None:
        (message,) = told(lint(org(trailing=" // sfgov: ignore[APX01] r"), db_work_in_loop, *EXCUSES))

        assert message.endswith('nothing: there is no check "APX01"; did you mean "APX001"?')

    def test_one_that_excuses_nothing(self) -> None:
        files = org(before="// sfgov: file-ignore[APX002] no callouts here\n")

        assert told(lint(files, limited_work_in_loop, db_work_in_loop, *EXCUSES)) == [
            "classes/C.cls:1 SFG010 new: This comment suppresses APX002, which finds nothing in this file."
        ]

    def test_text_in_a_string_is_no_comment(self) -> None:
        files = org(before="", trailing=" String s = '// sfgov: ignore[';")

        assert told(lint(files, db_work_in_loop, *EXCUSES)) == []

    def test_a_comment_in_a_trigger(self) -> None:
        files = {
            "triggers/T.trigger": "trigger T on Account (before update) {\n  // sfgov: nonsense\n}\n",
        }

        (found,) = lint(files, malformed_suppression)
        assert (found.path, found.line, found.component) == ("triggers/T.trigger", 2, "ApexTrigger:T")


class TestWaivers:
    def test_one_that_holds_is_quiet(self) -> None:
        results = lint(org(waiver()), db_work_in_loop, *EXCUSES)

        assert status(results) == [("waived", "jane: r (until 2026-12-31)")]
        assert told(results) == []

    def test_from_the_day_after_the_finding_counts_and_the_waiver_is_named(self) -> None:
        files = org(waiver(component="ApexClass:Other"), waiver(expires="2026-06-01"))

        last = lint(files, db_work_in_loop, expired_waiver, today=date(2026, 6, 1))
        after = lint(files, db_work_in_loop, expired_waiver, today=date(2026, 6, 2))

        assert (status(last)[0][0], told(last)) == ("waived", [])
        assert status(after) == [("new", "")]
        assert told(after) == [
            "sfgov.yml:3 SFG011 new: The waiver of jane for APX001 on ApexClass:C expired on 2026-06-01; "
            "1 finding counts again."
        ]
        (expired,) = [r for r in after if r.check == "SFG011"]
        assert [(step.path, step.line, step.component) for step in expired.evidence] == [
            ("classes/C.cls", 4, "ApexClass:C")
        ]

    def test_an_expired_one_that_covers_nothing_can_go(self) -> None:
        results = lint(
            org(waiver(component="ApexClass:Gone", expires="2026-01-01")), db_work_in_loop, *EXCUSES
        )

        assert told(results) == [
            "sfgov.yml:2 SFG011 new: The waiver of jane for APX001 on ApexClass:Gone expired on 2026-01-01; "
            "it covers no finding that counts, so it can go."
        ]

    def test_one_that_covers_nothing(self) -> None:
        results = lint(org(waiver(), waiver(component="ApexClass:Gone")), db_work_in_loop, *EXCUSES)

        assert told(results) == [
            "sfgov.yml:3 SFG010 new: The waiver of jane for APX001 on ApexClass:Gone covers no finding."
        ]

    def test_one_that_can_cover_nothing_is_told_how_components_are_written(self) -> None:
        assert told(lint(org(waiver(component="Rates"), waiver()), db_work_in_loop, *EXCUSES)) == [
            "sfgov.yml:2 SFG010 new: The waiver of jane for APX001 on Rates covers no finding; "
            "components have their type before them, such as ApexClass:Rates."
        ]

    def test_one_for_a_check_that_did_not_look_is_not_judged(self) -> None:
        assert told(lint(org(waiver(check="DEL001"), waiver()), db_work_in_loop, *EXCUSES)) == []
        # DEL001 runs, but no permission set and no profile was retrieved.
        assert (
            told(
                lint(org(waiver(check="DEL001"), waiver()), db_work_in_loop, never_policy_violated, *EXCUSES)
            )
            == []
        )

    def test_part_of_a_project_is_not_judged(self) -> None:
        files = org(waiver(component="ApexClass:Elsewhere"))
        files = {
            "sfdx-project.json": '{"packageDirectories": [{"path": "a", "default": true}, {"path": "b"}]}',
            "sfgov.yml": files["sfgov.yml"],
            "a/classes/C.cls": files["classes/C.cls"],
            "b/classes/D.cls": "public class D {}",
        }

        assert len(told(lint(files, db_work_in_loop, *EXCUSES))) == 1

    def test_one_that_holds_too_long(self) -> None:
        limits = "waiver_limits: {max_days: 90}\n"
        files = org(waiver(expires="2026-08-31"))

        assert told(lint(files, db_work_in_loop, *EXCUSES)) == []
        assert told(lint(files | {"sfgov.yml": limits + files["sfgov.yml"]}, db_work_in_loop, *EXCUSES)) == [
            "sfgov.yml:3 SFG014 new: The waiver of jane for APX001 on ApexClass:C holds for 91 more days, "
            "and 90 is the most."
        ]

    def test_one_that_covers_too_much(self) -> None:
        files = org(waiver(component="permissionset:*", check="DEL001"))
        for name in ("A", "B", "C"):
            files |= deleter("Account", name)
        limits = "waiver_limits: {max_components: 2}\n"

        assert told(lint(files, waiver_too_wide)) == []
        assert told(lint(files | {"sfgov.yml": limits + files["sfgov.yml"]}, waiver_too_wide)) == [
            "sfgov.yml:3 SFG014 new: The waiver of jane for DEL001 on permissionset:* covers 3 components, "
            "and 2 is the most."
        ]

    def test_an_excuse_of_an_excuse(self) -> None:
        files = org(
            waiver(component="ApexClass:Gone"),
            waiver(component="Policy:*", check="SFG010"),
            waiver(),
        )

        results = [r for r in lint(files, db_work_in_loop, *EXCUSES) if r.check == "SFG010"]
        assert [(r.line, r.status) for r in results] == [(2, "waived")]

    def test_moving_a_waiver_in_the_list_keeps_its_findings_identity(self) -> None:
        gone = waiver(component="ApexClass:Gone")
        first, second = (
            [r.fingerprint for r in lint(org(*waivers), db_work_in_loop, *EXCUSES) if r.check == "SFG010"]
            for waivers in ((gone, waiver()), (waiver(), gone))
        )

        assert first == second
        assert len(first) == 1


def test_the_day_of_the_tests() -> None:
    assert date(2026, 6, 1) == TODAY
