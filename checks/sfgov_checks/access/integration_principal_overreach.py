"""ACC006: integrations that may do more than their work, from anywhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import PermissionSet, PermissionSetGroup, Profile
from sfgov.model.grants import MODIFY_ALL_DATA, OBJECTS, VIEW_ALL_DATA, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle
from sfgov.model.principals import classes_by_license
from sfgov.place import Evidence, Place
from sfgov.policy import Policy, System
from sfgov.whose import classes_of, is_listed_integration
from sfgov_checks.access.who import answers, in_numbers, own_grants, titled
from sfgov_checks.principals import joined

_ROLLED_UP = 5
"""More profiles without login ranges than this are one finding."""
_EVIDENCE = 5
"""How many objects' lines become evidence."""


@check(
    "ACC006",
    "integration-principal-overreach",
    Severity.HIGH,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    tags=("security", "integration", "least-privilege"),
    controls=("SBS-ACS-008", "SBS-ACS-009", "SBS-AUTH-003"),
)
def integration_principal_overreach(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """An integration can do what its system is there for, and log in from where its system stands.

    A machine's credentials lie in other systems and are used by nobody who would notice. So each of these is a finding
    about the profiles, permission sets and groups of integrations: View All Data and Modify All Data; Modify All on an
    object; for a profile, no login address ranges, or one that spans the whole internet; and, unless the user is
    limited to the API, the user interface. Where `systems` declares what the integration's system is master of, delete
    on other objects is a finding too, and so is (at medium severity) creating or editing them.

    Integrations are those that `principals.integration` lists or a system names as its principal, those with the
    permission Api Only User, and those with an integration licence. Names prove nothing. Profiles that Salesforce made
    are judged by what can be changed about them.

    ## Bad
    ```yaml sfgov.yml
    principals:
      integration: {profiles: [ERP Integration]}
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: ["*"], Product2: ["*"]}}
    ```
    ```xml profiles/ERP Integration.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <custom>true</custom>
        <loginIpRanges>
            <endAddress>203.0.113.20</endAddress>
            <startAddress>203.0.113.10</startAddress>
        </loginIpRanges>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Opportunity</object>
        </objectPermissions>
        <userLicense>Salesforce Integration</userLicense>
    </Profile>
    ```

    ## Good
    ```yaml sfgov.yml
    principals:
      integration: {profiles: [ERP Integration]}
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: ["*"], Product2: ["*"]}}
    ```
    ```xml profiles/ERP Integration.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <custom>true</custom>
        <loginIpRanges>
            <endAddress>203.0.113.20</endAddress>
            <startAddress>203.0.113.10</startAddress>
        </loginIpRanges>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Product2</object>
        </objectPermissions>
        <objectPermissions>
            <allowRead>true</allowRead>
            <object>Opportunity</object>
        </objectPermissions>
        <userLicense>Salesforce Integration</userLicense>
    </Profile>
    ```

    ## Fix
    Grant the objects that the system works with and no more, limit the profile to the system's addresses, and give the
    user the permission Api Only User.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.integration_user.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_profile.htm
    """
    found = [
        bundle
        for bundle in org.permissions.bundles(*METADATA_KINDS)
        if _is_integration(bundle, policy) and answers(org, bundle, policy)
    ]
    if not found:
        yield NotChecked("no integration is known: declare principals.integration")
    for bundle in found:
        yield from _everything(org, bundle, policy)
        if not bundle.user_permission(MODIFY_ALL_DATA):  # which brings all objects with it
            yield from _whole_objects(org, bundle, policy)
        for number, system in enumerate(policy.systems):
            if system.principal.casefold() == bundle.name.casefold():
                place = Place(config.path, config.line_of("systems", str(number), "name"), "Policy:sfgov.yml")
                yield from _foreign_objects(org, bundle, policy, system, place)
        yield from _interface(bundle)
    yield from _from_anywhere(org, [bundle for bundle in found if bundle.kind == "Profile"])


def _is_integration(bundle: Bundle, policy: Policy) -> bool:
    """By the policy; else by what the files say, but for Salesforce's own, whose users are Salesforce's as well."""
    stated = "integration" in classes_of(bundle, policy) and not bundle.standard
    return stated or is_listed_integration(bundle, policy)


def _everything(org: Org, bundle: Bundle, policy: Policy) -> Iterator[Finding]:
    """Permissions over all records."""
    for name, can in (
        (MODIFY_ALL_DATA, "read, change and delete every record"),
        (VIEW_ALL_DATA, "read every record"),
    ):
        answer = bundle.user_permission(name)
        grants = own_grants(org, bundle, answer.grants, policy)
        if grants and not bundle.standard:
            yield Finding(
                f"{titled(bundle)} is an integration's and grants {name}: whoever has its credentials can {can}.",
                at=grants[0].evidence[0].place,
                because=grants[0].evidence,
                fix=f"Take {name} away and grant the objects that the integration works with.",
                confidence=None if answer else Confidence.LOW,
                subject=name,
            )
            return


def _whole_objects(org: Org, bundle: Bundle, policy: Policy) -> Iterator[Finding]:
    """Modify All on objects, as one finding."""
    found = _granted(org, bundle, policy, ("modifyAllRecords",))
    if found:
        yield _on_objects(
            bundle,
            found,
            f"{titled(bundle)} is an integration's and can change every record of {joined(list(found))}, whatever "
            "sharing says (modifyAllRecords).",
            subject="modifyAllRecords",
        )


def _foreign_objects(
    org: Org, bundle: Bundle, policy: Policy, system: System, place: Place
) -> Iterator[Finding]:
    """Delete, and then create and edit, on objects that the system is not master of."""
    own = {name.casefold() for name in system.master_of}
    master = joined(list(system.master_of)) if system.master_of else "nothing"
    says = f"{system.name} is declared master only of {master}"
    deleted: Mapping[str, Grant] = {}
    for flags, can, severity, subject in (
        (("modifyAllRecords", "allowDelete"), "delete", Severity.HIGH, "delete"),
        (("allowCreate", "allowEdit"), "create or edit", Severity.MEDIUM, "write"),
    ):
        granted = _granted(org, bundle, policy, flags)
        found = {name: g for name, g in granted.items() if name.casefold() not in own and name not in deleted}
        if found:
            yield _on_objects(
                bundle,
                found,
                f"{titled(bundle)} can {can} {joined(list(found))}, but {says}.",
                subject=subject,
                severity=severity,
                declared=place.says(says),
            )
        deleted = deleted or found


def _on_objects(
    bundle: Bundle,
    found: Mapping[str, Grant],
    message: str,
    *,
    subject: str,
    severity: Severity = Severity.HIGH,
    declared: Evidence | None = None,
) -> Finding:
    grants = list(found.values())
    return Finding(
        message,
        at=grants[0].evidence[0].place,
        because=[
            *(evidence for grant in grants[:_EVIDENCE] for evidence in grant.evidence),
            *([declared] if declared else []),
        ],
        fix=f"Take it away from {bundle.name}"
        + (", or declare under systems what else the system is master of." if declared else "."),
        severity=severity,
        confidence=None if any(grant.certain for grant in grants) else Confidence.LOW,
        subject=f"{subject}: {', '.join(found)}",
    )


def _granted(org: Org, bundle: Bundle, policy: Policy, flags: Sequence[str]) -> Mapping[str, Grant]:
    """The objects on which one of these flags is true, by name, each with the first that is."""
    names = {
        permission.object.casefold(): permission.object
        for granter in bundle.granters
        for file in granter.files
        for permission in file.written.fact.objects
    }
    found: dict[str, Grant] = {}
    for name in sorted(names.values()):
        for flag in flags:
            grants = own_grants(org, bundle, bundle.grants(OBJECTS, name, flag), policy)
            if grants:
                found.setdefault(name, grants[0])
    return found


def _interface(bundle: Bundle) -> Iterator[Finding]:
    """A profile whose users can use the user interface."""
    lightning = bundle.user_permission("LightningExperienceUser")
    limited = bundle.user_permission("ApiUserOnly") or "integration" in classes_by_license(
        bundle.user_license
    )
    if bundle.kind == "Profile" and lightning and not limited and not bundle.standard:
        yield Finding(
            f"{titled(bundle)} is an integration's, and its users can also log in to the user interface.",
            at=lightning.grants[0].place,
            because=lightning.grants[0].evidence,
            fix=f"Give {bundle.name} the permission ApiUserOnly (Api Only User).",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            subject="user interface",
        )


class _Open(msgspec.Struct, frozen=True):
    """A profile that can be used from anywhere: where it says so, and how."""

    bundle: Bundle
    evidence: Evidence


def _from_anywhere(org: Org, profiles: Sequence[Bundle]) -> Iterator[Finding]:
    """Profiles without login ranges, or with one that keeps nobody out; of many, one finding."""
    found = [one for bundle in profiles for one in _open(bundle)]
    if len(found) > _ROLLED_UP:
        bundles = [one.bundle for one in found]
        yield _anywhere(
            f"{in_numbers(bundles)} of integrations can be used from any address: "
            f"{joined([bundle.name for bundle in bundles])}.",
            org.visibility.whole(),
            found,
        )
        return
    for one in found:
        yield _anywhere(
            f"{titled(one.bundle)} is an integration's and can be used from any address: it has "
            f"{one.evidence.message}.",
            one.evidence.place,
            [one],
        )


def _anywhere(message: str, at: Place, found: Sequence[_Open]) -> Finding:
    return Finding(
        message,
        at=at,
        because=[one.evidence for one in found],
        fix="Add loginIpRanges with the addresses of the system that logs in.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        subject="loginIpRanges",
    )


def _open(bundle: Bundle) -> Iterator[_Open]:
    ranges = [
        (written, one)
        for written in bundle.written
        if isinstance(written.fact, Profile)
        for one in written.fact.login_ip_ranges
    ]
    if not ranges:
        yield _Open(bundle, bundle.written[0].at().says("no loginIpRanges"))
    for written, (start, end, line) in ranges:
        if _spans_the_internet(start, end):
            yield _Open(bundle, written.at(line, "loginIpRanges").says(f"the range {start} to {end}"))
            return


def _spans_the_internet(start: str, end: str) -> bool:
    """Whether a range covers half of all addresses or more."""
    try:
        first, last = ipaddress.ip_address(start), ipaddress.ip_address(end)
    except ValueError:
        return False
    half = 1 << (first.max_prefixlen - 1)
    return int(last) - int(first) + 1 >= half
