"""APX004: an invocable method that sees one input, or gives one result, where a flow brings many."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass
from sfgov.model.apex.first_record import first_input_uses
from sfgov.model.apex.invocable_results import single_results
from sfgov.model.org import Org


@check("APX004", "invocable-handles-first-record-only", Severity.HIGH, reads=(ApexClass,), tags=("flow",))
def invocable_handles_first_record_only(org: Org) -> Iterator[Outcome]:
    """Invocable methods handle all inputs they are called with, and give one result for each.

    Flows that start with records are run in bulk: the action is called once, with the inputs of up to 200
    interviews. A method that takes `inputs[0]` does nothing for the others, and one that returns a single result
    gives it to the first interview. Agents and REST calls use the same method. It is high where a
    flow that many records enter calls it. It is medium where only agents and other flows do, which bring one input at
    a time, or nothing in the tree: the next caller may be another one.

    Queries and DML in a loop over the inputs are APX001's.

    ## Bad
    ```apex classes/CloseCase.cls
    public class CloseCase {
        @InvocableMethod(label='Close case')
        public static void close(List<Id> ids) {
            CaseService.close(ids[0]);
        }
    }
    ```

    ## Good
    ```apex classes/CloseCase.cls
    public class CloseCase {
        @InvocableMethod(label='Close case')
        public static List<String> close(List<Id> ids) {
            CaseService.close(ids);
            List<String> results = new List<String>();
            for (Id closed : ids) {
                results.add('closed');
            }
            return results;
        }
    }
    ```

    ## Fix
    Loop over the inputs, work on all of them at once, and add one result for each input, in the same order.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_annotation_InvocableMethod.htm
    """
    first_only = set()
    for use in first_input_uses(org.apex):
        first_only.add(use.start)
        mild = use.whole_passed_on or use.start not in org.run_with_many
        yield Finding(
            f"{use.method.name} uses {use.text}, so all other inputs of a bulk call are ignored.",
            at=use.evidence[-1].place,
            because=use.evidence,
            severity=Severity.MEDIUM if mild else None,
            confidence=Confidence.MEDIUM if use.whole_passed_on else Confidence.HIGH,
        )
    for single in single_results(org.apex):
        if single.method in first_only:
            continue
        head = single.method.at_line(single.method.method.line)
        yield Finding(
            f"{single.method.name} gives one result for any number of inputs, so in a bulk call results are missing.",
            at=single.method.at(single.places[0]),
            because=[
                head.says("invocable method, called with a list of inputs"),
                *(single.method.at(place).says("the only result") for place in single.places),
            ],
            severity=Severity.MEDIUM,
        )
