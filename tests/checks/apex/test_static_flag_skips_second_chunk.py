from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.static_flag_skips_second_chunk import static_flag_skips_second_chunk
from tests.apex_orgs import apex, files, trail, trigger

TRIGGER = trigger("T", "Account", "after update", "Handler.run(Trigger.new);")
FLAG = "private static Boolean hasRun = false;"
RUN = "public static void run(List<Account> all) {"


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, static_flag_skips_second_chunk)


def handler(*body: str, flag: str = FLAG) -> dict[str, str]:
    """The flag on line 2, the method on line 3, its body from line 4 on."""
    return files(TRIGGER, apex("Handler", flag, RUN, *body, "}"))


SHAPES = {
    "returns where it ran": (
        handler("if (hasRun) { return; }", "hasRun = true;", "Svc.share(all);"),
        4,
        "hasRun",
        "Handler:5",
    ),
    "runs where it did not": (
        handler("if (!hasRun) {", "hasRun = true;", "Svc.share(all); }"),
        4,
        "!hasRun",
        "Handler:5",
    ),
    "compares with true": (
        handler("if (hasRun == true) return;", "hasRun = true;", "Svc.share(all);"),
        4,
        "hasRun == true",
        "Handler:5",
    ),
    "compares with false, among other things": (
        handler(
            "if (all.size() > 0 && Handler.hasRun == false) {", "Svc.share(all);", "Handler.hasRun = true; }"
        ),
        4,
        "all.size() > 0 && Handler.hasRun == false",
        "Handler:6",
    ),
    "a flag that starts true": (
        handler("if (hasRun) {", "hasRun = false;", "Svc.share(all); }", flag=FLAG.replace("false", "true")),
        4,
        "hasRun",
        "Handler:5",
    ),
    "set by what it calls": (
        handler(
            "if (hasRun) { return; }",
            "share(all); }",
            "static void share(List<Account> all) {",
            "hasRun = true;",
        ),
        4,
        "hasRun",
        "Handler:7",
    ),
}


@pytest.mark.parametrize(("org", "line", "condition", "setter"), SHAPES.values(), ids=SHAPES)
def test_a_flag_in_a_handler(org: dict[str, str], line: int, condition: str, setter: str) -> None:
    (result,) = found(org)
    assert (result.path, result.line, result.severity) == ("classes/Handler.cls", line, "medium")
    assert result.message == (
        "Handler.hasRun lets Handler.run run once per transaction, so records 201 and later of one save are skipped."
    )
    assert trail(result) == [
        "T:2 T calls Handler.run",
        f"Handler:{line} runs only while Handler.hasRun lets it: {condition}",
        f"{setter} sets Handler.hasRun, and nothing sets it back",
    ]


RUN_ONCE = apex(
    "Recursion",
    "private static Boolean run = true;",
    "public static Boolean runOnce() {",
    "if (run) { run = false; return true; }",
    "return false; }",
)


def test_run_once_in_a_trigger() -> None:
    org = files(
        RUN_ONCE,
        trigger("T", "Account", "after update", "if (Recursion.runOnce()) {", "Svc.share(Trigger.new); }"),
    )
    (result,) = found(org)
    assert (result.path, result.line, result.component) == ("triggers/T.trigger", 2, "ApexTrigger:T")
    assert result.message == (
        "Recursion.run lets T run once per transaction, so records 201 and later of one save are skipped."
    )
    assert trail(result) == [
        "T:2 runs only while Recursion.run lets it: Recursion.runOnce()",
        "Recursion:4 sets Recursion.run, and nothing sets it back",
    ]


def test_a_flag_of_another_class_behind_a_getter() -> None:
    org = files(
        apex(
            "Context",
            "private static Boolean done = false;",
            "public static Boolean isDone() { return done; }",
            "public static void setDone() { done = true; }",
        ),
        trigger(
            "T",
            "Account",
            "after update",
            "if (!Context.isDone()) {",
            "Svc.share(Trigger.new);",
            "Context.setDone(); }",
        ),
    )
    (result,) = found(org)
    assert (result.path, result.line) == ("triggers/T.trigger", 2)
    assert trail(result)[1] == "Context:4 sets Context.done, and nothing sets it back"


def test_one_finding_for_a_flag_in_a_method() -> None:
    org = handler(
        "if (hasRun) { return; }",
        "hasRun = true; Svc.share(all);",
        "if (hasRun) { return; }",
        "Svc.share(all);",
    )
    assert [r.line for r in found(org)] == [4]


QUIET = {
    "a set of ids": handler(
        "if (hasRun.contains(all[0].Id)) { return; }",
        "hasRun.add(all[0].Id); Svc.share(all);",
        flag="private static Set<Id> hasRun = new Set<Id>();",
    ),
    "set back after the work": handler(
        "if (hasRun) { return; }", "hasRun = true; Svc.share(all); hasRun = false;"
    ),
    "set back by other code": files(
        handler(
            "if (hasRun) { return; }",
            "hasRun = true; Svc.share(all);",
            flag=FLAG.replace("private", "public"),
        ),
        apex("Other", "public static void reset() { Handler.hasRun = false; }"),
    ),
    "a switch that other code sets": files(
        handler("if (hasRun) { return; }", "Svc.share(all);", flag=FLAG.replace("private", "public")),
        apex("Other", "public static void off() { Handler.hasRun = true; }"),
    ),
    "a switch that nothing sets": handler("if (hasRun) { return; }", "Svc.share(all);"),
    "set to what is not known": handler("if (hasRun) { return; }", "hasRun = Svc.ready(); Svc.share(all);"),
    "no static flag": handler(
        "if (hasRun) { return; }", "hasRun = true; Svc.share(all);", flag="private Boolean hasRun = false;"
    ),
    "a local flag": handler(
        "Boolean hasRun = false; if (!hasRun) { hasRun = true; Svc.share(all); }", flag=""
    ),
    "settings that are read once": handler(
        "prepare(); Svc.share(all); }",
        "static void prepare() { if (hasRun) { return; }",
        "hasRun = true; Settings.load();",
    ),
    "something that is made where it is missing": handler(
        "if (!hasRun && Cache.rows.isEmpty()) { hasRun = true; Svc.share(all); }"
    ),
    "code that no trigger comes to": files(
        apex("Handler", FLAG, RUN, "if (hasRun) { return; }", "hasRun = true; Svc.share(all);", "}"),
        trigger("T", "Account", "after update", "Svc.share(Trigger.new);"),
    ),
    "nothing behind it": handler("if (!hasRun) { hasRun = true; }", "Svc.share(all);"),
    "tests set it back": {
        **handler("if (hasRun) { return; }", "Svc.share(all);"),
        "classes/HandlerTest.cls": "@IsTest\nclass HandlerTest { static void t() { Handler.hasRun = true; } }\n",
    },
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_is_no_fault(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []
