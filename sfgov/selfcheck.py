"""What sfgov says about its own work: files it could not read, a policy that names nothing, checks that crash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov.check import Finding, Outcome, Ruleset, Severity, check
from sfgov.config import Config
from sfgov.gate.checks import (
    expired_waiver,
    malformed_suppression,
    stale_baseline_entry,
    unused_suppression,
    waiver_too_wide,
)
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.policy_names import faults

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
def bad_configuration_reference(
    org: Org, config: Config, problems: Sequence[FileProblem]
) -> Iterator[Outcome]:
    """The policy file names only what exists: profiles, permission sets, groups, objects, fields, permissions, agents.

    A rule about `Invoise__c`, or an exception for the profile `System Administrator` (whose metadata name is
    `Admin`), holds for nothing and is silently without effect. So does a term under `sod` that is none of
    `obj:Vendor__c:create` (or `read`, `edit`, `delete`), `user:ManageUsers` and `custom:Approve`. Names of managed
    packages, of standard objects and fields and of types that were not retrieved are not judged. Where a name might
    be that of a bundle of a type that was not retrieved, or of a user permission that no file grants, it is reported
    with low confidence, and only if it looks like a misspelt one. A file of declarations (`retention`, `backup`,
    `masking.templates`, `masking.exports`) that the policy names must be there, too.

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
    unread = [problem.component.partition(":")[0] for problem in problems]
    for fault in faults(org, config, unread):
        yield Finding(
            fault.says,
            at=Place(config.path, config.line_of(*fault.keys), "Policy:sfgov.yml", fault.element),
            confidence=fault.confidence,
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
