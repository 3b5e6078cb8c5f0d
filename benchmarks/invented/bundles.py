"""An org that is all access: many large profiles and permission sets over the same objects, groups and mutes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from invented.xml import block, document, leaf, leaves

File = tuple[str, str]
FIELDS = 50
"""Of each object."""
_LINES_OF_A_FIELD = 5
_LINES_OF_AN_OBJECT = 10
_LINES_OF_ALL = FIELDS * _LINES_OF_A_FIELD + _LINES_OF_AN_OBJECT
_CLASSIFIED = 25
"""One object in so many has a classified field."""


def files(profiles: int, sets: int, lines: int, seed: int) -> Iterator[File]:
    """Profiles of about so many lines, permission sets of a twentieth, a group for every four sets, a mute for every third group."""
    random = Random(seed)
    objects = [f"Object_{number}__c" for number in range(max(lines // _LINES_OF_ALL, 1))]
    for number, name in enumerate(objects):
        yield from _object(name, classified=number % _CLASSIFIED == 0)
    for number in range(profiles):
        name = "Admin" if number == 0 else f"Team {number}"
        yield f"profiles/{name}.profile-meta.xml", _bundle("Profile", objects, random, admin=number == 0)
    few = max(len(objects) // 20, 1)
    for number in range(sets):
        some = random.sample(objects, few)
        yield f"permissionsets/Set_{number}.permissionset-meta.xml", _bundle("PermissionSet", some, random)
    for number in range(sets // 4):
        yield from _group(number, sets, random.choice(objects), random)


def _object(name: str, *, classified: bool) -> Iterator[File]:
    body = leaves(("label", name), ("sharingModel", "Private"))
    yield f"objects/{name}/{name}.object-meta.xml", document("CustomObject", body)
    if classified:
        body = leaves(("fullName", "Field_0__c"), ("securityClassification", "Restricted"), ("type", "Text"))
        yield f"objects/{name}/fields/Field_0__c.field-meta.xml", document("CustomField", body)


def _bundle(root: str, objects: list[str], random: Random, *, admin: bool = False) -> str:
    """Every second field of an object can be edited; one bundle in six can delete its records."""
    body: list[str] = []
    deletes = admin or random.randrange(6) == 0
    for name in objects:
        for field in range(FIELDS):
            body += block(
                "fieldPermissions",
                ("editable", field % 2 == 0),
                ("field", f"{name}.Field_{field}__c"),
                ("readable", random.random() < 0.5),
            )
    for name in objects:
        body += block(
            "objectPermissions",
            ("allowCreate", True),
            ("allowDelete", deletes),
            ("allowEdit", True),
            ("allowRead", True),
            ("modifyAllRecords", False),
            ("object", name),
            ("viewAllFields", False),
            ("viewAllRecords", False),
        )
    for permission in ("ApiEnabled", *(("ModifyAllData",) if admin else ())):
        body += block("userPermissions", ("enabled", True), ("name", permission))
    return document(root, body)


def _group(number: int, sets: int, muted: str, random: Random) -> Iterator[File]:
    body = [leaf("label", f"Group {number}")]
    if number % 3 == 0:
        entry = block("objectPermissions", ("allowDelete", True), ("object", muted))
        path = f"mutingpermissionsets/Mute_{number}.mutingpermissionset-meta.xml"
        yield path, document("MutingPermissionSet", entry)
        body.append(leaf("mutingPermissionSets", f"Mute_{number}"))
    members = random.sample(range(sets), min(sets, 4))
    body += [leaf("permissionSets", f"Set_{member}") for member in members]
    yield (
        f"permissionsetgroups/Group_{number}.permissionsetgroup-meta.xml",
        document("PermissionSetGroup", body),
    )
