"""APX005: a service that many use, and that can only work on one record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass
from sfgov.model.apex.services import SingleRecordService, single_record_services
from sfgov.model.org import Org
from sfgov.place import Evidence

_SHOWN = 3


@check(
    "APX005", "shared-service-takes-one-record", Severity.MEDIUM, reads=(ApexClass,), tags=("performance",)
)
def shared_service_takes_one_record(org: Org) -> Iterator[Outcome]:
    """Shared services and selectors take collections, so that bulk code can use them.

    A public method that takes one record or one Id, and queries or writes each time, forces a loop on every caller
    that has many. It is reported where such callers are there: a loop in another file, or code in two other files
    that triggers, jobs or flows come to. One record for one page of one user is fine, and so is a method beside one
    that takes many.

    ## Bad
    ```apex classes/AccountService.cls
    public class AccountService {
        public static void close(Id accountId) {
            Account found = [SELECT Id FROM Account WHERE Id = :accountId];
            found.Closed__c = true;
            update found;
        }
    }
    ```
    ```apex classes/CloseAccounts.cls
    public class CloseAccounts implements Queueable {
        private Set<Id> accountIds;
        public void execute(QueueableContext context) {
            for (Id accountId : accountIds) {
                AccountService.close(accountId);
            }
        }
    }
    ```

    ## Good
    ```apex classes/AccountService.cls
    public class AccountService {
        public static void close(Set<Id> accountIds) {
            List<Account> found = [SELECT Id FROM Account WHERE Id IN :accountIds];
            for (Account one : found) {
                one.Closed__c = true;
            }
            update found;
        }
    }
    ```
    ```apex classes/CloseAccounts.cls
    public class CloseAccounts implements Queueable {
        private Set<Id> accountIds;
        public void execute(QueueableContext context) {
            AccountService.close(accountIds);
        }
    }
    ```

    ## Fix
    Give the method a `Set<Id>` or a list, query once for all, and let the callers with one record pass a list of one.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_bestpract.htm
    """
    for service in single_record_services(org.apex):
        yield _finding(service)


def _finding(service: SingleRecordService) -> Finding:
    method = service.method
    users = sorted({caller.written.name for caller, _ in service.callers})
    more = f" and {len(users) - _SHOWN} more" if len(users) > _SHOWN else ""
    parameter = f"{service.parameter.type} {service.parameter.name}"
    return Finding(
        f"{method.name}({parameter}) {service.path.effect.phrase} each time and is used by bulk code "
        f"({', '.join(users[:_SHOWN])}{more}), but takes only one record.",
        at=method.at_line(method.method.line),
        because=[*_way(service), *_callers(service)],
        subject=method.name,
    )


def _way(service: SingleRecordService) -> Iterator[Evidence]:
    steps = service.path.steps
    for (method, operation), (into, _) in pairwise(steps):
        yield method.at(operation).says(f"{method.name} calls {into.name}")
    last, operation = steps[-1]
    yield last.at(operation).says(service.path.effect.value)


def _callers(service: SingleRecordService) -> Iterator[Evidence]:
    for caller, operation in service.callers[:_SHOWN]:
        yield caller.at(operation).says(f"{caller.name} calls {service.method.name}")
