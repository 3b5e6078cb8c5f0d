"""Who can read and edit, held against a second, plain reckoning of every combination that changes the answer."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest

from sfgov.config import load_config
from sfgov.engine import link
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.record_access import Verb, access_picture, known_fields
from sfgov.parse.pool import parse_files
from sfgov.project import open_project
from sfgov.testing import write_files
from tests.access_orgs import Files, as_mdapi, custom_object, field, permission_set, profile, tag, user, xml

OBJECT, PIN = "Bill__c", "Pin__c"
FLAGS = (
    "allowCreate",
    "allowRead",
    "allowEdit",
    "allowDelete",
    "viewAllRecords",
    "modifyAllRecords",
    "viewAllFields",
)
FIELD_FLAGS = ("readable", "editable")
USERS = ("ViewAllData", "ModifyAllData", "ViewAllFieldsGlobal")
EVERYTHING = frozenset((*FLAGS, *FIELD_FLAGS, *USERS))
NEEDS = {
    "allowCreate": {"allowRead"},
    "allowEdit": {"allowRead"},
    "allowDelete": {"allowRead", "allowEdit"},
    "viewAllRecords": {"allowRead"},
    "modifyAllRecords": {"allowRead", "allowEdit", "allowDelete", "viewAllRecords"},
    "viewAllFields": {"allowRead"},
    "editable": {"readable"},
}
"""What Salesforce's documentation says that each permission takes."""

GRANTS = {
    "Nothing": set[str](),
    "Sees": {"allowRead"},
    "Edits": {"allowRead", "allowEdit"},
    "Sees_Pin": {"allowRead", "readable"},
    "Edits_Pin": {"allowRead", "allowEdit", "readable", "editable"},
    "Sees_Edits_Pin": {"allowRead", "readable", "editable"},
    "Pin_Only": {"readable", "editable"},
    "Fields": {"allowRead", "viewAllFields"},
    "Whole": {"allowRead", "viewAllRecords"},
    "Rules": {"allowRead", "allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords"},
    "Sees_Data": {"ViewAllData", "readable"},
    "Rules_Data": {"ModifyAllData", "editable", "readable"},
    "Sees_Fields": {"ViewAllFieldsGlobal"},
}
MUTES = {
    "Mute_Read": {"allowRead"},
    "Mute_Edit": {"allowEdit"},
    "Mute_Pin": {"readable"},
    "Mute_Pin_Edit": {"editable"},
    "Mute_Fields": {"viewAllFields"},
    "Mute_Whole": {"viewAllRecords"},
    "Mute_Data": {"ViewAllData", "ModifyAllData"},
    "Mute_All": set(EVERYTHING),
}
FALSE_MUTE = "Mute_False"
"""A muting set in which everything is false: it takes nothing away."""
GONE_MUTE, GONE_SET, GONE_PROFILE = "Gone_Mute", "Gone_Set", "Gone_Profile"


# -- the plain reckoning: what holds in the worst and in the best of the worlds that the files allow


def muted(granted: Iterable[str], mutes: Iterable[str]) -> set[str]:
    gone = set(mutes)
    return {one for one in granted if not gone & {one, *NEEDS.get(one, ())}}


def can(verb: Verb, held: set[str], *, with_field: bool) -> bool:
    everywhere = {"read": {"ViewAllData", "ModifyAllData"}, "edit": {"ModifyAllData"}}[verb]
    here = {"read": set(FLAGS), "edit": {"allowEdit", "allowDelete", "modifyAllRecords"}}[verb]
    fields = {"read": {*FIELD_FLAGS, "viewAllFields", "ViewAllFieldsGlobal"}, "edit": {"editable"}}[verb]
    return bool(held & (everywhere | here)) and (not with_field or bool(held & fields))


