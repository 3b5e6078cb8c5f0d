"""APX009: a controller that does what a service should."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, Ruleset, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass
from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, Effect, Entry, LinkedMethod
from sfgov.model.apex.complexity import complexity
from sfgov.model.org import Org

_MOST = 5
"""The complexity up to which a method is thin."""
_PAGE_ENTRIES = frozenset({Entry.AURA, Entry.REMOTE})


@check(
    "APX009",
    "controller-does-the-work",
    Severity.LOW,
    reads=(ApexClass,),
    ruleset=Ruleset.STRICT,
    tags=("design",),
)
def controller_does_the_work(org: Org) -> Iterator[Outcome]:
    """Controllers hand over to services; they do not query, decide and write themselves.

    What a page's controller does is done for one record, for one user. When a job, a flow or an agent needs the
    same, the logic is in the wrong place, and is written again. Reported are methods of Lightning and Visualforce
    controllers that query, write and branch more than five ways, all by themselves, and call no service. Old orgs have
    many that nobody will touch, so the check belongs to the strict ruleset.

    ## Bad
    ```apex classes/CaseController.cls
    public with sharing class CaseController {
        @AuraEnabled
        public static void close(Id caseId, String reason) {
            Case found = [SELECT Id, Status, Priority FROM Case WHERE Id = :caseId WITH USER_MODE];
            if (found.Status == 'Closed' || found.Status == 'Merged') {
                return;
            }
            if (reason == null && found.Priority == 'High') {
                throw new AuraHandledException('A reason is needed.');
            }
            found.Reason = reason == null ? 'Other' : reason;
            found.Status = 'Closed';
            update as user found;
        }
    }
    ```

    ## Good
    ```apex classes/CaseController.cls
    public with sharing class CaseController {
        @AuraEnabled
        public static void close(Id caseId, String reason) {
            CaseService.close(new Set<Id>{ caseId }, reason);
        }
    }
    ```

    ## Fix
    Move the logic to a service that takes a list, and call it from the controller with a list of one.

    ## Sources
    - https://trailhead.salesforce.com/content/learn/modules/apex_patterns_sl
    """
    for linked in org.apex.graph.methods:
        if _is_of_controller(org.apex, linked):
            yield from _heavy(org.apex, linked)


def _is_of_controller(apex: Apex, linked: LinkedMethod) -> bool:
    if linked.method.kind != "method" or not {"public", "global"} & set(linked.method.modifiers):
        return False
    if apex.entries.get(linked, frozenset()) & _PAGE_ENTRIES:
        return True
    return linked.owner_key in apex.page_controllers


def _heavy(apex: Apex, linked: LinkedMethod) -> Iterator[Outcome]:
    query, write = _first(apex, linked, Effect.QUERY), _first(apex, linked, Effect.DML)
    ways = complexity(linked)
    if query is None or write is None or ways <= _MOST or _uses_service(linked):
        return
    yield Finding(
        f"{linked.name} queries, writes and has {ways} ways through it; no service does the work.",
        at=linked.at_line(linked.method.line),
        because=[
            linked.at(query).says("SOQL query in the controller"),
            linked.at(write).says("DML in the controller"),
        ],
        subject=linked.name,
    )


def _first(apex: Apex, linked: LinkedMethod, effect: Effect) -> Operation | None:
    return next((work.operation for work in apex.graph.work_of(linked) if work.effect is effect), None)


def _uses_service(linked: LinkedMethod) -> bool:
    return any("service" in op.receiver.casefold() for op in linked.method.operations if op.kind == "call")
