"""ATT001: fields that say where a lead came from, and that its conversion drops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, LeadConvertSettings
from sfgov.model.attribution import AttributionField
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.attribution.origin import PAGE, confidence_of, filled_by, severity_of, terms
from sfgov_checks.principals import joined


@check(
    "ATT001",
    "attribution-lost-on-conversion",
    Severity.HIGH,
    reads=(LeadConvertSettings,),
    against=(ApexClass, CustomField, Flow),
    tags=("attribution",),
)
def attribution_lost_on_conversion(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What says where a lead came from is mapped, so that it survives the lead's conversion.

    A converted lead is no lead any more: what its conversion does not carry over to the contact, the account or the
    opportunity is gone from every report of the pipeline. Salesforce carries over Lead Source and Campaign by itself,
    custom fields only where the lead conversion settings map them.

    The fields are those that `attribution.fields` names, else those with the usual names: first and last touch, click
    ids, UTM parameters, campaigns (high), AI source, referrer, landing page, lead source (medium). Of more than five,
    one finding tells all. Quiet for formulas, for fields that their label or business status retires, for managed
    packages' fields that the policy does not name, and where a flow, Apex or workflow copies the value over, also by
    way of another field of the lead.

    ## Bad
    ```xml objects/Lead/fields/First_Touch_Source__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>First_Touch_Source__c</fullName>
        <label>First Touch Source</label>
        <length>80</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <allowOwnerChange>true</allowOwnerChange>
        <opportunityCreationOptions>VisibleOptional</opportunityCreationOptions>
    </LeadConvertSettings>
    ```

    ## Good
    ```xml objects/Lead/fields/First_Touch_Source__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>First_Touch_Source__c</fullName>
        <label>First Touch Source</label>
        <length>80</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml objects/Opportunity/fields/First_Touch_Source__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>First_Touch_Source__c</fullName>
        <label>First Touch Source</label>
        <length>80</length>
        <type>Text</type>
    </CustomField>
    ```
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <allowOwnerChange>true</allowOwnerChange>
        <objectMapping>
            <inputObject>Lead</inputObject>
            <mappingFields>
                <inputField>First_Touch_Source__c</inputField>
                <outputField>First_Touch_Source__c</outputField>
            </mappingFields>
            <outputObject>Opportunity</outputObject>
        </objectMapping>
        <opportunityCreationOptions>VisibleOptional</opportunityCreationOptions>
    </LeadConvertSettings>
    ```

    ## Fix
    Map the field to custom fields of the contact and the opportunity: under Map Lead Fields, or as `mappingFields` with
    `inputField` and `outputField` in the `objectMapping` of each.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sales.lead_conversion_mapping.htm&type=5
    - https://help.salesforce.com/s/articleView?id=sales.customize_mapleads_guidelines.htm&type=5
    """
    attribution = org.attribution
    lost: dict[Severity, list[AttributionField]] = defaultdict(list)
    for field in attribution.fields(terms(policy), "Lead"):
        if not attribution.conversion.arrivals(field.name):
            lost[severity_of(field)].append(field)
    for severity, fields in sorted(lost.items(), key=lambda pair: pair[0].rank):
        if len(fields) > PAGE:
            yield _of_many(org, fields, severity)
        else:
            yield from (_of_one(org, policy, field, severity) for field in fields)


def _of_one(org: Org, policy: Policy, field: AttributionField, severity: Severity) -> Finding:
    writes = org.attribution.writes(terms(policy)).get(field.name.casefold(), ())
    return Finding(
        f"{field.name} is not mapped on conversion: the origin of the lead is lost when it becomes an opportunity.",
        at=field.at,
        because=(*filled_by(writes), *_settings(org)),
        severity=severity,
        confidence=confidence_of([field]),
    )


def _of_many(org: Org, fields: Sequence[AttributionField], severity: Severity) -> Finding:
    names = [field.name for field in fields]
    settings = org.attribution.conversion.settings[0]
    return Finding(
        f"{len(names)} fields that say where a lead came from are not mapped on conversion, and lost when it becomes an "
        f"opportunity: {joined(names)}.",
        at=settings.at(),
        because=[field.at.says(f"{field.name} ({field.kind.value})") for field in fields],
        severity=severity,
        confidence=confidence_of(fields),
        subject=f"{severity.value} not mapped",
    )


def _settings(org: Org) -> Iterator[Evidence]:
    for settings in org.attribution.conversion.settings[:1]:
        yield settings.at().says("the conversion settings do not map it, and no automation carries it over")
