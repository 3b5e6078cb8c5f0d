"""ATT002: attribution that is mapped on conversion, and does not arrive whole, or not where the pipeline is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, GlobalValueSet, LeadConvertSettings
from sfgov.model.attribution import Arrival, AttributionField, Mapping, Terms, Write
from sfgov.model.attribution.losses import LossKind, described, loss
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.attribution.origin import PAGE, confidence_of, severity_of, terms
from sfgov_checks.principals import joined


@check(
    "ATT002",
    "attribution-mapping-lossy",
    Severity.HIGH,
    reads=(LeadConvertSettings,),
    against=(CustomField, GlobalValueSet),
    tags=("attribution",),
)
def attribution_mapping_lossy(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What is mapped on conversion arrives whole, and arrives at the opportunity.

    A mapping looks as if all was well, and loses nevertheless. For each attribution field of leads (those of ATT001):

    - none of its values reach the opportunity, so no report of the pipeline has them: high for first touch, campaigns
      and click ids, else medium; medium as well where the opportunity has a field of that name that nothing fills.
      Quiet where conversions make no opportunities at all, which is ATT006's;
    - the target is a restricted picklist that refuses some of the values, and the conversion fails: high;
    - longer values are cut, a part is dropped (time of day, several values in one), the types or the looked-up objects
      do not fit, the target is not in the tree, or two fields are mapped to one target: medium;
    - a first touch arrives, and automation writes over it, when the opportunity is created or afterwards: medium. Where
      the target is a first touch itself, what runs on updates is ATT003's.

    ## Bad
    ```xml objects/Lead/fields/UTM_Content__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>UTM_Content__c</fullName>
        <label>UTM Content</label>
        <length>255</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml objects/Opportunity/fields/UTM__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>UTM__c</fullName>
        <label>UTM</label>
        <length>80</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectMapping>
            <inputObject>Lead</inputObject>
            <mappingFields>
                <inputField>UTM_Content__c</inputField>
                <outputField>UTM__c</outputField>
            </mappingFields>
            <outputObject>Opportunity</outputObject>
        </objectMapping>
    </LeadConvertSettings>
    ```

    ## Good
    ```xml objects/Lead/fields/UTM_Content__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>UTM_Content__c</fullName>
        <label>UTM Content</label>
        <length>255</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml objects/Opportunity/fields/UTM_Content__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>UTM_Content__c</fullName>
        <label>UTM Content</label>
        <length>255</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectMapping>
            <inputObject>Lead</inputObject>
            <mappingFields>
                <inputField>UTM_Content__c</inputField>
                <outputField>UTM_Content__c</outputField>
            </mappingFields>
            <outputObject>Opportunity</outputObject>
        </objectMapping>
    </LeadConvertSettings>
    ```

    ## Fix
    Map the field to a field of the opportunity with the same type, the same or more length and the same values, and to
    one of the contact beside it.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sales.customize_mapleads_guidelines.htm&type=5
    """
    conversion = org.attribution.conversion
    wanted = terms(policy)
    short: dict[Severity, list[tuple[AttributionField, Arrival]]] = defaultdict(list)
    for field in org.attribution.fields(wanted, "Lead"):
        arrivals = conversion.arrivals(field.name)
        reached = any(arrival.reaches_pipeline for arrival in arrivals)
        if arrivals and conversion.makes_opportunities() and not reached:
            short[_severity(org, field)].append((field, arrivals[0]))
        for mapping in conversion.mappings_of(field.name):
            yield from _of_mapping(org, wanted, field, mapping)
    for severity, found in sorted(short.items(), key=lambda pair: pair[0].rank):
        yield from _short_of_pipeline(org, found, severity)
    yield from _shared_targets(org, wanted)


# Short of the pipeline

_FEW = 3
"""Of more fields, one finding tells all."""


def _severity(org: Org, field: AttributionField) -> Severity:
    return Severity.MEDIUM if org.get(CustomField, f"Opportunity.{field.field}") else severity_of(field)


