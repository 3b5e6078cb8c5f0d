"""Reviewdog's format: by its schema, with columns in bytes."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
from msgspec.structs import replace

from sfgov.report import rdjson
from sfgov.result import Run

POSITION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "path": {"type": "string"},
        "range": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"start": POSITION, "end": POSITION},
        },
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "properties": {"name": {"type": "string"}}},
        "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["message", "location"],
                "properties": {
                    "message": {"type": "string"},
                    "location": LOCATION,
                    "severity": {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                    },
                    "related_locations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {"message": {"type": "string"}, "location": LOCATION},
                        },
                    },
                },
            },
        },
    },
}
SALES = "orgs/acme/force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml"


def read(run: Run) -> list[dict[str, Any]]:
    report = json.loads(rdjson.render(run))
    jsonschema.validate(report, SCHEMA)
    assert report["source"] == {"name": "sfgov"}
    diagnostics: list[dict[str, Any]] = report["diagnostics"]
    return diagnostics


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("rdjson.json", rdjson.render(run))


def test_a_diagnostic(run: Run) -> None:
    assert read(run)[0] == {
        "message": "delete-granted-on-protected-object: Permission set Sales_Admin lets its holders delete Invoice__c, "
        "which the policy says nobody may delete.\n\nFix: Set allowDelete to false for Invoice__c.",
        "location": {"path": SALES, "range": {"start": {"line": 14}}},
        "severity": "ERROR",
        "code": {"value": "DEL001"},
        "related_locations": [
            {
                "message": "Invoice__c is listed under delete.never",
                "location": {"path": "orgs/acme/sfgov.yml", "range": {"start": {"line": 4}}},
            }
        ],
    }


def test_columns_count_bytes_where_the_line_is_known(run: Run) -> None:
    line = replace(run.results[4], line=3, column=5, excerpt=((3, "  üx allowDelete"),))
    (known,) = read(replace(run, results=(line,)))
    (short,) = read(replace(run, results=(replace(line, column=99),)))
    (first,) = read(replace(run, results=(replace(line, column=1, excerpt=()),)))

    assert known["location"]["range"]["start"] == {"line": 3, "column": 6}
    assert short["location"]["range"]["start"] == {"line": 3}
    assert first["location"]["range"]["start"] == {"line": 3, "column": 1}


def test_severities(run: Run) -> None:
    assert [one["severity"] for one in read(run)] == ["ERROR"] * 6 + ["INFO"]
