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
from sfgov.report.html import WRITTEN_OUT, render
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


def unpacked(page: str) -> str:
    """The text of all compressed blocks, as the script unpacks them."""
    blocks = re.findall(r'"([A-Za-z0-9+/=]{40,})"|>([A-Za-z0-9+/=]{40,})<', page)
    return "".join(zlib.decompress(base64.b64decode(a or b)).decode() for a, b in blocks)


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


def test_the_verdict_comes_first(run: Run) -> None:
    page = Page(render(run))
    assert next(attrs.get("id") for tag, attrs in page.tags if tag == "section") == "verdict"
    [heading] = [attrs for tag, attrs in page.tags if tag == "h2" and attrs.get("id") == "verdict-title"]
    assert heading


def test_a_clean_run_says_that_it_passed() -> None:
    text = Page(render(many(0))).text
    assert "Gate passed" in text
    assert "Gate failed" not in text


def test_every_finding_has_an_anchor_of_its_own(run: Run) -> None:
    ids = Page(render(run)).attributes("id")
    assert len(ids) == len(set(ids))
    assert [f"f-{result.fingerprint}" in ids for result in run.results] == [True] * len(run.results)


def test_links_inside_lead_somewhere(run: Run) -> None:
    page = Page(render(run))
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


def test_beyond_the_limit_the_rest_is_packed_and_the_page_says_so() -> None:
    page = render(many(5_000))
    text = Page(page).text
    assert sum(f"Finding number {n} of many." in text for n in range(5_000)) == WRITTEN_OUT
    assert re.search(r"3,000", text)
    rest = unpacked(page)
    assert all(
        f"Finding number {n} of many." in text or f"Finding number {n} of many." in rest for n in range(5_000)
    )


def test_documentation_is_rendered_and_its_html_is_not(run: Run) -> None:
    docs = "The rule.\n\n## Bad\n```xml a.xml\n<b onclick='x'>\n```\n\n<img src=x onerror=y> [a](javascript:alert(1)) `code`"
    card = Card("APX001", "soql-in-loop", Severity.HIGH, Confidence.HIGH, "APX", "The rule.", docs, ())
    page = Page(render(Run("0.1.0", "org", 1, {}, (card,), (), (), None)))
    assert "<b onclick='x'>" in page.text
    assert "img" not in {tag for tag, _ in page.tags}
    assert [link for link in page.links() if link.startswith("javascript:")] == []
    assert ("figcaption", {}) in page.tags


def packed(page: str) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of the packed index, and the ids of the findings in each block, in order."""
    index, *blocks = (
        zlib.decompress(base64.b64decode(text)).decode()
        for text in re.findall(r'<script type="text/plain"[^>]*>([^<]+)</script>', page)
    )
    return json.loads(index), [re.findall(r'<article [^>]*?\bid="([^"]+)"', block) for block in blocks]


def test_a_packed_finding_is_where_the_index_says() -> None:
    rows, blocks = packed(render(many(WRITTEN_OUT + 250)))
    assert [len(block) for block in blocks] == [100, 100, 50]
    assert [row[0] for row in rows] == [address for block in blocks for address in block]
    assert rows[-1][:7] == [
        f"f-{2199:032x}",
        "APX001",
        "info",
        "new",
        "",
        "ApexClass:C99",
        "classes/C99.cls",
    ]
    assert "Finding number 2199 of many." in rows[-1][7]


def test_the_worst_are_written_out() -> None:
    page = Page(render(many(5_000)))
    severities = [str(attrs["data-severity"]) for tag, attrs in page.tags if tag == "article"]
    assert severities == ["critical"] * 1_000 + ["high"] * 1_000
    assert "2,000 of 5,000 findings are written out here, the worst first." in page.text
    assert "2,000 of 5,000 findings written out here." in page.text


def test_evidence_is_open_for_the_findings_named_beside_the_verdict(run: Run) -> None:
    page = render(run)
    named = re.findall(r'<li><a href="#(f-[^"]+)"><span class="severity', page)
    opened = re.findall(r'<article [^>]*?\bid="([^"]+)"(?:(?!</article>).)*?<details open>', page, re.DOTALL)
    assert named == ["f-" + "d1" * 16, "f-" + "d3" * 16, "f-" + "b1" * 16, "f-" + "e1" * 16, "f-" + "f1" * 16]
    assert opened == ["f-" + "d1" * 16, "f-" + "b1" * 16]  # the others have nothing to open


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
@pytest.mark.parametrize("which", ["everything", "packed", "nothing"])
def test_html_validate_has_no_complaint(run: Run, which: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    shown = {"everything": run, "packed": many(WRITTEN_OUT + 1), "nothing": many(0)}[which]
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
