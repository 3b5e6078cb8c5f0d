"""SARIF: by the standard, by GitHub's rules, and within GitHub's limits."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from msgspec.structs import replace

from sfgov.report import sarif
from sfgov.result import Run, Step

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"
CHECKOUT = Path(__file__).parents[2]


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("report.sarif", sarif.render(run))


def read(run: Run) -> dict[str, Any]:
    (written,) = json.loads(sarif.render(run))["runs"]
    return dict(written)


def result(run: Run, check: str) -> dict[str, Any]:
    return next(found for found in read(run)["results"] if found["ruleId"] == check)


def test_it_follows_the_schema(run: Run) -> None:
    schema = json.loads(SCHEMA.read_bytes())
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [error.message for error in validator.iter_errors(json.loads(sarif.render(run)))] == []


def multitool() -> Path:
    """The validator, from SFGOV_SARIF_MULTITOOL or from where tests/install_validators.sh puts it."""
    given = os.environ.get("SFGOV_SARIF_MULTITOOL")
    if given:
        return Path(given)
    modules = CHECKOUT / ".validators" / "node_modules" / "@microsoft"
    found = sorted(modules.glob("sarif-multitool-*/Sarif.Multitool"))
    if not found:
        pytest.skip("no SARIF multitool: run tests/install_validators.sh or set SFGOV_SARIF_MULTITOOL")
    return found[0]


def test_it_follows_githubs_rules(run: Run, tmp_path: Path) -> None:
    report, verdict = tmp_path / "report.sarif", tmp_path / "verdict.sarif"
    report.write_text(sarif.render(run), encoding="utf-8")

    command = [multitool(), "validate", report, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
    subprocess.run(
        [*map(str, command), "--output", verdict, "--log", "ForceOverwrite"],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )

    # The exit code is 0 whatever it finds; the verdict is in the file.
    (looked,) = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"]
    levels = Counter(found.get("level", "warning") for found in looked["results"])
    assert levels["note"] > 0, "it always has something to note; without, it did not read the file"
    assert [found for found in looked["results"] if found.get("level") == "error"] == []
    # No page describes sfgov yet, so it names none.
    assert [f["ruleId"] for f in looked["results"] if f.get("level", "warning") == "warning"] == ["SARIF2005"]


def test_only_findings_that_count_most_severe_first(run: Run) -> None:
    found = read(run)["results"]

    assert [(one["ruleId"], one["level"]) for one in found] == [
        ("DEL001", "error"),
        ("DEL001", "error"),
        ("SFG001", "error"),
        ("SFG003", "error"),
        ("DEL002", "error"),
        ("HYG003", "error"),
        ("XYZ001", "note"),
    ]
    rules = read(run)["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in found] == [one["ruleId"] for one in found]


def test_only_security_checks_have_a_security_severity(run: Run) -> None:
    rules = read(run)["tool"]["driver"]["rules"]

    assert {rule["id"]: rule["properties"].get("security-severity") for rule in rules} == {
        "APX001": None,
        "ATT001": None,
        "DEL001": "9.5",
        "DEL002": "8.0",
        "HYG003": None,
        "SFG001": None,
        "SFG003": None,
        "XYZ001": None,
    }
    assert rules[2]["properties"] == {
        "tags": ["security", "least-privilege", "DEL"],
        "precision": "high",
        "problem.severity": "error",
        "security-severity": "9.5",
    }


def test_what_the_documentation_gives(run: Run) -> None:
    rules = {rule["id"]: rule for rule in read(run)["tool"]["driver"]["rules"]}

    protected = rules["DEL001"]
    assert protected["shortDescription"]["text"].startswith("Nobody may delete records")
    assert protected["fullDescription"]["text"].endswith("a hole in it.")
    assert protected["help"]["markdown"].endswith("Set `allowDelete` to false.\n")
    assert rules["XYZ001"]["help"]["text"] == "A rule of somebody else's."


def test_long_documentation_is_cut_where_github_would_refuse_it(run: Run) -> None:
    long = replace(run.checks[0], summary="s" * 2000, docs="d" * 2000, tags=tuple(f"t{n}" for n in range(30)))
    (rule,) = read(replace(run, checks=(long,), results=()))["tool"]["driver"]["rules"]

    assert len(rule["shortDescription"]["text"]) == 1024
    assert rule["fullDescription"]["text"] == "d" * 1021 + "..."
    assert len(rule["help"]["text"]) == 2000
    assert len(rule["properties"]["tags"]) == 20


def test_uris_are_encoded_from_the_repository_and_give_the_path_back(run: Run) -> None:
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in read(run)["results"]
    ]

    assert (
        uris[1] == "orgs/acme/force-app/main/default/profiles/R%2526D%20Team%20%F0%9F%9A%80.profile-meta.xml"
    )
    assert {unquote(uri) for uri in uris} == {"orgs/acme/" + one.path for one in run.active}
    assert all(":" not in uri and not uri.startswith("/") for uri in uris)


def test_a_path_above_the_linted_folder_has_no_dots(run: Run) -> None:
    up = replace(run.results[-1], path="../sfgov.yml")

    (found,) = read(replace(run, results=(up,)))["results"]

    location = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "orgs/sfgov.yml", "uriBaseId": "%SRCROOT%"}


def test_evidence_is_linked_and_a_chain_is_a_flow(run: Run) -> None:
    found = result(run, "DEL002")

    assert found["message"]["text"].endswith(
        "that a cascade deletes. Evidence: [Invoice_Line__c is the detail of Invoice__c](1); "
        r"[Sales_Admin lets its holders delete Invoice__c \[see\](1) objectPermissions\[Invoice__c\]](2). "
        "Fix: Guard Invoice__c too, or make the field a lookup that restricts deletion."
    )
    assert [one["id"] for one in found["relatedLocations"]] == [1, 2]
    (flow,) = found["codeFlows"][0]["threadFlows"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow["locations"]]
    assert lines == [7, 14]
    assert "codeFlows" not in result(run, "DEL001")


def test_a_long_chain_is_cut_where_github_would_cut_it(run: Run) -> None:
    steps = tuple(Step("a.xml", n, "Flow:F", f"step {n}") for n in range(1, 200))
    (found,) = read(replace(run, results=(replace(run.results[2], evidence=steps),)))["results"]

    assert len(found["relatedLocations"]) == sarif.MOST_STEPS


def test_text_from_the_org_makes_no_links(run: Run) -> None:
    assert r"[click\](javascript:alert(1))" in result(run, "XYZ001")["message"]["text"]


def test_fingerprints(run: Run) -> None:
    assert result(run, "DEL002")["partialFingerprints"] == {
        "primaryLocationLineHash": "1a2b3c4d5e6f7081:1",
        "sfgov/v1": "b1" * 16,
    }
    # Where no hash was computed, GitHub computes its own.
    assert result(run, "SFG001")["partialFingerprints"] == {"sfgov/v1": "e1" * 16}


def test_where_a_finding_is(run: Run) -> None:
    (location,) = result(run, "DEL001")["locations"]

    assert location["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 9, "endLine": 14}
    assert location["logicalLocations"] == [
        {"name": "Sales_Admin", "fullyQualifiedName": "PermissionSet:Sales_Admin", "kind": "type"}
    ]


def test_the_run_says_how_it_went(run: Run) -> None:
    written = read(run)

    assert written["automationDetails"] == {"id": "sfgov/orgs/acme/"}
    assert written["columnKind"] == "unicodeCodePoints"
    (invocation,) = written["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == [
        "APX001 did not check everything: 3 classes are hidden by their packages.",
        "HYG003 did not check everything: CustomLabels was not retrieved.",
    ]


def test_too_many_results_are_cut_least_severe_first_and_it_says_so(run: Run) -> None:
    mild, severe = run.results[3], run.results[4]
    many = replace(run, results=(*[mild] * sarif.MOST_RESULTS, severe), not_checked=())

    written = read(many)

    assert len(written["results"]) == sarif.MOST_RESULTS
    assert written["results"][0]["ruleId"] == "DEL001"
    assert written["invocations"][0]["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {"text": "The 5,000 most severe of 5,001 findings are listed; GitHub shows no more."},
        }
    ]
