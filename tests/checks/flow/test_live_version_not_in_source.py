from __future__ import annotations

import pytest

from sfgov.testing import lint, lint_run
from sfgov_checks.flow.live_version_not_in_source import live_version_not_in_source
from tests.flow_xml import flow, tag, xml

Files = dict[str, str]


def source(status: str = "", version: str = "18", name: str = "Route") -> Files:
    """A flow of that status (on line 3 of its file) and a definition whose number is on line 2."""
    number = tag("activeVersionNumber", version) if version else ""
    return {
        f"flows/{name}.flow-meta.xml": flow(tag("label", "Route"), tag("status", status) if status else ""),
        f"flowDefinitions/{name}.flowDefinition-meta.xml": xml("FlowDefinition", number),
    }


def mdapi(*held: int, version: str, status: str = "") -> Files:
    body = flow(tag("label", "Route"), tag("status", status) if status else "")
    files = {f"src/flows/Route-{number}.flow": body for number in held}
    definition = xml("FlowDefinition", tag("activeVersionNumber", version))
    return {**files, "src/flowDefinitions/Route.flowDefinition": definition}


def said(files: Files) -> list[str]:
    return [
        f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}"
        for r in lint(files, live_version_not_in_source)
    ]


@pytest.mark.parametrize("status", ["Draft", "Obsolete", "InvalidDraft"])
def test_a_file_that_is_not_the_active_version(status: str) -> None:
    assert said(source(status)) == [
        "high/high flows/Route.flow-meta.xml:3 Route runs in version 18, but the tree holds only a version "
        f"that is {status}: what is reviewed here is not what runs."
    ]


def test_the_evidence_names_the_definition_and_every_version_that_is_held() -> None:
    (result,) = lint(mdapi(2, 10, version="12", status="Obsolete"), live_version_not_in_source)
    assert (result.component, result.subject) == ("Flow:Route-10", "status")
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        ("src/flowDefinitions/Route.flowDefinition", 2, "version 12 is active"),
        ("src/flows/Route-2.flow", 3, "holds version 2 (Obsolete)"),
        ("src/flows/Route-10.flow", 3, "holds version 10 (Obsolete)"),
    ]


def test_versions_in_mdapi_format_of_which_none_is_the_active_one() -> None:
    assert said(mdapi(3, 4, version="5")) == [
        "high/high src/flows/Route-4.flow:1 Route runs in version 5, but the tree holds only version 3 and "
        "version 4: what is reviewed here is not what runs."
    ]


def test_two_flows_in_the_order_of_their_files() -> None:
    found = said({**source("Draft", name="B"), **source("Draft", name="A")})
    assert [line.split()[1] for line in found] == ["flows/A.flow-meta.xml:3", "flows/B.flow-meta.xml:3"]


@pytest.mark.parametrize(
    "files",
    [
        source("Active"),
        source("Draft", version="0"),
        source("Draft", version=""),
        source(""),
        mdapi(3, 5, version="5"),
        mdapi(5, version="5", status="Draft"),
        {"flows/Other.flow-meta.xml": flow(tag("status", "Draft")), **source("Active")},
    ],
    ids=["active", "off", "says nothing", "no status", "held", "held, and stale status", "no definition"],
)
def test_quiet(files: Files) -> None:
    assert said(files) == []


def test_a_definition_whose_flow_was_not_retrieved_says_nothing() -> None:
    files = source("Draft")
    del files["flows/Route.flow-meta.xml"]
    assert said(files) == []


def test_without_definitions_it_is_not_checked() -> None:
    run = lint_run({"flows/A.flow-meta.xml": flow(tag("status", "Draft"))}, live_version_not_in_source)
    assert [(n.check, n.reason) for n in run.not_checked] == [("FLW004", "FlowDefinition was not retrieved")]
