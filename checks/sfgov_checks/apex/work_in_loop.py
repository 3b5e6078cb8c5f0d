"""APX001 and APX002: work that the platform limits per transaction, once per round of a loop."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger
from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex import DATABASE_WORK, Effect, LinkedMethod, multiplying_loops
from sfgov.model.org import Org


@check(
    "APX001",
    "db-work-in-loop-any-depth",
    Severity.HIGH,
    reads=(ApexClass, ApexTrigger),
    tags=("performance",),
)
def db_work_in_loop(org: Org) -> Iterator[Outcome]:
    """Queries and DML run once per transaction for all records, never once per round of a loop.

    A transaction may run 100 queries and 150 DML statements; a save may bring 200 records, an import ten thousand.
    Loops of at most five rounds, loops over chunks, look-ups that are remembered, and work in a `catch` are fine,
    as is the query in the head of a `for` loop.

    ## Bad
    ```apex classes/Lines.cls
    public class Lines {
        public static void close(List<Line__c> lines) {
            for (Line__c line : lines) {
                line.Closed__c = true;
                update line;
            }
        }
    }
    ```

    ## Good
    ```apex classes/Lines.cls
    public class Lines {
        public static void close(List<Line__c> lines) {
            for (Line__c line : lines) {
                line.Closed__c = true;
            }
            update lines;
        }
    }
    ```

    ## Fix
    Collect Ids or records in the loop, then query once into a map, or run one DML statement on a list after it.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm
    """
    yield from _in_loops(org, DATABASE_WORK)


@check(
    "APX002",
    "async-callout-email-in-loop-any-depth",
    Severity.HIGH,
    reads=(ApexClass, ApexTrigger),
    tags=("performance",),
)
def limited_work_in_loop(org: Org) -> Iterator[Outcome]:
    """Callouts, e-mails, events and asynchronous jobs are sent once for all records, never once per round of a loop.

    A transaction may enqueue 50 jobs, make 100 callouts and send 10 e-mails. A loop over the records of one save
    passes each of these limits.

    ## Bad
    ```apex classes/Notify.cls
    public class Notify {
        public static void all(List<Contact> contacts) {
            for (Contact someone : contacts) {
                System.enqueueJob(new NotifyJob(someone.Id));
            }
        }
    }
    ```

    ## Good
    ```apex classes/Notify.cls
    public class Notify {
        public static void all(List<Contact> contacts) {
            System.enqueueJob(new NotifyJob(contacts));
        }
    }
    ```

    ## Fix
    Collect what is to be sent in the loop, and send it at once after it: one job, one list of messages or events.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm
    """
    yield from _in_loops(org, frozenset(Effect) - DATABASE_WORK)


def _in_loops(org: Org, effects: Collection[Effect]) -> Iterator[Outcome]:
    for linked in org.apex.methods:
        if linked.is_test:
            continue
        for operation in linked.method.operations:
            effect = org.apex.effect(linked, operation)
            loops = multiplying_loops(linked, operation) if effect in effects else []
            if effect and loops:
                yield _finding(linked, operation, effect, loops)


def _finding(linked: LinkedMethod, operation: Operation, effect: Effect, loops: list[Loop]) -> Finding:
    loop = loops[-1]
    for_one_user = any(a.name.casefold() == "auraenabled" for a in linked.method.annotations)
    return Finding(
        f"{linked.name} {effect.phrase} in each round of the loop at line {loop.line}: {_what(operation)}.",
        at=linked.at(operation),
        because=[
            *(linked.at_line(each.line).says(f"loop: {each.kind} ({each.head})") for each in loops),
            linked.at(operation).says(f"{effect.value}, once per round"),
        ],
        severity=Severity.MEDIUM if for_one_user else None,
    )


def _what(operation: Operation) -> str:
    text = operation.text or _call(operation)
    return text if len(text) <= 80 else text[:77] + "…"


def _call(operation: Operation) -> str:
    receiver = f"{operation.receiver}." if operation.receiver else ""
    return f"{receiver}{operation.name}({', '.join(operation.arguments)})"
