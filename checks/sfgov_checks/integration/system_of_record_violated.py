"""INT003: fields of which another system is master, written by somebody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    CustomField,
    CustomObject,
    Flow,
    PermissionSet,
    PermissionSetGroup,
    Profile,
    Workflow,
)
from sfgov.model.grants import FIELDS, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle
from sfgov.model.sync.field_writes import FieldWrite, FieldWrites
from sfgov.place import Evidence, Place
from sfgov.policy import Policy, System
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import answers, in_numbers, own_grants, titled
from sfgov_checks.principals import joined

_ROLLED_UP = 5
"""More profiles and permission sets that can write an object's fields than this are one finding."""
_EVIDENCE = 10
_NOT_WRITTEN = ("summary", "autonumber")
"""Field types whose values nobody writes."""


class _Mastered(msgspec.Struct, frozen=True):
    """An object some of whose fields belong to a system, and the line of the policy that says so."""

    system: System
    object: str
    fields: tuple[str, ...]
    """Names or patterns; `*` is the whole record."""
    declared: Evidence

    @property
    def whole(self) -> bool:
        return "*" in self.fields

    def has(self, field: str) -> bool:
        """Whether a field is the system's."""
        return any(fnmatchcase(field.casefold(), pattern.casefold()) for pattern in self.fields)


