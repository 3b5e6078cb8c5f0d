"""DAT007: masking that no longer fits the objects and fields that it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import CustomField, CustomMetadata, CustomObject, DataMaskExport, MaskingTemplate
from sfgov.model.classification import classified_fields, has_person_accounts, is_stored
from sfgov.model.field_security import is_always_required
from sfgov.model.index import Knowledge
from sfgov.model.masking import MaskRule, Origin
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, is_standard_sensitive, sensitivity, some_of
from sfgov_checks.principals import counted

_NO_TEXT = {
    "checkbox": "a checkbox",
    "currency": "an amount of money",
    "date": "a date",
    "datetime": "a date with a time",
    "location": "a location",
    "number": "a number",
    "percent": "a percentage",
    "time": "a time of day",
}
"""Types that no value out of a library of texts fits."""
_NUMBERS = ("number", "date")
"""Words in a library's name that say that it holds no texts."""


@check(
    "DAT007",
    "mask-config-drift",
    Severity.MEDIUM,
    reads=(CustomMetadata, DataMaskExport, MaskingTemplate),
    against=(CustomField, CustomObject),
)
def mask_config_drift(org: Org, policy: Policy) -> Iterator[Finding]:
    """What masking rules name exists, and can be masked in the way that they say.

    Objects and fields are renamed, deleted and change their type; masking rules are seldom looked at again. Reported
    are rules about a field or object of the org's own that is not in the files although others of its kind are; about
    a field that holds no value of its own (a formula, a roll-up, an auto number); that put a text such as an email
    address into a number, date or checkbox, or anything but an email address into an email field; that empty a
    required field, which fails; and exemptions that have ended. Masked contacts in an org with person accounts, of
    which the same data also lies on the account, are reported where nothing masks accounts.

    Rules that are switched off are not looked at. Standard and managed objects and fields are there without being
    retrieved. An ended exemption of a sensitive field is DAT001's business.

    ## Bad
    ```xml objects/Contact/fields/Tax_Number__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Tax_Number__c</fullName>
        <label>Tax Number</label>
        <complianceGroup>PII</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      Tax_No__c: {category: replaceRandom}
    ```

    ## Good
    ```xml objects/Contact/fields/Tax_Number__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Tax_Number__c</fullName>
        <label>Tax Number</label>
        <complianceGroup>PII</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      Tax_Number__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```

    ## Fix
    Name the field as the org has it now, choose a way of masking that fits its type, or remove the rule.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.data_mask_considerations.htm
    - https://help.salesforce.com/s/articleView?id=platform.set_masking_rules.htm
    """
    awake = [rule for rule in org.masking.rules if not rule.dormant and rule.origin is not Origin.POST_COPY]
    yield from _missing(org, awake)
    for rule in awake:
        yield from _unfit(org, rule)
    yield from _ended(org, policy)
    yield from _one_half_of_person_accounts(org)


def _missing(org: Org, rules: list[MaskRule]) -> Iterator[Finding]:
    """Rules about an object that is not there, or about such fields: one finding for each source and object."""
    gone: dict[tuple[str, str, bool], list[MaskRule]] = defaultdict(list)
    for rule in rules:
        whole = org.knowledge(CustomObject, rule.object) is Knowledge.ABSENT
        if whole or (rule.exact and _is_gone(org, rule)):
            gone[rule.object, rule.by, whole].append(rule)
    for (name, _, whole), some in sorted(gone.items()):
        some.sort(key=lambda rule: rule.place)
        fields = list(dict.fromkeys(rule.field for rule in some))
        lacks = (
            f"{name}, which is not among the objects here"
            if whole
            else f"{counted(len(fields), 'field')} of {name} that {'is' if len(fields) == 1 else 'are'} not here although "
            f"others are: {some_of(fields)}"
        )
        yield Finding(
            f"{_sentence(some[0])} masks {lacks}.",
            at=_home(org, some[0]),
            because=[evidence for rule in some[:SHOWN] for evidence in rule.evidence()],
            confidence=Confidence.MEDIUM,
            subject=f"{some[0].by} {name} missing",
        )


