"""APX001 and APX002 on many shapes of Apex, kept as Apex: `shapes.txt` marks each line on which a finding is due."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop

_SHAPE = re.compile(r"^=== (?P<name>.+)\n(?P<files>(?:(?!^=== ).*\n)+)", re.MULTILINE)
_FILE = re.compile(r"^--- (?P<path>.+)\n(?P<text>(?:(?!^--- ).*\n)+)", re.MULTILINE)
_MARK = re.compile(r"// (APX\d{3})")
TEXT = Path(__file__).with_name("shapes.txt").read_text("utf-8")
SHAPES = {
    shape["name"]: {file["path"]: file["text"] for file in _FILE.finditer(shape["files"])}
    for shape in _SHAPE.finditer(TEXT)
}


def due(files: dict[str, str]) -> set[tuple[str, str, int]]:
    """The check, path and line of every mark."""
    return {
        (mark[1], path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        for mark in _MARK.finditer(line)
    }


def told(result: Result) -> set[tuple[str, str, int]]:
    """The check, path and line of a finding, and of the other statements that it tells of."""
    others = result.evidence if "The same loop does so in" in result.message else ()
    work = [(step.path, step.line) for step in others if step.message.endswith(", once per round")]
    return {(result.check, path, line) for path, line in [(result.path, result.line), *work]}


@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES)
def test_shape(files: dict[str, str]) -> None:
    results = lint(files, db_work_in_loop, limited_work_in_loop)
    assert set().union(*map(told, results)) == due(files)
    for result in results:
        steps = [step.message for step in result.evidence]
        assert steps[0].startswith("loop: ")
        assert steps[-1].endswith(", once per round")


def test_every_shape_is_read() -> None:
    assert len(SHAPES) == TEXT.count("=== ")
    assert all(SHAPES.values())
