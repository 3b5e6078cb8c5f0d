"""The report in the system's Chromium: filter, search, links, keyboard, export, paper, no script, speed, harm.

Without a Chromium these tests are skipped. The exact limits of speed are held by benchmarks/html_report.py: here
they are generous, so that a busy machine fails nobody's change.
"""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from benchmarks.html_report import invented
from sfgov.report import csv_report
from sfgov.report.html import render
from sfgov.report.html.waiving import waiver
from sfgov.report.inert import visible
from sfgov.result import Run
from tests.chromium import Browser, Page, find, running

PROGRAM = find()
AXE = Path(__file__).parents[3] / ".validators" / "node_modules" / "axe-core" / "axe.min.js"
READY = "document.documentElement.dataset.ready"
SHOWN = "[...document.querySelectorAll('.finding')].filter((one) => one.offsetParent && !one.hidden)"
BUSY = 4
"""How many times slower a machine may be that does other things as well."""

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="there is no Chromium on the path; $CHROMIUM may name its program"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert PROGRAM is not None
    with running(PROGRAM) as browser:
        yield browser


class Report:
    """A report in a tab."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.file = file

    def open(self, address: str = "") -> Page:
        """Load it anew, at an address in it."""
        self.page.open("about:blank")
        self.page.open(self.file.as_uri() + address)
        self.page.wait_until(READY)
        return self.page

    @property
    def ids(self) -> list[str]:
        """The findings that are to be seen, in order."""
        return list(self.page.evaluate(f"{SHOWN}.map((one) => one.id)"))

    @property
    def said(self) -> str:
        """How many findings match."""
        return str(self.page.evaluate("document.querySelector('#result').textContent"))

    def search(self, text: str) -> str:
        """Type into the search box, and wait for the number of findings."""
        page = self.page
        page.evaluate("document.querySelector('#search').focus(); document.querySelector('#search').select()")
        page.press("Backspace")
        page.write(text)
        page.wait_until(
            f"decodeURIComponent(location.hash.replaceAll('+', ' ')).includes({json.dumps(text)})"
        )
        return self.said

    def hears(self) -> None:
        """From now on, keep what the page copies."""
        self.page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")

    @property
    def copied(self) -> str:
        self.page.wait_until("window.copied")
        return str(self.page.evaluate("window.copied"))


def written(run: Run, folder: Path) -> Path:
    file = folder / "report.html"
    file.write_text(render(run), "utf-8")
    return file


def report(browser: Browser, file: Path) -> Iterator[Report]:
    """An open report. Whatever a test does with it, no script fails and nothing is asked for from outside."""
    page = browser.page()
    page.size(1280, 900)
    shown = Report(page, file)
    shown.open()
    yield shown
    complaints = [entry["entry"]["text"] for entry in page.told("Log.entryAdded")]
    thrown = [said["exceptionDetails"]["text"] for said in page.told("Runtime.exceptionThrown")]
    asked = [said["request"]["url"] for said in page.told("Network.requestWillBeSent")]
    page.close()
    assert (complaints, thrown) == ([], [])
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []


@pytest.fixture
def small(browser: Browser, run: Run, tmp_path: Path) -> Iterator[Report]:
    """Ten findings of every kind, some with names that want to do harm."""
    yield from report(browser, written(run, tmp_path))


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(invented(2_100), tmp_path_factory.mktemp("large"))


@pytest.fixture
def large(browser: Browser, large_file: Path) -> Iterator[Report]:
    """2,100 findings, of which 200 are in the page when it opens."""
    yield from report(browser, large_file)


def f(letter: str) -> str:
    return "f-" + letter * 16


# -- filter and search


def test_a_chip_shows_its_findings_and_says_how_many(small: Report) -> None:
    small.page.click("[data-facet=severity][data-value=critical]")
    assert small.said == "3 of 10 findings"
    assert small.ids == [f("d1"), f("d3"), f("d2")]
    assert small.page.evaluate("location.hash") == "#?severity=critical"
    small.page.click("[data-facet=status][data-value=baseline]")
    assert small.ids == [f("d2")]
    pressed = "[...document.querySelectorAll('[aria-pressed=true]')].map((one) => one.dataset.value)"
    assert small.page.evaluate(pressed) == ["critical", "baseline"]
    small.page.click("#clear")
    assert small.said == "10 findings"


def test_numbers_of_the_overview_lead_to_their_findings(small: Report) -> None:
    small.page.click(".waived .narrow[data-severity=medium] button")
    assert small.ids == [f("a1")]
    assert small.page.evaluate("location.hash") == "#?severity=medium&status=waived"
    small.page.click(".heat .narrow[data-q='check:DEL'][data-severity=high] button")
    assert small.ids == [f("b1")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("invoice", "6 of 10 findings"),
        ("INVOICE loop", "2 of 10 findings"),
        ("check:DEL", "4 of 10 findings"),
        ("check:DEL -severity:critical", "1 of 10 findings"),
        ('component:"Profile:R&D Team"', "1 of 10 findings"),
        ("component:perm*sales", "2 of 10 findings"),
        ("-status:new", "3 of 10 findings"),
        ("confidence:low", "1 of 10 findings"),
        ("d3d3d3d3", "1 of 10 findings"),
        ("path:.cls", "2 of 10 findings"),
        ("message:(1)", "1 of 10 findings"),
        ("jane@example.com", "1 of 10 findings"),
    ],
)
def test_search(small: Report, text: str, number: str) -> None:
    assert small.search(text) == number


def test_where_nothing_matches_the_page_says_so(small: Report) -> None:
    small.search("no such thing")
    assert small.page.evaluate("document.querySelector('#groups').textContent") == "No finding matches."
    small.page.press("Escape")
    small.page.wait_until("document.querySelector('#search').value === ''")
    assert small.said == "10 findings"


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("severity", ["critical", "high", "info", "medium"]),
        ("pack", ["DEL", "HYG", "SFG", "XYZ", "APX"]),
        ("component", ["PermissionSet:Sales_Admin", "ApexClass:InvoiceService"]),
        ("path", ["force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml"]),
    ],
)
def test_groups(small: Report, by: str, groups: list[str]) -> None:
    small.page.evaluate(
        f"document.querySelector('#by').value = '{by}';"
        "document.querySelector('#by').dispatchEvent(new Event('change'))"
    )
    titles = small.page.evaluate(
        "[...document.querySelectorAll('#groups > .group h3')].map((one) => one.textContent)"
    )
    assert titles[: len(groups)] == groups
    assert len(small.ids) == 10
    assert small.page.evaluate("location.hash") == f"#?by={by}"


def test_sorted_by_component_within_groups(small: Report) -> None:
    small.open("#?by=severity&sort=component&severity=critical")
    assert small.ids == [f("d1"), f("d2"), f("d3")]
    assert small.page.evaluate("document.querySelector('#sort').value") == "component"


def test_tables_are_sorted_by_their_heads(small: Report) -> None:
    first = "document.querySelector('.heat tbody th').textContent.trim()"
    assert small.page.evaluate(first) == "APX Apex"
    small.page.click(".heat thead th:nth-child(3) button")
    small.page.click(".heat thead th:nth-child(3) button")
    assert small.page.evaluate("document.querySelector('.heat th:nth-child(3)').ariaSort") == "descending"
    assert small.page.evaluate(first) == "SFG sfgov itself"


# -- addresses


def test_a_link_to_a_finding_opens_it(small: Report) -> None:
    page = small.open(f"#{f('c1')}")
    assert page.evaluate("document.activeElement.id") == f("c1")
    assert page.evaluate(f"document.getElementById('{f('c1')}').querySelector('.proof').open")
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert 0 <= top < 450


def test_a_link_to_a_filter_sets_it(small: Report) -> None:
    page = small.open("#?q=invoice&severity=high,medium&by=component")
    assert page.evaluate("document.querySelector('#search').value") == "invoice"
    assert sorted(small.ids) == [f("a1"), f("a2"), f("a3"), f("b1")]
    assert page.evaluate("document.querySelector('#by').value") == "component"


@pytest.mark.parametrize("bad", ["#?by=nonsense&severity=x", "#f-nobody", "#%00", "#?%", "#g-NO", "#"])
def test_addresses_that_mean_nothing_do_no_harm(small: Report, bad: str) -> None:
    small.open(bad)
    assert small.said in ("10 findings", "0 of 10 findings")


def test_documentation_and_components_open_when_led_to(small: Report) -> None:
    page = small.page
    page.evaluate("location.hash = '#d-DEL001'")
    page.wait_until("document.querySelector('#d-DEL001').closest('details').open")
    small.open("#?severity=info")
    page.evaluate("location.hash = '#g-APX001'")
    page.wait_until("document.querySelector('#g-APX001')?.open")
    assert {f("a1"), f("a3")} <= set(small.ids)


# -- keyboard


def test_the_keyboard_goes_through_findings_opens_and_copies(small: Report) -> None:
    page = small.page
    small.hears()
    focused = "document.activeElement.id"
    for key, where in (("j", f("d1")), ("j", f("d3")), ("j", f("d2")), ("k", f("d3"))):
        page.press(key)
        assert page.evaluate(focused) == where
    proof = f"document.querySelector('#{f('d3')} .proof').open"
    before = page.evaluate(proof)
    page.press("Enter")
    assert page.evaluate(proof) is not before
    page.press("c")
    assert small.copied == f"{small.file.as_uri()}#{f('d3')}"
    page.press("/")
    assert page.evaluate(focused) == "search"
    page.press("j")  # a letter now
    assert page.evaluate("document.querySelector('#search').value") == "j"
    page.press("Escape")
    page.press("?")
    assert page.evaluate("document.querySelector('#help').open")
    page.press("j")  # not while the help is there
    page.press("Escape")
    assert page.evaluate("document.querySelector('#help').open") is False


def test_the_tab_key_reaches_the_filter_first_and_shows_where_it_is(small: Report) -> None:
    page = small.page
    page.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.press("Enter")
    page.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# -- to take away


def test_a_waiver_is_copied(small: Report, run: Run) -> None:
    small.open(f"#{f('d1')}")
    small.hears()
    small.page.press("w")
    assert small.copied == waiver(next(one for one in run.results if one.fingerprint == "d1" * 16))


def test_a_finding_is_copied_as_markdown_that_stays_text(small: Report) -> None:
    small.open(f"#{f('c1')}")
    small.hears()
    small.page.click(f"#{f('c1')} .actions button:nth-child(2)")
    copied = small.copied
    assert "**info XYZ001 third-party-rule**: ::error file=x" in copied
    assert r"\<\!--" in copied
    assert r"\[click\](javascript:alert(1))" in copied
    assert "\n1. ::warning::from evidence " in copied


def test_the_shown_findings_are_saved(small: Report, browser: Browser, tmp_path: Path, run: Run) -> None:
    def saved(kind: str) -> str:
        small.page.evaluate("document.querySelector('#export').open = true")
        small.page.click(f"[data-export={kind}]")
        file = tmp_path / f"acme-findings.{kind}"
        until = time.monotonic() + 30
        while not file.exists() or not file.stat().st_size:
            assert time.monotonic() < until
            time.sleep(0.02)
        return file.read_text("utf-8")

    browser.call("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    small.search("check:DEL")
    assert small.page.evaluate("document.querySelector('#exported').textContent") == ""
    mine = {row["fingerprint"]: row for row in csv.DictReader(io.StringIO(saved("csv")))}
    ours = {row["fingerprint"]: row for row in csv.DictReader(io.StringIO(csv_report.render(run)))}
    assert mine == {key: row for key, row in ours.items() if row["check"].startswith("DEL")}
    listed = json.loads(saved("json"))
    assert (listed["version"], listed["tool"]) == (1, {"name": "sfgov", "version": "0.1.0"})
    assert [one["fingerprint"] for one in listed["findings"]] == list(mine)
    assert listed["findings"][0]["line"] == 14
    assert listed["findings"][0]["fails_gate"] is True


def test_spreadsheets_compute_nothing(browser: Browser, run: Run, tmp_path: Path) -> None:
    one = replace(run.results[0], message='=HYPERLINK("http://x")', component="@x", path="+1,2")
    for shown in report(browser, written(replace(run, results=(one,)), tmp_path)):
        shown.page.evaluate(
            "URL.createObjectURL = (blob) => { blob.text().then((text) => { window.copied = text; }); return '#'; }; 0"
        )
        shown.page.evaluate("document.querySelector('[data-export=csv]').click()")
        [row] = csv.DictReader(io.StringIO(shown.copied))
        assert (row["message"], row["component"], row["path"]) == (
            '\'=HYPERLINK("http://x")',
            "'@x",
            "'+1,2",
        )


# -- many findings


def test_packed_findings_are_found_shown_and_look_like_the_others(large: Report) -> None:
    page = large.page
    assert large.said == "2,100 findings"
    assert page.evaluate("document.querySelectorAll('.finding').length") == 200
    assert large.search("total2001") == "1 of 2,100 findings"
    page.wait_until(f"{SHOWN}.length === 1")
    assert "Method Service_27.total2001 queries" in page.evaluate(f"{SHOWN}[0].textContent")
    assert page.evaluate(f"{SHOWN}[0].querySelectorAll('.trail > li, .waive').length") == 2


def test_a_group_shows_a_hundred_more_when_asked(large: Report) -> None:
    page = large.open("#?by=severity")
    page.wait_until(f"{SHOWN}.length === 300")
    page.evaluate("document.querySelector('.rest:not([hidden]) button').click()")
    page.wait_until(f"{SHOWN}.length === 400")
    assert page.evaluate("document.activeElement.id") == large.ids[200]


def test_a_group_that_is_opened_fills_itself(large: Report) -> None:
    page = large.page
    empty = (
        "[...document.querySelectorAll('.group')].find((one) => !one.open && !one.querySelector('.finding'))"
    )
    page.evaluate(f"window.group = {empty}; window.group.querySelector('summary').click()")
    page.wait_until("window.group.querySelectorAll('.finding:not([hidden])').length > 0")


def test_a_link_leads_to_a_packed_finding(large: Report) -> None:
    address = f"f-{2_098 * 7919:032x}"
    page = large.open(f"#{address}")
    assert page.evaluate("document.activeElement.id") == address
    assert page.evaluate("document.activeElement.querySelector('.proof').open")


def test_many_groups_come_a_hundred_at_a_time(large: Report) -> None:
    page = large.open("#?by=component")
    groups = "document.querySelectorAll('#groups > .group').length"
    assert page.evaluate(groups) == 100
    page.click("#groups > button")
    assert page.evaluate(groups) == 141


def test_twenty_thousand_findings_are_usable_soon(browser: Browser, tmp_path: Path) -> None:
    file = written(invented(20_000), tmp_path)
    usable, answer = [], []
    for _ in range(3):
        page = browser.page()
        page.open(file.as_uri())
        page.wait_until(READY)
        usable.append(page.evaluate("performance.getEntriesByName('sfgov-ready')[0].startTime"))
        began = page.evaluate(
            "window.began = performance.now(), document.querySelector('[data-value=critical]').click(), 0"
        )
        page.wait_until("document.querySelector('#result').textContent === '4,000 of 20,000 findings'")
        answer.append(page.evaluate("performance.now() - window.began") + began)
        page.close()
    assert statistics.median(usable) < 1_500 * BUSY
    assert statistics.median(answer) < 500 * BUSY


def test_a_browser_that_cannot_unpack_says_so_and_shows_what_is_written(
    browser: Browser, large_file: Path
) -> None:
    page = browser.page()
    page.begin_with("delete window.DecompressionStream")
    page.open(large_file.as_uri())
    page.wait_until("!document.querySelector('#unreadable').hidden")
    assert page.evaluate("document.querySelector('#filter').hidden")
    assert page.evaluate(f"{SHOWN}.length") > 0
    page.close()


# -- without script, on paper


def open_without_script(browser: Browser, file: Path) -> Page:
    page = browser.page()
    page.size(1280, 900)
    page.javascript(on=False)
    page.open(file.as_uri())
    return page


def test_without_script_everything_is_there(browser: Browser, small: Report, run: Run) -> None:
    page = open_without_script(browser, small.file)
    text = " ".join(page.evaluate("document.body.textContent").split())
    for result in run.results:
        assert " ".join(visible(result.message).replace("`", "").split()) in text
    seen = page.evaluate("document.body.innerText")
    assert "Gate failed" in seen
    assert "Search" not in seen
    assert (
        page.evaluate("[...document.querySelectorAll('button')].filter((one) => one.offsetParent).length")
        == 0
    )
    assert page.evaluate("document.querySelector('.counts .new td').textContent") == "2"
    page.close()


def test_without_script_a_large_report_has_all_findings(browser: Browser, large: Report) -> None:
    page = open_without_script(browser, large.file)
    assert page.evaluate("document.querySelectorAll('.finding').length") == 2_000
    assert page.evaluate("document.querySelectorAll('#lines li').length") == 100
    seen = page.evaluate("document.body.innerText")
    assert "No script runs here, so 2,000 findings are written out" in seen
    text = page.evaluate("document.body.textContent")
    assert [number for number in range(2_100) if f".total{number} queries" not in text] == []
    page.close()


class Jenkins(http.server.BaseHTTPRequestHandler):
    """Serves one file as Jenkins does: in a sandbox, where neither scripts nor the page's own style are used."""

    file: Path

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'self'")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.file.read_bytes())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        """Nothing."""


def test_a_page_that_may_run_nothing_is_complete(browser: Browser, large: Report) -> None:
    handler = type("Handler", (Jenkins,), {"file": large.file})
    page = browser.page()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.open(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert page.evaluate("document.querySelectorAll('.finding').length") == 2_000
    assert page.evaluate("document.querySelectorAll('#lines li').length") == 100
    assert page.evaluate("document.querySelector('#filter').hidden")
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).position") == "static"
    page.close()


@pytest.mark.parametrize("script", [True, False])
def test_paper_has_the_evidence_and_none_of_the_buttons(
    browser: Browser, small: Report, script: bool
) -> None:
    page = small.page if script else open_without_script(browser, small.file)
    page.media("print")
    if script:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    height = "(selector) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect().height)"
    assert (
        page.evaluate(f"({height})('nav, #filter, #theme, .waive, .actions').some((one) => one > 0)") is False
    )
    assert page.evaluate(f"({height})('.trail > li, .source, .fix').every((one) => one > 0)")
    if script:
        folded = page.evaluate("document.querySelectorAll('.finding .proof:not([open])').length")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert (folded, page.evaluate("document.querySelectorAll('.proof[open]').length")) == (0, 5)
    assert page.pdf().startswith(b"%PDF-")


def test_paper_can_do_without_the_evidence(small: Report) -> None:
    page = small.page
    page.media("print")
    page.evaluate(
        "window.print = () => { dispatchEvent(new Event('beforeprint')); window.height ="
        " [...document.querySelectorAll('.proof')].map((one) => one.offsetHeight).join(); }; 0"
    )
    page.evaluate("document.querySelector('[data-export=summary]').click()")
    assert set(page.evaluate("window.height").split(",")) == {"0"}
    assert small.ids != []
    page.evaluate("document.querySelector('[data-export=all]').click()")
    assert "0" not in page.evaluate("window.height").split(",")


# -- looks


def test_the_theme_is_chosen_and_remembered(small: Report) -> None:
    page = small.page
    ground = "getComputedStyle(document.body).backgroundColor"
    page.media(prefers_color_scheme="light")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.media(prefers_color_scheme="dark")
    dark = page.evaluate(ground)
    assert dark != "rgb(255, 255, 255)"
    page.click("#theme")  # light, whatever the system prefers
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("#theme")
    page.media(prefers_color_scheme="light")
    assert page.evaluate(ground) == dark
    small.open()
    assert page.evaluate(ground) == dark
    page.click("#theme")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [390, 700, 1280])
def test_nothing_sticks_out(browser: Browser, whole: Run, tmp_path: Path, width: int) -> None:
    for shown in report(browser, written(whole, tmp_path)):
        shown.page.size(width, 900)
        shown.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (tests/install_validators.sh)")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_barrier(browser: Browser, whole: Run, tmp_path: Path, theme: str, width: int) -> None:
    for shown in report(browser, written(whole, tmp_path)):
        page = shown.page
        page.size(width, 900)
        page.media(prefers_color_scheme=theme)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.wait_until("document.querySelector('.actions')")
        page.evaluate(AXE.read_text("utf-8") + "; 0")
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert found["violations"] == [], _told(found)


def _told(found: Any) -> str:
    return "\n".join(
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']][:5]}"
        for one in found["violations"]
    )


# -- harm


def test_hostile_names_stay_text_and_nothing_runs(small: Report, run: Run) -> None:
    page = small.page
    page.evaluate("window.alert = () => { window.harmed = true; }; 0")
    for address in ("", "#?by=component", "#?by=path", f"#{f('c1')}"):
        small.open(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("window.harmed") is None
    small.search("</script>")
    assert small.ids == [f("c1")]
    scripts = page.evaluate("[...document.scripts].map((one) => one.type)")
    assert scripts == ["", "text/plain"]
    assert (
        page.evaluate(
            "document.querySelectorAll('img, iframe, object, base, form:not([method=dialog])').length"
        )
        == 0
    )
    hostile = next(one for one in run.results if one.fingerprint == "c1" * 16)
    shown = page.evaluate(f"document.getElementById('{f('c1')}').textContent")
    assert visible(hostile.component).partition(":")[2] in shown
    assert (
        re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
            page.evaluate("document.body.textContent"),
        )
        is None
    )


def test_an_injected_script_may_not_run(browser: Browser, run: Run, tmp_path: Path) -> None:
    text = render(run).replace("</main>", "</main><script>document.title = 'harmed'</script>")
    file = tmp_path / "report.html"
    file.write_text(text, "utf-8")
    page = browser.page()
    page.open(file.as_uri())
    page.wait_until(READY)
    assert page.evaluate("document.title").startswith("acme: gate failed")
    page.close()
