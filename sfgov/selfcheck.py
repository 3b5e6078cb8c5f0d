"""What sfgov says about its own work: files it could not read, a policy that names nothing, checks that crash."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov.check import Finding, Outcome, Ruleset, Severity, check
from sfgov.config import Config
from sfgov.facts import CustomObject, Fact, PermissionSet, PermissionSetGroup, Profile
from sfgov.gate.checks import (
    expired_waiver,
    malformed_suppression,
    stale_baseline_entry,
    unused_suppression,
    waiver_too_wide,
)
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.place import Place

__all__ = [
    "FileProblem",
    "bad_configuration_reference",
    "check_crashed",
    "expired_waiver",
    "malformed_suppression",
    "stale_baseline_entry",
    "unreadable_file",
    "unused_suppression",
    "waiver_too_wide",
]


class FileProblem(msgspec.Struct, frozen=True, order=True):
    """A file, or a part of it, that could not be understood. `component` is what it would have been."""

    path: str
    line: int
    reason: str
    component: str


@check("SFG001", "unreadable-file", Severity.HIGH, reads=(), ruleset=Ruleset.MINIMAL)
def unreadable_file(problems: Sequence[FileProblem]) -> Iterator[Outcome]:
    """Every metadata file can be read, decoded and parsed.

    What is in a file that cannot be read is not checked: a delete guard, a permission or a mask may hide there.
    The rest of the org was checked without it.

    ## Bad
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales
    </PermissionSet>
    ```

    ## Good
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
    </PermissionSet>
    ```

    ## Fix
    Repair the file at the line that is named, or retrieve it again. If it is no metadata, list it in `.forceignore`.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/file_based.htm
    """
    for problem in problems:
        yield Finding(
            f"This file could not be read whole: {problem.reason}.",
            at=Place(problem.path, max(problem.line, 1), problem.component),
            subject="file",
        )


@check("SFG002", "bad-configuration-reference", Severity.MEDIUM, reads=(), ruleset=Ruleset.MINIMAL)
def bad_configuration_reference(org: Org, config: Config) -> Iterator[Outcome]:
    """The policy file names only profiles, permission sets, groups and objects that exist.

    A rule about `Invoise__c`, or an exception for the profile `System Administrator` (whose metadata name is
    `Admin`), holds for nothing and is silently without effect. Names of managed packages, of standard objects
    and of types that were not retrieved are not judged.

    ## Bad
    ```yaml sfgov.yml
    delete:
      never: [Account]
      allow:
        permission_sets: [Data_Stewart]
    ```
    ```xml permissionsets/Data_Steward.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Data Steward</label>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    delete:
      never: [Account]
      allow:
        permission_sets: [Data_Steward]
    ```
    ```xml permissionsets/Data_Steward.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Data Steward</label>
    </PermissionSet>
    ```

    ## Fix
    Use the name that the file has in the metadata, or remove the line.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_profile.htm
    """
    for keys, kind, name in _references(config):
        if org.knowledge(kind, name) is not Knowledge.ABSENT or org.permissions.mentions_object(name):
            continue
        yield Finding(
            f"{'.'.join(keys[:-1])} names the {_WORDS[kind]} {name}, which is not in the org."
            f"{_suggestion(org, kind, name)}",
            at=Place(config.path, config.line_of(*keys), "Policy:sfgov.yml", ".".join(keys)),
        )


@check("SFG003", "check-crashed", Severity.HIGH, reads=(), ruleset=Ruleset.MINIMAL)
def check_crashed() -> Iterator[Outcome]:
    """Every check that runs comes to its end.

    A check that crashes may have missed findings, so the gate cannot pass: sfgov exits with 2. All other checks
    ran. For a check that comes with sfgov this is a bug worth reporting, with the message.

    ## Fix
    Mend the check, or leave it out with `--ignore` until it is mended.
    """
    yield from ()


_WORDS: dict[type[Fact], str] = {
    Profile: "profile",
    PermissionSet: "permission set",
    PermissionSetGroup: "permission set group",
    CustomObject: "object",
}
_BUNDLE_LISTS: tuple[tuple[str, type[Fact]], ...] = (
    ("profiles", Profile),
    ("permission_sets", PermissionSet),
    ("permission_set_groups", PermissionSetGroup),
)
_PROFILE_LABELS = {"system administrator": "Admin", "standard user": "Standard"}


def _references(config: Config) -> Iterator[tuple[tuple[str, ...], type[Fact], str]]:
    """Every name in the policy that must be a component: (key path, type, name)."""
    policy = config.policy
    for key in ("never", "cascade_ok", "automation_ok"):
        yield from _named(("delete", key), CustomObject, getattr(policy.delete, key))
    yield from _named(("delete", "conditional"), CustomObject, policy.delete.conditional)
    yield from _named(("delete", "members_only"), PermissionSet, policy.delete.members_only)
    yield from _named(("guest", "allowed_writes"), CustomObject, policy.guest.allowed_writes)
    yield from _named(("classification", "readers"), CustomObject, policy.classification.readers)
    for keys, holder in (
        (("delete", "allow"), policy.delete.allow),
        (("principals", "admin"), policy.principals.admin),
        (("principals", "integration"), policy.principals.integration),
        (("principals", "agent"), policy.principals.agent),
    ):
        for key, kind in _BUNDLE_LISTS:
            yield from _named((*keys, key), kind, getattr(holder, key))
    for persona, declared in policy.principals.personas.items():
        where = ("principals", "personas", persona)
        if declared.profile:
            yield (*where, "profile"), Profile, declared.profile
        yield from _named((*where, "permission_sets"), PermissionSet, declared.permission_sets)
        yield from _named(
            (*where, "permission_set_groups"), PermissionSetGroup, declared.permission_set_groups
        )


def _named(
    keys: tuple[str, ...], kind: type[Fact], names: Iterable[str]
) -> Iterator[tuple[tuple[str, ...], type[Fact], str]]:
    return (((*keys, name), kind, name) for name in names)


def _suggestion(org: Org, kind: type[Fact], name: str) -> str:
    if kind is Profile and name.casefold() in _PROFILE_LABELS:
        return f" The metadata name of that profile is {_PROFILE_LABELS[name.casefold()]}."
    known = {written.name.casefold(): written.name for written in org.all(kind)}
    close = difflib.get_close_matches(name.casefold(), known, n=1)
    return f" Did you mean {known[close[0]]}?" if close else ""
