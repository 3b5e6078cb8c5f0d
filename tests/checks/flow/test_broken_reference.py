from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.broken_reference import broken_reference
from tests.flow_xml import (
    ACTIVE,
    after_save,
    condition,
    filters,
    flow,
    node,
    rule,
    start,
    tag,
    value,
    xml,
)

Files = dict[str, str]
FILE = "flows/F.flow-meta.xml"


def in_flow(*blocks: str, begin: str = "", status: str = ACTIVE) -> Files:
    """The start is line 3, the blocks follow."""
    return {FILE: flow(status, begin or after_save("Do"), *blocks)}


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, broken_reference)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def apex(body: str, name: str = "Svc") -> Files:
    return {f"classes/{name}.cls": f"public class {name} {{ {body} }}"}


OTHER_CLASS = apex("", name="Other")
OTHER_FLOW = {"flows/Other.flow-meta.xml": flow(tag("status", "Draft"))}
OBJECT = {
    "objects/Invoice__c/Invoice__c.object-meta.xml": xml("CustomObject", tag("label", "Invoice")),
    "objects/Invoice__c/fields/Paid__c.field-meta.xml": xml("CustomField", tag("fullName", "Paid__c")),
}
PERMISSION = {
    "customPermissions/Some.customPermission-meta.xml": xml("CustomPermission", tag("label", "Some"))
}
ALERTS = {
    "workflows/Case.workflow-meta.xml": xml("Workflow", "<alerts><fullName>Tell</fullName></alerts>"),
}


def call(action: str, type_: str = "apex") -> str:
    return node("actionCalls", "Do", tag("actionName", action), tag("actionType", type_))


def sets(target: str, right: str = "'x'", name: str = "Do", to: str = "") -> str:
    item = f"<assignmentItems><assignToReference>{target}</assignToReference>{value(right)}</assignmentItems>"
    return node("assignments", name, item, to=to)


def given(field: str) -> str:
    return f"<inputAssignments><field>{field}</field>{value('1')}</inputAssignments>"


# Found in the flow itself


def test_a_connector_to_nothing() -> None:
    assert said(in_flow(node("assignments", "Do", to="Gone"))) == [
        f"high/high {FILE}:4 Do goes on to Gone, which the flow does not have."
    ]


def test_a_start_that_leads_nowhere() -> None:
    assert said(in_flow(begin=after_save("Gone"))) == [
        f"high/high {FILE}:3 The flow goes on to Gone, which the flow does not have."
    ]


@pytest.mark.parametrize(
    "block",
    [
        sets("lost.Name"),
        node("recordUpdates", "Do", tag("inputReference", "lost")),
        node("loops", "Do", tag("collectionReference", "lost")),
        node("recordLookups", "Do", tag("outputReference", "lost")),
    ],
)
def test_a_name_that_the_flow_does_not_have(block: str) -> None:
    assert said(in_flow(block)) == [f"high/high {FILE}:4 Do refers to lost, which the flow does not have."]


def test_one_finding_for_all_places_that_name_the_same() -> None:
    (result,) = found(
        in_flow(node("assignments", "Do", to="Again"), sets("lost", name="Again"), sets("lost", name="Do2"))
    )[:1]
    assert (result.subject, result.line) == ("lost", 5)
    assert [(step.line, step.message) for step in result.evidence] == [
        (5, "refers to lost, which the flow does not have"),
        (6, "refers to lost, which the flow does not have"),
    ]


def test_an_error_that_nothing_leads_to() -> None:
    error = "<customErrors><name>Stop</name></customErrors>"
    (result,) = found(in_flow(sets("$Record.A"), error))
    assert (result.severity, result.line, result.subject) == ("medium", 5, "unreachable.Stop")
    assert result.message == "Nothing leads to Stop, so the flow never stops anything with it."


