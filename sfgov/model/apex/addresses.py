"""Which addresses Apex calls: what `setEndpoint` is given, through variables, constants and short methods.

Only what is written out is known. An address from a setting, a label or a parameter is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.model.apex import Apex, LinkedMethod
from sfgov.place import Place

_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'")
_NAME = re.compile(r"(?:this\.)?([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)\s*(\()?")
_FORMAT = re.compile(
    r"String\.(?:format|valueOf)\s*\(|new\s+URL\s*\(|EncodingUtil\.urlDecode\s*\(", re.IGNORECASE
)
_STUB_FIELD = "endpoint_x"
"""The field in which classes made from a WSDL keep the address of the service."""
_DEEPEST = 4


class Address(msgspec.Struct, frozen=True):
    """An address, as far as its start is known. `method` calls it; None where a field just starts with it."""

    text: str
    owner: str
    """The method, or the class of the field."""
    at: Place
    method: LinkedMethod | None = None


class Addresses:
    """The addresses that are written out in the org's own Apex; tests are left out."""

    def __init__(self, apex: Apex) -> None:
        self._apex = apex

    def all(self) -> Iterator[Address]:
        """Every use of an address that is known, by file and line; then the fields of classes made from a WSDL.

        Such a field counts unless some code sets it on an object of its class.
        """
        overridden: set[str] = set()
        for method in self._apex.graph.methods:
            yield from self.of_method(method)
            overridden.update(self._stubs_addressed_in(method))
        for key, one in self._apex.types.items():
            for variable in one.fields if key not in overridden else ():
                if variable.name.casefold() == _STUB_FIELD:
                    for text in sorted(self._texts(key, None, variable.initial, 0, 0)):
                        place = self._apex.file_of(key).at(variable.line, f"{one.name}.{variable.name}")
                        yield Address(text, one.name, place)

    def _stubs_addressed_in(self, method: LinkedMethod) -> Iterator[str]:
        """The keys of the types on whose objects a method sets the address."""
        for operation in method.method.operations:
            target, _, field = operation.name.rpartition(".")
            if operation.kind == "assign" and target and field.casefold() == _STUB_FIELD:
                yield self._apex.types.find(method.type_of(target, operation.line), method.owner_key)

    def of_method(self, method: LinkedMethod) -> Iterator[Address]:
        """What a method itself calls."""
        for operation in method.method.operations:
            name = operation.name.casefold()
            called = operation.kind == "call" and name == "setendpoint" and len(operation.arguments) == 1
            stub = operation.kind == "assign" and name.endswith(f".{_STUB_FIELD}")
            if (called or stub) and operation.arguments:
                texts = self._texts(method.owner_key, method, operation.arguments[0], operation.line, 0)
                for text in sorted(texts):
                    yield Address(text, method.name, method.at(operation), method)

    def _texts(
        self, key: str, method: LinkedMethod | None, expression: str, line: int, depth: int
    ) -> set[str]:
        """What an expression can start with. `key` is the type in which it is written."""
        text = _without_brackets(expression)
        if depth > _DEEPEST or not text:
            return set()
        literal = _STRING.match(text)
        if literal:
            if literal[1] or literal.end() == len(text):
                return {literal[1]}
            return self._texts(key, method, text[literal.end() :].lstrip(" +"), line, depth + 1)
        _, question, results = text.partition(" ? ")
        if question:
            yes, _, no = results.partition(" : ")
            return self._texts(key, method, yes, line, depth + 1) | self._texts(
                key, method, no, line, depth + 1
            )
        passed_on = _FORMAT.match(text)
        if passed_on:
            return self._texts(key, method, text[passed_on.end() :], line, depth + 1)
        name = _NAME.match(text)
        if not name:
            return set()
        if name[2]:
            return self._returned(key, name[1], depth)
        return self._held(key, method, name[1].replace(" ", ""), line, depth)

    def _held(self, key: str, method: LinkedMethod | None, name: str, line: int, depth: int) -> set[str]:
        """What a variable or constant holds."""
        owner, _, own = name.rpartition(".")
        local = method.local(name.casefold(), line) if method and not owner else None
        if method and local:
            if local in method.method.parameters:
                return set()
            found = self._texts(key, method, local.initial, local.line, depth + 1)
            for operation in method.method.operations:
                same = operation.kind == "assign" and operation.name.casefold() == name.casefold()
                if (
                    same
                    and local.line <= operation.line < line
                    and operation.arguments
                    and not operation.text
                ):
                    found |= self._texts(key, method, operation.arguments[0], operation.line, depth + 1)
            return found
        types = self._apex.types
        holder = types.find(owner, key) if owner else ""
        field = types.field(holder, own.casefold()) if owner else types.visible_field(key, own.casefold())
        if not field:
            return set()
        variable, declared_in = field
        found = self._texts(declared_in, None, variable.initial, 0, depth + 1)
        for other in self._apex.methods_of(declared_in):
            for operation in other.method.operations:
                target = operation.name.casefold().removeprefix("this.")
                if operation.kind == "assign" and target == own.casefold() and operation.arguments:
                    found |= self._texts(
                        declared_in, other, operation.arguments[0], operation.line, depth + 1
                    )
        if not found and not variable.initial:
            found = self._returned(declared_in, own, depth)  # a property with a getter
        return found

    def _returned(self, key: str, name: str, depth: int) -> set[str]:
        """What the methods of that name return, in the own type or a named one."""
        owner, _, own = name.replace(" ", "").rpartition(".")
        holder = self._apex.types.find(owner, key) if owner else key
        scopes = self._apex.types.scopes(holder) if holder else ()
        for scope in scopes:
            found = [m for m in self._apex.methods_of(scope) if m.method.name.casefold() == own.casefold()]
            if found:
                return {
                    text
                    for one in found
                    for operation in one.method.operations
                    if operation.kind == "return" and operation.arguments
                    for text in self._texts(scope, one, operation.arguments[0], operation.line, depth + 1)
                }
        return set()


def _without_brackets(text: str) -> str:
    """An expression without the brackets around it and without a cast in front of it."""
    text = text.strip()
    while text.startswith("("):
        inner = re.match(r"\(\s*\w+\s*\)\s*", text)
        text = text[inner.end() :] if inner and inner.end() < len(text) else text[1:].strip()
    return text
