"""Statements that hold no others: declarations of local variables, DML, `return` and `throw`."""

from __future__ import annotations

from typing import Literal

from sfgov.facts.apex import Operation, Variable
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.expressions import Expressions
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.typenames import MODIFIERS, after_brackets, is_name

_TEXT = 200


class SimpleStatements:
    """Reads them into a body. Each method gives the index of the `;` (or what else ends the statement)."""

    def __init__(self, tokens: Tokens, body: Body, expressions: Expressions) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.body = body
        self.expressions = expressions

    def declaration(self, start: int, type_start: int, name: int, scope: int = -1) -> int:
        """Read `final Type a = 1, b`: `start` is the first modifier, `name` the first variable."""
        modifiers, type_name = self._modifiers(start, type_start), self.tokens.text(type_start, name)
        while True:
            end = name + 1
            initial = ""
            if self.words[end] == "=":
                end = self.expressions.read(name + 2)
                initial = self.tokens.text(name + 2, end)
            written, line = self.tokens.written(name), self.tokens.line(name)
            self.body.variables.append(Variable(written, type_name, line, initial, modifiers, scope))
            if self.words[end] != ",":
                return end
            name = end + 1

    def variable(self, start: int, type_start: int, name: int, scope: int = -1) -> None:
        """Note the variable of a for-each, a catch or a when."""
        tokens = self.tokens
        modifiers, type_name = self._modifiers(start, type_start), tokens.text(type_start, name)
        self.body.variables.append(
            Variable(tokens.written(name), type_name, tokens.line(name), "", modifiers, scope)
        )

    def _modifiers(self, start: int, end: int) -> tuple[str, ...]:
        return tuple(word for word in self.words[start:end] if word in MODIFIERS)

    def way_out(self, index: int, kind: Literal["return", "throw"]) -> int:
        """Read a `return` or a `throw`."""
        body, tokens = self.body, self.tokens
        line, column = tokens.place(index)
        operation = body.reserve()
        end = self.expressions.read(index + 1)
        value = tokens.text(index + 1, end)
        body.operations[operation] = Operation(
            kind, line, column, "", arguments=(value,) if value else (), guard=body.guard
        )
        return end

    def dml(self, index: int) -> int:
        """Read `insert x`, `update as user x`, `upsert x Key__c`, `merge x y` …"""
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
        return end

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
