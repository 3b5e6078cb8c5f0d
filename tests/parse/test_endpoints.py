from __future__ import annotations

from msgspec import msgpack

from sfgov.facts import (
    AnyFact,
    Component,
    CorsWhitelistOrigin,
    CspTrustedSite,
    ExternalCredential,
    ManagedEventSubscription,
    NamedCredential,
    RemoteSiteSetting,
)
from sfgov.facts.permissions import Member
from sfgov.facts.records import Value
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read(root: str, *lines: str) -> AnyFact:
    """The only fact of a file whose elements start on line 2."""
    text = "\n".join([f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">', *lines, f"</{root}>"])
    [fact] = parse(SourceFile(f"x/A.{root}", root, "A"), text.encode()).facts
    assert msgpack.decode(msgpack.encode(fact), type=AnyFact) == fact
    return fact


def test_a_remote_site() -> None:
    lines = [
        "<disableProtocolSecurity>true</disableProtocolSecurity>",
        "<isActive>false</isActive>",
        "<url>http://a.example</url>",
    ]
    assert read("RemoteSiteSetting", *lines) == RemoteSiteSetting(
        name="A",
        lines={"disableProtocolSecurity": 2, "url": 4},
        url="http://a.example",
        active=False,
        insecure=2,
    )
    assert read("RemoteSiteSetting", "<url>https://a.example</url>") == RemoteSiteSetting(
        name="A", lines={"url": 2}, url="https://a.example"
    )


def test_a_trusted_site_and_an_origin() -> None:
    assert read("CspTrustedSite", "<context>All</context>", "<endpointUrl>*</endpointUrl>") == CspTrustedSite(
        name="A", lines={"context": 2, "endpointUrl": 3}, url="*", context="All"
    )
    assert read("CorsWhitelistOrigin", "<urlPattern>https://*.a.example</urlPattern>") == CorsWhitelistOrigin(
        name="A", lines={"urlPattern": 2}, url="https://*.a.example"
    )


def test_a_managed_subscription() -> None:
    lines = ["<state>RUN</state>", "<topicName>/data/AccountChangeEvent</topicName>"]
    assert read("ManagedEventSubscription", *lines) == ManagedEventSubscription(
        name="A", lines={"state": 2, "topicName": 3}, topic="/data/AccountChangeEvent", state="RUN"
    )


def test_an_external_credential() -> None:
    block = "<externalCredentialParameters><parameterName>P</parameterName></externalCredentialParameters>"
    assert read("ExternalCredential", block) == ExternalCredential(
        name="A", values=(Value("externalCredentialParameters.parameterName", "P", 2),)
    )


def test_where_named_credentials_lead() -> None:
    legacy = read("NamedCredential", "<endpoint>https://a.example</endpoint>")
    newer = read(
        "NamedCredential",
        "<namedCredentialParameters><externalCredential>E</externalCredential>",
        "<parameterType>Authentication</parameterType></namedCredentialParameters>",
        "<namedCredentialParameters><parameterType>HttpHeader</parameterType>",
        "<parameterValue>https://not.example</parameterValue></namedCredentialParameters>",
        "<namedCredentialParameters>",
        "<parameterValue>https://a.example</parameterValue><parameterType>Url</parameterType>",
        "</namedCredentialParameters>",
    )
    assert isinstance(legacy, NamedCredential)
    assert isinstance(newer, NamedCredential)
    assert [(one.url, one.line_of("url")) for one in (legacy, newer)] == [
        ("https://a.example", 2),
        ("https://a.example", 7),
    ]
    assert newer.external_credentials == (Member("E", 2),)


def test_the_api_version_of_pages_and_components() -> None:
    for root in ("ApexPage", "ApexComponent", "AuraDefinitionBundle", "LightningComponentBundle"):
        assert read(root, "<apiVersion>48.0</apiVersion>") == Component(
            name="A", lines={"apiVersion": 2}, root=root, api_version=48.0
        )
    assert read("ApexPage", "<apiVersion>new</apiVersion>") == Component(
        name="A", lines={"apiVersion": 2}, root="ApexPage"
    )
