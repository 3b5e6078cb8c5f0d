"""ACC003: permissions that nobody should hold together, brought together by a group, a persona or one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import PermissionSet, PermissionSetGroup, Profile
from sfgov.model.bundles import Persona
from sfgov.model.grants import Answer, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, Group
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.sod import read_term, unreadable
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import OUTSIDE, answers, in_numbers, is_own_admin, titled
from sfgov_checks.principals import joined

_ROLLED_UP = 10
"""More bundles that break one rule by themselves than this are one finding."""


@check(
    "ACC003",
    "toxic-permission-combination",
    Severity.HIGH,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    tags=("security", "segregation-of-duties"),
)
def toxic_permission_combination(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """Permissions that are to be kept apart do not come together in one pair of hands.

    Who enters vendors should not pay them. Such rules stand in the policy under `sod`, as two sides of which nobody
    may hold any of the one with any of the other: `obj:Vendor__c:create` (or `read`, `edit`, `delete`),
    `user:ManageUsers` for user permissions, `custom:Approve_Payment` for custom ones. Four rules hold without being
    written: managing users with handing out permission sets; View All Data with data export; View All Data with the
    API for external users; changing encryption keys or masking policies with reading encrypted fields.

    Each profile, permission set and group (after its muting set) is judged, and each persona. A group or persona is
    reported for what its parts bring together, not for what one part holds already. Administrators, who hold
    everything, are left out; ACC001 names the undeclared ones. Which profile meets which permission set in real
    users is not metadata: declare `principals.personas` to have that judged too.

    ## Bad
    ```yaml sfgov.yml
    sod:
      - {name: create-and-pay, left: ["obj:Vendor__c:create"], right: ["obj:Payment__c:create"]}
    ```
    ```xml permissionsets/Vendor_Entry.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Vendor entry</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Vendor__c</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsets/Payment_Run.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Payment run</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Payment__c</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsetgroups/Accounting.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Accounting</label>
        <permissionSets>Vendor_Entry</permissionSets>
        <permissionSets>Payment_Run</permissionSets>
    </PermissionSetGroup>
    ```

    ## Good
    ```yaml sfgov.yml
    sod:
      - {name: create-and-pay, left: ["obj:Vendor__c:create"], right: ["obj:Payment__c:create"]}
    principals:
      personas:
        Accountant: {permission_set_groups: [Accounting]}
    ```
    ```xml permissionsets/Vendor_Entry.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Vendor entry</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Vendor__c</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsets/Payment_Run.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Payment run</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Payment__c</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsetgroups/Accounting.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Accounting</label>
        <mutingPermissionSets>Accounting_Limits</mutingPermissionSets>
        <permissionSets>Vendor_Entry</permissionSets>
        <permissionSets>Payment_Run</permissionSets>
    </PermissionSetGroup>
    ```
    ```xml mutingpermissionsets/Accounting_Limits.mutingpermissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <MutingPermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Accounting limits</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <object>Vendor__c</object>
        </objectPermissions>
    </MutingPermissionSet>
    ```

    ## Fix
    Take one side away: from the file that holds both, by a muting set of the group, or by giving it to other people.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.perm_set_groups_muting.htm&type=5
    - https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element=AC-5
    """
    rules = [*_declared(config), *_RULES]
    for rule in rules:
        for term in rule.unreadable:
            yield NotChecked(f"sod rule {rule.name}: {unreadable(term)}")
    if policy.sod and not policy.principals.personas:
        yield NotChecked(
            "no personas are declared, so only what one profile, set or group holds was looked at"
        )
    for rule in rules:
        found = [one for bundle in org.permissions.bundles() for one in _toxic(org, bundle, rule, policy)]
        alone = [one for one in found if not _parts(one.bundle)]
        if len(alone) > _ROLLED_UP:
            yield _many(org, rule, alone)
            found = [one for one in found if _parts(one.bundle)]
        for one in found:
            yield _finding(one, config)


_OBJECT_FLAGS = {"create": "allowCreate", "read": "allowRead", "edit": "allowEdit", "delete": "allowDelete"}


class _Rule(msgspec.Struct, frozen=True):
    """Two sides that are to be kept apart, and what they do together."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    together: str
    """Ends the sentence: `, so its users can …`, `, which the policy keeps apart …`."""
    place: Place | None = None
    outsiders: bool = False
    """Whether it is about guests and external users only."""

    @property
    def unreadable(self) -> list[str]:
        """The terms that are none."""
        return [term for term in (*self.left, *self.right) if read_term(term) is None]


_RULES = (
    _Rule(
        "users-and-their-permissions",
        ("user:ManageUsers",),
        ("user:AssignPermissionSets",),
        "so its users can make a user and give it any permission set",
    ),
    _Rule(
        "all-data-and-export",
        ("user:ViewAllData",),
        ("user:DataExport",),
        "so its users can carry all data out of the org",
    ),
    _Rule(
        "all-data-and-api",
        ("user:ViewAllData",),
        ("user:ApiEnabled",),
        "so outsiders can read all data by program",
        outsiders=True,
    ),
    _Rule(
        "keys-and-clear-text",
        ("user:ManageEncryptionKeys", "user:ManageDataMaskPolicies"),
        ("user:ViewEncryptedData",),
        "so its users guard the data that they can read themselves",
    ),
)


