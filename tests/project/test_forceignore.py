"""`.forceignore`: gitignore's rules, without case, the nearest file upward, and a record of what was hidden."""

from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from sfgov.project.ignore import ForceIgnore
from tests.project.folders import Open

PROJECT = '{"packageDirectories": [{"path": "force-app"}]}'


def test_hidden_files_are_recorded_by_line_and_type(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            ".forceignore": "# profiles are kept by hand\n\n**/profiles/**\n*.cls*\n",
            "force-app/profiles/Admin.profile-meta.xml": "",
            "force-app/profiles/Sales.profile-meta.xml": "",
            "force-app/classes/A.cls": "",
            "force-app/classes/A.cls-meta.xml": "",
            "force-app/classes/notes.txt": "",
            "force-app/flows/F.flow-meta.xml": "",
        }
    )
    assert [file.path for file in project.files] == ["force-app/flows/F.flow-meta.xml"]
    assert project.names == (("Flow", "F"),)
    assert [(h.file, h.line, h.pattern, h.type, h.example, h.count) for h in project.ignored] == [
        (".forceignore", 3, "**/profiles/**", "Profile", "force-app/profiles/Admin.profile-meta.xml", 2),
        (".forceignore", 4, "*.cls*", "ApexClass", "force-app/classes/A.cls", 2),
    ]


def test_hidden_folder_with_a_bundle(opened: Open) -> None:
    project = opened(
        {
            ".forceignore": "lwc/old\nexperiences\n",
            "lwc/old/old.js-meta.xml": "",
            "lwc/new/new.js-meta.xml": "",
            "experiences/S1/config.json": "",
        }
    )
    assert project.names == (("LightningComponentBundle", "new"),)
    assert [(h.line, h.type, h.count) for h in project.ignored] == [(1, "LightningComponentBundle", 1)]


def test_a_file_can_be_brought_back_but_not_out_of_a_hidden_folder(opened: Open) -> None:
    project = opened(
        {
            ".forceignore": "settings/**\n!Case.settings-meta.xml\nold/\n!old/classes/A.cls\n",
            "settings/Case.settings-meta.xml": "",
            "settings/Lead.settings-meta.xml": "",
            "old/classes/A.cls": "",
        }
    )
    assert [file.path for file in project.files] == ["settings/Case.settings-meta.xml"]
    assert [(h.line, h.example) for h in project.ignored] == [
        (1, "settings/Lead.settings-meta.xml"),
        (3, "old/classes/A.cls"),
    ]


def test_the_nearest_file_upward_rules_alone(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "apps"}]}',
            ".forceignore": "*.cls\n",
            "apps/classes/A.cls": "",
            "apps/tree/sfdx-project.json": PROJECT,
            "apps/tree/.forceignore": "*.flow-meta.xml\n",
            "apps/tree/force-app/classes/B.cls": "",
            "apps/tree/force-app/flows/F.flow-meta.xml": "",
        }
    )
    assert [file.path for file in project.files] == ["apps/tree/force-app/classes/B.cls"]
    assert [(h.file, h.example) for h in project.ignored] == [
        (".forceignore", "apps/classes/A.cls"),
        ("apps/tree/.forceignore", "apps/tree/force-app/flows/F.flow-meta.xml"),
    ]


def test_package_directory_that_is_hidden_whole(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "core"}, {"path": "old"}]}',
            ".forceignore": "/old\n!/old/classes/B.cls\n",
            "core/classes/A.cls": "",
            "old/classes/B.cls": "",
        }
    )
    assert [file.path for file in project.files] == ["core/classes/A.cls"]
    assert [(h.line, h.example) for h in project.ignored] == [(1, "old/classes/B.cls")]


def test_manifests_are_read_although_they_are_hidden(opened: Open) -> None:
    project = opened({".forceignore": "package.xml\n", "classes/A.cls": "", "package.xml": "<Package/>"})
    assert [manifest.path for manifest in project.manifests] == ["package.xml"]
    assert project.ignored == ()


def test_problems_in_hidden_folders_are_not_told(opened: Open) -> None:
    files = {".forceignore": "old\n", "classes/A.cls": "", "old/flows/F.flow-meta.xml/x.txt": ""}
    assert opened(files).problems == ()


def test_case_does_not_count() -> None:
    rules = ForceIgnore(".forceignore", "**/Profiles/**\n")
    assert rules.hides_file("force-app/profiles/Admin.profile-meta.xml") == (
        ".forceignore",
        1,
        "**/Profiles/**",
    )


def test_what_git_ignores_in_a_file_of_patterns() -> None:
    rules = ForceIgnore("f", "\ufeff*.a\r\n\n# *.b\n\\#c\n  \nd\\\n!\n*.e  \n")
    hidden = [rules.hides_file(path) for path in ("x.a", "x.b", "#c", "d", "x.e")]
    assert [rule.line if rule else 0 for rule in hidden] == [1, 0, 4, 0, 8]


def test_folder_patterns() -> None:
    rules = ForceIgnore("f", "build/\nall/**\n/top\nsub/*\n!sub/keep\n")
    assert rules.hides_folder("a/build")
    assert not rules.hides_file("a/build")
    assert not rules.hides_folder("all")
    assert rules.hides_folder("all/x")
    assert rules.hides_folder("top")
    assert not rules.hides_folder("a/top")
    assert rules.hides_folder("sub/x")
    assert not rules.hides_folder("sub/keep")


PATHS = st.lists(st.sampled_from(["a", "ab", "b.x", "a.x", "ba", "c"]), min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(["a", "b", "*", "?", "**", "/", ".x", "[ab]"])


@given(st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join)), PATHS)
def test_the_lines_together_hide_what_each_hides(lines: list[str], path: str) -> None:
    hidden = ForceIgnore("f", "\n".join(lines)).hides_file(path)
    assert (hidden is not None) == GitIgnoreSpec.from_lines(lines).match_file(path)


def test_empty_file_hides_nothing() -> None:
    assert ForceIgnore("f", "").hides_file("a") is None
