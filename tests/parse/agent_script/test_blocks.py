"""What the blocks of a script say, with their lines."""

from __future__ import annotations

import pytest

from sfgov.facts.agents import NO_TEXT, AgentSetting, AgentText

from .conftest import Read

SCRIPT = """\
# A service agent
config:
   developer_name: "Help_Agent"
   agent_type: "AgentforceServiceAgent"   # customers
   runtime:
      groundedness: True
   temperature: 0.9
   additional_parameter__DISABLE_GROUNDEDNESS: True

access:
   default_agent_user: "agent@example.com"
   verified_customer_record_access:
      additional_objects:
         - Order.AccountId
         - Case.ContactId

variables:
   contact_id: linked string
      source: @MessagingEndUser.ContactId
      description: "Who writes"
   verified: mutable boolean = False
   tags: mutable list[object] = [{"a": "=b"}]
      visibility: "External"
      is_displayable: False
   fixed: string = "x # y"

connection messaging:
   escalation_message: "One moment."
   outbound_route_type: "OmniChannelFlow"
   outbound_route_name: "flow://Route_To_Queue"

connections:
   voice:
      adaptive_response_allowed: True

system:
   instructions: |
      You help customers.

      Never reveal {!@variables.contact_id}.
   messages:
      welcome: "Hello \\"you\\"!\\nHow can I help?"
      error: |
         Sorry.

subagent orders:
   label: "Orders"
   description: "Looks up
      orders"
   system:
      instructions: "Only orders."
   model_config:
      model: "model://small"
   actions:
      get_order:
         description: "Gets an order"
         label: "Get order"
         target: "flow://Get_Order"
         require_user_confirmation: True
         source: "Lib__GetOrder"
         inputs:
            "order_number": string
               is_required: True
               is_user_input: False
            limit: number = 10
            token: @variables.contact_id
         outputs:
            status: string
               is_displayable: True
               filter_from_agent: True
            lines: list[object]
               complex_data_type_name: "lightning__recordInfoType"
      close:
         target: apex://OrderService
   reasoning:
      instructions: ->
         | Help.
      actions:
         look: @actions.get_order

start_agent router:
   description: "Routes"
"""


def test_settings_have_paths_values_and_lines(read: Read) -> None:
    script, problems = read(SCRIPT)
    assert problems == ()
    assert script.complete
    assert script.developer_name == "Help_Agent"
    assert script.line_of("config.developer_name") == 3
    assert script.settings == (
        AgentSetting("config.developer_name", "Help_Agent", 3, quoted=True),
        AgentSetting("config.agent_type", "AgentforceServiceAgent", 4, quoted=True),
        AgentSetting("config.runtime.groundedness", "True", 6),
        AgentSetting("config.temperature", "0.9", 7),
        AgentSetting("config.additional_parameter__DISABLE_GROUNDEDNESS", "True", 8),
        AgentSetting("access.default_agent_user", "agent@example.com", 11, quoted=True),
        AgentSetting("access.verified_customer_record_access.additional_objects", "Order.AccountId", 14),
        AgentSetting("access.verified_customer_record_access.additional_objects", "Case.ContactId", 15),
    )


def test_variables_are_linked_mutable_or_fixed(read: Read) -> None:
    contact, verified, tags, fixed = read(SCRIPT)[0].variables
    assert (contact.name, contact.modifier, contact.type, contact.line) == (
        "contact_id",
        "linked",
        "string",
        18,
    )
    assert contact.source == "@MessagingEndUser.ContactId"
    assert contact.description == AgentText("Who writes", 20)
    assert (verified.modifier, verified.type, verified.default) == ("mutable", "boolean", "False")
    assert (tags.type, tags.default) == ("list[object]", '[{"a": "=b"}]')
    assert (tags.visibility, tags.displayable) == ("External", -24)
    assert (fixed.modifier, fixed.type, fixed.default) == ("", "string", '"x # y"')


def test_connections_in_both_forms(read: Read) -> None:
    messaging, voice = read(SCRIPT)[0].connections
    assert (messaging.type, messaging.line) == ("messaging", 27)
    assert (messaging.route_type, messaging.route_name, messaging.route_line) == (
        "OmniChannelFlow",
        "flow://Route_To_Queue",
        30,
    )
    assert messaging.escalation_message == AgentText("One moment.", 28)
    assert (voice.type, voice.route_name, voice.line) == ("voice", "", 33)


def test_system_texts_keep_their_lines(read: Read) -> None:
    script, _ = read(SCRIPT)
    text = script.instructions
    assert text.text == "You help customers.\n\nNever reveal {!@variables.contact_id}."
    assert text.line_of(text.text.index("Never")) == 40
    assert script.messages == (
        ("welcome", AgentText('Hello "you"!\nHow can I help?', 42, escaped=True)),
        ("error", AgentText("Sorry.", 44)),
    )
    assert script.messages[0][1].line_of(20) == 42


