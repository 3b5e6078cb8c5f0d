"""JSON: the shape that scripts rely on."""

import json
from collections.abc import Callable

from msgspec.structs import replace

from sfgov.report import json_report
from sfgov.result import Run


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("report.json", json_report.render(run))


def test_the_summary(run: Run) -> None:
    report = json.loads(json_report.render(run))

    assert report["version"] == 1
    assert report["tool"] == {"name": "sfgov", "version": "0.1.0"}
    assert report["summary"] == {
        "gate": "failed",
        "fail_on": "high",
        "crashed": True,
        "files": 1203,
        "components": {"ApexClass": 7, "Flow": 41, "Profile": 9},
        "findings": {"critical": 2, "high": 4, "medium": 0, "low": 0, "info": 1},
        "statuses": {"new": 7, "baseline": 1, "waived": 1, "suppressed": 1},
        "expiring_waivers": [],
        "not_checked": [
            {"check": "APX001", "reason": "3 classes are hidden by their packages"},
            {"check": "HYG003", "reason": "CustomLabels was not retrieved"},
        ],
    }


def test_a_finding(run: Run) -> None:
    report = json.loads(json_report.render(run))

    assert len(report["findings"]) == len(run.results)
    assert report["findings"][4] == {
        "check": "DEL001",
        "name": "delete-granted-on-protected-object",
        "severity": "critical",
        "confidence": "high",
        "message": "Permission set Sales_Admin lets its holders delete Invoice__c, "
        "which the policy says nobody may delete.",
        "component": "PermissionSet:Sales_Admin",
        "subject": "objectPermissions[Invoice__c].allowDelete",
        "path": "force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml",
        "line": 14,
        "column": 9,
        "evidence": [
            {
                "path": "sfgov.yml",
                "line": 4,
                "column": 11,
                "component": "Policy:sfgov.yml",
                "message": "Invoice__c is listed under delete.never",
            }
        ],
        "fix": "Set allowDelete to false for Invoice__c.",
        "fingerprint": "d1" * 16,
        "status": "new",
        "reason": "",
    }


def test_a_gate_that_never_fails(run: Run) -> None:
    summary = json.loads(json_report.render(replace(run, fail_on=None)))["summary"]

    assert (summary["gate"], summary["fail_on"]) == ("passed", "never")


def test_hostile_names_are_what_they_were(run: Run) -> None:
    text = json_report.render(run)

    hostile = json.loads(text)["findings"][3]
    assert hostile["component"] == "Flow:</script>\x85::error\u202e"
    assert hostile["path"] == run.results[3].path
    assert hostile["message"] == run.results[3].message.replace("\ud800", "\ufffd")


def test_the_controls_of_the_security_benchmark(run: Run) -> None:
    controls = {one["id"]: one for one in json.loads(json_report.render(run))["controls"]}

    assert len(controls) == 47
    undecided = [one["verdict"] for one in controls.values() if not one["checks"]]
    assert set(undecided) == {"no check", "not decidable from metadata"}
    assert controls["SBS-ACS-001"]["meaning"]
