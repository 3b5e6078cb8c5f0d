"""Which names a formula or template copies into its result, and which it only tests or measures."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?\*/"
    r"|\{!\s*(?P<merge>[^{}]+?)\s*\}|(?P<name>\$?[A-Za-z_][\w.]*)|(?P<sign><>|!=|<=|>=|==|&&|\|\||[=<>(),])",
    re.DOTALL,
)
_NAME = re.compile(r"\$?[A-Za-z_][\w.]*")
_MERGE = re.compile(r"\{!\s*(\$?[A-Za-z_][\w.]*)\s*\}")
_COMPARES = {"<>", "!=", "<=", ">=", "==", "&&", "||", "=", "<", ">"}
_TESTS = {
    "and", "or", "not", "isblank", "isnull", "isnumber", "isnew", "ischanged", "ispickval", "contains", "begins",
    "regex", "includes", "len", "find", "left", "right", "mid", "now", "today", "month", "year", "day", "weekday",
    "hyperlink", "image",
}  # fmt: skip
"""Functions whose result does not hold what they are given, or only a part of it."""


def merged_names(text: str) -> tuple[str, ...]:
    """The names in `{!…}` of a text, in order."""
    return tuple(dict.fromkeys(_MERGE.findall(text)))


def copied_names(formula: str) -> tuple[str, ...]:
    """The names whose values a formula can put into its result, in order; with or without `{!…}` around them."""
    tokens = [
        (match["merge"] or match["name"] or "", match["sign"] or "") for match in _TOKEN.finditer(formula)
    ]
    return tuple(dict.fromkeys(_copied(tokens)))


Tokens = list[tuple[str, str]]


def _copied(tokens: Tokens) -> Iterator[str]:
    """Of one expression: nothing where it compares, else every name and what its functions pass on."""
    depth, compares = 0, False
    for _, sign in tokens:
        depth += (sign == "(") - (sign == ")")
        compares = compares or (depth == 0 and sign in _COMPARES)
    at = 0
    while at < len(tokens) and not compares:
        name, sign = tokens[at]
        opens = at + 1 < len(tokens) and tokens[at + 1][1] == "("
        if (name and opens) or sign == "(":
            inner, at = _bracket(tokens, at + 1 if name else at)
            arguments = _arguments(inner)
            for argument in _passed_on(name.casefold(), arguments):
                yield from _copied(argument)
            continue
        if name and _NAME.fullmatch(name):
            yield name
        at += 1


def _passed_on(function: str, arguments: list[Tokens]) -> list[Tokens]:
    """The arguments that can become the result."""
    if function in _TESTS:
        return []
    if function == "if":
        return arguments[1:]
    if function == "case":
        return [*arguments[2::2], *arguments[-1:]]
    return arguments


def _bracket(tokens: Tokens, at: int) -> tuple[Tokens, int]:
    """What stands between the bracket at that index and its partner, and the index behind it."""
    depth = 0
    for end in range(at, len(tokens)):
        depth += (tokens[end][1] == "(") - (tokens[end][1] == ")")
        if depth == 0:
            return tokens[at + 1 : end], end + 1
    return tokens[at + 1 :], len(tokens)


def _arguments(tokens: Tokens) -> list[Tokens]:
    found: list[Tokens] = [[]]
    depth = 0
    for name, sign in tokens:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            found.append([])
        else:
            found[-1].append((name, sign))
    return found
