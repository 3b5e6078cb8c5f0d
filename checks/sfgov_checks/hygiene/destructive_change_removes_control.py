"""HYG001: a destructive manifest that deletes what protected something."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from sfgov import Check, Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome, option_values
from sfgov.config import Config
from sfgov.facts import ValidationRule
from sfgov.model.bundles import Mute
from sfgov.model.deletes import DeleteGuard
from sfgov.model.org import Org
from sfgov.model.permissions import Group
from sfgov.model.removal import Deployment, Removed, deployments
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.classified_field_without_mask import classified_field_without_mask
from sfgov_checks.delete.guard_bypass_holders import guard_bypass_holders
from sfgov_checks.delete.guard_cascade_bypass import guard_cascade_bypass
from sfgov_checks.delete.guard_condition_gap import guard_condition_gap
from sfgov_checks.delete.guard_is_really_a_permission import guard_is_really_a_permission
from sfgov_checks.delete.guard_missing import guard_missing
from sfgov_checks.delete.holders import Holders
from sfgov_checks.delete.merge_or_hard_delete_loophole import merge_or_hard_delete_loophole
from sfgov_checks.delete.mute_reopened_elsewhere import mute_reopened_elsewhere
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from sfgov_checks.delete.revoked_but_cascades_from_master import revoked_but_cascades_from_master
from sfgov_checks.delete.stakes import Stakes
from sfgov_checks.principals import counted, joined

_DEPENDENT: tuple[Check, ...] = (
    never_policy_violated,
    guard_cascade_bypass,
    revoked_but_cascades_from_master,
    mute_reopened_elsewhere,
    guard_is_really_a_permission,
    guard_missing,
    guard_condition_gap,
    guard_bypass_holders,
    merge_or_hard_delete_loophole,
    classified_field_without_mask,
)
"""The checks that look again at the org without what is deleted."""
_MASKS = ("DataMaskPolicy", "CustomMetadata")
_CONTROLS = {
    "TransactionSecurityPolicy": "a transaction security policy, which watches or blocks what users do",
    "FieldRestrictionRule": "a field restriction rule, which hides classified fields",
    "RestrictionRule": "a restriction rule, which hides records",
}
"""Types of which each component is a control."""
_SHOWN = 5

New = list[tuple[Check, Finding]]


@check("HYG001", "destructive-change-removes-control", Severity.CRITICAL, reads=(), tags=("security",))
def destructive_change_removes_control(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """A deployment does not delete the last thing that protects something.

    A manifest `destructiveChanges*.xml` names components to delete. The org is looked at as it will be afterwards:
    what a folder's `destructiveChanges.xml` and `destructiveChangesPre.xml` delete and its `package.xml` deploys
    again is there, what `destructiveChangesPost.xml` deletes is not. Reported is each control that goes: a delete
    guard (its flow or trigger, or the class or validation rule that it rests on) where nothing else blocks as much
    and somebody can delete the object; a muting set that takes something away from its group; masking of classified
    fields; transaction security policies and restriction rules; validation rules on objects that the policy names.
    The checks on deleting and masking then run on that org, and what they find anew is the evidence.

    ## Bad
    ```xml manifest/destructiveChangesPost.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Package xmlns="http://soap.sforce.com/2006/04/metadata">
        <types>
            <members>Block_Invoice_Delete</members>
            <name>Flow</name>
        </types>
        <version>64.0</version>
    </Package>
    ```
    ```xml flows/Block_Invoice_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Posted invoices stay.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block invoice delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Posted__c</field>
                <operator>EqualTo</operator>
                <value><booleanValue>true</booleanValue></value>
            </filters>
            <object>Invoice__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Billing</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml manifest/destructiveChangesPost.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Package xmlns="http://soap.sforce.com/2006/04/metadata">
        <types>
            <members>Block_Invoice_Delete</members>
            <name>Flow</name>
        </types>
        <version>64.0</version>
    </Package>
    ```
    ```xml flows/Block_Invoice_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Posted invoices stay.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block invoice delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Posted__c</field>
                <operator>EqualTo</operator>
                <value><booleanValue>true</booleanValue></value>
            </filters>
            <object>Invoice__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
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
    Take the component out of the manifest, or deploy what replaces it in the same deployment. Where the control is
    given up on purpose, take the permission away first, or waive the finding with the reason.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_deploy_deleting_files.htm
    """
    for deployment in deployments(org.visibility.manifests, org.index):
        after = org.without(removed.key for removed in deployment.removed)
        review = _Review(org, after, deployment, policy, config)
        yield from review.guards()
        yield from review.mutes()
        yield from review.masks()
        yield from review.others()


class _Review:
    """One deployment: the org before and after it, and what its checks find anew."""

    def __init__(
        self, before: Org, after: Org, deployment: Deployment, policy: Policy, config: Config
    ) -> None:
        self._before = before
        self._after = after
        self._removed = {(one.type, one.name.casefold()): one for one in deployment.removed}
        self._policy = policy
        self._config = config
        known = {_key(one, finding) for one, finding in self._findings(before)}
        self._new = [pair for pair in self._findings(after) if _key(*pair) not in known]

    def _findings(self, org: Org) -> Iterator[tuple[Check, Finding]]:
        context = {
            "org": org,
            "policy": self._policy,
            "config": self._config,
            "checks": _DEPENDENT,
            "problems": (),
        }
        for one in _DEPENDENT:
            settings = self._policy.checks.get(one.code) or self._policy.checks.get(one.name) or {}
            given = {key: value for key, value in settings.items() if key != "severity"}
            options = option_values(one.options, given) if one.options else None
            for outcome in one.run(**context, options=options):
                if not isinstance(outcome, NotChecked):
                    yield one, outcome

    def guards(self) -> Iterator[Finding]:
        """The delete guards that go, where somebody can then delete what they kept."""
        left = {(g.object.casefold(), g.by, g.name.casefold()) for g in self._after.deletes.guards}
        for guard in self._before.deletes.guards:
            removed = self._responsible(guard)
            gone = (guard.object.casefold(), guard.by, guard.name.casefold()) not in left
            holders = Holders.of(self._after, self._policy, guard.object)
            matters = guard.live is not False and holders and not self._after.deletes.is_replaced(guard)
            if removed and gone and matters:
                yield self._guard(guard, removed, holders)

    def _responsible(self, guard: DeleteGuard) -> Removed | None:
        """Which deleted component the guard consists of or rests on."""
        components = (evidence.place.component.split(":", 1) for evidence in guard.evidence)
        found = (self._removed.get((kind, name.casefold())) for kind, name in components)
        return next(filter(None, found), None)

    def _guard(self, guard: DeleteGuard, removed: Removed, holders: Holders) -> Finding:
        what = {
            "unconditional": "which blocks every delete",
            "identity": "which asks who the user is",
            "record": "which asks about the record",
        }[guard.kind]
        about = self._about(guard.object)
        return Finding(
            f"{_file(removed)} deletes {_named(removed)}: the delete guard {guard.name} on {guard.object}, {what}, is gone "
            f"afterwards, and {holders} can delete {guard.object}.{_more(about)}",
            at=removed.place,
            because=[*guard.evidence, *holders.evidence(), *_told(about)],
            severity=Severity.HIGH if holders.only_admins else Severity.CRITICAL,
            confidence=Confidence.HIGH if guard.live else Confidence.MEDIUM,
            subject=f"{removed.place.element}: guard of {guard.object}",
        )

    def mutes(self) -> Iterator[Finding]:
        """The muting sets that go, where their group stays and gets something back."""
        for group in self._before.permissions.groups():
            after = self._after.permissions.bundle("PermissionSetGroup", group.name)
            for mute in group.mutes if isinstance(after, Group) else ():
                removed = self._removed.get(("MutingPermissionSet", mute.name.casefold()))
                if removed is not None and isinstance(after, Group):
                    yield from self._mute(group, after, mute, removed)

    def _mute(self, before: Group, after: Group, mute: Mute, removed: Removed) -> Iterator[Finding]:
        taken = [one for one in mute.entries if one.entry.true_flags and one.granted and not one.idle]
        names = dict.fromkeys(one.entry.name for one in taken if one.entry.kind == "objectPermissions")
        deletes = [
            right
            for name in names
            if (right := after.delete_right(name)) is not None and before.delete_right(name) is None
        ]
        if not taken:
            return
        objects = joined([right.object for right in deletes]) if deletes else ""
        back = f"can delete {objects} again" if deletes else f"gets {counted(len(taken), 'permission')} back"
        about = [new for right in deletes for new in self._about(right.object)]
        yield Finding(
            f"{_file(removed)} deletes the muting set {mute.name}: afterwards {before.name} {back}.{_more(about)}",
            at=removed.place,
            because=[
                mute.at.says(f"{before.name} takes {mute.name} as its muting set"),
                *(
                    one.entry.at(one.entry.true_flags[0]).says(f"mutes {one.entry.name}")
                    for one in taken[:_SHOWN]
                ),
                *(evidence for right in deletes[:_SHOWN] for evidence in right.evidence),
                *_told(about),
            ],
            severity=Severity.CRITICAL if deletes else Severity.HIGH,
            subject=f"{removed.place.element}: {before.name}",
        )

    def masks(self) -> Iterator[Finding]:
        """What masked classified fields and goes: one finding, at the first of them."""
        masks = [one for one in self._removed.values() if one.type in _MASKS]
        bare = [pair for pair in self._new if pair[0] is classified_field_without_mask]
        if masks and bare:
            yield Finding(
                f"{_file(masks[0])} deletes {joined([_named(one) for one in masks])}: afterwards classified data is not "
                f"masked.{_more(bare)}",
                at=masks[0].place,
                because=_told(bare),
                subject=f"{masks[0].place.element}: masking",
            )

    def others(self) -> Iterator[Finding]:
        """Components that are controls by their type, and validation rules on objects that the policy names."""
        stakes = Stakes(self._before, self._config)
        for removed in self._removed.values():
            says, because = _CONTROLS.get(removed.type, ""), list[Evidence]()
            rule = (
                self._before.get(ValidationRule, removed.name) if removed.type == "ValidationRule" else None
            )
            stake = stakes.in_policy(removed.name.partition(".")[0]) if rule and rule.fact.active else None
            if rule and stake:
                says = f"a validation rule on {removed.name.partition('.')[0]}, which {stake.because}"
                because = [rule.at_element("errorConditionFormula").says("the rule"), *stake.evidence]
            if says:
                yield Finding(
                    f"{_file(removed)} deletes {removed.name}, {says}.",
                    at=removed.place,
                    because=because,
                    severity=Severity.HIGH,
                    confidence=Confidence.MEDIUM,
                    subject=f"{removed.place.element}: control",
                )

    def _about(self, name: str) -> New:
        """What is found anew and speaks of an object."""
        named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return [(one, finding) for one, finding in self._new if named.search(finding.message)]


def _key(one: Check, finding: Finding) -> tuple[str, str, str]:
    subject = finding.at.element if finding.subject is None else finding.subject
    return one.code, finding.at.component, subject


def _file(removed: Removed) -> str:
    return posixpath.basename(removed.place.path)


def _named(removed: Removed) -> str:
    return f"{removed.type} {removed.name}"


def _more(new: New) -> str:
    """`Then DEL001 and DEL008 find more.`"""
    codes = sorted({one.code for one, _ in new})
    return f" Then {joined(codes)} {'finds' if len(codes) == 1 else 'find'} more." if codes else ""


def _told(new: Sequence[tuple[Check, Finding]]) -> list[Evidence]:
    """What becomes possible: the new findings, each at its place."""
    return [finding.at.says(f"afterwards {one.code}: {finding.message}") for one, finding in new[:_SHOWN]]