@check(
    "INT003",
    "system-of-record-violated",
    Severity.HIGH,
    reads=(Flow, Workflow, ApexClass, ApexTrigger, Profile, PermissionSet, PermissionSetGroup),
    against=(CustomField, CustomObject),
    tags=("integration",),
)
def system_of_record_violated(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """Only the system that is master of a field writes it.

    Where `systems` declares a master, its next update overwrites what anybody else has written, or its own records are
    wrong from then on. High are flows, workflow updates and Apex that set such a field. Medium are profiles, permission
    sets and groups by which people or other integrations can edit it, and a principal that may not edit its own
    system's field. A field that is only off the page layout, or read-only there, can be edited all the same.

    Quiet: the system's principal and administrators; code that runs for what comes in or is fetched from outside
    (web services, platform events, staging objects, jobs that call out); formulas, roll-ups and numbers that the
    platform gives.

    ## Bad
    ```yaml sfgov.yml
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: [Credit_Limit__c]}}
    ```
    ```xml flows/Set_Limit_On_Rating.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <assignments>
            <name>Set_Limit</name>
            <label>Set Limit</label>
            <assignmentItems>
                <assignToReference>$Record.Credit_Limit__c</assignToReference>
                <operator>Assign</operator>
                <value><numberValue>50000.0</numberValue></value>
            </assignmentItems>
        </assignments>
        <label>Set Limit On Rating</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Set_Limit</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Rating</field>
                <operator>EqualTo</operator>
                <value><stringValue>Hot</stringValue></value>
            </filters>
            <object>Account</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```yaml sfgov.yml
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: [Credit_Limit__c]}}
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <fieldPermissions>
            <editable>false</editable>
            <field>Account.Credit_Limit__c</field>
            <readable>true</readable>
        </fieldPermissions>
        <label>Sales</label>
        <objectPermissions>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Account</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Make the field read-only for everybody but the system's principal, and let automation ask the system to change it.
    If Salesforce is the master after all, take the field out of `master_of`.

    ## Sources
    - https://architect.salesforce.com/decision-guides/data-integration
    - https://help.salesforce.com/s/articleView?id=sf.users_profiles_field_perms.htm&type=5
    """
    mastered = [
        _Mastered(system, name, fields, _declared(config, number, system, name))
        for number, system in enumerate(policy.systems)
        for name, fields in system.master_of.items()
    ]
    if not mastered:
        yield NotChecked("no system of record is declared under systems")
        return
    writes: dict[str, list[FieldWrite]] = defaultdict(list)
    objects = {one.object.casefold() for one in mastered}
    for write in FieldWrites(org.index, org.flows, org.apex).on(objects):
        if not write.inbound:
            writes[write.object.casefold()].append(write)
    for one in mastered:
        yield from _automation(org, one, writes[one.object.casefold()])
        yield from _people(org, policy, one)


def _declared(config: Config, number: int, system: System, name: str) -> Evidence:
    line = config.line_of("systems", str(number), "master_of", name)
    return Place(config.path, line, "Policy:sfgov.yml").says(f"{system.name} is declared master of {name}")


def _automation(org: Org, one: _Mastered, writes: Sequence[FieldWrite]) -> Iterator[Finding]:
    """One finding for each component that writes."""
    by_component: dict[str, list[FieldWrite]] = defaultdict(list)
    for write in writes:
        if one.has(write.field) and _is_written(org, one.object, write.field):
            by_component[write.at.component].append(write)
    for some in by_component.values():
        first = min(some, key=lambda write: write.at)
        names = list(dict.fromkeys(write.field for write in sorted(some, key=lambda write: write.at)))
        yield Finding(
            f"{first.by[0].upper()}{first.by[1:]} writes {_named(one, names)}, of which {one.system.name} is master.",
            at=first.at,
            because=[
                *(write.at.says(f"sets {write.field}") for write in some[:_EVIDENCE]),
                one.declared,
            ],
            confidence=None if any(write.sure for write in some) else Confidence.MEDIUM,
            subject=f"{one.system.name}: {', '.join(f'{one.object}.{name}' for name in sorted(names))}",
        )


def _people(org: Org, policy: Policy, one: _Mastered) -> Iterator[Finding]:
    """Bundles that can edit, and a principal that cannot."""
    own = [b for kind in METADATA_KINDS if (b := org.permissions.bundle(kind, one.system.principal))]
    own_parts = {granter.component for bundle in own for granter in bundle.granters}
    found: dict[str, dict[str, Grant]] = defaultdict(dict)
    bundles: dict[str, Bundle] = {}
    for field in _fields(org, one):
        for bundle, grants in _who_can_write(org, one, field):
            component = bundle.component
            own_or_admin = component in own_parts or bundle in own or is_admin(bundle, policy)
            if own_or_admin or _may_be_the_principals(bundle, policy):
                continue
            answering = own_grants(org, bundle, grants, policy) if answers(org, bundle, policy) else ()
            if answering:
                found[component].setdefault(field, answering[0])
                bundles[component] = bundle
    if len(found) > _ROLLED_UP:
        yield _many(org, one, found, [bundles[name] for name in found])
    else:
        for component, fields in found.items():
            yield _one(one, bundles[component], fields, policy)
    yield from _locked_out(org, one, own)


def _may_be_the_principals(bundle: Bundle, policy: Policy) -> bool:
    """A permission set or group of an integration: the system's own user may have it beside the principal."""
    return bundle.kind != "Profile" and "integration" in classes_of(bundle, policy)


def _fields(org: Org, one: _Mastered) -> tuple[str, ...]:
    """The mastered fields by name, those of patterns as far as the tree has them; `*` is asked of the object."""
    if one.whole:
        return ("*",)
    plain = [name for name in one.fields if "*" not in name]
    known = [f.fact.field for f in org.all(CustomField) if f.fact.object.casefold() == one.object.casefold()]
    found = dict.fromkeys([*plain, *(name for name in known if one.has(name))])
    distinct = {name.casefold(): name for name in reversed(list(found))}
    return tuple(sorted(name for name in distinct.values() if _is_written(org, one.object, name)))


def _is_written(org: Org, object_name: str, field: str) -> bool:
    written = org.get(CustomField, f"{object_name}.{field}")
    return written is None or not (written.fact.formula or written.fact.type.casefold() in _NOT_WRITTEN)


def _who_can_write(org: Org, one: _Mastered, field: str) -> Iterator[tuple[Bundle, tuple[Grant, ...]]]:
    written = org.get(CustomField, f"{one.object}.{field}")
    if field == "*" or (written and written.fact.required):  # whoever edits the record edits a required field
        answers_ = org.permissions.who_can_access(one.object, "allowEdit", *METADATA_KINDS)
    else:
        answers_ = org.permissions.who_can_access_field(f"{one.object}.{field}", "editable", *METADATA_KINDS)
    yield from ((bundle, answer.grants) for bundle, answer in answers_ if answer)


def _one(one: _Mastered, bundle: Bundle, fields: Mapping[str, Grant], policy: Policy) -> Finding:
    grants = list(fields.values())
    machine = "integration" in classes_of(bundle, policy)
    return Finding(
        f"{titled(bundle)} can edit {_named(one, list(fields))}, of which {one.system.name} is master"
        f"{', although it is the principal of another integration' if machine else ''}.",
        at=grants[0].evidence[-1].place,
        because=[*(e for grant in grants[:_EVIDENCE] for e in grant.evidence), one.declared],
        severity=Severity.MEDIUM,
        subject=f"{one.system.name}: {', '.join(f'{one.object}.{name}' for name in fields)}",
    )


def _many(
    org: Org, one: _Mastered, found: Mapping[str, Mapping[str, Grant]], bundles: Sequence[Bundle]
) -> Finding:
    names = list(dict.fromkeys(field for fields in found.values() for field in fields))
    field, parent = org.get(CustomField, f"{one.object}.{names[0]}"), org.get(CustomObject, one.object)
    place = field.at() if field else parent.at() if parent else one.declared.place
    grants = [grant for fields in found.values() for grant in fields.values()]
    return Finding(
        f"{in_numbers(bundles)} can edit {_named(one, names)}, of which {one.system.name} is master: "
        f"{joined([bundle.name for bundle in bundles])}.",
        at=place,
        because=[*(grant.says for grant in grants[:_EVIDENCE]), one.declared],
        severity=Severity.MEDIUM,
        subject=f"{one.system.name}: {', '.join(f'{one.object}.{name}' for name in names)}",
    )


def _locked_out(org: Org, one: _Mastered, own: Sequence[Bundle]) -> Iterator[Finding]:
    """Fields of which the principal's own files say that it may not edit them."""
    for field in _fields(org, one) if own and not one.whole else ():
        name = f"{one.object}.{field}"
        if any(bundle.has(FIELDS, name, "editable").grants for bundle in own):
            continue
        for bundle in own:
            denied = [e for e in bundle.entries(FIELDS, name) if "editable" in e.false_flags]
            if denied:
                yield Finding(
                    f"{titled(bundle)} may not edit {name}, of which its system {one.system.name} is master.",
                    at=denied[0].at("editable"),
                    because=[denied[0].at("editable").says(f"{field} is read-only"), one.declared],
                    fix=f"Make {name} editable for {bundle.name}, or for a permission set that its user has.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    subject=f"{one.system.name}: {name} locked",
                )


def _named(one: _Mastered, fields: Sequence[str]) -> str:
    """`Account.Credit_Limit__c`, `Credit_Limit__c and ERP_Status__c of Account`, `Account records`."""
    if list(fields) == ["*"]:
        return f"{one.object} records"
    return f"{one.object}.{fields[0]}" if len(fields) == 1 else f"{joined(fields)} of {one.object}"
