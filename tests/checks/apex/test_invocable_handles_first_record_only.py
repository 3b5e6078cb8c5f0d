from __future__ import annotations

from textwrap import dedent

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.invocable_handles_first_record_only import invocable_handles_first_record_only
from tests.agent_orgs import script
from tests.apex_orgs import apex, files, trail, trigger

FILE = "classes/A.cls"
INPUT = "A:2 invocable method, called with a list of inputs"


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, invocable_handles_first_record_only)


def act(body: str, *, returns: str = "void", takes: str = "List<Id>") -> dict[str, str]:
    """A class whose invocable method `run` has its head on line 2 and its body from line 3 on."""
    return apex("A", f"@InvocableMethod public static {returns} run({takes} inputs) {{", body, "}")


FIRST = {
    "by index": (act("Svc.close(inputs[0]);"), "inputs[0]"),
    "by get": (act("Id id = inputs.get(0);"), "inputs.get(0)"),
    "of an own type": (act("Svc.close(inputs[0].id);", takes="List<Request>"), "inputs[0]"),
    "as an array": (act("Svc.close(inputs[0]);", takes="Id[]"), "inputs[0]"),
    "in a query": (
        act("Account a = [SELECT Id FROM Account WHERE Id = :inputs[0]];"),
        "inputs[0]",
    ),
    "under another name": (act("List<Id> all = inputs; Svc.close(all[0]);"), "all[0]"),
    "where there is one, without the rest": (
        act("if (inputs.size() == 1) { Svc.close(inputs[0]); }"),
        "inputs[0]",
    ),
}


@pytest.mark.parametrize(("org", "text"), FIRST.values(), ids=FIRST)
def test_only_the_first_input(org: dict[str, str], text: str) -> None:
    (result,) = found(org)
    assert (result.path, result.line, result.component) == (FILE, 3, "ApexClass:A")
    assert result.message == f"A.run uses {text}, so all other inputs of a bulk call are ignored."
    assert (result.severity, result.confidence) == ("medium", "high")
    assert trail(result) == [INPUT, f"A:3 uses {text} and no other record"]


def test_the_list_is_followed_into_other_classes() -> None:
    org = files(
        act("Svc.close(inputs);"),
        apex("Svc", "public static void close(List<Id> ids) {", "update new Account(Id = ids[0]);", "}"),
    )
    (result,) = found(org)
    assert (result.path, result.line) == ("classes/Svc.cls", 3)
    assert result.message == "Svc.close uses ids[0], so all other inputs of a bulk call are ignored."
    assert trail(result) == [
        INPUT,
        "A:3 A.run passes the list to Svc.close",
        "Svc:3 uses ids[0] and no other record",
    ]


SINGLE = {
    "a list with one element": (
        "return new List<String>{ Svc.close(inputs) };",
        [3],
    ),
    "an array with one element": ("return new String[]{ 'done' };", [3]),
    "one element is added after the loop": (
        "List<String> out = new List<String>(); for (Id id : inputs) { Svc.close(id); }\nout.add('done'); return out;",
        [4],
    ),
    "a local with one element": ("List<String> out = new List<String>{ 'done' };\nreturn out;", [4]),
    "on each way one": (
        "if (inputs.isEmpty()) { return new List<String>{ 'none' }; }\nreturn new List<String>{ 'done' };",
        [3, 4],
    ),
}


@pytest.mark.parametrize(("body", "lines"), SINGLE.values(), ids=SINGLE)
def test_one_result_for_all_inputs(body: str, lines: list[int]) -> None:
    (result,) = found(act(body, returns="List<String>"))
    assert (result.path, result.line, result.severity) == (FILE, lines[0], "medium")
    assert result.message == (
        "A.run gives one result for any number of inputs, so in a bulk call results are missing."
    )
    assert trail(result) == [INPUT, *(f"A:{line} the only result" for line in lines)]


def test_the_first_input_and_one_result_are_one_fault() -> None:
    (result,) = found(act("return new List<String>{ Svc.close(inputs[0]) };", returns="List<String>"))
    assert result.message == "A.run uses inputs[0], so all other inputs of a bulk call are ignored."