class Unit:
    """What a bundle certainly has, and what it may have at most."""

    def __init__(self, worst: Iterable[str], best: Iterable[str]) -> None:
        self.worst, self.best = set(worst), set(best)

    def __or__(self, other: Unit) -> Unit:
        return Unit(self.worst | other.worst, self.best | other.best)

    def answer(self, verb: Verb, *, with_field: bool) -> str:
        if can(verb, self.worst, with_field=with_field):
            return "yes"
        return "perhaps" if can(verb, self.best, with_field=with_field) else "no"


def of_group(sets: Iterable[str], mutes: Iterable[str]) -> Unit:
    sets, mutes = set(sets), set(mutes)
    granted = set[str]().union(*(GRANTS[name] for name in sets if name in GRANTS))
    taken = set[str]().union(*(MUTES[name] for name in mutes if name in MUTES))
    worst = muted(granted, EVERYTHING if GONE_MUTE in mutes else taken)
    return Unit(worst, muted(EVERYTHING if GONE_SET in sets else granted, taken))


# -- the same org as files


def blocks(granted: Iterable[str], *, false: bool = False) -> list[str]:
    granted = set(granted)
    value = "false" if false else "true"
    flags = "".join(tag(flag, value) for flag in FLAGS if flag in granted)
    marks = "".join(tag(flag, value) for flag in FIELD_FLAGS if flag in granted)
    found = [f"<objectPermissions>{flags}{tag('object', OBJECT)}</objectPermissions>"] if flags else []
    found += (
        [f"<fieldPermissions>{marks}{tag('field', f'{OBJECT}.{PIN}')}</fieldPermissions>"] if marks else []
    )
    return found + [user(name, value) for name in USERS if name in granted]


def group_file(name: str, sets: Iterable[str], mutes: Iterable[str]) -> Files:
    lines = [tag("permissionSets", one) for one in sets] + [tag("mutingPermissionSets", one) for one in mutes]
    return {f"permissionsetgroups/{name}.permissionsetgroup-meta.xml": xml("PermissionSetGroup", *lines)}


def muting_file(name: str, *lines: str) -> Files:
    return {f"mutingpermissionsets/{name}.mutingpermissionset-meta.xml": xml("MutingPermissionSet", *lines)}


Declared = tuple[tuple[str, ...], tuple[str, ...]]
"""The sets and the muting sets of a group."""


def groups() -> dict[str, Declared]:
    """Every set under every mute; two sets; sets and mutes that are not here."""
    all_mutes = ("", *MUTES, FALSE_MUTE, GONE_MUTE)
    found: dict[str, Declared] = {
        f"G_{name}_{mute}": ((name,), (mute,) if mute else ()) for name, mute in product(GRANTS, all_mutes)
    }
    found |= {f"T_{mute}": (("Sees", "Pin_Only", "Fields"), (mute,) if mute else ()) for mute in all_mutes}
    found |= {f"P_{mute}": (("Edits", GONE_SET), (mute,) if mute else ()) for mute in all_mutes}
    return found


def files() -> Files:
    found = custom_object(OBJECT, tag("sharingModel", "Private")) | field(f"{OBJECT}.{PIN}")
    found |= field(f"{OBJECT}.Sum__c", tag("formula", "1"), type_="Number")
    found |= field(f"{OBJECT}.Must__c", tag("required", "true"))
    for name, granted in GRANTS.items():
        found |= profile(name, *blocks(granted)) | permission_set(name, *blocks(granted))
    for name, taken in MUTES.items():
        found |= muting_file(name, *blocks(taken))
    found |= muting_file(FALSE_MUTE, *blocks(EVERYTHING, false=True))
    for name, (sets, mutes) in groups().items():
        found |= group_file(name, sets, mutes)
    return found | {
        "sfgov.yml": f"principals:\n  personas:\n{''.join(map(persona_line, personas().items()))}"
    }


Persona = tuple[str, tuple[str, ...], tuple[str, ...]]


