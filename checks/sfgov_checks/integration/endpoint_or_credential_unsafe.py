"""INT007: addresses and credentials that open more than they should."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    CorsWhitelistOrigin,
    CspTrustedSite,
    Fact,
    NamedCredential,
    RemoteSiteSetting,
    Workflow,
)
from sfgov.model.addresses import Credential, host_of, is_everywhere, is_plain
from sfgov.model.apex.addresses import Address, Addresses
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.record_ids import org_addresses
from sfgov.place import Evidence, Place
from sfgov_checks.principals import joined

_ROLLED_UP = 5
"""More named credentials than this are one finding."""
_SHIPPED = "http://www.apexdevnet.com"
"""A remote site that Salesforce put into every org for years."""
_PLAIN = "unencrypted: what is sent can be read and changed on the way"
_TEST_ORG = re.compile(r"(?<![a-z])(?:sandbox|uat|sit|qa|stag(?:e|ing)|test|dev)(?![a-z])", re.IGNORECASE)
_PRODUCTION = re.compile(r"(?<![a-z0-9])prod(?:uction)?(?![a-z0-9])")


@check(
    "INT007",
    "endpoint-or-credential-unsafe",
    Severity.HIGH,
    reads=(
        ApexClass,
        ApexTrigger,
        CorsWhitelistOrigin,
        CspTrustedSite,
        NamedCredential,
        RemoteSiteSetting,
        Workflow,
    ),
    tags=("security", "integration"),
)
def endpoint_or_credential_unsafe(org: Org) -> Iterator[Finding]:
    """What leaves the org goes encrypted, to an address that is configured once, and without a session.

    High: an address with `http://` that Apex calls, a remote site, named credential or outbound message leads to, or
    a trusted site or CORS origin lets in; a remote site that switches protocol security off; a trusted site or origin
    that takes in the whole web; an outbound message that carries a session of its user.

    Medium: Apex that calls a fixed `https://` address instead of a named credential, so that sandboxes call production
    and the login is the code's business; named credentials of the legacy kind, and among them those with a password
    or with merge fields, by which code can send the secret anywhere. Low: a credential that is named for a test system
    and leads to production.

    Quiet: tests, inactive sites, `localhost`, addresses that are computed, managed packages.

    ## Bad
    ```xml remoteSiteSettings/Rates.remoteSite-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <RemoteSiteSetting xmlns="http://soap.sforce.com/2006/04/metadata">
        <disableProtocolSecurity>true</disableProtocolSecurity>
        <isActive>true</isActive>
        <url>http://rates.example</url>
    </RemoteSiteSetting>
    ```
    ```apex classes/Rates.cls
    public with sharing class Rates {
        private static final String SERVICE = 'http://rates.example/today';
        public static HttpResponse today() {
            HttpRequest request = new HttpRequest();
            request.setEndpoint(SERVICE);
            return new Http().send(request);
        }
    }
    ```

    ## Good
    ```apex classes/Rates.cls
    public with sharing class Rates {
        public static HttpResponse today() {
            HttpRequest request = new HttpRequest();
            request.setEndpoint('callout:Rates/today');
            return new Http().send(request);
        }
    }
    ```
    ```xml namedCredentials/Rates.namedCredential-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <NamedCredential xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Rates</label>
        <namedCredentialParameters>
            <parameterName>Url</parameterName>
            <parameterType>Url</parameterType>
            <parameterValue>https://rates.example</parameterValue>
        </namedCredentialParameters>
        <namedCredentialType>SecuredEndpoint</namedCredentialType>
    </NamedCredential>
    ```

    ## Fix
    Call by HTTPS, through a named credential with an external credential. Let the receiver of an outbound message log
    in by itself, and list the sites that pages need one by one.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_callouts_named_credentials.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_remotesitesetting.htm
    - https://help.salesforce.com/s/articleView?id=sf.nc_named_creds_and_ext_creds.htm&type=5
    - https://help.salesforce.com/s/articleView?id=sf.workflow_defining_outbound_messages.htm&type=5
    """
    yield from _in_apex(org)
    yield from _remote_sites(org)
    yield from _let_in(org)
    yield from _outbound_messages(org)
    yield from _credentials(org)


def _in_apex(org: Org) -> Iterator[Finding]:
    """One finding for each file and host; paths are not told, as they may hold keys."""
    found: dict[tuple[str, str], list[Address]] = defaultdict(list)
    for address in Addresses(org.apex).all():
        host = host_of(address.text)
        fixed = address.method is not None and address.text.casefold().startswith("https://") and "." in host
        own = any(org_addresses(address.text))  # that is HYG004's
        if is_plain(address.text) or (fixed and not own):
            found[address.at.path, host].append(address)
    for (_, host), uses in found.items():
        plain = [one for one in uses if is_plain(one.text)]
        first = (plain or uses)[0]
        says = (
            f"calls http://{host} {_PLAIN}" if plain else f"calls {host} itself instead of a named credential"
        )
        yield Finding(
            f"{first.owner} {says}.",
            at=first.at,
            because=[one.at.says(f"{one.owner} calls it too") for one in uses if one is not first],
            severity=None if plain else Severity.MEDIUM,
            confidence=None if first.method else Confidence.MEDIUM,
            subject=host,
        )


def _remote_sites(org: Org) -> Iterator[Finding]:
    for site in _own(org, RemoteSiteSetting):
        fact = site.fact
        if not fact.active:
            continue
        off = fact.insecure > 0
        if not (off or is_plain(fact.url)):
            continue
        says = [f"leads to {fact.url} {_PLAIN}"] if is_plain(fact.url) else []
        says += ["switches protocol security off, so that code may go from HTTPS to HTTP"] if off else []
        shipped = fact.url.casefold().rstrip("/") == _SHIPPED and not off
        yield Finding(
            f"Remote site {site.name} {' and '.join(says)}.",
            at=site.at(fact.insecure, "disableProtocolSecurity") if off else site.at_element("url"),
            fix="Delete it: it came with the org, and nothing needs it." if shipped else "",
            severity=Severity.LOW if shipped else None,
            subject="remote site",
        )


def _let_in(org: Org) -> Iterator[Finding]:
    """Trusted sites and CORS origins."""
    for trusted in _own(org, CspTrustedSite):
        if trusted.fact.active:
            place = trusted.at_element("endpointUrl")
            yield from _pattern(f"Trusted site {trusted.name}", trusted.fact.url, place)
    for origin in _own(org, CorsWhitelistOrigin):
        yield from _pattern(f"CORS origin {origin.name}", origin.fact.url, origin.at_element("urlPattern"))


def _pattern(what: str, url: str, place: Place) -> Iterator[Finding]:
    if is_everywhere(url):
        yield Finding(
            f"{what} lets in {url}: everybody who has an address there.",
            at=place,
            fix="List the hosts that are needed.",
        )
    elif is_plain(url):
        yield Finding(f"{what} lets in {url} {_PLAIN}.", at=place)


def _outbound_messages(org: Org) -> Iterator[Finding]:
    for first in org.all(Workflow):
        parts = org.parts(Workflow, first.name)
        senders = {
            name: written.at(rule.line, rule.name).says(f"rule {rule.name} sends it")
            for written in parts
            for rule in written.fact.rules
            for kind, name in rule.actions
            if kind == "OutboundMessage" and rule.active
        }
        for written in parts:
            for message in written.fact.outbound_messages:
                session = message.session_id > 0
                if org.index.managed(message.name) or not (session or is_plain(message.url)):
                    continue
                says = [f"goes to {message.url} {_PLAIN}"] if is_plain(message.url) else []
                says += (
                    [f"hands {host_of(message.url) or 'its receiver'} a session of its user"]
                    if session
                    else []
                )
                line = message.session_id if session else message.url_line
                sender = senders.get(message.name)
                yield Finding(
                    f"Outbound message {message.name} of {written.name} {' and '.join(says)}.",
                    at=written.at(line or message.line, message.name),
                    because=[sender] if sender else [],
                    fix="Let the receiver log in by itself with an integration user." if session else "",
                    confidence=None if sender else Confidence.MEDIUM,
                    subject=message.name,
                )


class _Weak(msgspec.Struct, frozen=True):
    """A named credential that is not as it should be: the lines that say so."""

    credential: Credential
    evidence: Sequence[Evidence]


def _credentials(org: Org) -> Iterator[Finding]:
    found = [Credential(written) for written in _own(org, NamedCredential)]
    for one in found:
        name = one.name
        if is_plain(one.url):
            yield Finding(
                f"Named credential {name} leads to {one.url} {_PLAIN}.", at=one.at, subject="address"
            )
        elif _TEST_ORG.search(name.replace("_", " ")) and _PRODUCTION.search(host_of(one.url)):
            yield Finding(
                f"Named credential {name} is named for a test system and leads to {host_of(one.url)}.",
                at=one.at,
                severity=Severity.LOW,
                confidence=Confidence.LOW,
                subject="production",
            )
    weak = [_Weak(one, evidence) for one in found if (evidence := list(_weaknesses(one)))]
    if len(weak) > _ROLLED_UP:
        names = [some.credential.name for some in weak]
        yield _weak(f"{len(weak)} named credentials keep a login of their own: {joined(names)}.", weak, org)
        return
    for some in weak:
        says = joined([evidence.message for evidence in some.evidence])
        yield _weak(f"Named credential {some.credential.name} {says}.", [some], org)


def _weaknesses(one: Credential) -> Iterator[Evidence]:
    """Nothing where there is no secret to lose."""
    protocol = one.text("protocol").casefold()
    if protocol == "noauthentication":
        return
    if one.legacy:
        yield one.place("namedCredentialType").says("is of the legacy kind, which keeps its login itself")
        if protocol == "password":
            yield one.place("protocol").says("logs in with a password")
        elif one.text("username"):
            yield one.place("username").says("has a user name of its own")
    for element, where in (("allowMergeFieldsInBody", "body"), ("allowMergeFieldsInHeader", "headers")):
        if one.text(element).casefold() == "true":
            yield one.place(element).says(f"lets code put its secret into the {where}")


def _weak(message: str, some: Sequence[_Weak], org: Org) -> Finding:
    at = some[0].evidence[-1].place if len(some) == 1 else org.visibility.whole()
    return Finding(
        message,
        at=at,
        because=[evidence for one in some for evidence in one.evidence],
        fix="Create an external credential with a principal, and a named credential that uses it, then let permission "
        "sets give the principal to those who call.",
        severity=Severity.MEDIUM,
        subject="named credentials" if len(some) > 1 else "legacy",
    )


F = TypeVar("F", bound=Fact)


def _own(org: Org, kind: type[F]) -> Iterator[Written[F]]:
    return (written for written in org.all(kind) if not org.index.managed(written.name))
