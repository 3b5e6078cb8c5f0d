"""DAT001: what is classified as sensitive, but keeps its real values in a sandbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    CustomField,
    CustomMetadata,
    DataMaskExport,
    DataMaskPolicy,
    InstalledPackage,
    MaskingTemplate,
)
from sfgov.model.classification import (
    SensitiveField,
    Sensitivity,
    classified_fields,
    is_classified,
    standard_fields,
)
from sfgov.model.masking import Coverage, CoverageState, MaskedObject, Masking
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Classification, Policy
from sfgov_checks.principals import counted

_SHOWN = 5
_ROLLED_UP = 10
"""More unmasked fields of one object than this are one finding."""
_GRAVEST = {"PHI", "PCI"}
_PICKLIST_FIX = (
    "Data Mask cannot mask picklists: have a SandboxPostCopy class or another tool overwrite the field and declare "
    "that in a masking template, or exempt it there with a reason and a last day."
)
_OPEN = (CoverageState.BARE, CoverageState.EXEMPT_EXPIRED)


class _Unmasked(msgspec.Struct, frozen=True):
    """A sensitive field that is not, or perhaps not, masked."""

    field: SensitiveField
    coverage: Coverage


@check(
    "DAT001",
    "classified-field-without-mask",
    Severity.HIGH,
    reads=(CustomField, CustomMetadata, DataMaskExport, DataMaskPolicy, InstalledPackage, MaskingTemplate),
)
def classified_field_without_mask(org: Org, policy: Policy) -> Iterator[Outcome]:
    """A field that is classified as sensitive is masked in sandboxes, or exempt for a stated reason.

    A full or partial sandbox copies production's records. What no masking rule covers keeps its real value there, in
    front of everybody who develops, tests or trains in that sandbox. The check compares each field's data
    classification (`complianceGroup`, `securityClassification`) with everything that says what is masked: exports of
    Data Mask's Tooling rows, the Data Mask package's records, masking templates, and in-house records that
    `masking.custom_metadata` maps.

    Where nothing says what is masked, there is one finding per object, of medium severity where its fields are all
    standard ones and only Confidential, which Salesforce may have filled in by itself. Where only a policy's shell or the installed
    package is seen, its contents are unknown, and the finding has low confidence. Protected health data, card data
    and fields of a restricted level are critical once masking exists but leaves them out. Of medium severity are
    picklists, which Data Mask cannot mask, and, on objects of which some field is masked, the emails, phone numbers,
    streets and birth dates of contacts, leads and person accounts, which count without being classified.

    Left out are formulas, roll-ups, auto numbers, checkboxes and lookups, which hold no value of their own; managed
    packages' fields; and custom settings, custom metadata, platform events, external and big objects. Fields that are
    masked in some rows only are another check's business.

    ## Bad
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII;HIPAA</complianceGroup>
        <label>SSN</label>
        <length>11</length>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
    exempt:
      Birthdate: {reason: "age banding tests", approved_by: dpo, until: 2027-01-31}
    ```

    ## Good
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII;HIPAA</complianceGroup>
        <label>SSN</label>
        <length>11</length>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      SSN__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
    exempt:
      Birthdate: {reason: "age banding tests", approved_by: dpo, until: 2027-01-31}
    ```

    ## Fix
    Add the field to the masking template, policy or configuration of its object. Where the real value is needed in
    sandboxes, exempt it in the template, with a reason and a last day.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.set_masking_rules.htm
    - https://help.salesforce.com/s/articleView?id=platform.data_mask_considerations.htm
    - https://developer.salesforce.com/docs/platform/api-metadata/references/meta-types/metadata-customfield.html
    """
    terms = policy.classification
    sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
    fields = [*classified_fields(org.index, sensitivity), *_standard(org, sensitivity)]
    if not fields and not any(is_classified(field.fact) for field in org.all(CustomField)):
        yield NotChecked("no field carries a data classification (complianceGroup, securityClassification)")
    by_object: dict[str, list[_Unmasked]] = defaultdict(list)
    for field in fields:
        by_object[field.object].append(_Unmasked(field, org.masking.coverage(field.object, field.field)))
    for name, all_fields in sorted(by_object.items()):
        all_fields.sort(key=lambda one: _severity(one.field, terms).rank)
        unknown = [
            one for one in all_fields if one.coverage.state is CoverageState.UNKNOWN and one.field.written
        ]
        if unknown:
            yield _unknown(name, unknown)
        unmasked = [one for one in all_fields if one.coverage.state in _OPEN]
        if unmasked and not org.masking.says_what_is_masked:
            yield _nothing_declared(name, unmasked)
        elif len(unmasked) > _ROLLED_UP:
            yield _rolled_up(name, unmasked, org.masking, terms)
        else:
            for one in unmasked:
                yield _left_out(one, org.masking, terms)


def _standard(org: Org, sensitivity: Sensitivity) -> list[SensitiveField]:
    fields = standard_fields(org.index, sensitivity)
    return [field for field in fields if org.masking.covers_object(field.object)]


def _left_out(one: _Unmasked, masking: Masking, terms: Classification) -> Finding:
    field, home = one.field, masking.home(one.field.object)
    if field.place is None:
        assert home is not None  # noqa: S101  unclassified fields count only where a source speaks of their object
        says = f"{field.name} holds personal data in every org, and {home.by} leaves it out{_why(one)}"
        at = home.place
    else:
        says = f"{field.name} is {field.classification}, and no masking rule covers it{_why(one)}"
        at = field.place
    return Finding(
        f"{says}; a refreshed sandbox holds the real value.",
        at=at,
        because=[*field.evidence(), *one.coverage.evidence, *_siblings(one.field.object, masking, home)],
        fix=_PICKLIST_FIX if field.is_picklist else _fix(field.object, field.field, home),
        severity=_severity(field, terms),
        confidence=_confidence(masking),
        subject="" if field.place else field.name,
    )


def _why(one: _Unmasked) -> str:
    """What once covered the field, or would, were it not switched off."""
    if one.coverage.state is CoverageState.EXEMPT_EXPIRED:
        until = one.coverage.exempt[0].until
        return f" (its exemption ended on {until.isoformat()})" if until else ""
    dormant = next((rule.dormant for rule in one.coverage.rules if rule.dormant), "")
    return f" (there is a rule, but {dormant})" if dormant else ""


def _severity(field: SensitiveField, terms: Classification) -> Severity:
    if field.written is None or field.is_picklist:
        return Severity.MEDIUM
    restricted = {level.casefold() for level in terms.restricted_levels}
    if field.level.casefold() in restricted or _GRAVEST & {group.upper() for group in field.groups}:
        return Severity.CRITICAL
    return Severity.HIGH


def _confidence(masking: Masking) -> Confidence:
    """Less sure where there is also masking whose contents are not in the files."""
    return Confidence.MEDIUM if masking.unseen else Confidence.HIGH


def _siblings(name: str, masking: Masking, home: MaskedObject | None) -> list[Evidence]:
    """The source that speaks of the object but not of the field, or else of another object."""
    if home is None:
        return [
            other.place.says(f"{other.by} masks {other.object}; nothing speaks of {name}")
            for other in masking.homes[:1]
        ]
    rules = [rule for rule in masking.rules_of(name) if rule.by == home.by and not rule.dormant]
    others = len({rule.field.casefold() for rule in rules})
    return [home.place.says(f"{home.by} masks {counted(others, 'other field')} of {name}")]


def _fix(name: str, what: str, home: MaskedObject | None) -> str:
    if home is None:
        return f"Declare how {name} is masked, {what} included, in a template of its own such as governance/masking/{name}.yml."
    return f"Add {what} to {home.by} ({home.place.path}), or exempt it in a masking template with a reason and a last day."


def _rolled_up(name: str, unmasked: Sequence[_Unmasked], masking: Masking, terms: Classification) -> Finding:
    home = masking.home(name)
    return Finding(
        f"{name} has {len(unmasked)} sensitive fields that no masking rule covers: {_names(unmasked)}. "
        "A refreshed sandbox holds their real values.",
        at=_at(name, unmasked),
        because=[*_evidence(unmasked), *_siblings(name, masking, home)],
        fix=_fix(name, "these fields", home),
        severity=_severity(unmasked[0].field, terms),
        confidence=_confidence(masking),
        subject="unmasked",
    )


def _nothing_declared(name: str, unmasked: Sequence[_Unmasked]) -> Finding:
    return Finding(
        f"{name} has {counted(len(unmasked), 'classified field')}, and nothing in the files masks "
        f"{'it' if len(unmasked) == 1 else 'them'}: {_names(unmasked)}. A refreshed sandbox holds the real values.",
        at=_at(name, unmasked),
        because=_evidence(unmasked),
        fix=f"Declare how the fields are masked, in governance/masking/{name}.yml or by an export of the Data Mask "
        "policy's rows to governance/exports/.",
        severity=Severity.MEDIUM if all(one.field.may_be_default for one in unmasked) else Severity.HIGH,
        confidence=Confidence.MEDIUM,
        subject="nothing declared",
    )


def _unknown(name: str, unknown: Sequence[_Unmasked]) -> Finding:
    return Finding(
        f"{name} has {counted(len(unknown), 'classified field')} of which the files do not say whether "
        f"{'it is' if len(unknown) == 1 else 'they are'} masked: {_names(unknown)}.",
        at=_at(name, unknown),
        because=_evidence(unknown),
        fix=f"Export the rows of DataMaskPolicyObject and DataMaskPolicyField to governance/exports/, or say in "
        f"governance/masking/{name}.yml what is masked.",
        confidence=Confidence.LOW,
        subject="unknown",
    )


def _at(name: str, fields: Sequence[_Unmasked]) -> Place:
    """The first classification, as a place of the object. Of more than a few fields some are classified."""
    first = next(place for one in fields if (place := one.field.place))
    return msgspec.structs.replace(first, component=f"CustomObject:{name}", element="")


def _names(fields: Sequence[_Unmasked]) -> str:
    names = [one.field.field for one in fields]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _evidence(fields: Sequence[_Unmasked]) -> list[Evidence]:
    """Where the first few are classified, and what the files say of their masking; each line once."""
    classified = (evidence for one in fields[:_SHOWN] for evidence in one.field.evidence())
    masking = (evidence for one in fields[:_SHOWN] for evidence in one.coverage.evidence)
    return list(dict.fromkeys((*classified, *masking)))
