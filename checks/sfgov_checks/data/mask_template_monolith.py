"""DAT004: one masking policy for everything."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov import Finding, Severity, check
from sfgov.facts import CustomMetadata, DataMaskExport, MaskingTemplate
from sfgov.model.masking import MaskRule, Origin
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import some_of
from sfgov_checks.principals import counted


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a policy of several objects is too large."""

    max_fields: int = 40
    """A policy of more than one object may mask so many fields."""


@check(
    "DAT004",
    "mask-template-monolith",
    Severity.LOW,
    reads=(CustomMetadata, DataMaskExport, MaskingTemplate),
    options=Options,
)
def mask_template_monolith(org: Org, policy: Policy, options: Options) -> Iterator[Finding]:
    """A masking policy or template covers one object, or a few that belong together.

    One policy for the whole org runs for hours, fails as a whole, and is owned by nobody: whoever adds a field to an
    object does not find the line that masks it. Policies of one object can be run again on their own, reviewed by the
    people who know the object, and changed along with it. `masking.max_objects_per_policy` of the policy file is the
    largest number of objects (3, unless it says otherwise); a policy of several objects masks at most `max_fields`
    fields.

    Counted are the rules that are switched on: of a Data Mask policy as its Tooling rows are exported, of a
    configuration of the Data Mask package, and of a file of masking templates.

    ## Bad
    ```xml objects/Case/fields/Note__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Note__c</fullName>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/everything.yml
    object: Contact
    fields: {Email: {category: library, value: email}}
    ---
    object: Lead
    fields: {Email: {category: library, value: email}}
    ---
    object: Account
    fields: {Phone: {category: library, value: phone}}
    ---
    object: Case
    fields: {SuppliedEmail: {category: library, value: email}}
    ```

    ## Good
    ```xml objects/Case/fields/Note__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Note__c</fullName>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Account.yml
    object: Account
    fields: {Phone: {category: library, value: phone}}
    ```
    ```yaml governance/masking/Case.yml
    object: Case
    fields: {SuppliedEmail: {category: library, value: email}}
    ```

    ## Fix
    Split it into policies or templates of one object each.
    """
    for by, rules in _sources(org):
        objects = sorted({rule.object for rule in rules}, key=str.casefold)
        fields = {(rule.object.casefold(), rule.field.casefold()) for rule in rules}
        too_many = len(objects) > policy.masking.max_objects_per_policy
        if too_many or (len(objects) > 1 and len(fields) > options.max_fields):
            yield Finding(
                f"{by} masks {counted(len(fields), 'field')} of {len(objects)} objects: {some_of(objects)}.",
                at=_place(org, rules),
                subject=by,
            )


def _place(org: Org, rules: list[MaskRule]) -> Place:
    """Where the source starts: a configuration's own record, else the first line that speaks of an object."""
    first = min(rules, key=lambda rule: rule.place)
    name = first.by.removeprefix("configuration ")
    record = org.get(CustomMetadata, f"datamask__DataMask_Configuration.{name}")
    if first.origin is Origin.PACKAGE and record:
        return record.at()
    homes = [home.place for home in org.masking.homes if home.place.path == first.place.path]
    return min([first.place, *homes], key=lambda place: (place.path, place.line))


def _sources(org: Org) -> Iterator[tuple[str, list[MaskRule]]]:
    """What is written as one: a policy, a configuration, a file of templates. Records of one field each are not."""
    found: dict[str, list[MaskRule]] = {}
    for rule in org.masking.rules:
        if rule.origin in (Origin.EXPORT, Origin.PACKAGE) and not rule.dormant:
            found.setdefault(f"{rule.by[0].upper()}{rule.by[1:]}", []).append(rule)
        elif rule.origin is Origin.TEMPLATE:
            found.setdefault(f"The file {rule.place.path.rpartition('/')[2]}", []).append(rule)
    yield from sorted(found.items())
