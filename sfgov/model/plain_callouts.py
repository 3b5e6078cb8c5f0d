"""Which callouts go out unencrypted: by the address in the code, the named credential, or the remote site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from sfgov.facts import NamedCredential, RemoteSiteSetting
from sfgov.model.addresses import host_of, is_plain
from sfgov.model.apex import Apex, LinkedMethod, Path
from sfgov.model.apex.addresses import Address, Addresses
from sfgov.model.index import Index
from sfgov.place import Evidence

_CREDENTIAL = re.compile(r"callout:(\w+)", re.IGNORECASE)


class PlainCallouts:
    """Asks of ways to callouts whether what they send is encrypted. What is not known is not plain."""

    def __init__(self, index: Index, apex: Apex) -> None:
        self._index = index
        self._apex = apex
        self._addresses = Addresses(apex)

    def proof(self, path: Path) -> tuple[Evidence, ...]:
        """The lines that say that the callout at the end of a way is not encrypted; none where nothing says so."""
        for address in self._on(path):
            found = tuple(self._plain(address))
            if found:
                return found
        return ()

    def _on(self, path: Path) -> Iterator[Address]:
        """The addresses that the methods on a way set, and those that make the request for the last one."""
        last = path.steps[-1][0]
        made = [target for call in self._apex.graph.calls_of(last) for target in call.dispatch.targets]
        for method in _distinct([last, *made, *(step[0] for step in reversed(path.steps))]):
            yield from self._addresses.of_method(method)

    def _plain(self, address: Address) -> Iterator[Evidence]:
        host = host_of(address.text)
        named = _CREDENTIAL.match(address.text)
        credential = self._index.get(NamedCredential, named[1]) if named else None
        site = self._switched_off.get(host)
        if is_plain(address.text):
            yield address.at.says(f"the address is http://{host}")
        elif credential and is_plain(credential.fact.url):
            yield address.at.says(f"calls by the named credential {credential.name}")
            yield credential.at_element("url").says(f"leads to http://{host_of(credential.fact.url)}")
        elif site:
            yield address.at.says(f"the address is at {host}")
            yield site

    @cached_property
    def _switched_off(self) -> dict[str, Evidence]:
        """Per host, the remote site that switches protocol security off."""
        return {
            host_of(site.fact.url): site.at(site.fact.insecure, "disableProtocolSecurity").says(
                f"remote site {site.name} switches protocol security off"
            )
            for site in self._index.all(RemoteSiteSetting)
            if site.fact.active and site.fact.insecure > 0
        }


def _distinct(methods: list[LinkedMethod]) -> Iterator[LinkedMethod]:
    return iter(dict.fromkeys(methods))
