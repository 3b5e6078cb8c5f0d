"""INT006: a callout, or an event that cannot be taken back, while a record is being saved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger, CustomObject, Flow, NamedCredential, RemoteSiteSetting
from sfgov.model.automation.side_effects import (
    SideEffect,
    callouts_after_dml,
    callouts_in_saves,
    immediate_events,
)
from sfgov.model.org import Org
from sfgov.model.plain_callouts import PlainCallouts
from sfgov_checks.flows import sureness

_LOGS = re.compile(r"log|error|exception|audit|trace|debug|telemetry|monitor", re.IGNORECASE)
"""Events that are meant to outlive a rollback."""


@check(
    "INT006",
    "side-effect-inside-save",
    Severity.HIGH,
    reads=(ApexClass, ApexTrigger, Flow),
    against=(NamedCredential, RemoteSiteSetting),
)
def side_effect_inside_save(org: Org) -> Iterator[Outcome]:
    """Nothing calls another system while a record is being saved, or after writing in the same transaction.

    Salesforce refuses callouts from triggers and from the immediate path of record-triggered flows, and throws
    *You have uncommitted work pending* for a callout after DML. Both work in a test with a mock. What is called by
    plain `http://`, by the code, its named credential or a remote site without protocol security, is critical. An event
    that is published immediately leaves even if the save is rolled back: its receivers act on records that never were
    (medium).

    Quiet: jobs, future methods, scheduled and asynchronous paths; code that asks `System.isFuture()` and the like, or
    chooses by a `switch`; events whose name says that they are logs, since those shall survive.

    ## Bad
    ```apex triggers/OrderTrigger.trigger
    trigger OrderTrigger on Order (after update) {
        Warehouse.refreshStock(Trigger.new);
    }
    ```
    ```apex classes/Warehouse.cls
    public with sharing class Warehouse {
        public static void refreshStock(List<Order> orders) {
            HttpRequest request = new HttpRequest();
            request.setEndpoint('callout:Warehouse/stock');
            request.setMethod('GET');
            new Http().send(request);
        }
    }
    ```

    ## Good
    ```apex triggers/OrderTrigger.trigger
    trigger OrderTrigger on Order (after update) {
        System.enqueueJob(new StockJob(Trigger.new));
    }
    ```
    ```apex classes/StockJob.cls
    public with sharing class StockJob implements Queueable, Database.AllowsCallouts {
        private final List<Order> orders;
        public StockJob(List<Order> orders) {
            this.orders = orders;
        }
        public void execute(QueueableContext context) {
            HttpRequest request = new HttpRequest();
            request.setEndpoint('callout:Warehouse/stock');
            request.setMethod('GET');
            new Http().send(request);
        }
    }
    ```

    ## Fix
    Call out from a queueable job or from an asynchronous path of the flow, once for all records. In one method, call
    out first and write afterwards. Let the event publish after commit.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_callouts_timeouts.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_considerations_trigger_record.htm
    - https://developer.salesforce.com/docs/atlas.en-us.platform_events.meta/platform_events/platform_events_define_ui.htm
    """
    plain = PlainCallouts(org.index, org.apex)
    for effect in callouts_in_saves(org.automation, org.flows, org.apex):
        yield _callout(effect, "while a record is being saved", plain)
    for effect in callouts_after_dml(org.apex):
        yield _callout(effect, "after it has written records in the same transaction", plain)
    names = frozenset(
        written.name.casefold()
        for written in org.all(CustomObject)
        if written.fact.publish_behavior == "PublishImmediately" and not _LOGS.search(written.name)
    )
    for effect in immediate_events(org.automation, org.flows, org.apex, names):
        yield _event(org, effect)


def _callout(effect: SideEffect, when: str, plain: PlainCallouts) -> Finding:
    proof = plain.proof(effect.path) if effect.path else ()
    return Finding(
        f"{effect.starts} {effect.said} {when}{', and unencrypted' if proof else ''}.",
        at=effect.at,
        because=[*effect.evidence, *proof],
        severity=Severity.CRITICAL if proof else None,
        confidence=sureness(effect.path) if effect.path else Confidence.HIGH,
        subject=f"{effect.starts}.callout",
    )


def _event(org: Org, effect: SideEffect) -> Finding:
    written = org.get(CustomObject, effect.object)
    declared = (written.at_element("publishBehavior").says("published immediately"),) if written else ()
    return Finding(
        f"{effect.starts} {effect.said} immediately, while the save that it tells of can still be rolled back.",
        at=effect.at,
        because=[*effect.evidence, *declared],
        severity=Severity.MEDIUM,
        subject=f"{effect.starts}.{effect.object}",
    )
