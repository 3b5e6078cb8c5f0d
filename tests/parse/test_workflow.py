from __future__ import annotations

from textwrap import dedent

from msgspec import msgpack

from sfgov.facts import AnyFact, Workflow
from sfgov.facts.workflow import OutboundMessage, WorkflowCriterion, WorkflowFieldUpdate, WorkflowRule
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read(body: str) -> Workflow:
    text = f'<Workflow xmlns="http://soap.sforce.com/2006/04/metadata">\n{dedent(body)}</Workflow>\n'
    [fact] = parse(SourceFile("workflows/Case.workflow-meta.xml", "Workflow", "Case"), text.encode()).facts
    assert isinstance(fact, Workflow)
    assert msgpack.decode(msgpack.encode(fact), type=AnyFact) == fact
    return fact


def test_rules_field_updates_and_alerts() -> None:
    fact = read(
        """\
        <alerts><fullName>Tell_Owner</fullName></alerts>
        <fieldUpdates>
            <fullName>Set_Status</fullName>
            <field>Status</field>
            <literalValue>Closed</literalValue>
            <operation>Literal</operation>
            <reevaluateOnChange>true</reevaluateOnChange>
            <targetObject>AccountId</targetObject>
        </fieldUpdates>
        <fieldUpdates><fullName>Sum</fullName><field>Sum__c</field><formula>1 + 1</formula></fieldUpdates>
        <outboundMessages><fullName>Send</fullName><endpointUrl>https://a.example/in</endpointUrl>
        <includeSessionId>true</includeSessionId></outboundMessages>
        <outboundMessages><fullName>Nowhere</fullName></outboundMessages>
        <rules>
            <fullName>Close it</fullName>
            <actions><name>Set_Status</name><type>FieldUpdate</type></actions>
            <actions><name>Tell_Owner</name><type>Alert</type></actions>
            <active>true</active>
            <booleanFilter>1 AND 2</booleanFilter>
            <criteriaItems>
                <field>Case.Priority</field><operation>equals</operation><value>High,Low</value>
            </criteriaItems>
            <criteriaItems>
                <field>Case.A__c</field><operation>equals</operation><valueField>Case.B__c</valueField>
            </criteriaItems>
            <triggerType>onAllChanges</triggerType>
            <workflowTimeTriggers>
                <actions><name>Sum</name><type>FieldUpdate</type></actions>
            </workflowTimeTriggers>
        </rules>
        <rules><fullName>Old</fullName><active>false</active><formula>TRUE</formula></rules>
        """
    )
    assert fact.alerts == ("Tell_Owner",)
    assert fact.outbound_messages == (
        OutboundMessage("Send", 12, "https://a.example/in", 12, session_id=13),
        OutboundMessage("Nowhere", 14),
    )
    assert fact.field_updates == (
        WorkflowFieldUpdate(
            "Set_Status", "Status", 3, "Literal", "Closed", "", "AccountId", reevaluates=True
        ),
        WorkflowFieldUpdate("Sum", "Sum__c", 11, formula="1 + 1"),
    )
    assert fact.rules == (
        WorkflowRule(
            "Close it",
            15,
            active=True,
            trigger_type="onAllChanges",
            criteria=(
                WorkflowCriterion("Case.Priority", "equals", "High,Low", 21),
                WorkflowCriterion("Case.A__c", "equals", "Case.B__c", 24),
            ),
            boolean_filter="1 AND 2",
            actions=(("FieldUpdate", "Set_Status"), ("Alert", "Tell_Owner")),
        ),
        WorkflowRule("Old", 32, formula="TRUE"),
    )


def test_an_empty_file() -> None:
    assert read("") == Workflow(name="Case", line=1)


def test_pieces_of_a_decomposed_workflow() -> None:
    def piece(root: str, body: str) -> Workflow:
        text = f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">\n{body}\n</{root}>\n'
        source = SourceFile(f"workflows/Case/x/Tell.{root}-meta.xml", root, "Case.Tell")
        [fact] = parse(source, text.encode()).facts
        assert isinstance(fact, Workflow)
        assert fact.name == "Case"
        return fact

    message = piece("WorkflowOutboundMessage", "<endpointUrl>http://a.example</endpointUrl>")
    assert message.outbound_messages == (OutboundMessage("Tell", 1, "http://a.example", 2),)
    assert piece("WorkflowRule", "<fullName>Tell it</fullName><active>true</active>").rules == (
        WorkflowRule("Tell it", 1, active=True),
    )
    assert piece("WorkflowAlert", "").alerts == ("Tell",)
    assert [u.field for u in piece("WorkflowFieldUpdate", "<field>A__c</field>").field_updates] == ["A__c"]
