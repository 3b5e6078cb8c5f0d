"""DAT002: what looks like personal or secret data, and nobody has classified."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import CustomField, CustomObject
from sfgov.model.classification import is_classified, is_stored
from sfgov.model.index import Written, namespace
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, sensitivity, some_of
from sfgov_checks.principals import counted

_ROLLED_UP = 3
"""More fields of one object than this are one finding."""
_MANY_OBJECTS = 30
"""More objects than this are one finding."""
_NOT_COPIED = ("__mdt", "__e", "__x", "__b")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_BY_TYPE = {"email": "an email address", "phone": "a phone number", "encryptedtext": "encrypted text"}
_TEXTS = {"", "date", "datetime", "html", "longtextarea", "text", "textarea", "number", "currency"}
_BY_WORDS = {
    "ssn": "a social security number",
    "social security": "a social security number",
    "tax id": "a tax number",
    "national id": "an identity number",
    "passport": "a passport number",
    "driver license": "a driving licence",
    "drivers license": "a driving licence",
    "date of birth": "a date of birth",
    "birth date": "a date of birth",
    "birthdate": "a date of birth",
    "birthday": "a date of birth",
    "dob": "a date of birth",
    "salary": "a salary",
    "iban": "a bank account",
    "bank account": "a bank account",
    "routing number": "a bank account",
    "credit card number": "card data",
    "card number": "card data",
    "cvv": "card data",
    "diagnosis": "health data",
    "medical condition": "health data",
    "medical history": "health data",
    "ethnicity": "data on ethnicity",
    "religion": "data on religion",
    "password": "a password",
}
_NUMBERS = {"a date of birth": {"date", "datetime", "text", ""}, "a salary": {"currency", "number", "text"}}
"""What is only meant where the type fits as well."""
_ABOUT_SOMETHING_ELSE = {
    "count", "status", "type", "template", "templates", "subject", "flag", "sent", "error", "expiry", "expiration",
    "expires", "reset", "policy", "bounce", "bounced", "reason", "label", "code", "category", "rate", "total",
    "amount", "plan", "provider", "range", "format", "message", "body", "record", "url", "link", "notes", "changed",
}  # fmt: skip
"""Last words of names such as `Password_Reset_Date`, `Email_Count`, which say that the field holds another thing."""


class _Likely(msgspec.Struct, frozen=True):
    field: Written[CustomField]
    holds: str


@check(
    "DAT002",
    "sensitive-field-unclassified",
    Severity.MEDIUM,
    reads=(CustomField,),
    against=(CustomObject,),
    confidence=Confidence.MEDIUM,
)
def sensitive_field_unclassified(org: Org, policy: Policy) -> Iterator[Finding]:
    """A field that by its type or name holds personal data, health data or a secret is classified.

    Everything that protects data by its classification (masking, restriction rules, encryption policies, and most
    checks of this pack) passes over a field without one. Looked at are the org's own custom fields that carry neither
    `complianceGroup` nor `securityClassification`: fields of the types Email, Phone and Encrypted Text, and fields
    whose name or label says that they hold a social security, tax, passport or bank account number, card data, a date
    of birth, a salary, health data, ethnicity, religion or a password.

    It is a guess by name, hence of medium confidence. Left out are checkboxes, picklists, lookups and formulas;
    names about something else (`Email_Status__c`, `Password_Reset_Date__c`); managed fields, custom metadata, custom
    settings, events, external and big objects; and what `classification.ignore_fields` names. An object with more
    than three such fields is one finding; so is an org of more than 30 such objects, or without any classified field.

    ## Bad
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <label>SSN</label>
        <length>11</length>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```xml objects/Contact/fields/Preferred_Name__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Preferred_Name__c</fullName>
        <label>Preferred Name</label>
        <length>40</length>
        <securityClassification>Internal</securityClassification>
        <type>Text</type>
    </CustomField>
    ```

    ## Fix
    Set the data sensitivity level and the compliance categorisation of the field; `Public` or `Internal` are answers,
    too. Where the guess is wrong, name the field under `classification.ignore_fields`.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.data_classification_metadata_fields.htm&type=5
    """
    ignored = sensitivity(policy).ignores
    found: dict[str, list[_Likely]] = defaultdict(list)
    for one in org.all(CustomField):
        holds = "" if ignored(one.name) else _holds(one.fact)
        if holds and _is_data(org, one) and not _is_classified(org, one):
            found[one.fact.object].append(_Likely(one, holds))
    used = any(is_classified(one.fact) for one in org.all(CustomField))
    if found and (not used or len(found) > _MANY_OBJECTS):
        yield _everywhere(org, found, used=used)
        return
    for name, fields in found.items():
        if len(fields) > _ROLLED_UP:
            yield _rolled_up(name, fields)
        else:
            yield from (
                Finding(
                    f"{one.field.name} seems to hold {one.holds}, and it is not classified.",
                    at=one.field.at(),
                )
                for one in fields
            )


def _is_data(org: Org, field: Written[CustomField]) -> bool:
    """The org's own custom field, of an object whose records are data."""
    name = field.fact.object
    parent = org.get(CustomObject, name)
    return not (
        name.casefold().endswith(_NOT_COPIED)
        or not field.fact.field.casefold().endswith("__c")
        or namespace(field.fact.field)
        or (parent and parent.fact.custom_settings_type)
    )


