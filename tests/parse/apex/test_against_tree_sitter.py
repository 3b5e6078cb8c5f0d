"""The parser against tree-sitter's Apex grammar, on whatever classes and triggers a folder holds.

Both must find the same queries, DML statements, loops, methods, calls, creations and ways out, at the same line and
column, in every file that tree-sitter parses without an error. One kind of file is left out: anonymous Apex, that is
statements and methods outside any type, which scripts sometimes keep in files named `.cls`; it is no component.

Set SFGOV_APEX_CORPUS to a folder (or several, divided by the platform's path separator) and install the dependency
group `oracle` to run it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfgov.facts import ApexClass, ApexTrigger
from sfgov.facts.apex import Method
from sfgov.parse.apex import read_apex
from sfgov.project.source import SourceFile

CORPUS = os.environ.get("SFGOV_APEX_CORPUS", "")
MOST_DIFFERENCES_SHOWN = 100

Position = tuple[int, int]
Positions = dict[str, Counter[Position]]
"""By kind: how often something of it starts at (line, column)."""

TYPES = ("class_declaration", "interface_declaration", "enum_declaration", "trigger_declaration")
KINDS = ("query", "dml", "loop", "method", "call", "new", "return", "throw")
NODES = """
(query_expression) @query
(dml_expression) @dml
(for_statement) @loop
(enhanced_for_statement) @loop
(while_statement) @loop
(do_statement) @loop
(method_declaration name: (identifier) @method)
(constructor_declaration name: (identifier) @method)
(method_invocation name: (identifier) @call)
(explicit_constructor_invocation constructor: (_) @call)
(run_as_statement) @run_as
(object_creation_expression) @new
(return_statement) @return
(throw_statement) @throw
"""


class Oracle:
    """What tree-sitter finds."""

    def __init__(self) -> None:
        tree_sitter = pytest.importorskip(
            "tree_sitter", reason="the dependency group `oracle` is not installed"
        )
        pack = pytest.importorskip(
            "tree_sitter_language_pack", reason="the dependency group `oracle` is not installed"
        )
        language = pack.get_language("apex")
        self._parser = tree_sitter.Parser(language)
        self._query = tree_sitter.Query(language, NODES)
        self._cursor: Any = tree_sitter.QueryCursor

    def positions(self, data: bytes) -> Positions | None:
        """What is where, or None where tree-sitter does not understand the file or finds no type in it."""
        root = self._parser.parse(data).root_node
        if root.has_error or not any(child.type in TYPES for child in root.named_children):
            return None
        lines = data.split(b"\n")
        found: Positions = {kind: Counter() for kind in KINDS}
        for kind, nodes in self._cursor(self._query).captures(root).items():
            for node in nodes:
                row, byte = node.start_point
                if (
                    kind == "run_as"
                ):  # `System.runAs(user) { … }` is a statement to tree-sitter, a call to sfgov
                    byte = lines[row].lower().index(b"runas", byte)
                position = row + 1, len(lines[row][:byte].decode()) + 1
                found["call" if kind == "run_as" else kind][position] += 1
        return found


def sfgov_positions(path: Path, data: bytes) -> Positions:
    """What sfgov finds."""
    found: Positions = {kind: Counter() for kind in KINDS}
    for method in methods(path, data):
        if method.kind in ("method", "constructor"):
            found["method"][method.line, method.column] += 1
        for loop in method.loops:
            found["loop"][loop.line, loop.column] += 1
        for operation in method.operations:
            kind = "query" if operation.kind in ("soql", "sosl") else operation.kind
            if kind in found:
                found[kind][operation.line, operation.column] += 1
    return found


def methods(path: Path, data: bytes) -> Iterator[Method]:
    kind = "ApexClass" if path.suffix == ".cls" else "ApexTrigger"
    for fact in read_apex(data, SourceFile(path.name, kind, path.stem, "body"), skip_tests=False):
        if isinstance(fact, ApexClass):
            for declared in fact.types:
                yield from declared.methods
        elif isinstance(fact, ApexTrigger):
            yield from fact.methods


def apex_files() -> list[Path]:
    folders = [Path(folder) for folder in CORPUS.split(os.pathsep) if folder]
    found = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".cls", ".trigger"))
    return sorted(path for path in found if path.is_file())


def differences(path: Path, data: bytes, theirs: Positions, ours: Positions) -> Iterator[str]:
    lines = data.decode().splitlines()
    for kind in KINDS:
        for text, more, less in (("only tree-sitter", theirs, ours), ("only sfgov", ours, theirs)):
            for line, column in sorted((more[kind] - less[kind]).elements()):
                code = lines[line - 1].strip()[:120] if line <= len(lines) else ""
                yield f"{path}:{line}:{column} {kind}, {text}: {code}"


@pytest.mark.skipif(not CORPUS, reason="SFGOV_APEX_CORPUS names no folder of Apex")
def test_both_find_the_same() -> None:
    oracle = Oracle()
    compared, unknown, agreed = 0, 0, Counter[str]()
    found: list[str] = []
    for path in apex_files():
        data = path.read_bytes()
        theirs = oracle.positions(data)
        if theirs is None:
            unknown += 1
            continue
        ours = sfgov_positions(path, data)
        compared += 1
        for kind in KINDS:
            agreed[kind] += (theirs[kind] & ours[kind]).total()
        found.extend(differences(path, data, theirs, ours))
    counts = ", ".join(f"{kind} {agreed[kind]}" for kind in KINDS)
    print(f"\n{compared} files compared, {unknown} left out; agreed: {counts}")
    assert compared, f"no Apex that tree-sitter parses under {CORPUS}"
    shown = "\n".join(found[:MOST_DIFFERENCES_SHOWN])
    if found:
        pytest.fail(f"{len(found)} differences:\n{shown}", pytrace=False)
