"""Which files of a folder are metadata, and what they are, in every layout that retrieves and projects have."""

import os
from pathlib import Path

import pytest

from sfgov.project import NoMetadata, Project, open_project
from tests.project.folders import Open, Write, read_elsewhere

PROJECT = '{"packageDirectories": [{"path": "force-app", "default": true}], "sourceApiVersion": "62.0"}'


def listed(project: Project) -> list[str]:
    """`path Type:Name`, with the role where it is not the whole."""
    return [
        f"{file.path} {file.type}:{file.name}" + ("" if file.role == "whole" else f" {file.role}")
        for file in project.files
    ]


def test_project_reads_its_package_directories_alone(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            "force-app/main/default/profiles/Admin.profile-meta.xml": "<Profile/>",
            "unpackaged/profiles/Other.profile-meta.xml": "<Profile/>",
            "README.md": "",
        }
    )
    assert listed(project) == ["force-app/main/default/profiles/Admin.profile-meta.xml Profile:Admin"]
    assert project.files[0].package == "force-app"
    assert project.title == "acme"
    assert (project.api_version, project.api_version_line) == ("62.0", 1)
    assert project.front == "sfdx-project.json"


def test_several_and_nested_package_directories(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": """{
                "namespace": "acme",
                "packageDirectories": [
                    {"path": "./core/", "package": "Core", "default": true},
                    {"path": "core/addons/tax", "package": "Tax"},
                    {"path": "optional"}
                ]}""",
            "core/classes/A.cls": "",
            "core/addons/tax/classes/B.cls": "",
            "core/addons/other/classes/C.cls": "",
        }
    )
    assert [(file.name, file.package) for file in project.files] == [
        ("C", "core"),
        ("B", "core/addons/tax"),
        ("A", "core"),
    ]
    described = [(p.path, p.name, p.namespace, p.default, p.exists) for p in project.package_directories]
    assert described == [
        ("core", "Core", "acme", True, True),
        ("core/addons/tax", "Tax", "acme", False, True),
        ("optional", "", "acme", False, False),
    ]
    assert project.problems == ()


def test_project_without_any_of_its_package_directories(write: Write) -> None:
    root = write({"sfdx-project.json": PROJECT, "src/classes/A.cls": ""})
    with pytest.raises(
        NoMetadata, match=r"sfdx-project.json: none of its package directories exists: force-app\."
    ):
        open_project([root])


def test_package_directory_that_is_the_project_itself(opened: Open) -> None:
    project = opened({"sfdx-project.json": '{"packageDirectories": [{"path": "."}]}', "classes/A.cls": ""})
    assert [(file.path, file.package) for file in project.files] == [("classes/A.cls", ".")]


def test_package_directory_outside_of_the_project_is_a_problem(opened: Open) -> None:
    project = opened(
        {
            "acme/sfdx-project.json": '{"packageDirectories": [{"path": "../shared"}, {"path": "force-app"}]}',
            "acme/force-app/classes/A.cls": "",
            "shared/classes/B.cls": "",
        },
        "acme",
    )
    assert [file.path for file in project.files] == ["force-app/classes/A.cls"]
    assert [(p.path, p.reason) for p in project.problems] == [
        ("sfdx-project.json", "the package directory ../shared lies outside the project, so it is not read")
    ]


def test_package_directory_in_a_folder_that_is_skipped_otherwise(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": ".packages/core"}]}',
            ".packages/core/classes/A.cls": "",
            ".packages/other/classes/B.cls": "",
        }
    )
    assert [file.path for file in project.files] == [".packages/core/classes/A.cls"]


def test_nested_projects_are_read_and_named_by_the_nearest(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "components"}]}',
            "components/Tree/sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
            "components/Tree/force-app/classes/A.cls": "",
            "components/Tree/demo/classes/B.cls": "",
            "tools/sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
            "tools/force-app/classes/C.cls": "",
            "tools/demo/classes/D.cls": "",
        }
    )
    assert [(file.name, file.package) for file in project.files] == [
        ("B", "components"),
        ("A", "components/Tree/force-app"),
        ("C", "tools/force-app"),
    ]


def test_nested_project_that_is_a_template_for_elsewhere(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "core"}]}',
            "core/classes/A.cls": "",
            "managed/sfdx-project.json": '{"packageDirectories": [{"path": "managed/core"}]}',
            "managed/core/classes/A.cls": "",
        }
    )
    assert [file.path for file in project.files] == ["core/classes/A.cls"]
    assert project.problems == ()


def test_broken_project_file_is_a_problem_and_all_folders_are_read(opened: Open) -> None:
    project = opened({"sfdx-project.json": '{\n"packageDirectories": [}', "src/classes/A.cls": ""})
    assert [file.path for file in project.files] == ["src/classes/A.cls"]
    assert [(p.path, p.reason, p.line) for p in project.problems] == [
        ("sfdx-project.json", "this is not valid JSON: Expecting value", 2)
    ]


def test_project_file_with_a_byte_order_mark(opened: Open) -> None:
    project = opened({"sfdx-project.json": b"\xef\xbb\xbf" + PROJECT.encode(), "force-app/classes/A.cls": ""})
    assert project.problems == ()
    assert project.files[0].package == "force-app"


@pytest.mark.parametrize(
    "text", ["[]", "7", '{"packageDirectories": 3}', '{"packageDirectories": [4, {}]}', "{}"]
)
def test_project_files_that_say_nothing(opened: Open, text: str) -> None:
    project = opened({"sfdx-project.json": text, "src/classes/A.cls": ""})
    assert [file.path for file in project.files] == ["src/classes/A.cls"]


def test_mdapi_with_package_xml(opened: Open) -> None:
    project = opened(
        {
            "src/package.xml": "<Package><types><members>*</members><name>Profile</name></types></Package>",
            "src/profiles/Admin.profile": "",
            "src/objects/Account.object": "",
            "src/classes/A.cls": "",
            "src/classes/A.cls-meta.xml": "",
            "src/flows/Close-3.flow": "",
        }
    )
    assert listed(project) == [
        "src/classes/A.cls ApexClass:A body",
        "src/classes/A.cls-meta.xml ApexClass:A meta",
        "src/flows/Close-3.flow Flow:Close-3",
        "src/objects/Account.object CustomObject:Account",
        "src/profiles/Admin.profile Profile:Admin",
    ]
    assert project.front == "src/package.xml"


def test_source_format_under_a_folder_called_src_without_a_project(opened: Open) -> None:
    project = opened({"src/sales/main/objects/A__c/fields/B__c.field-meta.xml": ""})
    assert listed(project) == ["src/sales/main/objects/A__c/fields/B__c.field-meta.xml CustomField:A__c.B__c"]


def test_mixed_tree_without_a_project_is_read_whole(opened: Open) -> None:
    project = opened(
        {
            "app/sfdx-project.json": PROJECT,
            "app/force-app/flows/A.flow-meta.xml": "",
            "app/unpackaged/flows/B.flow-meta.xml": "",
            "legacy/src/flows/C.flow": "",
            "docs/guide.md": "",
        }
    )
    assert [file.path for file in project.files] == [
        "app/force-app/flows/A.flow-meta.xml",
        "legacy/src/flows/C.flow",
    ]


def test_folder_of_one_type(opened: Open) -> None:
    project = opened({"permissionsets/Sales.permissionset-meta.xml": ""}, "permissionsets")
    assert listed(project) == ["Sales.permissionset-meta.xml PermissionSet:Sales"]


def test_folder_of_files_alone(opened: Open) -> None:
    project = opened(
        {
            "Sales.permissionset-meta.xml": "",
            "Admin.profile": '<?xml version="1.0"?><Profile/>',
            "A.cls": "",
            "A.cls-meta.xml": "",
            "article.cls": "\\ProvidesClass{article}",
            "notes.profile": "what Ann does",
            "README.v2.md": "# Read me",
        }
    )
    assert listed(project) == [
        "A.cls ApexClass:A body",
        "A.cls-meta.xml ApexClass:A meta",
        "Admin.profile Profile:Admin",
        "Sales.permissionset-meta.xml PermissionSet:Sales",
    ]


def test_folder_inside_an_object_without_a_project(opened: Open) -> None:
    project = opened({"objects/Account/fields/Tax__c.field-meta.xml": ""}, "objects/Account/fields")
    assert listed(project) == ["Tax__c.field-meta.xml CustomField:Account.Tax__c"]


def test_folder_inside_a_project_keeps_its_package_and_its_forceignore(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            ".forceignore": "**/profiles/**\n",
            "force-app/main/objects/Account/fields/Tax__c.field-meta.xml": "",
            "force-app/main/profiles/Admin.profile-meta.xml": "",
            "force-app/other/classes/A.cls": "",
        },
        "force-app/main",
    )
    assert listed(project) == ["objects/Account/fields/Tax__c.field-meta.xml CustomField:Account.Tax__c"]
    assert project.files[0].package == "force-app"
    assert [(h.file, h.line, h.type, h.example) for h in project.ignored] == [
        ("acme/.forceignore", 1, "Profile", "profiles/Admin.profile-meta.xml")
    ]
    assert project.reader.read("acme/.forceignore") == b"**/profiles/**\n"
    assert [p.project for p in project.package_directories] == ["acme/sfdx-project.json"]
    assert project.api_version == "62.0"


def test_folder_outside_the_package_directories_is_read_when_it_is_asked_for(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            "force-app/classes/A.cls": "",
            "unpackaged/config/profiles/Admin.profile": "",
        },
        "unpackaged",
    )
    assert [(file.path, file.package) for file in project.files] == [("config/profiles/Admin.profile", "")]


def test_folder_above_package_directories_is_read_in_these_alone(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "apps/core"}, {"path": "apps/tax"}]}',
            "apps/core/classes/A.cls": "",
            "apps/tax/classes/B.cls": "",
            "apps/demo/classes/C.cls": "",
        },
        "apps",
    )
    assert [(file.path, file.package) for file in project.files] == [
        ("core/classes/A.cls", "core"),
        ("tax/classes/B.cls", "tax"),
    ]


def test_folder_that_is_hidden_says_by_what(write: Write) -> None:
    root = write(
        {
            "sfdx-project.json": PROJECT,
            ".forceignore": "\n/force-app/main/old\n",
            "force-app/main/old/classes/A.cls": "",
        }
    )
    with pytest.raises(NoMetadata, match=r"acme/\.forceignore line 2 hides ApexClass\."):
        open_project([root / "force-app/main/old"])


def test_one_file_and_what_belongs_to_it(opened: Open) -> None:
    files = {
        "sfdx-project.json": PROJECT,
        "force-app/classes/A.cls": "",
        "force-app/classes/A.cls-meta.xml": "",
        "force-app/classes/B.cls": "",
        "force-app/lwc/list/list.js": "",
        "force-app/lwc/list/list.js-meta.xml": "",
        "force-app/objects/X__c/fields/Y__c.field-meta.xml": "",
    }
    for path in ("force-app/classes/A.cls", "force-app/classes/A.cls-meta.xml"):
        assert listed(opened(files, path)) == ["A.cls ApexClass:A body", "A.cls-meta.xml ApexClass:A meta"]
    assert listed(opened(files, "force-app/lwc/list/list.js")) == [
        "list.js-meta.xml LightningComponentBundle:list meta"
    ]
    field = opened(files, "force-app/objects/X__c/fields/Y__c.field-meta.xml")
    assert listed(field) == ["Y__c.field-meta.xml CustomField:X__c.Y__c"]
    assert field.files[0].package == "force-app"
    assert field.root.name == "fields"


def test_one_file_that_is_no_metadata(write: Write) -> None:
    root = write({"notes.txt": ""})
    with pytest.raises(NoMetadata, match=r"notes\.txt holds no Salesforce metadata\."):
        open_project([root / "notes.txt"])


def test_several_paths_are_one_org(opened: Open) -> None:
    files = {
        "core/force-app/classes/A.cls": "",
        "core/extra/classes/B.cls": "",
        "shared/flows/C.flow-meta.xml": "c",
        "core/shared/flows/D.flow-meta.xml": "",
    }
    project = opened(files, "core", "shared", "core/extra")
    assert [file.path for file in project.files] == [
        "extra/classes/B.cls",
        "force-app/classes/A.cls",
        "shared/flows/D.flow-meta.xml",
        "shared~2/flows/C.flow-meta.xml",
    ]
    assert project.reader.read("shared~2/flows/C.flow-meta.xml") == b"c"


def test_a_path_below_the_first_is_read_although_the_project_leaves_it_out(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            "force-app/classes/A.cls": "",
            "unpackaged/classes/B.cls": "b",
        },
        "",
        "unpackaged",
    )
    assert [file.path for file in project.files] == ["force-app/classes/A.cls", "unpackaged/classes/B.cls"]
    assert project.reader.read("unpackaged/classes/B.cls") == b"b"


def test_a_path_above_the_first_brings_nothing_twice(opened: Open) -> None:
    project = opened({"a/classes/A.cls": "", "b/classes/B.cls": ""}, "a", "")
    assert [file.path for file in project.files] == ["acme/b/classes/B.cls", "classes/A.cls"]


def test_several_files_as_a_commit_hook_gives_them(opened: Open) -> None:
    project = opened(
        {"classes/A.cls": "", "classes/B.cls": "", "classes/C.cls": "", "flows/F.flow-meta.xml": ""},
        "classes/A.cls",
        "classes/B.cls",
        "flows/F.flow-meta.xml",
    )
    assert listed(project) == [
        "A.cls ApexClass:A body",
        "B.cls ApexClass:B body",
        "flows/F.flow-meta.xml Flow:F",
    ]


def test_generated_and_vendored_folders_are_left_out(opened: Open) -> None:
    project = opened(
        {
            "classes/A.cls": "",
            "node_modules/x/classes/B.cls": "",
            ".sfdx/tools/classes/C.cls": "",
            ".sf/orgs/classes/D.cls": "",
            ".git/classes/E.cls": "",
            "site/index.html": "",
            "site/classes/F.cls": "",
            "__MACOSX/classes/G.cls": "",
        }
    )
    assert [file.name for file in project.files] == ["A"]


def test_folder_called_site_that_is_no_web_site(opened: Open) -> None:
    project = opened({"site/classes/A.cls": "", "site/package.xml": "<Package/>"})
    assert [file.path for file in project.files] == ["site/classes/A.cls"]
    assert [manifest.path for manifest in project.manifests] == ["site/package.xml"]


def test_apex_tests_in_a_folder_that_javascript_gave_its_name(opened: Open) -> None:
    project = opened(
        {"classes/__tests__/ATest.cls": "", "lwc/list/list.js": "", "lwc/list/__tests__/x.cls": ""}
    )
    assert [file.path for file in project.files] == ["classes/__tests__/ATest.cls"]


def test_empty_folder(write: Write, tmp_path: Path) -> None:
    with pytest.raises(NoMetadata) as caught:
        open_project([tmp_path])
    assert str(caught.value) == (
        f"{tmp_path} holds no Salesforce metadata. Looked for the package directories of an sfdx-project.json, and in "
        "all folders for files such as *.cls, *.object, *.flow-meta.xml or *.permissionset-meta.xml. "
        "Give the folder of the project or of the retrieve."
    )


def test_broken_project_file_above_a_folder(opened: Open) -> None:
    project = opened({"sfdx-project.json": "{", "force-app/classes/A.cls": ""}, "force-app/classes")
    assert [file.path for file in project.files] == ["A.cls"]
    assert [(p.path, p.line) for p in project.problems] == [("acme/sfdx-project.json", 1)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PROJECT.encode("utf-16"), "this is not UTF-8 text"),
        (b"[" * 100_000, "this is nested too deeply to be read"),
        (b"[]", "this is not a JSON object"),
    ],
    ids=["utf-16", "nested", "list"],
)
def test_project_file_that_is_something_else(opened: Open, data: bytes, reason: str) -> None:
    project = opened({"sfdx-project.json": data, "classes/A.cls": ""})
    assert [(p.path, p.reason) for p in project.problems] == [("sfdx-project.json", reason)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_path_that_is_something_else(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoMetadata, match=r"pipe is neither a folder nor a file\. Give a folder"):
        open_project([tmp_path / "pipe"])


def test_path_that_does_not_exist() -> None:
    with pytest.raises(NoMetadata, match=r"^no/such does not exist\. Give a folder, a retrieved \.zip or"):
        open_project([Path("no/such")])


def test_folder_of_a_deletion_alone_is_something_to_check(opened: Open) -> None:
    project = opened({"package.xml": "<Package/>", "destructiveChanges.xml": "<Package/>"})
    assert project.files == ()
    assert [manifest.kind for manifest in project.manifests] == ["destructive", "package"]


def test_working_folder_is_the_default(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({"classes/A.cls": ""}))
    project = open_project([])
    assert (project.title, [file.path for file in project.files]) == ("acme", ["classes/A.cls"])


def test_reader_travels_to_other_processes(opened: Open) -> None:
    reader = opened({"classes/Ä.cls": "class Ä {}"}).reader
    assert read_elsewhere(reader, "classes/Ä.cls").decode() == "class Ä {}"
    with pytest.raises(FileNotFoundError):
        reader.read("classes/B.cls")
