from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sfgov.model.grants import Held
from sfgov.model.index import Index, Written
from sfgov.model.permissions import Bundle, Group, Kind, Permissions, PersonaDeclaration
from sfgov.parse.pool import parse_files
from sfgov.place import Evidence
from sfgov.project import open_project
from sfgov.testing import write_files

Files = dict[str, str]
Open = Callable[..., Permissions]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def open_(files: Files, *personas: PersonaDeclaration) -> Permissions:
        write_files(tmp_path, files)
        project = open_project([tmp_path])
        parsed = [(s, p) for s, p in parse_files(project.files, project.reader, jobs=1)]
        assert [(s.path, p.problems) for s, p in parsed if p.problems] == []
        written = [Written(fact, s.path, s.package) for s, p in parsed for fact in p.facts]
        return Permissions(Index(written, project.names), personas)

    return open_


def xml(root: str, *blocks: str) -> str:
    """One block a line, from line 2 on: places stay easy to read in assertions."""
    body = "\n".join(blocks)
    return f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">\n{body}\n</{root}>\n'


def on(name: str, *true: str, false: str = "") -> str:
    flags = [f"<{flag}>true</{flag}>" for flag in true] + [
        f"<{flag}>false</{flag}>" for flag in false.split()
    ]
    return f"<objectPermissions>{''.join(flags)}<object>{name}</object></objectPermissions>"


def user(name: str, enabled: str = "true") -> str:
    return f"<userPermissions><enabled>{enabled}</enabled><name>{name}</name></userPermissions>"


def field(name: str, *, readable: str = "true", editable: str = "true") -> str:
    return (
        f"<fieldPermissions><editable>{editable}</editable><field>{name}</field>"
        f"<readable>{readable}</readable></fieldPermissions>"
    )


def class_access(name: str, enabled: str = "true") -> str:
    return f"<classAccesses><apexClass>{name}</apexClass><enabled>{enabled}</enabled></classAccesses>"


def includes(*names: str) -> str:
    return "\n".join(f"<permissionSets>{name}</permissionSets>" for name in names)


def mutes(*names: str) -> str:
    return "\n".join(f"<mutingPermissionSets>{name}</mutingPermissionSets>" for name in names)


def profile(name: str, *blocks: str) -> Files:
    return {f"profiles/{name}.profile-meta.xml": xml("Profile", *blocks)}


