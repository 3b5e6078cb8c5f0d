"""JUnit XML, for Jenkins, GitLab, Azure and every other reader of test results.

A check is a suite, and what it says about one component is a case. So a case keeps its name from run to run,
however many findings it has and wherever they stand. Times are zero: the same org gives the same report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from sfgov.report.inert import printable, prose
from sfgov.report.proof import proof
from sfgov.result import Card, Result, Run

MOST_CASES = 20_000
"""GitLab refuses files with too many XML objects; this many cases are well below its limit."""
_WHOLE_ORG = "all components"
_CRASH = "SFG003"
_PACKS = {
    "DEL": "delete",
    "ACC": "access",
    "FLW": "flow",
    "APX": "apex",
    "DAT": "data",
    "AGT": "agent",
    "INT": "integration",
    "ATT": "attribution",
    "HYG": "hygiene",
    "SFG": "self",
}


class _Case(msgspec.Struct, frozen=True):
    check: str
    name: str
    outcome: Literal["error", "failure", "skipped", "passed"]
    text: str = ""
    headline: str = ""
    severity: str = ""
    file: str = ""
    importance: int = 0
    """Where there are too many cases, the lowest numbers are kept."""


def render(run: Run) -> str:
    """All checks of the run with all their findings; those that do not count are skipped cases."""
    every = list(_cases(run))
    kept = _most_important(every)
    by_check: dict[str, list[_Case]] = defaultdict(list)
    for case in kept:
        by_check[case.check].append(case)
    suites = [_suite(card, by_check[card.code]) for card in run.cards]
    if len(kept) < len(every):
        suites.append(_cut_suite(len(every) - len(kept)))
    root = Element("testsuites", {"name": "sfgov", **_sums(suites), "time": "0"})
    root.extend(suites)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _cases(run: Run) -> Iterator[_Case]:
    """The cases in order: by check, then by component, what is said of the whole org last."""
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in run.results:
        found[result.check, result.component].append(result)
    with_findings = {check for check, _ in found}
    missed = _missed(run)
    yield from (_case(found[key], run) for key in sorted(found))
    for card in run.cards:
        if card.code in missed:
            yield _Case(card.code, _WHOLE_ORG, "skipped", "\n".join(missed[card.code]), importance=6)
        elif card.code not in with_findings:
            yield _Case(card.code, _WHOLE_ORG, "passed", importance=7)
    yield from _fixed(run, found.keys())


def _fixed(run: Run, found: Collection[tuple[str, str]]) -> Iterator[_Case]:
    """What had findings in an earlier state and has none any more: cases that pass."""
    fixed: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in run.comparison.fixed if run.comparison else ():
        if (result.check, result.component) not in found:
            fixed[result.check, result.component].append(result)
    for check, component in sorted(fixed):
        text = "\n".join(f"Fixed: {prose(result.message)}" for result in fixed[check, component])
        yield _Case(check, printable(component), "passed", text, importance=7)


def _missed(run: Run) -> dict[str, list[str]]:
    """Per check, why it did not see the whole org."""
    missed: dict[str, list[str]] = defaultdict(list)
    for one in run.not_checked:
        missed[one.check].append(f"Not checked: {prose(one.reason)}.")
    for code in sorted(run.crashed_checks):
        missed[code].append(f"The check crashed; see {_CRASH}.")
    return missed


def _case(results: Sequence[Result], run: Run) -> _Case:
    """The case of one check and one component."""
    first = results[0]
    active = [result for result in results if result.status == "new"]
    worst = min(active or results, key=lambda result: result.severity.rank)
    case = _Case(
        check=first.check,
        name=printable(first.component),
        outcome="skipped",
        text="\n".join(line for result in results for line in _said(result, run)),
        headline=prose(worst.message),
        severity=worst.severity,
        file=printable(run.in_repository(worst.path)),
        importance=6,
    )
    if not active:
        return case
    if first.check == _CRASH:
        return msgspec.structs.replace(case, outcome="error", importance=0)
    return msgspec.structs.replace(case, outcome="failure", importance=1 + worst.severity.rank)


def _said(result: Result, run: Run) -> Iterator[str]:
    """What a finding says, line by line."""
    place = f"{printable(run.in_repository(result.path))}:{result.line}:{result.column}"
    status = "" if result.status == "new" else f" [{result.status}{_because(result)}]"
    yield f"{place}: {result.severity}{status}: {prose(result.message)}"
    yield from (f"  {line}" for line in proof(result, run))


def _because(result: Result) -> str:
    return f": {prose(result.reason)}" if result.reason else ""


def _most_important(cases: list[_Case]) -> list[_Case]:
    if len(cases) <= MOST_CASES:
        return cases
    by_importance = sorted(range(len(cases)), key=lambda number: cases[number].importance)
    return [cases[number] for number in sorted(by_importance[: MOST_CASES - 1])]


def _suite(card: Card, cases: Iterable[_Case]) -> Element:
    package = f"sfgov.{_PACKS.get(card.pack, card.pack.lower())}"
    suite = Element("testsuite", name=f"{card.code} {card.name}", package=package)
    properties = SubElement(suite, "properties")
    for name, value in (("severity", card.severity), ("confidence", card.confidence), ("rule", card.summary)):
        SubElement(properties, "property", name=name, value=prose(value))
    suite.extend(_testcase(case, f"{package}.{card.code}") for case in cases)
    return _counted(suite)


def _testcase(case: _Case, classname: str) -> Element:
    written = Element("testcase", classname=classname, name=case.name, time="0")
    if case.file:
        written.set("file", case.file)
    if case.outcome == "skipped":
        # Its reason is text: some readers' schemas know no message here.
        SubElement(written, "skipped").text = case.text
    elif case.outcome != "passed":
        SubElement(written, case.outcome, message=case.headline, type=case.severity).text = case.text
    elif case.text:
        SubElement(written, "system-out").text = case.text
    return written


def _cut_suite(left_out: int) -> Element:
    suite = Element("testsuite", name="sfgov report", package="sfgov")
    case = SubElement(suite, "testcase", classname="sfgov.report", name="cases left out", time="0")
    SubElement(
        case, "skipped"
    ).text = f"{left_out} less important cases are left out; the JSON report has them all."
    return _counted(suite)


def _counted(suite: Element) -> Element:
    """The suite with its numbers."""
    for attribute, path in _NUMBERS.items():
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("time", "0")
    return suite


_NUMBERS = {
    "tests": "testcase",
    "failures": "testcase/failure",
    "errors": "testcase/error",
    "skipped": "testcase/skipped",
}


def _sums(suites: Sequence[Element]) -> dict[str, str]:
    return {
        name: str(sum(int(suite.get(name, "0")) for suite in suites))
        for name in ("tests", "failures", "errors")
    }
