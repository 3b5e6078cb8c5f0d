"""Types, triggers and their members."""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts.apex import Annotation, ApexType, Method, Variable
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.expressions import Expressions
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.statements import Statements
from sfgov.parse.apex.typenames import MODIFIERS, SHARING, after_brackets, is_name, type_end

TypeKind = Literal["class", "interface", "enum"]
MethodKind = Literal[
    "method", "constructor", "getter", "setter", "initializer", "static-initializer", "trigger"
]
_TYPE_KINDS: dict[str, TypeKind] = {"class": "class", "interface": "interface", "enum": "enum"}
_DEEPEST_TYPE = 20
_ANNOTATION = 200


class Head:
    """What may stand before a declaration: annotations and modifiers, and the index after them."""

    __slots__ = ("annotations", "end", "modifiers")

    def __init__(self, tokens: Tokens, index: int) -> None:
        words = tokens.words
        annotations: list[Annotation] = []
        modifiers: list[str] = []
        while True:
            word = words[index]
            if word == "@":
                name = index + 1
                index += 2
                arguments = ""
                if words[index] == "(":
                    start, index = index + 1, after_brackets(words, index, tokens.count)
                    arguments = tokens.text(start, index - 1, _ANNOTATION)
                annotations.append(Annotation(tokens.written(name), tokens.line(name), arguments))
            elif word in MODIFIERS:
                modifiers.append(word)
                index += 1
            elif word in SHARING and words[index + 1] == "sharing":
                modifiers.append(f"{word} sharing")
                index += 2
            else:
                break
        self.annotations = tuple(annotations)
        self.modifiers = tuple(modifiers)
        self.end = index


