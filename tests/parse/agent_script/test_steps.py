"""What topics do, and under which conditions."""

from __future__ import annotations

from sfgov.facts.agents import AgentAssignment, AgentBinding, AgentCondition, AgentStep, AgentText

from .conftest import Read


def steps(read: Read, body: str) -> tuple[AgentStep, ...]:
    script, problems = read("subagent t:\n" + body)
    assert problems == ()
    return script.topics[0].steps


def conditions(step: AgentStep) -> list[tuple[str, str, int]]:
    return [(one.kind, one.expression, one.line) for one in step.conditions]


def test_a_tool_with_everything(read: Read) -> None:
    (tool,) = steps(
        read,
        """\
   reasoning:
      actions:
         look: @actions.get_order
            description: "Looks"
            label: "Look up"
            available when @variables.verified == True and not @variables.done
            with order_number=@variables.order
            with reason=..., "Input:mail" = "a, b=c"
            set @variables.status = @outputs.status
            set @variables.found = @outputs.status != ""
""",
    )
    assert (tool.kind, tool.block, tool.line) == ("tool", "reasoning.actions", 4)
    assert (tool.name, tool.reference, tool.target, tool.label) == (
        "look",
        "@actions.get_order",
        "",
        "Look up",
    )
    assert tool.description == AgentText("Looks", 5)
    assert tool.conditions == (
        AgentCondition("available when", "@variables.verified == True and not @variables.done", 7),
    )
    assert tool.inputs == (
        AgentBinding("order_number", "@variables.order", 8),
        AgentBinding("reason", "...", 9),
        AgentBinding("Input:mail", '"a, b=c"', 9),
    )
    assert tool.sets == (
        AgentAssignment("status", "@outputs.status", 10),
        AgentAssignment("found", '@outputs.status != ""', 11),
    )


def test_tools_that_go_somewhere(read: Read) -> None:
    found = steps(
        read,
        """\
   reasoning:
      actions:
         a: @utils.transition to @subagent.orders
         b: @utils.transition to @topic.faq with x=1, y=...
         c: @subagent.helper
         d: @utils.escalate
         e: @utils.setVariables
            with name=...
         get_it:
            with n=...
         f: @connected_subagent.Billing
""",
    )
    assert [(step.name, step.reference, step.target) for step in found] == [
        ("a", "@utils.transition", "orders"),
        ("b", "@utils.transition", "faq"),
        ("c", "@subagent.helper", ""),
        ("d", "@utils.escalate", ""),
        ("e", "@utils.setVariables", ""),
        ("get_it", "", ""),
        ("f", "@connected_subagent.Billing", ""),
    ]
    assert [binding.parameter for binding in found[1].inputs] == ["x", "y"]


def test_runs_with_callbacks(read: Read) -> None:
    run, chained, later, leave = steps(
        read,
        """\
   before_reasoning:
      run @actions.check with id=@variables.id
         set @variables.ok = @outputs.ok
         run @actions.log
            with text="done"
         if @outputs.ok:
            set @variables.count = @variables.count + 1
         transition to @subagent.next
""",
    )
    assert (run.kind, run.reference, run.line) == ("run", "@actions.check", 3)
    assert run.inputs == (AgentBinding("id", "@variables.id", 3),)
    assert run.sets == (AgentAssignment("ok", "@outputs.ok", 4),)
    assert (chained.reference, chained.parent, chained.inputs) == (
        "@actions.log",
        0,
        (AgentBinding("text", '"done"', 6),),
    )
    assert (later.kind, later.parent, conditions(later)) == ("set", 0, [("if", "@outputs.ok", 7)])
    assert (leave.kind, leave.target, leave.parent, conditions(leave)) == ("transition", "next", 0, [])


def test_bindings_and_outputs_may_stand_beside_their_run(read: Read) -> None:
    """Salesforce's own guide writes them so."""
    (run,) = steps(
        read,
        """\
   reasoning:
      instructions: ->
         run @actions.look
         with id=@variables.id
         set @variables.x = @outputs.x
""",
    )
    assert run.inputs == (AgentBinding("id", "@variables.id", 5),)
    assert run.sets == (AgentAssignment("x", "@outputs.x", 6),)


