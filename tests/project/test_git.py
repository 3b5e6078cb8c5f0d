"""The org as a commit has it: the same components as on disk, from git's objects alone."""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import pytest

from sfgov.parse.pool import parse_files
from sfgov.project import GitError, NoMetadata, Project, Snapshot, merge_base, open_project
from sfgov.project.git import GitTree
from tests.git_repository import Repository

DX = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app", "default": true}], "sourceApiVersion": "62.0"}',
    ".forceignore": "**/Hidden.cls\n",
    "force-app/main/default/classes/A.cls": "public class A {}\n",
    "force-app/main/default/classes/A.cls-meta.xml": "<ApexClass><apiVersion>62.0</apiVersion></ApexClass>\n",
    "force-app/main/default/classes/Hidden.cls": "public class Hidden {}\n",
    "force-app/main/default/objects/Invoice__c/fields/Größe__c.field-meta.xml": "<CustomField><fullName>Größe__c</fullName></CustomField>\n",
    "governance/masking/Contact.yml": "object: Contact\n",
    "aside/classes/B.cls": "public class B {}\n",
}
DECLARED = {"MaskingTemplate": ["governance/masking/*.yml"]}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def snapshot(repository: Repository) -> Snapshot:
    return merge_base(repository.folder, "HEAD")


def seen(project: Project) -> dict[str, object]:
    """All that is known of a project but where it is read from."""
    whole = {name: getattr(project, name) for name in project.__struct_fields__ if name != "reader"}
    return whole | {"contents": [project.reader.read(file.path) for file in project.files]}


@pytest.mark.parametrize("path", [".", "force-app", "force-app/main/default/classes", "aside"])
def test_a_commit_is_opened_as_the_disk_is(repository: Repository, path: str) -> None:
    repository.commit(DX)
    folder = repository.folder / path

    then = open_project([folder], declared=DECLARED, base=repository.folder, origin=snapshot(repository))

    assert seen(then) == seen(open_project([folder], declared=DECLARED, base=repository.folder))
    assert len(then.files) > 0


def test_one_file(repository: Repository) -> None:
    repository.commit(DX)
    file = repository.folder / "force-app/main/default/classes/A.cls"

    then = open_project([file], origin=snapshot(repository))

    assert seen(then) == seen(open_project([file]))


def test_what_was_changed_since_is_not_seen(repository: Repository) -> None:
    repository.commit(DX)
    (repository.folder / "force-app/main/default/classes/A.cls").write_text("public class A { Integer x; }\n")
    (repository.folder / "force-app/main/default/classes/New.cls").write_text("public class New {}\n")

    then = open_project([repository.folder / "force-app"], origin=snapshot(repository))

    assert "main/default/classes/New.cls" not in [file.path for file in then.files]
    assert then.reader.read("main/default/classes/A.cls") == b"public class A {}\n"


def test_a_folder_that_was_not_there_yet(repository: Repository) -> None:
    repository.commit({"README.md": "empty\n"})
    (repository.folder / "force-app").mkdir()

    with pytest.raises(NoMetadata):
        open_project([repository.folder / "force-app"], origin=snapshot(repository))


def test_the_reader_works_in_other_processes(repository: Repository) -> None:
    classes = {f"classes/C{n}.cls": f"public class C{n} {{}}\n" for n in range(30)}
    repository.commit(classes)
    project = open_project([repository.folder], origin=snapshot(repository))

    parsed = list(parse_files(project.files, project.reader, jobs=2))

    assert [fact.name for _, one in parsed for fact in one.facts] == sorted(f"C{n}" for n in range(30))
    again = pickle.loads(pickle.dumps(project.reader))  # noqa: S301
    assert again.read("classes/C7.cls") == b"public class C7 {}\n"


def test_symbolic_links(repository: Repository) -> None:
    repository.commit({"real/classes/A.cls": "public class A {}\n", "README.md": "x\n"})
    (repository.folder / "real" / "Linked.cls").symlink_to("../real/classes/A.cls")
    (repository.folder / "folder").symlink_to("real")
    (repository.folder / "dangling").symlink_to("nowhere")
    (repository.folder / "round").symlink_to("round")
    repository.commit()
    tree = snapshot(repository).tree(str(repository.folder))

    listing = tree.list("")
    assert (listing.folders, listing.files, listing.links) == (["real"], ["README.md"], [("folder", "real")])
    assert [(one.name, one.reason) for one in listing.unusable] == [
        ("dangling", "this symbolic link leads nowhere"),
        ("round", "this symbolic link leads nowhere"),
    ]
    below = snapshot(repository).tree(str(repository.folder / "real"))
    assert below.list("").files == ["Linked.cls"]
    assert below.list("classes").files == ["A.cls"]


