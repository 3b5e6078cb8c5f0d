"""Which lines are new since a commit, whatever git's settings and the files' names are."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.project import Changes, GitError, changes_since, merge_base
from tests.git_repository import Repository

TEN = "".join(f"line {n}\n" for n in range(1, 11))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "repo")
    repository.commit(
        {"a.cls": TEN, "moved.cls": TEN + "moved\n", "gone.cls": TEN + "gone\n", "same.cls": "same\n"}
    )
    return repository


def changes(repository: Repository) -> Changes:
    return changes_since(merge_base(repository.folder, "HEAD"))


def write(repository: Repository, name: str, text: str) -> None:
    path = repository.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def test_added_changed_and_removed_lines(repository: Repository) -> None:
    lines = TEN.splitlines(keepends=True)
    write(repository, "a.cls", "".join([*lines[:2], "new\n", "new\n", *lines[2:5], "changed\n", *lines[7:]]))

    found = changes(repository)

    assert found.files == {"a.cls": ((3, 4), (8, 8))}
    assert [line for line in range(1, 12) if found.adds("a.cls", line)] == [3, 4, 8]
    assert (found.touches("a.cls"), found.touches("same.cls"), found.adds("same.cls", 1)) == (
        True,
        False,
        False,
    )


def test_a_file_that_only_lost_lines_is_touched(repository: Repository) -> None:
    write(repository, "a.cls", TEN.replace("line 3\n", ""))

    assert changes(repository).files == {"a.cls": ()}


def test_what_is_committed_since_counts_like_what_is_not(repository: Repository) -> None:
    base = merge_base(repository.folder, "HEAD")
    repository.commit({"a.cls": TEN + "committed\n"})
    write(repository, "a.cls", TEN + "committed\nnot committed\n")

    assert changes_since(base).files == {"a.cls": ((11, 12),)}


def test_new_moved_and_deleted_files(repository: Repository) -> None:
    write(repository, "deep/moved.cls", TEN.replace("line 5", "line five") + "moved\n")
    for name in ("moved.cls", "gone.cls"):
        (repository.folder / name).unlink()
    write(repository, "staged.cls", "staged\n")
    repository.git("add", "--all")
    write(repository, "untracked ü.cls", "untracked\n")
    write(repository, ".gitignore", "ignored.cls\n")
    write(repository, "ignored.cls", "ignored\n")

    found = changes(repository)

    assert sorted(found.files) == [".gitignore", "deep/moved.cls", "staged.cls", "untracked ü.cls"]
    assert (found.files["deep/moved.cls"], found.files["staged.cls"]) == (((5, 5),), ((1, 1),))
    assert found.adds("untracked ü.cls", 40)


@pytest.mark.parametrize(
    "name", ["two words.cls", 'a "quote".cls', "tab\tand\nline.cls", "ü/größe.cls", "back\\slash.cls"]
)
def test_names_that_git_writes_in_its_own_way(repository: Repository, name: str) -> None:
    write(repository, name, "1\n2\n")
    repository.commit()
    write(repository, name, "1\n2\n3\n")

    assert changes(repository).files == {name: ((3, 3),)}


def test_lines_that_look_like_a_diff(repository: Repository) -> None:
    write(repository, "a.cls", TEN + "++ b/other.cls\n@@ -1,1 +1,1 @@\ndiff --git a/x b/x\n")
    write(repository, "b.cls", "no line end")
    repository.git("add", "--all")

    assert changes(repository).files == {"a.cls": ((11, 13),), "b.cls": ((1, 1),)}


@pytest.mark.parametrize(
    "setting",
    ["diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.interHunkContext=9", "diff.relative=true", "color.ui=always",
     "diff.external=false", "core.quotePath=true", "diff.renames=false", "core.fsmonitor=false"],
)  # fmt: skip
def test_settings_of_the_user_do_not_matter(repository: Repository, setting: str) -> None:
    repository.git("config", *setting.split("="))
    lines = TEN.splitlines(keepends=True)
    write(repository, "a.cls", "".join(["first\n", *lines[:3], "fourth\n", *lines[3:]]))
    write(repository, "ü.cls", "1\n")

    found = changes(repository).files

    assert found == {"a.cls": ((1, 1), (5, 5)), "ü.cls": ((1, 1 << 62),)}


def test_no_program_that_the_repository_names_is_run(repository: Repository) -> None:
    repository.commit({".gitattributes": "*.cls filter=evil diff=evil -text\n"})
    ran = repository.folder.parent / "ran"
    for key in (
        "filter.evil.clean",
        "filter.evil.process",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.fsmonitor",
    ):
        repository.git("config", key, f"touch {ran} && cat")
    repository.git("config", "filter.evil.required", "true")
    write(repository, "a.cls", TEN + "new\n")

    assert changes(repository).files["a.cls"] == ((11, 11),)
    assert not ran.exists()


def test_files_that_attributes_call_binary_have_lines(repository: Repository) -> None:
    repository.commit({".gitattributes": "*.cls -diff\n"})
    write(repository, "a.cls", TEN + "new\n")

    assert changes(repository).files == {"a.cls": ((11, 11),)}


def test_settings_that_come_by_variables_stay(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(repository.folder.parent / "mine"))
    (repository.folder.parent / "mine").write_text("untracked.cls\n")
    write(repository, "untracked.cls", "1\n")

    assert changes(repository).files == {}


def test_a_commit_that_git_lost(repository: Repository) -> None:
    base = merge_base(repository.folder, "HEAD")
    for found in (repository.folder / ".git" / "objects").glob("??/*"):
        found.unlink()

    with pytest.raises(GitError):
        changes_since(base)
