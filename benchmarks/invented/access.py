"""Profiles of up to 150,000 lines, permission sets, groups and what they mute."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from invented.plan import LONGEST_PROFILE, PROFILES, Plan, Thing
from invented.xml import block, document, leaf, leaves

File = tuple[str, str]
_FIELD_LINES = 5
_OTHER_LINES = 10 * 400
"""What a profile has besides fields, at most."""


def files(plan: Plan) -> Iterator[File]:
    """Everything about access."""
    random = plan.random("access")
    for number in range(PROFILES):
        yield _profile(plan, number, random)
    names = [f"Set_{number}" for number in range(plan.permission_sets)]
    for name in names:
        yield _permission_set(plan, name, random)
    for number in range(max(plan.permission_sets // 4, 1)):
        yield from _group(plan, number, names, random)


def _profile(plan: Plan, number: int, random: Random) -> File:
    """The first has every field, the others a part of them."""
    share = 1.0 if number == 0 else random.uniform(0.05, 0.6)
    fields = [
        (thing, field.name) for thing in plan.objects for field in thing.fields if random.random() < share
    ]
    classes = [f"Service{n}" for n in range(plan.classes) if random.random() < share][:400]
    body = [leaf("custom", True)]
    for name in classes:
        body += block("classAccesses", ("apexClass", name), ("enabled", True))
    for thing, field in fields[: (LONGEST_PROFILE - _OTHER_LINES) // _FIELD_LINES]:
        body += _field(thing, field, random)
    for thing in plan.objects[:300]:
        body += _object(thing, random, deletes=number < 2)
    body.append(leaf("userLicense", "Salesforce"))
    for permission in ("ApiEnabled", "RunReports", *(("ModifyAllData",) if number == 0 else ())):
        body += block("userPermissions", ("enabled", True), ("name", permission))
    name = "Admin" if number == 0 else f"Team {number}"
    return f"profiles/{name}.profile-meta.xml", document("Profile", body)


def _permission_set(plan: Plan, name: str, random: Random) -> File:
    things = [random.choice(plan.objects) for _ in range(random.randint(1, 6))]
    body: list[str] = []
    for thing in dict.fromkeys(things):
        for field in thing.fields:
            body += _field(thing, field.name, random)
    body += leaves(("hasActivationRequired", False), ("label", name.replace("_", " ")))
    for thing in dict.fromkeys(things):
        body += _object(thing, random, deletes=random.randrange(12) == 0)
    return f"permissionsets/{name}.permissionset-meta.xml", document("PermissionSet", body)


def _group(plan: Plan, number: int, names: list[str], random: Random) -> Iterator[File]:
    body = [leaf("label", f"Group {number}")]
    if number % 3 == 0:
        thing = random.choice(plan.objects)
        muted = [leaf("label", f"Mute {number}"), *_object(thing, random, deletes=number % 2 == 0)]
        path = f"mutingpermissionsets/Mute_{number}.mutingpermissionset-meta.xml"
        yield path, document("MutingPermissionSet", muted)
        body.append(leaf("mutingPermissionSets", f"Mute_{number}"))
    members = random.sample(names, min(len(names), random.randint(2, 5)))
    body += leaves(*(("permissionSets", name) for name in sorted(members)), ("status", "Updated"))
    yield (
        f"permissionsetgroups/Group_{number}.permissionsetgroup-meta.xml",
        document("PermissionSetGroup", body),
    )


def _field(thing: Thing, field: str, random: Random) -> list[str]:
    editable = random.random() < 0.7
    return block(
        "fieldPermissions", ("editable", editable), ("field", f"{thing.name}.{field}"), ("readable", True)
    )


def _object(thing: Thing, random: Random, *, deletes: bool) -> list[str]:
    return block(
        "objectPermissions",
        ("allowCreate", True),
        ("allowDelete", deletes),
        ("allowEdit", True),
        ("allowRead", True),
        ("modifyAllRecords", deletes and random.randrange(8) == 0),
        ("object", thing.name),
        ("viewAllRecords", deletes),
    )
