"""Expressions, read flat: what is called, created, queried and assigned, without building a tree.

One pass over the tokens with a stack of open brackets. That is enough to know of each call its receiver and its
arguments, and it needs no change when the language gets a new operator.
"""

from __future__ import annotations

from typing import NamedTuple

from sfgov.facts.apex import Operation
from sfgov.parse.apex import queries
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.typenames import created_type_end, type_end

_DOTS = frozenset((".", "?."))
_NEVER_CALLED = {
    *("if", "for", "while", "do", "switch", "try", "catch", "finally", "return", "throw", "else"),
    *("new", "instanceof", "in", "and", "or", "not"),
    *("insert", "update", "delete", "undelete", "upsert", "merge"),
}
_COMPARISON = frozenset("!<>")
_ARITHMETIC = frozenset("+-*/&|^%")
_QUERY_STARTS = {"select": "soql", "find": "sosl"}
_DEEPEST_QUERY = 40
_TEXT = 200
_NO_CALL = -1


class _Bracket(NamedTuple):
    """An open bracket, and where the reader stood when it opened.

    `chain` is the start of the primary expression that the bracket belongs to, `begin` the start of the operand
    around it. For a call or a `new`, `operation` is its reserved place, `name` its token and `arguments` the
    tokens at which its arguments start.
    """

    closer: str
    chain: int
    begin: int
    operation: int = _NO_CALL
    name: int = 0
    arguments: list[int] | None = None


class _Assignment(NamedTuple):
    """An assignment whose right side is being read."""

    depth: int
    operation: int
    target: int
    sign: int


class _Ternary(NamedTuple):
    """A `c ? a : b` being read; `guard` is the one around it, `otherwise` whether `b` is being read."""

    depth: int
    guard: int
    line: int
    condition: str
    otherwise: bool


