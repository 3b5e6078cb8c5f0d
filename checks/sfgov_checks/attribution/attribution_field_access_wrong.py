"""ATT005: first-touch fields that people can change, or that what brings the leads in cannot fill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Evidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, FlexiPage, Layout, PermissionSet, Profile
from sfgov.model.attribution import AttributionField, Kind
from sfgov.model.grants import FIELDS, Answer, Held
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.policy import Policy
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import MACHINES, OUTSIDE, is_own_admin, titled
from sfgov_checks.attribution.origin import PAGE, terms
from sfgov_checks.principals import joined

_OBJECTS = ("Lead", "Contact", "Opportunity")
_KINDS = (Kind.FIRST_TOUCH, Kind.AI_SOURCE)
_PROVEN = 3


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many may change a first-touch field by hand."""

    max_editors: int = 0
    """So many profiles and permission sets, administrators' and machines' not counted."""


class _Wrong(msgspec.Struct, frozen=True):
    """What is wrong with one field: sentences without a subject, the gravest first."""

    field: AttributionField
    says: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    grave: bool


@check(
    "ATT005",
    "attribution-field-access-wrong",
    Severity.MEDIUM,
    reads=(CustomField,),
    against=(FlexiPage, Layout, PermissionSet, Profile),
    tags=("attribution", "least-privilege"),
    options=Options,
)
def attribution_field_access_wrong(org: Org, policy: Policy, options: Options) -> Iterator[Outcome]:
    """First-touch fields are filled by what brings the leads in, and changed by nobody.

    Looked at are the custom first-touch and AI-source fields of Lead, Contact and Opportunity (`attribution.first_touch`,
    else the usual names). Medium:

    - people can change the field: more than `max_editors` profiles and permission sets make it editable together with
      its object. Administrators, integrations, agents, guests and external users are not counted. Quiet where an active
      validation rule refuses changes;
    - of the integrations that may create leads, none may write the field, and no automation of the org fills it:
      Salesforce drops what they send without an error. An integration is a bundle that `principals.integration` names
      or whose licence or API Only User says so; a profile counts only where it came with field permissions of leads.

    Low, and only of fields that the policy names, unless one of these is wrong as well: history tracking is off, so that
    nobody can tell what was overwritten; no page layout of the object and no Lightning page shows the field. Of more
    than five fields of an object, one finding tells all.

    ## Bad
    ```xml objects/Lead/fields/First_Touch_Source__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>First_Touch_Source__c</fullName>
        <label>First Touch Source</label>
        <length>80</length>
        <trackHistory>false</trackHistory>
        <type>Text</type>
    </CustomField>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <fieldPermissions>
            <editable>true</editable>
            <field>Lead.First_Touch_Source__c</field>
            <readable>true</readable>
        </fieldPermissions>
        <label>Sales</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml objects/Lead/fields/First_Touch_Source__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>First_Touch_Source__c</fullName>
        <label>First Touch Source</label>
        <length>80</length>
        <trackHistory>true</trackHistory>
        <type>Text</type>
    </CustomField>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <fieldPermissions>
            <editable>false</editable>
            <field>Lead.First_Touch_Source__c</field>
            <readable>true</readable>
        </fieldPermissions>
        <label>Sales</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Make the field read-only for people, editable for the integration that fills it, track its history, and show it on
    the layouts.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.admin_fls.htm&type=5
    """
    fields = [one for one in org.attribution.fields(terms(policy), *_OBJECTS) if one.kind in _KINDS]
    if fields and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked("neither profiles nor permission sets were retrieved: who may write is not known")
    found: dict[str, list[_Wrong]] = defaultdict(list)
    for field in fields:
        wrong = _wrong(org, policy, options, field)
        if wrong.says and (wrong.grave or field.declared):
            found[field.object].append(wrong)
    for of_object in found.values():
        if len(of_object) > PAGE:
            yield _of_many(of_object)
        else:
            yield from map(_of_one, of_object)


