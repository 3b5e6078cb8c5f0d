"""DEL006: who may not delete a record starts automation that deletes it for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import ApexClass, ApexTrigger, Flow, PermissionSet, Profile
from sfgov.model.delete_matrix import known_objects
from sfgov.model.delete_paths import DeletePath, DeletePaths, Start
from sfgov.model.grants import OBJECTS, USER, Answer
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import is_admin
from sfgov_checks.access.who import is_members_only
from sfgov_checks.delete.holders import in_words
from sfgov_checks.delete.stakes import Stakes
from sfgov_checks.principals import joined

Reachers = list[tuple[Bundle, Answer]]
_SHOWN = 3


@check(
    "DEL006",
    "delete-path-in-system-context",
    Severity.HIGH,
    reads=(Flow, ApexClass, ApexTrigger),
    against=(Profile, PermissionSet),
    tags=("security",),
)
def path_in_system_context(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """Who may not delete a record does not start automation that deletes it in system context.

    Flows that run in system context, triggers, and Apex of a class that is saved at API version 66 or below (or that
    says so) delete whatever they are told to, whoever the user is. From what people can start (a screen flow or a flow
    that they have access to, a Lightning controller, REST service or web service whose class they have, a record that
    they save) the calls are followed through subflows and Apex to deletes.

    For objects under `delete.never`, everybody who can start it and has no delete is named; for others, those whose
    profile or permission set has an entry for the object without delete. Objects without entries anywhere (activities,
    campaign members) have no such permission and are left out. A way that a save starts is reported only
    where something is at stake: the policy names the object, or it holds classified fields. Ways that ask for a
    permission (`$Permission`, `checkPermission`, `isDeletable`), deletes in user mode, and objects under
    `delete.automation_ok` are left out. Each delete is one finding, however many ways lead to it.

    ## Bad
    ```yaml sfgov.yml
    delete:
      never: [Invoice__c]
    ```
    ```apex classes/InvoiceController.cls
    public with sharing class InvoiceController {
        @AuraEnabled
        public static void discard(Invoice__c invoice) {
            delete invoice;
        }
    }
    ```
    ```xml classes/InvoiceController.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <classAccesses>
            <apexClass>InvoiceController</apexClass>
            <enabled>true</enabled>
        </classAccesses>
        <label>Billing</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    delete:
      never: [Invoice__c]
    ```
    ```apex classes/InvoiceController.cls
    public with sharing class InvoiceController {
        @AuraEnabled
        public static void discard(Invoice__c invoice) {
            delete as user invoice;
        }
    }
    ```
    ```xml classes/InvoiceController.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <classAccesses>
            <apexClass>InvoiceController</apexClass>
            <enabled>true</enabled>
        </classAccesses>
        <label>Billing</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Delete in user mode (`delete as user`, `AccessLevel.USER_MODE`, `runInMode` UserMode of the flow), ask for a custom
    permission before, or accept the automation under `delete.automation_ok`.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_enforce_usermode.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_distribute_context.htm
    """
    if not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked("neither Profile nor PermissionSet was retrieved, so who may not delete is unknown")
        return
    accepted = {name.casefold() for name in policy.delete.automation_ok}
    objects = [
        name for name in (*known_objects(org), *policy.delete.never) if name.casefold() not in accepted
    ]
    review = _Review(org, policy, Stakes(org, config))
    found: defaultdict[tuple[str, str, int], list[tuple[DeletePath, Reachers]]] = defaultdict(list)
    for path in DeletePaths(org, objects).all():
        reachers = review.reachers(path)
        if reachers:
            found[path.object, path.at.path, path.at.line].append((path, reachers))
    for ways in found.values():
        yield review.finding(ways)


class _Review:
    """Who can start a path and may not delete what it deletes."""

    def __init__(self, org: Org, policy: Policy, stakes: Stakes) -> None:
        self._org = org
        self._policy = policy
        self._stakes = stakes
        self._never = {name.casefold() for name in policy.delete.never}

    def reachers(self, path: DeletePath) -> Reachers:
        """The bundles that start the path and do not grant delete."""
        spoken_of = self._org.permissions.mentions_object(
            path.object
        )  # of activities and the like, no file does
        if not spoken_of or (path.start.by_record and not self._stakes.declared(path.object)):
            return []
        return [
            (bundle, answer)
            for bundle, answer in self._starters(path.start)
            if answer
            and not is_admin(bundle, self._policy)
            and not is_members_only(bundle, self._policy)
            and bundle.delete_right(path.object) is None
            and (path.object.casefold() in self._never or bundle.entries(OBJECTS, path.object))
        ]

    def _starters(self, start: Start) -> list[tuple[Bundle, Answer]]:
        """Who can start something; flows also who may run any flow."""
        permissions = self._org.permissions
        if start.by_record:
            return list(permissions.who_can_access(start.name, start.flag))
        found = dict(permissions.who_has(start.kind, start.name))
        if start.kind == "flowAccesses":
            found = dict(permissions.who_has(USER, "RunFlow")) | found
        return sorted(found.items(), key=lambda pair: pair[0].component)

    def finding(self, ways: Sequence[tuple[DeletePath, Reachers]]) -> Finding:
        """One delete: told by the way that people click, else by the first."""
        path, reachers = min(
            ways, key=lambda way: (way[0].start.by_record, len(way[0].way), way[0].start.said)
        )
        stake = self._stakes.declared(path.object)
        starts = list(
            dict.fromkeys(other.start.said for other, _ in ways if other.start.said != path.start.said)
        )
        more = f" {joined(starts)} {'does' if len(starts) == 1 else 'do'} so, too." if starts else ""
        why = f" {path.object} {stake.because}." if stake else ""
        return Finding(
            f"{in_words(bundle for bundle, _ in reachers)} may not delete {path.object}, but {path.start.said} deletes it in system context"
            f"{_through(path)}: {path.reason}.{why}{more}",
            at=path.at,
            because=[*_access(reachers, path.object), *path.evidence, *(stake.evidence if stake else ())],
            severity=Severity.HIGH if self._stakes.in_policy(path.object) else Severity.MEDIUM,
            confidence=Confidence.MEDIUM if path.start.by_record else Confidence.HIGH,
            subject=f"{path.at.element}: {path.object}",
        )


def _through(path: DeletePath) -> str:
    calls = [evidence.message.rpartition(" calls ")[2] for evidence in path.way]
    return f", through {' → '.join(calls)}" if calls else ""


def _access(reachers: Reachers, name: str) -> Iterator[Evidence]:
    """Of the first few: the line that lets them start it, and the one that does not let them delete."""
    for bundle, answer in reachers[:_SHOWN]:
        yield from answer.grants[0].evidence
        for entry in bundle.entries(OBJECTS, name)[:1]:
            yield entry.at("allowDelete").says(f"{entry.written.name} does not grant delete on {name}")
