"""DEL003: who may not delete a detail, but deletes it along with its master."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import CustomField, PermissionSet, Profile
from sfgov.model.deletes import Cascade
from sfgov.model.grants import OBJECTS
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.delete.holders import Holders
from sfgov_checks.delete.stakes import Stake, Stakes

Way = tuple[Cascade, ...]


@check(
    "DEL003",
    "delete-revoked-but-cascades-from-master",
    Severity.HIGH,
    reads=(Profile, PermissionSet),
    against=(CustomField,),
    confidence=Confidence.MEDIUM,
    tags=("security",),
)
def revoked_but_cascades_from_master(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """Who may not delete a record cannot delete it along with its master either.

    Deleting a master deletes its details, and a lookup with `deleteConstraint` Cascade does the same. Salesforce
    says of cascading lookups that they pass by the security and sharing of the records below, and offers them as
    what master-detail has always done. A profile that has an entry for the detail without delete, but with delete
    on the master, therefore keeps nothing.

    Only details at stake are reported: those that `delete` in the policy names, that hold classified fields or keep
    their history, and (at medium severity) those whose name is that of a journal, such as payments, contracts or
    logs. Objects that only join two others, and those under `delete.cascade_ok`, are left out.

    ## Bad
    ```yaml sfgov.yml
    delete:
      never: [Invoice_Line__c]
    ```
    ```xml objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Invoice__c</fullName>
        <type>MasterDetail</type>
        <referenceTo>Invoice__c</referenceTo>
    </CustomField>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice_Line__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    delete:
      never: [Invoice_Line__c]
    ```
    ```xml objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Invoice__c</fullName>
        <type>MasterDetail</type>
        <referenceTo>Invoice__c</referenceTo>
    </CustomField>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice_Line__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Take delete on the master away from these bundles, guard the master with a before-delete flow that looks for the
    details, or make the relationship a lookup with `Restrict`. Try it in a sandbox as one of the users.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=000382017&type=1
    - https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_relationships_delete.htm
    """
    if not org.retrieved(CustomField):
        yield NotChecked(
            "CustomField was not retrieved, so only Salesforce's own relationships were followed"
        )
    stakes = Stakes(org, config)
    accepted = {name.casefold() for name in policy.delete.cascade_ok}
    for detail in org.deletes.details():
        stake = stakes.of(detail)
        if stake is None or detail.casefold() in accepted:
            continue
        if org.deletes.is_junction(detail) and not stakes.in_policy(detail):
            continue
        told: set[str] = set()
        for way in org.deletes.ways_down_to(detail):
            holders = _denied(org, policy, detail, way, told)
            if holders:
                yield _finding(org, detail, way, holders, stake)


def _denied(org: Org, policy: Policy, detail: str, way: Way, told: set[str]) -> Holders:
    """Who has an entry for the detail without delete, and can delete the topmost object; each bundle once."""
    if org.deletes.watched_from_above(way):
        return Holders((), policy)
    found = [
        (bundle, right)
        for bundle, right in org.permissions.who_can_delete(way[0].parent)
        if right.certain
        and bundle.component not in told
        and bundle.entries(OBJECTS, detail)
        and bundle.delete_right(detail) is None
    ]
    told.update(bundle.component for bundle, _ in found)
    return Holders(found, policy).people()


def _finding(org: Org, detail: str, way: Way, holders: Holders, stake: Stake) -> Finding:
    master = way[0].parent
    links = [evidence for link in reversed(way) for evidence in link.evidence()]
    fields = ", then ".join(
        link.field.name if link.field else f"{link.parent} → {link.child}" for link in way
    )
    unsure = any(link.field is None for link in way) or any(
        org.deletes.restricting(link.child) for link in way
    )
    return Finding(
        f"{holders} may not delete {detail} but can delete {master}, which deletes its {detail} records along, "
        f"through {fields} ({way[-1].how}). {detail} {stake.because}.",
        at=links[0].place if links else holders.evidence()[0].place,
        because=[*stake.evidence, *links, *_denials(detail, holders)],
        severity=Severity.HIGH if stake.declared else Severity.MEDIUM,
        confidence=Confidence.LOW if unsure else Confidence.MEDIUM,
        subject=f"{detail} through {master}",
    )


def _denials(detail: str, holders: Holders) -> Iterator[Evidence]:
    """Of the first few: the line that does not give delete on the detail, and the one that gives it on the master."""
    for bundle, right in holders.first_few():
        entry = bundle.entries(OBJECTS, detail)[0]
        yield entry.at("allowDelete").says(f"{entry.written.name} does not grant delete on {detail}")
        yield from right.evidence
