"""What actions come to, which records their inputs pick, what their targets take, and what agents may do."""

from __future__ import annotations

import pytest

from sfgov.model.agents import Action
from sfgov.model.grants import Held
from sfgov.model.org import Org
from tests.agent_orgs import apex, flow, org_of, prompt, record_element, script, start, variable, xml

HEAD = """\
config:
   developer_name: "Help"
   agent_type: "AgentforceServiceAgent"
start_agent main:
   description: "x"
   actions:
"""


def with_action(target: str, *inputs: str) -> dict[str, str]:
    """A script with one action of the model's."""
    lines = [HEAD.rstrip("\n"), "      act:", f'         target: "{target}"', "         inputs:"]
    lines += [f'            "{name}": string' for name in inputs]
    lines += ["   reasoning:", "      actions:", "         act: @actions.act"]
    lines += [f'            with "{name}"=...' for name in inputs]
    return script("\n".join(lines) + "\n")


def action_of(org: Org) -> Action:
    agent = org.agents.get("Help")
    assert agent is not None
    (action,) = agent.actions
    return action


GET = {
    **flow(
        "Get",
        variable("orderId"),
        variable("status", output=True),
        start("Find"),
        record_element(
            "recordLookups", "Find", "Order", ("Id", "orderId"), ("AccountId", "account"), after="Drop"
        ),
        record_element("recordDeletes", "Drop", "Case", ("Order__c", "orderId"), after="Tell"),
        "<actionCalls><name>Tell</name><actionName>emailSimple</actionName><actionType>emailSimple</actionType></actionCalls>",
    )
}


def test_effects_of_a_flow() -> None:
    action = action_of(org_of({**with_action("flow://Get", "orderId"), **GET}))
    assert [(one.effect.kind, one.effect.object, one.effect.context) for one in action.work.records] == [
        ("read", "Order", "as its caller"),
        ("delete", "Case", "as its caller"),
    ]
    assert [one.effect.at.element for one in action.work.writes] == ["Drop"]
    assert [(one.kind, one.said) for one in action.work.leaves] == [("email", "Tell sends an e-mail")]
    assert action.work.known


def test_what_an_input_of_a_flow_picks() -> None:
    work = action_of(org_of({**with_action("flow://Get", "orderId"), **GET})).work
    found = [(one.object, one.field, one.writes, one.others) for one in work.selected_by("ORDERID")]
    assert found == [
        ("Order", "Id", False, (("AccountId", "account"),)),
        ("Case", "Order__c", True, ()),
    ]
    assert work.selected_by("other") == ()
    assert (
        work.selections[0].evidence[-1].message == "reads the Order records of which Id is the input orderId"
    )


def test_what_an_input_picks_behind_subflows_assignments_and_apex() -> None:
    outer = flow(
        "Outer",
        variable("id"),
        variable("copy"),
        start("Copy"),
        "<assignments><name>Copy</name><assignmentItems><assignToReference>copy</assignToReference><operator>Assign</operator><value><elementReference>id</elementReference></value></assignmentItems><connector><targetReference>Sub</targetReference></connector></assignments>",
        "<subflows><name>Sub</name><flowName>Get</flowName><inputAssignments><name>orderId</name><value><elementReference>copy</elementReference></value></inputAssignments><connector><targetReference>Code</targetReference></connector></subflows>",
        "<actionCalls><name>Code</name><actionName>Svc</actionName><actionType>apex</actionType><inputParameters><name>recordId</name><value><elementReference>copy</elementReference></value></inputParameters></actionCalls>",
    )
    org = org_of({**with_action("flow://Outer", "id"), **outer, **GET, **SERVICE})
    work = action_of(org).work
    assert [(one.object, one.field, one.writes) for one in work.selections] == [
        ("Order", "Id", False),
        ("Case", "Order__c", True),
        ("Case", "Id", True),
        ("Contact", "Id", False),
    ]
    assert [one.message for one in work.selections[0].way] == ["flow Outer calls Get"]
    assert [one.message for one in work.selections[3].way] == [
        "Code calls the Apex class Svc",
        "Svc.run calls Svc.load",
    ]


