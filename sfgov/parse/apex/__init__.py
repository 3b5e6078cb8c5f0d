"""Apex source → facts. Knows structure, not types: no syntax tree, no claim that a file compiles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts import ApexClass, ApexMeta, ApexTrigger, Fact, Problem
from sfgov.parse.apex.brackets import unbalanced
from sfgov.parse.apex.declarations import Declarations
from sfgov.parse.apex.fixed_texts import fixed_texts
from sfgov.parse.apex.lexer import Tokens, suppressions
from sfgov.parse.apex.outline import outline
from sfgov.parse.apex.reasons import reasons
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

__all__ = ["read_apex", "read_apex_meta"]

_HIDDEN = re.compile(r"\s*\(hidden\)\s*")


def read_apex(data: bytes, source: SourceFile, *, skip_tests: bool = True) -> Iterator[Fact | Problem]:
    """The class or trigger in a file, and what is structurally wrong with it. Never raises for its content.

    By default a test class has no members: nothing in it ever happens in production, and tests are half of all Apex.
    """
    text, problem = _decode(data)
    if problem:
        yield problem
    if _HIDDEN.fullmatch(text):
        kind = ApexTrigger if source.type == "ApexTrigger" else ApexClass
        yield kind(name=source.name, hidden=True)
        return
    is_class = source.type == "ApexClass"
    tokens = Tokens(text, outline(text) if skip_tests and is_class else None)
    if _is_trigger(tokens, source):
        yield _trigger(tokens, source.name)
    else:
        yield _class(tokens, source.name)
    yield from sorted(tokens.problems, key=lambda found: found.line) or unbalanced(tokens)


def read_apex_meta(root: Element, source: SourceFile) -> Iterator[Fact]:
    """What the `-meta.xml` beside a class or trigger says."""
    yield ApexMeta(
        name=source.name,
        line=root.line,
        lines=root.lines("apiVersion", "status"),
        owner=root.tag,
        api_version=_number(root.get("apiVersion")),
        status=root.get("status"),
    )


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _decode(data: bytes) -> tuple[str, Problem | None]:
    """The text without its byte-order mark. What is not UTF-8 is read as Latin-1, and reported."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), Problem(
            "the file is UTF-16; Salesforce stores UTF-8", 1
        )
    try:
        return data.decode().removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n?|\n", data[: error.start])) + 1
        return data.decode("latin-1"), Problem("the file is not valid UTF-8; it was read as Latin-1", line)


def _is_trigger(tokens: Tokens, source: SourceFile) -> bool:
    if source.type:
        return source.type == "ApexTrigger"
    return tokens.words[0] == "trigger"


def _class(tokens: Tokens, name: str) -> ApexClass:
    declarations = Declarations(tokens)
    declarations.read_types()
    types = tuple(declarations.types)
    is_test = bool(types) and types[0].is_test
    return ApexClass(
        name=name,
        line=types[0].line if types else 1,
        types=types,
        suppressions=suppressions(tokens.source),
        reasons=() if is_test else reasons(tokens),
        fixed_texts=() if is_test else fixed_texts(tokens),
    )


def _trigger(tokens: Tokens, name: str) -> ApexTrigger:
    target, events, methods, line = Declarations(tokens).read_trigger()
    return ApexTrigger(
        name=name,
        line=line,
        object=target,
        events=events,
        methods=methods,
        suppressions=suppressions(tokens.source),
        fixed_texts=fixed_texts(tokens),
    )
