"""Statements, by recursive descent: blocks, conditions, loops, ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from sfgov.parse.apex.body import Body, GuardKind
from sfgov.parse.apex.expressions import Expressions
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.repeats import Attempt, Choice, Exit, Round, Step
from sfgov.parse.apex.simple import SimpleStatements
from sfgov.parse.apex.typenames import (
    ACCESS,
    MODIFIERS,
    after_brackets,
    after_modifiers,
    is_name,
    member_starts,
    type_end,
)

_DEEPEST_STATEMENT = 150
_LONGEST_SIGNATURE = 256
_TEXT = 200
_AFTER_WORD = frozenset(("(", "="))
_AFTER_NAME = frozenset("=,;")
_MEMBER_STARTS = ACCESS | {"@"}
_MODIFIER_STARTS = MODIFIERS | {"@"}


class Statements:
    """Reads the statements of one method into a body.

    Each reading method takes the index of its first token and gives the index after its last one.
    """

    def __init__(self, tokens: Tokens, body: Body) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.body = body
        self.expressions = Expressions(tokens, body)
        self.simple = SimpleStatements(tokens, body, self.expressions)
        self._depth = 0
        self._was_too_deep = False
        self._leaves = False
        """Whether control surely does not go on after the statement that was read last."""

    def block(self, index: int) -> int:
        """Read `{ … }`. A member that starts inside means that a `}` is missing: the block ends before it."""
        guard = self.body.guard
        index = self.sequence(index + 1)
        self.body.guard = guard
        return index + 1 if self.words[index] == "}" else index

    def sequence(self, index: int, *, in_trigger: bool = False) -> int:
        """Read statements up to the `}` that ends them, or up to the start of a member."""
        words, count = self.words, self.tokens.count
        leaves = False
        while index < count:
            word = words[index]
            if word == "}":
                break
            if word in _MEMBER_STARTS and member_starts(words, index, index + _LONGEST_SIGNATURE):
                break
            if in_trigger and self._is_trigger_member(index):
                break
            after = self.statement(index)
            leaves = leaves or self._leaves
            index = after if after > index else index + 1
        self._leaves = leaves
        return index

    def statement(self, index: int) -> int:
        """Read one statement."""
        words = self.words
        word = words[index]
        self._leaves = False
        if word == ";":
            return index + 1
        read = self._READERS.get(word)
        if read is not None:
            if self._depth >= _DEEPEST_STATEMENT:
                return self._too_deep(index)
            self._depth += 1
            index = read(self, index)
            self._depth -= 1
            return index
        if words[index + 1] in _AFTER_WORD:  # `run(…)`, `total = …`: no declaration
            return self._expression(index)
        start = index
        if word in _MODIFIER_STARTS:
            start = after_modifiers(words, index, self.tokens.count)
        name = type_end(words, start)
        if name > 0 and words[name + 1] in _AFTER_NAME and is_name(words[name]):
            return self._after(self.simple.declaration(index, start, name))
        return self._expression(start)

    def _too_deep(self, index: int) -> int:
        """Pass over a statement that is nested too deeply for recursion."""
        if not self._was_too_deep:
            self._was_too_deep = True
            self.tokens.report(index, "statements are nested too deeply; the innermost ones were not read")
        if self.words[index] != "{":
            index = self.expressions.read(index + 1)
        return after_brackets(self.words, index, self.tokens.count) if self.words[index] == "{" else index

    def _is_trigger_member(self, index: int) -> bool:
        """Whether a type or a method is declared here, in the body of a trigger."""
        words = self.words
        if words[index] in ("class", "interface", "enum"):
            return True
        name = type_end(words, index)
        if name < 0 or not is_name(words[name]) or words[name + 1] != "(":
            return False
        return words[after_brackets(words, name + 1, name + _LONGEST_SIGNATURE)] == "{"

    # Statements that hold no others

    def _expression(self, index: int) -> int:
        index = self.expressions.read(index)
        if self.words[index] == "{":  # System.runAs(user) { … }
            return self.statement(index)
        return self._after(index)

    def _after(self, end: int) -> int:
        return end + 1 if self.words[end] == ";" else end

    def _dml(self, index: int) -> int:
        return self._after(self.simple.dml(index))

    def _return(self, index: int) -> int:
        end = self.simple.way_out(index, "return")
        return self._leave("return", end)

    def _throw(self, index: int) -> int:
        end = self.simple.way_out(index, "throw")
        return self._leave("throw", end)

    def _break(self, index: int) -> int:
        return self._leave("break", index + 1)

    def _continue(self, index: int) -> int:
        return self._leave("continue", index + 1)

    def _leave(self, kind: Exit, end: int) -> int:
        self._leaves = True
        self.body.leave(kind)
        return self._after(end)

    def _else(self, index: int) -> int:
        """An `else` without its `if`, in broken code."""
        return self.statement(index + 1)

    # Statements that hold others

    def _branch(self, index: int) -> tuple[int, list[Step]]:
        """Read a statement that may not be reached, with its own steps."""
        around = self.body.steps
        if around is None:
            return self.statement(index), []
        steps: list[Step] = []
        self.body.steps = steps
        index = self.statement(index)
        self.body.steps = around
        return index, steps

    def _steps_of_list(self, index: int) -> tuple[int, list[Step]]:
        """Read expressions between commas, with their own steps; gives the index of what ends them."""
        around = self.body.steps
        if around is None:
            return self.expressions.read_list(index), []
        steps: list[Step] = []
        self.body.steps = steps
        end = self.expressions.read_list(index)
        self.body.steps = around
        return end, steps

    def _condition(self, index: int) -> tuple[int, str, list[Step]]:
        """Read `( … )`; gives the index after it, its text, and its steps."""
        if self.words[index] != "(":
            return index, "", []
        end, steps = self._steps_of_list(index + 1)
        text = self.tokens.text(index + 1, end, _TEXT)
        return end + 1 if self.words[end] == ")" else end, text, steps

    def _guarded(
        self, index: int, kind: GuardKind, at: int, condition: str, since: int = 0
    ) -> tuple[int, list[Step]]:
        """Read a statement under a guard of its own."""
        around = self.body.guard
        self.body.guard = self.body.guarded(kind, self.tokens.line(at), condition, around, since)
        index, steps = self._branch(index)
        self.body.guard = around
        return index, steps

    def _if(self, index: int) -> int:
        """Read a whole chain of `if … else if … else`, without recursion."""
        words, body = self.words, self.body
        around = body.guard
        branches: list[tuple[list[Step], list[Step]]] = []
        otherwise: list[Step] = []
        known_false: list[tuple[int, str]] = []
        all_leave = True
        while True:
            line = self.tokens.line(index)
            start, condition, test = self._condition(index + 1)
            after, steps = self._guarded(start, "if", index, condition)
            branches.append((test, steps))
            if self._leaves and all_leave:
                known_false.append((line, condition))
            all_leave = all_leave and self._leaves
            if words[after] != "else":
                all_leave = False
                break
            body.guard = body.guarded("else", line, condition, body.guard)
            index = after + 1
            if words[index] != "if":
                after, otherwise = self._branch(index)
                all_leave = all_leave and self._leaves
                break
        body.guard = around
        for line, condition in known_false:
            body.guard = body.guarded("after-exit", line, condition, body.guard)
        if body.steps is not None:
            body.steps.append(Choice(branches, otherwise))
        self._leaves = all_leave
        return after

    def _switch(self, index: int) -> int:
        words, body = self.words, self.body
        if words[index + 1] != "on":
            return self._expression(index)
        index = self.expressions.read(index + 2)
        if words[index] != "{":
            return index
        index += 1
        branches: list[tuple[list[Step], list[Step]]] = []
        otherwise: list[Step] = []
        all_leave, has_else = True, False
        while words[index] == "when":
            start = self._when_values(index + 1)
            values = self.tokens.text(index + 1, start, _TEXT)
            index, steps = self._guarded(start, "when", index, values)
            all_leave = all_leave and self._leaves
            if values.lower() == "else":
                has_else, otherwise = True, steps
            else:
                branches.append(([], steps))
        if body.steps is not None:
            body.steps.append(Choice(branches, otherwise))
        self._leaves = all_leave and has_else
        return index + 1 if words[index] == "}" else index

    def _when_values(self, index: int) -> int:
        """Read `'a', 'b'`, `else` or `Account acc`; gives the index of the `{`."""
        words = self.words
        start = index
        while index < self.tokens.count and words[index] not in ("{", "}", ";"):
            index += 1
        name = type_end(words, start)
        if name == index - 1 and is_name(words[name]):
            self.simple.variable(start, start, name)
        return index

    def _try(self, index: int) -> int:
        words, body = self.words, self.body
        begin = self.tokens.line(index)
        index, steps = self._branch(index + 1)
        leaves = self._leaves
        catches: list[list[Step]] = []
        while words[index] == "catch":
            start, exception = self._caught(index + 1)
            index, caught = self._guarded(start, "catch", index, exception, begin)
            catches.append(caught)
            leaves = leaves and self._leaves
        finish: list[Step] = []
        if words[index] == "finally":
            index, finish = self._guarded(index + 1, "finally", index, "")
            leaves = leaves or self._leaves
        if body.steps is not None:
            body.steps.append(Attempt(steps, catches, finish))
        self._leaves = leaves
        return index

    def _caught(self, index: int) -> tuple[int, str]:
        """Read `(DmlException e)`; gives the index after it and its text."""
        words = self.words
        if words[index] != "(":
            return index, ""
        end = after_brackets(words, index, self.tokens.count)
        name = type_end(words, index + 1)
        if name > 0 and is_name(words[name]):
            self.simple.variable(index + 1, index + 1, name)
        return end, self.tokens.text(index + 1, end - 1, _TEXT)

    # Loops

    def _for(self, index: int) -> int:
        words = self.words
        if words[index + 1] != "(":
            return index + 1
        start = index + 2
        type_start = after_modifiers(words, start, self.tokens.count)
        name = type_end(words, type_start)
        if name > 0 and words[name + 1] == ":" and is_name(words[name]):
            return self._for_each(index, type_start, name)
        return self._counting_for(index, type_start, name)

    def _for_each(self, index: int, type_start: int, name: int) -> int:
        text = self.tokens.text
        end = self.expressions.read(name + 2)  # evaluated once, so not yet in the loop
        loop = self.body.open_loop("for-each", *self.tokens.place(index))
        self.simple.variable(index + 2, type_start, name, scope=loop)
        head, iterable = text(index + 2, end, _TEXT), text(name + 2, end, _TEXT)
        self.body.describe_loop(head, self.tokens.written(name), iterable)
        return self._loop_body(end + 1 if self.words[end] == ")" else end, Round(loop, [], [], []))

    def _counting_for(self, index: int, type_start: int, name: int) -> int:
        words, body = self.words, self.body
        if name > 0 and words[name + 1] in _AFTER_NAME and is_name(words[name]):
            end = self.simple.declaration(index + 2, type_start, name, scope=len(body.loops))
        else:
            end = self.expressions.read_list(index + 2)
        loop = body.open_loop("for", *self.tokens.place(index))
        end, test = self._steps_of_list(self._after(end))
        end, update = self._steps_of_list(self._after(end))
        body.describe_loop(self.tokens.text(index + 2, end, _TEXT))
        return self._loop_body(end + 1 if words[end] == ")" else end, Round(loop, test, [], update))

    def _while(self, index: int) -> int:
        loop = self.body.open_loop("while", *self.tokens.place(index))
        end, head, test = self._condition(index + 1)
        self.body.describe_loop(head)
        return self._loop_body(end, Round(loop, test, [], []))

    def _do(self, index: int) -> int:
        loop = self.body.open_loop("do", *self.tokens.place(index))
        guard = self.body.guard
        end, steps = self._branch(index + 1)
        self.body.guard = guard
        if self.words[end] == "while":
            end, head, test = self._condition(end + 1)
            self.body.describe_loop(head)
        else:
            test = []
        self.body.close_loop(Round(loop, test, steps, [], at_least_once=True), self.tokens.line(end - 1))
        self._leaves = False
        return self._after(end)

    def _loop_body(self, index: int, loop: Round) -> int:
        guard = self.body.guard
        index, loop.body = self._branch(index)
        self.body.guard = guard
        self.body.close_loop(loop, self.tokens.line(index - 1))
        self._leaves = False
        return index

    _READERS: ClassVar[dict[str, Callable[[Statements, int], int]]] = {
        "{": block,
        "if": _if,
        "else": _else,
        "for": _for,
        "while": _while,
        "do": _do,
        "switch": _switch,
        "try": _try,
        "return": _return,
        "throw": _throw,
        "break": _break,
        "continue": _continue,
        **dict.fromkeys(("insert", "update", "delete", "undelete", "upsert", "merge"), _dml),
    }
