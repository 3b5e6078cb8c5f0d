"""The hash of a line, against the values that GitHub's own test suite publishes (codeql-action, MIT)."""

import pytest

from sfgov.line_hash import line_hashes

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
