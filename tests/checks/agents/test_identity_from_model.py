"""AGT002, in scripts, planners and actions of the library, through flows and Apex."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.identity_from_model import identity_from_model as check
from tests.agent_orgs import (
    apex,
    bot,
    evidence,
    flow,
    found,
    function,
    planner,
    plugin,
    record_element,
    script,
    start,
    variable,
)

AGENT = "aiAuthoringBundles/Help/Help.agent"
HEAD = """\
config:
   developer_name: "Help"
   agent_type: "{}"
variables:
   contact_id: linked string
      source: @MessagingEndUser.ContactId
   said: mutable string = ""
   found_id: mutable string = ""
start_agent main:
   description: "x"
   actions:
      {}:
         inputs:
{}
         target: "{}"
   reasoning:
      actions:
         collect: @utils.setVariables
            with said=...
         find: @actions.{}
"""


def asking(
    *bindings: str,
    target: str = "flow://Get",
    service: bool = True,
    name: str = "get_order",
    type_: str = "string",
    more: str = "",
) -> dict[str, str]:
    """A script with one action; the first binding is on line 21 where there is one input."""
    inputs = [one.partition("=")[0] for one in bindings]
    text = HEAD.format(
        "AgentforceServiceAgent" if service else "AgentforceEmployeeAgent",
        name,
        "\n".join(f"            {one}: {type_}" for one in inputs),
        target,
        name,
    )
    return script(text + "".join(f"            with {one}\n" for one in bindings) + more)


def get(
    *filters: tuple[str, str],
    object_name: str = "Order",
    system: bool = True,
    kind: str = "recordLookups",
) -> dict[str, str]:
    """A flow that picks records by variables."""
    variables = [variable(value) for _, value in filters if not value.startswith("$")]
    mode = ["<runInMode>SystemModeWithoutSharing</runInMode>"] if system else []
    return flow("Get", *variables, *mode, start("Find"), record_element(kind, "Find", object_name, *filters))


BY_ID = get(("Id", "order_id"))


def test_the_model_says_whose_record_is_read() -> None:
    files = asking("order_id=...") | BY_ID
    assert found(files, check) == [
        f"high/high {AGENT}:21 Help: the model fills order_id of get_order (flow Get), and so the user of the agent "
        "chooses whose Order it reads, in system context without sharing."
    ]
    assert evidence(files, check) == [
        f"{AGENT}:21 the model fills order_id",
        "flows/Get.flow-meta.xml:5 reads the Order records of which Id is the input order_id",
    ]


def test_a_flow_that_minds_the_agents_user_is_less_sure() -> None:
    files = asking("order_id=...") | get(("Id", "order_id"), system=False)
    assert [line.split(" ")[0] for line in found(files, check)] == ["high/medium"]


def test_records_that_are_changed() -> None:
    files = asking("order_id=...") | get(("Id", "order_id"), kind="recordDeletes")
    assert found(files, check)[0].endswith(
        "chooses whose Order it changes, in system context without sharing."
    )


def test_a_variable_that_the_model_sets_binds_nothing() -> None:
    files = asking("order_id=@variables.said") | BY_ID
    assert [line.split(" ")[0] for line in found(files, check)] == ["high/high"]
    assert evidence(files, check)[0] == f"{AGENT}:21 order_id is said, which the model sets"


def test_two_things_that_the_customer_must_know() -> None:
    files = asking("order_number=...", "email=...") | get(
        ("OrderNumber", "order_number"), ("Email__c", "email")
    )
    (line,) = found(files, check)
    assert line.startswith(
        f"medium/high {AGENT}:22 Help: the model fills order_number and email of get_order"
    )


APEX = """
public without sharing class Svc {{
    public class Request {{ @InvocableVariable public String orderId; }}
    @InvocableMethod
    public static void run(List<Request> requests) {{
        String wanted = requests[0].orderId;
        List<Order> found = [SELECT Id FROM Order WHERE Id = :wanted {}];
    }}
}}
"""


def test_apex_behind_it() -> None:
    files = asking("orderId=...", target="apex://Svc")
    assert found(files | apex("Svc", APEX.format("")), check) == [
        f"high/high {AGENT}:21 Help: the model fills orderId of get_order (Apex class Svc), and so the user of the agent "
        "chooses whose Order it reads, in system mode."
    ]
    user = files | apex("Svc", APEX.format("WITH USER_MODE"))
    assert [line.split(" ")[0] for line in found(user, check)] == ["medium/medium"]
    own = files | apex("Svc", APEX.format("AND OwnerId = :UserInfo.getUserId()"))
    assert found(own, check) == []


def test_agents_of_employees_count_in_system_mode_alone() -> None:
    files = asking("order_id=...", service=False)
    assert [line.split(" ")[0] for line in found(files | BY_ID, check)] == ["medium/high"]
    assert found(files | get(("Id", "order_id"), system=False), check) == []


PLANNER = """
{}
<localTopics>
<fullName>Orders</fullName>
<localActions>
<fullName>Get_Order</fullName>
<invocationTarget>Get</invocationTarget>
<invocationTargetType>flow</invocationTargetType>
<localDeveloperName>Get_Order</localDeveloperName>
</localActions>
<localDeveloperName>Orders</localDeveloperName>
</localTopics>
"""
MAPPING = (
    "<attributeMappings><attributeName>Orders.Get_Order.order_id</attributeName>"
    "<attributeType>StandardPluginFunctionInput</attributeType><mappingTargetName>ContactId</mappingTargetName>"
    "<mappingType>Variable</mappingType></attributeMappings>"
)
SCHEMA = '{"properties": {\n"order_id": {"copilotAction:isUserInput": false}}}'
SERVICE = bot(text="<agentType>EinsteinServiceAgent</agentType>")
LOCAL = "genAiPlannerBundles/Help/localActions/Orders/Get_Order/input/schema.json"


def test_a_planner_without_a_mapping() -> None:
    files = planner(PLANNER.format("<!-- -->")) | SERVICE | {LOCAL: SCHEMA} | BY_ID
    assert found(files, check) == [
        "high/high genAiPlannerBundles/Help/Help.genAiPlannerBundle:5 Help: the model fills order_id of Get_Order "
        "(flow Get), and so the user of the agent chooses whose Order it reads, in system context without sharing."
    ]
    assert evidence(files, check)[0] == f"{LOCAL}:2 nothing binds order_id, so the model fills it"
    assert found(files | planner(PLANNER.format(MAPPING)), check) == []


def test_an_action_of_the_library() -> None:
    files = {
        **planner("<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>"),
        **plugin("Orders", "<genAiFunctions><functionName>Get_Order</functionName></genAiFunctions>"),
        **function(
            "Get_Order",
            "<invocationTarget>Get</invocationTarget>\n<invocationTargetType>flow</invocationTargetType>",
            SCHEMA,
        ),
        **SERVICE,
        **BY_ID,
    }
    (line,) = found(files, check)
    assert line.startswith(
        "high/high genAiFunctions/Get_Order/Get_Order.genAiFunction-meta.xml:1 Help: the model fills"
    )


# -- what is fine


@pytest.mark.parametrize(
    "files",
    [
        asking("order_id=@variables.contact_id") | BY_ID,
        asking('order_id="801000000000001"') | BY_ID,
        asking("order_id=@variables.found_id") | BY_ID,
        asking("order_id=...", "contact=@variables.contact_id")
        | get(("Id", "order_id"), ("BillToContactId", "contact")),
        asking("order_id=...") | get(("Id", "order_id"), ("OwnerId", "$User.Id")),
        asking("product_id=...", type_="id") | get(("Id", "product_id"), object_name="Product2"),
        asking("subject=...") | get(("Subject", "subject"), object_name="Case"),
        asking("case_subject=...") | get(("Subject", "case_subject"), object_name="Case"),
        asking("email=...", name="verify_customer") | get(("Email", "email"), object_name="Contact"),
        asking(
            "email=...",
            name="check",
            more="            set @variables.verified_id = @outputs.id\n",
        )
        | get(("Email", "email"), object_name="Contact"),
        asking("order_id=..."),
        asking("order_id=...", target="flow://pkg__Get") | BY_ID,
    ],
)
def test_what_is_not_for_the_model_to_say(files: dict[str, str]) -> None:
    assert found(files, check) == []


def test_an_action_that_two_topics_define_is_told_once() -> None:
    second = """\
topic returns:
   description: "x"
   actions:
      get_order:
         inputs:
            order_id: string
         target: "flow://Get"
   reasoning:
      actions:
         find: @actions.get_order
            with order_id=...
"""
    files = asking("order_id=...", more=second) | BY_ID
    assert found(files, check) == [
        f"high/high {AGENT}:21 Help: the model fills order_id of get_order (flow Get), and so the user of the agent "
        "chooses whose Order it reads, in system context without sharing."
    ]
    assert [line for line in evidence(files, check) if "fills" in line] == [
        f"{AGENT}:21 the model fills order_id",
        f"{AGENT}:32 the model fills order_id",
    ]
