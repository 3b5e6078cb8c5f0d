"""What a finding is known by: layout, order, place and format of a file do not matter, the component's name does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sfgov.testing import lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop
from sfgov_checks.delete.never_policy_violated import never_policy_violated

OBJECTS = ("Account", "Contract", "Invoice__c", "Order")
POLICY = {"sfgov.yml": f"delete: {{never: [{', '.join(OBJECTS)}]}}\n"}
SOURCE = "permissionsets/{}.permissionset-meta.xml"
MDAPI = "permissionsets/{}.permissionset"
FOLDERS = ("", "main/default/", "crm/", "a b/c/")
blanks = st.text(" \t\n", max_size=3)


def permission_set(objects: tuple[str, ...], gap: str = "") -> str:
    flags = "".join(f"<{flag}>true</{flag}>{gap}" for flag in ("allowDelete", "allowEdit", "allowRead"))
    entries = "".join(
        f"<objectPermissions>{gap}{flags}<object>{name}</object>{gap}</objectPermissions>{gap}"
        for name in objects
    )
    return f'<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">{gap}{entries}<label>S</label></PermissionSet>\n'


def of_permissions(path: str, text: str) -> dict[str, str]:
    """Subject → fingerprint."""
    found = lint(POLICY | {path: text}, never_policy_violated)
    return {result.subject: result.fingerprint for result in found}


CANONICAL = of_permissions(SOURCE.format("Sales"), permission_set(OBJECTS))


def test_each_finding_has_one_of_its_own() -> None:
    assert len(CANONICAL) == len(set(CANONICAL.values())) == len(OBJECTS)


@settings(max_examples=25, deadline=None)
@given(st.permutations(OBJECTS), blanks, st.sampled_from(FOLDERS), st.sampled_from((SOURCE, MDAPI)))
def test_layout_order_place_and_format_keep_it(objects: list[str], gap: str, folder: str, name: str) -> None:
    assert of_permissions(folder + name.format("Sales"), permission_set(tuple(objects), gap)) == CANONICAL


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(OBJECTS))
def test_what_is_mended_leaves_the_others_alone(mended: str) -> None:
    rest = tuple(name for name in OBJECTS if name != mended)

    assert of_permissions(SOURCE.format("Sales"), permission_set(rest)).items() < CANONICAL.items()


def test_another_name_is_another_finding() -> None:
    renamed = of_permissions(SOURCE.format("Service"), permission_set(OBJECTS))

    assert renamed.keys() == CANONICAL.keys()
    assert set(renamed.values()).isdisjoint(CANONICAL.values())


def of_apex(
    path: str, *, name: str = "C", before: str = "", indent: str = "  ", end: str = "\n"
) -> list[str]:
    lines = (
        f"public class {name} {{",
        f"{indent}void m(List<Account> all) {{",
        f"{indent * 2}for (Account a : all) {{",
        f"{indent * 3}update a;",
        f"{indent * 2}}}",
        f"{indent}}}",
        "}",
        "",
    )
    text = before + end.join(lines)
    return [result.fingerprint for result in lint({path: text.encode()}, db_work_in_loop)]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(("", "// Header\n", "/* A\n   header */\n\n")),
    st.sampled_from(("", " ", "    ", "\t")),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from(FOLDERS),
)
def test_apex_may_be_reformatted_and_moved(before: str, indent: str, end: str, folder: str) -> None:
    expected = of_apex("classes/C.cls")

    assert len(expected) == 1
    assert of_apex(f"{folder}classes/C.cls", before=before, indent=indent, end=end) == expected
    assert of_apex(f"{folder}classes/D.cls", name="D", before=before) != expected
