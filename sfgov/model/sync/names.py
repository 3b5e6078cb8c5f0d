"""Whether two lists of names speak of the same system."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_COMMON = frozenset(
    {
        "access", "account", "action", "api", "apex", "app", "batch", "callout", "case", "changes", "class", "client", "com", "connector",
        "contact", "controller", "data", "dispatcher", "dml", "event", "export", "external", "flow", "handler", "helper", "http", "https",
        "import", "inbound", "integration", "interface", "invoke", "job", "lead", "listener", "manager", "message", "named", "net", "of",
        "opportunity", "order", "org", "out", "outbound", "profile", "publisher", "push", "queueable", "record", "request", "rest", "sales",
        "salesforce", "send", "sender", "server", "service", "services", "set", "soap", "subscriber", "sync", "system", "the", "to",
        "trigger", "update", "user", "util", "v", "web", "webhook", "www",
    }
)  # fmt: skip
"""Words in names of any integration."""


def words(names: Iterable[str], *without: str) -> frozenset[str]:
    """The telling words of names, in lower case; those of `without` (the object's name) tell nothing here."""
    common = _COMMON.union(*(_words(name) for name in without))
    return frozenset(word for name in names for word in _words(name) if word not in common and len(word) > 1)


def same_system(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether a word of one list is one of the other, or starts with it: `mule` and `mulesoft`."""
    theirs = tuple(other)
    return any(
        mine == its or (min(len(mine), len(its)) > 3 and (mine.startswith(its) or its.startswith(mine)))
        for mine in one
        for its in theirs
    )


def acronyms(names: Iterable[str]) -> frozenset[str]:
    """The words that are written in capitals, as systems are called (ERP, SAP), in lower case."""
    found = (word for name in names for word in _WORD.findall(name))
    return frozenset(word.casefold() for word in found if 1 < len(word) < 7 and word.isupper())


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)}
