"""What a custom permission switches off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sfgov.model.apex import Apex
from sfgov.model.bypasses import switches
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.parse.pool import parse_files
from sfgov.project import open_project
from sfgov.testing import write_files
from tests.access_orgs import Files, validation_rule
from tests.flow_xml import condition, flow, node, rule, tag

Off = Callable[[Files], list[str]]


@pytest.fixture
def off(tmp_path: Path) -> Off:
    """What is switched off: permission, kind, name and place."""

    def of(files: Files) -> list[str]:
        write_files(tmp_path, files)
        project = open_project([tmp_path])
        parsed = list(parse_files(project.files, project.reader, jobs=1))
        assert [p.problems for _, p in parsed if p.problems] == []
        index = Index(
            [Written(fact, s.path, s.package) for s, p in parsed for fact in p.facts], project.names
        )
        return [
            f"{switch.name}: {use.kind} {use.name} {use.place.path}:{use.place.line}"
            for switch in switches(index, Flows(index), Apex(index))
            for use in switch.uses
        ]

    return of


# -- validation rules


@pytest.mark.parametrize(
    "formula",
    [
        "AND(NOT($Permission.Bypass), ISBLANK(Name))",
        "!$Permission.Bypass &amp;&amp; ISBLANK(Name)",
        "$Permission.Bypass = FALSE &amp;&amp; ISBLANK(Name)",
        "IF($Permission.BYPASS, false, ISBLANK(Name))",
        "AND(ISBLANK(Name), OR(ISNEW(), ISCHANGED(Name)), NOT($Permission.bypass))",
        "NOT(OR($Permission.Bypass, Amount &gt; 3))",
        "AND(NOT($Permission.Bypass), $Permission.Other)",
    ],
)
def test_a_rule_that_never_fires_for_a_holder(off: Off, formula: str) -> None:
    [use] = [
        line for line in off(validation_rule("Account.R", formula)) if line.casefold().startswith("bypass")
    ]
    place = "objects/Account/validationRules/R.validationRule-meta.xml:4"
    assert use.casefold() == f"bypass: validation rule account.r {place}".casefold()


@pytest.mark.parametrize(
    "formula",
    [
        "AND($Permission.Bypass, ISBLANK(Name))",  # it holds for the holders alone
        "OR(NOT($Permission.Bypass), ISBLANK(Name))",
        "NOT($Permission.Bypass) = ISBLANK(Name)",
        "AND(NOT($Permission.Bypass), false)",  # it never fires at all
        "ISBLANK(Name) /* NOT($Permission.Bypass) */",
        "AND(NOT($Permission.Bypass), ISBLANK(Name)",  # not a formula
        "",
    ],
)
def test_a_rule_that_may_fire_for_a_holder(off: Off, formula: str) -> None:
    assert off(validation_rule("Account.R", formula)) == []


def test_a_rule_that_is_off_anyway(off: Off) -> None:
    files = validation_rule("Account.R", "AND(NOT($Permission.Bypass), ISBLANK(Name))", active=False)
    assert off(files) == []


# -- flows


UPDATE = node("recordUpdates", "Write", tag("inputReference", "$Record"))


def after_save(target: str, extra: str = "") -> str:
    edge = tag("connector", tag("targetReference", target))
    event = (
        tag("object", "Account") + tag("recordTriggerType", "Update") + tag("triggerType", "RecordAfterSave")
    )
    return tag("start", edge + extra + event)


def named(name: str, *blocks: str, status: str = "Active") -> Files:
    text = flow(*blocks, tag("processType", "AutoLaunchedFlow"), tag("status", status))
    return {f"flows/{name}.flow-meta.xml": text}


HOLDS = condition("$Permission.Bypass", "EqualTo", "true")


@pytest.mark.parametrize(
    ("blocks", "line"),
    [
        ([UPDATE, after_save("Write", tag("filterFormula", "NOT({!$Permission.Bypass})"))], 3),
        ([UPDATE, node("decisions", "Ask", rule("Yes", HOLDS), default="Write"), after_save("Ask")], 3),
        (
            [
                UPDATE,
                node(
                    "decisions",
                    "Ask",
                    rule("No", condition("$Permission.Bypass", "EqualTo", "false"), to="Write"),
                ),
                after_save("Ask"),
            ],
            3,
        ),
        (
            [
                UPDATE,
                "<formulas><name>Skip</name><dataType>Boolean</dataType>"
                "<expression>{!$Permission.Bypass} || ISNEW()</expression></formulas>",
                node("decisions", "Ask", rule("Yes", condition("Skip", "EqualTo", "true")), default="Write"),
                after_save("Ask"),
            ],
            3,
        ),
    ],
)
def test_a_flow_that_does_nothing_for_a_holder(off: Off, blocks: list[str], line: int) -> None:
    assert off(named("F", *blocks)) == [f"Bypass: flow F flows/F.flow-meta.xml:{line}"]


@pytest.mark.parametrize(
    "files",
    [
        named("F", UPDATE, node("decisions", "Ask", rule("Yes", HOLDS, to="Write")), after_save("Ask")),
        named(
            "F",
            UPDATE,
            node("decisions", "Ask", rule("Yes", HOLDS, to="Write"), default="Write"),
            after_save("Ask"),
        ),
        named(
            "F",
            UPDATE,
            node("decisions", "Ask", rule("Yes", HOLDS), default="Write"),
            after_save("Ask"),
            status="Draft",
        ),
        named("F", node("decisions", "Ask", rule("Yes", HOLDS)), after_save("Ask")),
    ],
)
def test_a_flow_that_may_work_for_a_holder(off: Off, files: Files) -> None:
    assert off(files) == []


# -- triggers


def trigger(body: str) -> Files:
    return {"triggers/T.trigger": f"trigger T on Account (before update) {{\n{body}\n}}\n"}


def handler(body: str, call: str = "new H().run();") -> Files:
    return trigger(call) | {"classes/H.cls": f"public class H {{\n  public void run() {{\n{body}\n  }}\n}}\n"}


WORK = "for (Account a : Trigger.new) { a.addError('no'); }"


@pytest.mark.parametrize(
    ("files", "use"),
    [
        (
            trigger(f"if (FeatureManagement.checkPermission('Bypass')) return;\n{WORK}"),
            "trigger T triggers/T.trigger:2",
        ),
        (
            trigger(f"if (!FeatureManagement.checkPermission('Bypass')) {{ {WORK} }}"),
            "trigger T triggers/T.trigger:2",
        ),
        (
            trigger(
                f"Boolean skip = FeatureManagement.checkPermission('Bypass');\nif (skip == true) return;\n{WORK}"
            ),
            "trigger T triggers/T.trigger:3",
        ),
        (
            handler(
                "if (System.FeatureManagement.checkPermission('Bypass')) { return; }\nupdate new Account();"
            ),
            "trigger H.run classes/H.cls:3",
        ),
    ],
)
def test_trigger_code_that_leaves_something_out(off: Off, files: Files, use: str) -> None:
    assert off(files) == [f"Bypass: {use}"]


@pytest.mark.parametrize(
    "files",
    [
        trigger(f"if (FeatureManagement.checkPermission('Bypass')) {{ {WORK} }}"),
        trigger(WORK),
        handler(
            "if (FeatureManagement.checkPermission('Bypass')) { return; }\nupdate new Account();", call=""
        ),
        trigger("if (FeatureManagement.checkPermission('Bypass')) { return; }"),
    ],
)
def test_code_that_leaves_nothing_out(off: Off, files: Files) -> None:
    assert off(files) == []
