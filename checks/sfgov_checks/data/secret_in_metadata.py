"""DAT014: passwords, tokens and keys that everybody can read who reads the repository."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    ConnectedApp,
    CustomField,
    CustomLabels,
    CustomMetadata,
    ExtlClntAppGlobalOauthSettings,
    NamedCredential,
)
from sfgov.facts.apex import Method, Variable
from sfgov.facts.records import Record
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov_checks.data.secrets import Secret, is_stand_in, secret_in

_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'")
_QUOTED = re.compile(r"""["']([^"']*)["']""")
_CREDENTIAL = ("password", "oauthtoken", "oauthrefreshtoken", "awsaccesssecret")


class _Found(msgspec.Struct, frozen=True):
    what: str
    """Where it is, as the subject of a sentence."""
    place: Place
    secret: Secret


@check(
    "DAT014",
    "secret-in-metadata",
    Severity.CRITICAL,
    reads=(
        ApexClass,
        ApexTrigger,
        ConnectedApp,
        CustomField,
        CustomLabels,
        CustomMetadata,
        ExtlClntAppGlobalOauthSettings,
        NamedCredential,
    ),
    tags=("security", "secrets"),
    controls=("SBS-DEP-005",),
)
def secret_in_metadata(org: Org) -> Iterator[Finding]:
    """No password, token or key stands in metadata.

    What stands in a record, a label or a class is read by everybody who reads the repository, its copies and its
    history, and by everybody who can view the setup of the org and its sandboxes. Looked at are values of custom
    metadata records, default values of fields, custom labels, text in Apex outside tests, and the passwords and
    tokens of named credentials and connected apps.

    Critical is what is written in the format of a known kind of key (AWS, GitHub, Google, OpenAI, SendGrid, Slack and
    Stripe keys, private keys, Salesforce sessions, JSON web tokens). High, with medium confidence, is a random looking
    text under a name such as `API_Key__c` or `clientSecret`. A value with spaces is a sentence; addresses, ids and
    stand-ins (`${TOKEN}`, `%%KEY%%`, `changeme`) are no secrets. The finding does not repeat the value.

    ## Bad
    ```xml customMetadata/Endpoint.Billing.md-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
        <label>Billing</label>
        <values>
            <field>API_Key__c</field>
            <value xsi:type="xsd:string">q7RzT2mWv9LpX4cNb8Ks</value>
        </values>
    </CustomMetadata>
    ```

    ## Good
    ```xml customMetadata/Endpoint.Billing.md-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
        <label>Billing</label>
        <values>
            <field>Named_Credential__c</field>
            <value xsi:type="xsd:string">Billing_API</value>
        </values>
    </CustomMetadata>
    ```

    ## Fix
    Have whoever issued the secret revoke it: it stays in the repository's history. Put the new one into a named or
    external credential's principal, which is set in the org and never retrieved.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.secure_coding_guide.meta/secure_coding_guide/secure_coding_storing_sensitive_data.htm
    """
    seen: set[tuple[str, int]] = set()
    told: dict[tuple[str, bool, Place | None], list[_Found]] = defaultdict(list)
    for one in (*_in_records(org), *_in_fields(org), *_in_apex(org), *_in_apps(org)):
        if (one.place.path, one.place.line) not in seen:
            seen.add((one.place.path, one.place.line))
            is_record = one.place.component.startswith("CustomMetadata:")  # its secrets belong together
            told[one.place.component, one.secret.known, None if is_record else one.place].append(one)
    for first, *others in told.values():
        more = "".join(f", and {one.place.element} {one.secret.is_a}" for one in others)
        yield Finding(
            f"{first.what} {'holds' if first.secret.known else 'seems to hold'} {first.secret.is_a}{more}.",
            at=first.place,
            because=[one.place.says(one.secret.is_a) for one in others],
            severity=None if first.secret.known else Severity.HIGH,
            confidence=None if first.secret.known else Confidence.MEDIUM,
        )


def _in_records(org: Org) -> Iterator[_Found]:
    for record in org.all(CustomMetadata):
        yield from _values(record, f"{record.fact.type_name} {record.fact.record_name}")
    for labels in org.all(CustomLabels):
        yield from _values(labels, "Label")
    for credential in org.all(NamedCredential):
        for value in credential.fact.values:
            text = value.text or ""
            if value.path.casefold() in _CREDENTIAL and text and not is_stand_in(text):
                place = credential.at(value.line, value.path)
                secret = secret_in(value.path, text) or Secret(f"a value under {value.path}", known=False)
                yield _Found(f"Named credential {credential.name}", place, secret)


def _values(record: Written[CustomMetadata] | Written[CustomLabels], what: str) -> Iterator[_Found]:
    fact: Record = record.fact
    for value in fact.values:
        if secret := secret_in(value.path, value.text or ""):
            yield _Found(f"{what}: {value.path}", record.at(value.line, value.path), secret)


def _in_fields(org: Org) -> Iterator[_Found]:
    for field in org.all(CustomField):
        for text in _QUOTED.findall(field.fact.default_value):
            if secret := secret_in(field.fact.field, text):
                yield _Found(f"The default value of {field.name}", field.at_element("defaultValue"), secret)


def _in_apex(org: Org) -> Iterator[_Found]:
    for written in org.all(ApexClass):
        if not any(owner.is_test for owner in written.fact.types):
            for owner in written.fact.types:
                yield from _variables(written, owner.name, owner.fields)
                yield from _methods(written, owner.methods)
    for trigger in org.all(ApexTrigger):
        yield from _methods(trigger, trigger.fact.methods)


def _methods(
    written: Written[ApexClass] | Written[ApexTrigger], methods: tuple[Method, ...]
) -> Iterator[_Found]:
    for method in methods:
        yield from _variables(written, f"{method.owner}.{method.name}", method.variables)
        for operation in method.operations:
            name = operation.name.rpartition(".")[2] if operation.kind == "assign" else ""
            key = ""
            for argument in operation.arguments:
                found = _LITERAL.search(argument)
                text = found[1] if found else ""
                if secret := secret_in(name or key, text):
                    place = written.at(operation.line, f"{method.owner}.{method.name}", operation.column)
                    yield _Found(f"{method.owner}.{method.name}", place, secret)
                key = text if operation.kind == "call" else ""


def _variables(
    written: Written[ApexClass] | Written[ApexTrigger], owner: str, variables: tuple[Variable, ...]
) -> Iterator[_Found]:
    for variable in variables:
        literal = _LITERAL.fullmatch(variable.initial)
        secret = secret_in(
            variable.name, literal[1] if literal else variable.initial if "'" in variable.initial else ""
        )
        if secret:
            yield _Found(
                f"{owner}.{variable.name}", written.at(variable.line, f"{owner}.{variable.name}"), secret
            )


def _in_apps(org: Org) -> Iterator[_Found]:
    secret = Secret("its consumer secret", known=False)
    for app in org.all(ConnectedApp):
        if app.fact.consumer_secret:
            yield _Found(f"Connected app {app.name}", app.at_element("consumerSecret"), secret)
    for settings in org.all(ExtlClntAppGlobalOauthSettings):
        if settings.fact.consumer_secret:
            place = settings.at_element("consumerSecret")
            yield _Found(f"External client app {settings.fact.app or settings.name}", place, secret)
