"""The HTML report: complete without script, deterministic, inert, and pinned to its own script and style."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from sfgov.check import Confidence, Severity
from sfgov.report.html import render
from sfgov.report.html.view import MOST, WRITTEN_OUT
from sfgov.report.inert import visible
from sfgov.result import Card, Result, Run

ROOT = Path(__file__).parents[3]
CARD = Card(
    code="APX001",
    name="soql-in-loop",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    pack="APX",
    summary="No query stands in a loop.",
    docs="No query stands in a loop.\n\n## Fix\nQuery once.",
    reads=("ApexClass",),
)


class Page(HTMLParser):
    """What a browser without JavaScript has: text, tags, ids, links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._raw = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._raw = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._raw:
            self._raw = ""

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags if attrs.get(name)]

    def links(self) -> Iterator[str]:
        for name in ("href", "src", "action", "data", "srcset", "poster"):
            yield from self.attributes(name)


def many(number: int) -> Run:
    results = tuple(
        Result(
            check="APX001",
            name="soql-in-loop",
            severity=list(Severity)[n % 5],
            confidence=Confidence.HIGH,
            message=f"Finding number {n} of many.",
            component=f"ApexClass:C{n % 300}",
            path=f"classes/C{n % 300}.cls",
            line=n + 1,
            column=1,
            fingerprint=f"{n:032x}",
        )
        for n in range(number)
    )
    return Run("0.1.0", "big", 300, {"ApexClass": 300}, (CARD,), results, (), Severity.HIGH)


class Packed(msgspec.Struct):
    """What the script has: columns of the index, and the HTML of the findings that are not in the page."""

    index: dict[str, list[object]]
    blocks: list[list[str]]


def unpacked(page: str) -> Packed:
    """As the script unpacks it."""
    index, *blocks = (
        json.loads(zlib.decompress(base64.b64decode(text)))
        for text in re.findall(r'<script type="text/plain"[^>]*>([^<]+)</script>', page)
    )
    columns = {name: [column["of"][at] for at in column["at"]] for name, column in index.items()}
    return Packed(columns, blocks)


def live(page: str) -> str:
    """What a browser that runs scripts makes elements of."""
    return re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL)


def test_everything_is_there_without_javascript(run: Run) -> None:
    text = Page(render(run)).text
    for result in run.results:
        assert " ".join(visible(result.message).split()) in text
        for step in result.evidence:
            assert " ".join(visible(step.message).split()) in text
    for card in run.checks:
        assert card.summary in text
    for missing in run.not_checked:
        assert missing.reason in text


def test_all_parts_of_the_page_are_there(whole: Run) -> None:
    page = Page(render(whole))
    parts = [str(attrs["id"]) for tag, attrs in page.tags if tag == "section" and attrs.get("id")]
    assert parts[0] == "verdict"
    assert parts.index("access") < parts.index("findings") < parts.index("accepted") < parts.index("deletes")
    assert {"automation", "attribution", "coverage", "not-checked", "checks"} <= set(parts)
    assert [f"#{part}" for part in parts if f"#{part}" not in set(page.links())] == []
    assert "Fixed: 1 finding" in page.text


def test_the_verdict_comes_first(run: Run) -> None:
    page = Page(render(run))
    assert next(attrs.get("id") for tag, attrs in page.tags if tag == "section") == "verdict"
    [heading] = [attrs for tag, attrs in page.tags if tag == "h2" and attrs.get("id") == "verdict-title"]
    assert heading


def test_a_clean_run_says_that_it_passed() -> None:
    text = Page(render(many(0))).text
    assert "Gate passed" in text
    assert "Gate failed" not in text


def test_every_finding_has_an_anchor_of_its_own(whole: Run) -> None:
    ids = Page(render(whole)).attributes("id")
    assert len(ids) == len(set(ids))
    assert [f"f-{result.fingerprint}" in ids for result in whole.results] == [True] * len(whole.results)


def test_links_inside_lead_somewhere(whole: Run) -> None:
    page = Page(render(whole))
    inside = {link[1:] for link in page.links() if link.startswith("#")}
    assert inside - set(page.attributes("id")) - {""} == set()


def test_nothing_is_loaded_from_anywhere(run: Run) -> None:
    page = Page(render(run))
    outside = [link for link in page.links() if not link.startswith(("#", "data:"))]
    assert [link for link in outside if not re.match(r"https?://", link)] == []
    assert [
        attrs for tag, attrs in page.tags if tag in ("img", "iframe", "object", "embed") or attrs.get("src")
    ] == []
    style = re.findall(r"<style>(.*?)</style>", render(run), re.DOTALL)
    assert [text for text in style if "url(" in text or "@import" in text] == []


