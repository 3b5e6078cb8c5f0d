"""Earlier states that are kept: found again by what they depend on, and never trusted further than that."""

from __future__ import annotations

import datetime
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sfgov.check import Check
from sfgov.config import Config
from sfgov.gate.baseline import Baseline, Entry
from sfgov.gate.diff import Before
from sfgov.kept import VARIABLE, Kept, cache_folder, kept_outside_of, key_of
from sfgov.plugins import checks_in
from sfgov.policy import Policy
from sfgov.project import Project, Snapshot, merge_base, open_project
from sfgov.result import Hold, Holdings
from sfgov.selfcheck import unreadable_file
from tests.cli.conftest import ORG
from tests.gate_results import RESULT
from tests.git_repository import Repository

KEY = "0123456789abcdef" * 4
BEFORE = Before(
    (replace(RESULT, message="Größe \u202e\x00 🚀"),),
    (
        Holdings(
            "Profile:Sales", (Hold("objectPermissions", "Case", ("allowEdit",), "p.xml", 3),), ("allowEdit",)
        ),
    ),
)
TODAY = datetime.date(2026, 6, 1)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path / "cache")
    kept.put(KEY, BEFORE)
    return kept


def entry(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "cache").iterdir()
    return file


def test_what_was_kept_comes_back_as_it_was(kept: Kept) -> None:
    assert kept.get(KEY) == BEFORE
    assert kept.get(KEY.replace("0", "f")) is None