def personas() -> dict[str, Persona]:
    """Every profile beside every set; beside muted and doubtful groups; parts that are not here."""
    found: dict[str, Persona] = {
        f"{one}-{other}": (one, (other,), ()) for one, other in product(GRANTS, GRANTS)
    }
    some = (
        "G_Edits_Pin_Mute_All",
        "G_Edits_Pin_Mute_Edit",
        "G_Sees_Pin_Gone_Mute",
        "P_",
        "P_Mute_All",
        "T_Mute_Pin",
    )
    found |= {f"{one}-{group}": (one, (), (group,)) for one, group in product(GRANTS, some)}
    found |= {f"{one}-gone": (GONE_PROFILE, (one,), ()) for one in GRANTS}
    found |= {f"{one}-gone-set": (one, (GONE_SET,), ()) for one in GRANTS}
    return found | {"nobody": ("", (), ())}


def persona_line(item: tuple[str, Persona]) -> str:
    name, (base, sets, group_names) = item
    parts = [f"profile: {base}"] if base else []
    parts += [f"permission_sets: [{', '.join(sets)}]", f"permission_set_groups: [{', '.join(group_names)}]"]
    return f"    {name}: {{{', '.join(parts)}}}\n"


def of_persona(declared: Persona) -> Unit:
    base, sets, group_names = declared
    unit = Unit((), ())
    for name in (base, *sets):
        if name in GRANTS:
            unit |= Unit(GRANTS[name], GRANTS[name])
        elif name:
            unit |= Unit((), EVERYTHING)
    for name in group_names:
        unit |= of_group(*groups()[name])
    return unit


def expected() -> dict[str, Unit]:
    found = {
        f"{kind}:{name}": Unit(g, g) for kind in ("Profile", "PermissionSet") for name, g in GRANTS.items()
    }
    found |= {f"PermissionSetGroup:{name}": of_group(*declared) for name, declared in groups().items()}
    return found | {f"Persona:{name}": of_persona(declared) for name, declared in personas().items()}


def opened(folder: Path, content: Files) -> Org:
    write_files(folder, content)
    config = load_config(folder / "sfgov.yml", root=folder) if "sfgov.yml" in content else load_config(None)
    project = open_project([folder])
    written = [
        Written(fact, source.path, source.package)
        for source, parsed in parse_files(project.files, project.reader, jobs=1)
        for fact in parsed.facts
    ]
    return link(project, written, config, datetime.date(2026, 1, 1))


