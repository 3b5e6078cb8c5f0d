"""A flow and the flows that it calls, element by element."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sfgov.config import load_config
from sfgov.engine import link
from sfgov.model.flow_walk import FlowStep, flow_steps
from sfgov.model.flows import Flows
from sfgov.model.index import Written
from sfgov.parse.pool import parse_files
from sfgov.project import open_project
from sfgov.testing import write_files
from tests.flow_xml import ACTIVE, flow, node, tag

START = "<start><connector><targetReference>{}</targetReference></connector></start>"


def called(*targets: str, first: str, mode: str = "") -> str:
    """A flow that calls these flows one after the other, from an element of the same name."""
    calls = [
        node("subflows", target, tag("flowName", target), to=after)
        for target, after in zip(targets, (*targets[1:], ""), strict=True)
    ]
    run_in_mode = [tag("runInMode", mode)] if mode else []
    return flow(*calls, START.format(first), *run_in_mode, tag("processType", "AutoLaunchedFlow"), ACTIVE)


@pytest.fixture
def flows(tmp_path: Path) -> Flows:
    write_files(
        tmp_path,
        {
            "flows/A.flow-meta.xml": called("B", "C", first="B", mode="SystemModeWithoutSharing"),
            "flows/B.flow-meta.xml": called("C", "A", first="C"),
            "flows/C.flow-meta.xml": called("D", "Gone", first="D", mode="UserMode"),
            "flows/D.flow-meta.xml": called("E", first="E"),
        },
    )
    project = open_project([tmp_path])
    written = [
        Written(fact, source.path, source.package)
        for source, parsed in parse_files(project.files, project.reader, jobs=1)
        for fact in parsed.facts
    ]
    return link(project, written, load_config(None), datetime.date(2026, 1, 1)).flows


def told(steps: list[FlowStep]) -> list[str]:
    return [f"{step.flow.name}.{step.element.name} in {step.context.value}" for step in steps]


def test_each_flow_once_in_its_callers_name_unless_it_says_its_own(flows: Flows) -> None:
    root = flows.get("a")
    assert root is not None
    steps = list(flow_steps(flows, root))
    assert told(steps) == [
        "A.B in system without sharing",
        "A.C in system without sharing",
        "B.C in system without sharing",
        "B.A in system without sharing",
        "C.D in user",
        "C.Gone in user",
        "D.E in user",
    ]
    assert [(e.place.path, e.place.line, e.message) for e in steps[-1].way] == [
        ("flows/A.flow-meta.xml", 3, "flow A calls C"),
        ("flows/C.flow-meta.xml", 2, "flow C calls D"),
    ]


def test_calls_that_do_not_count(flows: Flows) -> None:
    root = flows.get("A")
    assert root is not None
    steps = flow_steps(flows, root, follows=lambda flow, element: (flow.name, element.name) != ("A", "C"))
    assert [step.flow.name for step in steps] == ["A", "A", "B", "B", "C", "C", "D"]
