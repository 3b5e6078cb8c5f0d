"""GitLab Code Quality: every entry as GitLab's parser wants it, and no two that it would take for one."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
from msgspec.structs import replace

from sfgov.report import gitlab
from sfgov.result import Run

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def read(run: Run) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(gitlab.render(run))
    jsonschema.validate(entries, SCHEMA)
    return entries


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("gitlab.json", gitlab.render(run))


def test_only_what_counts_most_severe_first(run: Run) -> None:
    assert [(entry["check_name"], entry["severity"]) for entry in read(run)] == [
        ("DEL001", "blocker"),
        ("DEL001", "blocker"),
        ("SFG001", "critical"),
        ("SFG003", "critical"),
        ("DEL002", "critical"),
        ("HYG003", "critical"),
        ("XYZ001", "info"),
    ]


def test_an_entry(run: Run) -> None:
    assert read(run)[0] == {
        "description": "DEL001 delete-granted-on-protected-object: Permission set Sales_Admin lets its holders delete "
        "Invoice__c, which the policy says nobody may delete.",
        "check_name": "DEL001",
        "fingerprint": "d1" * 16,
        "severity": "blocker",
        "location": {
            "path": "orgs/acme/force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml",
            "lines": {"begin": 14},
        },
    }


def test_equal_fingerprints_would_overwrite_each_other(run: Run) -> None:
    twins = replace(run, results=(run.results[4],) * 3)

    assert [entry["fingerprint"] for entry in read(twins)] == ["d1" * 16, "d1" * 16 + "-2", "d1" * 16 + "-3"]


def test_a_finding_without_a_line_is_on_the_first(run: Run) -> None:
    (entry,) = read(replace(run, results=(replace(run.results[4], line=0),)))

    assert entry["location"]["lines"] == {"begin": 1}