def test_branches_have_the_conditions_of_those_before_them(read: Read) -> None:
    found = steps(
        read,
        """\
   reasoning:
      instructions: ->
         if @variables.a:
            | one
            if @variables.b:
               | two
         else if @variables.c:
            | three
         elif @variables.d:
            | four
         else:
            | five
         | six
""",
    )
    assert {step.text.text: conditions(step) for step in found} == {
        "one": [("if", "@variables.a", 4)],
        "two": [("if", "@variables.a", 4), ("if", "@variables.b", 6)],
        "three": [("else", "@variables.a", 4), ("if", "@variables.c", 8)],
        "four": [("else", "@variables.a", 4), ("else", "@variables.c", 8), ("if", "@variables.d", 10)],
        "five": [("else", "@variables.a", 4), ("else", "@variables.c", 8), ("else", "@variables.d", 10)],
        "six": [],
    }


def test_an_exit_before_is_a_condition_of_all_that_comes_after(read: Read) -> None:
    found = steps(
        read,
        """\
   reasoning:
      actions:
         refund: @actions.refund
            available when @variables.paid
      instructions: ->
         if @variables.blocked:
            run @actions.tell
               transition to @subagent.bye
         else:
            | welcome
         | help
   before_reasoning:
      if @variables.verified != True:
         transition to @subagent.identity
      set @variables.seen = True
   after_reasoning:
      set @variables.turns = @variables.turns + 1
""",
    )
    exit_ = ("after-exit", "@variables.verified != True", 14)
    gone = ("after-exit", "@variables.blocked", 7)
    by_line = {step.line: conditions(step) for step in found}
    assert by_line == {
        4: [exit_, gone, ("available when", "@variables.paid", 5)],
        8: [exit_, ("if", "@variables.blocked", 7)],
        9: [exit_, ("if", "@variables.blocked", 7)],
        11: [exit_, ("else", "@variables.blocked", 7)],
        12: [exit_, gone],
        15: [("if", "@variables.verified != True", 14)],
        16: [exit_],
        18: [exit_, gone],
    }


def test_an_exit_that_is_only_one_way_through_is_none(read: Read) -> None:
    found = steps(
        read,
        """\
   before_reasoning:
      if @variables.a:
         if @variables.b:
            transition to @subagent.x
      if @variables.c:
         if @variables.d:
            transition to @subagent.x
         else:
            transition to @subagent.y
      set @variables.e = True
""",
    )
    assert conditions(found[-1]) == [("after-exit", "@variables.c", 6)]


def test_texts_of_instructions(read: Read) -> None:
    found = steps(
        read,
        """\
   reasoning:
      instructions: ->
         | First {!@actions.look}:
             - # no comment
             - "quoted" (open

         # a comment
         | Second
      # another
""",
    )
    assert [step.text for step in found] == [
        AgentText('First {!@actions.look}:\n- # no comment\n- "quoted" (open', 4),
        AgentText("Second", 9),
    ]


def test_instructions_without_logic(read: Read) -> None:
    for written in ('"Help."', "|\n         Help.", "| Help.", '->\n         "Help."'):
        (step,) = steps(read, f"   reasoning:\n      instructions:{written}\n")
        assert (step.kind, step.text.text) == ("text", "Help.")


def test_collect_asks_for_a_variable(read: Read) -> None:
    (step,) = steps(
        read,
        """\
   reasoning:
      instructions: ->
         collect @variables.email
            message: "Your address?"
""",
    )
    assert (step.kind, step.reference, step.text) == (
        "collect",
        "@variables.email",
        AgentText("Your address?", 5),
    )


def test_conditions_that_begin_with_a_bracket_or_run_over_lines(read: Read) -> None:
    first, second = steps(
        read,
        """\
   before_reasoning:
      if (@variables.a or
          @variables.b):
         set @variables.x = 1
      if @variables.c \\
         and @variables.d:
         set @variables.x = 2
""",
    )
    assert conditions(first) == [("if", "(@variables.a or @variables.b)", 3)]
    assert conditions(second) == [("if", "@variables.c  and @variables.d", 6)]


def test_keys_that_are_called_like_statements(read: Read) -> None:
    script, problems = read(
        """
        variables:
          set: mutable string = "x"
          run: mutable string
          with: linked string
          transition: mutable boolean = True
          if: mutable string
        """
    )
    assert problems == ()
    assert [one.name for one in script.variables] == ["set", "run", "with", "transition", "if"]
