from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint, lint_run
from sfgov_checks.delete.mute_has_no_effect import mute_has_no_effect

Files = dict[str, str]
NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
SET = "permissionsets/Case_Work.permissionset-meta.xml"
GROUP = "permissionsetgroups/Service.permissionsetgroup-meta.xml"
MUTE = "mutingpermissionsets/Lock.mutingpermissionset-meta.xml"


def file(path: str, root: str, *lines: str) -> Files:
    return {path: "\n".join([f"<{root} {NS}>", *lines, f"</{root}>", ""])}


def on(name: str, **flags: bool) -> str:
    switches = "".join(f"<{flag}>{str(on).lower()}</{flag}>" for flag, on in flags.items())
    return f"<objectPermissions>{switches}<object>{name}</object></objectPermissions>"


def named(block: str, name_tag: str, name: str, *, enabled: bool) -> str:
    return f"<{block}><{name_tag}>{name}</{name_tag}><enabled>{str(enabled).lower()}</enabled></{block}>"


WORK = on("Case", allowRead=True, allowEdit=True, allowDelete=True)


def org(*muting: str, members: tuple[str, ...] = (WORK,), sets: tuple[str, ...] = ("Case_Work",)) -> Files:
    """A group Service of these sets, with a muting set Lock that has these lines."""
    return (
        file(SET, "PermissionSet", *members)
        | file(
            GROUP,
            "PermissionSetGroup",
            "<mutingPermissionSets>Lock</mutingPermissionSets>",
            *(f"<permissionSets>{one}</permissionSets>" for one in sets),
        )
        | file(MUTE, "MutingPermissionSet", *muting)
    )


def found(files: Files) -> list[str]:
    return [f"{r.severity} {r.path}:{r.line} {r.message}" for r in lint(files, mute_has_no_effect)]


def one(files: Files) -> Result:
    [result] = lint(files, mute_has_no_effect)
    return result


# -- nothing in the muting set is true


def test_a_muting_set_written_the_wrong_way_round() -> None:
    result = one(
        org(
            "<objectPermissions>",
            "<allowDelete>false</allowDelete>",
            "<object>Case</object>",
            "</objectPermissions>",
        )
    )
    assert (result.path, result.line, result.component) == (MUTE, 3, "MutingPermissionSet:Lock")
    assert (result.severity, result.confidence) == ("high", "high")
    assert result.message == (
        "Lock mutes nothing in Service, because only true mutes: "
        "Service still grants delete on Case (from Case_Work)."
    )
    assert [(s.path, s.line, s.component, s.message) for s in result.evidence] == [
        (MUTE, 3, "MutingPermissionSet:Lock", "false does not mute Case"),
        (SET, 2, "PermissionSet:Case_Work", "Case_Work grants allowDelete on Case"),
        (GROUP, 2, "PermissionSetGroup:Service", "Service takes Lock as its muting set"),
    ]


def test_the_same_in_mdapi_format() -> None:
    files = (
        file("src/permissionsets/P.permissionset", "PermissionSet", on("Case", modifyAllRecords=True))
        | file(
            "src/permissionsetgroups/G.permissionsetgroup",
            "PermissionSetGroup",
            "<permissionSets>P</permissionSets>",
            "<mutingPermissionSets>M</mutingPermissionSets>",
        )
        | file(
            "src/mutingpermissionsets/M.mutingpermissionset",
            "MutingPermissionSet",
            on("Case", allowDelete=False),
        )
    )
    assert found(files) == [
        (
            "high src/mutingpermissionsets/M.mutingpermissionset:2 M mutes nothing in G, because only true mutes: "
            "G still grants modify all on Case (from P)."
        )
    ]


def test_all_flags_false_names_all_that_stays() -> None:
    result = one(org(on("Case", allowCreate=False, allowRead=False, allowEdit=False, allowDelete=False)))
    assert "Service still grants delete, edit and read on Case (from Case_Work)." in result.message
    assert [s.message for s in result.evidence] == [
        "false does not mute Case",
        "Case_Work grants allowDelete on Case",
        "Case_Work grants allowEdit on Case",
        "Case_Work grants allowRead on Case",
        "Service takes Lock as its muting set",
    ]


def test_several_entries_of_a_set_that_mutes_nothing_are_one_finding() -> None:
    files = org(
        on("Task", allowDelete=False),
        on("Case", allowDelete=False),
        named("userPermissions", "name", "RunFlow", enabled=False),
        members=(WORK, named("userPermissions", "name", "RunFlow", enabled=True)),
    )
    assert found(files) == [
        (
            f"high {MUTE}:3 Lock mutes nothing in Service, because only true mutes: Service still grants delete on Case "
            "(from Case_Work), and 1 more of its entries do nothing."
        )
    ]


