"""Addresses as configuration writes them, and what can be said of one without calling it."""

from __future__ import annotations

import re

from sfgov.facts import NamedCredential
from sfgov.model.index import Written
from sfgov.place import Place

_PLAIN = re.compile(r"\s*(?:http|ws)://(?!(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))", re.IGNORECASE)
_HOST = re.compile(r"\s*(?:[a-z]+:)?(?://)?(?:[^/?#@\s]*@)?([^/?#:\s]*)", re.IGNORECASE)


def is_plain(address: str) -> bool:
    """Whether what is sent there can be read and changed on the way. The own machine is not away."""
    return _PLAIN.match(address) is not None


def host_of(address: str) -> str:
    """The host of an address, in lower case; empty where it has none."""
    match = _HOST.match(address)
    return match[1].casefold() if match else ""


def is_everywhere(pattern: str) -> bool:
    """Whether a pattern of addresses takes in the whole web, or all of a top-level domain."""
    host = host_of(pattern)
    return "*" in host and "." not in host.lstrip("*.")


class Credential:
    """A named credential: where it leads, and what about it is old or open."""

    def __init__(self, written: Written[NamedCredential]) -> None:
        self.written = written
        self.name = written.name
        self.url = written.fact.url

    @property
    def at(self) -> Place:
        """The line of the address."""
        return self.written.at_element("url")

    def text(self, element: str) -> str:
        """The text of a scalar element; empty where it has none."""
        return self.written.fact.text(element)

    def place(self, element: str) -> Place:
        """The line of a scalar element; the file, where it has none."""
        found = self.written.fact.value(element)
        return self.written.at(found.line if found else 0, element)

    @property
    def legacy(self) -> bool:
        """Whether it is of the kind that keeps its own secrets, instead of an external credential that does."""
        return self.text("namedCredentialType").casefold() in ("", "legacy")
