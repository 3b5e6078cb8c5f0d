"""AGT011, in scripts, planners with actions of their own, and actions of the library."""

from __future__ import annotations

import json

import pytest

from sfgov_checks.agents.action_contract_mismatch import action_contract_mismatch as check
from tests.agent_orgs import apex, flow, found, function, planner, plugin, prompt, script, variable

AGENT = "aiAuthoringBundles/Help/Help.agent"


def calling(target: str, *inputs: str, outputs: tuple[str, ...] = (), name: str = "Help") -> dict[str, str]:
    """A script whose action has its target on line 7, its inputs from line 9 on."""
    lines = ["config:", f'   developer_name: "{name}"', "start_agent main:", '   description: "x"']
    lines += ["   actions:", "      act:", f'         target: "{target}"']
    lines += ["         inputs:", *(f"            {one}" for one in inputs)] if inputs else []
    lines += ["         outputs:", *(f"            {one}" for one in outputs)] if outputs else []
    return script("\n".join(lines) + "\n")


def schema(*names: str, required: tuple[str, ...] = (), type_: str = "lightning__textType") -> str:
    return json.dumps(
        {"required": list(required), "properties": {name: {"lightning:type": type_} for name in names}},
        indent=1,
    )


GET_ORDER = flow(
    "Get_Order",
    variable("orderNumber"),
    variable("limit", "Number"),
    variable("total", "Number", output=True),
)
SERVICE = apex(
    "OrderService",
    """
    public class OrderService {
        public virtual class Base { @InvocableVariable(required=true) public Id orderId; }
        public class Request extends Base {
            @InvocableVariable(required = true) public String reason;
            @InvocableVariable(required=true) public Integer days = 3;
            @InvocableVariable public List<String> notes;
        }
        @InvocableMethod
        public static List<String> run(List<Request> requests) { return null; }
    }
    """,
)


def test_a_flow_does_not_know_the_input() -> None:
    files = calling("flow://Get_Order", "order_no: string") | GET_ORDER
    assert found(files, check) == [
        f"high/high {AGENT}:9 Help: act (flow Get_Order) passes order_no, which the flow does not have, so the value "
        "is dropped: it takes orderNumber and limit."
    ]


def test_a_tool_passes_what_nobody_declares() -> None:
    text = """\
    config:
       developer_name: "Help"
    start_agent main:
       description: "x"
       actions:
          act:
             target: "flow://Get_Order"
             inputs:
                orderNumber: string
       reasoning:
          actions:
             go: @actions.act
                with orderNumber=...
                with nr="1"
    """
    assert found(script(text) | GET_ORDER, check) == [
        f"high/high {AGENT}:14 Help: act (flow Get_Order) passes nr, which the flow does not have, so the value "
        "is dropped: it takes orderNumber and limit."
    ]


def test_an_output_that_the_flow_does_not_give() -> None:
    files = calling("flow://Get_Order", outputs=("total: number", "status: string")) | GET_ORDER
    assert found(files, check) == [
        f"high/high {AGENT}:10 Help: act (flow Get_Order) expects status, which the flow does not give, so it stays "
        "empty: it gives total."
    ]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("limit: string", "declares limit as text, and the target takes limit as a number"),
        ("limit: boolean", "declares limit as boolean, and the target takes limit as a number"),
        (
            "limit: list[number]",
            "declares limit as a list of numbers, and the target takes limit as a number",
        ),
    ],
)
def test_values_of_another_kind(declared: str, said: str) -> None:
    files = calling("flow://Get_Order", declared) | GET_ORDER
    assert found(files, check) == [f"high/high {AGENT}:9 Help: act (flow Get_Order) {said}."]


@pytest.mark.parametrize(
    ("target", "files", "said"),
    [
        (
            "flow://Gone",
            GET_ORDER,
            "high/medium {}:7 Help: act (flow Gone) fails in the conversation: there is no flow Gone.",
        ),
        (
            "flow://Old",
            flow("Old", status="Obsolete"),
            "high/high {}:7 Help: act (flow Old) fails in the conversation: the flow is not active.",
        ),
        (
            "apex://Plain",
            apex("Plain", "public class Plain { public static void run() {} }"),
            "high/high {}:7 Help: act (Apex class Plain) fails in the conversation: Plain has no method with "
            "@InvocableMethod.",
        ),
        (
            "placeholder://later",
            {},
            "high/high {}:7 Help: act (placeholder later) fails in the conversation: its target is a placeholder, and "
            "does nothing.",
        ),
    ],
)
def test_targets_that_cannot_be_called(target: str, files: dict[str, str], said: str) -> None:
    assert found(calling(target) | files, check) == [said.format(AGENT)]


