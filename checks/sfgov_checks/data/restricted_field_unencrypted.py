"""DAT009: an org that encrypts fields, and left out some of the gravest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField
from sfgov.model.classification import SensitiveField, classified_fields
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, is_restricted, sensitivity, some_of

_ENCRYPTABLE = {"date", "datetime", "email", "html", "longtextarea", "phone", "text", "textarea", "url"}
_ROLLED_UP = 5
"""More fields of one object than this are one finding."""


@check("DAT009", "restricted-field-unencrypted", Severity.MEDIUM, reads=(CustomField,))
def restricted_field_unencrypted(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Where an org uses Shield encryption, its restricted, health and card data fields are encrypted.

    Some fields of the org carry an encryption scheme, so Shield Platform Encryption is licensed and in use; these
    fields of a restricted level, or in the groups PHI or PCI, do not, although their type can be encrypted (text,
    text areas, email, phone, URL, date, date and time). Fields of the type Encrypted Text have classic encryption and
    count as encrypted. Standard fields do not state their type here and are left out. Where no field is encrypted,
    whether Shield is in use cannot be seen, and nothing is checked.

    ## Bad
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <encryptionScheme>None</encryptionScheme>
        <label>Diagnosis</label>
        <length>200</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <encryptionScheme>ProbabilisticEncryption</encryptionScheme>
        <label>SSN</label>
        <length>11</length>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <encryptionScheme>ProbabilisticEncryption</encryptionScheme>
        <label>Diagnosis</label>
        <length>200</length>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Claim__c.yml
    object: Claim__c
    fields:
      Diagnosis__c: {category: delete}
    ```

    ## Fix
    Encrypt the field, after checking what filters, sorts or matches by it: probabilistic encryption makes that
    impossible, deterministic encryption allows exact matches.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=xcloud.security_pe_custom_fields.htm
    """
    shield = next((one for one in org.all(CustomField) if is_encrypted(one.fact)), None)
    if shield is None:
        yield NotChecked("no field is encrypted, so whether the org uses Shield encryption is unknown")
        return
    bare: dict[str, list[tuple[SensitiveField, Written[CustomField]]]] = defaultdict(list)
    for field in classified_fields(org.index, sensitivity(policy)):
        parts = org.parts(CustomField, field.name)
        written = next((one for one in parts if one.fact.type.casefold() in _ENCRYPTABLE), None)
        encrypted = any(is_encrypted(one.fact) for one in parts)
        if written and not encrypted and is_restricted(field, policy.classification):
            bare[field.object].append((field, written))
    proof = shield.at_element("encryptionScheme").says(f"{shield.name} is encrypted, so Shield is in use")
    for name, fields in bare.items():
        if len(fields) > _ROLLED_UP:
            place = msgspec.structs.replace(fields[0][1].at(), component=f"CustomObject:{name}")
            yield Finding(
                f"{name} has {len(fields)} restricted fields that are not encrypted: {some_of([f.field for f, _ in fields])}.",
                at=place,
                because=[*(e for f, _ in fields[:SHOWN] for e in f.evidence()), proof],
                subject="unencrypted",
            )
        else:
            for field, written in fields:
                yield Finding(
                    f"{field.name} is {field.classification} and not encrypted, in an org that encrypts other fields.",
                    at=written.at_element("encryptionScheme"),
                    because=[*field.evidence(), proof],
                    subject="unencrypted",
                )


def is_encrypted(field: CustomField) -> bool:
    """Whether Shield Platform Encryption encrypts it."""
    return field.encryption_scheme.casefold() not in ("", "none")
