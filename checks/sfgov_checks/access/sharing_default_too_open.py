"""ACC008: objects with classified fields whose records are shared with everybody by default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, CustomObject, CustomSite, Profile, SharingRules
from sfgov.model.classification import SensitiveField
from sfgov.model.org import Org
from sfgov.model.sharing import Element, Sharing, SharingDefault
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.access.classified import classified_objects, named, why_nothing_is_classified
from sfgov_checks.access.who import OUTSIDE
from sfgov_checks.principals import joined

_INTERNAL = {
    "readwrite": "every employee can read and change every record",
    "readwritetransfer": "every employee can read, change and hand over every record",
    "fullaccess": "every employee can read, change and delete every record",
}
_EXTERNAL = {
    "read": "every external user can read every record",
    "readselect": "every external user can read every record",
    "readwrite": "every external user can read and change every record",
    "readwritetransfer": "every external user can read, change and hand over every record",
    "fullaccess": "every external user can read, change and delete every record",
}
_ROLLED_UP = 10
"""More objects with too open a default than this are one finding."""


@check(
    "ACC008",
    "sharing-default-too-open",
    Severity.HIGH,
    reads=(CustomObject, SharingRules),
    against=(CustomField, Profile, CustomSite),
    tags=("security", "privacy", "sharing"),
    controls=("SBS-CPORTAL-002",),
)
def sharing_default_too_open(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Records with classified fields are shared on purpose, not by default.

    The organisation-wide default says who sees an object's records before any rule or role does. On an object with
    fields that are classified as sensitive, an external default other than Private (`externalSharingModel`) opens
    every record to every customer and partner who logs in; it is of medium severity where nothing in the tree shows
    external users or sites. An internal default that lets every employee change records (`sharingModel` Public
    Read/Write or wider) is of medium severity. A sharing rule for guest users on such an object shows its records to
    the whole internet.

    Field permissions still apply on top of sharing. "Controlled by parent" is followed to the parent, as far as that is
    in the tree. An object without a stated default is left alone.

    ## Bad
    ```xml objects/Applicant__c/Applicant__c.object-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <externalSharingModel>Read</externalSharingModel>
        <label>Applicant</label>
        <sharingModel>Read</sharingModel>
    </CustomObject>
    ```
    ```xml objects/Applicant__c/fields/Passport__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Passport__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>Passport</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```xml objects/Applicant__c/Applicant__c.object-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <externalSharingModel>Private</externalSharingModel>
        <label>Applicant</label>
        <sharingModel>Private</sharingModel>
    </CustomObject>
    ```
    ```xml objects/Applicant__c/fields/Passport__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Passport__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>Passport</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Applicant__c.yml
    object: Applicant__c
    run_on_refresh: true
    fields:
      Passport__c: {category: replaceRandom}
    ```

    ## Fix
    Set the default to Private and share what the work needs by role, team or sharing rule. Show guests records of an
    object of its own that holds nothing classified.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.security_owd_external.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/customobject.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_sharingrules.htm
    """
    objects = classified_objects(org, policy)
    if not objects:
        yield NotChecked(why_nothing_is_classified(org))
        return
    severity = Severity.HIGH if _has_outsiders(org) else Severity.MEDIUM
    sharing = Sharing(org.index)
    elements: tuple[tuple[Element, Severity], ...] = (
        ("externalSharingModel", severity),
        ("sharingModel", Severity.MEDIUM),
    )
    for element, how_bad in elements:
        open_ = [
            default
            for name, fields in objects.items()
            if (default := _too_open(sharing, name, fields, element))
        ]
        if len(open_) > _ROLLED_UP:
            yield _many(org, open_, how_bad)
        else:
            yield from (_finding(default, how_bad) for default in open_)
    for name, fields in objects.items():
        yield from _guest_rules(org, sharing, name, fields)


def _has_outsiders(org: Org) -> bool:
    """Whether anything shows that people from outside log in or visit."""
    sites = any(map(org.retrieved, ("CustomSite", "Network", "DigitalExperienceBundle")))
    return sites or any(bundle.stated_classes & OUTSIDE for bundle in org.permissions.bundles("Profile"))


class _Open(msgspec.Struct, frozen=True):
    """A default that opens an object with classified fields to everybody."""

    default: SharingDefault
    fields: tuple[SensitiveField, ...]
    opens: str


def _too_open(
    sharing: Sharing, name: str, fields: tuple[SensitiveField, ...], element: Element
) -> _Open | None:
    default = sharing.default(name, element)
    wide = _EXTERNAL if element == "externalSharingModel" else _INTERNAL
    opens = wide.get(default.model.casefold(), "") if default else ""
    return _Open(default, fields, opens) if default and opens else None


def _finding(one: _Open, severity: Severity) -> Finding:
    default = one.default
    follows = (
        f" follows {default.stated.name}, whose default is {default.model}"
        if len(default.chain) > 1
        else f" has the default {default.model}"
    )
    return Finding(
        f"{default.object}, which holds {named(one.fields)},{follows} ({default.element}): {one.opens}.",
        at=default.evidence[0].place,
        because=[*default.evidence, *_classified(one.fields)],
        severity=severity,
        subject=default.element,
    )


def _many(org: Org, found: Sequence[_Open], severity: Severity) -> Finding:
    """The custom of the org rather than one object's default."""
    element = found[0].default.element
    return Finding(
        f"{len(found)} objects with classified fields are open to everybody by their {element}: "
        f"{joined([one.default.object for one in found])}.",
        at=org.visibility.whole(),
        because=[one.default.evidence[0].place.says(f"{one.default.object}: {one.opens}") for one in found],
        severity=severity,
        subject=element,
    )


def _guest_rules(
    org: Org, sharing: Sharing, name: str, fields: tuple[SensitiveField, ...]
) -> Iterator[Finding]:
    for rule, at in sharing.guest_rules(name):
        shown = _shown_to_guests(org, fields)
        yield Finding(
            f"Sharing rule {rule} shows records of {name}, which holds {named(fields)}, to guest users.",
            at=at,
            because=[at.says(f"{rule} shares {name} with guests"), *shown, *_classified(fields)],
            fix="Take the classified fields out of the guest profile, or show guests records of an object that "
            "holds nothing classified, and delete the rule.",
            confidence=None if shown else Confidence.MEDIUM,
        )


def _shown_to_guests(org: Org, fields: tuple[SensitiveField, ...]) -> list[Evidence]:
    """The lines that show one of the fields to guests."""
    return [
        evidence
        for bundle in org.permissions.bundles("Profile")
        if "guest" in bundle.stated_classes
        for field in fields
        for grant in org.permissions.field_access(bundle, field.name, "readable").grants[:1]
        for evidence in grant.evidence
    ]


def _classified(fields: tuple[SensitiveField, ...]) -> list[Evidence]:
    return [evidence for field in fields[:2] for evidence in field.evidence()]
