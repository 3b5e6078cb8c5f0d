"""APX003: a trigger that sees one record where a save brings many."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger
from sfgov.model.apex.first_record import first_record_uses
from sfgov.model.org import Org


@check("APX003", "trigger-handles-first-record-only", Severity.HIGH, reads=(ApexTrigger,))
def trigger_handles_first_record_only(org: Org) -> Iterator[Outcome]:
    """Trigger code handles all records of a save, not only the first.

    One save brings up to 200 records to a trigger: imports, list edits, other automation. Code that takes
    `Trigger.new[0]`, in the trigger or in the handler that got the list, is right in every test with one record
    and silently skips the other 199 in production. Where the same method hands the whole list on as well, the first
    record may only stand for the rest: that is of medium severity.

    ## Bad
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (after update) {
        Account changed = Trigger.new[0];
        AccountService.recalculate(changed.Id);
    }
    ```

    ## Good
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (after update) {
        Set<Id> changed = new Set<Id>();
        for (Account one : Trigger.new) {
            changed.add(one.Id);
        }
        AccountService.recalculate(changed);
    }
    ```

    ## Fix
    Loop over the list, collect what is needed, and work on all records at once.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_bestpract.htm
    """
    for use in first_record_uses(org.apex):
        yield Finding(
            f"{use.method.name} uses {use.text}, so all other records of a bulk save are ignored.",
            at=use.evidence[-1].place,
            because=use.evidence,
            severity=Severity.MEDIUM if use.whole_passed_on else None,
            confidence=Confidence.MEDIUM if use.whole_passed_on else Confidence.HIGH,
        )