def test_other_elements_that_nothing_leads_to() -> None:
    (result,) = found(in_flow(sets("$Record.A"), node("assignments", "A", to="B"), node("assignments", "B")))
    assert (result.severity, result.line, result.subject) == ("low", 5, "unreachable")
    assert result.message == "Nothing leads to A and B from the start of the flow."
    assert [(step.line, step.message) for step in result.evidence] == [
        (5, "A never runs"),
        (6, "B never runs"),
    ]


# Found among the other components


@pytest.mark.parametrize("block", [node("subflows", "Do", tag("flowName", "Gone")), call("Gone", "flow")])
def test_a_flow_that_is_not_there(block: str) -> None:
    assert said(in_flow(block), OTHER_FLOW) == [
        f"high/medium {FILE}:4 Do calls the flow Gone, which is not in the tree."
    ]


@pytest.mark.parametrize("block", [call("Svc"), node("apexPluginCalls", "Do", tag("apexClass", "Svc"))])
def test_an_apex_class_that_is_not_there(block: str) -> None:
    assert said(in_flow(block), OTHER_CLASS) == [
        f"high/medium {FILE}:4 Do calls the Apex class Svc, which is not in the tree."
    ]


def test_an_apex_class_that_lost_its_annotation() -> None:
    assert said(in_flow(call("Svc")), apex("public static void run(List<Id> ids) { }")) == [
        f"high/high {FILE}:4 Do calls the Apex class Svc, which has no @InvocableMethod."
    ]


def test_an_email_alert_that_is_not_in_its_objects_workflow() -> None:
    assert said(in_flow(call("Case.Gone", "emailAlert")), ALERTS) == [
        f"high/medium {FILE}:4 Do sends the e-mail alert Case.Gone, which is not in the tree."
    ]


def test_a_prompt_template_that_is_not_there() -> None:
    other = {
        "genAiPromptTemplates/Other.genAiPromptTemplate-meta.xml": xml(
            "GenAiPromptTemplate", tag("masterLabel", "Other")
        )
    }
    assert said(in_flow(call("Gone", "generatePromptResponse")), other) == [
        f"high/medium {FILE}:4 Do uses the prompt template Gone, which is not in the tree."
    ]


def workflow_message(name: str) -> Files:
    message = f"<outboundMessages><fullName>{name}</fullName><endpointUrl>https://a.example</endpointUrl></outboundMessages>"
    return {"workflows/Case.workflow-meta.xml": xml("Workflow", message)}


def test_an_outbound_message_that_is_not_in_its_objects_workflow() -> None:
    assert said(in_flow(call("Case.Gone", "outboundMessage")), workflow_message("Other")) == [
        f"high/medium {FILE}:4 Do sends the outbound message Case.Gone, which is not in the tree."
    ]


def quick_action(name: str) -> Files:
    return {f"quickActions/{name}.quickAction-meta.xml": xml("QuickAction", tag("label", name))}


@pytest.mark.parametrize("name", ["Case.Close_It", "Close_It", "Invoice__c.Close"])
def test_a_quick_action_that_is_not_there(name: str) -> None:
    assert said(in_flow(call(name, "quickAction")), quick_action("Other")) == [
        f"high/medium {FILE}:4 Do runs the quick action {name}, which is not in the tree."
    ]


def test_an_external_service_that_is_not_there() -> None:
    other = {
        "externalServiceRegistrations/Other.externalServiceRegistration-meta.xml": xml(
            "ExternalServiceRegistration", tag("label", "Other")
        )
    }
    assert said(in_flow(call("Bank.getAccount", "externalService")), other) == [
        f"high/medium {FILE}:4 Do calls the external service Bank, which is not in the tree."
    ]


def test_the_flow_of_a_step_of_an_orchestration() -> None:
    step = f"<stageSteps><name>First</name>{tag('actionName', 'Gone')}{tag('actionType', 'stepBackground')}</stageSteps>"
    files = {FILE: flow(ACTIVE, start(to="Stage"), node("orchestratedStages", "Stage", step))}
    assert said(files, OTHER_FLOW) == [
        f"high/medium {FILE}:4 First calls the flow Gone, which is not in the tree."
    ]


