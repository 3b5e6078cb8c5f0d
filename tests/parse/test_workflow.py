from __future__ import annotations

from textwrap import dedent

from msgspec import msgpack

from sfgov.facts import AnyFact, Workflow
from sfgov.facts.workflow import WorkflowCriterion, WorkflowFieldUpdate, WorkflowRule
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
        <outboundMessages><fullName>Send</fullName></outboundMessages>
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
    assert fact.outbound_messages == ("Send",)
    assert fact.field_updates == (
        WorkflowFieldUpdate(
            "Set_Status", "Status", 3, "Literal", "Closed", "", "AccountId", reevaluates=True
        ),
        WorkflowFieldUpdate("Sum", "Sum__c", 11, formula="1 + 1"),
    )
    assert fact.rules == (
        WorkflowRule(
            "Close it",
            13,
            active=True,
            trigger_type="onAllChanges",
            criteria=(
                WorkflowCriterion("Case.Priority", "equals", "High,Low", 19),
                WorkflowCriterion("Case.A__c", "equals", "Case.B__c", 22),
            ),
            boolean_filter="1 AND 2",
            actions=(("FieldUpdate", "Set_Status"), ("Alert", "Tell_Owner")),
        ),
        WorkflowRule("Old", 30, formula="TRUE"),
    )


def test_an_empty_file() -> None:
    assert read("") == Workflow(name="Case", line=1)
