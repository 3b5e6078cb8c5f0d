from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.trigger_handles_first_record_only import trigger_handles_first_record_only

TRIGGER = "triggers/T.trigger"
HANDLER = "classes/Handler.cls"
EVENT = "trigger on Account (before insert, after update)"


def trigger(body: str) -> str:
    """A trigger whose body starts on line 2."""
    return f"trigger T on Account (before insert, after update) {{\n{body}\n}}\n"


def handler(*members: str) -> str:
    """A class with one member a line, from line 2 on."""
    return "public class Handler {\n" + "\n".join(members) + "\n}\n"


def found(files: dict[str, str]) -> list[Result]:
    return lint(files, trigger_handles_first_record_only)


def one(files: dict[str, str]) -> Result:
    (result,) = found(files)
    return result


def trail(result: Result) -> list[str]:
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]


IN_TRIGGER = {
    "new[0]": ("Account a = Trigger.new[0];", "Trigger.new[0]"),
    "old[0]": ("String name = Trigger.old[0].Name;", "Trigger.old[0]"),
    "get(0)": ("Account a = Trigger.new.get(0);", "Trigger.new.get(0)"),
    "values()[0]": ("Account a = Trigger.oldMap.values()[0];", "Trigger.oldMap.values()[0]"),
    "with its namespace": ("Account a = System.Trigger.new[0];", "System.Trigger.new[0]"),
    "in another case": ("Account a = TRIGGER.NEW[ 0 ];", "TRIGGER.NEW[ 0 ]"),
    "as an argument": ("Service.recalculate(Trigger.new[0].Id);", "Trigger.new[0]"),
    "in a query": (
        "List<Contact> all = [SELECT Id FROM Contact WHERE AccountId = :Trigger.new[0].Id];",
        "Trigger.new[0]",
    ),
    "in a condition": ("if (Trigger.new[0].Name == 'x') { Service.run(); }", "Trigger.new[0]"),
    "for one record, without the rest": (
        "if (Trigger.size == 1) { Service.run(Trigger.new[0]); }",
        "Trigger.new[0]",
    ),
    "an error on the first": ("Trigger.new[0].addError('no');", "Trigger.new[0]"),
    "under another name": ("List<Account> all = Trigger.new; Service.run(all[0]);", "all[0]"),
    "a cast list": (
        "List<Account> all = (List<Account>) Trigger.new; Service.run(all.get(0));",
        "all.get(0)",
    ),
}


@pytest.mark.parametrize(("body", "text"), IN_TRIGGER.values(), ids=IN_TRIGGER)
def test_the_first_record_in_a_trigger(body: str, text: str) -> None:
    result = one({TRIGGER: trigger(body)})
    assert (result.path, result.line, result.component) == (TRIGGER, 2, "ApexTrigger:T")
    assert result.message == f"T uses {text}, so all other records of a bulk save are ignored."
    assert (result.severity, result.confidence) == ("high", "high")
    assert trail(result) == [f"{TRIGGER}:1 {EVENT}", f"{TRIGGER}:2 uses {text} and no other record"]


IN_HANDLER = {
    "static method": (
        "Handler.run(Trigger.new);",
        ["static void run(List<Account> records) { Service.go(records[0]); }"],
        "records[0]",
        "Handler.run",
    ),
    "instance method": (
        "new Handler().run(Trigger.new);",
        ["void run(Account[] records) { Account a = records.get(0); }"],
        "records.get(0)",
        "Handler.run",
    ),
    "through a variable": (
        "Handler h = new Handler(); h.run(Trigger.new);",
        ["void run(List<SObject> records) { Account a = (Account) records[0]; }"],
        "records[0]",
        "Handler.run",
    ),
    "constructor": (
        "Handler h = new Handler(Trigger.new);",
        ["Handler(List<Account> records) { Service.go(records[0]); }"],
        "records[0]",
        "new Handler()",
    ),
    "second parameter": (
        "Handler.run('x', Trigger.old);",
        ["static void run(String how, List<Account> gone) { Service.go(how, gone[0]); }"],
        "gone[0]",
        "Handler.run",
    ),
    "the overload that fits": (
        "Handler.run(Trigger.new);",
        [
            "static void run(List<Account> records) { Service.go(records[0]); }",
            "static void run(List<Account> records, Boolean all) { for (Account a : records) { } }",
        ],
        "records[0]",
        "Handler.run",
    ),
}


