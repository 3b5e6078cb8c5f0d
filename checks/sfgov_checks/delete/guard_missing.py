"""DEL008: an object that may be deleted only under a condition, and nothing that tests it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import ApexTrigger, CustomField, Flow, PermissionSet, Profile
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov_checks.delete.holders import Holders

_FINAL = re.compile(
    r"\b(closed|paid|posted|approved|signed|submitted|shipped|invoiced|settled|executed|activated)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(not|never|non|to be|pending|awaiting)\b", re.IGNORECASE)
_STATE_FIELD = re.compile(r"(^|_)(status|stage|state|phase)(_|$)", re.IGNORECASE)


@check(
    "DEL008",
    "delete-guard-missing",
    Severity.HIGH,
    reads=(Profile, PermissionSet),
    against=(Flow, ApexTrigger, CustomField),
)
def guard_missing(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """An object whose records become final is guarded against deletion, or nobody but administrators may delete it.

    `delete.conditional` in the policy says that an object may be deleted only while a condition does not hold;
    then a live before-delete flow or trigger must test it. Without a policy, an object of your own whose status has
    final values (posted, paid, signed, …), that people can delete and that nothing guards, is mentioned at low
    severity.

    ## Bad
    ```yaml sfgov.yml
    delete:
      conditional:
        Opportunity: {unless: "IsClosed = true"}
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Opportunity</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    delete:
      conditional:
        Opportunity: {unless: "IsClosed = true"}
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Opportunity</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```apex triggers/OpportunityGuard.trigger
    trigger OpportunityGuard on Opportunity (before delete) {
        for (Opportunity opp : Trigger.old) {
            if (opp.IsClosed) {
                opp.addError('Closed opportunities stay.');
            }
        }
    }
    ```

    ## Fix
    Add a before-delete flow with a Custom Error that tests the condition, or take delete away.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_custom_error.htm
    """
    if not (policy.delete.conditional or org.retrieved(CustomField)):
        yield NotChecked("sfgov.yml names no object under delete.conditional, and no field was retrieved")
    declared = {name.casefold() for name in (*policy.delete.conditional, *policy.delete.never)}
    for name, condition in policy.delete.conditional.items():
        holders = Holders.of(org, policy, name).people()
        if holders and not org.deletes.guards_of(name, live=True):
            keys = ("delete", "conditional", name)
            yield Finding(
                f"{name} may not be deleted when {condition.unless}, but nothing that tests this runs before a delete. "
                f"{holders} can delete it.",
                at=Place(config.path, config.line_of(*keys), f"CustomObject:{name}", ".".join(keys)),
                because=[
                    *(
                        e
                        for guard in org.deletes.guards_of(name)
                        for e in (guard.at.says(f"is {guard.status}"),)
                    ),
                    *holders.evidence(),
                ],
            )
    for field in org.all(CustomField):
        if field.fact.object.casefold() not in declared and _is_final_state(field):
            yield from _heuristic(org, policy, field)


def _is_final_state(field: Written[CustomField]) -> bool:
    fact = field.fact
    own = fact.object.casefold().endswith("__c") and fact.field.casefold().endswith("__c")
    return own and _STATE_FIELD.search(fact.field) is not None and bool(_final_values(fact))


def _final_values(field: CustomField) -> list[str]:
    return [value for value in field.picklist_values if _FINAL.search(value) and not _NOT_YET.search(value)]


def _heuristic(org: Org, policy: Policy, field: Written[CustomField]) -> Iterator[Outcome]:
    name = field.fact.object
    holders = Holders.of(org, policy, name).people()
    if not holders or org.deletes.guards_of(name) or org.index.managed(name):
        return
    final = _final_values(field.fact)
    yield Finding(
        f"{name} has final values in {field.fact.field} ({', '.join(final[:3])}), and nothing guards its deletion. "
        f"{holders} can delete it.",
        at=field.at_element("type"),
        because=holders.evidence(),
        fix="Add a before-delete flow with a Custom Error for these values, take delete away, or waive this with a reason.",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        subject="no guard",
    )
