"""Expressions, read flat: what is called, created, queried and assigned, without building a tree.

One pass over the tokens with a stack of open brackets. That is enough to know of each call its receiver and its
arguments, and it needs no change when the language gets a new operator.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import ClassVar, Literal

import msgspec

from sfgov.facts.apex import Operation
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.operands import Operands
from sfgov.parse.apex.queries import Query, query_kind
from sfgov.parse.apex.typenames import NAME_STARTS, created_type_end, type_end

_DOTS = frozenset((".", "?."))
_ENDS = frozenset(",;)]}{")
_NEVER_CALLED = {
    *("if", "for", "while", "do", "switch", "try", "catch", "finally", "return", "throw", "else"),
    *("new", "instanceof", "in", "and", "or", "not"),
    *("insert", "update", "delete", "undelete", "upsert", "merge"),
}
_BEFORE_TYPE = frozenset(("new", "instanceof"))
_DEEPEST_QUERY = 40


class _Bracket(msgspec.Struct, frozen=True, gc=False):
    """An open bracket, and where the reader stood when it opened.

    `chain` is where the primary expression starts that the bracket belongs to, `begin` the operand around it. For
    the bracket of a call or a `new`, `operation` is the reserved place, `name` the token of the method or of `new`,
    and `arguments` are the tokens at which arguments start.
    """

    closer: str
    chain: int
    begin: int
    operation: int = -1
    name: int = -1
    receiver_operation: int = -1
    arguments: list[int] = []


class Expressions:
    """Reads expressions into a body, one at a time. Each reading method gives the index where it stopped."""

    def __init__(self, tokens: Tokens, body: Body, query_depth: int = 0) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.body = body
        self._query_depth = query_depth
        self._brackets: list[_Bracket] = []
        self._operands = Operands(tokens, body)
        self._chain = 0
        """Where the primary expression starts that is being read: `a` in `a.b(c).d`."""
        self._begin = 0
        """Where the operand starts that is being read: after the last bracket, comma, `=`, `?` or `:`."""
        self._result = self._result_end = -1
        """The operation whose result stands before the token `_result_end`."""

    def read(self, index: int, stop: int | None = None) -> int:
        """Read one expression, up to the `;`, `,` or bracket that ends it (at the latest `stop`)."""
        words, brackets, readers = self.words, self._brackets, self._READERS
        stop = self.tokens.count if stop is None else stop
        self._chain = self._begin = index
        while index < stop:
            word = words[index]
            first = word[0]
            if first == ".":
                index += 1
            elif first in NAME_STARTS:
                if words[index + 1] in ("(", "<") or word in _BEFORE_TYPE:
                    index = self._name(index)
                else:
                    if words[index - 1] not in _DOTS:
                        self._chain = index
                    index += 1
            elif first in _ENDS and (not brackets or first == ";"):
                break
            else:
                read = readers.get(first)
                index = read(self, index) if read else index + 1
        while brackets:
            self._close(brackets.pop(), index)
        if self._operands.open:
            self._operands.end(0, index)
        return index

    def read_list(self, index: int) -> int:
        """Read expressions between commas, up to what ends the list."""
        index = self.read(index)
        while self.words[index] == ",":
            index = self.read(index + 1)
        return index

    # Names: calls, creations, types

    def _name(self, index: int) -> int:
        words = self.words
        word = words[index]
        dotted = words[index - 1] in _DOTS
        if word == "new" and not dotted:  # `Trigger.new` creates nothing
            return self._creation(index)
        if not dotted:
            self._chain = index
        if words[index + 1] == "(" and (dotted or word not in _NEVER_CALLED):
            return self._call(index)
        if word == "instanceof":
            return max(type_end(words, index + 1), index + 1)
        if words[index + 1] == "<":
            end = type_end(words, index)
            if end > 0 and words[end - 1] == "class":  # `Map<A, B>.class`: its comma ends no argument
                return end
        return index + 1

    def _call(self, name: int) -> int:
        receiver_operation = self._result if self._result_end == name - 1 else -1
        bracket = _Bracket(")", self._chain, self._begin, self.body.reserve(), name, receiver_operation)
        return self._open_arguments(bracket, name + 2)

    def _creation(self, new: int) -> int:
        """Read `new T` and the bracket after it."""
        words = self.words
        self._chain = new
        index = created_type_end(words, new + 1)
        if index < 0:
            return new + 1
        if words[index] == "(":
            bracket = _Bracket(")", new, self._begin, self.body.reserve(), new)
            return self._open_arguments(bracket, index + 1)
        if words[index] == "{":
            self._brackets.append(_Bracket("}", new, self._begin))
        elif words[index] == "[":
            self._brackets.append(_Bracket("]", new, self._begin))
        else:
            return index
        self._begin = index + 1
        return index + 1

    def _open_arguments(self, bracket: _Bracket, first: int) -> int:
        """Begin with the arguments of a call, or be done with them where there are none or a single word."""
        words = self.words
        if words[first] == ")":
            end = first
            self._record(bracket, first, ())
        elif words[first + 1] == ")" and (words[first].isidentifier() or words[first].isdigit()):
            end = first + 1
            self._record(bracket, first, (self.tokens.written(first),))
        else:
            bracket.arguments.append(first)
            self._brackets.append(bracket)
            self._chain = self._begin = first
            return first
        self._result_end = end + 1
        return end + 1

    def _record(self, bracket: _Bracket, first: int, arguments: tuple[str, ...]) -> None:
        """Record the call or creation whose arguments, from token `first`, have been read."""
        tokens, name = self.tokens, bracket.name
        line, column = tokens.place(name)
        kind: Literal["call", "new"] = "call"
        receiver = ""
        if self.words[name] == "new":
            kind = "new"
            written = tokens.text(name + 1, first - 1)
        else:
            written = tokens.written(name)
            if bracket.chain < name:
                receiver = tokens.text(bracket.chain, name - 1)
        self.body.operations[bracket.operation] = Operation(
            kind,
            line,
            column,
            written,
            receiver,
            arguments,
            (),
            self.body.guard,
            "",
            bracket.receiver_operation,
        )
        self._result = bracket.operation

    # Brackets

    def _round(self, index: int) -> int:
        self._brackets.append(_Bracket(")", index, self._begin))
        self._chain = self._begin = index + 1
        return index + 1

    def _curly(self, index: int) -> int:
        self._brackets.append(_Bracket("}", index, self._begin))
        self._begin = index + 1
        return index + 1

    def _square(self, index: int) -> int:
        """Read a whole query, or the opening bracket of an index."""
        kind = query_kind(self.words, index)
        if kind and self._query_depth < _DEEPEST_QUERY:
            self._chain = index
            self._result = len(self.body.operations)
            nested = Expressions(self.tokens, self.body, self._query_depth + 1)
            self._result_end = Query(self.tokens, nested.read).read(index, kind, self.body)
            return self._result_end
        self._brackets.append(_Bracket("]", self._chain, self._begin))
        self._begin = index + 1
        return index + 1

    def _closer(self, index: int) -> int:
        words, brackets = self.words, self._brackets
        closer = words[index]
        while brackets and brackets[-1].closer != closer:  # brackets that were never closed
            self._close(brackets.pop(), index)
        if not brackets:
            return index
        if self._operands.open:
            self._operands.end(len(brackets), index)
        bracket = brackets.pop()
        self._chain, self._begin = bracket.chain, bracket.begin
        self._close(bracket, index)
        index += 1
        if bracket.operation >= 0:
            self._result_end = index
        elif words[index] == "{" and closer == "]" and words[index - 2] == "[":  # new T[]{ … }
            return self._curly_of_array(index)
        return index

    def _curly_of_array(self, index: int) -> int:
        self._brackets.append(_Bracket("}", self._chain, self._begin))
        self._begin = index + 1
        return index + 1

    def _close(self, bracket: _Bracket, end: int) -> None:
        starts = bracket.arguments
        if starts:
            text = self.tokens.text
            last = text(starts[-1], end)
            arguments = tuple(text(start, after - 1) for start, after in pairwise(starts))
            self._record(bracket, starts[0], (*arguments, last))

    # Other signs

    def _comma(self, index: int) -> int:
        if self._operands.open:
            self._operands.end(len(self._brackets), index)
        self._begin = index + 1
        bracket = self._brackets[-1]
        if bracket.operation >= 0:
            bracket.arguments.append(index + 1)
        return index + 1

    def _string(self, index: int) -> int:
        self.tokens.check_string(index)
        self._chain = index
        return index + 1

    def _equals(self, index: int) -> int:
        words = self.words
        if words[index] == "=>":
            self._begin = index + 1
        elif words[index + 1] == "=":
            return index + 3 if words[index + 2] == "=" else index + 2
        elif not self._is_named_argument():
            self._operands.assign(self._chain, index, len(self._brackets))
            self._begin = index + 1
        return index + 1

    def _is_named_argument(self) -> bool:
        """Whether the `=` here is that of `new Account(Name = 'x')`."""
        innermost = self._brackets[-1] if self._brackets else None
        return innermost is not None and innermost.operation >= 0 and self.words[innermost.name] == "new"

    def _question(self, index: int) -> int:
        words = self.words
        if words[index] == "?.":
            return index + 1
        if words[index + 1] == "?":  # a ?? b
            return index + 2
        self._operands.ask(self._begin, index, len(self._brackets))
        self._begin = index + 1
        return index + 1

    def _colon(self, index: int) -> int:
        self._operands.answer_otherwise(index, len(self._brackets))
        self._begin = index + 1
        return index + 1

    _READERS: ClassVar[dict[str, Callable[[Expressions, int], int]]] = {
        "(": _round,
        "[": _square,
        "{": _curly,
        **dict.fromkeys(")]}", _closer),
        ",": _comma,
        "'": _string,
        "=": _equals,
        "?": _question,
        ":": _colon,
    }