SERVICE = apex(
    "Svc",
    """
    public without sharing class Svc {
        public class Request {
            @InvocableVariable(label='Record' required=true) public Id recordId;
            @InvocableVariable public List<String> tags;
            public String internal;
        }
        public class Result { @InvocableVariable public String message; }
        @InvocableMethod(label='Run')
        public static List<Result> run(List<Request> requests) {
            Set<Id> ids = new Set<Id>();
            for (Request request : requests) {
                ids.add(request.recordId);
            }
            load(ids);
            Case one = new Case(Id = requests[0].recordId, Status = 'Closed');
            update one;
            return new List<Result>();
        }
        private static List<Contact> load(Set<Id> wanted) {
            return [SELECT Id, Email FROM Contact WHERE Id IN :wanted AND OwnerId = :UserInfo.getUserId()];
        }
    }
    """,
)


def test_effects_of_an_invocable_class() -> None:
    action = action_of(org_of({**with_action("apex://Svc", "recordId"), **SERVICE}))
    assert [(one.effect.kind, one.effect.object) for one in action.work.records] == [
        ("update", "Case"),
        ("read", "Contact"),
    ]
    assert action.work.known


def test_what_is_done_without_asking_for_permissions() -> None:
    work = action_of(org_of({**with_action("apex://Svc", "recordId"), **SERVICE})).work
    assert [(one.effect.kind, one.effect.object, one.how, one.sure) for one in work.unasked] == [
        ("update", "Case", "in system mode", True),
        ("read", "Contact", "in system mode", True),
    ]
    system = {
        path: text.replace("<processType>", "<runInMode>SystemModeWithoutSharing</runInMode><processType>")
        for path, text in GET.items()
    }
    work = action_of(org_of({**with_action("flow://Get", "orderId"), **system})).work
    assert [(one.effect.kind, one.effect.object, one.how) for one in work.unasked] == [
        ("read", "Order", "in system context without sharing"),
        ("delete", "Case", "in system context without sharing"),
    ]
    assert action_of(org_of({**with_action("flow://Get", "orderId"), **GET})).work.unasked == ()


def test_what_an_input_of_a_class_picks() -> None:
    work = action_of(org_of({**with_action("apex://Svc", "recordId", "tags"), **SERVICE})).work
    assert [
        (one.input, one.object, one.field, one.writes, one.others, one.context) for one in work.selections
    ] == [
        ("recordId", "Case", "Id", True, (), "system mode"),
        ("recordId", "Contact", "Id", False, (("OwnerId", ":UserInfo.getUserId()"),), "system mode"),
    ]


def test_a_plain_parameter_of_an_invocable_class() -> None:
    files = apex(
        "Find",
        """
        public class Find {
            @InvocableMethod
            public static List<List<Account>> find(List<Id> accountIds) {
                return new List<List<Account>>{ [SELECT Id FROM Account WHERE Id IN :accountIds WITH USER_MODE] };
            }
        }
        """,
    )
    org = org_of({**with_action("apex://Find", "accountIds"), **files})
    (selection,) = action_of(org).work.selections
    assert (selection.object, selection.field, selection.context) == ("Account", "Id", "user mode")
    contract = org.agents.contract_of(action_of(org))
    assert contract is not None
    assert not contract.named
    assert [(one.name, one.type, one.collection) for one in contract.inputs] == [("accountIds", "Id", False)]
    assert [(one.type, one.collection) for one in contract.outputs] == [("Account", True)]


@pytest.mark.parametrize(
    "target", ["flow://Ns__Managed", "standardInvocableAction://x", "apex://Gone", "prompt://Gone"]
)
def test_what_is_not_in_the_tree_is_not_known(target: str) -> None:
    org = org_of({**with_action(target, "a"), **GET, **SERVICE})
    work = action_of(org).work
    assert (work.known, work.records, work.leaves, work.selections) == (False, (), (), ())
    assert org.agents.contract_of(action_of(org)) is None


def test_a_flow_that_calls_what_is_not_in_the_tree_is_not_wholly_known() -> None:
    outer = flow("Outer", start("Sub"), "<subflows><name>Sub</name><flowName>Ns__Other</flowName></subflows>")
    assert not action_of(org_of({**with_action("flow://Outer"), **outer})).work.known


def test_the_contract_of_a_flow() -> None:
    org = org_of({**with_action("flow://Get", "orderId"), **GET})
    contract = org.agents.contract_of(action_of(org))
    assert contract is not None
    assert [(one.name, one.type, one.at.line) for one in contract.inputs] == [("orderId", "String", 2)]
    assert [one.name for one in contract.outputs] == ["status"]
    assert contract.input("ORDERID") is not None
    assert contract.output("nothing") is None


