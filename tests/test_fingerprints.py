"""What a finding is known by: layout, order, place and format of a file do not matter, the component's name does."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sfgov.config import load_config
from sfgov.engine import run
from sfgov.plugins import load_checks
from sfgov.project import open_project
from sfgov.testing import TODAY, lint, write_files
from sfgov_checks.apex.work_in_loop import db_work_in_loop
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.org_changes import Files, code_laid_out, files_of, laid_out, moved, retrieved

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


class TestAWholeOrg:
    """The example org, with all checks at once: what means nothing changes nothing."""

    FILES = files_of(Path(__file__).parents[1] / "examples" / "orgs" / "brightwater")

    def fingerprints(self, files: Files) -> dict[str, str]:
        """Fingerprint → check. What was left unread on purpose is about one file's very bytes."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "brightwater")
            write_files(root, files)
            config = load_config(root / "sfgov.yml", root=root)
            project = open_project([root], declared=config.policy.declared_files)
            found = run(project, config, load_checks(), jobs=1, today=TODAY, matrix=False).results
        return {result.fingerprint: result.check for result in found if result.check != "SFG001"}

    @cached_property
    def canonical(self) -> dict[str, str]:
        return self.fingerprints(self.FILES)

    def test_there_is_something_to_find(self) -> None:
        assert len(set(self.canonical.values())) > 50

    @settings(max_examples=10, deadline=None)
    @given(
        st.sampled_from(("", " ", "\t", "      ")),
        st.one_of(st.none(), st.integers(0, 1000)),
        st.sampled_from((b"\t", b"  ", b"       ")),
        st.sampled_from((b"\n", b"\r\n")),
        st.sampled_from(("main/default", "crm", "a b/c")),
    )
    def test_layout_order_and_place(
        self, indent: str, seed: int | None, code_indent: bytes, end: bytes, folder: str
    ) -> None:
        changed = code_laid_out(laid_out(self.FILES, indent, seed), code_indent, end, b"// Header\n\n")

        assert self.fingerprints(moved(changed, folder)) == self.canonical

    def test_format(self) -> None:
        other = self.fingerprints(retrieved(self.FILES))

        assert other.items() <= self.canonical.items()
        # A retrieve has neither packages that could hold a thing twice nor a .forceignore that hides any.
        assert {self.canonical[one] for one in self.canonical.keys() - other.keys()} == {"HYG003", "HYG006"}