def test_each_group_that_trusts_the_mute_is_told() -> None:
    other = file(
        "permissionsetgroups/Sales.permissionsetgroup-meta.xml",
        "PermissionSetGroup",
        "<mutingPermissionSets>lock</mutingPermissionSets>",
        "<permissionSets>case_work</permissionSets>",
    )
    results = lint(org(on("Case", allowDelete=False)) | other, mute_has_no_effect)
    assert [(r.subject, r.line) for r in results] == [("Sales: nothing", 2), ("Service: nothing", 2)]
    assert len({r.fingerprint for r in results}) == 2


def test_false_for_sets_that_are_not_in_the_tree() -> None:
    files = org(on("SBQQ__Quote__c", allowDelete=False), sets=("SBQQ__CPQUser",))
    assert found(files) == [
        f"high {MUTE}:2 Lock mutes nothing in Service: no switch in it is true, and only true mutes."
    ]


def test_false_for_something_that_the_group_does_not_grant_is_less_bad() -> None:
    assert found(org(on("Contact", allowDelete=False))) == [
        f"medium {MUTE}:2 Lock mutes nothing in Service: no switch in it is true, and only true mutes."
    ]


def test_a_muting_set_without_entries_may_have_been_retrieved_without_them() -> None:
    result = one(org("<label>Lock</label>"))
    assert (result.severity, result.confidence, result.line) == ("low", "low", 1)
    assert result.message == "Lock mutes nothing in Service: as it is retrieved here, nothing in it is true."


# -- one entry does nothing


@pytest.mark.parametrize(
    ("false", "true", "message"),
    [
        (
            named("userPermissions", "name", "ModifyAllData", enabled=False),
            named("userPermissions", "name", "ModifyAllData", enabled=True),
            (
                "Lock lists the user permission ModifyAllData as false, but only true mutes: "
                "Service still grants the user permission ModifyAllData (from Case_Work)."
            ),
        ),
        (
            "<fieldPermissions><editable>false</editable><field>Case.SSN__c</field><readable>false</readable></fieldPermissions>",
            "<fieldPermissions><editable>false</editable><field>Case.SSN__c</field><readable>true</readable></fieldPermissions>",
            (
                "Lock lists Case.SSN__c with readable=false, but only true mutes: "
                "Service still grants read on Case.SSN__c (from Case_Work)."
            ),
        ),
        (
            named("classAccesses", "apexClass", "Refunds", enabled=False),
            named("classAccesses", "apexClass", "Refunds", enabled=True),
            (
                "Lock lists the Apex class Refunds as false, but only true mutes: "
                "Service still grants the Apex class Refunds (from Case_Work)."
            ),
        ),
        (
            named("flowAccesses", "flow", "Refund", enabled=False),
            named("flowAccesses", "flow", "Refund", enabled=True),
            (
                "Lock lists the flow Refund as false, but only true mutes: "
                "Service still grants the flow Refund (from Case_Work)."
            ),
        ),
        (
            named("customPermissions", "name", "Skip_Guard", enabled=False),
            named("customPermissions", "name", "Skip_Guard", enabled=True),
            (
                "Lock lists the custom permission Skip_Guard as false, but only true mutes: "
                "Service still grants the custom permission Skip_Guard (from Case_Work)."
            ),
        ),
    ],
)
def test_entries_of_every_kind(false: str, true: str, message: str) -> None:
    files = org(on("Case", allowDelete=True), false, members=(WORK, true))
    assert found(files) == [f"high {MUTE}:3 {message}"]


def test_an_inert_object_entry_beside_one_that_mutes() -> None:
    files = org(
        on("Task", allowDelete=True),
        "<objectPermissions>",
        "<allowCreate>false</allowCreate>",
        "<allowDelete>false</allowDelete>",
        "<allowEdit>false</allowEdit>",
        "<object>case</object>",
        "</objectPermissions>",
        members=(WORK, on("Task", allowDelete=True)),
    )
    assert found(files) == [
        (
            f"high {MUTE}:5 Lock lists case with allowDelete=false, but only true mutes: "
            "Service still grants delete and edit on case (from Case_Work)."
        )
    ]


def test_a_partial_group_still_shows_what_its_known_sets_grant() -> None:
    files = org(on("Task", allowDelete=True), on("Case", allowDelete=False), sets=("ns__Other", "Case_Work"))
    assert found(files) == [
        (
            f"high {MUTE}:3 Lock lists Case with allowDelete=false, but only true mutes: "
            "Service still grants delete on Case (from Case_Work)."
        )
    ]


def test_a_decomposed_member_set() -> None:
    files = org(
        on("Task", allowDelete=True), on("Case", allowDelete=False), members=(on("Task", allowDelete=True),)
    )
    piece = "permissionsets/Case_Work/objectSettings/Case.objectSettings-meta.xml"
    files |= file(piece, "PermissionSet", WORK)
    result = one(files)
    assert [(s.path, s.line) for s in result.evidence] == [(MUTE, 3), (piece, 2), (GROUP, 2)]


def test_an_entry_that_only_names_the_object() -> None:
    files = org(on("Task", allowDelete=True), on("Case"), members=(WORK, on("Task", allowDelete=True)))
    assert found(files) == [
        f"high {MUTE}:3 Lock lists Case without anything true, but only true mutes: "
        "Service still grants delete, edit and read on Case (from Case_Work)."
    ]


