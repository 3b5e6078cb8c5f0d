"""HYG002: names of components that do not exist, or will not after the next deployment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.model.org import Org
from sfgov.model.references import Reference, in_workflow_actions, references
from sfgov.model.references.removed import Leftover, leftovers
from sfgov.model.references.trust import Census, Trust
from sfgov_checks.principals import counted

_MOST_SHOWN = 10
_CONFIDENCE = {Trust.FULL: Confidence.HIGH, Trust.SOME: Confidence.MEDIUM, Trust.LITTLE: Confidence.LOW}


@check("HYG002", "dangling-or-destroyed-reference", Severity.HIGH, reads=())
def dangling_or_destroyed_reference(org: Org) -> Iterator[Outcome]:
    """What a component refers to by name exists, also after what the next deployment deletes.

    Looked at are the members of permission set groups, lookups, value sets and formulas of fields, validation and
    workflow rules, sharing and matching rules, list views, lead conversion, event channels, triggers, custom metadata
    records, named credentials, callouts by them, and what profiles and permission sets give access to. Where such a
    name leads nowhere, a deployment fails or the line does nothing. What the destructive manifests of the tree delete
    counts as gone, and then flows and Apex are looked at as well.

    Medium where only profiles and permission sets name it. What is in another repository is no fault, so the confidence
    is high only for what a manifest deletes or says was retrieved, and low where little else of the type is there.

    Quiet: standard components, managed packages, types that were not retrieved or that `.forceignore` hides, objects
    and types of which much is missing, fields of standard objects of which few were retrieved. References in flows to
    what is not there are FLW008's.

    ## Bad
    ```xml permissionsetgroups/Sales.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <permissionSets>Sales_Cor</permissionSets>
        <permissionSets>Quotes</permissionSets>
        <status>Updated</status>
    </PermissionSetGroup>
    ```
    ```xml permissionsets/Sales_Core.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales Core</label>
    </PermissionSet>
    ```
    ```xml permissionsets/Quotes.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Quotes</label>
    </PermissionSet>
    ```

    ## Good
    ```xml permissionsetgroups/Sales.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <permissionSets>Sales_Core</permissionSets>
        <permissionSets>sbqq__SteelBrickCPQUser</permissionSets>
        <status>Updated</status>
    </PermissionSetGroup>
    ```
    ```xml permissionsets/Sales_Core.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales Core</label>
    </PermissionSet>
    ```

    ## Fix
    Correct the name, retrieve what is missing, or delete the line together with what it names.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_deploy_deleting_files.htm
    """
    census = Census(org.index, org.visibility)
    found: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in references(org.index, org.apex, census.is_absent):
        found[reference.key].append(reference)
    for some in found.values():
        trust = census.trust(some[0].type, some[0].name)
        if trust is not Trust.NONE:
            yield _dangling(some, _CONFIDENCE[trust])
    for reference in in_workflow_actions(org.index):
        yield _dangling([reference], Confidence.MEDIUM)
    for leftover in leftovers(org.index, org.apex, org.flows, org.visibility.manifests):
        yield _destroyed(leftover)


def _dangling(some: Sequence[Reference], confidence: Confidence) -> Finding:
    first = some[0]
    return _finding(
        some,
        f"{_subject(first)} {first.does} {first.name}, which is not in the tree{_others(some)}.",
        confidence,
    )


def _destroyed(leftover: Leftover) -> Finding:
    some, first = leftover.references, leftover.references[0]
    finding = _finding(
        some,
        f"{_subject(first)} {first.does} {first.name}, which {leftover.at.path.rpartition('/')[2]} deletes{_others(some)}.",
        Confidence.HIGH,
    )
    told = leftover.at.says(f"{leftover.at.path.rpartition('/')[2]} deletes {first.name}")
    return Finding(
        finding.message,
        finding.at,
        [*finding.because, told],
        "Take the reference out in the same deployment, or do not delete what is still used.",
        finding.severity,
        finding.confidence,
        finding.subject,
    )


def _finding(some: Sequence[Reference], message: str, confidence: Confidence) -> Finding:
    return Finding(
        message,
        at=some[0].at,
        because=[one.at.says(f"{one.does} {one.name}") for one in some[:_MOST_SHOWN]],
        severity=None if any(one.essential for one in some) else Severity.MEDIUM,
        confidence=confidence,
        subject=f"{some[0].type}:{some[0].name}",
    )


def _subject(reference: Reference) -> str:
    """`PermissionSetGroup Sales`, as the subject of a sentence."""
    return reference.at.component.replace(":", " ", 1)


def _others(some: Sequence[Reference]) -> str:
    others = {one.at.component for one in some} - {some[0].at.component}
    if not others:
        return ""
    return f"; {counted(len(others), 'other component')} name{'s' if len(others) == 1 else ''} it too"