def _is_classified(org: Org, field: Written[CustomField]) -> bool:
    return any(is_classified(part.fact) for part in org.parts(CustomField, field.name))


def _holds(field: CustomField) -> str:
    """What a field seems to hold; empty where nothing suggests that it is sensitive."""
    kind = field.type.casefold()
    if not is_stored(field) or not (kind in _BY_TYPE or kind in _TEXTS):
        return ""
    own = " ".join(word.casefold() for word in _WORD.findall(field.field.removesuffix("__c")))
    label = " ".join(word.casefold() for word in _WORD.findall(field.label))
    if any(text and text.rpartition(" ")[2] in _ABOUT_SOMETHING_ELSE for text in (own, label)):
        return ""
    by_type = _BY_TYPE.get(kind)
    if by_type:
        return by_type
    for words, holds in _BY_WORDS.items():
        fits = kind in _NUMBERS.get(holds, _TEXTS - {"date", "datetime", "currency"})
        if fits and any(f" {words} " in f" {text} " for text in (own, label)):
            return holds
    return ""


def _rolled_up(name: str, fields: Sequence[_Likely]) -> Finding:
    return Finding(
        f"{name} has {len(fields)} fields that seem to hold sensitive data and are not classified: {_named(fields)}.",
        at=msgspec.structs.replace(fields[0].field.at(), component=f"CustomObject:{name}"),
        because=_evidence(fields),
        subject="unclassified",
    )


def _everywhere(org: Org, found: dict[str, list[_Likely]], *, used: bool) -> Finding:
    fields = [one for some in found.values() for one in some]
    what = f"{counted(len(fields), 'field')} of {counted(len(found), 'object')}"
    names = some_of([one.field.name for one in fields])
    seem = "seems" if len(fields) == 1 else "seem"
    return Finding(
        f"{what} {seem} to hold sensitive data and {'is' if len(fields) == 1 else 'are'} not classified: {names}."
        if used
        else f"No field of this org is classified, but {what} {seem} to hold sensitive data: {names}.",
        at=org.visibility.whole(),
        because=_evidence(fields),
        subject="unclassified",
    )


def _named(fields: Sequence[_Likely]) -> str:
    return some_of([one.field.fact.field for one in fields])


def _evidence(fields: Sequence[_Likely]) -> list[Evidence]:
    return [one.field.at().says(f"{one.field.name} seems to hold {one.holds}") for one in fields[:SHOWN]]
