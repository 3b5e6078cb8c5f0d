"""Imports run in one direction: project → parse → model → checks; gate and report know only results."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEAF = {"check", "place", "result", "policy", "identity"}
ALLOWED = {
    "facts": {"facts"},
    "project": {"project"},
    "parse": {"parse", "facts", "project", "spelling", "yaml12"},
    "model": {"model", "facts", "place", "project"},
    "gate": {"gate", "result", "check", "policy", "config", "place", "spelling", "counted"},
    "report": {"report", "result", "check", "place", "counted", "benchmark"},
    "config": {"config", "policy", "check", "spelling", "yaml12"},
    "benchmark": {"benchmark", "result"},
    "plugins": {"plugins", "check"},
    "check": {"check", "place"},
    "place": {"place"},
    "policy": {"policy", "check"},
    "result": {"result", "check", "place", "counted"},
    "identity": {"identity"},
    "line_hash": {"line_hash"},
    "counted": {"counted"},
    "spelling": {"spelling"},
    "yaml12": {"yaml12", "yaml_nodes"},
    "yaml_nodes": {"yaml12", "yaml_nodes"},
    "excerpts": {"excerpts", "place", "project", "line_hash"},
}
FORBIDDEN_IN_CHECKS = {"project", "parse", "report", "gate", "engine", "cli"}


def imported(path: Path) -> Iterator[str]:
    """The parts of sfgov that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            package, _, rest = name.partition(".")
            if package == "sfgov" and rest:
                yield rest.partition(".")[0]


def modules(stage: str) -> list[Path]:
    folder = ROOT / "sfgov" / stage
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / "sfgov" / f"{stage}.py"]


@pytest.mark.parametrize("stage", sorted(ALLOWED))
def test_a_stage_imports_only_what_comes_before_it(stage: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports sfgov.{name}"
        for path in modules(stage)
        for name in imported(path)
        if name not in ALLOWED[stage]
    }
    assert wrong == set()


def test_every_stage_of_the_table_exists() -> None:
    assert [stage for stage in ALLOWED if not all(path.exists() for path in modules(stage))] == []


def test_checks_see_the_model_and_nothing_of_files_or_reports() -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports sfgov.{name}"
        for path in sorted((ROOT / "checks").rglob("*.py"))
        for name in imported(path)
        if name in FORBIDDEN_IN_CHECKS
    }
    assert wrong == set()


def test_only_the_xml_reader_sees_lxml() -> None:
    users = {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / "sfgov").rglob("*.py")
        if "lxml" in p.read_text("utf-8")
    }
    assert users == {"sfgov/parse/xml.py"}