class Members:
    """The fields and methods of one type, or the methods of a trigger, as they are found."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.fields: list[Variable] = []
        self.methods: list[Method] = []


class Declarations:
    """Reads the types of a class file, or a trigger.

    Each reading method takes the index of its first token and gives the index after its last one, always a later one.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.types: list[ApexType] = []

    def read_types(self) -> None:
        """Read all types of the file into `types`, outer ones before their inner ones."""
        index = 0
        while index < self.tokens.count:
            head = Head(self.tokens, index)
            if self._is_type(head.end):
                index = self._type(head, "", 0)
            elif self.words[head.end] == "{":  # statements outside any type
                index = after_brackets(self.words, head.end, self.tokens.count)
            else:
                index = max(head.end, index + 1)

    # Types

    def _is_type(self, index: int) -> bool:
        return self.words[index] in _TYPE_KINDS and is_name(self.words[index + 1])

    def _type(self, head: Head, outer: str, depth: int) -> int:
        tokens, words = self.tokens, self.words
        kind = _TYPE_KINDS[words[head.end]]
        name_at = head.end + 1
        name = f"{outer}.{tokens.written(name_at)}" if outer else tokens.written(name_at)
        place = len(self.types)
        self.types.append(ApexType(name, kind, tokens.line(name_at), tokens.line(name_at)))
        extends, implements, index = self._supertypes(name_at + 1)
        members = Members(name)
        if kind == "enum":
            index = self._enum_values(index, members)
        elif depth >= _DEEPEST_TYPE:
            index = after_brackets(words, index - 1, tokens.count) - 1
        else:
            while index < tokens.count and words[index] != "}":
                index = self._member(index, members, depth)
        self.types[place] = ApexType(
            name,
            kind,
            tokens.line(name_at),
            tokens.line(min(index, max(tokens.count - 1, 0))),
            head.modifiers,
            head.annotations,
            extends[0] if kind == "class" and extends else "",
            implements if kind == "class" else extends,
            tuple(members.fields),
            tuple(members.methods),
        )
        return index + 1

    def _supertypes(self, index: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
        """Read up to the `{`; gives what is extended, what is implemented, and the index after the `{`."""
        words, count = self.words, self.tokens.count
        found: dict[str, list[str]] = {"extends": [], "implements": []}
        current: list[str] | None = None
        while index < count and words[index] not in ("{", "}", ";"):
            if words[index] in found:
                current = found[words[index]]
                index += 1
                continue
            end = type_end(words, index)
            if current is not None and end > 0:
                current.append(self.tokens.text(index, end))
            index = max(end, index + 1)
        return tuple(found["extends"]), tuple(found["implements"]), index + (words[index] == "{")

    def _enum_values(self, index: int, members: Members) -> int:
        words, tokens = self.words, self.tokens
        while index < tokens.count and words[index] != "}":
            if is_name(words[index]):
                members.fields.append(Variable(tokens.written(index), members.owner, tokens.line(index)))
            index += 1
        return index

    # Members

    def _member(self, index: int, members: Members, depth: int) -> int:
        tokens, words = self.tokens, self.words
        head = Head(tokens, index)
        start = head.end
        if words[start] == "{":
            return self._initializer(head, members)
        if self._is_type(start):
            return self._type(head, members.owner, depth + 1)
        name = type_end(words, start)
        if name > 0 and words[name] == "(" and name == start + 1:
            return self._method(head, "constructor", start, start, members)
        if name > 0 and is_name(words[name]):
            following = words[name + 1]
            if following == "(":
                return self._method(head, "method", start, name, members)
            if following == "{":
                return self._property(head, name, members)
            if following in ("=", ",", ";"):
                return self._fields(head, name, members)
        return max(start, index + 1)

    def _initializer(self, head: Head, members: Members) -> int:
        static = "static" in head.modifiers
        kind: MethodKind = "static-initializer" if static else "initializer"
        method = self._method_head("initializer", kind, head.end, members, head)
        return self._code(method, head.end, members)

    def _method(self, head: Head, kind: MethodKind, start: int, name: int, members: Members) -> int:
        tokens = self.tokens
        parameters, end = self._parameters(name + 1)
        method = msgspec.structs.replace(
            self._method_head(tokens.written(name), kind, name, members, head),
            return_type=tokens.text(start, name),
            parameters=parameters,
        )
        if self.words[end] == "{":
            return self._code(method, end, members)
        members.methods.append(msgspec.structs.replace(method, end_line=tokens.line(end), has_body=False))
        return end + (self.words[end] == ";")

    def _method_head(self, name: str, kind: MethodKind, at: int, members: Members, head: Head) -> Method:
        """A method as far as it is known before its parameters and its code; `at` is where its place is."""
        line, column = self.tokens.place(at)
        return Method(
            name,
            members.owner,
            kind,
            line,
            line,
            modifiers=head.modifiers,
            annotations=head.annotations,
            column=column,
        )

    def _code(self, method: Method, index: int, members: Members) -> int:
        """Read the block that opens here as the method's; gives the index after it."""
        body = Body()
        end = Statements(self.tokens, body).block(index)
        members.methods.append(self._with_body(method, body, index, end))
        return end

    def _parameters(self, index: int) -> tuple[tuple[Variable, ...], int]:
        """Read `(final Id a, List<B> b)`; gives the parameters and the index after the bracket."""
        tokens, words = self.tokens, self.words
        found: list[Variable] = []
        index += 1
        while index < tokens.count and words[index] not in (")", "{", "}", ";"):
            head = Head(tokens, index)
            name = type_end(words, head.end)
            if name < 0 or not is_name(words[name]):
                index = max(head.end, index + 1)
                continue
            found.append(
                Variable(
                    tokens.written(name),
                    tokens.text(head.end, name),
                    tokens.line(name),
                    modifiers=head.modifiers,
                )
            )
            index = name + 1
        return tuple(found), index + (words[index] == ")")

    def _property(self, head: Head, name: int, members: Members) -> int:
        tokens, words = self.tokens, self.words
        type_name = tokens.text(head.end, name)
        variable = Variable(
            tokens.written(name),
            type_name,
            tokens.line(name),
            modifiers=head.modifiers,
            annotations=head.annotations,
        )
        members.fields.append(variable)
        index = name + 2
        while index < tokens.count and words[index] != "}":
            accessor = Head(tokens, index)
            index = accessor.end
            if words[index] in ("get", "set") and words[index + 1] == "{":
                index = self._accessor(accessor, variable, members)
            else:
                index += 1
        return index + 1

    def _accessor(self, head: Head, variable: Variable, members: Members) -> int:
        """Read `get { … }` or `set { … }`."""
        getter = self.words[head.end] == "get"
        kind: MethodKind = "getter" if getter else "setter"
        method = self._method_head(variable.name, kind, head.end, members, head)
        static = tuple(word for word in variable.modifiers if word == "static")
        method = msgspec.structs.replace(
            method,
            return_type=variable.type if getter else "void",
            modifiers=head.modifiers + static,
            parameters=() if getter else (Variable("value", variable.type, method.line),),
        )
        return self._code(method, head.end + 1, members)

    def _fields(self, head: Head, name: int, members: Members) -> int:
        """Read `static final T a = 1, b;`, and what the initial values do."""
        tokens, words = self.tokens, self.words
        type_name = tokens.text(head.end, name)
        while True:
            end = name + 1
            initial = ""
            if words[end] == "=":
                end = self._initial_value(head, name, members)
                initial = tokens.text(name + 2, end)
            members.fields.append(
                Variable(
                    tokens.written(name),
                    type_name,
                    tokens.line(name),
                    initial,
                    head.modifiers,
                    annotations=head.annotations,
                )
            )
            if words[end] != ",":
                return end + (words[end] == ";")
            name = end + 1

    def _initial_value(self, head: Head, name: int, members: Members) -> int:
        """Read the initial value of a field; where it does something, that is an initializer."""
        tokens, body = self.tokens, Body()
        end = Expressions(tokens, body).read(name + 2)
        if body.operations:
            kind: MethodKind = "static-initializer" if "static" in head.modifiers else "initializer"
            method = self._method_head(tokens.written(name), kind, name, members, head)
            method = msgspec.structs.replace(method, annotations=())  # they are the field's
            members.methods.append(self._with_body(method, body, name + 2, end))
        return end

    # Triggers

    def read_trigger(self) -> tuple[str, tuple[str, ...], tuple[Method, ...], int]:
        """Read `trigger T on Object (before insert, …) { … }`: object, events, methods and the line of its name."""
        tokens, words, count = self.tokens, self.words, self.tokens.count
        try:
            name = words.index("trigger", 0, count) + 1
        except ValueError:
            return "", (), (), 1
        target = tokens.written(name + 2) if words[name + 1] == "on" else ""
        index = name
        while index < count and words[index] not in ("(", "{"):
            index += 1
        events: list[str] = []
        while index < count and words[index] != "{":
            if words[index] in ("before", "after"):
                events.append(f"{words[index]} {words[index + 1]}")
            index += 1
        members = Members(tokens.written(name))
        trigger = self._method_head(members.owner, "trigger", name, members, Head(tokens, name))
        body = Body()
        statements = Statements(tokens, body)
        index += 1
        while index < count and words[index] != "}":
            after = statements.sequence(index, in_trigger=True)
            if after < count and words[after] != "}":
                after = self._member(after, members, 0)
            index = max(after, index + 1)
        trigger = self._with_body(trigger, body, name, min(index + 1, count))
        return target, tuple(events), (trigger, *members.methods), trigger.line

    def _with_body(self, method: Method, body: Body, start: int, end: int) -> Method:
        """A method with what its code, from token `start` to before `end`, does."""
        return msgspec.structs.replace(
            method,
            end_line=self.tokens.line(end - 1),
            variables=tuple(body.variables),
            loops=tuple(body.loops),
            guards=tuple(body.guards),
            operations=tuple(body.operations),
            names=tuple(filter(str.isidentifier, dict.fromkeys(self.words[start:end]))),
        )