LABELS = {
    "labels/CustomLabels.labels-meta.xml": xml(
        "CustomLabels",
        f"<labels><fullName>Here</fullName>{tag('value', 'Here')}</labels>",
    )
}
SHOWS_GONE = "shows the label Gone, which is not in the tree."
WITH_LABEL = {
    "a condition": node("decisions", "Do", rule("Yes", condition("$Record.Name", "EqualTo", "$Label.Gone"))),
    "a value": sets("$Record.Name", "$Label.Gone"),
    "the message of an error": (
        "<customErrors><name>Do</name><customErrorMessages><errorMessage>Sorry: {!$Label.Gone}</errorMessage>"
        "</customErrorMessages></customErrors>"
    ),
    "a text": sets("$Record.Name", "'Dear {! $Label.gone}'").replace("gone", "Gone"),
    "the text of a screen": (
        "<screens><name>Do</name><fields><name>T</name><fieldText>&lt;p&gt;{!$Label.Gone}&lt;/p&gt;</fieldText>"
        "</fields></screens>"
    ),
}


@pytest.mark.parametrize("block", WITH_LABEL.values(), ids=WITH_LABEL)
def test_a_label_that_is_not_there(block: str) -> None:
    assert said(in_flow(block), LABELS) == [f"high/medium {FILE}:4 Do {SHOWS_GONE}"]


def test_a_label_in_a_formula_and_in_a_template() -> None:
    blocks = (
        "<formulas><name>Text</name><expression>{!$Record.Name} &amp; $Label.Gone</expression></formulas>",
        "<textTemplates><name>Mail</name><text>Don't reply. {!$Label.Gone}</text></textTemplates>",
        sets("$Record.Name"),
    )
    (result,) = found(in_flow(*blocks), LABELS)
    assert (result.line, result.message) == (4, f"Text {SHOWS_GONE}")
    assert [(step.line, step.message) for step in result.evidence] == [
        (4, "shows the label Gone, which is not in the tree"),
        (5, "shows the label Gone, which is not in the tree"),
    ]


def test_labels_in_files_of_their_own_and_in_mdapi_format() -> None:
    label = xml("CustomLabel", tag("fullName", "Here"), tag("value", "x"))
    files = {"labels/Here.label-meta.xml": label}
    block = WITH_LABEL["a value"]
    assert said(in_flow(block), files) == [f"high/medium {FILE}:4 Do {SHOWS_GONE}"]
    assert said(in_flow(block.replace("Gone", "HERE")), files) == []
    mdapi = {
        "src/flows/F.flow": in_flow(block)[FILE],
        "src/labels/CustomLabels.labels": LABELS["labels/CustomLabels.labels-meta.xml"],
    }
    assert said(mdapi) == [f"high/medium src/flows/F.flow:4 Do {SHOWS_GONE}"]


RECORDS = OBJECT | {
    "objects/Rate__mdt/Rate__mdt.object-meta.xml": xml("CustomObject", tag("label", "Rate")),
    "objects/Rate__mdt/fields/Percent__c.field-meta.xml": xml("CustomField", tag("fullName", "Percent__c")),
    "customMetadata/Rate.Default.md-meta.xml": xml("CustomMetadata", tag("label", "Default")),
}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("$CustomMetadata.Rate__mdt.Gone.Percent__c", "reads the custom metadata record Rate.Gone"),
        ("$CustomMetadata.Gone__mdt.Default.Percent__c", "reads the custom metadata type Gone__mdt"),
        ("$CustomMetadata.Rate__mdt.Default.Gone__c", "names the field Rate__mdt.Gone__c"),
    ],
)
def test_custom_metadata_that_is_not_there(name: str, message: str) -> None:
    assert said(in_flow(sets("$Record.Name", name)), RECORDS) == [
        f"high/medium {FILE}:4 Do {message}, which is not in the tree."
    ]


