from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.hygiene.stale_api_version import stale_api_version
from tests.flow_xml import ACTIVE, flow, tag, xml

Files = dict[str, str]
HEAD = "public class {0} {{ }}"


def code(
    name: str, version: str, folder: str = "classes", suffix: str = "cls", root: str = "ApexClass"
) -> Files:
    """A file whose API version is line 3 of the file beside it."""
    return {
        f"{folder}/{name}.{suffix}": HEAD.format(name),
        f"{folder}/{name}.{suffix}-meta.xml": xml(root, tag("label", "x"), tag("apiVersion", version)),
    }  # fmt: skip


def flow_at(name: str, version: str, status: str = ACTIVE) -> Files:
    return {f"flows/{name}.flow-meta.xml": flow(tag("apiVersion", version), status)}


def project(version: str) -> Files:
    return {
        "sfdx-project.json": f'{{\n"packageDirectories": [{{"path": "."}}],\n"sourceApiVersion": "{version}"\n}}'
    }


def found(*files: Files, policy: str = "") -> list[Result]:
    given = {path: text for some in files for path, text in some.items()}
    return lint(given | ({"sfgov.yml": policy} if policy else {}), stale_api_version)


def said(*files: Files, policy: str = "") -> list[str]:
    return [
        f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files, policy=policy)
    ]


def test_a_class_against_the_project() -> None:
    (result,) = found(code("Old", "43.0"), project("64.0"))
    assert (result.severity, result.component, result.path, result.line) == (
        "low",
        "ApexClass:Old",
        "classes/Old.cls-meta.xml",
        3,
    )
    assert result.message == "Apex class Old is written for API 43, 21 versions behind the newest here (64)."


def test_a_flow_against_other_files_in_mdapi_format() -> None:
    files = [
        {"src/flows/F.flow": flow(tag("apiVersion", "40.0"), ACTIVE)},
        code("New", "61.0", "src/classes"),
    ]
    assert said(*files) == [
        "low/high src/flows/F.flow:2 Flow F is written for API 40, 21 versions behind the newest here (61)."
    ]


def test_pages_and_components() -> None:
    files = [
        code("P", "30", "pages", "page", "ApexPage"),
        code("C", "30", "components", "component", "ApexComponent"),
        code("T", "30", "triggers", "trigger", "ApexTrigger"),
        code("c", "30", "lwc/c", "js", "LightningComponentBundle"),
        code("a", "30", "aura/a", "cmp", "AuraDefinitionBundle"),
        {"package.xml": xml("Package", tag("version", "60.0"))},
    ]
    assert [r.message.partition(" is ")[0] for r in found(*files)] == [
        "Aura component a",
        "Visualforce component C",
        "Lightning web component c",
        "Visualforce page P",
        "Apex trigger T",
    ]


def test_many_of_one_type_are_one_finding() -> None:
    olds = [code(f"Old{number}", f"{30 + number}.0") for number in range(6)]
    (result,) = found(*olds, project("64.0"))
    assert (result.component, result.path, result.subject) == (
        "Project:org",
        "classes/Old0.cls-meta.xml",
        "ApexClass",
    )
    assert result.message == "6 Apex classes are written for API 30 to 35, while the newest here is 64."
    assert [step.message for step in result.evidence][:2] == [
        "Old0 is written for API 30",
        "Old1 is written for API 31",
    ]


def test_source_that_is_behind_its_files() -> None:
    (result,) = found(code("A", "60.0"), code("B", "62.0"), code("C", "58.0"), project("59.0"))
    assert (result.component, result.path, result.line) == ("Project:org", "sfdx-project.json", 3)
    assert result.message == (
        "The project's source is of API 59, but 2 components of it are written for API 60 to 62."
    )
    assert [(s.path, s.line) for s in result.evidence] == [
        ("classes/B.cls-meta.xml", 3),
        ("classes/A.cls-meta.xml", 3),
    ]
    assert '"62.0"' in result.fix


def test_the_policy_may_want_less() -> None:
    files = [code("Old", "50.0"), code("New", "62.0")]
    assert said(*files) == []
    assert len(found(*files, policy="checks:\n  HYG005: {max_behind: 10}\n")) == 1


QUIET = {
    "exactly at the limit": [code("Old", "44.0"), project("64.0")],
    "all of the same age": [code("Old", "30.0"), code("Older", "28.0")],
    "no version at all": [{"classes/A.cls": HEAD.format("A")}, project("64.0")],
    "a draft": [flow_at("F", "30.0", tag("status", "Draft")), project("64.0")],
    "a managed package's class": [code("ns__Old", "30.0"), project("64.0")],
    "two projects of different ages": [
        {f"{one}/{path}": text for path, text in (code("A", version) | project(version)).items()}
        for one, version in (("a", "58.0"), ("b", "62.0"))
    ],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
