"""The house rule's tests: an org is a few files, what is found is a sentence with its place."""

from pathlib import Path

from sfgov.plugins import checks_in
from sfgov.testing import examples, lint

[flow_order_is_stated] = checks_in(Path(__file__).parent)


def flow(event: str = "Create", status: str = "Active", order: str = "") -> str:
    return f"""
        <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
            <start>
                <object>Case</object>
                <recordTriggerType>{event}</recordTriggerType>
                <triggerType>RecordAfterSave</triggerType>
            </start>
            <status>{status}</status>
            {order}
        </Flow>
        """


def found(**flows: str) -> list[str]:
    org = {f"flows/{name}.flow-meta.xml": text for name, text in flows.items()}
    return [f"{result.path}:{result.line}: {result.message}" for result in lint(org, flow_order_is_stated)]


def test_each_flow_is_named_with_the_one_it_meets() -> None:
    assert found(Assign=flow(), Route=flow()) == [
        "flows/Assign.flow-meta.xml:2: Assign starts on Case together with Route, in no stated order.",
        "flows/Route.flow-meta.xml:2: Route starts on Case together with Assign, in no stated order.",
    ]


def test_an_order_puts_a_flow_before_or_after_the_others() -> None:
    assert found(Assign=flow(), Route=flow(order="<triggerOrder>20</triggerOrder>")) == []


def test_one_flow_needs_no_order() -> None:
    assert found(Assign=flow()) == []


def test_a_draft_does_not_run() -> None:
    assert found(Assign=flow(), Route=flow(status="Draft")) == []


def test_other_events_do_not_meet() -> None:
    assert found(Assign=flow("Create"), Route=flow("Update")) == []


def test_the_examples_of_the_documentation_hold() -> None:
    bad, good = (
        lint(examples(flow_order_is_stated, heading), flow_order_is_stated) for heading in ("Bad", "Good")
    )
    assert [result.component for result in bad] == ["Flow:Case_Assign", "Flow:Case_Route"]
    assert good == []
