from __future__ import annotations

import pytest

from sfgov.model.record_ids import org_addresses, record_ids, without_addresses


def ids(text: str) -> list[tuple[str, str, bool]]:
    return [(one.text, one.is_a, one.checked) for one in record_ids(text)]


def test_ids_of_15_and_18_characters() -> None:
    text = "0125g000000ABcD, 0125g000000ABcDAAW again, a0x5g000000ABcD and 0055g000000abcdXYZ"
    assert ids(text) == [
        ("0125g000000ABcD", "a record type", False),
        ("a0x5g000000ABcD", "a record of a custom object", False),
        ("0055g000000abcdXYZ", "a user", False),
    ]
    assert ids("in ('0125g000000ABcDAAW')") == [("0125g000000ABcDAAW", "a record type", True)]


def test_a_prefix_that_is_not_known_needs_the_checksum() -> None:
    assert ids("3ttDU0000000350YAA") == [("3ttDU0000000350YAA", "a record", True)]
    assert ids("3ttDU0000000350") == []
    assert ids("3ttDU0000000350AAA") == []


@pytest.mark.parametrize(
    "text",
    [
        "012000000000000AAA",  # the master record type, the same everywhere
        "001000000000000",
        "500000000000001",
        "001xx000003DGb2AAG",  # what documentation uses
        "0015g000000ABcDE",
        "0015g000000ABcDAAWX",
        "key_0015g000000ABcD",
        "0015g000000ABcD-1",
        "applicationForm",
        "attributeValues",
        "123456789012345",
        "a1b2c3d4e5f6a7b",
        "012",
    ],
)
def test_no_ids(text: str) -> None:
    assert ids(text) == []


def test_addresses_of_one_org() -> None:
    text = """https://Acme-Corp.my.salesforce.com/x https://na12.salesforce.com/0015g000000ABcD
        https://corp--dev.sandbox.my.salesforce.com https://corp.lightning.force.com http://c.cs17.visual.force.com/apex/A
        https://corp--c.na17.content.force.com/a https://corp.my.site.com/help"""
    assert list(org_addresses(text)) == [
        "acme-corp.my.salesforce.com",
        "na12.salesforce.com",
        "corp--dev.sandbox.my.salesforce.com",
        "corp.lightning.force.com",
        "c.cs17.visual.force.com",
        "corp--c.na17.content.force.com",
        "corp.my.site.com",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://login.salesforce.com/services/Soap/u/64.0",
        "https://test.salesforce.com",
        "https://help.salesforce.com/s/articleView?id=1",
        "https://trailhead.salesforce.com/en/users/0055g000000ABcD",
        "https://yourdomain.my.salesforce.com",
        "https://MyDomainName.my.salesforce.com",
        "https://' + host + '.my.salesforce.com",
        "https://{!$Setup.Org__c.Host__c}.my.salesforce.com",
        "https://corp.my.salesforce.com.evil.example",
        "na12.salesforce.com",
    ],
)
def test_no_addresses_of_one_org(text: str) -> None:
    assert list(org_addresses(text)) == []


def test_ids_inside_addresses_are_left_to_the_address() -> None:
    text = "see https://a.example/0015g000000ABcD?x=1, /0035g000000ABcD"
    assert ids(without_addresses(text)) == [("0035g000000ABcD", "a contact", False)]