def test_the_contract_of_a_class() -> None:
    org = org_of({**with_action("apex://Svc", "recordId"), **SERVICE})
    contract = org.agents.contract_of(action_of(org))
    assert contract is not None
    assert [(one.name, one.type, one.required, one.collection, one.label) for one in contract.inputs] == [
        ("recordId", "Id", True, False, "Record"),
        ("tags", "String", False, True, ""),
    ]
    assert [one.name for one in contract.outputs] == ["message"]


PROMPT = prompt(
    "Summary",
    "About {!$Input:Case.Subject}\nfor {!$Input:Case.Contact.SSN__c}, {!$Input:Case.Plan__r.Name} {!$Flow:Get.Prompt} {!$User.FirstName}",
    """
    <inputs><apiName>Case</apiName><definition>SOBJECT://Case</definition><referenceName>Input:Case</referenceName><required>true</required></inputs>
    <inputs><apiName>tone</apiName><definition>primitive://String</definition><referenceName>Input:tone</referenceName></inputs>
    <templateDataProviders><definition>flow://Get</definition><referenceName>Flow:Get</referenceName></templateDataProviders>
    """,
)


@pytest.mark.parametrize("scheme", ["prompt", "generatePromptResponse"])
def test_a_prompt_comes_to_what_fetches_its_data(scheme: str) -> None:
    org = org_of({**with_action(f"{scheme}://Summary", "Input:Case"), **PROMPT, **GET})
    action = action_of(org)
    assert [one.effect.object for one in action.work.records] == ["Order", "Case"]
    assert action.work.records[0].way[0].message == "Summary gets its data from Get"
    contract = org.agents.contract_of(action)
    assert contract is not None
    assert [(one.name, one.type, one.object, one.required) for one in contract.inputs] == [
        ("Input:Case", "SObject", "Case", True),
        ("Input:tone", "String", "", False),
    ]
    assert [one.name for one in contract.outputs] == ["promptResponse"]
    (found,) = org.agents.prompts
    assert found.used_by == (action,)


def test_what_a_prompt_merges() -> None:
    field = xml(
        "CustomField", "<fullName>Plan__c</fullName><type>Lookup</type><referenceTo>Plan__c</referenceTo>"
    )
    org = org_of({**PROMPT, "objects/Case/fields/Plan__c.field-meta.xml": field})
    prompt_ = org.agents.prompt("summary")
    assert prompt_ is not None
    found = [
        (one.resource, one.path, one.at.line, one.object, one.fields)
        for one in org.agents.merge_fields(prompt_)
    ]
    assert found == [
        ("Input", "Case.Subject", 3, "Case", ("Case.Subject",)),
        ("Input", "Case.Contact.SSN__c", 4, "Case", ("Case.ContactId", "Contact.SSN__c")),
        ("Input", "Case.Plan__r.Name", 4, "Case", ("Case.Plan__c", "Plan__c.Name")),
        ("Flow", "Get.Prompt", 4, "", ()),
        ("User", "FirstName", 4, "", ()),
    ]
    assert [one.provider is not None for one in org.agents.merge_fields(prompt_)] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_the_active_version_of_a_prompt_is_the_one_named_else_the_last_published() -> None:
    versions = """
    <activeVersionIdentifier>{active}</activeVersionIdentifier>
    <templateVersions><content>1</content><status>Published</status><versionIdentifier>a</versionIdentifier></templateVersions>
    <templateVersions><content>2</content><status>Published</status><versionIdentifier>b</versionIdentifier></templateVersions>
    <templateVersions><content>3</content><status>Draft</status><versionIdentifier>c</versionIdentifier></templateVersions>
    """
    path = "genAiPromptTemplates/P.genAiPromptTemplate-meta.xml"
    for active, content in (("a", "1"), ("gone", "2"), ("", "2")):
        org = org_of({path: xml("GenAiPromptTemplate", versions.replace("{active}", active))})
        (found,) = org.agents.prompts
        assert found.active is not None
        assert found.active.content.text == content


# Access