def test_what_a_class_requires_and_its_parents_too() -> None:
    files = calling("apex://OrderService", "reason: string", "notes: list[string]") | SERVICE
    assert found(files, check) == [
        f"high/high {AGENT}:6 Help: act (Apex class OrderService) never passes orderId, which the class requires."
    ]


def test_inputs_of_prompt_templates_are_named_with_their_resource() -> None:
    template = prompt(
        "Summary",
        "x",
        """
        <inputs><apiName>Note</apiName><definition>primitive://String</definition>
        <referenceName>Input:Note</referenceName><required>true</required></inputs>""",
    )
    files = calling("prompt://Summary", "Note: string", outputs=("promptResponse: string",)) | template
    assert found(files, check) == [
        f"high/high {AGENT}:6 Help: act (prompt template Summary) never passes Input:Note, which the prompt template "
        "requires.",
        f"high/high {AGENT}:9 Help: act (prompt template Summary) passes Note, which the prompt template does not "
        "have, so the value is dropped: it takes Input:Note.",
    ]
    right = calling("prompt://Summary", '"Input:Note": string', "outputLanguage: string") | template
    assert found(right, check) == []


def test_a_script_with_another_name_than_its_bundle() -> None:
    assert found(calling("flow://ns__Get", name="Help_Desk"), check) == [
        f"medium/high {AGENT}:2 Help: the script calls itself Help_Desk, and its bundle is Help; whatever goes by one "
        "name, such as tests and agent access, misses the other."
    ]


def test_a_planner_with_an_action_of_its_own() -> None:
    text = """
    <localTopics><fullName>Orders_16jxx</fullName><developerName>Orders</developerName>
    <localActions>
    <fullName>Get_Order_179xx</fullName><developerName>Get_Order</developerName>
    <invocationTarget>Get_Order</invocationTarget>
    <invocationTargetType>flow</invocationTargetType>
    </localActions>
    </localTopics>"""
    folder = "genAiPlannerBundles/Help/localActions/Orders_16jxx/Get_Order_179xx"
    files = planner(text) | GET_ORDER | {f"{folder}/input/schema.json": schema("orderNumber", "order_no")}
    assert found(files, check) == [
        f"high/high {folder}/input/schema.json:7 Help: Get_Order_179xx (flow Get_Order) passes order_no, which the flow does "
        "not have, so the value is dropped: it takes orderNumber and limit."
    ]


def test_an_action_of_the_library_in_two_topics_is_told_once() -> None:
    topics = "".join(
        f"<genAiPlugins><genAiPluginName>{name}</genAiPluginName></genAiPlugins>" for name in ("One", "Two")
    )
    link = "<genAiFunctions><functionName>Find</functionName></genAiFunctions>"
    calls = "<invocationTarget>Get_Order</invocationTarget><invocationTargetType>flow</invocationTargetType>"
    files = planner(topics) | plugin("One", link) | plugin("Two", link) | GET_ORDER
    files |= function("Find", calls, schema("limit", required=("limit",)), schema("total", "state"))
    assert found(files, check) == [
        "high/high genAiFunctions/Find/input/schema.json:6 Help: Find (flow Get_Order) declares limit as text, and the "
        "target takes limit as a number.",
        "high/high genAiFunctions/Find/output/schema.json:4 Help: Find (flow Get_Order) declares total as text, and "
        "the target gives total as a number.",
        "high/high genAiFunctions/Find/output/schema.json:7 Help: Find (flow Get_Order) expects state, which the flow "
        "does not give, so it stays empty: it gives total.",
    ]


@pytest.mark.parametrize(
    "files",
    [
        calling("flow://Get_Order", "ordernumber: string", "limit: object", outputs=("TOTAL: number",))
        | GET_ORDER,
        calling("flow://ns__Get_Order", "order_no: string") | GET_ORDER,
        calling("flow://Get_Order", "order_no: string"),
        calling("standardInvocableAction://queryRecords", "query: string"),
        calling("apex://OrderService", "reason: string", "orderId: id", outputs=("output: string",))
        | SERVICE,
        calling("flow://ns__Get", name="{{agent}}"),
    ],
    ids=[
        "fits in any case",
        "of a package",
        "no flows in the tree",
        "standard",
        "apex fits",
        "placeholder name",
    ],
)
def test_what_fits_or_is_not_known(files: dict[str, str]) -> None:
    assert found(files, check) == []