def _home(org: Org, rule: MaskRule) -> Place:
    """Where the rule's source starts to speak of the object."""
    homes = [one for one in org.masking.homes if (one.by, one.object) == (rule.by, rule.object)]
    return homes[0].place if homes else rule.place


def _is_gone(org: Org, rule: MaskRule) -> bool:
    """Whether other custom fields of the object are here, but not this one."""
    name = rule.field
    if name.casefold().endswith("__pc"):
        return False  # the field is written as one of Contact
    prefix = f"{rule.object}.".casefold()
    siblings = (f for f in org.all(CustomField) if f.name.casefold().startswith(prefix))
    known = org.knowledge(CustomField, f"{rule.object}.{name}")
    return known is Knowledge.ABSENT and any(one.name.casefold().endswith("__c") for one in siblings)


def _unfit(org: Org, rule: MaskRule) -> Iterator[Finding]:
    """Why a rule cannot do its work on each field of which it speaks."""
    name = f"{rule.object}.{rule.field}"
    if rule.how.casefold() == "delete" and is_always_required(name):
        yield Finding(
            f"{_sentence(rule)} masks {name} ({rule.how}), but every {rule.object} needs one: it cannot be emptied.",
            at=rule.place,
            because=rule.evidence(),
            subject=f"{name} does not fit",
        )
        return
    for written in org.parts(CustomField, name) if rule.exact else ():
        problem = _problem(written.fact, rule)
        if problem:
            yield Finding(
                f"{_sentence(rule)} masks {name} ({rule.how}), {problem}.",
                at=rule.place,
                because=[
                    *rule.evidence(),
                    written.at_element("type").says(f"{written.name}: {written.fact.type}"),
                ],
                subject=f"{name} does not fit",
            )
            return


def _problem(field: CustomField, rule: MaskRule) -> str:
    """To be put after "masks the field": what stands against it; empty where nothing does."""
    kind, (how, _, value) = field.type.casefold(), rule.how.casefold().partition(" ")
    if field.formula or kind in ("summary", "autonumber"):
        return "but Salesforce computes its value: nothing can be written into it"
    if not kind or (not is_stored(field) and kind != "checkbox"):
        return ""
    empties = how == "delete"
    if empties and field.required:
        return "but the field is required and cannot be emptied"
    library = how in ("library", "pseudonymize") and value and not any(word in value for word in _NUMBERS)
    if library and kind in _NO_TEXT:
        return f"but the field holds {_NO_TEXT[kind]}"
    if library and kind == "email" and "email" not in value:
        return "but the field takes only email addresses"
    return ""


def _ended(org: Org, policy: Policy) -> Iterator[Finding]:
    sensitive = {field.name.casefold() for field in classified_fields(org.index, sensitivity(policy))}
    for one in org.masking.exemptions:
        name = f"{one.object}.{one.field}"
        told_by_another = name.casefold() in sensitive or is_standard_sensitive(one.object, one.field)
        if one.until and not org.masking.holds(one) and one.exact and not told_by_another:
            yield Finding(
                f"The exemption of {name} from masking ended on {one.until.isoformat()}.",
                at=one.place,
                severity=Severity.LOW,
                subject=f"{name} exemption ended",
                fix="Mask the field, or let whoever approved the exemption set another last day.",
            )


def _one_half_of_person_accounts(org: Org) -> Iterator[Finding]:
    home = org.masking.home("Contact")
    if home and has_person_accounts(org.index) and not org.masking.covers_object("Account"):
        yield Finding(
            "Contacts are masked, but this org has person accounts, whose data lies on the account as well, and nothing "
            "masks Account.",
            at=home.place,
            subject="person accounts",
            fix="Mask the Person… and __pc fields of Account as those of Contact are masked.",
        )


def _sentence(rule: MaskRule) -> str:
    return f"{rule.by[0].upper()}{rule.by[1:]}"
