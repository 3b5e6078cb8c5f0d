"""An org with a help desk agent that has one of everything its card shows, and a second agent without anything."""

from __future__ import annotations

from tests.agent_orgs import flow, record_element, script, start, variable, xml

DESK = {
    **script(
        """\
        config:
           developer_name: "Help"
           agent_label: "Help desk"
           agent_type: "AgentforceServiceAgent"
           default_agent_user: "desk@example.com"
           description: "Helps with cases"
        variables:
           case_id: mutable string = ""
           verified: mutable boolean = False
        connection messaging:
           outbound_route_type: "OmniChannelFlow"
           outbound_route_name: "flow://Route"
        system:
           instructions: "Be kind."
           messages:
              welcome: "Hi"
        start_agent main:
           description: "Greets"
           reasoning:
              actions:
                 cases: @utils.transition to @subagent.cases
                    available when @variables.verified == True
                 person: @utils.escalate
                 know: @utils.setVariables
                    with verified=...
        subagent cases:
           description: "Looks after cases"
           actions:
              close:
                 description: "Closes a case"
                 require_user_confirmation: True
                 target: "flow://Close"
                 inputs:
                    id: string
                       is_required: True
                    note: string
              drop:
                 target: "flow://Drop"
                 inputs:
                    id: string
                    limit: number
              ask:
                 target: "flow://Gone"
           reasoning:
              actions:
                 close: @actions.close
                    with id=...
                    with note="none"
                 drop: @actions.drop
                    available when @variables.verified == True
                    with id=@variables.case_id
                 ask: @actions.ask
        subagent unused:
           description: "Nothing leads here"
        """
    ),
    **flow("Route"),
    **flow(
        "Close",
        variable("id"),
        variable("note"),
        start("Find"),
        record_element("recordLookups", "Find", "Case", ("Id", "id"), after="Tell"),
        "<actionCalls><name>Tell</name><actionName>emailSimple</actionName><actionType>emailSimple</actionType></actionCalls>",
    ),
    **flow(
        "Drop",
        variable("id"),
        variable("limit", "Number"),
        start("Gone"),
        record_element("recordDeletes", "Gone", "Case", ("Id", "id")),
    ),
    "permissionsets/Help_Access.permissionset-meta.xml": xml(
        "PermissionSet",
        """
        <agentAccesses><agentName>Help</agentName><enabled>true</enabled></agentAccesses>
        <objectPermissions><allowEdit>true</allowEdit><allowRead>true</allowRead><object>Case</object></objectPermissions>
        <userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>""",
    ),
    "aiEvaluationDefinitions/Desk.aiEvaluationDefinition-meta.xml": xml(
        "AiEvaluationDefinition",
        """
        <name>Desk</name><subjectName>Help</subjectName><subjectType>AGENT</subjectType>
        <testCase>
        <expectation><expectedValue>cases</expectedValue><name>topic_sequence_match</name></expectation>
        <expectation><expectedValue>['close']</expectedValue><name>action_sequence_match</name></expectation>
        <inputs><utterance>Close it</utterance></inputs>
        </testCase>""",
    ),
    **script(
        """\
        config:
           developer_name: "Idle"
           agent_type: "AgentforceEmployeeAgent"
        start_agent main:
           description: "Does nothing"
        """,
        "Idle",
        target="Idle.v2",
    ),
}
SCRIPT = DESK["aiAuthoringBundles/Help/Help.agent"].splitlines()


def line(text: str) -> int:
    """The line of the help desk's script that has this in it first."""
    return next(number for number, one in enumerate(SCRIPT, 1) if text in one)