class Expressions:
    """Reads expressions into a body."""

    def __init__(self, tokens: Tokens, body: Body) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.body = body
        self._query_depth = 0

    def read(self, index: int, stop: int | None = None) -> int:  # noqa: PLR0915
        """Read one expression; gives the index of the `;`, `,` or bracket that ends it (at the latest `stop`)."""
        words = self.words
        count = self.tokens.count if stop is None else stop
        brackets: list[_Bracket] = []
        unsettled: list[_Assignment | _Ternary] = []
        chain = begin = index
        closed_at = closed = -1  # where the last call ended, and which it was
        while index < count:
            word = words[index]
            first = word[0]
            if first == ".":
                index += 1
            elif "a" <= first <= "z" or first == "_":
                following = words[index + 1]
                dotted = words[index - 1] in _DOTS
                if following == "(" and (dotted or word not in _NEVER_CALLED):
                    if not dotted:
                        chain = index
                    receiver = closed if dotted and closed_at == index - 1 else -1
                    operation = self._open_call(index, chain, receiver)
                    if words[index + 2] == ")":
                        index += 3
                        closed_at, closed = index, operation
                    else:
                        brackets.append(_Bracket(")", chain, begin, operation, index, [index + 2]))
                        index += 2
                        chain = begin = index
                elif word == "new":
                    chain = index
                    index = self._created(index, begin, brackets)
                    if words[index - 1] == ")":
                        closed_at, closed = index, len(self.body.operations) - 1
                    else:
                        begin = index
                elif word == "instanceof":
                    index = max(type_end(words, index + 1), index + 1)
                elif following == "<" and self._is_class_literal(index):
                    chain = index
                    index = type_end(words, index)
                else:
                    if not dotted:
                        chain = index
                    index += 1
            elif first == "(":
                brackets.append(_Bracket(")", index, begin))
                index += 1
                chain = begin = index
            elif first in ")]}":
                while brackets and brackets[-1].closer != first:  # a bracket that was never closed
                    self._close(brackets.pop(), index)
                if not brackets:
                    break
                if unsettled:
                    self._settle(unsettled, len(brackets), index)
                bracket = brackets.pop()
                chain, begin = bracket.chain, bracket.begin
                self._close(bracket, index)
                index += 1
                if bracket.operation != _NO_CALL:
                    closed_at, closed = index, bracket.operation
                elif first == "]" and words[index] == "{" and words[index - 2] == "[":  # new T[]{ … }
                    brackets.append(_Bracket("}", chain, begin))
                    index += 1
                    begin = index
            elif first == ",":
                if unsettled:
                    self._settle(unsettled, len(brackets), index)
                if not brackets:
                    return index
                index += 1
                begin = index
                arguments = brackets[-1].arguments
                if arguments is not None:
                    arguments.append(index)
            elif first == "'":
                self._check_string(index)
                chain = index
                index += 1
            elif first == "[":
                kind = self._query_kind(index)
                if kind:
                    chain = index
                    closed = len(self.body.operations)
                    index = self._query(index, kind)
                    closed_at = index
                else:
                    brackets.append(_Bracket("]", chain, begin))
                    index += 1
                    begin = index
            elif first == "=":
                if word == "=>":
                    index += 1
                    begin = index
                elif words[index + 1] == "=":
                    index += 3 if words[index + 2] == "=" else 2
                else:
                    if words[index - 1] not in _COMPARISON and not self._is_named_argument(brackets):
                        operation = self._open_assignment(chain, index)
                        unsettled.append(_Assignment(len(brackets), operation, chain, index))
                        begin = index + 1
                    index += 1
            elif first == "?":
                if word == "?.":
                    index += 1
                elif words[index + 1] == "?":
                    index += 2
                else:
                    unsettled.append(self._open_ternary(len(brackets), begin, index))
                    index += 1
                    begin = index
            elif first == ":":
                if unsettled:
                    self._otherwise(unsettled, len(brackets), index)
                index += 1
                begin = index
            elif first == ";":
                break
            elif first == "{":
                if not brackets:
                    break
                brackets.append(_Bracket("}", index, begin))
                index += 1
                begin = index
            else:
                index += 1
        while brackets:
            self._close(brackets.pop(), index)
        if unsettled:
            self._settle(unsettled, 0, index)
        return index

    def read_list(self, index: int) -> int:
        """Read expressions between commas; gives the index of what ends the list."""
        index = self.read(index)
        while self.words[index] == ",":
            index = self.read(index + 1)
        return index

    def read_brackets(self, index: int) -> int:
        """Read the list in the bracket that opens here; gives the index after its end."""
        index = self.read_list(index + 1)
        return index + 1 if self.words[index] in (")", "]", "}") else index

    # Calls and creations

    def _open_call(self, name: int, chain: int, receiver_operation: int) -> int:
        """Record a call as far as it is known before its arguments are read."""
        tokens = self.tokens
        line, column = tokens.place(name)
        receiver = tokens.text(chain, name - 1) if chain < name else ""
        body = self.body
        index = body.reserve()
        body.operations[index] = Operation(
            "call",
            line,
            column,
            tokens.written(name),
            receiver,
            guard=body.guard,
            receiver_operation=receiver_operation,
        )
        return index

    def _created(self, index: int, begin: int, brackets: list[_Bracket]) -> int:
        """Read `new T` and what opens after it; gives the index of what comes then."""
        words = self.words
        end = created_type_end(words, index + 1)
        if end < 0:
            return index + 1
        opener = words[end]
        if opener == "{":
            brackets.append(_Bracket("}", index, begin))
        elif opener == "[":
            brackets.append(_Bracket("]", index, begin))
        elif opener == "(":
            operation = self._open_creation(index, end)
            if words[end + 1] == ")":
                return end + 2
            brackets.append(_Bracket(")", index, begin, operation, index, [end + 1]))
        else:
            return end
        return end + 1

    def _open_creation(self, new: int, type_end: int) -> int:
        line, column = self.tokens.place(new)
        index = self.body.reserve()
        name = self.tokens.text(new + 1, type_end)
        self.body.operations[index] = Operation("new", line, column, name, guard=self.body.guard)
        return index

    def _close(self, bracket: _Bracket, end: int) -> None:
        """Give a call the arguments that its bracket held."""
        starts = bracket.arguments
        if starts is None:
            return
        text = self.tokens.text
        ends = [start - 1 for start in starts[1:]]
        ends.append(end)
        opened = self.body.operations[bracket.operation]
        self.body.operations[bracket.operation] = Operation(
            opened.kind,
            opened.line,
            opened.column,
            opened.name,
            opened.receiver,
            tuple(map(text, starts, ends)),
            (),
            opened.guard,
            "",
            opened.receiver_operation,
        )

    def _is_class_literal(self, index: int) -> bool:
        """Whether `Map<A, B>.class` stands here, whose comma ends no argument."""
        end = type_end(self.words, index)
        return end > 0 and self.words[end - 1] == "class"

    def _check_string(self, index: int) -> None:
        word = self.words[index]
        if len(word) < 2 or word[-1] != "'":
            self.tokens.report(index, "the string that starts here has no end on its line")

    # Assignments and ternaries

    def _is_named_argument(self, brackets: list[_Bracket]) -> bool:
        """Whether the `=` here is that of `new Account(Name = 'x')`."""
        return (
            bool(brackets) and brackets[-1].operation != _NO_CALL and self.words[brackets[-1].name] == "new"
        )

    def _open_assignment(self, target: int, sign: int) -> int:
        line, column = self.tokens.place(target)
        index = self.body.reserve()
        end = sign - 1 if self.words[sign - 1] in _ARITHMETIC else sign
        name = self.tokens.text(target, end)
        self.body.operations[index] = Operation("assign", line, column, name, guard=self.body.guard)
        return index

    def _close_assignment(self, assignment: _Assignment, end: int) -> None:
        opened = self.body.operations[assignment.operation]
        self.body.operations[assignment.operation] = Operation(
            "assign",
            opened.line,
            opened.column,
            opened.name,
            arguments=(self.tokens.text(assignment.sign + 1, end),),
            guard=opened.guard,
            text=self.tokens.text(assignment.target, end, _TEXT),
        )

    def _open_ternary(self, depth: int, begin: int, mark: int) -> _Ternary:
        body = self.body
        line = self.tokens.line(mark)
        condition = self.tokens.text(begin, mark, _TEXT)
        around = body.guard
        body.guard = body.guarded("ternary", line, condition, around)
        return _Ternary(depth, around, line, condition, otherwise=False)

    def _otherwise(self, unsettled: list[_Assignment | _Ternary], depth: int, index: int) -> None:
        """A colon: the first half of the innermost ternary at this depth is over."""
        while unsettled and unsettled[-1].depth == depth:
            last = unsettled.pop()
            if isinstance(last, _Assignment):
                self._close_assignment(last, index)
            elif last.otherwise:
                self.body.guard = last.guard
            else:
                self.body.guard = self.body.guarded("else", last.line, last.condition, last.guard)
                unsettled.append(last._replace(otherwise=True))
                return

    def _settle(self, unsettled: list[_Assignment | _Ternary], depth: int, index: int) -> None:
        """What was begun at this depth or deeper ends here."""
        while unsettled and unsettled[-1].depth >= depth:
            last = unsettled.pop()
            if isinstance(last, _Assignment):
                self._close_assignment(last, index)
            else:
                self.body.guard = last.guard

    # Queries

    def _query_kind(self, index: int) -> str:
        """`soql` or `sosl` where the bracket here opens a query."""
        kind = _QUERY_STARTS.get(self.words[index + 1], "")
        if not kind or self._query_depth >= _DEEPEST_QUERY:
            return ""
        following = self.words[index + 2]
        if kind == "soql":
            return "" if following in (".", "]", ")") else kind
        return kind if following[0] in "':{" else ""

    def _query(self, index: int, kind: str) -> int:
        """Read the query that opens here; gives the index after its end."""
        words, count, body = self.words, self.tokens.count, self.body
        line, column = self.tokens.place(index)
        start = index + 1
        operation = body.reserve()
        clauses = queries.Clauses()
        bound: list[str] = []
        depth = 0
        end = count
        self._query_depth += 1
        while index < count:
            word = words[index]
            if word == "[":
                depth += 1
            elif word == "]":
                depth -= 1
                if depth == 0:
                    end = index
                    index += 1
                    break
            elif word == ":" and not words[index + 1][0].isdigit():  # `LAST_N_DAYS:3` binds nothing
                start_of_bound = index + 1
                index = queries.bound_end(words, start_of_bound, count)
                bound.append(self.tokens.text(start_of_bound, index))
                self.read(start_of_bound, index)
                continue
            elif word in (";", "}"):  # the query was never closed
                end = index
                break
            elif word[0] == "'":
                self._check_string(index)
            else:
                clauses.see(words, index)
            index += 1
        self._query_depth -= 1
        query = queries.describe(self.tokens, start, end, clauses)
        body.operations[operation] = Operation(
            "soql" if kind == "soql" else "sosl",
            line,
            column,
            query.object,
            query.mode,
            tuple(bound),
            guard=body.guard,
            text=query.text,
        )
        return index
