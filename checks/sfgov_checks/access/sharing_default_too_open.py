"""ACC008: objects with classified fields whose records are shared with everybody by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, CustomObject, CustomSite, Profile, SharingRules
from sfgov.model.classification import SensitiveField
from sfgov.model.index import Written
from sfgov.model.org import Org
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
_BY_PARENT = "controlledbyparent"
_STANDARD_PARENTS = {"contact": "Account"}
_ROLLED_UP = 10
"""More objects with too open a default than this are one finding."""
_LEVELS = 5
"""How far "controlled by parent" is followed."""


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
    parents = _parents(org)
    for element, how_bad in (("externalSharingModel", severity), ("sharingModel", Severity.MEDIUM)):
        open_ = [
            default
            for name, fields in objects.items()
            if (default := _too_open(org, parents, name, fields, element))
        ]
        if len(open_) > _ROLLED_UP:
            yield _many(org, open_, how_bad)
        else:
            yield from (_finding(default, how_bad) for default in open_)
    for name, fields in objects.items():
        yield from _guest_rules(org, name, fields)


def _has_outsiders(org: Org) -> bool:
    """Whether anything shows that people from outside log in or visit."""
    sites = any(map(org.retrieved, ("CustomSite", "Network", "DigitalExperienceBundle")))
    return sites or any(bundle.stated_classes & OUTSIDE for bundle in org.permissions.bundles("Profile"))


class _Default(msgspec.Struct, frozen=True):
    """A default that opens an object, and the objects by which it comes to it."""

    object: str
    fields: tuple[SensitiveField, ...]
    element: str
    chain: tuple[Written[CustomObject], ...]
    """The object itself, then the parents that it follows; the last states the default."""
    opens: str

    @property
    def stated(self) -> Written[CustomObject]:
        return self.chain[-1]

    @property
    def model(self) -> str:
        return _model(self.stated.fact, self.element)


def _too_open(
    org: Org, parents: Mapping[str, str], name: str, fields: tuple[SensitiveField, ...], element: str
) -> _Default | None:
    wide = _EXTERNAL if element == "externalSharingModel" else _INTERNAL
    chain: list[Written[CustomObject]] = []
    follow: str | None = name
    while follow and len(chain) < _LEVELS:
        written = next((w for w in org.parts(CustomObject, follow) if _model(w.fact, element)), None)
        if written is None:
            return None
        chain.append(written)
        model = _model(written.fact, element).casefold()
        if model in wide:
            return _Default(name, fields, element, tuple(chain), wide[model])
        follow = parents.get(follow.casefold()) if model == _BY_PARENT else None
    return None


def _model(fact: CustomObject, element: str) -> str:
    return fact.external_sharing_model if element == "externalSharingModel" else fact.sharing_model


def _parents(org: Org) -> dict[str, str]:
    """Per object (in lower case) the one by which access to it is controlled: the standard one, or its first master."""
    found = dict(_STANDARD_PARENTS)
    for field in org.all(CustomField):
        if field.fact.type.casefold() == "masterdetail":
            for parent in field.fact.reference_to[:1]:
                found.setdefault(field.fact.object.casefold(), parent)
    return found


def _finding(default: _Default, severity: Severity) -> Finding:
    first = default.chain[0]
    follows = (
        f" follows {default.stated.name}, whose default is {default.model}"
        if len(default.chain) > 1
        else f" has the default {default.model}"
    )
    return Finding(
        f"{default.object}, which holds {named(default.fields)},{follows} ({default.element}): {default.opens}.",
        at=first.at_element(default.element),
        because=[
            *(
                written.at_element(default.element).says(
                    f"{default.element} of {written.name} is {_model(written.fact, default.element)}"
                )
                for written in default.chain
            ),
            *_classified(default.fields),
        ],
        severity=severity,
        subject=default.element,
    )


def _many(org: Org, found: Sequence[_Default], severity: Severity) -> Finding:
    """The custom of the org rather than one object's default."""
    element = found[0].element
    return Finding(
        f"{len(found)} objects with classified fields are open to everybody by their {element}: "
        f"{joined([default.object for default in found])}.",
        at=org.visibility.whole(),
        because=[
            default.chain[0].at_element(element).says(f"{default.object}: {default.opens}")
            for default in found
        ],
        severity=severity,
        subject=element,
    )


def _guest_rules(org: Org, name: str, fields: tuple[SensitiveField, ...]) -> Iterator[Finding]:
    for written in org.parts(SharingRules, name):
        for rule in written.fact.rules:
            if rule.kind == "sharingGuestRules":
                at = written.at(rule.line, f"sharingGuestRules[{rule.name}]")
                shown = _shown_to_guests(org, fields)
                yield Finding(
                    f"Sharing rule {rule.name} shows records of {name}, which holds {named(fields)}, to guest users.",
                    at=at,
                    because=[at.says(f"{rule.name} shares {name} with guests"), *shown, *_classified(fields)],
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