def permission_set(name: str, *blocks: str) -> Files:
    return {f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", *blocks)}


def group(name: str, *lines: str) -> Files:
    return {f"permissionsetgroups/{name}.permissionsetgroup-meta.xml": xml("PermissionSetGroup", *lines)}


def muting_set(name: str, *blocks: str) -> Files:
    return {f"mutingpermissionsets/{name}.mutingpermissionset-meta.xml": xml("MutingPermissionSet", *blocks)}


def said(evidence: tuple[Evidence, ...]) -> list[str]:
    return [f"{e.place.path}:{e.place.line} {e.place.element}: {e.message}" for e in evidence]


def get(permissions: Permissions, kind: Kind, name: str) -> Bundle:
    bundle = permissions.bundle(kind, name)
    assert bundle is not None
    return bundle


def deleters(permissions: Permissions, name: str, *kinds: Kind) -> list[str]:
    return [f"{b.component} {right.via}" for b, right in permissions.who_can_delete(name, *kinds)]


# -- what single bundles grant


def test_a_profile_grants_what_its_file_says(opened: Open) -> None:
    permissions = opened(profile("Sales", on("Case", "allowRead", "allowDelete")))
    [(bundle, right)] = permissions.who_can_delete("Case")
    assert (bundle.component, right.via, right.certain) == ("Profile:Sales", "allowDelete", True)
    assert right.scope == "records the sharing model gives full access to"
    assert said(right.evidence) == [
        "profiles/Sales.profile-meta.xml:2 objectPermissions[Case].allowDelete: Sales grants allowDelete on Case"
    ]
    assert [place.path for place in bundle.places] == ["profiles/Sales.profile-meta.xml"]


@pytest.mark.parametrize(
    ("blocks", "via", "scope"),
    [
        ([on("Case", "allowDelete")], "allowDelete", "records the sharing model gives full access to"),
        ([on("Case", "modifyAllRecords")], "modifyAllRecords", "all records"),
        ([on("Case", "allowDelete", "modifyAllRecords")], "modifyAllRecords", "all records"),
        ([user("ModifyAllData")], "ModifyAllData", "all records"),
        ([on("Case", "allowDelete"), user("ModifyAllData")], "ModifyAllData", "all records"),
    ],
)
def test_three_ways_to_delete_the_widest_first(opened: Open, blocks: list[str], via: str, scope: str) -> None:
    [(_, right)] = opened(permission_set("P", *blocks)).who_can_delete("Case")
    assert (right.via, right.scope) == (via, scope)


@pytest.mark.parametrize(
    "block",
    [
        on("Case", "allowEdit", "viewAllRecords", false="allowDelete modifyAllRecords"),
        on("Case", "allowEdit"),
        on("Contact", "allowDelete"),
        user("ModifyAllData", "false"),
        user("ViewAllData"),
    ],
)
def test_what_does_not_give_delete(opened: Open, block: str) -> None:
    assert opened(permission_set("P", block)).who_can_delete("Case") == ()


def test_names_compare_without_case_and_are_shown_as_written(opened: Open) -> None:
    permissions = opened(
        permission_set("Case_Delete", on("Invoice__c", "allowDelete")) | group("G", includes("CASE_delete"))
    )
    assert deleters(permissions, "invoice__C") == [
        "PermissionSet:Case_Delete allowDelete",
        "PermissionSetGroup:G allowDelete",
    ]
    [grant] = get(permissions, "PermissionSetGroup", "g").grants(
        "objectPermissions", "INVOICE__C", "allowDelete"
    )
    assert (grant.place.element, grant.granter.component) == (
        "objectPermissions[Invoice__c].allowDelete",
        "PermissionSet:Case_Delete",
    )


def test_profile_names_are_decoded(opened: Open) -> None:
    permissions = opened(profile("People %26 Culture", on("Case", "allowDelete")))
    assert deleters(permissions, "Case") == ["Profile:People & Culture allowDelete"]


def test_bundles_come_in_a_stable_order(opened: Open) -> None:
    permissions = opened(
        group("Zed", includes("b_set"))
        | permission_set("b_set", on("Case", "allowDelete"))
        | permission_set("A_Set", on("Case", "allowDelete"))
        | profile("standard", on("Case", "allowDelete"))
        | profile("Admin", user("ModifyAllData")),
        PersonaDeclaration("Rep", "Admin"),
        PersonaDeclaration("clerk", "standard"),
    )
    assert [b.component for b in permissions.bundles()] == [
        "Profile:Admin",
        "Profile:standard",
        "PermissionSet:A_Set",
        "PermissionSet:b_set",
        "PermissionSetGroup:Zed",
        "Persona:clerk",
        "Persona:Rep",
    ]
    assert [b.name for b in permissions.bundles("PermissionSetGroup", "Profile")] == [
        "Admin",
        "standard",
        "Zed",
    ]
    assert deleters(permissions, "Case") == [
        "Profile:Admin ModifyAllData",
        "Profile:standard allowDelete",
        "PermissionSet:A_Set allowDelete",
        "PermissionSet:b_set allowDelete",
        "PermissionSetGroup:Zed allowDelete",
    ]
    assert deleters(permissions, "Case", "Persona") == [
        "Persona:clerk allowDelete",
        "Persona:Rep ModifyAllData",
    ]


def test_modify_all_data_covers_objects_that_no_file_names(opened: Open) -> None:
    permissions = opened(profile("Admin", user("ModifyAllData")))
    assert deleters(permissions, "Never_Seen__c") == ["Profile:Admin ModifyAllData"]
    assert not permissions.mentions_object("Never_Seen__c")


def test_an_entry_that_grants_nothing_still_mentions_the_object(opened: Open) -> None:
    permissions = opened(profile("Sales", on("Case", false="allowDelete")))
    assert permissions.mentions_object("CASE")
    [entry] = get(permissions, "Profile", "Sales").entries("objectPermissions", "Case")
    assert (entry.false_flags, entry.true_flags) == (("allowDelete",), ())


def test_duplicate_entries_of_one_object_add_up(opened: Open) -> None:
    permissions = opened(
        profile(
            "Sales",
            on("Case", "allowRead", false="allowDelete"),
            on("case", "allowDelete", false="allowRead"),
        )
    )
    [(bundle, right)] = permissions.who_can_delete("Case")
    assert right.evidence[0].place.line == 3
    assert len(bundle.entries("objectPermissions", "Case")) == 2


def test_a_decomposed_set_is_one_bundle(opened: Open) -> None:
    folder = "permissionsets/Case_Delete"
    permissions = opened(
        {
            f"{folder}/Case_Delete.permissionset-meta.xml": xml(
                "PermissionSet", "<license>Salesforce</license>"
            ),
            f"{folder}/objectSettings/Case.objectSettings-meta.xml": xml(
                "PermissionSet", on("Case", "allowDelete")
            ),
            f"{folder}/objectSettings/Task.objectSettings-meta.xml": xml(
                "PermissionSet", on("Task", "allowRead")
            ),
            f"{folder}/Case_Delete.userPermission-meta.xml": xml("PermissionSet", user("RunFlow")),
        }
        | group("G", includes("Case_Delete"))
    )
    bundle = get(permissions, "PermissionSet", "Case_Delete")
    assert [b.component for b in permissions.bundles()] == [
        "PermissionSet:Case_Delete",
        "PermissionSetGroup:G",
    ]
    assert [w.path.removeprefix(folder) for w in bundle.written] == [
        "/Case_Delete.permissionset-meta.xml",
        "/Case_Delete.userPermission-meta.xml",
        "/objectSettings/Case.objectSettings-meta.xml",
        "/objectSettings/Task.objectSettings-meta.xml",
    ]
    assert bundle.user_license == "Salesforce"
    assert bundle.user_permission("RunFlow").held is Held.YES
    [_, (_, right)] = permissions.who_can_delete("Case")
    assert said(right.evidence) == [
        "permissionsetgroups/G.permissionsetgroup-meta.xml:2 permissionSets[Case_Delete]: G includes Case_Delete",
        (
            f"{folder}/objectSettings/Case.objectSettings-meta.xml:2 objectPermissions[Case].allowDelete: "
            "Case_Delete grants allowDelete on Case"
        ),
    ]


def test_a_set_decomposed_by_the_first_preset(opened: Open) -> None:
    flags = "<allowDelete>true</allowDelete>\n<object>Case</object>"
    permissions = opened(
        {
            "permissionsets/P/objectPermissions/Case.objectPermission-meta.xml": xml(
                "ObjectPermission", *flags.split("\n")
            )
        }
    )
    assert deleters(permissions, "Case") == ["PermissionSet:P allowDelete"]


# -- groups and muting: true mutes


def case_group(
    *muting_blocks: str, member: str = on("Case", "allowRead", "allowEdit", "allowDelete")
) -> Files:
    return (
        permission_set("Case_Delete", member)
        | group("G", includes("Case_Delete"), mutes("M"))
        | muting_set("M", *muting_blocks)
    )


def group_of(permissions: Permissions, name: str = "G") -> Group:
    found = permissions.bundle("PermissionSetGroup", name)
    assert isinstance(found, Group)
    return found


def test_a_group_adds_its_sets_up_and_says_through_which(opened: Open) -> None:
    permissions = opened(
        permission_set("Read", on("Case", "allowRead"))
        | permission_set("Remove", on("Case", "allowDelete"))
        | group("G", includes("Read", "Remove"))
    )
    answer = get(permissions, "PermissionSetGroup", "G").object_access("Case", "allowDelete")
    assert answer.held is Held.YES
    [grant] = answer.grants
    assert said(grant.evidence) == [
        "permissionsetgroups/G.permissionsetgroup-meta.xml:3 permissionSets[Remove]: G includes Remove",
        "permissionsets/Remove.permissionset-meta.xml:2 objectPermissions[Case].allowDelete: Remove grants allowDelete on Case",
    ]


def test_true_mutes(opened: Open) -> None:
    permissions = opened(case_group(on("Case", "allowDelete")))
    assert deleters(permissions, "Case") == ["PermissionSet:Case_Delete allowDelete"]
    g = group_of(permissions)
    assert g.delete_right("Case") is None
    assert g.object_access("Case", "allowDelete").held is Held.NO
    assert g.object_access("Case", "allowEdit").held is Held.YES
    assert [(p.path, p.line) for p in g.muted_by("objectPermissions", "Case", "allowDelete")] == [
        ("mutingpermissionsets/M.mutingpermissionset-meta.xml", 2)
    ]


def test_false_mutes_nothing(opened: Open) -> None:
    permissions = opened(case_group(on("Case", false="allowRead allowEdit allowDelete")))
    assert deleters(permissions, "Case") == [
        "PermissionSet:Case_Delete allowDelete",
        "PermissionSetGroup:G allowDelete",
    ]


@pytest.mark.parametrize("muted", ["allowDelete", "allowEdit", "allowRead"])
def test_delete_goes_with_what_it_rests_on(opened: Open, muted: str) -> None:
    assert group_of(opened(case_group(on("Case", muted)))).delete_right("Case") is None


@pytest.mark.parametrize("muted", ["allowCreate", "viewAllRecords", "modifyAllRecords", "viewAllFields"])
def test_delete_does_not_rest_on_these(opened: Open, muted: str) -> None:
    assert group_of(opened(case_group(on("Case", muted)))).delete_right("Case") is not None


@pytest.mark.parametrize(
    "muted", ["allowRead", "allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords"]
)
def test_modify_all_goes_with_what_it_rests_on(opened: Open, muted: str) -> None:
    member = on("Case", "allowRead", "allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords")
    g = group_of(opened(case_group(on("Case", muted), member=member)))
    assert g.grants("objectPermissions", "Case", "modifyAllRecords") == ()


def test_muting_modify_all_leaves_plain_delete(opened: Open) -> None:
    member = on("Case", "allowRead", "allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords")
    right = group_of(opened(case_group(on("Case", "modifyAllRecords"), member=member))).delete_right("Case")
    assert right is not None
    assert (right.via, right.scope) == ("allowDelete", "records the sharing model gives full access to")


def test_muting_an_object_does_not_stop_modify_all_data(opened: Open) -> None:
    permissions = opened(case_group(on("Case", "allowDelete"), member=user("ModifyAllData")))
    right = group_of(permissions).delete_right("Case")
    assert right is not None
    assert right.via == "ModifyAllData"


def test_muting_modify_all_data(opened: Open) -> None:
    permissions = opened(case_group(user("ModifyAllData"), member=user("ModifyAllData")))
    assert group_of(permissions).delete_right("Case") is None
    assert group_of(permissions).classes == {"human"}
    assert get(permissions, "PermissionSet", "Case_Delete").classes == {"admin"}


def test_fields_users_and_classes_are_muted_alike(opened: Open) -> None:
    permissions = opened(
        permission_set("P", field("Case.Origin"), field("Case.Reason"), user("RunFlow"), class_access("Svc"))
        | group("G", includes("P"), mutes("M"))
        | muting_set(
            "M",
            field("Case.Origin", readable="false", editable="true"),
            field("Case.Reason", readable="true", editable="false"),
            user("RunFlow"),
            class_access("Svc"),
        )
    )
    g = group_of(permissions)
    assert bool(g.has("fieldPermissions", "Case.Origin", "readable"))
    assert not g.has("fieldPermissions", "Case.Origin", "editable")
    assert not g.has("fieldPermissions", "Case.Reason", "readable")
    assert not g.has("fieldPermissions", "Case.Reason", "editable")
    assert not g.user_permission("RunFlow")
    assert not g.has("classAccesses", "Svc")


def test_a_mute_reaches_no_other_group(opened: Open) -> None:
    permissions = opened(case_group(on("Case", "allowDelete")) | group("Other", includes("Case_Delete")))
    assert deleters(permissions, "Case", "PermissionSetGroup") == ["PermissionSetGroup:Other allowDelete"]


def test_the_same_set_named_twice_counts_once(opened: Open) -> None:
    permissions = opened(
        permission_set("P", on("Case", "allowDelete"))
        | group("G", includes("P", "p"), mutes("M", "m"))
        | muting_set("M")
    )
    g = group_of(permissions)
    assert [
        grant.through[0].place.line for grant in g.grants("objectPermissions", "Case", "allowDelete")
    ] == [2]
    assert [mute.name for mute in g.mutes] == ["M"]


@pytest.mark.parametrize("missing", ["SBQQ__CPQUser", "force__Standard", "Not_Here"])
def test_a_group_with_members_that_are_not_in_the_tree_is_partial(opened: Open, missing: str) -> None:
    permissions = opened(permission_set("P", on("Case", "allowDelete")) | group("G", includes("P", missing)))
    g = group_of(permissions)
    assert g.partial == (missing,)
    assert g.object_access("Case", "allowDelete").held is Held.YES
    assert g.object_access("Contact", "allowDelete").held is Held.UNKNOWN
    assert g.delete_right("Contact") is None


def test_what_is_muted_cannot_come_from_an_unknown_member(opened: Open) -> None:
    permissions = opened(
        permission_set("P")
        | group("G", includes("P", "ns__P"), mutes("M"))
        | muting_set("M", user("RunFlow"))
    )
    assert group_of(permissions).user_permission("RunFlow").held is Held.NO
    assert group_of(permissions).user_permission("ApiEnabled").held is Held.UNKNOWN


def test_a_muting_set_that_is_not_in_the_tree_makes_rights_uncertain(opened: Open) -> None:
    permissions = opened(
        permission_set("P", on("Case", "allowDelete")) | group("G", includes("P"), mutes("Gone"))
    )
    g = group_of(permissions)
    right = g.delete_right("Case")
    assert right is not None
    assert (right.certain, g.partial, g.unknown_mutes) == (False, ("Gone",), ("Gone",))
    assert g.object_access("Case", "allowDelete").held is Held.UNKNOWN
    assert g.object_access("Contact", "allowDelete").held is Held.NO


# -- what a group's muting sets do


def test_entries_of_a_mute_beside_what_the_group_grants(opened: Open) -> None:
    permissions = opened(
        case_group(
            on("Case", false="allowDelete"),
            on("Contact", false="allowDelete"),
            on("Account", "allowDelete"),
            user("RunFlow", "false"),
            member=on("Case", "allowRead", "allowDelete") + user("RunFlow"),
        )
    )
    [mute] = group_of(permissions).mutes
    assert (mute.component, mute.at.line, mute.at.element) == (
        "MutingPermissionSet:M",
        3,
        "mutingPermissionSets[M]",
    )
    seen = {one.entry.name: (one.mutes_nothing, [g.flag for g in one.left], one.idle) for one in mute.entries}
    assert seen == {
        "Case": (True, ["allowDelete"], False),
        "Contact": (True, [], False),
        "Account": (False, [], True),
        "RunFlow": (True, ["enabled"], False),
    }
    assert not mute.mutes_nothing


def test_false_on_delete_names_modify_all_too(opened: Open) -> None:
    permissions = opened(case_group(on("Case", false="allowDelete"), member=on("Case", "modifyAllRecords")))
    [entry] = group_of(permissions).mutes[0].entries
    assert [grant.flag for grant in entry.left] == ["modifyAllRecords"]


def test_muting_read_is_not_idle_when_only_edit_is_written_in_the_set(opened: Open) -> None:
    permissions = opened(case_group(on("Case", "allowRead"), member=on("Case", "allowEdit")))
    [entry] = group_of(permissions).mutes[0].entries
    assert not entry.idle


def test_a_muting_set_with_one_true_switch_mutes_something(opened: Open) -> None:
    permissions = opened(case_group(on("Case", false="allowRead"), class_access("Svc")))
    assert not group_of(permissions).mutes[0].mutes_nothing


def test_muting_sets_that_no_group_names(opened: Open) -> None:
    permissions = opened(case_group() | muting_set("Stray") | group("H", mutes("gone")) | muting_set("Gone"))
    assert [written.name for written in permissions.unused_muting_sets()] == ["Stray"]


# -- personas


def test_a_persona_adds_up_and_mutes_stay_in_their_group(opened: Open) -> None:
    permissions = opened(
        case_group(on("Case", "allowDelete")) | profile("Standard", on("Case", "allowRead")),
        PersonaDeclaration("Muted", "Standard", (), ("G",)),
        PersonaDeclaration("Reopened", "standard", ("case_delete",), ("G",)),
    )
    assert deleters(permissions, "Case", "Persona") == ["Persona:Reopened allowDelete"]
    reopened = get(permissions, "Persona", "reopened")
    right = reopened.delete_right("Case")
    assert right is not None
    assert said(right.evidence) == [
        (
            "permissionsets/Case_Delete.permissionset-meta.xml:2 objectPermissions[Case].allowDelete: "
            "Case_Delete grants allowDelete on Case"
        )
    ]
    assert (reopened.partial, reopened.places) == ((), ())


def test_a_persona_says_through_which_group(opened: Open) -> None:
    permissions = opened(
        permission_set("P", on("Case", "allowDelete")) | group("G", includes("P")),
        PersonaDeclaration("Rep", permission_set_groups=("G",)),
    )
    [(_, right)] = permissions.who_can_delete("Case", "Persona")
    assert [e.place.component for e in right.evidence] == ["PermissionSetGroup:G", "PermissionSet:P"]


def test_a_persona_of_bundles_that_are_not_there_is_partial(opened: Open) -> None:
    permissions = opened(
        group("G", includes("ns__P")),
        PersonaDeclaration("Rep", "Standard", ("Missing",), ("G",)),
    )
    persona = get(permissions, "Persona", "Rep")
    assert persona.partial == ("Standard", "Missing", "ns__P")
    assert persona.object_access("Case", "allowRead").held is Held.UNKNOWN


def test_a_certain_right_counts_before_a_wider_uncertain_one(opened: Open) -> None:
    permissions = opened(
        permission_set("Wide", user("ModifyAllData"))
        | permission_set("Plain", on("Case", "allowDelete"))
        | group("G", includes("Wide"), mutes("Gone")),
        PersonaDeclaration("Rep", "", ("Plain",), ("G",)),
    )
    [(_, right)] = permissions.who_can_delete("Case", "Persona")
    assert (right.via, right.certain, len(right.grants)) == ("allowDelete", True, 2)


# -- implied access


@pytest.mark.parametrize(
    ("block", "flag", "held"),
    [
        (on("Case", "allowEdit"), "allowRead", Held.YES),
        (on("Case", "allowCreate"), "allowRead", Held.YES),
        (on("Case", "allowDelete"), "allowEdit", Held.YES),
        (on("Case", "modifyAllRecords"), "viewAllRecords", Held.YES),
        (on("Case", "modifyAllRecords"), "allowCreate", Held.NO),
        (on("Case", "viewAllRecords"), "allowEdit", Held.NO),
        (user("ViewAllData"), "allowRead", Held.YES),
        (user("ViewAllData"), "allowEdit", Held.NO),
        (user("ModifyAllData"), "allowCreate", Held.YES),
        (user("ModifyAllData"), "viewAllFields", Held.NO),
    ],
)
def test_access_that_comes_with_other_access(opened: Open, block: str, flag: str, held: Held) -> None:
    permissions = opened(permission_set("P", block))
    assert get(permissions, "PermissionSet", "P").object_access("Case", flag).held is held


def test_modify_all_data_gives_no_field_by_itself(opened: Open) -> None:
    permissions = opened(permission_set("P", user("ModifyAllData")))
    answer = get(permissions, "PermissionSet", "P").has("fieldPermissions", "Case.Origin", "editable")
    assert answer.held is Held.NO


# -- access to fields


def reads(permissions: Permissions, name: str, flag: str = "readable") -> list[str]:
    found = permissions.who_can_access_field(name, flag)
    return [f"{b.component} {a.held.name} {len(a.grants)}" for b, a in found]


@pytest.mark.parametrize(
    ("blocks", "readable", "editable"),
    [
        ([on("Case", "allowRead"), field("Case.Pin__c", editable="false")], "YES", "NO"),
        ([on("Case", "allowRead"), field("Case.Pin__c")], "YES", "NO"),
        ([on("Case", "allowEdit"), field("Case.Pin__c")], "YES", "YES"),
        ([on("Case", "allowEdit"), field("Case.Pin__c", readable="false", editable="true")], "YES", "YES"),
        ([field("Case.Pin__c")], "NO", "NO"),
        ([on("Case", "allowRead")], "NO", "NO"),
        ([on("Case", "allowRead", "viewAllFields")], "YES", "NO"),
        ([on("Case", "viewAllFields")], "YES", "NO"),
        ([on("Contact", "viewAllFields"), on("Case", "allowRead")], "NO", "NO"),
        ([user("ViewAllFieldsGlobal"), on("Case", "allowRead")], "YES", "NO"),
        ([user("ViewAllFieldsGlobal")], "NO", "NO"),
        ([user("ModifyAllData"), field("Case.Pin__c")], "YES", "YES"),
        ([user("ModifyAllData")], "NO", "NO"),
    ],
)
def test_a_field_takes_access_to_its_object(
    opened: Open, blocks: list[str], readable: str, editable: str
) -> None:
    bundle = get(opened(permission_set("P", *blocks)), "PermissionSet", "P")
    assert bundle.field_access("Case.Pin__c", "readable").held.name == readable
    assert bundle.field_access("Case.Pin__c", "editable").held.name == editable


def test_who_can_read_a_field(opened: Open) -> None:
    permissions = opened(
        profile("Sales", on("Case", "allowRead"), field("case.PIN__c", editable="false"))
        | profile("Other", on("Case", "allowRead"), field("Case.Other__c"))
        | permission_set("Wide", on("Case", "viewAllFields"))
        | permission_set("Every", user("ViewAllFieldsGlobal"), on("Case", "allowRead"))
        | permission_set("Fields", field("Case.Pin__c"))
        | group("Both", includes("Fields", "Wide"))
        | group("Muted", includes("Wide"), mutes("M"))
        | muting_set("M", on("Case", "viewAllFields")),
    )
    assert reads(permissions, "Case.Pin__c") == [
        "Profile:Sales YES 1",
        "PermissionSet:Every YES 1",
        "PermissionSet:Wide YES 1",
        "PermissionSetGroup:Both YES 3",
    ]
    assert reads(permissions, "Case.Pin__c", "editable") == []


def test_a_field_of_an_object_that_a_missing_set_may_open(opened: Open) -> None:
    permissions = opened(
        permission_set("Fields", field("Case.Pin__c")) | group("G", includes("Fields", "Gone"))
    )
    answer = get(permissions, "PermissionSetGroup", "G").field_access("Case.Pin__c", "readable")
    assert (answer.held, answer.grants) == (Held.UNKNOWN, ())


# -- who has a permission


def test_who_has_a_user_permission(opened: Open) -> None:
    permissions = opened(
        profile("Sales", user("DataExport"))
        | profile("Other", user("DataExport", "false"))
        | permission_set("Export", user("DataExport"))
        | group("Open", includes("Export"))
        | group("Closed", includes("Export"), mutes("M"))
        | group("Perhaps", includes("Export"), mutes("Gone"))
        | muting_set("M", user("DataExport")),
        PersonaDeclaration("Rep", "Sales"),
    )
    found = permissions.who_has("userPermissions", "dataexport")
    assert [f"{b.component} {a.held.name}" for b, a in found] == [
        "Profile:Sales YES",
        "PermissionSet:Export YES",
        "PermissionSetGroup:Open YES",
        "PermissionSetGroup:Perhaps UNKNOWN",
    ]
    assert [
        b.name for b, _ in permissions.who_has("userPermissions", "DataExport", "enabled", "Persona")
    ] == ["Rep"]


def test_who_can_edit_an_object(opened: Open) -> None:
    permissions = opened(
        profile("Admin", user("ModifyAllData"))
        | profile("Readers", on("Case", "allowRead"), user("ViewAllData"))
        | permission_set("Delete", on("Case", "allowDelete"))
        | permission_set("Edit", on("CASE", "allowEdit"))
    )
    found = permissions.who_can_access("Case", "allowEdit")
    assert [b.component for b, _ in found] == ["Profile:Admin", "PermissionSet:Delete", "PermissionSet:Edit"]


# -- whose a bundle is


def classes(permissions: Permissions, kind: Kind, name: str) -> set[str]:
    return set(get(permissions, kind, name).classes)


@pytest.mark.parametrize(
    ("name", "blocks", "expected"),
    [
        ("Admin", [], {"admin"}),
        ("Power Users", [user("ModifyAllData")], {"admin"}),
        ("Site", ["<userLicense>Guest User License</userLicense>"], {"guest"}),
        ("Members", ["<userLicense>Customer Community Plus</userLicense>"], {"external"}),
        ("Partners", ["<userLicense>Partner Community</userLicense>"], {"external"}),
        ("Shop", ["<userLicense>External Apps</userLicense>"], {"external"}),
        ("Staff", ["<userLicense>Company Communities</userLicense>"], {"human"}),
        ("ERP Integration", [], {"integration"}),
        ("MuleSoft", [], {"integration"}),
        ("OrderSync", [], {"integration"}),
        ("Billing API", [], {"integration"}),
        ("Nightly", ["<userLicense>Salesforce Integration</userLicense>"], {"integration"}),
        ("Nightly", [user("ApiUserOnly")], {"integration"}),
        ("Rapid Capital", [], {"human"}),
        ("Therapist", [], {"human"}),
        ("Bot", ["<userLicense>Einstein Agent</userLicense>"], {"agent"}),
        ("Sales", ["<userLicense>Salesforce</userLicense>"], {"human"}),
        ("Nightly", ["<userLicense>XOrg Proxy User</userLicense>"], {"integration"}),
        ("Partner desk", ["<userLicense>Partner App Subscription</userLicense>"], {"human"}),
        ("API site", ["<userLicense>Guest User License</userLicense>"], {"guest"}),
        ("Bot", ["<userLicense>Einstein Agent</userLicense>", user("ApiUserOnly")], {"agent"}),
        ("ERP Sync", [user("ModifyAllData")], {"admin", "integration"}),
        ("Sync Admin", [], {"human"}),
        ("API Support", [], {"human"}),
    ],
)
def test_whose_a_profile_probably_is(opened: Open, name: str, blocks: list[str], expected: set[str]) -> None:
    assert classes(opened(profile(name, *blocks)), "Profile", name) == expected


@pytest.mark.parametrize(
    ("name", "blocks", "expected"),
    [
        ("ERP Integration", [], set()),
        ("ERP Integration", [user("ApiUserOnly")], {"integration"}),
        ("Members", ["<userLicense>Customer Community</userLicense>"], {"external"}),
        ("Admin", [], {"admin"}),
        ("Sales", [], set()),
    ],
)
def test_what_the_files_state_is_told_from_what_a_name_suggests(
    opened: Open, name: str, blocks: list[str], expected: set[str]
) -> None:
    assert get(opened(profile(name, *blocks)), "Profile", name).stated_classes == expected


def test_a_site_names_the_profile_of_its_guests(opened: Open) -> None:
    site = {"sites/Help.site-meta.xml": xml("CustomSite", "<guestProfile>help PROFILE</guestProfile>")}
    permissions = opened(site | profile("Help Profile") | profile("Sales"))
    assert classes(permissions, "Profile", "Help Profile") == {"guest"}
    assert classes(permissions, "Profile", "Sales") == {"human"}


@pytest.mark.parametrize(
    ("blocks", "standard"),
    [(["<custom>false</custom>"], True), (["<custom>true</custom>"], False), ([], False)],
)
def test_a_profile_that_salesforce_made_says_so(opened: Open, blocks: list[str], standard: bool) -> None:
    assert get(opened(profile("P", *blocks)), "Profile", "P").standard is standard


def test_a_permission_set_called_admin_is_not_the_admin_profile(opened: Open) -> None:
    assert classes(opened(permission_set("Admin", on("Case", "allowRead"))), "PermissionSet", "Admin") == {
        "human"
    }


def test_the_access_of_a_known_agent(opened: Open) -> None:
    bot = {"bots/Help_Desk/Help_Desk.bot-meta.xml": xml("Bot", "<label>Help Desk</label>")}
    permissions = opened(bot | permission_set("Help_Desk_Access") | permission_set("Other_Access"))
    assert classes(permissions, "PermissionSet", "Help_Desk_Access") == {"agent"}
    assert classes(permissions, "PermissionSet", "Other_Access") == {"human"}


def test_a_persona_is_whose_its_bundles_are(opened: Open) -> None:
    permissions = opened(
        profile("Site", "<userLicense>Guest User License</userLicense>")
        | permission_set("ERP_Sync", on("Case", "allowRead")),
        PersonaDeclaration("Visitor", "Site", ("ERP_Sync",)),
    )
    assert classes(permissions, "Persona", "Visitor") == {"guest", "integration"}
    assert get(permissions, "Persona", "Visitor").user_license == "Guest User License"
