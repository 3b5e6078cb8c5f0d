"""DAT005: masking that somebody has to think of."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import ApexClass, CustomMetadata, DataMaskExport, DataMaskPolicy, MaskingTemplate
from sfgov.facts.apex import ApexType
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov_checks.data.sensitive import some_of

_REGULAR = ("daily", "weekly", "monthly")


@check(
    "DAT005",
    "mask-not-automatic-on-refresh",
    Severity.MEDIUM,
    reads=(CustomMetadata, DataMaskExport, DataMaskPolicy, MaskingTemplate),
    against=(ApexClass,),
)
def mask_not_automatic_on_refresh(org: Org) -> Iterator[Finding]:
    """Masking runs by itself when a sandbox is refreshed.

    Between a refresh and the masking run, the sandbox holds production's real values, and everybody who can log in
    sees them. Where the run has to be started by hand, that time ends when somebody thinks of it. Reported are Data
    Mask policies without `runOnRefresh` (absent means false) and without a schedule, masking templates that say
    `run_on_refresh: false`, and configurations of the Data Mask package that are inactive.

    Quiet where a `SandboxPostCopy` class starts the masking or masks by itself, and where a template's policy is in
    the files and runs on refresh.

    ## Bad
    ```xml objects/Contact/fields/Email.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Email</fullName>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    run_on_refresh: false
    fields:
      Email: {category: library, value: email}
    ```

    ## Good
    ```xml objects/Contact/fields/Email.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Email</fullName>
        <complianceGroup>PII</complianceGroup>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    run_on_refresh: true
    fields:
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```

    ## Fix
    Set the policy to run on refresh, or have a SandboxPostCopy class start it; then say so in the template.
    """
    if any(_starts_masking(owner) for written in org.all(ApexClass) for owner in written.fact.types):
        return
    yield from _policies(org)
    yield from _exported(org)
    yield from _templates(org)
    yield from _configurations(org)


def _policies(org: Org) -> Iterator[Finding]:
    for policy in org.all(DataMaskPolicy):
        if policy.fact.run_on_refresh or policy.fact.run_frequency.casefold() in _REGULAR:
            continue
        promised = [
            template.at_element("run_on_refresh").says(f"the template of {template.name} says otherwise")
            for template in org.all(MaskingTemplate)
            if template.fact.run_on_refresh and template.fact.policy.casefold() == policy.name.casefold()
        ]
        yield _by_hand(f"Policy {policy.name}", policy, "runOnRefresh", promised)


def _exported(org: Org) -> Iterator[Finding]:
    """Policies of which a row was exported and no shell was retrieved."""
    for export in org.all(DataMaskExport):
        for row in export.fact.rows:
            name = row.values.get("DeveloperName") or row.values.get("MasterLabel", "")
            regular = row.values.get("RunFrequency", "").casefold() in _REGULAR
            by_hand = row.values.get("RunOnRefresh") == "false" and not regular
            if row.entity == "DataMaskPolicy" and by_hand and not org.get(DataMaskPolicy, name):
                place = export.at(row.line, name)
                yield Finding(_says(f"Policy {name}"), at=place)


def _templates(org: Org) -> Iterator[Finding]:
    for first in org.all(MaskingTemplate):
        for template in org.parts(MaskingTemplate, first.name):
            shell = org.get(DataMaskPolicy, template.fact.policy) if template.fact.policy else None
            if template.fact.run_on_refresh is False and not shell:
                yield _by_hand(f"The masking of {template.name}", template, "run_on_refresh")


def _configurations(org: Org) -> Iterator[Finding]:
    """Inactive ones, unless another one is active."""
    found = [
        record
        for record in org.all(CustomMetadata)
        if record.fact.type_name.casefold() == "datamask__datamask_configuration"
    ]
    switches = [(one, one.fact.value("datamask__Active__c")) for one in found]
    off = [(one, value) for one, value in switches if value and (value.text or "").casefold() == "false"]
    if off and len(off) == len(found):
        places = [
            one.at(value.line, "datamask__Active__c").says(f"{one.fact.record_name} is inactive")
            for one, value in off
        ]
        yield Finding(
            f"No configuration of Data Mask is active ({some_of([one.fact.record_name for one, _ in off])}): no refresh "
            "starts any masking.",
            at=places[0].place,
            because=places,
            confidence=Confidence.MEDIUM,
            subject="inactive configurations",
        )


def _by_hand(
    what: str,
    written: Written[DataMaskPolicy] | Written[MaskingTemplate],
    element: str,
    because: list[Evidence] | None = None,
) -> Finding:
    return Finding(_says(what), at=written.at_element(element), because=because or [], subject=element)


def _says(what: str) -> str:
    return f"{what} must be started by hand after each refresh; until then the sandbox holds real values."


def _starts_masking(owner: ApexType) -> bool:
    """Whether a class runs after a copy, and masks: something that it calls, sets or makes is named so."""
    if not any(name.rpartition(".")[2].casefold() == "sandboxpostcopy" for name in owner.interfaces):
        return False
    operations = [operation for method in owner.methods for operation in method.operations]
    words = " ".join(f"{one.name} {one.receiver} {' '.join(one.arguments)}" for one in operations)
    return "mask" in words.casefold() or "anonymi" in words.casefold()