@pytest.fixture(scope="module", params=["source", "mdapi"])
def org(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Org:
    content = files()
    return opened(tmp_path_factory.mktemp("org"), as_mdapi(content) if request.param == "mdapi" else content)


def said(org: Org, verb: Verb, field_name: str = "") -> dict[str, str]:
    """What the picture says of each bundle."""
    picture = access_picture(org, verb, OBJECT, field_name)
    found = {bundle.component: "no" for bundle in org.permissions.bundles()}
    found |= {bundle.component: "perhaps" for bundle in picture.not_known}
    assert not {one.bundle for one in picture.holders} & set(picture.not_known)
    return found | {one.bundle.component: "perhaps" if one.doubt else "yes" for one in picture.holders}


@pytest.mark.parametrize("verb", ["read", "edit"])
@pytest.mark.parametrize("field_name", ["", PIN])
def test_every_combination(org: Org, verb: Verb, field_name: str) -> None:
    answers = {name: unit.answer(verb, with_field=bool(field_name)) for name, unit in expected().items()}
    assert said(org, verb, field_name) == answers
    assert set(answers.values()) == {"yes", "perhaps", "no"}


def test_a_formula_is_edited_by_nobody_and_a_required_field_by_whoever_edits_the_object(org: Org) -> None:
    assert set(said(org, "edit", "Sum__c").values()) == {"no"}
    assert said(org, "edit", "Must__c") == said(org, "edit")
    assert said(org, "read", "Must__c") == said(org, "read")


def test_the_evidence_names_the_lines_of_field_and_object_through_the_group(org: Org) -> None:
    picture = access_picture(org, "read", OBJECT, PIN)
    [found] = [one for one in picture.holders if one.bundle.component == "PermissionSetGroup:T_Mute_Fields"]
    assert [evidence.message for evidence in found.evidence] == [
        "T_Mute_Fields includes Pin_Only",
        "Pin_Only grants readable on Bill__c.Pin__c",
        "T_Mute_Fields includes Sees",
        "Sees grants allowRead on Bill__c",
    ]


@pytest.mark.parametrize(
    ("bundle", "verb", "through", "whole"),
    [
        ("PermissionSet:Sees", "read", "allowRead", False),
        ("PermissionSet:Rules", "read", "viewAllRecords", True),
        ("PermissionSet:Rules", "edit", "modifyAllRecords", True),
        ("PermissionSet:Rules_Data", "edit", "enabled", True),
        ("PermissionSet:Edits", "edit", "allowEdit", False),
        ("Persona:Sees-Whole", "read", "viewAllRecords", True),
        ("PermissionSetGroup:G_Rules_Mute_Whole", "read", "allowRead", False),
        ("PermissionSetGroup:G_Rules_Mute_Data", "read", "viewAllRecords", True),
    ],
)
def test_the_widest_permission_counts(
    org: Org, bundle: str, verb: Verb, through: str, *, whole: bool
) -> None:
    [found] = [one for one in access_picture(org, verb, OBJECT).holders if one.bundle.component == bundle]
    assert (found.on_object.flag, found.whole) == (through, whole)


def test_profiles_that_say_nothing(tmp_path: Path) -> None:
    org = opened(
        tmp_path,
        field("Bill__c.Pin__c")
        | profile("Reads", *blocks({"allowRead"}))
        | profile("Denies", *blocks({"allowRead", "readable"}, false=True))
        | profile("Denies_Pin", *blocks({"allowRead"}), *blocks({"readable"}, false=True))
        | profile("Silent")
        | permission_set("Silent"),
    )
    of_object, of_field = access_picture(org, "read", OBJECT), access_picture(org, "read", OBJECT, PIN)
    assert [bundle.component for bundle in of_object.silent] == ["Profile:Silent"]
    assert [bundle.component for bundle in of_field.silent] == ["Profile:Reads", "Profile:Silent"]


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("Rate__mdt", "customMetadataTypeAccesses"),
        ("Switches__c", "customSettingAccesses"),
    ],
)
def test_settings_have_switches_of_their_own(tmp_path: Path, name: str, block: str) -> None:
    org = opened(
        tmp_path,
        custom_object("Switches__c", tag("customSettingsType", "List"))
        | permission_set("Reads", f"<{block}><enabled>true</enabled><name>{name}</name></{block}>")
        | permission_set("Builds", user("CustomizeApplication"))
        | permission_set("Data", user("ModifyAllData")),
    )
    readers = access_picture(org, "read", name.lower())
    assert [one.bundle.name for one in readers.holders] == ["Builds", "Reads"]
    assert (readers.has_object_permissions, readers.shared, readers.silent) == (False, False, ())
    assert [one.bundle.name for one in access_picture(org, "edit", name).holders] == ["Builds"]


def test_known_fields(tmp_path: Path) -> None:
    org = opened(
        tmp_path,
        field("Bill__c.Pin__c")
        | field("Billing__c.Other__c")
        | permission_set(
            "P",
            *blocks({"readable"}),
            "<fieldPermissions><field>bill__c.Late__c</field><readable>false</readable></fieldPermissions>",
        ),
    )
    found = known_fields(org, "BILL__c")
    assert {"Pin__c", "Late__c", "Name", "OwnerId", "CreatedDate"} <= set(found)
    assert "Other__c" not in found
    assert list(found) == sorted(found, key=str.casefold)
    assert "Email" in known_fields(org, "Contact")
