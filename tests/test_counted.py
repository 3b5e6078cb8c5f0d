"""Numbers with their nouns."""

from sfgov.counted import counted


def test_one_is_told_from_many() -> None:
    assert [counted(n, "file") for n in (0, 1, 12345)] == ["0 files", "1 file", "12,345 files"]
    assert [counted(n, "bundle can", "bundles can") for n in (1, 2)] == ["1 bundle can", "2 bundles can"]