def test_objects_of_the_start_and_of_elements() -> None:
    begin = start(to="Do", object_="Gone__c", trigger="RecordAfterSave")
    block = node("recordLookups", "Do", tag("object", "Away__mdt"))
    assert said(in_flow(block, begin=begin), OBJECT) == [
        f"high/medium {FILE}:3 The flow works on the object Gone__c, which is not in the tree.",
        f"high/medium {FILE}:4 Do works on the object Away__mdt, which is not in the tree.",
    ]


NAMES_DUE = "names the field Invoice__c.Due__c, which is not in the tree."


@pytest.mark.parametrize(
    "block",
    [
        node("recordLookups", "Do", filters("Due__c", "EqualTo", "'x'"), tag("object", "Invoice__c")),
        node("recordLookups", "Do", filters("Id", "EqualTo", "$Record.Due__c"), tag("object", "Case")),
        node("recordUpdates", "Do", given("Due__c"), tag("inputReference", "$Record")),
        node("decisions", "Do", rule("Yes", condition("$Record.Due__c", "EqualTo", "true"))),
        sets("$Record.Due__c"),
    ],
)
def test_fields_of_the_orgs_own_objects(block: str) -> None:
    assert said(in_flow(block), OBJECT) == [f"high/medium {FILE}:4 Do {NAMES_DUE}"]


LINES = {
    "objects/Line__c/Line__c.object-meta.xml": xml("CustomObject", tag("label", "Line")),
    "objects/Line__c/fields/Invoice__c.field-meta.xml": xml(
        "CustomField",
        tag("fullName", "Invoice__c"),
        tag("referenceTo", "Invoice__c"),
        tag("relationshipName", "Lines"),
        tag("type", "Lookup"),
    ),
}
GETS = node("recordLookups", "Get", tag("object", "Line__c"), to="Do")
FIELDS_ELSEWHERE = {
    "of a parent": (sets("$Record.Name", "Get.Invoice__r.Due__c"), NAMES_DUE),
    "of what was looked up": (sets("$Record.Name", "Get.Due__c"), NAMES_DUE.replace("Invoice", "Line")),
    "of one in a loop": (
        node("loops", "Do", tag("collectionReference", "Get"), each="In")
        + sets("$Record.Name", "Do.Due__c", name="In", to="Do"),
        NAMES_DUE.replace("Invoice", "Line"),
    ),
    "that a lookup brings": (
        node("recordLookups", "Do", tag("object", "Line__c"), tag("queriedFields", "Due__c")),
        NAMES_DUE.replace("Invoice", "Line"),
    ),
    "that a lookup sorts by": (
        node("recordLookups", "Do", tag("object", "Line__c"), tag("sortField", "Due__c")),
        NAMES_DUE.replace("Invoice", "Line"),
    ),
    "that an error stands at": (
        "<customErrors><name>Do</name><customErrorMessages><fieldSelection>Due__c</fieldSelection>"
        "</customErrorMessages></customErrors>",
        NAMES_DUE,
    ),
}


@pytest.mark.parametrize(("block", "message"), FIELDS_ELSEWHERE.values(), ids=FIELDS_ELSEWHERE)
def test_a_field(block: str, message: str) -> None:
    files = {FILE: flow(ACTIVE, after_save("Get"), GETS + block)}
    assert [one.rpartition("Do ")[2].rpartition("In ")[2] for one in said(files, OBJECT, LINES)] == [message]


def test_fields_of_choices_and_of_a_scheduled_path() -> None:
    choices = (
        "<dynamicChoiceSets><name>Lines</name><displayField>Gone__c</displayField><object>Line__c</object>"
        "</dynamicChoiceSets>"
    )
    begin = start(
        "<scheduledPaths><name>Later</name><recordField>Due__c</recordField></scheduledPaths>",
        to="Do",
        object_="Invoice__c",
        trigger="RecordAfterSave",
    )
    assert said(in_flow(choices, sets("$Record.Name"), begin=begin), OBJECT, LINES) == [
        f"high/medium {FILE}:3 The flow {NAMES_DUE}",
        f"high/medium {FILE}:4 Lines names the field Line__c.Gone__c, which is not in the tree.",
    ]


