"""The baseline: what its file looks like, what it silences, and what cannot be used."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from sfgov.gate.baseline import (
    Baseline,
    BaselineError,
    Entry,
    apply_baseline,
    entries_of,
    read_baseline,
    stale_entries,
    text_of,
)
from tests.gate_results import RESULT

ENTRY = Entry(
    "DEL001",
    "PermissionSet:Sales_Admin",
    "objectPermissions[Invoice__c].allowDelete",
    "0" * 32,
    "2026-01-31",
)
OTHER = replace(ENTRY, component="Profile:Vertrieb Süd", fingerprint="1" * 32)
FOUND = replace(RESULT, fingerprint="0" * 32)


def test_one_entry_a_line_sorted() -> None:
    assert text_of([OTHER, ENTRY, OTHER]) == (
        '{"version": 1, "findings": [\n'
        '{"check": "DEL001", "component": "PermissionSet:Sales_Admin", '
        '"subject": "objectPermissions[Invoice__c].allowDelete", '
        '"fingerprint": "00000000000000000000000000000000", "since": "2026-01-31"},\n'
        '{"check": "DEL001", "component": "Profile:Vertrieb Süd", '
        '"subject": "objectPermissions[Invoice__c].allowDelete", '
        '"fingerprint": "11111111111111111111111111111111", "since": "2026-01-31"}\n'
        "]}\n"
    )
    assert text_of([]) == '{"version": 1, "findings": []}\n'


def test_it_reads_what_it_writes(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text(text_of([OTHER, ENTRY]), "utf-8")

    read = read_baseline(file, "governance/known.json")

    assert read == Baseline((ENTRY, OTHER), "governance/known.json", {"0" * 32: 2, "1" * 32: 3})


def test_a_known_finding_does_not_count() -> None:
    (result,) = apply_baseline([FOUND], Baseline((ENTRY,)))

    assert (result.status, result.reason) == ("baseline", "known since 2026-01-31")


@pytest.mark.parametrize(
    "same",
    [
        replace(FOUND, path="elsewhere/Sales.permissionset", line=99, column=7),
        replace(FOUND, message="Said in other words."),
        replace(FOUND, severity="low"),
    ],
)
def test_place_wording_and_severity_do_not_matter(same: object) -> None:
    (result,) = apply_baseline([same], Baseline((ENTRY,)))  # type: ignore[list-item]

    assert result.status == "baseline"


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, fingerprint="2" * 32),
        replace(FOUND, check="SFG003"),
        replace(FOUND, check="SFG011"),
    ],
)
def test_what_it_does_not_know_stays_new(other: object) -> None:
    assert apply_baseline([other], Baseline((ENTRY,))) == [other]  # type: ignore[list-item]


def test_what_is_waived_stays_waived() -> None:
    waived = replace(FOUND, status="waived", reason="jane")

    assert apply_baseline([waived], Baseline((ENTRY,))) == [waived]


def test_an_entry_is_stale_when_nothing_has_it_and_its_check_saw_everything() -> None:
    baseline = Baseline((ENTRY, OTHER))

    assert stale_entries(baseline, [FOUND], {"DEL001"}) == (OTHER,)
    assert stale_entries(baseline, [FOUND], {"DEL002"}) == ()
    assert stale_entries(baseline, [replace(FOUND, status="waived")], {"DEL001"}) == (OTHER,)


def test_entries_keep_their_day() -> None:
    new = replace(FOUND, fingerprint="2" * 32)
    others = (
        replace(FOUND, status="waived"),
        replace(FOUND, status="suppressed"),
        replace(FOUND, check="SFG003"),
    )

    entries = entries_of([FOUND, new, *others], Baseline((ENTRY,)), "2026-06-01")

    assert entries == (ENTRY, replace(ENTRY, fingerprint="2" * 32, since="2026-06-01"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no baseline that sfgov can read: Input data was truncated."),
        (b"[]", 'is no baseline that sfgov can read: it has no "version".'),
        (b'{"version": 1}', "is no baseline that sfgov can read: it has no findings."),
        (
            b'{"version": 1, "findings": [{"check": "A"}]}',
            "is no baseline that sfgov can read: Object missing required field `component` - at `$[0]`.",
        ),
        (b"\xff", "is no baseline that sfgov can read: "),
        (
            b'{"version": 2, "findings": []}',
            "was written by a newer sfgov (format 2); update sfgov to use it.",
        ),
    ],
)
def test_what_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("known.json").write_bytes(content)

    with pytest.raises(BaselineError) as caught:
        read_baseline(Path("known.json"))

    assert str(caught.value).startswith(f"known.json {reason}")


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BaselineError, match=r"^known.json cannot be read: No such file or directory$"):
        read_baseline(Path("known.json"))