# -- false that a retrieve wrote


def field(name: str, readable: bool) -> str:
    return (
        f"<fieldPermissions><editable>false</editable><field>{name}</field>"
        f"<readable>{str(readable).lower()}</readable></fieldPermissions>"
    )


def test_false_fields_where_permission_sets_list_every_field() -> None:
    unset = [field(f"Case.F{n}__c", readable=False) for n in range(5)]
    files = org(
        on("Case", allowDelete=True),
        field("Case.A__c", readable=False),
        members=(WORK, field("Case.A__c", readable=True), *unset),
    )
    assert found(files) == []


def test_more_false_fields_than_anybody_writes() -> None:
    unset = [field(f"Case.F{n}__c", readable=False) for n in range(50)]
    granted = [field(f"Case.F{n}__c", readable=True) for n in range(50)]
    one_more = field("Case.A__c", readable=False)
    mute = on("Case", allowDelete=True)
    assert len(found(org(mute, *unset, members=(WORK, *granted)))) == 50
    assert found(org(mute, *unset, one_more, members=(WORK, *granted))) == []


def test_a_muting_set_that_is_nothing_but_retrieved_false_fields() -> None:
    unset = [field(f"Case.F{n}__c", readable=False) for n in range(51)]
    granted = [field(f"Case.F{n}__c", readable=True) for n in range(51)]
    assert found(org(*unset, members=tuple(granted))) == [
        f"low {MUTE}:1 Lock mutes nothing in Service: as it is retrieved here, nothing in it is true."
    ]


def test_false_objects_are_never_what_a_retrieve_writes() -> None:
    others = [on(f"O{n}__c", allowDelete=False) for n in range(60)]
    results = lint(
        org(
            on("Task", allowDelete=True),
            on("Case", allowDelete=False),
            *others,
            members=(WORK, on("Task", allowDelete=True)),
        ),
        mute_has_no_effect,
    )
    assert [r.line for r in results] == [3]


# -- muting what is not there


def test_a_true_switch_for_something_that_nothing_grants() -> None:
    files = org(
        on("Case", allowDelete=True),
        on("Contact", allowDelete=True),
        named("flowAccesses", "flow", "F", enabled=True),
    )
    result = one(files)
    assert (result.severity, result.line) == ("info", 3)
    assert result.message == "Lock mutes Contact and 1 more, which nothing in Service grants."
    assert [s.line for s in result.evidence] == [3, 4, 2]


def test_what_a_partial_group_grants_is_not_known() -> None:
    assert found(org(on("Contact", allowDelete=True), sets=("Case_Work", "ns__Other"))) == []


def test_a_muting_set_that_no_group_uses() -> None:
    stray = file(
        "mutingpermissionsets/Stray.mutingpermissionset-meta.xml",
        "MutingPermissionSet",
        on("Case", allowDelete=True),
    )
    assert found(org(on("Case", allowDelete=True)) | stray) == [
        (
            "low mutingpermissionsets/Stray.mutingpermissionset-meta.xml:1 Stray mutes nothing: "
            "no permission set group uses it."
        )
    ]


def test_a_packages_muting_set_may_have_a_group_that_is_not_here() -> None:
    stray = file("mutingpermissionsets/ns__M.mutingpermissionset-meta.xml", "MutingPermissionSet")
    assert found(org(on("Case", allowDelete=True)) | stray) == []


# -- near misses


def test_true_mutes() -> None:
    assert found(org(on("Case", allowDelete=True))) == []


def test_an_entry_with_one_true_switch_is_fine() -> None:
    assert found(org(on("Case", allowDelete=True, allowEdit=False, allowRead=False))) == []


def test_muting_what_the_granted_rests_on_has_an_effect() -> None:
    assert found(org(on("Case", allowRead=True), members=(on("Case", allowDelete=True),))) == []


def test_an_entry_for_something_not_granted_beside_one_that_mutes_is_fine() -> None:
    assert found(org(on("Case", allowDelete=True), on("Contact", allowDelete=False))) == []


def test_false_for_a_flag_that_is_not_granted_is_fine() -> None:
    files = org(
        on("Task", allowDelete=True),
        on("Case", allowDelete=False),
        members=(on("Case", allowRead=True), on("Task", allowDelete=True)),
    )
    assert found(files) == []


# -- what could not be looked at


def test_without_groups_the_muting_sets_act_on_nothing_known() -> None:
    files = file(MUTE, "MutingPermissionSet", on("Case", allowDelete=False))
    run = lint_run(files, mute_has_no_effect)
    assert run.results == ()
    assert [one.reason for one in run.not_checked] == [
        "PermissionSetGroup was not retrieved, so what the muting sets act on is unknown"
    ]


def test_without_muting_sets_nothing_is_checked() -> None:
    run = lint_run(file(SET, "PermissionSet", WORK), mute_has_no_effect)
    assert [one.reason for one in run.not_checked] == ["MutingPermissionSet was not retrieved"]