def test_a_field_in_a_formula() -> None:
    formula = "<formulas><name>Late</name><expression>{!$Record.Due__c} &lt; TODAY()</expression></formulas>"
    (result,) = found(in_flow(formula, sets("$Record.Paid__c", "Late")), OBJECT)
    assert (result.line, result.message) == (4, f"Late {NAMES_DUE}")
    assert [step.line for step in result.evidence] == [4, 5]


def test_a_field_of_the_start_in_mdapi_format() -> None:
    begin = start(
        filters("Due__c", "IsNull", "false"), to="Do", object_="Invoice__c", trigger="RecordAfterSave"
    )
    fields = "<fields><fullName>Paid__c</fullName><type>Checkbox</type></fields>"
    files = {
        "src/flows/F.flow": flow(ACTIVE, begin, sets("$Record.Paid__c", "true")),
        "src/objects/Invoice__c.object": xml("CustomObject", fields),
    }
    assert said(files) == [
        "high/medium src/flows/F.flow:3 The flow names the field Invoice__c.Due__c, which is not in the tree."
    ]


def test_a_custom_permission_and_a_custom_setting() -> None:
    blocks = (
        node("decisions", "Do", rule("Yes", condition("$Permission.Gone", "EqualTo", "true"), to="B")),
        sets("$Record.Name", "$Setup.Switch__c.Off__c", name="B"),
    )
    assert said(in_flow(*blocks), OBJECT, PERMISSION) == [
        f"high/medium {FILE}:4 Do asks for the custom permission Gone, which is not in the tree.",
        f"high/medium {FILE}:5 B reads the custom setting Switch__c, which is not in the tree.",
    ]


def test_a_flow_of_which_it_is_not_known_whether_it_runs() -> None:
    files = {"src/flows/F-2.flow": flow(after_save("Gone"))}
    assert said(files) == [
        "high/low src/flows/F-2.flow:2 The flow goes on to Gone, which the flow does not have. Nothing in the tree "
        "says whether this version runs."
    ]


# Quiet