def test_topics_in_any_order_with_their_actions(read: Read) -> None:
    script, _ = read(SCRIPT)
    orders, router = script.topics
    assert (orders.name, orders.kind, orders.line, orders.end_line) == ("orders", "subagent", 46, 79)
    assert (router.name, router.kind, router.line) == ("router", "start_agent", 81)
    assert orders.label == "Orders"
    assert orders.description == AgentText("Looks up\n      orders", 48)
    assert orders.override == AgentText("Only orders.", 51)
    assert orders.settings == (AgentSetting("model_config.model", "model://small", 53, quoted=True),)
    get, close = orders.actions
    assert (get.name, get.line, get.label, get.source) == ("get_order", 55, "Get order", "Lib__GetOrder")
    assert (get.target_type, get.target, get.target_line) == ("flow", "Get_Order", 58)
    assert get.confirmation == 59
    assert (close.target_type, close.target, close.confirmation) == ("apex", "OrderService", 0)


def test_parameters_of_actions(read: Read) -> None:
    action = read(SCRIPT)[0].topics[0].actions[0]
    number, limit, token = action.inputs
    assert (number.name, number.type, number.line) == ("order_number", "string", 62)
    assert (number.required, number.user_input, number.displayable) == (63, -64, 0)
    assert (limit.type, limit.default) == ("number", "10")
    assert (token.type, token.default) == ("", "@variables.contact_id")
    status, lines = action.outputs
    assert (status.displayable, status.filtered) == (69, 70)
    assert (lines.type, lines.complex_type) == ("list[object]", "lightning__recordInfoType")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", [" ", "  ", "    ", "\t"])
def test_any_indentation_and_line_ending_reads_the_same(read: Read, indent: str, newline: str) -> None:
    plain, _ = read(SCRIPT)
    rows = [indent * ((len(row) - len(row.lstrip())) // 3) + row.lstrip() for row in SCRIPT.split("\n")]
    other, problems = read(newline.join(rows).encode())
    assert problems == ()
    assert [(one.name, one.line, one.actions) for one in other.topics] == [
        (one.name, one.line, one.actions) for one in plain.topics
    ]
    assert other.instructions == plain.instructions
    assert other.variables == plain.variables


def test_byte_order_marks_and_utf_16(read: Read) -> None:
    plain, _ = read(SCRIPT)
    assert read(b"\xef\xbb\xbf" + SCRIPT.encode())[0] == plain
    assert read(SCRIPT.encode("utf-16"))[0] == plain


def test_topic_is_a_subagent_by_its_old_name(read: Read) -> None:
    old, _ = read(SCRIPT.replace("subagent ", "topic "))
    new, _ = read(SCRIPT)
    assert [topic.kind for topic in old.topics] == ["topic", "start_agent"]
    assert old.topics[0].actions == new.topics[0].actions


def test_quoted_keys_and_names(read: Read) -> None:
    script, problems = read(
        """
        "subagent" "orders":
          "description": "x"
          "actions":
            "get it":
              "target": "flow://F"
        """
    )
    assert problems == ()
    assert [(topic.name, [a.name for a in topic.actions]) for topic in script.topics] == [
        ("orders", ["get it"])
    ]


def test_anonymous_start_and_connected_subagents(read: Read) -> None:
    script, _ = read(
        """
        start_agent:
          description: "x"
        connected_subagent Billing:
          target: "agent://Billing_Agent"
          description: "Bills"
        """
    )
    start, billing = script.topics
    assert (start.name, start.kind) == ("start_agent", "start_agent")
    assert (billing.kind, billing.target) == ("connected_subagent", "agent://Billing_Agent")


def test_unknown_blocks_are_kept_as_settings(read: Read) -> None:
    script, problems = read("brand_new_block:\n  mode:\n    level: 3\nmodality voice:\n  speed: 1.5\n")
    assert problems == ()
    assert script.settings == (
        AgentSetting("brand_new_block.mode.level", "3", 3),
        AgentSetting("modality.voice.speed", "1.5", 5),
    )


def test_a_value_may_stand_on_the_next_line(read: Read) -> None:
    script, _ = read('model_config:\n    "model://small"\nsystem:\n    instructions:\n        "Be kind."\n')
    assert script.settings == (AgentSetting("model_config", "model://small", 2, quoted=True),)
    assert script.instructions == AgentText("Be kind.", 5)


def test_an_empty_script_has_nothing(read: Read) -> None:
    script, problems = read("")
    assert problems == ()
    assert (script.topics, script.settings, script.instructions) == ((), (), NO_TEXT)
