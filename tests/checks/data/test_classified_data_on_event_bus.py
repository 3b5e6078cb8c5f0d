"""DAT016 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.classified_data_on_event_bus import classified_data_on_event_bus as check
from tests.data_orgs import chain, classified, field, mdapi_object, not_checked, said, xml

SSN = classified("Contact.SSN__c", "PII", "Confidential")
MEMBER = "platformEventChannelMembers/M.platformEventChannelMember-meta.xml"
SETTINGS = "settings/PlatformEncryption.settings-meta.xml"


def bus(encrypted: str = "false") -> dict[str, str]:
    body = f"    <enableEventBusEncryption>{encrypted}</enableEventBusEncryption>\n"
    return {SETTINGS: xml("PlatformEncryptionSettings", body)}


def member(entity: str = "ContactChangeEvent", enriched: str = "") -> dict[str, str]:
    extra = (
        f"    <enrichedFields>\n        <name>{enriched}</name>\n    </enrichedFields>\n" if enriched else ""
    )
    body = (
        f"    <eventChannel>Out__chn</eventChannel>\n    <selectedEntity>{entity}</selectedEntity>\n{extra}"
    )
    return {MEMBER: xml("PlatformEventChannelMember", body)}


def relay(state: str = "RUN") -> dict[str, str]:
    body = f"    <eventChannel>Out__chn</eventChannel>\n    <state>{state}</state>\n"
    return {"eventRelays/Aws.eventRelay-meta.xml": xml("EventRelayConfig", body)}


def publish(value: str) -> dict[str, str]:
    return {
        "classes/P.cls": "public class P {\n    void go(Contact c) {\n"
        f"        EventBus.publish(new Joined__e(Number__c = {value}));\n    }}\n}}\n"
    } | field("Joined__e.Number__c")


def test_change_events() -> None:
    (one,) = lint(SSN | bus() | member(enriched="SSN__c"), check)
    assert (one.severity.value, one.path, one.line) == ("medium", MEMBER, 4)
    assert one.message == (
        "Change events of Contact carry 1 classified field over an event bus that is not encrypted: SSN__c (Confidential, "
        "PII)."
    )
    assert chain(one)[:2] == [
        f"{SETTINGS}:3 the event bus is not encrypted",
        f"{MEMBER}:6 SSN__c is in every event",
    ]


def test_restricted_fields_of_a_custom_object_in_the_mdapi_format_are_high() -> None:
    card = {"fullName": "Card__c", "complianceGroup": "PCI", "type": "Text"}
    files = mdapi_object("Claim__c", card) | {
        path.replace("-meta.xml", ""): text for path, text in (bus() | member("Claim__ChangeEvent")).items()
    }
    assert said(check, files) == [
        "high/high platformEventChannelMembers/M.platformEventChannelMember:4 Change events of Claim__c carry 1 classified "
        "field over an event bus that is not encrypted: Card__c (PCI)."
    ]


def test_a_relay_makes_it_high() -> None:
    (one,) = said(check, SSN | bus() | member() | relay())
    assert one.startswith(f"high/high {MEMBER}:4 ")
    assert one.endswith("not encrypted, and relay Aws sends them outside: SSN__c (Confidential, PII).")
    assert [line.split()[0] for line in said(check, SSN | bus() | member() | relay("STOP"))] == [
        "medium/high"
    ]


def test_a_platform_event() -> None:
    assert said(check, SSN | bus() | publish("c.SSN__c")) == [
        "medium/medium classes/P.cls:3 Apex P.go puts Contact.SSN__c (Confidential, PII) into Joined__e, over an event bus "
        "that is not encrypted."
    ]


@pytest.mark.parametrize(
    "files",
    [
        bus("true") | member() | publish("c.SSN__c"),
        bus() | member("LeadChangeEvent"),
        bus() | member("Joined__e"),
        bus() | publish("c.Id"),
        bus()
        | publish("EncodingUtil.convertToHex(Crypto.generateDigest('SHA-256', Blob.valueOf(c.SSN__c)))"),
    ],
    ids=["encrypted", "other-object", "platform-event", "id", "hash"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, SSN | files) == []


def test_without_the_settings_it_is_not_checked() -> None:
    assert not_checked(check, SSN | member()) == [
        "no settings file says whether the event bus is encrypted (enableEventBusEncryption)"
    ]