SCREEN = "<screens><name>Ask</name><fields><name>table</name><fields><name>inner</name></fields></fields></screens>"
QUIET = {
    "everything is there": [
        in_flow(call("Svc")),
        apex("@InvocableMethod public static void run(List<Id> ids) { }"),
    ],
    "no class was retrieved": [in_flow(call("Svc"))],
    "a managed class": [in_flow(call("ns__Svc")), OTHER_CLASS],
    "a hidden class": [in_flow(call("Svc")), {"classes/Svc.cls": "(hidden)"}],
    "a managed flow": [in_flow(node("subflows", "Do", tag("flowName", "ns__Gone"))), OTHER_FLOW],
    "a flow by its version": [
        in_flow(node("subflows", "Do", tag("flowName", "Sub"))),
        {"flows/Sub-3.flow": flow()},
    ],
    "no workflow of that object": [in_flow(call("Contact.Gone", "emailAlert")), ALERTS],
    "an alert in another case": [in_flow(call("case.tell", "emailAlert")), ALERTS],
    "standard objects and fields": [
        in_flow(node("recordLookups", "Do", filters("Industry", "EqualTo", "'x'"), tag("object", "Account"))),
        OBJECT,
    ],
    "a custom field of a standard object": [
        in_flow(node("recordLookups", "Do", filters("A__c", "EqualTo", "'x'"), tag("object", "Account"))),
        OBJECT,
        {"objects/Account/Account.object-meta.xml": xml("CustomObject", tag("label", "Account"))},
    ],
    "a field of an object that was not retrieved": [
        in_flow(sets("$Record.Due__c")),
        {"objects/Invoice__c/fields/Paid__c.field-meta.xml": xml("CustomField", tag("fullName", "Paid__c"))},
    ],
    "a managed field": [in_flow(sets("$Record.ns__Due__c")), OBJECT],
    "standard fields and relationships": [
        in_flow(
            sets("$Record.Paid__c", "$Record.Owner__r.Name", to="Next"),
            sets("$Record.Name", name="Next"),
        ),
        OBJECT,
    ],
    "objects that the platform makes": [
        in_flow(node("recordCreates", "Do", tag("object", "Gone__Share"))),
        OBJECT,
    ],
    "no permission was retrieved": [
        in_flow(node("decisions", "Do", rule("Yes", condition("$Permission.Gone", "EqualTo", "true"))))
    ],
    "names of screens, stages and variables": [
        in_flow(
            sets("v", to="Each"),
            node("loops", "Each", tag("collectionReference", "table.selectedRows"), each="Ask"),
            SCREEN,
            "<variables><name>v</name></variables>",
        )
    ],
    "no label was retrieved": [in_flow(WITH_LABEL["a value"])],
    "labels that are there, in another case": [in_flow(sets("$Record.Name", "$Label.HERE")), LABELS],
    "labels of packages and of Salesforce": [
        in_flow(
            sets("$Record.Name", "$Label.ns__Gone", to="B"),
            sets("$Record.Name", "$Label.Section.Gone", name="B"),
        ),
        LABELS,
    ],
    "a text that only looks like a reference": [in_flow(sets("$Record.Name", "'$Label.Gone'")), LABELS],
    "a description": [in_flow(tag("description", "Was $Label.Gone before"), sets("$Record.Name")), LABELS],
    "standard quick actions": [
        in_flow(call("NewTask", "quickAction")),
        quick_action("Other_One"),
    ],
    "a standard quick action of an object": [
        in_flow(call("FeedItem.NewTaskFromFeedItem", "quickAction")),
        quick_action("Other_One"),
    ],
    "a managed quick action": [in_flow(call("Case.ns__Close", "quickAction")), quick_action("Other_One")],
    "no quick action was retrieved": [in_flow(call("Case.Close_It", "quickAction"))],
    "a quick action, in another case": [
        in_flow(call("case.close_it", "quickAction")),
        quick_action("Case.Close_It"),
    ],
    "an outbound message, in another case": [
        in_flow(call("Case.TELL", "outboundMessage")),
        workflow_message("Tell"),
    ],
    "a managed external service": [in_flow(call("ns__Bank.get", "externalService"))],
    "components of packages without a namespace are nowhere in a retrieve": [
        in_flow(call("c:gone", "component")),
        {"lwc/other/other.js-meta.xml": xml("LightningComponentBundle", tag("isExposed", "true"))},
    ],
    "a custom metadata record of a type without any": [
        in_flow(sets("$Record.Name", "$CustomMetadata.Rate__mdt.Gone.Percent__c")),
        {path: text for path, text in RECORDS.items() if not path.startswith("customMetadata/")},
        {"customMetadata/Other.One.md-meta.xml": xml("CustomMetadata", tag("label", "One"))},
    ],
    "managed custom metadata": [
        in_flow(sets("$Record.Name", "$CustomMetadata.ns__Rate__mdt.Gone.Percent__c")),
        RECORDS,
    ],
    "custom metadata that is there": [
        in_flow(sets("$Record.Name", "$CustomMetadata.rate__mdt.default.percent__c")),
        RECORDS,
    ],
    "relationships and standard fields of what was looked up": [
        {
            FILE: flow(
                ACTIVE,
                after_save("Get"),
                GETS,
                sets("$Record.Name", "Get.Invoice__r.Name", to="B"),
                sets("$Record.Name", "Get.Invoice__r.Owner.Gone__c", name="B"),
            )
        },
        OBJECT,
        LINES,
    ],
    "a draft": [in_flow(begin=after_save("Gone"), status=tag("status", "Draft"))],
    "a managed flow's own": [{"flows/ns__F.flow-meta.xml": flow(ACTIVE, after_save("Gone"))}],
    "no start is written": [{FILE: flow(ACTIVE, sets("$Record.A"))}],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
