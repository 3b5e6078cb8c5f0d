"""What other tools found, as checks: codes, severities, identity and evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfgov.config import Config
from sfgov.engine import run as run_checks
from sfgov.imported import Imported, SarifError, imported, read_log
from sfgov.project import open_project
from sfgov.result import Result, Run
from sfgov.testing import write_files
from tests.sarif_logs import Json, code_analyzer, flow_scanner, log, pmd, result, rule, run

A = "classes/A.cls"
FLOW = "flows/F.flow-meta.xml"
ORG = {
    A: "public class A {\n    void one() {\n        update x;\n    }\n    void two() {\n        update x;\n    }\n}\n",
    FLOW: "<Flow>\n    <label>F</label>\n</Flow>\n",
    "lwc/tile/tile.js": "export default class {}\n",
    "lwc/tile/tile.js-meta.xml": "<LightningComponentBundle/>\n",
}


@pytest.fixture
def org(tmp_path: Path) -> Path:
    write_files(tmp_path / "org", ORG)
    return tmp_path / "org"


def taken(org: Path, *logs: Json) -> Imported:
    files = [org.parent / f"{number}.sarif" for number in range(len(logs))]
    for file, content in zip(files, logs, strict=True):
        file.write_text(json.dumps(content))
    return imported([read_log(file) for file in files], open_project([org]), (org,))


def looked(org: Path, *logs: Json) -> Run:
    return run_checks(open_project([org]), Config(), taken(org, *logs).checks, jobs=1)


def found(org: Path, *logs: Json) -> tuple[Result, ...]:
    return looked(org, *logs).results


def test_pmd(org: Path) -> None:
    (one, two) = found(org, pmd(org, ("DmlInLoop", A, 3), ("DmlInLoop", A, 6)))

    assert (one.check, one.name, one.pack) == ("pmd/DmlInLoop", "DmlInLoop", "pmd")
    assert (one.severity, one.confidence, one.status) == ("high", "medium", "new")
    assert (one.component, one.path, one.line, one.column) == ("ApexClass:A", A, 3, 5)
    assert (one.message, one.fix) == ("Avoid DmlInLoop", "See https://docs.pmd-code.org/apex.html#dmlinloop")
    assert one.subject == two.subject == "updatex;"
    assert one.fingerprint != two.fingerprint
    assert [number for number, _ in one.excerpt] == [1, 2, 3, 4, 5]


def test_code_analyzer(org: Path) -> None:
    (one,) = found(
        org, code_analyzer(f"{org}/elsewhere/", result("ApexCRUDViolation", f"../{A}", 3), severity=1)
    )

    assert (one.check, one.severity, one.path) == ("pmd/ApexCRUDViolation", "critical", A)
    assert one.evidence == ()


def test_flow_scanner(org: Path) -> None:
    content = flow_scanner(f"{org}/{FLOW}", ("MissingFaultPath", "Get_It", 2), ("FlowDescription", "F", 1))
    (description, path) = found(org, content)

    assert (path.check, path.severity) == ("lightning-flow-scanner/MissingFaultPath", "medium")
    assert (path.component, path.subject) == ("Flow:F", "Get_It")
    assert description.line == 1


def test_several_logs_and_runs_are_one_set_of_checks(org: Path) -> None:
    first, second = (
        pmd(org, ("Same", A, 3)),
        log(run("PMD", result("Same", A, 6)), run("x", result("Same", A, 1))),
    )

    assert [(r.check, r.line) for r in found(org, first, second)] == [
        ("x/Same", 1),
        ("pmd/Same", 3),
        ("pmd/Same", 6),
    ]


class TestIdentity:
    """A finding stays itself as ours do."""

    def fingerprints(self, org: Path, line: int = 3) -> list[str]:
        return [one.fingerprint for one in found(org, pmd(org, ("R", A, line)))]

    def test_lines_indentation_and_wording_do_not_matter(self, org: Path) -> None:
        before = self.fingerprints(org)
        (org / A).write_text("// new\n\n" + ORG[A].replace("    ", "\t").replace("update x", "update  x"))

        assert self.fingerprints(org, 5) == before
        other = log(run("PMD", result("R", A, 5, text="Other words.", level="note")))
        assert [one.fingerprint for one in found(org, other)] == before

    def test_moving_the_file_does_not_matter(self, org: Path) -> None:
        before = self.fingerprints(org)
        (org / "crm" / "classes").mkdir(parents=True)
        (org / A).rename(org / "crm" / A)

        assert [one.fingerprint for one in found(org, pmd(org / "crm", ("R", A, 3)))] == before

    def test_the_component_and_what_is_written_do(self, org: Path) -> None:
        before = self.fingerprints(org)
        assert self.fingerprints(org, 2) != before
        (org / A).rename(org / "classes/B.cls")
        assert [one.fingerprint for one in found(org, pmd(org, ("R", "classes/B.cls", 3)))] != before

    def test_an_element_is_known_by_its_name(self, org: Path) -> None:
        before = [one.fingerprint for one in found(org, flow_scanner(FLOW, ("R", "Get_It", 2)))]

        assert [one.fingerprint for one in found(org, flow_scanner(FLOW, ("R", "Get_It", 1)))] == before
        assert [one.fingerprint for one in found(org, flow_scanner(FLOW, ("R", "Other", 2)))] != before

    def test_so_is_a_method(self, org: Path) -> None:
        def named(name: str) -> Json:
            one = result("R", A, 3)
            one["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": name}]
            return log(run("t", one))

        (one,), (two,) = found(org, named("A.one")), found(org, named("A.two"))
        assert one.subject == "A.one updatex;"
        assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("rule_says", "result_says", "expected"),
    [
        ({}, {"level": "error"}, "high"),
        ({}, {"level": "warning"}, "medium"),
        ({}, {"level": "note"}, "low"),
        ({}, {"level": "none"}, "info"),
        ({}, {}, "medium"),
        ({}, {"level": "fatal"}, "medium"),
        ({"defaultConfiguration": {"level": "error"}}, {}, "high"),
        ({"defaultConfiguration": {"level": "error"}}, {"level": "note"}, "low"),
        ({"properties": {"severity": 1}}, {"level": "error"}, "critical"),
        ({"properties": {"severity": 3}}, {"level": "error"}, "medium"),
        ({"properties": {"severity": 9}}, {"level": "error"}, "high"),
        ({"properties": {"severity": "error"}}, {"level": "note"}, "low"),
        ({"properties": {"security-severity": "9.5"}}, {"level": "note"}, "critical"),
        ({"properties": {"security-severity": 7.0}}, {"level": "note"}, "high"),
        ({"properties": {"security-severity": "5"}}, {"level": "note"}, "medium"),
        ({"properties": {"security-severity": "0.5"}}, {"level": "error"}, "low"),
        ({"properties": {"security-severity": "much"}}, {"level": "error"}, "high"),
        ({"properties": {"security-severity": {"a": 1}}}, {"level": "error"}, "high"),
    ],
)
def test_severities(org: Path, rule_says: Json, result_says: Json, expected: str) -> None:
    (one,) = found(org, log(run("t", result("R", A, **result_says), rules=(rule("R", **rule_says),))))

    assert one.severity == expected


@pytest.mark.parametrize(
    ("precision", "expected"),
    [("very-high", "high"), ("medium", "medium"), ("low", "low"), (None, "medium"), (7, "medium")],
)
def test_confidence(org: Path, precision: Any, expected: str) -> None:
    described = rule("R", properties={} if precision is None else {"precision": precision})

    assert found(org, log(run("t", result("R", A), rules=(described,))))[0].confidence == expected


class TestRules:
    """Which rule of the log a result means, and what is said of it."""

    def card(self, org: Path, content: Json) -> tuple[str, str, str]:
        (card,) = looked(org, content).checks
        return card.code, card.summary, card.docs

    def test_by_name_or_by_number(self, org: Path) -> None:
        rules = (
            rule("First", shortDescription={"text": "First."}),
            rule("Second", shortDescription={"text": "Second."}),
        )
        nameless = {key: value for key, value in result("", A).items() if key != "ruleId"}

        for one in (
            result("Second", A),
            nameless | {"ruleIndex": 1},
            nameless | {"rule": {"index": 1}},
            nameless | {"rule": {"id": "Second"}},
        ):
            assert self.card(org, log(run("t", one, rules=rules)))[:2] == ("t/Second", "Second.")

    def test_a_number_that_does_not_fit_the_name(self, org: Path) -> None:
        rules = (rule("First"), rule("Second", shortDescription={"text": "Second."}))

        for index in (0, 7, -5):
            assert (
                self.card(org, log(run("t", result("Second", A, ruleIndex=index), rules=rules)))[1]
                == "Second."
            )

    def test_a_rule_of_an_extension(self, org: Path) -> None:
        one = result("", A) | {"rule": {"index": 0, "toolComponent": {"index": 0}}}
        content = run("t", one, rules=(rule("Driver"),))
        content["tool"]["extensions"] = [{"name": "more", "rules": [rule("Extra")]}]

        assert self.card(org, log(content))[0] == "t/Extra"

    def test_one_of_which_nothing_is_said(self, org: Path) -> None:
        assert self.card(org, log(run("t", result("R", A)))) == ("t/R", "R.", "R.")
        assert self.card(org, log(run("t", {"message": {"text": "x"}})))[0] == "t/result"

    def test_the_documentation(self, org: Path) -> None:
        assert self.card(org, pmd(org, ("R", A, 1))) == (
            "pmd/R",
            "R is bad",
            "R is bad\n\nR is bad for everybody.\n\nSee https://docs.pmd-code.org/apex.html#r",
        )

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", "", None])
    def test_addresses_that_are_none(self, org: Path, address: str | None) -> None:
        (one,) = found(org, log(run("t", result("R", A), rules=(rule("R", helpUri=address),))))
        assert one.fix == ""

    def test_names_fit_a_list_of_names(self, org: Path) -> None:
        (one,) = found(org, log(run(" My Tool™ 2 ", result("a rule, [x]\n", A))))
        assert one.check == "my-tool-2/a-rule-x"
        (one,) = found(org, log(run("x", result("no-console/\u202e::é$(@a/b.c_d+1)", A))))
        assert one.check == "x/no-console/-é-@a/b.c_d+1"
        (one,) = found(org, log(run("™", result("[]", A))))
        assert one.check == "tool/rule"


class TestMessages:
    def said(self, org: Path, message: Json, **described: Any) -> str:
        one = result("R", A) | {"message": message}
        return found(org, log(run("t", one, rules=(rule("R", **described),))))[0].message

    def test_out_of_the_rule(self, org: Path) -> None:
        strings = {"default": {"text": "{0} before {1} and {7}"}}

        said = self.said(org, {"id": "default", "arguments": ["{1}", "B"]}, messageStrings=strings)
        assert said == "{1} before B and {7}"

    def test_links_are_words(self, org: Path) -> None:
        assert (
            self.said(org, {"text": "See [here](1) and [there](https://a.example)."}) == "See here and there."
        )

    def test_none_at_all(self, org: Path) -> None:
        assert self.said(org, {}) == "R."

    def test_lines_and_length(self, org: Path) -> None:
        assert self.said(org, {"text": " a\n\n  b "}) == "a b"
        assert len(self.said(org, {"text": "x" * 100_000})) == 2001


class TestPlaces:
    def test_what_stands_nowhere_is_said_of_the_org(self, org: Path) -> None:
        for places in ([], None, [{"logicalLocations": [{"name": "A"}]}]):
            (one,) = found(org, log(run("t", result("R", A) | {"locations": places})))
            assert (one.component, one.line) == ("Project:org", 1)

    @pytest.mark.parametrize(("line", "expected"), [(0, 1), (-3, 1), (10**9, 10**9)])
    def test_lines_that_are_none(self, org: Path, line: int, expected: int) -> None:
        (one,) = found(org, log(run("t", result("R", A, line))))
        assert (one.line, one.excerpt == ()) == (expected, expected > 8)

    def test_a_file_without_a_region(self, org: Path) -> None:
        one = result("R", A)
        del one["locations"][0]["physicalLocation"]["region"]
        assert [(r.line, r.column) for r in found(org, log(run("t", one)))] == [(1, 1)]

    def test_a_file_of_a_bundle_and_one_of_no_component(self, org: Path) -> None:
        (org / "notes.txt").write_text("x\n")
        bundle, other = found(org, log(run("t", result("R", "lwc/tile/tile.js"), result("R", "notes.txt"))))
        assert (bundle.component, other.component) == ("LightningComponentBundle:tile", "File:notes.txt")

    def test_evidence_out_of_a_flow_or_related_places(self, org: Path) -> None:
        def at(path: str, line: int, text: str = "") -> Json:
            region = {"startLine": line}
            where = {"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}
            return where | ({"message": {"text": text}} if text else {})

        places = [
            at(A, 3),
            at(A, 2, "from here"),
            at("nowhere.cls", 1),
            {"message": {"text": "?"}},
            at(FLOW, 2),
            at(FLOW, 2),
        ]
        steps = [("from here", A, 2), ("also here", FLOW, 2)]
        flow = {"codeFlows": [{"threadFlows": [{"locations": [{"location": place} for place in places]}]}]}
        for more in ({"relatedLocations": places}, flow):
            (one,) = found(org, log(run("t", result("R", A, 3, **more))))
            assert [(s.message, s.path, s.line) for s in one.evidence] == steps

    def test_no_more_evidence_than_people_read(self, org: Path) -> None:
        (org / A).write_text("x\n" * 500)
        many = [result("R", A, n)["locations"][0] for n in range(2, 400)]
        (one,) = found(org, log(run("t", result("R", A, 1, relatedLocations=many))))
        assert len(one.evidence) == 20


class TestLeftOut:
    def test_files_elsewhere_are_counted(self, org: Path) -> None:
        content = log(run("t", result("R", "/etc/passwd"), result("R", A), result("R", "b/Nowhere.cls")))
        got = taken(org, content)

        assert len(found(org, content)) == 1
        assert got.remarks == (
            f"{org.parent.as_posix()}/0.sarif: 2 results left out: their files are not in the org.",
        )

    def test_what_the_tool_suppresses_is_counted(self, org: Path) -> None:
        suppressed = [
            result("R", A, suppressions=[{"kind": "inSource"}]),
            result("R", A, suppressions=[{"kind": "external", "status": "accepted"}]),
        ]
        counts = [
            result("R", A, suppressions=[{"kind": "external", "status": "rejected"}]),
            result("R", A, suppressions=[]),
        ]
        content = log(run("t", *suppressed, *counts))

        assert len(found(org, content)) == 2
        assert [one.partition(": ")[2] for one in taken(org, content).remarks] == [
            "2 results left out: the tool itself suppresses them."
        ]

    @pytest.mark.parametrize(
        "more", [{"kind": "pass"}, {"kind": "notApplicable"}, {"baselineState": "absent"}]
    )
    def test_what_is_no_fault_is_not_worth_a_word(self, org: Path, more: Json) -> None:
        assert taken(org, log(run("t", result("R", A, **more)))) == Imported()

    @pytest.mark.parametrize("kind", ["fail", "open", "review", "informational"])
    def test_what_may_be_one_counts(self, org: Path, kind: str) -> None:
        assert len(found(org, log(run("t", result("R", A, kind=kind))))) == 1


@pytest.mark.parametrize("name", ["NoHardcodedSecrets", "AvoidApiKeys", "HardcodedPassword"])
def test_lines_with_secrets_are_not_shown(org: Path, name: str) -> None:
    (one,) = found(org, log(run("regex", result(name, A, 3))))

    assert one.excerpt == ()


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), st.just([]), st.just({}),
    st.lists(st.integers(), max_size=2), st.just({"a": {"b": [1]}}), st.just("\x00../" * 9), st.just(1 << 80),
)  # fmt: skip


def leaves(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in it, containers included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(one for key, child in inner for one in leaves(child, (*way, key)))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_log_that_is_odd_somewhere_is_read_or_refused(org: Path, data: st.DataObject) -> None:
    content = json.loads(json.dumps(pmd(org, ("R", A, 3))))
    flow = {"threadFlows": [{"locations": [{"location": {"message": {"text": "x"}}}]}]}
    content["runs"][0]["results"][0] |= {
        "codeFlows": [flow],
        "properties": {"element": "x"},
        "suppressions": [],
    }
    content["runs"][0] |= {
        "originalUriBaseIds": {"a": {"uri": "b/"}},
        "artifacts": [{"location": {"uri": A}}],
    }
    *way, last = data.draw(st.sampled_from([one for one in leaves(content) if one]))
    at = content
    for key in way:
        at = at[key]
    at[last] = data.draw(ODD)

    refused = ""
    try:
        assert len(found(org, content)) <= 1
    except SarifError as error:
        refused = str(error)
    assert refused == "" or refused.startswith((org.parent / "0.sarif").as_posix())


def test_the_same_logs_give_the_same_findings(org: Path) -> None:
    content = pmd(org, ("B", A, 3), ("A", A, 3), ("A", A, 6))
    write: Callable[[], tuple[Result, ...]] = lambda: found(org, content)  # noqa: E731

    assert write() == write()
    assert [one.check for one in write()] == ["pmd/A", "pmd/B", "pmd/A"]