QUIET = {
    "a loop over all": act("for (Id id : inputs) { Svc.close(id); } Id first = inputs[0];"),
    "a counting loop": act("for (Integer i = 0; i < inputs.size(); i++) { Svc.close(inputs[i]); }"),
    "handed on whole, to code that is not known": act("Svc.close(inputs);"),
    "more than one is refused": act(
        "if (inputs.size() > 1) { throw new FlowException(); } Svc.close(inputs[0]);"
    ),
    "the first of something else": act("List<Id> other = Svc.all(inputs); Svc.close(other[0]);"),
    "a result for each input": act(
        "List<String> out = new List<String>(); for (Id id : inputs) { out.add(id); } return out;",
        returns="List<String>",
    ),
    "results from elsewhere": act("return Svc.close(inputs);", returns="List<String>"),
    "results that something else fills": act(
        "List<String> out = new List<String>(); out.add('x'); Svc.fill(out, inputs); return out;",
        returns="List<String>",
    ),
    "lists of lists": act(
        "return new List<String>{ 'done' };", returns="List<String>", takes="List<List<Account>>"
    ),
    "no result": act("Svc.close(inputs);", returns="void"),
    "not invocable": apex("A", "public static void run(List<Id> inputs) { Svc.close(inputs[0]); }"),
    "a test": {
        FILE: "@IsTest\nclass A {\n@InvocableMethod public static void run(List<Id> i) { Svc.go(i[0]); }\n}\n"
    },
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_handles_all_inputs(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []


ACTION = """
config:
    agent_name: "Help"
topic orders:
    actions:
        close:
            target: "apex://A"
"""


def flow(process: str, start: str = "") -> dict[str, str]:
    """A flow that calls the class."""
    return {
        "flows/F.flow-meta.xml": f"""<Flow xmlns="http://soap.sforce.com/2006/04/metadata">
<processType>{process}</processType><status>Active</status>
<start><connector><targetReference>Call</targetReference></connector>{start}</start>
<actionCalls><name>Call</name><actionName>A</actionName><actionType>apex</actionType></actionCalls>
</Flow>"""
    }


BY_RECORDS = "<object>Account</object><recordTriggerType>Create</recordTriggerType><triggerType>RecordAfterSave</triggerType>"


JOB = """\
    public class A implements {interface} {{
    @InvocableMethod public static void execute(List<Id> inputs) {{
    Svc.close(inputs[0]);
    }}
    public void execute({context} c) {{ {body} }}
    }}
"""


@pytest.mark.parametrize(
    ("interface", "context", "body", "severity"),
    [
        ("Schedulable", "SchedulableContext", "Svc.close(null);", "medium"),
        ("Queueable", "QueueableContext", "Svc.close(null);", "medium"),
        ("System.Queueable", "System.QueueableContext", "A.execute(ids);", "high"),
    ],
)
def test_an_invocable_method_named_as_that_of_a_job(
    interface: str, context: str, body: str, severity: str
) -> None:
    text = dedent(JOB).format(interface=interface, context=context, body=body)
    (result,) = found({FILE: text})
    assert (result.line, result.severity) == (3, severity)


@pytest.mark.parametrize(
    ("callers", "severity"),
    [
        ({}, "medium"),
        (trigger("T", "Account", "after insert", "A.run(ids);"), "high"),
        (script(ACTION), "medium"),
        (flow("Flow"), "medium"),
        (flow("PromptFlow"), "medium"),
        (flow("AutoLaunchedFlow"), "medium"),
        (flow("AutoLaunchedFlow", BY_RECORDS), "high"),
        (script(ACTION) | flow("AutoLaunchedFlow", BY_RECORDS), "high"),
    ],
    ids=[
        "nobody",
        "a trigger",
        "an agent",
        "a screen flow",
        "a flow of a prompt",
        "what others call",
        "a record",
        "an agent and a record",
    ],
)
def test_who_calls_it_decides_how_bad_it_is(callers: dict[str, str], severity: str) -> None:
    (result,) = found(act("Svc.close(inputs[0]);") | callers)
    assert (result.path, result.line, result.severity) == (FILE, 3, severity)
