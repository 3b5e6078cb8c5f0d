"""DAT003: protected in one field, and bare in another that gets its value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    CustomField,
    CustomObject,
    Flow,
    LeadConvertSettings,
    MaskingTemplate,
    Workflow,
)
from sfgov.model.classification import SensitiveField, classified_fields, is_classified, is_stored
from sfgov.model.lineage import Copy
from sfgov.model.masking import CoverageState
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import is_standard_sensitive, sensitivity
from sfgov_checks.principals import joined

_NO_DATA = ("__mdt", "__e", "__x", "__b", "__changeevent")
_NO_TEXT = {"checkbox", "location"}


class _Protected(msgspec.Struct, frozen=True):
    """A field that is masked, or at least classified as sensitive."""

    name: str
    how: str
    """To be put after its name: `is masked`."""
    masked: bool
    evidence: tuple[Evidence, ...]


class _Bare(msgspec.Struct, frozen=True):
    """A field that gets the values of a protected one without being protected."""

    source: _Protected
    trail: tuple[Copy, ...]

    @property
    def target(self) -> str:
        return self.trail[-1].target


_MIXED = ("user.",)
"""Users get their values from all sides: what is copied on from there is hardly ever the value that came in."""


@check(
    "DAT003",
    "masked-source-unmasked-copy",
    Severity.HIGH,
    reads=(ApexClass, ApexTrigger, Flow, LeadConvertSettings, Workflow),
    against=(CustomField, CustomObject, MaskingTemplate),
)
def masked_source_unmasked_copy(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What is masked in one field is not copied into another that is neither masked nor classified.

    Masking works on the fields that it names. A flow that writes a social security number into a case's description,
    or a lead's conversion that maps it to a field of the contact, makes a copy that no masking rule knows: the
    sandbox holds the real value after all. Followed are assignments and data elements of flows that may run (through
    variables, formulas and text templates), assignments and constructors in Apex outside tests (through local
    variables of one method), field updates by formula of active workflow rules, and the mappings of lead conversion;
    over up to four copies.

    A source is a field that a masking rule names, or that is classified as sensitive. It is high where it is masked,
    medium where it is classified only. Quiet where the copy is masked, exempt or classified (in whatever way), is a
    formula, checkbox or lookup, or lies on a platform event; where only a hash, a part or a test of the value is
    written; and in Apex for what passes through methods, collections and dynamic fields.

    ## Bad
    ```xml objects/Lead/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>SSN</label>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Lead.yml
    object: Lead
    fields:
      SSN__c: {category: replaceRandom}
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectMapping>
            <inputObject>Lead</inputObject>
            <mappingFields>
                <inputField>SSN__c</inputField>
                <outputField>Legacy_Tax_Ref__c</outputField>
            </mappingFields>
            <outputObject>Contact</outputObject>
        </objectMapping>
    </LeadConvertSettings>
    ```

    ## Good
    ```xml objects/Lead/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>SSN</label>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Lead.yml
    object: Lead
    fields:
      SSN__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      Street: {category: library, value: street}
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      Legacy_Tax_Ref__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectMapping>
            <inputObject>Lead</inputObject>
            <mappingFields>
                <inputField>SSN__c</inputField>
                <outputField>Legacy_Tax_Ref__c</outputField>
            </mappingFields>
            <outputObject>Contact</outputObject>
        </objectMapping>
    </LeadConvertSettings>
    ```

    ## Fix
    Mask the copy as its source is masked and classify it alike, or do not make the copy: a lookup to the record is
    often enough.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.data_mask_considerations.htm
    """
    protected = _protected(org, policy)
    if not protected:
        yield NotChecked("no field here is masked or classified as sensitive")
        return
    names = {one.name.casefold() for one in protected}
    found: dict[tuple[str, str, str], list[_Bare]] = defaultdict(list)
    told: set[str] = set()
    for one in protected:
        for trail in org.lineage.trails(one.name):
            bare = _Bare(one, trail)
            pair = f"{one.name} {bare.target}".casefold()
            between = [copy.target.casefold() for copy in trail[:-1]]
            lost = bare.target.casefold() in names or any(
                name in names or name.startswith(_MIXED) for name in between
            )
            if pair not in told and not lost and _is_bare(org, bare.target):
                told.add(pair)
                last = trail[-1]
                key = (last.place.component, last.target.partition(".")[0].casefold(), last.by)
                found[key].append(bare)
    for some in found.values():
        yield _finding(org, some)


