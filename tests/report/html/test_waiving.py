"""What a report offers to write into the policy file, or into the code."""

from __future__ import annotations

import datetime
import html
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sfgov.gate.waivers import covered
from sfgov.policy import Waiver
from sfgov.report.html import render
from sfgov.report.html.waiving import comment, waiver
from sfgov.report.inert import visible
from sfgov.result import Result, Run


def result(run: Run, fingerprint: str) -> Result:
    return next(one for one in run.results if one.fingerprint == fingerprint * 16)


def test_a_waiver_names_the_finding_and_asks_who_why_and_how_long(run: Run) -> None:
    assert waiver(result(run, "d1")) == (
        "waivers:\n"
        "  - check: DEL001\n"
        '    component: "PermissionSet:Sales_Admin"\n'
        '    subject: "objectPermissions[Invoice__c].allowDelete"\n'
        "    owner:    # who answers for it\n"
        "    reason:   # why it is accepted\n"
        "    expires:  # its last day, as YYYY-MM-DD"
    )
    assert "subject" not in waiver(result(run, "e1"))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(TEXT, TEXT)
def test_filled_in_it_covers_the_finding(component: str, subject: str) -> None:
    one = Result("DEL001", "n", "high", "high", "m", component, "p", 1, 1, "f", subject)  # type: ignore[arg-type]
    [entry] = yaml.safe_load(visible(waiver(one)))["waivers"]
    assert (entry.pop("owner"), entry.pop("reason"), entry.pop("expires")) == (None, None, None)
    filled = Waiver(**entry, owner="jane", reason="why", expires=datetime.date(2026, 12, 31))
    assert covered(filled, [one]) == (one,)


def test_code_can_say_it_itself(run: Run) -> None:
    assert comment(result(run, "a3")) == "// sfgov: ignore[APX001] why"
    assert comment(result(run, "d1")) == ""


@pytest.mark.parametrize("status", ["new", "baseline", "waived", "suppressed"])
def test_the_report_offers_it_for_what_counts(run: Run, status: str) -> None:
    one = replace(result(run, "d1"), status=status)
    page = render(replace(run, results=(one,)))
    offered = re.findall(r"<pre>(waivers:.*?)</pre>", page, re.DOTALL)
    assert [html.unescape(text) for text in offered] == ([waiver(one)] if status == "new" else [])
