"""INT004: records that a second delivery would create a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.config import Config
from sfgov.facts import ApexClass, CustomField, CustomObject, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS
from sfgov.model.sync.inbound import Arrival, arrivals
from sfgov.model.sync.keys import Keys, Upsert, is_unique, may_be_key, sounds_like_key
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import answers, in_numbers
from sfgov_checks.principals import joined

_ENOUGH = 3
"""So many custom fields of a standard object must be in the tree before a missing one is missed."""
_NO_KEYS = ("email", "phone", "checkbox")
"""Types of external Ids that are marked so in order to be searched."""


@check(
    "INT004",
    "integration-key-missing-or-unsafe",
    Severity.MEDIUM,
    reads=(CustomField,),
    against=(ApexClass, CustomObject, Profile, PermissionSet, PermissionSetGroup),
    tags=("integration",),
)
def integration_key_missing_or_unsafe(org: Org, policy: Policy, config: Config) -> Iterator[Finding]:
    """Records that other systems write have a unique external Id, and are upserted by it.

    A delivery that is repeated, or that crosses another one, creates a second record where nothing says that it is the
    same. Told are objects of which `systems` declares a master and that have no external Id; external Ids that are not
    unique; fields that are named as another system's key and are neither; keys of such objects that people can edit;
    and services that upsert without naming a key.

    The confidence is high where Apex upserts by the key or a system is declared for its object; low where an external
    Id is not named as another system's, since the mark is also used to make a field searchable. What is of low
    confidence is of low severity, too.

    Quiet: objects with another unique external Id, unless Apex upserts by the one that is not; auto-numbers, e-mail
    addresses, managed packages' fields, custom metadata, standard objects of which few fields were retrieved.

    ## Bad
    ```xml objects/Order__c/fields/ERP_Id__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>ERP_Id__c</fullName>
        <externalId>true</externalId>
        <label>ERP Id</label>
        <length>40</length>
        <type>Text</type>
        <unique>false</unique>
    </CustomField>
    ```

    ## Good
    ```xml objects/Order__c/fields/ERP_Id__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>ERP_Id__c</fullName>
        <externalId>true</externalId>
        <label>ERP Id</label>
        <length>40</length>
        <type>Text</type>
        <unique>true</unique>
    </CustomField>
    ```

    ## Fix
    Give the object one text field that is External ID and unique, make it read-only for people, and upsert by it.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/langCon_apex_dml_examples_upsert.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/customfield.htm
    """
    keys = Keys(org.index, org.apex)
    declared = {
        name.casefold(): (system.name, Place(
            config.path, config.line_of("systems", str(number), "master_of", name), "Policy:sfgov.yml"
        ).says(f"{system.name} is declared master of {name}"))
        for number, system in enumerate(policy.systems)
        for name, fields in system.master_of.items()
        if fields
    }  # fmt: skip
    coming = {one.object.casefold(): one for one in arrivals(org.apex, org.flows)}
    upserts = list(keys.upserts())
    used = {(one.object.casefold(), one.field.casefold()): one for one in upserts if one.field}
    for name in sorted({*keys.by_object, *declared, *coming}):
        if name.endswith(("__mdt", "__e", "__x", "__b")):
            continue
        yield from _not_unique(org, keys.by_object[name], used, declared.get(name))
        if not keys.by_object[name]:
            yield from _named_like_keys(org, keys.fields[name], declared.get(name), coming.get(name))
    for name, (system, evidence) in declared.items():
        yield from _without_key(org, keys, name, system, evidence)
        for field in keys.by_object[name]:
            yield from _editable(org, policy, field, system, evidence)
    yield from _without_naming(org, upserts, declared, keys)


Declared = tuple[str, Evidence]


def _not_unique(
    org: Org,
    fields: Sequence[Written[CustomField]],
    used: Mapping[tuple[str, str], Upsert],
    declared: Declared | None,
) -> Iterator[Finding]:
    has_unique = any(is_unique(field.fact) for field in fields)
    for field in fields:
        fact = field.fact
        upsert = used.get((fact.object.casefold(), fact.field.casefold()))
        if is_unique(fact) or org.index.managed(field.name) or fact.type.casefold() in _NO_KEYS:
            continue
        if has_unique and not upsert:
            continue
        if not (upsert or declared or sounds_like_key(fact.field) or may_be_key(fact.field)):
            continue
        says = f", although {upsert.method.name} upserts by it" if upsert else ""
        sure = Confidence.HIGH if upsert or declared else Confidence.MEDIUM
        yield Finding(
            f"{field.name} is an external Id and not unique{says}: a repeated delivery can create a second record.",
            at=field.at_element("unique") if "unique" in fact.lines else field.at_element("externalId"),
            because=[
                *([upsert.at.says(f"upserts by {fact.field}")] if upsert else []),
                *([declared[1]] if declared else []),
            ],
            severity=None if upsert or declared or sounds_like_key(fact.field) else Severity.LOW,
            confidence=sure if upsert or declared or sounds_like_key(fact.field) else Confidence.LOW,
            subject="unique",
        )


def _named_like_keys(
    org: Org,
    fields: Sequence[Written[CustomField]],
    declared: Declared | None,
    coming: Arrival | None,
) -> Iterator[Finding]:
    """Fields that sound like keys, of objects that get records from outside and have no external Id."""
    for field in fields if declared or coming else ():
        fact = field.fact
        plain = not (fact.unique or fact.formula or org.index.managed(field.name))
        if plain and sounds_like_key(fact.field) and fact.type.casefold() in ("text", "number", ""):
            yield Finding(
                f"{field.name} is named as the key of another system, and is neither External ID nor unique.",
                at=field.at(),
                because=[declared[1]] if declared else list(coming.evidence) if coming else [],
                severity=None if declared else Severity.LOW,
                confidence=Confidence.MEDIUM if declared else Confidence.LOW,
                subject="unique",
            )


def _without_key(org: Org, keys: Keys, name: str, system: str, evidence: Evidence) -> Iterator[Finding]:
    written = org.get(CustomObject, name)
    fields = keys.fields[name]
    own = name.endswith("__c") and written is not None
    if keys.by_object[name] or not (own or len(fields) >= _ENOUGH):
        return
    if any(sounds_like_key(field.fact.field) for field in fields):
        return  # told about the field
    title = written.name if written else fields[0].fact.object
    yield Finding(
        f"{title} is synchronised with {system} and has no external Id: replays create duplicates.",
        at=written.at() if written else evidence.place,
        because=[evidence],
        confidence=None if own else Confidence.MEDIUM,
        subject=f"{title} key",
    )


def _editable(
    org: Org, policy: Policy, field: Written[CustomField], system: str, evidence: Evidence
) -> Iterator[Finding]:
    """People who can change the key, where the policy does not call it the system's anyway."""
    name = field.name
    if any(_masters(policy, field.fact)):
        return  # INT003 says who can write the system's fields
    people = [
        (bundle, answer)
        for bundle, answer in org.permissions.who_can_access_field(name, "editable", *METADATA_KINDS)
        if answer and answers(org, bundle, policy) and not is_admin(bundle, policy)
        and "integration" not in classes_of(bundle, policy)
    ]  # fmt: skip
    if people:
        yield Finding(
            f"{in_numbers([bundle for bundle, _ in people])} can edit {name}, the key by which {system} finds its records: "
            f"{joined([bundle.name for bundle, _ in people])}.",
            at=field.at(),
            because=[*(answer.grants[0].says for _, answer in people[:10]), evidence],
            fix=f"Make {name} read-only for everybody but the integration.",
            subject="editable",
        )


