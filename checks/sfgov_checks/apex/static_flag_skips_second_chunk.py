"""APX007: a static flag that lets a trigger run once per transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger
from sfgov.model.apex.run_once import run_once_guards
from sfgov.model.org import Org


@check("APX007", "static-flag-skips-second-chunk", Severity.MEDIUM, reads=(ApexTrigger,), tags=("bulk",))
def static_flag_skips_second_chunk(org: Org) -> Iterator[Outcome]:
    """Guards against recursion remember which records were handled, not that the trigger ran.

    A save of 400 records runs a trigger twice, with 200 records each, in one transaction. A static Boolean that is
    set in the first run makes the second one skip its records, silently. The same happens when one transaction
    saves records of the object twice, for example in a flow.

    A flag that is set back after the work, or that only other code sets to switch the trigger off, is fine, and so
    is a set of Ids.

    ## Bad
    ```apex classes/AccountHandler.cls
    public class AccountHandler {
        private static Boolean hasRun = false;
        public static void afterUpdate(List<Account> accounts) {
            if (hasRun) {
                return;
            }
            hasRun = true;
            Sharing.recalculate(accounts);
        }
    }
    ```
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (after update) {
        AccountHandler.afterUpdate(Trigger.new);
    }
    ```

    ## Good
    ```apex classes/AccountHandler.cls
    public class AccountHandler {
        private static Set<Id> handled = new Set<Id>();
        public static void afterUpdate(List<Account> accounts) {
            List<Account> fresh = new List<Account>();
            for (Account one : accounts) {
                if (handled.add(one.Id)) {
                    fresh.add(one);
                }
            }
            Sharing.recalculate(fresh);
        }
    }
    ```
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (after update) {
        AccountHandler.afterUpdate(Trigger.new);
    }
    ```

    ## Fix
    Keep a static `Set<Id>` of the records that were handled, and skip those; or set the flag back after the DML that
    would start the trigger again.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_bestpract.htm
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_static.htm
    """
    for once in run_once_guards(org.apex):
        yield Finding(
            f"{once.flag} lets {once.method.name} run once per transaction, so records 201 and later of one save "
            "are skipped.",
            at=once.method.at_line(once.line),
            because=once.evidence,
            subject=f"{once.method.name}: {once.flag}",
        )