def _declared(config: Config) -> Iterator[_Rule]:
    """The rules of the policy."""
    for number, rule in enumerate(config.policy.sod):
        place = Place(config.path, config.line_of("sod", str(number), "name"), "Policy:sfgov.yml", rule.name)
        yield _Rule(rule.name, rule.left, rule.right, f"which the policy keeps apart ({rule.name})", place)


class _Toxic(msgspec.Struct, frozen=True):
    """A bundle that holds both sides of a rule."""

    bundle: Bundle
    rule: _Rule
    left: tuple[Grant, ...]
    right: tuple[Grant, ...]
    certain: bool
    parts: bool
    """Whether different parts bring the sides."""


def _toxic(org: Org, bundle: Bundle, rule: _Rule, policy: Policy) -> Iterator[_Toxic]:
    """The bundle, where it holds both sides and nothing that is reported itself does."""
    if is_admin(bundle, policy) or is_own_admin(bundle, policy):
        return
    if bundle.standard and rule.place is None:
        return
    if rule.outsiders and not classes_of(bundle, policy) & OUTSIDE:
        return
    if not isinstance(bundle, Persona) and not answers(org, bundle, policy):
        return
    left, right = _side(bundle, rule.left), _side(bundle, rule.right)
    if not left.grants or not right.grants:
        return
    both = [
        part for part in _parts(bundle) if _side(part, rule.left).grants and _side(part, rule.right).grants
    ]
    if any(_is_reported(org, part, rule, policy) for part in both):
        return
    yield _Toxic(
        bundle,
        rule,
        left.grants,
        right.grants,
        bool(left) and bool(right),
        parts=not both and bool(_parts(bundle)),
    )


def _is_reported(org: Org, part: Bundle, rule: _Rule, policy: Policy) -> bool:
    return any(True for _ in _toxic(org, part, rule, policy))


def _parts(bundle: Bundle) -> tuple[Bundle, ...]:
    """What a group or persona is made of."""
    if isinstance(bundle, Persona):
        return bundle.bundles
    return bundle.granters if isinstance(bundle, Group) else ()


def _side(bundle: Bundle, terms: Sequence[str]) -> Answer:
    """What the bundle has of one side."""
    found = [answer for term in terms if (answer := _has(bundle, term)).grants]
    return next(filter(None, found), found[0] if found else Answer((), partial=False))


def _has(bundle: Bundle, text: str) -> Answer:
    term = read_term(text)
    if term is None:
        return Answer((), partial=False)
    if term.kind == "object":
        return bundle.object_access(term.name, _OBJECT_FLAGS[term.access])
    if term.kind == "user":
        return bundle.user_permission(term.name)
    return bundle.has("customPermissions", term.name)


def _finding(one: _Toxic, config: Config) -> Finding:
    alone = ": neither is toxic alone" if one.parts else ""
    evidence = (*one.left[0].evidence, *one.right[0].evidence)
    declared = _persona(one.bundle, config)
    rule = [one.rule.place.says(f"{one.rule.name} keeps them apart")] if one.rule.place else []
    return Finding(
        f"{titled(one.bundle)} combines {_what(one.left[0], one)} and {_what(one.right[0], one)}, "
        f"{one.rule.together}{alone}.",
        at=declared.place if declared else evidence[0].place,
        because=list(dict.fromkeys((*([declared] if declared else []), *evidence, *rule))),
        fix=_fix(one),
        confidence=None if one.certain else Confidence.LOW,
        subject=one.rule.name,
    )


def _persona(bundle: Bundle, config: Config) -> Evidence | None:
    """Where a persona is declared."""
    if not isinstance(bundle, Persona):
        return None
    keys = ("principals", "personas", bundle.name)
    place = Place(config.path, config.line_of(*keys), bundle.component, ".".join(keys))
    return place.says(f"{bundle.name} has {joined([part.name for part in bundle.bundles])}")


def _what(grant: Grant, one: _Toxic) -> str:
    """`create on Vendor__c (from Vendor_Entry)`."""
    words = {flag: word for word, flag in _OBJECT_FLAGS.items()}
    name = grant.entry.name
    what = f"{words.get(grant.flag, grant.flag)} on {name}" if grant.kind == "objectPermissions" else name
    return f"{what} (from {grant.granter.name})" if _parts(one.bundle) else what


def _fix(one: _Toxic) -> str:
    if isinstance(one.bundle, Group):
        return f"Mute one of the two in {one.bundle.name}, or give one of the sets to other people."
    if isinstance(one.bundle, Persona):
        return f"Give one of the two to other people than {one.bundle.name}."
    return f"Take one of the two away from {one.bundle.name}, or move it into a set for other people."


def _many(org: Org, rule: _Rule, found: Sequence[_Toxic]) -> Finding:
    """A rule that many break: the rule or the org's custom is to be looked at, not each bundle."""
    bundles = [one.bundle for one in found]
    first = found[0]
    return Finding(
        f"{in_numbers(bundles)} combine {_what(first.left[0], first)} and {_what(first.right[0], first)} or the like, "
        f"{rule.together}: {joined([bundle.name for bundle in bundles])}.",
        at=rule.place or org.visibility.whole(),
        because=[e for one in found for e in (*one.left[0].evidence, *one.right[0].evidence)],
        subject=rule.name,
    )
