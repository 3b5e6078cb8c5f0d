"""APX001 and APX002: work that the platform limits per transaction, once per round of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger
from sfgov.facts.apex import Operation
from sfgov.model.apex import DATABASE_WORK, Effect, LoopWork, Path
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov_checks.apex.rolled_up import InLoop, Together, together

_DESCRIBE_FIX = "Ask once before the loop and keep the result in a variable."


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
    The work may stand in the loop, or behind calls of methods, constructors and property getters, in other classes
    and behind interfaces: the evidence names each call on the way.

    Loops of at most five rounds, loops over chunks, look-ups that are remembered, and work in a `catch` are fine,
    as is the query in the head of a `for` loop. So are queries of custom metadata, which have no limit. It is high
    where triggers, jobs, services or flows of many records come to the loop, and medium where only a page, an agent or a
    flow for one does, or nothing in the org.
    The statements of one loop are one finding, at the first of them. Where an org has more than a hundred such places
    still, those that come to one statement behind calls are one finding, else those of one method, else of one class.

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
    passes each of these limits. Calls are followed through methods, classes and interfaces, as for APX001. Describe
    calls (`Schema.getGlobalDescribe()`) have no limit, but each costs time: they are low, and not looked for behind
    calls. A callout for each record is of medium severity: many services take one at a time. Places are told together as
    for APX001.

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


def _in_loops(org: Org, effects: frozenset[Effect]) -> Iterator[Outcome]:
    found = (
        InLoop(work, _severity(org, work), _confidence(work))
        for work in org.apex.work_in_loops(effects)
        if not org.apex.never_runs(work.method)
    )
    yield from map(_finding, together(found))


def _severity(org: Org, work: LoopWork) -> Severity:
    """High where many records may come at once; a page's user brings few, and what nothing calls brings none."""
    if work.effect is Effect.DESCRIBE:
        return Severity.LOW
    may_be_many = work.method in org.run_with_many and work.effect is not Effect.CALLOUT
    return Severity.HIGH if may_be_many else Severity.MEDIUM


def _finding(found: Together) -> Finding:
    work = found.first.work
    evidence = (step for one in found.places for step in _evidence(one.work))
    return Finding(
        _says(work) + found.others,
        at=work.method.at(work.operation),
        because=list(dict.fromkeys(evidence)),
        fix=_DESCRIBE_FIX if work.effect is Effect.DESCRIBE else "",
        severity=found.first.severity,
        confidence=found.first.confidence,
    )


def _says(work: LoopWork) -> str:
    where = f"in each round of the loop at line {work.loops[-1].line}"
    if work.path is None:
        return f"{work.method.name} {work.effect.phrase} {where}: {_what(work.operation)}."
    return f"{work.method.name} calls {_called(work.path)} {where}, {_comes_to(work.path)}."


def _evidence(work: LoopWork) -> Iterator[Evidence]:
    """The loops, outermost first, the calls on the way, and the work at its end."""
    for loop in work.loops:
        yield work.method.at_line(loop.line).says(f"loop: {loop.kind} ({loop.head})")
    yield from _steps(work)


def _confidence(work: LoopWork) -> Confidence:
    if work.path is None:
        return Confidence.HIGH
    return Confidence.MEDIUM if work.path.sure else Confidence.LOW


def _steps(work: LoopWork) -> Iterator[Evidence]:
    """The calls on the way, and the work at its end."""
    steps = work.path.steps if work.path else ((work.method, work.operation),)
    for (method, operation), (into, _) in pairwise(steps):
        yield method.at(operation).says(f"{method.name} calls {into.name}")
    last, operation = steps[-1]
    yield last.at(operation).says(f"{work.effect.value}, once per round")


def _called(path: Path) -> str:
    return path.steps[1][0].name


def _comes_to(path: Path) -> str:
    """`which makes a SOQL query: …`, or where it is further away, in which method."""
    last, operation = path.steps[-1]
    if len(path.steps) == 2:
        return f"which {path.effect.phrase}: {_what(operation)}"
    return f"which comes to {path.effect.noun} in {last.name}: {_what(operation)}"


def _what(operation: Operation) -> str:
    text = operation.text or _call(operation)
    return text if len(text) <= 80 else text[:77] + "…"


def _call(operation: Operation) -> str:
    receiver = f"{operation.receiver}." if operation.receiver else ""
    return f"{receiver}{operation.name}({', '.join(operation.arguments)})"
