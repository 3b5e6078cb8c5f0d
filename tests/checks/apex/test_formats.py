"""The checks of the pack find the same in a DX project, in a metadata retrieve and in a bare folder."""

from __future__ import annotations

import re

import pytest

from sfgov.check import Check
from sfgov.plugins import load_checks
from sfgov.testing import Files, examples, lint
from tests.flow_xml import xml

APEX_CHECKS = [check for check in load_checks() if check.pack == "APX"]
_FIELD = re.compile(r"objects/(\w+)/fields/\w+\.field-meta\.xml")
_INSIDE = re.compile(r"<CustomField[^>]*>(.*)</CustomField>", re.DOTALL)


def as_project(files: Files) -> Files:
    """With packages and folders as Salesforce DX has them."""
    project = '{"packageDirectories": [{"path": "force-app", "default": true}]}'
    inside = {f"force-app/main/default/{path}": text for path, text in files.items()}
    return {"sfdx-project.json": project, **inside}


def as_retrieve(files: Files) -> Files:
    """As a metadata retrieve has them: fields stand in the file of their object."""
    retrieved: dict[str, str | bytes] = {"src/package.xml": xml("Package", "<version>60.0</version>")}
    for path, text in files.items():
        field = _FIELD.fullmatch(path)
        inside = _INSIDE.search(str(text)) if field else None
        if field and inside:
            retrieved[f"src/objects/{field[1]}.object"] = xml("CustomObject", f"<fields>{inside[1]}</fields>")
        else:
            retrieved[f"src/{path}"] = text
    return retrieved


def places(files: Files, check: Check) -> list[tuple[str, int, str]]:
    return sorted((r.path.rpartition("/")[2], r.line, r.message) for r in lint(files, check))


@pytest.mark.parametrize("check", APEX_CHECKS, ids=lambda check: check.code)
def test_the_bad_example_is_found_in_every_format(check: Check) -> None:
    files = examples(check, "Bad")
    expected = places(files, check)
    assert expected
    assert places(as_project(files), check) == expected
    assert places(as_retrieve(files), check) == expected


@pytest.mark.parametrize("check", APEX_CHECKS, ids=lambda check: check.code)
def test_the_good_example_is_quiet_in_every_format(check: Check) -> None:
    files = examples(check, "Good")
    assert places(as_project(files), check) == places(as_retrieve(files), check) == []
