"""Azure Pipelines: commands as the agent reads them, with absolute paths, and no more than Azure shows."""

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sfgov.report import Options, azure, checkout_of
from sfgov.result import Run

COMMAND = re.compile(r"##vso\[task\.logissue ((?:\w+=[^;\]]*;)+)\](.*)")
ESCAPES = {"%0D": "\r", "%0A": "\n", "%3B": ";", "%5D": "]", "%AZP25": "%"}
ORG = "/agent/1/s/orgs/acme/"


def rendered(run: Run) -> list[str]:
    return azure.render(run, Options(checkout="/agent/1/s")).splitlines()


def parsed(line: str) -> tuple[dict[str, str], str]:
    """Properties and message as the agent reads them."""
    match = COMMAND.fullmatch(line)
    assert match
    pairs = dict(pair.split("=", 1) for pair in match[1].rstrip(";").split(";"))
    return {name: unescaped(value) for name, value in pairs.items()}, unescaped(match[2])


def unescaped(text: str) -> str:
    for escape, character in ESCAPES.items():
        text = text.replace(escape, character)
    return text


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("azure.txt", azure.render(run, Options(checkout="/agent/1/s")))


def test_an_issue_as_the_agent_reads_it(run: Run) -> None:
    properties, message = parsed(rendered(run)[1])

    assert properties == {
        "type": "error",
        "sourcepath": ORG + "force-app/main/default/profiles/R%26D Team 🚀.profile-meta.xml",
        "linenumber": "66003",
        "columnnumber": "9",
        "code": "DEL001",
    }
    assert message == (
        "delete-granted-on-protected-object: Profile R&D Team 🚀 lets its users delete Invoice__c, "
        "which the policy says nobody may delete."
    )


def test_evidence_and_fix_are_lines_of_the_message(run: Run) -> None:
    _, message = parsed(rendered(run)[0])

    assert message.splitlines()[1:] == [
        "orgs/acme/sfgov.yml:4: Invoice__c is listed under delete.never",
        "Fix: Set allowDelete to false for Invoice__c.",
    ]


def test_information_is_a_plain_line_in_which_nothing_acts(run: Run) -> None:
    last = rendered(run)[-1]

    assert last.startswith(
        "orgs/acme/force-app/main/default/flows/::error file=x::</script> #\\#vso[task.complete]"
    )
    assert ":1:1: info XYZ001 third-party-rule: " in last
    assert "##vso[" not in last


def test_a_path_cannot_end_a_property(run: Run) -> None:
    odd = replace(run.results[4], path="a;type=warning]b%3B.xml")
    (line,) = rendered(replace(run, results=(odd,)))

    assert "sourcepath=/agent/1/s/orgs/acme/a%3Btype=warning%5Db%AZP253B.xml;" in line
    assert parsed(line)[0]["sourcepath"] == ORG + "a;type=warning]b%3B.xml"


def test_ten_and_how_many_more(run: Run) -> None:
    many = replace(run, results=tuple(replace(run.results[4], line=n) for n in range(1, 13)))

    lines = rendered(many)

    assert [parsed(line)[0]["linenumber"] for line in lines[:-1]] == [str(n) for n in range(1, 11)]
    assert lines[-1] == "sfgov: 2 findings more than Azure Pipelines shows; the other reports have them all."


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TF_BUILD": "True", "BUILD_SOURCESDIRECTORY": r"D:\a\1\s"}, "D:/a/1/s"),
        ({"BUILD_SOURCESDIRECTORY": "/s"}, ""),
        ({"TF_BUILD": "True"}, ""),
    ],
)
def test_where_the_checkout_is(environment: dict[str, str], expected: str) -> None:
    assert checkout_of(environment) == expected


def test_without_a_checkout_paths_start_at_the_repository(run: Run) -> None:
    line = azure.render(run).splitlines()[0]

    assert parsed(line)[0]["sourcepath"].startswith("orgs/acme/force-app/")