def _masters(policy: Policy, field: CustomField) -> Iterator[bool]:
    for system in policy.systems:
        for name, fields in system.master_of.items():
            if name.casefold() == field.object.casefold():
                yield any(one in ("*", field.field) for one in fields)


def _without_naming(
    org: Org, upserts: Sequence[Upsert], declared: Mapping[str, Declared], keys: Keys
) -> Iterator[Finding]:
    """Upserts by the records' own Ids of what comes in, although there is a key, or has to be one."""
    services: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals(org.apex, org.flows):
        services[arrival.object.casefold()].append(arrival)
    for upsert in upserts:
        if upsert.field and upsert.field.casefold() != "id":
            continue
        name = upsert.object.casefold()
        found = next((a for a in services[name] if a.evidence[-1].place == upsert.at), None)
        if found and (name in declared or keys.by_object[name]):
            yield Finding(
                f"{upsert.method.name} upserts {upsert.object} records without naming a key: records that come in without "
                "their Id are created, each time.",
                at=upsert.at,
                because=[*found.evidence, *([declared[name][1]] if name in declared else [])],
                severity=None if name in declared else Severity.LOW,
                confidence=Confidence.MEDIUM if name in declared else Confidence.LOW,
                subject=f"{upsert.method.name} {upsert.object}",
            )