def _protected(org: Org, policy: Policy) -> list[_Protected]:
    """By name, those that are masked first."""
    sensitive: dict[str, SensitiveField] = {
        field.name.casefold(): field for field in classified_fields(org.index, sensitivity(policy))
    }
    names = {field.name.casefold(): field.name for field in sensitive.values()}
    for rule in org.masking.rules:
        if rule.exact and not rule.dormant:
            names.setdefault(f"{rule.object}.{rule.field}".casefold(), f"{rule.object}.{rule.field}")
    found = []
    for key, name in names.items():
        owner, _, own = name.partition(".")
        coverage = org.masking.coverage(owner, own)
        masked = coverage.state in (CoverageState.MASKED, CoverageState.MASKED_SOME_ROWS)
        field = sensitive.get(key)
        if masked:
            found.append(_Protected(name, "is masked", masked=True, evidence=coverage.evidence[:1]))
        elif field:
            found.append(
                _Protected(name, f"is {field.classification}", masked=False, evidence=field.evidence()[:1])
            )
    return sorted(found, key=lambda one: (not one.masked, one.name.casefold()))


def _is_bare(org: Org, target: str) -> bool:
    """Whether a field that gets a value can hold it, and nothing protects it."""
    owner, _, own = target.partition(".")
    parts = org.parts(CustomField, target)
    if owner.casefold().endswith(_NO_DATA):
        return False
    if any(
        is_classified(part.fact) or not is_stored(part.fact) or part.fact.type.casefold() in _NO_TEXT
        for part in parts
    ):
        return False
    if org.index.managed(target) or own.casefold() in ("id", "ownerid", "recordtypeid"):
        return False
    told_by_another = is_standard_sensitive(owner, own) and org.masking.covers_object(owner)
    return org.masking.coverage(owner, own).state is CoverageState.BARE and not told_by_another


def _finding(org: Org, some: list[_Bare]) -> Finding:
    some.sort(key=lambda one: (not one.source.masked, one.trail[-1].place))
    first = some[0]
    targets = list(dict.fromkeys(_spelled(org, one.target) for one in some))
    sources = list(dict.fromkeys(one.source.name for one in some if one.source.masked == first.source.masked))
    how = (
        first.source.how
        if len(sources) == 1
        else ("are masked" if first.source.masked else "are classified as sensitive")
    )
    neither = (
        "which is neither masked nor classified"
        if len(targets) == 1
        else "which are neither masked nor classified"
    )
    through = (
        " by way of " + joined([_spelled(org, copy.target) for copy in first.trail[:-1]])
        if len(first.trail) > 1
        else ""
    )
    evidence = [e for one in some[:3] for e in (*one.source.evidence, *(copy.evidence for copy in one.trail))]
    last = first.trail[-1]
    return Finding(
        f"{joined(sources)} {how}, but {last.by} copies {'it' if len(sources) == 1 else 'them'} to {joined(targets)}{through}, "
        f"{neither}.",
        at=last.place,
        because=list(dict.fromkeys(evidence)),
        severity=Severity.HIGH if first.source.masked else Severity.MEDIUM,
        confidence=Confidence.MEDIUM if org.masking.unseen or len(first.trail) > 1 else None,
        subject=f"{last.by} {last.target.partition('.')[0]}",
    )


def _spelled(org: Org, name: str) -> str:
    """A field's name as its metadata spells it; Apex may write it in any case."""
    found = org.get(CustomField, name)
    return found.name if found else name
