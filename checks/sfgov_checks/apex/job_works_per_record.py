"""APX006: batch and queueable jobs that work record by record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass
from sfgov.model.apex.jobs import BatchOfOne, PerRecord, batches_of_one, executes, record_by_record
from sfgov.model.org import Org
from sfgov.place import Evidence


@check(
    "APX006", "batch-or-queueable-per-record-work", Severity.MEDIUM, reads=(ApexClass,), tags=("performance",)
)
def job_works_per_record(org: Org) -> Iterator[Outcome]:
    """Batch and queueable jobs work on all records of a transaction at once.

    A job gets many records at a time, so that queries and DML can be shared. An `execute` that hands each record to
    a method that queries or writes spends the limits of a hundred records; one that is started with a batch size
    of one, to hide this, takes hundreds of transactions and hours instead of minutes. A size of one is right where
    each record needs a callout or a job of its own.

    ## Bad
    ```apex classes/Closer.cls
    public class Closer implements Database.Batchable<SObject> {
        public void execute(Database.BatchableContext context, List<Account> scope) {
            for (Account one : scope) {
                close(one);
            }
        }
        private void close(Account one) {
            one.Closed__c = true;
            update one;
        }
        public static void start() {
            Database.executeBatch(new Closer(), 1);
        }
    }
    ```

    ## Good
    ```apex classes/Closer.cls
    public class Closer implements Database.Batchable<SObject> {
        public void execute(Database.BatchableContext context, List<Account> scope) {
            for (Account one : scope) {
                one.Closed__c = true;
            }
            update scope;
        }
        public static void start() {
            Database.executeBatch(new Closer());
        }
    }
    ```

    ## Fix
    Pass the whole scope on, query and write once for all of it, and start the job without a size, or with a large one.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_batch_interface.htm
    """
    for execute in executes(org.apex):
        work = record_by_record(org.apex, execute)
        if work:
            yield _per_record(work)
    for batch in batches_of_one(org.apex):
        yield _batch_of_one(batch)


def _per_record(work: PerRecord) -> Finding:
    called = work.path.steps[1][0].name if work.path else work.operation.name
    return Finding(
        f"{work.method.name} hands its records one by one to {called}, which works on the database for each.",
        at=work.method.at(work.operation),
        because=_evidence(work),
        subject=work.method.name,
    )


def _batch_of_one(batch: BatchOfOne) -> Finding:
    start, job = batch.start, batch.work.method.method.owner
    return Finding(
        f"{start.method.name} starts {job} with one record at a time, which hides that {job} works per record.",
        at=start.method.at(start.operation),
        because=[
            start.method.at(start.operation).says(f"{job} is started with a batch size of 1"),
            *_evidence(batch.work),
        ],
        subject=f"{start.method.name} starts {job}",
    )


def _evidence(work: PerRecord) -> list[Evidence]:
    method = work.method
    if work.loop is None:
        return [method.at(work.operation).says(f"{method.name} takes the first record of its scope")]
    found = [method.at_line(work.loop.line).says(f"loop: {work.loop.kind} ({work.loop.head})")]
    steps = work.path.steps if work.path else ((method, work.operation),)
    for (caller, operation), (into, _) in pairwise(steps):
        found.append(caller.at(operation).says(f"{caller.name} calls {into.name}"))
    last, operation = steps[-1]
    found.append(last.at(operation).says(f"{work.effect}, once per record"))
    return found