def test_nobody_else_can_read_it(kept: Kept, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows keeps each user's folder apart by itself")
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert entry(tmp_path).stat().st_mode & 0o777 == 0o600


def repacked(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The entry with other content, and a digest that fits it."""
    import hashlib

    head, name, _, packed = data.split(b"\n", 3)
    packed = zlib.compress(change(zlib.decompress(packed)))
    return b"\n".join((head, name, hashlib.sha256(packed).hexdigest().encode(), packed))


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data.replace(b"sfgov-kept 1", b"sfgov-kept 0"),
        lambda data: data.replace(KEY.encode(), KEY[::-1].encode()),
        lambda data: data + b"more",
        lambda data: repacked(data, lambda text: text.replace(b'"fingerprint":"0"', b'"fingerprint":0')),
        lambda data: repacked(data, lambda _: b"{" * 100_000),
        lambda data: repacked(data, lambda _: b"\xff\xfe"),
        lambda data: repacked(data, lambda text: text[:-1]),
    ],
    ids=["empty", "cut", "bit", "format", "name", "longer", "type", "deep", "bytes", "torn"],
)
def test_a_damaged_entry_is_as_good_as_none(
    kept: Kept, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = entry(tmp_path)
    file.write_bytes(damage(file.read_bytes()))

    assert kept.get(KEY) is None
    kept.put(KEY, BEFORE)
    assert kept.get(KEY) == BEFORE


def test_one_entry_does_not_stand_for_another(kept: Kept, tmp_path: Path) -> None:
    other = KEY[::-1]
    entry(tmp_path).rename(tmp_path / "cache" / f"{other}.kept")

    assert kept.get(other) is None


def test_a_folder_to_which_others_can_write_is_not_used(kept: Kept, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows keeps each user's folder apart by itself")
    (tmp_path / "cache").chmod(0o777)
    assert kept.get(KEY) is None
    entry(tmp_path).unlink()
    kept.put(KEY, BEFORE)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Kept(tmp_path / "file" / "cache")

    kept.put(KEY, BEFORE)

    assert kept.get(KEY) is None


def test_what_no_file_can_hold_is_not_kept(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "cache")

    kept.put(KEY, Before((replace(RESULT, message="\ud800"),)))

    assert kept.get(KEY) is None
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_entries_that_were_asked_for_last_stay(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "cache")
    keys = [f"{number:064x}" for number in range(20)]
    for age, key in enumerate(keys):
        kept.put(key, BEFORE)
        os.utime(tmp_path / "cache" / f"{key}.kept", (1_000_000 + age, 1_000_000 + age))
    assert kept.get(keys[0]) == BEFORE

    kept.put(KEY, BEFORE)

    assert kept.get(keys[0]) == BEFORE
    assert kept.get(keys[1]) is None
    assert len(list((tmp_path / "cache").iterdir())) == 20


class TestFolder:
    @pytest.mark.parametrize(
        ("environment", "platform", "expected"),
        [
            ({VARIABLE: "/there", "HOME": "/home/jane"}, "linux", "/there"),
            ({"HOME": "/home/jane"}, "linux", "/home/jane/.cache/sfgov"),
            ({"HOME": "/home/jane", "XDG_CACHE_HOME": "/caches"}, "linux", "/caches/sfgov"),
            ({"HOME": "/home/jane", "XDG_CACHE_HOME": "relative"}, "linux", None),
            ({"HOME": "/Users/jane"}, "darwin", "/Users/jane/Library/Caches/sfgov"),
            ({"LOCALAPPDATA": "/C/Local"}, "win32", "/C/Local/sfgov/Cache"),
            ({}, "win32", None),
            ({}, "linux", None),
        ],
    )
    def test_where_it_lies(self, environment: dict[str, str], platform: str, expected: str | None) -> None:
        found = cache_folder(environment, platform)

        assert (found.as_posix() if found else None) == expected

    def test_never_in_the_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "repository").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "repository")
        for folder in ("repository", "repository/.cache", "link/cache"):
            monkeypatch.setenv(VARIABLE, str(tmp_path / folder))
            assert kept_outside_of(str(tmp_path / "repository")) is None
        monkeypatch.setenv(VARIABLE, str(tmp_path / "repository-cache"))
        assert kept_outside_of(str(tmp_path / "repository")) is not None


class TestKey:
    """What an entry depends on."""

    @pytest.fixture
    def repository(self, tmp_path: Path) -> Repository:
        repository = Repository(tmp_path / "repository")
        repository.commit(ORG)
        return repository

    def snapshot(self, repository: Repository) -> Snapshot:
        return merge_base(repository.folder, "HEAD")

    def project(self, repository: Repository, folder: str = "org") -> Project:
        return open_project([repository.folder / folder], origin=self.snapshot(repository))

    def key(
        self,
        repository: Repository,
        *,
        project: Project | None = None,
        config: Config = Config(),  # noqa: B008
        own: Config = Config(),  # noqa: B008
        checks: tuple[Check, ...] = (unreadable_file,),
        known: tuple[Check, ...] = (unreadable_file,),
        baseline: Baseline = Baseline(),  # noqa: B008
        today: datetime.date = TODAY,
    ) -> str | None:
        return key_of(
            project or self.project(repository),
            self.snapshot(repository).tree_name,
            policies=(config, own),
            checks=checks,
            known=known,
            baseline=baseline,
            today=today,
        )

    def test_the_same_files_in_another_commit_have_the_same(self, repository: Repository) -> None:
        before = self.key(repository)
        repository.commit()
        assert before
        assert self.key(repository) == before
        repository.commit({"README.md": "anything\n"})
        assert self.key(repository) != before

    def test_everything_else_that_it_depends_on(self, repository: Repository) -> None:
        policy = Config(Policy(ignore=("HYG",)))
        house = checks_in(repository.folder / "house")
        known = Baseline((Entry("DEL001", "Profile:Sales", "s", "f", "2026-01-01"),))
        keys = [
            self.key(repository),
            self.key(repository, project=self.project(repository, "org/permissionsets")),
            self.key(repository, config=policy),
            self.key(repository, own=policy),
            self.key(repository, config=Config(lines={("ignore",): 4})),
            self.key(repository, checks=()),
            self.key(repository, known=(unreadable_file, *house)),
            self.key(repository, baseline=known),
            self.key(repository, today=TODAY + datetime.timedelta(days=1)),
        ]
        assert None not in keys
        assert len(set(keys)) == len(keys)

    def test_the_text_of_checks_and_of_what_lies_beside_them(self, repository: Repository) -> None:
        house = repository.folder / "house"
        known = checks_in(house)
        before = self.key(repository, known=known)
        (house / "limits.json").write_text("{}")
        with_limits = self.key(repository, known=known)
        (house / "modify_all.py").write_text("# changed\n")

        assert len({before, with_limits, self.key(repository, known=known)}) == 3

    def test_what_is_not_read_from_git_alone_has_none(self, repository: Repository, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        project = open_project(
            [repository.folder / "org"],
            declared={"MaskingTemplate": ["*.yml"]},
            base=tmp_path / "elsewhere",
            origin=self.snapshot(repository),
        )

        assert self.key(repository, project=project) is None
        assert self.key(repository, project=open_project([repository.folder / "org"])) is None
