"""Reading over type names (`Map<Id, List<a.B>>[]`), brackets and modifiers."""

from __future__ import annotations

NAME_STARTS = frozenset("abcdefghijklmnopqrstuvwxyz_")
"""What a name or keyword starts with."""
ACCESS = frozenset(
    (
        "public",
        "private",
        "protected",
        "global",
        "static",
        "override",
        "virtual",
        "abstract",
        "webservice",
        "testmethod",
    )
)
"""Modifiers that no statement starts with."""
MODIFIERS = ACCESS | {"final", "transient"}
SHARING = frozenset(("with", "without", "inherited"))

_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_BETWEEN = frozenset(",.[]")
_LONGEST_TYPE = 100


def is_name(word: str) -> bool:
    """Whether a token is a name or keyword."""
    return word[0] in NAME_STARTS


def type_end(words: list[str], index: int) -> int:
    """The index after a type that starts here, or -1."""
    limit = index + _LONGEST_TYPE
    while True:
        if words[index][0] not in NAME_STARTS:
            return -1
        index += 1
        following = words[index]
        if following == "<":
            index = _after_arguments(words, index, limit)
            if index < 0:
                return -1
            following = words[index]
        if following == ".":
            index += 1
            continue
        while words[index] == "[" and words[index + 1] == "]":
            index += 2
        return index


def created_type_end(words: list[str], index: int) -> int:
    """The index after the type of a `new` (its `[` opens a size or an initialiser), or -1."""
    limit = index + _LONGEST_TYPE
    while True:
        if not is_name(words[index]):
            return -1
        index += 1
        if words[index] == "<":
            index = _after_arguments(words, index, limit)
            if index < 0:
                return -1
        if words[index] != ".":
            return index
        index += 1


def _after_arguments(words: list[str], index: int, limit: int) -> int:
    """The index after `<…>`, or -1 where that is no list of types."""
    depth = 0
    while index < limit:
        word = words[index]
        if word == "<":
            depth += 1
        elif word == ">":
            depth -= 1
            if depth == 0:
                return index + 1
        elif not (word in _BETWEEN or is_name(word)):
            return -1
        index += 1
    return -1


def after_brackets(words: list[str], index: int, limit: int) -> int:
    """The index after the bracket that closes the one here; `limit` where it is not closed before that."""
    depth = 0
    while index < limit:
        word = words[index]
        if word in _OPEN:
            depth += 1
        elif word in _CLOSE:
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return index


def after_modifiers(words: list[str], index: int, limit: int) -> int:
    """The index after annotations and modifiers."""
    while index < limit:
        word = words[index]
        if word == "@":
            index += 2
            if words[index] == "(":
                index = after_brackets(words, index, limit)
        elif word in MODIFIERS:
            index += 1
        elif word in SHARING and words[index + 1] == "sharing":
            index += 2
        else:
            break
    return index


def member_starts(words: list[str], index: int, limit: int) -> bool:
    """Whether a type, method, constructor or property is declared here, rather than a statement begun."""
    index = after_modifiers(words, index, limit)
    if words[index] in ("class", "interface", "enum"):
        return True
    name = type_end(words, index)
    if name < 0:
        return False
    if words[name] == "(":
        return words[after_brackets(words, name, limit)] == "{"
    return is_name(words[name]) and words[name + 1] in ("(", "{")