@pytest.mark.parametrize(("body", "members", "text", "name"), IN_HANDLER.values(), ids=IN_HANDLER)
def test_the_first_record_in_a_handler(body: str, members: list[str], text: str, name: str) -> None:
    result = one({TRIGGER: trigger(body), HANDLER: handler(*members)})
    assert (result.path, result.line, result.component) == (HANDLER, 2, "ApexClass:Handler")
    assert result.message == f"{name} uses {text}, so all other records of a bulk save are ignored."
    assert trail(result) == [
        f"{TRIGGER}:1 {EVENT}",
        f"{TRIGGER}:2 T passes the list to {name}",
        f"{HANDLER}:2 uses {text} and no other record",
    ]


def test_the_list_is_followed_through_several_calls() -> None:
    files = {
        TRIGGER: trigger("Handler.run(Trigger.new);"),
        HANDLER: handler(
            "static void run(List<Account> records) { second(records); }",
            "static void second(List<Account> more) { Other.third(more); }",
        ),
        "classes/Other.cls": "class Other {\n static void third(List<Account> last) { Id x = last[0].Id; }\n}\n",
    }
    assert trail(one(files)) == [
        f"{TRIGGER}:1 {EVENT}",
        f"{TRIGGER}:2 T passes the list to Handler.run",
        f"{HANDLER}:2 Handler.run passes the list to Handler.second",
        f"{HANDLER}:3 Handler.second passes the list to Other.third",
        "classes/Other.cls:2 uses last[0] and no other record",
    ]


def test_a_list_kept_in_a_field_is_followed() -> None:
    files = {
        TRIGGER: trigger("new Handler(Trigger.new).run();"),
        HANDLER: handler(
            "private List<Account> records;",
            "Handler(List<Account> given) { this.records = given; }",
            "void run() { Service.go(records[0]); }",
        ),
    }
    result = one(files)
    assert (result.line, result.message) == (
        4,
        "Handler.run uses records[0], so all other records of a bulk save are ignored.",
    )
    assert trail(result)[1] == f"{TRIGGER}:2 T passes the list to new Handler()"


def test_where_the_list_is_passed_on_as_well_it_is_less_sure() -> None:
    files = {
        TRIGGER: trigger("Handler.run(Trigger.new);"),
        HANDLER: handler(
            "static void run(List<Account> records) { Id x = records[0].Id; all(records); }",
            "static void all(List<Account> records) { for (Account a : records) { a.Name = 'x'; } }",
        ),
    }
    result = one(files)
    assert (result.line, result.severity, result.confidence) == (2, "medium", "medium")


def test_one_finding_for_a_method_however_often_it_is_called() -> None:
    files = {
        TRIGGER: trigger("Handler.run(Trigger.new); Handler.run(Trigger.old);"),
        HANDLER: handler("static void run(List<Account> all) { Id x = all[0].Id; Id y = all[0].OwnerId; }"),
    }
    assert [(r.path, r.line) for r in found(files)] == [(HANDLER, 2)]


QUIET = {
    "a loop over all": "for (Account a : Trigger.new) { a.Name = 'x'; } Id x = Trigger.new[0].Id;",
    "a counting loop over all": (
        "for (Integer i = 0; i < Trigger.new.size(); i++) { Account a = Trigger.new[i]; } Id x = Trigger.new[0].Id;"
    ),
    "the rest is handled in else": (
        "if (Trigger.size == 1) { Service.one(Trigger.new[0]); } else { Service.all(Trigger.new); }"
    ),
    "only the object type": "Schema.SObjectType type = Trigger.new[0].getSObjectType();",
    "the object type of an id": "Schema.SObjectType type = Trigger.new[0].Id.getSObjectType();",
    "the first of something else": "List<Account> all = Service.sorted(Trigger.new); Id x = all[0].Id;",
    "another index": "Account a = Trigger.new[count];",
    "in a comment": "// Trigger.new[0]\nService.all(Trigger.new);",
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_triggers_that_handle_all(body: str) -> None:
    assert found({TRIGGER: trigger(body)}) == []


@pytest.mark.parametrize(
    "member",
    [
        "static void run(List<Account> records) { for (Account a : records) { a.Name = records[0].Name; } }",
        "static void run(List<Account> records) { List<Contact> c = Sel.of(records); Id x = c[0].Id; }",
        "@IsTest static void run(List<Account> records) { Id x = records[0].Id; }",
    ],
    ids=["loops over all", "first of a result", "test"],
)
def test_handlers_that_handle_all(member: str) -> None:
    assert found({TRIGGER: trigger("Handler.run(Trigger.new);"), HANDLER: handler(member)}) == []


def test_a_method_that_no_trigger_calls_may_take_the_first() -> None:
    files = {
        TRIGGER: trigger("Handler.other(Trigger.new);"),
        HANDLER: handler("static void run(List<Account> records) { Id x = records[0].Id; }"),
    }
    assert found(files) == []
