"""INT002: changes that a trigger and a job carry out of the org, instead of the event bus."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    ConnectedApp,
    EventRelayConfig,
    ExtlClntAppOauthSettings,
    ManagedEventSubscription,
    PlatformEventChannelMember,
)
from sfgov.model.events import change_event_of, object_of_entity
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS
from sfgov.model.sync.outbound import Outbound, Sending
from sfgov.model.sync.transport import transports
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import classes_of


@check(
    "INT002",
    "trigger-queueable-transport",
    Severity.MEDIUM,
    reads=(ApexTrigger, PlatformEventChannelMember),
    against=(ApexClass, EventRelayConfig, ManagedEventSubscription),
    tags=("integration",),
    confidence=Confidence.MEDIUM,
)
def trigger_queueable_transport(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Changes of records go to other systems over the event bus, not by a trigger that starts a job.

    A trigger with a queueable job or a future method loses what fails while the other system is down, sends in no
    certain order, and spends limits of the save. Change Data Capture does all of this: its events stay on the bus for
    three days and can be read again. What remains for Apex is work that the bus cannot carry.

    Medium where the object has no Change Data Capture; the confidence is low where no channel members were retrieved,
    as it is not known then. High where change events of the object leave the org as well, by a relay, a managed
    subscription or a trigger on them: each change is delivered twice. Low is a channel that nothing is seen to read, in
    an org whose apps may not use the API.

    Quiet: jobs that only ask another system, objects of which changes cannot be captured, flows.

    ## Bad
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (after update) {
        System.enqueueJob(new AccountPush(Trigger.new));
    }
    ```
    ```apex classes/AccountPush.cls
    public with sharing class AccountPush implements Queueable, Database.AllowsCallouts {
        private final List<Account> accounts;
        public AccountPush(List<Account> accounts) {
            this.accounts = accounts;
        }
        public void execute(QueueableContext context) {
            HttpRequest request = new HttpRequest();
            request.setEndpoint('callout:ERP/accounts');
            request.setMethod('POST');
            request.setBody(JSON.serialize(accounts));
            new Http().send(request);
        }
    }
    ```

    ## Good
    ```xml platformEventChannelMembers/ChangeEvents_AccountChangeEvent.platformEventChannelMember-meta.xml
    <PlatformEventChannelMember xmlns="http://soap.sforce.com/2006/04/metadata">
        <eventChannel>ChangeEvents</eventChannel>
        <selectedEntity>AccountChangeEvent</selectedEntity>
    </PlatformEventChannelMember>
    ```
    ```xml eventRelays/ERP.eventRelay-meta.xml
    <EventRelayConfig xmlns="http://soap.sforce.com/2006/04/metadata">
        <destinationResourceName>callout:AWS</destinationResourceName>
        <eventChannel>ChangeEvents</eventChannel>
        <label>ERP</label>
        <state>RUN</state>
    </EventRelayConfig>
    ```

    ## Fix
    Add the object to a channel of Change Data Capture, let the other system subscribe to it (Pub/Sub API, event relay,
    middleware), and take the callout out of the trigger.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_intro.htm
    - https://architect.salesforce.com/decision-guides/event-driven
    """
    outbound = org.outbound
    members = {
        object_of_entity(member.fact.entity).casefold(): member
        for member in org.all(PlatformEventChannelMember)
    }
    carried: dict[tuple[str, str], Sending] = {}
    for sending in transports(outbound, org.apex):
        job = sending.job.method.owner if sending.job else ""
        carried.setdefault((sending.object.casefold(), job), sending)
    for (name, _), sending in carried.items():
        yield _carried(org, outbound, sending, members.get(name))
    if _nobody_can_read(org, policy):
        for name, member in members.items():
            if not any(name == object_name for object_name, _ in carried):
                yield from _unread(outbound, member)


def _carried(
    org: Org, outbound: Outbound, sending: Sending, member: Written[PlatformEventChannelMember] | None
) -> Finding:
    name, job = sending.object, sending.names[0]
    says = f"{sending.by[0].upper()}{sending.by[1:]} sends changes of {name} by {job}"
    if member is None:
        retrieved = org.retrieved(PlatformEventChannelMember)
        return _finding(
            sending,
            f"{says}, and {name} has no Change Data Capture{'' if retrieved else ' in this tree'}.",
            confidence=None if retrieved else Confidence.LOW,
        )
    on = member.at_element("selectedEntity").says(f"{member.fact.channel} carries {member.fact.entity}")
    receivers = list(outbound.receivers(member))
    if receivers or not list(outbound.change_triggers(member.fact.entity)):
        return _finding(
            sending,
            f"{says}, and its change events leave the org as well: each change is delivered twice."
            if receivers
            else f"{says}, and {member.fact.channel} carries them too: whoever reads it gets each change twice.",
            on,
            *receivers,
            severity=Severity.HIGH,
            confidence=None if receivers else Confidence.LOW,
        )
    return _finding(sending, f"{says}, although its changes are on {member.fact.channel} already.", on)


def _finding(
    sending: Sending,
    message: str,
    *more: Evidence,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
) -> Finding:
    return Finding(
        message,
        at=sending.at,
        because=[*sending.evidence, *more],
        severity=severity,
        confidence=confidence,
        subject=f"{sending.object} {sending.names[0]}",
    )


def _nobody_can_read(org: Org, policy: Policy) -> bool:
    """Whether the tree has the org's apps, and neither one that may use its APIs nor an integration's principal."""
    apps = [scope.name for app in org.all(ConnectedApp) for scope in app.fact.scopes]
    apps += [scope for app in org.all(ExtlClntAppOauthSettings) for scope in app.fact.scopes]
    bundles = org.permissions.bundles(*METADATA_KINDS)
    known = policy.systems or any("integration" in classes_of(bundle, policy) for bundle in bundles)
    return bool(apps) and not known and not any(scope.casefold() in ("api", "full") for scope in apps)


def _unread(outbound: Outbound, member: Written[PlatformEventChannelMember]) -> Iterator[Finding]:
    """A channel member of which nothing in the tree takes notice, in an org without integrations."""
    name = object_of_entity(member.fact.entity)
    event = member.fact.entity if name.endswith("__e") else change_event_of(name)
    read = any(outbound.receivers(member)) or any(outbound.change_triggers(event))
    if name and not name.casefold().endswith("__e") and not read:
        yield Finding(
            f"{member.fact.channel} carries changes of {name}, and nothing in the tree reads them.",
            at=member.at_element("selectedEntity"),
            fix="Take the object off the channel, or declare who reads it under principals.integration or systems.",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            subject="unread",
        )
