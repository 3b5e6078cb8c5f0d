"""Remote sites, trusted sites, CORS origins and managed event subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import Fact
from sfgov.facts.endpoints import (
    CorsWhitelistOrigin,
    CspTrustedSite,
    ManagedEventSubscription,
    RemoteSiteSetting,
)
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def read_remote_site(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A remote site."""
    yield RemoteSiteSetting(
        name=source.name,
        line=root.line,
        lines=root.lines("url", "disableProtocolSecurity"),
        url=root.get("url"),
        active=root.flag("isActive") is not False,
        insecure=root.mark("disableProtocolSecurity"),
    )


def read_trusted_site(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A trusted URL."""
    yield CspTrustedSite(
        name=source.name,
        line=root.line,
        lines=root.lines("endpointUrl", "context"),
        url=root.get("endpointUrl"),
        active=root.flag("isActive") is not False,
        context=root.get("context"),
    )


def read_origin(root: Element, source: SourceFile) -> Iterator[Fact]:
    """An origin that is let in."""
    yield CorsWhitelistOrigin(
        name=source.name, line=root.line, lines=root.lines("urlPattern"), url=root.get("urlPattern")
    )


def read_subscription(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A managed subscription."""
    yield ManagedEventSubscription(
        name=source.name,
        line=root.line,
        lines=root.lines("topicName", "state"),
        topic=root.get("topicName"),
        state=root.get("state"),
    )


READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "RemoteSiteSetting": read_remote_site,
    "CspTrustedSite": read_trusted_site,
    "CorsWhitelistOrigin": read_origin,
    "ManagedEventSubscription": read_subscription,
}
