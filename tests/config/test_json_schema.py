"""The JSON Schema of sfgov.yml: current, and of one mind with sfgov itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sfgov.config import ConfigError, load_config
from sfgov.config.json_schema import schema, schema_text
from sfgov.yaml12 import read_yaml

ROOT = Path(__file__).parents[2]


def faults(policy: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(
        schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return sorted(error.json_path for error in validator.iter_errors(policy))


def test_the_committed_file_is_current() -> None:
    committed = (ROOT / "sfgov.schema.json").read_text("utf-8")
    assert committed == schema_text(), "run: python -m sfgov.config.json_schema > sfgov.schema.json"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("examples/**/sfgov.yml")), ids=lambda path: path.parent.name
)
def test_the_examples_fit(file: Path) -> None:
    assert faults(read_yaml(file.read_bytes()).value) == []


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("{}", True),
        ("ruleset: strict", True),
        ("delete:", True),
        ("delete: {never: [Invoice__c]}", True),
        ("checks: {DEL003: {severity: medium, anything: 1}}", True),
        ("waiver_limits: {max_days: 90}", True),
        ("waivers: [{check: A, component: b, owner: c, reason: d, expires: 2026-12-31}]", True),
        ("rulset: strict", False),
        ("ruleset: loose", False),
        ("delete: {nevr: [A]}", False),
        ("delete: {never: A}", False),
        ("fail_on: error", False),
        ("waivers: [{check: A, component: b, owner: c, reason: d}]", False),
        ("waivers: [{check: A, component: b, owner: , reason: d, expires: 2026-12-31}]", False),
        ("waivers: [{check: A, component: b, owner: c, reason: d, expires: soon}]", False),
        ("waiver_limits: {max_days: many}", False),
    ],
)
def test_it_and_sfgov_agree(tmp_path: Path, text: str, fits: bool) -> None:
    file = tmp_path / "sfgov.yml"
    file.write_text(text)

    assert (faults(read_yaml(text.encode()).value) == []) is fits
    if fits:
        load_config(file)
    else:
        with pytest.raises(ConfigError):
            load_config(file)