def _wrong(org: Org, policy: Policy, options: Options, field: AttributionField) -> _Wrong:
    says: list[str] = []
    evidence: list[Evidence] = []
    editors = _editors(org, policy, field)
    if len(editors) > options.max_editors:
        says.append(f"can be changed by hand by {joined([titled(bundle) for bundle, _ in editors])}")
        evidence += [one for _, answer in editors[:_PROVEN] for one in answer.grants[0].evidence]
    locked_out = _locked_out(org, policy, field)
    if locked_out:
        says.append(
            f"cannot be written by {joined([titled(bundle) for bundle in locked_out])}, which may create leads: "
            "Salesforce drops what it sends"
        )
        evidence += [_creates(bundle) for bundle in locked_out[:_PROVEN]]
    grave = bool(says)
    if "trackHistory" in field.written.fact.lines and not field.written.fact.track_history:
        says.append("has no history tracking")
        evidence.append(field.written.at_element("trackHistory").says("history tracking is off"))
    if org.attribution.pages.shows(field.name) is False:
        says.append("is on no page layout")
    return _Wrong(field, tuple(says), tuple(evidence), grave)


def _editors(org: Org, policy: Policy, field: AttributionField) -> list[tuple[Bundle, Answer]]:
    """The profiles and permission sets by which people can change the field."""
    if org.attribution.protection.of(field.name) is not None:
        return []
    found = org.permissions.who_can_access_field(field.name, "editable", "Profile", "PermissionSet")
    return [(bundle, answer) for bundle, answer in found if answer and _is_peoples(bundle, policy)]


def _is_peoples(bundle: Bundle, policy: Policy) -> bool:
    classes = classes_of(bundle, policy) | bundle.classes
    return not (classes & (MACHINES | OUTSIDE) or is_admin(bundle, policy) or is_own_admin(bundle, policy))


def _locked_out(org: Org, policy: Policy, field: AttributionField) -> list[Bundle]:
    """The integrations that may create leads, where none of them may write the field and nothing else fills it."""
    if field.object.casefold() != "lead" or org.attribution.writes(terms(policy)).get(field.name.casefold()):
        return []
    inbound = [
        bundle
        for bundle, answer in org.permissions.who_can_access("Lead", "allowCreate")
        if answer and "integration" in classes_of(bundle, policy)
    ]
    known = all(_tells(org, bundle) for bundle in inbound)
    may = any(bundle.field_access(field.name, "editable").held is not Held.NO for bundle in inbound)
    return inbound if known and not may else []


def _tells(org: Org, bundle: Bundle) -> bool:
    """Whether the bundle's files say which fields of leads it may write: a profile may have come without them."""
    if bundle.kind != "Profile":
        return True
    return any(bundle.entries(FIELDS, one.name) for one in org.attribution.fields_of("Lead"))


def _creates(bundle: Bundle) -> Evidence:
    return bundle.object_access("Lead", "allowCreate").grants[0].evidence[-1]


def _of_one(wrong: _Wrong) -> Finding:
    first, *others = wrong.says
    also = f" It {joined(others)}." if others else ""
    return Finding(
        f"{wrong.field.name} {first}.{also}",
        at=wrong.field.at,
        because=wrong.evidence,
        severity=Severity.MEDIUM if wrong.grave else Severity.LOW,
    )


def _of_many(of_object: Sequence[_Wrong]) -> Finding:
    names = [wrong.field.name for wrong in of_object]
    first = next((wrong for wrong in of_object if wrong.grave), of_object[0])
    owner = first.field.object
    return Finding(
        f"{len(names)} first-touch fields of {owner} are not kept as they should be: {joined(names)}. {first.field.name} "
        f"{joined(first.says)}.",
        at=msgspec.structs.replace(first.field.at, component=f"CustomObject:{owner}", element=""),
        because=(
            *first.evidence,
            *(wrong.field.at.says(f"{wrong.field.name} {wrong.says[0]}") for wrong in of_object),
        ),
        severity=Severity.MEDIUM if first.grave else Severity.LOW,
        subject="first-touch fields",
    )
