"""Statements, by recursive descent: loops, guards, ways out, declarations and DML."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec

from sfgov.facts.apex import Loop, Operation, Variable
from sfgov.parse.apex.body import Body, GuardKind
from sfgov.parse.apex.expressions import Expressions
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.repeats import Attempt, Choice, Exit, Round, Step
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
        if (
            name > 0
            and words[name + 1] in _AFTER_NAME
            and is_name(words[name])
            and words[name] != "instanceof"
        ):
            return self._declaration(index, start, name)
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

    # Simple statements

    def _expression(self, index: int) -> int:
        index = self.expressions.read(index)
        if self.words[index] == "{":  # System.runAs(user) { … }
            return self.statement(index)
        return index + 1 if self.words[index] == ";" else index

    def _declaration(self, index: int, type_start: int, name: int, scope: int = -1) -> int:
        """Read local variables: `Type a = 1, b;`. `index` is where their modifiers start."""
        words, text = self.words, self.tokens.text
        modifiers = tuple(word for word in words[index:type_start] if word in MODIFIERS)
        type_name = text(type_start, name)
        while True:
            end = name + 1
            initial = ""
            if words[end] == "=":
                end = self.expressions.read(name + 2)
                initial = text(name + 2, end)
            self.body.variables.append(
                Variable(
                    self.tokens.written(name), type_name, self.tokens.line(name), initial, modifiers, scope
                )
            )
            if words[end] != ",":
                return end + 1 if words[end] == ";" else end
            name = end + 1

    def _return(self, index: int) -> int:
        return self._way_out(index, "return")

    def _throw(self, index: int) -> int:
        return self._way_out(index, "throw")

    def _way_out(self, index: int, kind: Exit) -> int:
        body, tokens = self.body, self.tokens
        line, column = tokens.place(index)
        operation = body.reserve()
        end = self.expressions.read(index + 1)
        value = tokens.text(index + 1, end)
        body.operations[operation] = Operation(
            "return" if kind == "return" else "throw",
            line,
            column,
            "",
            arguments=(value,) if value else (),
            guard=body.guard,
        )
        self._leave(kind)
        return end + 1 if self.words[end] == ";" else end

    def _break(self, index: int) -> int:
        self._leave("break")
        return index + 1

    def _continue(self, index: int) -> int:
        self._leave("continue")
        return index + 1

    def _leave(self, kind: Exit) -> None:
        self._leaves = True
        if self.body.steps is not None:
            self.body.steps.append(kind)

    def _else(self, index: int) -> int:
        """An `else` without its `if`, in broken code."""
        return self.statement(index + 1)

    def _dml(self, index: int) -> int:
        words, tokens, body = self.words, self.tokens, self.body
        line, column = tokens.place(index)
        start = index + 1
        mode = ""
        if words[start] == "as" and words[start + 1] in ("user", "system"):
            mode = tokens.text(start, start + 2)
            start += 2
        operation = body.reserve()
        end = self.expressions.read(start)
        second = self._second_operand(start, end) if words[index] in ("upsert", "merge") else end
        operands = (tokens.text(start, second), tokens.text(second, end))
        body.operations[operation] = Operation(
            "dml",
            line,
            column,
            tokens.written(index),
            mode,
            operands if second < end else operands[:1],
            guard=body.guard,
            text=tokens.text(index, end, _TEXT),
        )
        return end + 1 if words[end] == ";" else end

    def _second_operand(self, index: int, end: int) -> int:
        """Where the key of an `upsert a Key__c` or the second record of a `merge a b` starts, or `end`."""
        words = self.words
        if words[index] == "(":  # a cast, or a bracketed operand: the name after a cast still belongs to it
            index = after_brackets(words, index, end)
        index += 1
        while index < end:
            before = words[index - 1]
            if is_name(words[index]) and before != "new" and (is_name(before) or before in (")", "]", "}")):
                return index
            index = after_brackets(words, index, end) if words[index] in ("(", "[", "{") else index + 1
        return end

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

    def _condition(self, index: int) -> tuple[int, str, list[Step]]:
        """Read `( … )`; gives the index after it, its text, and its steps."""
        if self.words[index] != "(":
            return index, "", []
        around = self.body.steps
        steps: list[Step] | None = None if around is None else []
        self.body.steps = steps
        end = self.expressions.read_list(index + 1)
        self.body.steps = around
        text = self.tokens.text(index + 1, end, _TEXT)
        return end + 1 if self.words[end] == ")" else end, text, steps or []

    def _guarded(self, index: int, kind: GuardKind, at: int, condition: str) -> tuple[int, list[Step]]:
        """Read a statement under a guard of its own."""
        around = self.body.guard
        self.body.guard = self.body.guarded(kind, self.tokens.line(at), condition, around)
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
            self.body.variables.append(
                Variable(self.tokens.written(name), self.tokens.text(start, name), self.tokens.line(name))
            )
        return index

    def _try(self, index: int) -> int:
        words, body = self.words, self.body
        index, steps = self._branch(index + 1)
        leaves = self._leaves
        catches: list[list[Step]] = []
        while words[index] == "catch":
            start, exception = self._caught(index + 1)
            index, caught = self._guarded(start, "catch", index, exception)
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
            self.body.variables.append(
                Variable(self.tokens.written(name), self.tokens.text(index + 1, name), self.tokens.line(name))
            )
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
        tokens, body = self.tokens, self.body
        end = self.expressions.read(name + 2)  # evaluated once, so not yet in the loop
        loop = self._open_loop(index)
        variable = tokens.written(name)
        modifiers = tuple(word for word in self.words[index + 2 : type_start] if word in MODIFIERS)
        body.variables.append(
            Variable(variable, tokens.text(type_start, name), tokens.line(name), "", modifiers, loop)
        )
        line, column = tokens.place(index)
        head, iterable = tokens.text(index + 2, end, _TEXT), tokens.text(name + 2, end, _TEXT)
        parent = body.loops[loop].parent
        body.loops[loop] = Loop("for-each", line, parent, head, variable, iterable, column)
        return self._loop_body(end + 1 if self.words[end] == ")" else end, Round(loop, [], [], []))

    def _counting_for(self, index: int, type_start: int, name: int) -> int:
        words, tokens, body = self.words, self.tokens, self.body
        scope = len(body.loops)
        if name > 0 and words[name + 1] in _AFTER_NAME and is_name(words[name]):
            end = self._declaration(index + 2, type_start, name, scope)
        else:
            end = self.expressions.read_list(index + 2)
            end += words[end] == ";"
        loop = self._open_loop(index)
        around = body.steps
        test: list[Step] = []
        update: list[Step] = []
        body.steps = test
        end = self.expressions.read_list(end)
        end += words[end] == ";"
        body.steps = update
        end = self.expressions.read_list(end)
        body.steps = around
        line, column = tokens.place(index)
        head = tokens.text(index + 2, end, _TEXT)
        body.loops[loop] = Loop("for", line, body.loops[loop].parent, head, column=column)
        return self._loop_body(end + 1 if words[end] == ")" else end, Round(loop, test, [], update))

    def _while(self, index: int) -> int:
        tokens, body = self.tokens, self.body
        loop = self._open_loop(index)
        end, head, test = self._condition(index + 1)
        line, column = tokens.place(index)
        body.loops[loop] = Loop("while", line, body.loops[loop].parent, head, column=column)
        return self._loop_body(end, Round(loop, test, [], []))

    def _do(self, index: int) -> int:
        words, tokens, body = self.words, self.tokens, self.body
        loop, guard = self._open_loop(index), body.guard
        end, steps = self._branch(index + 1)
        body.guard = guard
        head, test = "", list[Step]()
        if words[end] == "while":
            end, head, test = self._condition(end + 1)
        line, column = tokens.place(index)
        body.loops[loop] = Loop("do", line, body.loops[loop].parent, head, column=column)
        self._close_loop(Round(loop, test, steps, [], at_least_once=True), end)
        self._leaves = False
        return end + 1 if words[end] == ";" else end

    def _open_loop(self, index: int) -> int:
        """Enter a loop whose head is still to be read."""
        body = self.body
        loop = len(body.loops)
        body.loops.append(Loop("while", self.tokens.line(index), body.loop, ""))
        body.loop = loop
        if body.steps is None:
            body.steps = []
        return loop

    def _loop_body(self, index: int, loop: Round) -> int:
        guard = self.body.guard
        index, loop.body = self._branch(index)
        self.body.guard = guard
        self._close_loop(loop, index)
        self._leaves = False
        return index

    def _close_loop(self, loop: Round, end: int) -> None:
        body = self.body
        opened = body.loops[loop.loop]
        body.loops[loop.loop] = msgspec.structs.replace(opened, end_line=self.tokens.line(end - 1))
        body.loop = body.loops[loop.loop].parent
        if body.loop >= 0 and body.steps is not None:
            body.steps.append(loop)
        else:
            body.steps = None
            body.settle_loops([loop])

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
