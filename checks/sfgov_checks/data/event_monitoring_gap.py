"""DAT012: watching that is switched off, or that does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, Settings, TransactionSecurityPolicy
from sfgov.facts.records import Value
from sfgov.model.classification import classified_fields
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import sensitivity
from sfgov_checks.principals import counted

_DATA_LEAVES = (
    "ReportEvent",
    "ApiEvent",
    "ListViewEvent",
    "BulkApiResultEventStore",
    "PermissionSetEventStore",
)
"""Events that show how data leaves the org, and who is given more rights."""


@check(
    "DAT012",
    "event-monitoring-gap",
    Severity.MEDIUM,
    reads=(Settings, TransactionSecurityPolicy),
    against=(CustomField,),
    controls=("SBS-INT-004",),
)
def event_monitoring_gap(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What happens to sensitive data is logged, and transaction security policies are on and do something.

    - Transaction security policies while `enableTransactionSecurityPolicies` is false: high, none of them works.
    - A policy that is not active, or whose action neither blocks, ends the session, freezes the user, asks for a
      second factor nor notifies anybody: medium; of Salesforce's own defaults (`sfdc_default_…`), low.
    - `enableEventLogGeneration` false while fields are classified as sensitive: medium.
    - `enableDeleteMonitoringData` true: low, as the evidence can be deleted.
    - Event storage in use, but not for reports, API calls, list views, bulk results or permission changes: low.

    What the settings files do not say is unknown and never a finding; without them nothing is checked.

    ## Bad
    ```xml settings/Event.settings-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <EventSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableTransactionSecurityPolicies>false</enableTransactionSecurityPolicies>
    </EventSettings>
    ```
    ```xml transactionSecurityPolicies/Block_Exports.transactionSecurityPolicy-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <TransactionSecurityPolicy xmlns="http://soap.sforce.com/2006/04/metadata">
        <action>
            <block>true</block>
        </action>
        <active>true</active>
        <eventName>ReportEvent</eventName>
    </TransactionSecurityPolicy>
    ```

    ## Good
    ```xml settings/Event.settings-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <EventSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableEventLogGeneration>true</enableEventLogGeneration>
        <enableTransactionSecurityPolicies>true</enableTransactionSecurityPolicies>
    </EventSettings>
    ```
    ```xml transactionSecurityPolicies/Block_Exports.transactionSecurityPolicy-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <TransactionSecurityPolicy xmlns="http://soap.sforce.com/2006/04/metadata">
        <action>
            <block>true</block>
        </action>
        <active>true</active>
        <eventName>ReportEvent</eventName>
    </TransactionSecurityPolicy>
    ```

    ## Fix
    Switch the setting or policy on, or give the policy an action.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_eventsettings.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_transactionsecuritypolicy.htm
    """
    settings = _settings(org, "EventSettings")
    if settings is None:
        yield NotChecked("settings/Event.settings is not in the tree, so what is logged is unknown")
    else:
        yield from _switches(org, policy, settings)
    for one in org.all(TransactionSecurityPolicy):
        yield from _idle(one)
    yield from _stored(org)


def _settings(org: Org, root: str) -> Written[Settings] | None:
    return next((one for one in org.all(Settings) if one.fact.root == root), None)


def _off(settings: Written[Settings], path: str) -> Value | None:
    """The value, where it is there and false."""
    value = settings.fact.value(path)
    return value if value and (value.text or "").casefold() == "false" else None


def _switches(org: Org, policy: Policy, settings: Written[Settings]) -> Iterator[Finding]:
    policies = [one for one in org.all(TransactionSecurityPolicy) if one.fact.active > 0]
    off = _off(settings, "enableTransactionSecurityPolicies")
    if off and policies:
        yield Finding(
            f"Transaction security is switched off, so {_counted(policies)} here {'does' if len(policies) == 1 else 'do'} "
            "nothing.",
            at=settings.at(off.line, off.path),
            because=[one.at_element("active").says(f"{one.name} is active") for one in policies[:3]],
            severity=Severity.HIGH,
        )
    sensitive = next(iter(classified_fields(org.index, sensitivity(policy))), None)
    off = _off(settings, "enableEventLogGeneration")
    if off and sensitive:
        yield Finding(
            f"No event logs are generated, though fields such as {sensitive.name} are classified as sensitive.",
            at=settings.at(off.line, off.path),
            because=sensitive.evidence(),
        )
    deletable = settings.fact.value("enableDeleteMonitoringData")
    if deletable and (deletable.text or "").casefold() == "true":
        yield Finding(
            "Monitoring data can be deleted, and evidence with it.",
            at=settings.at(deletable.line, deletable.path),
            severity=Severity.LOW,
            fix="Set enableDeleteMonitoringData to false.",
        )


def _counted(policies: list[Written[TransactionSecurityPolicy]]) -> str:
    return "the active policy" if len(policies) == 1 else f"all {len(policies)} active policies"


def _idle(one: Written[TransactionSecurityPolicy]) -> Iterator[Finding]:
    default = one.name.casefold().startswith("sfdc_default_")
    event = one.fact.event_name or "its event"
    if one.fact.active < 0:
        yield Finding(
            f"Transaction security policy {one.name} is not active: nothing watches {event} for it.",
            at=one.at_element("active"),
            severity=Severity.LOW if default else None,
            subject="inactive",
        )
    elif one.fact.active > 0 and not one.fact.actions and "action" in one.fact.lines:
        yield Finding(
            f"Transaction security policy {one.name} takes no action and notifies nobody.",
            at=one.at_element("action"),
            subject="no action",
        )


def _stored(org: Org) -> Iterator[Finding]:
    """Event storage that is in use, but for none of the events by which data leaves."""
    settings = _settings(org, "RealTimeEventSettings")
    if settings is None:
        return
    pairs = zip(settings.fact.values, settings.fact.values[1:], strict=False)
    enabled = {
        name.text or ""
        for name, switch in pairs
        if name.path.endswith("entityName")
        and switch.path.endswith("isEnabled")
        and (switch.text or "").casefold() == "true"
    }
    watched = {one.fact.event_name for one in org.all(TransactionSecurityPolicy) if one.fact.active > 0}
    if enabled and not (enabled | watched) & set(_DATA_LEAVES):
        yield Finding(
            f"Events are stored ({counted(len(enabled), 'kind')}), but none of those that show how data leaves: {', '.join(_DATA_LEAVES)}.",
            at=settings.at(),
            severity=Severity.LOW,
            subject="stored events",
            fix="Store these events in the Event Manager.",
        )