def test_a_link_out_of_what_is_read(repository: Repository) -> None:
    repository.commit({"org/classes/A.cls": "public class A {}\n", "B.cls": "public class B {}\n"})
    (repository.folder / "org" / "B.cls").symlink_to("../B.cls")
    repository.commit()

    (unusable,) = snapshot(repository).tree(str(repository.folder / "org")).list("").unusable
    assert unusable.name == "B.cls"
    assert unusable.reason == "this symbolic link leads out of the folder that is read, so it is not followed"


def test_reading_what_is_not_there(repository: Repository) -> None:
    commit = repository.commit({"a/b.txt": "b\n"})
    tree = GitTree(str(repository.folder), commit, "")

    assert tree.read("a/b.txt") == b"b\n"
    assert tree.head("a/b.txt") == b"b\n"
    assert tree.head("a") == b""
    assert (tree.has_folder("a"), tree.has_folder("b"), tree.has_folder("")) == (True, False, True)
    for path in ("a", "c.txt"):
        with pytest.raises(FileNotFoundError):
            tree.read(path)


def test_outside_of_the_repository_the_disk_is_read(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.txt": "a\n"})
    (tmp_path / "policy.yml").write_text("p\n")

    assert "policy.yml" in snapshot(repository).tree(str(tmp_path)).list("").files


class TestMergeBase:
    def test_where_the_branches_went_apart(self, repository: Repository) -> None:
        base = repository.commit({"a.txt": "1\n"})
        repository.git("switch", "--quiet", "--create", "feature")
        repository.commit({"b.txt": "1\n"})
        repository.git("switch", "--quiet", "main")
        repository.commit({"a.txt": "2\n"})
        repository.git("switch", "--quiet", "feature")

        found = merge_base(repository.folder, "main")

        assert found == Snapshot(os.path.realpath(repository.folder), base)
        assert found.tree(str(repository.folder)).read("a.txt") == b"1\n"

    def refusal(self, folder: Path, ref: str) -> str:
        with pytest.raises(GitError) as caught:
            merge_base(folder, ref)
        return str(caught.value)

    def test_a_shallow_clone(self, repository: Repository, tmp_path: Path) -> None:
        repository.commit({"a.txt": "1\n"})
        repository.commit({"a.txt": "2\n"})
        address = repository.folder.as_uri()
        subprocess.run(["git", "clone", "--quiet", "--depth=1", address, str(tmp_path / "clone")], check=True)

        assert self.refusal(tmp_path / "clone", "origin/main") == (
            "this is a shallow clone, in which git cannot tell where the branches went apart; fetch the whole history: "
            "git fetch --unshallow (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0; Azure: fetchDepth: 0)"
        )

    def test_a_ref_that_is_not_there(self, repository: Repository) -> None:
        repository.commit({"a.txt": "1\n"})

        for ref in ("origin/main", "--output=x", "main:a.txt"):
            assert self.refusal(repository.folder, ref) == (
                f"git knows no commit {ref} here; fetch it first: git fetch origin"
            )
        assert not (repository.folder / "x").exists()

    def test_nothing_is_committed_yet(self, repository: Repository) -> None:
        assert self.refusal(repository.folder, "HEAD") == (
            "git knows no commit HEAD here, as nothing is committed"
        )

    def test_a_folder_of_another_user(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        """What CI checks out is often not the container's."""
        repository.commit({"a.txt": "1\n"})
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

        folder = os.path.realpath(repository.folder)
        assert self.refusal(repository.folder, "main") == (
            f"detected dubious ownership in repository at '{folder}'; "
            f"if it is yours: git config --global --add safe.directory '{folder}'"
        )

    def test_histories_that_never_met(self, repository: Repository) -> None:
        repository.commit({"a.txt": "1\n"})
        repository.git("switch", "--quiet", "--orphan", "other")
        repository.commit({"b.txt": "1\n"})

        assert self.refusal(repository.folder, "main") == "main and HEAD have no commit in common"

    def test_no_repository(self, tmp_path: Path) -> None:
        assert self.refusal(tmp_path, "main").startswith("not a git repository")

    def test_no_git(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")

        assert self.refusal(repository.folder, "main") == "git is not installed"

    def test_variables_that_hooks_set_do_not_matter(
        self, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = repository.commit({"a.txt": "1\n"})
        monkeypatch.setenv("GIT_DIR", "/nowhere")
        monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")

        assert merge_base(repository.folder, "main").commit == commit


def test_content_that_a_partial_clone_lacks_is_an_error_and_not_fetched(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"classes/A.cls": "public class A {}\n"})
    repository.git("config", "uploadpack.allowFilter", "true")
    address = repository.folder.as_uri()
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-checkout", "--filter=blob:none", address, str(clone)], check=True
    )
    repository.folder.rename(tmp_path / "away")
    tree = merge_base(clone, "HEAD").tree(str(clone))

    assert tree.list("classes").files == ["A.cls"]
    with pytest.raises(GitError, match=r"as in a partial clone; clone without --filter$"):
        tree.read("classes/A.cls")
