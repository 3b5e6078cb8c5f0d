"""The hash of a line, against the values that GitHub's own test suite publishes (codeql-action, MIT)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sfgov import Finding, Severity, check
from sfgov.check import Check, Outcome
from sfgov.config import Config
from sfgov.engine import run, with_line_hashes
from sfgov.facts import ApexClass
from sfgov.line_hash import line_hashes
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.project import open_project
from sfgov.result import Run
from sfgov.testing import write_files

END = "c129715d7a2bc9a3:1"
GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    END,
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [END], id="empty file"),
        pytest.param(
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
            id="blanks do not count",
        ),
        pytest.param(
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
            id="no line end at the end",
        ),
        pytest.param(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS, id="LF"),
        pytest.param(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS, id="CR"),
        pytest.param(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS, id="CRLF"),
        pytest.param(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS, id="mixed"),
        pytest.param(
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                END,
            ],
            id="equal lines are numbered",
        ),
    ],
)
def test_published_values(text: str, expected: list[str]) -> None:
    hashes = line_hashes(text.encode(), range(1, 100))

    assert hashes == dict(enumerate(expected, 1))


def test_only_the_lines_asked_for_but_numbered_as_in_the_whole_file() -> None:
    content = b"Lorem ipsum dolor sit amet.\n" * 10

    assert line_hashes(content, [3, 7, 400]) == {3: "a7f2ff13bc495cf2:3", 7: "a7f2ff1481e87703:1"}
    assert line_hashes(content, []) == {}


def test_a_byte_order_mark_and_each_half_of_a_surrogate_pair_count() -> None:
    plain = line_hashes(b"a", [1])[1]
    marked = line_hashes(b"\xef\xbb\xbfa", [1])[1]

    assert plain != marked
    # U+1F600 is the pair D83D DE00, followed by the end mark, in a window of a hundred.
    expected = (0xD83D * 37**99 + 0xDE00 * 37**98 + 0xFFFF * 37**97) % 2**64
    assert line_hashes("😀".encode(), [1]) == {1: f"{expected:x}:1"}


def test_bytes_that_are_no_utf8_are_read_as_a_reader_would() -> None:
    assert line_hashes(b"caf\xe9", [1]) == line_hashes("caf\ufffd".encode(), [1])


def test_a_line_that_ends_early_and_a_longer_one_are_told_apart() -> None:
    content = b"a\na\nb\na\na\nc\n"

    # The window reaches beyond the line, so that the two pairs of lines differ.
    assert line_hashes(content, [1])[1].partition(":")[0] != line_hashes(content, [4])[4].partition(":")[0]


def about(line: int, *tags: str) -> Check:
    @check(
        "HOU001" if not tags else "HOU002",
        "said" if not tags else "secret",
        Severity.HIGH,
        reads=(),
        tags=tags,
    )
    def function(org: Org) -> Iterator[Outcome]:
        """Rule."""
        yield Finding("Said.", at=next(iter(org.all(ApexClass))).at(line))
        yield Finding("Elsewhere.", at=Place("nowhere.cls", 1, "ApexClass:Nowhere"))

    return function


class TestOfARun:
    """The hashes of the lines of findings."""

    TEXT = "public class A {\n    Integer x;\n    Integer y;\n}\n"

    def run(self, folder: Path, *checks: Check) -> Run:
        write_files(folder, {"classes/A.cls": self.TEXT})
        project = open_project([folder])
        return with_line_hashes(run(project, Config(), checks, jobs=1), project)

    def test_each_finding_that_counts_has_that_of_its_line(self, tmp_path: Path) -> None:
        found = self.run(tmp_path, about(3))

        expected = line_hashes(self.TEXT.encode(), [3])[3]
        assert [(r.path, r.line_hash) for r in found.results] == [
            ("classes/A.cls", expected),
            ("nowhere.cls", ""),
        ]

    def test_a_line_that_is_not_there_has_none(self, tmp_path: Path) -> None:
        assert {r.line_hash for r in self.run(tmp_path, about(99)).results} == {""}

    def test_lines_with_secrets_have_none(self, tmp_path: Path) -> None:
        found = self.run(tmp_path, about(2, "secrets"), about(3))

        assert {r.check for r in found.results if r.line_hash} == {"HOU001"}
