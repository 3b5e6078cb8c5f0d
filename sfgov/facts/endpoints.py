"""Addresses that the org calls, is called from, or loads content from; and who listens to its event channels.

Named credentials are kept as plain values (records.py), as are external credentials, of which few elements matter.
"""

from __future__ import annotations

from sfgov.facts.base import Fact, Mark


class RemoteSiteSetting(Fact, frozen=True, kw_only=True):
    """An address that Apex may call without a named credential."""

    url: str = ""
    active: bool = True
    insecure: Mark = 0
    """`disableProtocolSecurity`: code may go from HTTPS to HTTP."""


class CspTrustedSite(Fact, frozen=True, kw_only=True):
    """An address from which pages and components may load content, or to which they may connect."""

    url: str = ""
    active: bool = True
    context: str = ""
    """`All`, `LEX`, `Communities` …"""


class CorsWhitelistOrigin(Fact, frozen=True, kw_only=True):
    """An origin whose pages may call the org's APIs from a browser."""

    url: str = ""


class ManagedEventSubscription(Fact, frozen=True, kw_only=True):
    """A subscription of which the platform remembers how far it has read."""

    topic: str = ""
    """`/data/AccountChangeEvent`, `/event/Shipped__e`, or a channel."""
    state: str = ""
    """`RUN` or `STOP`."""