def test_hostile_names_stay_text(run: Run) -> None:
    page = render(run)
    assert page.count("</script>") == page.count("<script")
    assert "\u202e" not in page
    tags = {tag for tag, _ in Page(page).tags}
    assert "error" not in tags
    assert [a for _, attrs in Page(page).tags for a in attrs if a.startswith("on")] == []
    assert re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", page) is None


def test_only_its_own_script_and_style_may_run(run: Run) -> None:
    page = render(run)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    for tag in ("script", "style"):
        source = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert source is not None
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1].replace("&#39;", "'")


def test_the_same_run_gives_the_same_bytes(run: Run) -> None:
    assert render(run) == render(run)
    assert render(many(2_500)) == render(many(2_500))


def test_up_to_the_limit_all_are_written_out() -> None:
    text = Page(render(many(WRITTEN_OUT))).text
    assert sum(f"Finding number {n} of many." in text for n in range(WRITTEN_OUT)) == WRITTEN_OUT


def test_beyond_the_limit_the_worst_are_written_out_and_the_others_have_a_line() -> None:
    page = render(many(5_000))
    text = Page(page).text
    assert [f"Finding number {n} of many." in text for n in range(5_000)] == [True] * 5_000
    articles = re.findall(r'<article class="finding (\w+)', page)
    assert articles == ["critical"] * 1_000 + ["high"] * 1_000
    assert "The 200 worst of 5,000 findings are written out here." in text
    assert (
        "No script runs here, so 2,000 findings are written out with their evidence, "
        "and 3,000 more have a line each ." in text
    )


def test_a_browser_with_scripts_has_few_of_many_findings_to_show_at_first() -> None:
    assert live(render(many(WRITTEN_OUT))).count("<article") == WRITTEN_OUT
    assert live(render(many(WRITTEN_OUT + 1))).count("<article") == 200


def test_of_very_many_findings_some_are_only_counted_without_a_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sfgov.report.html.view._IN_LINES", 2_100)
    text = Page(render(many(2_105))).text
    assert "and 100 more have a line each ; the remaining 5 are only counted." in text


def test_a_report_holds_no_more_than_its_limit_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfgov.report.html.view.MOST", 2_100)
    page = render(many(2_150))
    text = Page(page).text
    assert MOST == 100_000
    assert "This report holds 2,100 findings, the worst. 50 more were found" in text
    assert "Gate failed: 860 findings at or above high" in text
    assert len(unpacked(page).index["id"]) == 2_100


def test_documentation_is_rendered_and_its_html_is_not(run: Run) -> None:
    docs = "The rule.\n\n## Bad\n```xml a.xml\n<b onclick='x'>\n```\n\n<img src=x onerror=y> [a](javascript:alert(1)) `code`"
    card = Card("APX001", "soql-in-loop", Severity.HIGH, Confidence.HIGH, "APX", "The rule.", docs, ())
    page = Page(render(Run("0.1.0", "org", 1, {}, (card,), (), (), None)))
    assert "<b onclick='x'>" in page.text
    assert "img" not in {tag for tag, _ in page.tags}
    assert [link for link in page.links() if link.startswith("javascript:")] == []
    assert ("figcaption", {}) in page.tags


def test_the_script_knows_every_finding(run: Run) -> None:
    index = unpacked(render(run)).index
    by_id = dict(zip(index["id"], zip(*index.values(), strict=True), strict=True))
    shown = by_id["f-" + "d3" * 16]
    assert dict(zip(index, shown, strict=True)) == {
        "id": "f-" + "d3" * 16,
        "check": "DEL001",
        "name": "delete-granted-on-protected-object",
        "severity": "critical",
        "confidence": "high",
        "status": "new",
        "gates": "yes",
        "component": "Profile:R&D Team 🚀",
        "path": "force-app/main/default/profiles/R%26D Team 🚀.profile-meta.xml",
        "line": 66003,
        "column": 9,
        "message": "Profile R&D Team 🚀 lets its users delete Invoice__c, which the policy says nobody may delete.",
        "fix": "",
        "reason": "",
    }
    assert len(by_id) == len(run.results)
    assert not any("\u202e" in str(value) for values in by_id.values() for value in values)


