"""SonarQube's generic issues: everything that its importer throws on is tried here."""

import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from sfgov.check import Severity
from sfgov.report import sonarqube
from sfgov.result import Run


def read(run: Run) -> dict[str, Any]:
    """The report, after the complaints that SonarQube's importer would make."""
    report: dict[str, Any] = json.loads(sonarqube.render(run))
    assert list(report) == ["rules", "issues"]
    rules = [rule["id"] for rule in report["rules"]]
    assert len(rules) == len(set(rules))
    for rule in report["rules"]:
        assert {"id", "name", "engineId", "cleanCodeAttribute", "impacts"} <= rule.keys()
        for impact in rule["impacts"]:
            assert impact["softwareQuality"] in ("SECURITY", "RELIABILITY", "MAINTAINABILITY")
            assert impact["severity"] in ("BLOCKER", "HIGH", "MEDIUM", "LOW", "INFO")
        assert len(rule["impacts"]) == 1
    for issue in report["issues"]:
        assert issue["ruleId"] in rules
        assert issue.keys() == {"ruleId", "primaryLocation", "secondaryLocations"}
        for location in (issue["primaryLocation"], *issue["secondaryLocations"]):
            assert location["message"]
            assert location["filePath"]
            assert location["textRange"]["startLine"] >= 1
    return report


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("sonarqube.json", sonarqube.render(run))


def test_rules_say_how_bad_what_they_find_is(run: Run) -> None:
    assert [
        (rule["id"], rule["impacts"][0]["softwareQuality"], rule["impacts"][0]["severity"])
        for rule in read(run)["rules"]
    ] == [
        ("DEL001", "SECURITY", "BLOCKER"),
        ("DEL002", "SECURITY", "HIGH"),
        ("HYG003-high", "MAINTAINABILITY", "HIGH"),
        ("SFG001", "RELIABILITY", "HIGH"),
        ("SFG003", "RELIABILITY", "HIGH"),
        ("XYZ001", "RELIABILITY", "INFO"),
    ]


def test_a_finding_of_another_severity_has_a_rule_of_its_own(run: Run) -> None:
    one = run.results[4]
    report = read(replace(run, results=(one, replace(one, severity=Severity.LOW))))

    assert [issue["ruleId"] for issue in report["issues"]] == ["DEL001", "DEL001-low"]
    assert [rule["impacts"][0]["severity"] for rule in report["rules"]] == ["BLOCKER", "LOW"]


def test_an_issue(run: Run) -> None:
    assert read(run)["issues"][0] == {
        "ruleId": "DEL001",
        "primaryLocation": {
            "message": "Permission set Sales_Admin lets its holders delete Invoice__c, which the policy says nobody "
            "may delete. Fix: Set allowDelete to false for Invoice__c.",
            "filePath": "orgs/acme/force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml",
            "textRange": {"startLine": 14},
        },
        "secondaryLocations": [
            {
                "message": "Invoice__c is listed under delete.never",
                "filePath": "orgs/acme/sfgov.yml",
                "textRange": {"startLine": 4},
            }
        ],
    }
