from __future__ import annotations

from sfgov.plugins import load_checks
from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.delete.guard_cascade_bypass import guard_cascade_bypass
from sfgov_checks.hygiene.governed_type_not_visible import governed_type_not_visible
from tests.delete_orgs import MASTER, Files, administrator, deleter, guard_trigger, line_guard
from tests.flow_xml import tag, xml

OBJECT = {"objects/Invoice__c/Invoice__c.object-meta.xml": xml("CustomObject", tag("label", "Invoice"))}
CLASS = {"classes/A.cls": "public class A {}"}
WHOLE: Files = (
    line_guard() | MASTER | deleter() | administrator() | guard_trigger("Integer i = 0;") | OBJECT | CLASS
)
GROUP = {
    "permissionsetgroups/Sales.permissionsetgroup-meta.xml": xml(
        "PermissionSetGroup",
        tag("label", "Sales"),
        tag("permissionSets", "ns__Managed"),
        tag("permissionSets", "Core"),
    )
}
PROJECT = {"sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}'}


def one(files: Files) -> Result:
    [result] = lint(files, governed_type_not_visible)
    return result


def in_project(files: Files) -> Files:
    return PROJECT | {f"force-app/main/default/{path}": text for path, text in files.items()}


def without(files: Files, part: str) -> Files:
    return {path: text for path, text in files.items() if part not in path}


def test_nothing_is_missing() -> None:
    assert lint(WHOLE, governed_type_not_visible) == []


def test_what_is_absent_is_named_once_with_the_blind_checks() -> None:
    files = without(without(WHOLE, "profiles/"), "triggers/")
    [result] = [
        r for r in lint(files, governed_type_not_visible, guard_cascade_bypass) if r.check == "HYG003"
    ]
    assert (result.severity, result.message) == (
        "info",
        "2 metadata types that checks need are not, or not wholly, in this tree: ApexTrigger (absent), Profile (absent). "
        "What they hold is unknown to DEL002.",
    )


def test_it_points_at_the_project_file() -> None:
    result = one(in_project(without(WHOLE, "profiles/")))
    assert (result.path, result.line) == ("sfdx-project.json", 1)


def test_its_identity_depends_neither_on_the_folder_nor_on_how_a_type_is_missing() -> None:
    files = without(WHOLE, "profiles/")
    hidden = in_project(WHOLE) | {".forceignore": "**/profiles/**\n"}
    results = [one(files), one({f"acme/{path}": text for path, text in files.items()}), one(hidden)]
    assert {(r.component, r.fingerprint) for r in results} == {("Project:org", results[0].fingerprint)}


def test_forceignore_hides_a_type_although_files_of_it_are_there() -> None:
    files = in_project(WHOLE) | {".forceignore": "# not ours\n**/profiles/**\n"}
    result = one(files)
    assert (result.severity, result.path, result.line) == ("info", ".forceignore", 2)
    assert "Profile (hidden by .forceignore)" in result.message
    assert [step.message for step in result.evidence] == [
        "hides 1 file of Profile, such as force-app/main/default/profiles/Admin.profile-meta.xml"
    ]


def test_a_group_that_names_a_set_proves_that_sets_exist() -> None:
    result = one(without(WHOLE, "permissionsets/") | GROUP)
    assert result.severity == "medium"
    assert [(s.path, s.line, s.message) for s in result.evidence] == [
        ("permissionsetgroups/Sales.permissionsetgroup-meta.xml", 4, "PermissionSetGroup:Sales names Core")
    ]


def test_a_managed_set_proves_nothing() -> None:
    managed = {
        path: text.replace("<permissionSets>Core</permissionSets>", "") for path, text in GROUP.items()
    }
    assert one(without(WHOLE, "permissionsets/") | managed).severity == "info"


def test_class_and_flow_accesses_prove_classes_and_flows() -> None:
    access = (
        "<classAccesses><apexClass>Svc</apexClass><enabled>true</enabled></classAccesses>\n"
        "<flowAccesses><enabled>true</enabled><flow>Close_Lines</flow></flowAccesses>"
    )
    profile = {"profiles/Ops.profile-meta.xml": xml("Profile", access)}
    result = one(without(without(WHOLE, "classes/"), "flows/") | profile)
    assert [(s.line, s.message) for s in result.evidence] == [
        (2, "Profile:Ops names Svc"),
        (3, "Profile:Ops names Close_Lines"),
    ]


def test_an_access_that_is_switched_off_proves_nothing() -> None:
    access = "<classAccesses><apexClass>Svc</apexClass><enabled>false</enabled></classAccesses>"
    profile = {"profiles/Ops.profile-meta.xml": xml("Profile", access)}
    assert one(without(WHOLE, "classes/") | profile).severity == "info"


def test_all_checks_together_say_it_once() -> None:
    results = lint(CLASS, *load_checks())
    assert [r.check for r in results] == ["HYG003"]