def _short_of_pipeline(
    org: Org, found: Sequence[tuple[AttributionField, Arrival]], severity: Severity
) -> Iterator[Finding]:
    fields = [field for field, _ in found]
    if len(found) > _FEW:
        settings = org.attribution.conversion.settings[0]
        yield Finding(
            f"{len(found)} fields that say where a lead came from do not reach the opportunity on conversion: "
            f"{joined([field.name for field in fields])}.",
            at=settings.at(),
            because=[evidence for _, arrival in found for evidence in arrival.evidence[-1:]],
            severity=severity,
            confidence=confidence_of(fields),
            subject=f"{severity.value} short of the opportunity",
        )
        return
    for field, arrival in found:
        same = org.get(CustomField, f"Opportunity.{field.field}")
        place = arrival.evidence[-1].place
        how = "on conversion" if arrival.mapping is not None else "by automation"
        yield Finding(
            f"{field.name} reaches {arrival.target} {how}, but not the opportunity: the pipeline loses it."
            + (f" {same.name} exists, and nothing that is in the tree fills it." if same else ""),
            at=place,
            because=(*arrival.evidence, *([same.at().says(f"{same.name} is there")] if same else [])),
            severity=severity,
            confidence=confidence_of([field]),
            subject=f"{field.field} short of the opportunity",
        )


# One mapping


def _of_mapping(org: Org, wanted: Terms, field: AttributionField, mapping: Mapping) -> Iterator[Finding]:
    target = org.get(CustomField, mapping.target)
    if target is None:
        if _is_missing(org, mapping):
            yield Finding(
                f"{field.name} maps to {mapping.target}, which is not in the tree.",
                at=mapping.at,
                because=[field.at.says(f"{field.name} exists")],
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                fix="Correct the name of the target, or bring the field along.",
            )
        return
    lost = loss(org.index, field.written, target)
    if lost is not None:
        yield Finding(
            f"{field.name} ({described(field.written.fact)}) maps to {target.name} ({described(target.fact)}): "
            f"{lost.says}.",
            at=mapping.at,
            because=lost.evidence,
            severity=Severity.HIGH if lost.kind is LossKind.VALUES else Severity.MEDIUM,
        )
    if field.first_touch:
        writes = org.attribution.writes(wanted).get(target.name.casefold(), ())
        told = wanted.is_first_touch(*_parts(target.name))  # by ATT003, where it is on updates
        over = [write for write in writes if write.overrules and not (told and write.overwrites)]
        yield from _overwritten(field, mapping, over)


def _is_missing(org: Org, mapping: Mapping) -> bool:
    """Whether the target's object has custom fields here, its own, and this one is not among them."""
    absent = org.knowledge(CustomField, mapping.target) is Knowledge.ABSENT
    absent = absent and not mapping.target.casefold().endswith(
        "__pc"
    )  # a contact's field, seen from its account
    own = (one for one in org.attribution.fields_of(mapping.object) if one.name.casefold().endswith("__c"))
    return absent and any(not org.index.managed(one.name) for one in own)


def _parts(name: str) -> tuple[str, str]:
    owner, _, field = name.partition(".")
    return owner, field


def _overwritten(field: AttributionField, mapping: Mapping, writes: Sequence[Write]) -> Iterator[Finding]:
    if writes:
        by = list(dict.fromkeys(write.by for write in writes))
        yield Finding(
            f"{field.name} arrives in {mapping.target}, and {joined(by)} {'writes' if len(by) == 1 else 'write'} over it.",
            at=mapping.at,
            because=[evidence for write in writes[:PAGE] for evidence in write.evidence],
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            subject=f"{field.field}.{mapping.target} overwritten",
            fix="Let the automation set the field only where it is empty, or map the first touch to a field of its own.",
        )


# Two fields, one target


def _shared_targets(org: Org, wanted: Terms) -> Iterator[Finding]:
    """Targets that two fields of leads are mapped to, one of them an attribution field."""
    names = {field.name.casefold() for field in org.attribution.fields(wanted, "Lead")}
    by_target: dict[str, dict[str, Mapping]] = defaultdict(dict)
    for mapping in org.attribution.conversion.mappings:
        by_target[mapping.target.casefold()].setdefault(mapping.source.casefold(), mapping)
    for of_target in by_target.values():
        if len(of_target) > 1 and names & set(of_target):
            mappings = list(of_target.values())
            sources = [mapping.source for mapping in mappings]
            yield Finding(
                f"{joined(sources)} are {'both' if len(sources) == 2 else 'all'} mapped to {mappings[0].target}: only one "
                "of their values arrives.",
                at=mappings[-1].at,
                because=[mapping.evidence for mapping in mappings],
                severity=Severity.MEDIUM,
                subject=f"{mappings[0].target} has several sources",
            )
