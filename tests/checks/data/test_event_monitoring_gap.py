"""DAT012 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.event_monitoring_gap import event_monitoring_gap as check
from tests.data_orgs import chain, classified, elements, not_checked, said, xml

SSN = classified("Contact.SSN__c", "PII")


def settings(suffix: str = "-meta.xml", **values: str) -> dict[str, str]:
    return {f"settings/Event.settings{suffix}": xml("EventSettings", elements("    ", values))}


def security(
    name: str = "Exports", active: str = "true", block: str = "true", suffix: str = "-meta.xml"
) -> dict[str, str]:
    """A transaction security policy: its action on line 3, its switch on line 6."""
    body = (
        f"    <action>\n        <block>{block}</block>\n    </action>\n    <active>{active}</active>\n"
        "    <eventName>ReportEvent</eventName>\n"
    )
    path = f"transactionSecurityPolicies/{name}.transactionSecurityPolicy{suffix}"
    return {path: xml("TransactionSecurityPolicy", body)}


def stored(**events: str) -> dict[str, str]:
    blocks = "".join(
        f"    <realTimeEvents>\n        <entityName>{name}</entityName>\n        <isEnabled>{on}</isEnabled>\n"
        "    </realTimeEvents>\n"
        for name, on in events.items()
    )
    return {"settings/RealTimeEvent.settings-meta.xml": xml("RealTimeEventSettings", blocks)}


ON = settings(enableEventLogGeneration="true", enableTransactionSecurityPolicies="true")


def test_policies_that_are_switched_off_all_together_in_the_mdapi_format() -> None:
    files = settings("", enableTransactionSecurityPolicies="false") | security(suffix="")
    files["package.xml"] = xml("Package", "    <version>62.0</version>\n")
    (one,) = lint(files, check)
    assert (one.severity.value, one.path, one.line) == ("high", "settings/Event.settings", 3)
    assert one.message == "Transaction security is switched off, so the active policy here does nothing."
    assert chain(one) == ["transactionSecurityPolicies/Exports.transactionSecurityPolicy:6 Exports is active"]


def test_policies_that_do_nothing() -> None:
    off, idle = security("Off", active="false"), security("Idle", block="false")
    default = security("sfdc_default_Exports", active="false")
    folder = "transactionSecurityPolicies"
    assert said(check, ON | off | idle | default) == [
        f"medium/high {folder}/Idle.transactionSecurityPolicy-meta.xml:3 Transaction security policy Idle takes no action and "
        "notifies nobody.",
        f"medium/high {folder}/Off.transactionSecurityPolicy-meta.xml:6 Transaction security policy Off is not active: "
        "nothing watches ReportEvent for it.",
        f"low/high {folder}/sfdc_default_Exports.transactionSecurityPolicy-meta.xml:6 Transaction security policy "
        "sfdc_default_Exports is not active: nothing watches ReportEvent for it.",
    ]


def test_no_event_logs_and_evidence_that_can_be_deleted() -> None:
    files = SSN | settings(enableDeleteMonitoringData="true", enableEventLogGeneration="false")
    assert said(check, files) == [
        "low/high settings/Event.settings-meta.xml:3 Monitoring data can be deleted, and evidence with it.",
        "medium/high settings/Event.settings-meta.xml:4 No event logs are generated, though fields such as Contact.SSN__c are "
        "classified as sensitive.",
    ]


def test_events_that_are_stored_but_not_those_of_leaving_data() -> None:
    (one,) = said(check, ON | stored(LoginEvent="true", ReportEvent="false"))
    assert one.startswith(
        "low/high settings/RealTimeEvent.settings-meta.xml:2 Events are stored (1 kind), but none"
    )
    assert said(check, ON | stored(LoginEvent="true", ReportEvent="true")) == []
    assert said(check, ON | stored(LoginEvent="true") | security()) == []


@pytest.mark.parametrize(
    "files",
    [
        ON | security(),
        settings(enableEventLogGeneration="false"),
        settings(enableTransactionSecurityPolicies="false"),
        settings(enableTransactionSecurityPolicies="false", enableDeleteMonitoringData="false") | SSN,
        ON | stored(LoginEvent="false", ReportEvent="false"),
    ],
    ids=["all-well", "nothing-sensitive", "no-policies", "not-said", "no-storage"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []


def test_without_the_settings_it_is_not_checked() -> None:
    assert not_checked(check, security()) == [
        "settings/Event.settings is not in the tree, so what is logged is unknown"
    ]