ACCESS = {
    **with_action("flow://Get", "orderId"),
    **GET,
    "permissionsets/Help_Access.permissionset-meta.xml": xml(
        "PermissionSet",
        """
        <agentAccesses><agentName>Help</agentName><enabled>true</enabled></agentAccesses>
        <classAccesses><apexClass>Svc</apexClass><enabled>true</enabled></classAccesses>
        <objectPermissions><allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><object>Case</object></objectPermissions>""",
    ),
    "permissionsets/Extra.permissionset-meta.xml": xml(
        "PermissionSet", "<userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>"
    ),
}
POLICY = "principals:\n  agent: {permission_sets: [Gone], agents: {help: [Extra], Other: [Nothing]}}\n"


def test_the_access_that_a_name_gives() -> None:
    agent = org_of(ACCESS).agents.get("Help")
    assert agent is not None
    assert [(bundle.name, how) for bundle, how in agent.access.bundles] == [("Help_Access", "named")]
    assert [bundle.name for bundle, _ in agent.access.visible_to] == ["Help_Access"]
    assert agent.access.object_access("Case", "allowDelete").held is Held.YES
    assert agent.access.object_access("Account", "allowRead").held is Held.NO
    assert agent.access.has("classAccesses", "svc").held is Held.YES


def test_the_access_that_the_policy_declares() -> None:
    agent = org_of({**ACCESS, "sfgov.yml": POLICY}).agents.get("Help")
    assert agent is not None
    assert [(bundle.name, how) for bundle, how in agent.access.bundles] == [
        ("Extra", "declared"),
        ("Help_Access", "named"),
    ]
    assert agent.access.missing == ("Gone",)
    assert not agent.access.complete
    assert agent.access.object_access("Account", "allowRead").held is Held.YES
    assert agent.access.object_access("Account", "allowEdit").held is Held.UNKNOWN


def test_without_a_bundle_nothing_is_known() -> None:
    agent = org_of({**with_action("flow://Get"), **GET}).agents.get("Help")
    assert agent is not None
    assert not agent.access.known
    assert agent.access.object_access("Case", "allowRead").held is Held.UNKNOWN


def test_the_one_profile_of_agents_users_counts_for_service_agents() -> None:
    profile = {
        "profiles/Einstein Agent User.profile-meta.xml": xml(
            "Profile", "<userLicense>Einstein Agent</userLicense>"
        )
    }
    service = org_of({**with_action("flow://Get"), **profile}).agents.get("Help")
    assert service is not None
    assert [(bundle.name, how) for bundle, how in service.access.bundles] == [
        ("Einstein Agent User", "licensed")
    ]
    text = with_action("flow://Get")
    path = "aiAuthoringBundles/Help/Help.agent"
    text[path] = text[path].replace("ServiceAgent", "EmployeeAgent")
    employee = org_of({**text, **profile}).agents.get("Help")
    assert employee is not None
    assert not employee.access.known


# Tests

SUITE = xml(
    "AiEvaluationDefinition",
    """
    <name>Tests</name><subjectName>HELP</subjectName><subjectType>AGENT</subjectType>
    <testCase>
    <expectation><expectedValue>Main</expectedValue><name>topic_sequence_match</name></expectation>
    <expectation><expectedValue>['Get', 'act', 'gone']</expectedValue><name>action_sequence_match</name></expectation>
    <inputs><utterance>Hi</utterance></inputs>
    </testCase>""",
)


def test_tests_find_topics_and_actions_by_any_of_their_names() -> None:
    files = {**with_action("flow://Get", "orderId"), **GET}
    org = org_of({**files, "aiEvaluationDefinitions/T.aiEvaluationDefinition-meta.xml": SUITE})
    agent = org.agents.get("Help")
    assert agent is not None
    (suite,) = agent.tests
    (case,) = suite.cases
    topic = suite.topic_of(case)
    assert topic is agent.start
    assert [(name, [action.name for action in found]) for name, found in suite.actions_of(case)] == [
        ("Get", ["act"]),
        ("act", ["act"]),
        ("gone", []),
    ]


def test_a_suite_whose_subject_is_no_agent_belongs_to_none() -> None:
    other = SUITE.replace("HELP", "Other")
    org = org_of(
        {**with_action("flow://Get"), "aiEvaluationDefinitions/T.aiEvaluationDefinition-meta.xml": other}
    )
    (suite,) = org.agents.suites
    assert (suite.agent, suite.subject) == (None, "Other")