def test_a_packed_finding_is_where_the_index_says() -> None:
    page = render(many(WRITTEN_OUT + 250))
    packed = unpacked(page)
    assert [len(block) for block in packed.blocks] == [100] * 20 + [50]
    inside = [re.findall(r'<article [^>]*?\bid="([^"]+)"', html) for block in packed.blocks for html in block]
    assert inside == [[address] for address in packed.index["id"][200:]]
    assert re.findall(r'<article [^>]*?\bid="([^"]+)"', live(page)) == packed.index["id"][:200]


def test_evidence_is_open_for_the_findings_named_beside_the_verdict(run: Run) -> None:
    page = render(run)
    named = re.findall(r'<li><a href="#(f-[^"]+)"><span class="severity', page)
    opened = re.findall(
        r'<article [^>]*?\bid="([^"]+)"(?:(?!</article>).)*?<details class="proof" open>', page, re.DOTALL
    )
    assert named == ["f-" + "d1" * 16, "f-" + "d3" * 16, "f-" + "b1" * 16, "f-" + "e1" * 16, "f-" + "f1" * 16]
    assert opened == named


def test_beside_the_verdict_stands_the_worst_of_each_check() -> None:
    results = tuple(
        msgspec.structs.replace(
            result, check=f"APX{n // 10 + 1:03}", severity=Severity.HIGH if n < 30 else Severity.INFO
        )
        for n, result in enumerate(many(60).results)
    )
    page = render(msgspec.structs.replace(many(0), results=results))
    named = re.findall(r'<li><a href="#f-0*([0-9a-f]+)"><span class="severity', page)
    assert [int(f"0{address}", 16) for address in named] == [0, 1, 2, 10, 20]
    assert "And 25 more, marked" in page


def test_an_area_says_how_many_checks_could_not_look(run: Run) -> None:
    rows = re.findall(r'<tr><th scope="row"><span class="code">(\w+)</span>.*?</tr>', render(run))
    assert rows == ["APX", "ATT", "DEL", "HYG", "SFG", "XYZ"]
    text = Page(render(run)).text
    assert (
        "APX Apex 0 0 0 0 0 0 1 1 ATT Attribution 0 0 0 0 0 0 1 0 DEL Delete governance 2 1 0 0 0 3 2 0"
        in text
    )


def test_two_findings_of_one_fingerprint_have_an_address_each() -> None:
    one = many(1).results[0]
    page = render(msgspec.structs.replace(many(0), results=(one, one)))
    assert re.findall(r'<article [^>]*?\bid="([^"]+)"', page) == [f"f-{0:032x}", f"f-{0:032x}-2"]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "Gate failed: 1 finding at or above high"),
        ({"severity": Severity.LOW}, "Gate passed: no finding at or above high"),
        (
            {"confidence": Confidence.LOW},
            "Gate passed: no finding at or above high that counts 1 finding at or above high does not count: "
            "1 of low confidence.",
        ),
        (
            {"status": "waived"},
            "Gate passed: no finding at or above high that counts 1 finding at or above high does not count: "
            "1 waived.",
        ),
    ],
)
def test_the_verdict_says_why(changes: dict[str, object], verdict: str) -> None:
    one = msgspec.structs.replace(many(1).results[0], **{"severity": Severity.HIGH} | changes)
    assert verdict in Page(render(msgspec.structs.replace(many(0), results=(one,)))).text


def test_a_crash_leaves_no_gate_passed() -> None:
    text = Page(render(msgspec.structs.replace(many(0), crashed=True))).text
    assert "Run incomplete: no finding at or above high" in text
    assert "A check crashed, so there may be more than is reported here." in text
    assert "Gate passed" not in text


def _html_validate() -> str | None:
    local = ROOT / ".validators" / "node_modules" / ".bin" / "html-validate"
    return os.environ.get("SFGOV_HTML_VALIDATE") or (
        str(local) if local.exists() else shutil.which("html-validate")
    )


@pytest.mark.skipif(
    _html_validate() is None, reason="html-validate is not installed (tests/install_validators.sh)"
)
@pytest.mark.parametrize("which", ["whole", "packed", "nothing"])
def test_html_validate_has_no_complaint(whole: Run, which: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    shown = {"whole": whole, "packed": many(WRITTEN_OUT + 1), "nothing": many(0)}[which]
    report.write_text(render(shown), encoding="utf-8")
    unimportant = {"long-title": "off", "no-trailing-whitespace": "off"}
    rules = {"extends": ["html-validate:recommended"], "rules": unimportant}
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps({"root": True} | rules))
    done = subprocess.run(
        [str(_html_validate()), "--formatter=json", str(report)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    complaints = [
        f"{m['line']}: {m['ruleId']} {m['message']}" for f in json.loads(done.stdout) for m in f["messages"]
    ]
    assert complaints == []
