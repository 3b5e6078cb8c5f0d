"""GitHub annotations: escaped, most severe first, and no more than GitHub shows."""

from collections.abc import Callable

from msgspec.structs import replace

from sfgov.check import Severity
from sfgov.report import github
from sfgov.result import Run


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("github.txt", github.render(run))


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Level, properties and text as the runner reads them."""
    info, _, data = line.removeprefix("::").partition("::")
    level, _, properties = info.partition(" ")
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    return (
        level,
        {name: unescaped(value, ":,\r\n%") for name, value in pairs.items()},
        unescaped(data, "\r\n%"),
    )


def unescaped(text: str, characters: str) -> str:
    for character in characters:
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def test_an_annotation_as_the_runner_reads_it(run: Run) -> None:
    level, properties, text = parsed(github.render(run).splitlines()[1])

    assert level == "error"
    assert properties == {
        "file": "orgs/acme/force-app/main/default/profiles/R%26D Team 🚀.profile-meta.xml",
        "line": "66003",
        "endLine": "66003",
        "col": "9",
        "title": "sfgov DEL001 delete-granted-on-protected-object (critical)",
    }
    assert (
        text
        == "Profile R&D Team 🚀 lets its users delete Invoice__c, which the policy says nobody may delete."
    )


def test_evidence_and_fix_are_lines_of_the_text(run: Run) -> None:
    _, _, text = parsed(github.render(run).splitlines()[0])

    assert text.splitlines()[1:] == [
        "orgs/acme/sfgov.yml:4: Invoice__c is listed under delete.never",
        "Fix: Set allowDelete to false for Invoice__c.",
    ]


def test_a_hostile_finding_stays_one_command(run: Run) -> None:
    lines = github.render(run).splitlines()
    level, properties, text = parsed(lines[-1])

    assert len(lines) == 7
    assert all(line.startswith(("::error file=", "::notice file=")) for line in lines)
    assert level == "notice"
    assert properties["file"].startswith("orgs/acme/force-app/main/default/flows/::error file=x::</script> ")
    assert list(properties) == ["file", "line", "endLine", "col", "title"]
    assert "100%0A %2C" in text


def test_ten_of_each_level_and_how_many_more(run: Run) -> None:
    high, medium = run.results[2], replace(run.results[2], severity=Severity.MEDIUM)
    many = [replace(medium, line=n) for n in range(1, 13)] + [replace(high, line=n) for n in range(1, 12)]

    lines = github.render(replace(run, results=tuple(many))).splitlines()

    assert [line.split(",")[1] for line in lines[:10]] == [f"line={n}" for n in range(1, 11)]
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10
    assert (
        lines[-1] == "sfgov: 1 error, 2 warnings more than GitHub annotates; the other reports have them all."
    )
