"""What file systems hold besides files and folders, and what cannot be read."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sfgov.project import Project, open_project
from tests.project.folders import Open, Write

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")
LEADS_OUT = "this symbolic link leads out of the folder that is read, so it is not followed"


def problems(project: Project) -> list[tuple[str, str]]:
    return [(problem.path, problem.reason) for problem in project.problems]


def test_folder_named_as_a_metadata_file(opened: Open) -> None:
    project = opened(
        {"flows/x.flow-meta.xml/notes.txt": "", "classes/A.cls/B.cls": "", "flows/Y.flow-meta.xml": ""}
    )
    assert problems(project) == [
        ("classes/A.cls", "this is a folder, though it is named as a file of type ApexClass"),
        ("flows/x.flow-meta.xml", "this is a folder, though it is named as a file of type Flow"),
    ]
    assert [file.path for file in project.files] == ["flows/Y.flow-meta.xml"]


def test_folders_with_dots_are_folders(opened: Open) -> None:
    project = opened({"v1.0/classes/A.cls": "", "my.app/flows/F.flow-meta.xml": ""})
    assert problems(project) == []
    assert len(project.files) == 2


@needs_links
def test_links_to_files_in_the_tree_are_files(opened: Open, write: Write) -> None:
    root = write(
        {"shared/A.cls": "class A {}", "sfdx-project.json": '{"packageDirectories": [{"path": "core"}]}'}
    )
    (root / "core/classes").mkdir(parents=True)
    (root / "core/classes/A.cls").symlink_to("../../shared/A.cls")
    project = open_project([root])
    assert [file.path for file in project.files] == ["core/classes/A.cls"]
    assert project.reader.read("core/classes/A.cls") == b"class A {}"


@needs_links
def test_links_to_folders_are_followed_to_what_is_not_read_otherwise(write: Write) -> None:
    root = write(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "core"}]}',
            "shared/classes/A.cls": "",
            "core/main/classes/B.cls": "",
        }
    )
    (root / "core/shared").symlink_to("../shared")
    (root / "core/again").symlink_to("main")
    (root / "core/twice").symlink_to("../shared")
    project = open_project([root])
    assert [(file.path, file.package) for file in project.files] == [
        ("core/main/classes/B.cls", "core"),
        ("core/shared/classes/A.cls", "core"),
    ]
    assert problems(project) == []


@needs_links
def test_package_directory_that_is_a_link(write: Write) -> None:
    root = write(
        {"sfdx-project.json": '{"packageDirectories": [{"path": "core"}]}', "real/classes/A.cls": ""}
    )
    (root / "core").symlink_to("real")
    assert [(file.path, file.package) for file in open_project([root]).files] == [
        ("core/classes/A.cls", "core")
    ]


@needs_links
def test_loops_end(write: Write) -> None:
    root = write({"classes/A.cls": "", "a/flows/F.flow-meta.xml": "", "b/flows/G.flow-meta.xml": ""})
    (root / "classes/up").symlink_to("..")
    (root / "a/b").symlink_to("../b")
    (root / "b/a").symlink_to("../a")
    (root / "self").symlink_to("self")
    project = open_project([root])
    assert [file.path for file in project.files] == [
        "a/flows/F.flow-meta.xml",
        "b/flows/G.flow-meta.xml",
        "classes/A.cls",
    ]
    assert problems(project) == [
        ("classes/up", "this symbolic link leads back to a folder that it lies in"),
        ("self", "this symbolic link leads back to itself"),
    ]


@needs_links
def test_loops_through_folders_that_only_links_lead_to(write: Write) -> None:
    root = write(
        {
            "sfdx-project.json": '{"packageDirectories": [{"path": "core"}]}',
            "core/classes/A.cls": "",
            "x/classes/X.cls": "",
            "y/classes/Y.cls": "",
        }
    )
    (root / "core/x").symlink_to("../x")
    (root / "x/y").symlink_to("../y")
    (root / "y/x").symlink_to("../x")
    assert [file.path for file in open_project([root]).files] == [
        "core/classes/A.cls",
        "core/x/classes/X.cls",
        "core/x/y/classes/Y.cls",
    ]


@needs_links
def test_links_that_lead_out_are_not_followed(write: Write, tmp_path: Path) -> None:
    root = write({"classes/A.cls": ""})
    (tmp_path / "secret.cls").write_text("")
    (tmp_path / "other/classes").mkdir(parents=True)
    (root / "classes/S.cls").symlink_to(tmp_path / "secret.cls")
    (root / "classes/notes.txt").symlink_to(tmp_path / "secret.cls")
    (root / "other").symlink_to(tmp_path / "other")
    (root / ".cache").symlink_to(tmp_path / "other")
    (root / "classes/Gone.cls").symlink_to("nowhere")
    (root / "gone.txt").symlink_to("nowhere")
    project = open_project([root])
    assert [file.path for file in project.files] == ["classes/A.cls"]
    assert problems(project) == [
        ("classes/Gone.cls", "this symbolic link leads nowhere"),
        ("classes/S.cls", LEADS_OUT),
        ("other", LEADS_OUT),
    ]


@needs_links
def test_root_that_is_a_link(write: Write, tmp_path: Path) -> None:
    write({"classes/A.cls": ""})
    (tmp_path / "link").symlink_to("acme")
    project = open_project([tmp_path / "link"])
    assert (project.title, [file.path for file in project.files]) == ("acme", ["classes/A.cls"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipe_is_not_waited_for(write: Write) -> None:
    root = write({"classes/A.cls": ""})
    os.mkfifo(root / "classes/P.cls")
    os.mkfifo(root / "package.xml")
    project = open_project([root])
    assert [file.path for file in project.files] == ["classes/A.cls"]
    assert problems(project) == [("classes/P.cls", "this is neither a file nor a folder")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text(write: Write) -> None:
    root = write({"classes/A.cls": ""})
    Path(os.fsdecode(bytes(root) + b"/classes/B\xff.cls")).write_text("")
    Path(os.fsdecode(bytes(root) + b"/C\xff")).mkdir()
    Path(os.fsdecode(bytes(root) + b"/classes/notes\xff.txt")).write_text("")
    project = open_project([root])
    assert [file.path for file in project.files] == ["classes/A.cls"]
    reason = "the name is not valid UTF-8, so nothing can refer to it"
    assert problems(project) == [("C\ufffd", reason), ("classes/B\ufffd.cls", reason)]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter on Windows")
def test_what_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for folder in ("classes", "flows"):
            (root / folder).mkdir()
        for file in ("classes/A.cls", "flows/F.flow-meta.xml", "package.xml", ".forceignore"):
            (root / file).write_text("")
        for path in ("flows", "package.xml", ".forceignore"):
            (root / path).chmod(0)
        told = _problems_of_another_user(root)
    assert told == [
        ".forceignore: it cannot be read: Permission denied",
        "flows: the folder cannot be read: Permission denied",
        "package.xml: the manifest cannot be read: Permission denied",
    ]


def _problems_of_another_user(root: Path) -> list[str]:
    """The problems that somebody without rights meets: whoever runs the tests as root has them all."""
    code = (
        "import os, pathlib, sys, pathspec; from sfgov.project import open_project\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "for p in open_project([pathlib.Path(sys.argv[1])]).problems: print(f'{p.path}: {p.reason}')"
    )
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
