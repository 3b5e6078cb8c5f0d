"""Where Apex names components: classes, objects, fields, flows, custom permissions and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sfgov.facts import ApexClass
from sfgov.facts.apex import ApexType, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.flow_conditions import without_literals
from sfgov.model.index import Written
from sfgov.model.references.reference import Reference

_TYPES = {"ApexClass": "uses the class", "CustomObject": "uses the object"}
_QUOTED = {
    "CustomPermission": "asks for the custom permission",
    "Flow": "starts the flow",
}
"""Types that code names in strings (flows also behind `Flow.Interview`)."""


def in_apex(apex: Apex, names: Mapping[tuple[str, str], str]) -> Iterator[Reference]:
    """The places outside tests that name these: (type, name in lower case) → name. One for each method and name."""
    search = _Search(names)
    if search.is_empty:
        return
    for written in apex.classes:
        for one in written.fact.types:
            yield from search.in_head(written, one)
    for method in apex.graph.methods:
        yield from search.in_method(method)


class _Search:
    """Looks for words first: nearly no line has one."""

    def __init__(self, names: Mapping[tuple[str, str], str]) -> None:
        self._types = {name: (kind, written) for (kind, name), written in names.items() if kind in _TYPES}
        self._quoted = {name: (kind, written) for (kind, name), written in names.items() if kind in _QUOTED}
        self._labels = {name: written for (kind, name), written in names.items() if kind == "CustomLabel"}
        self._fields: dict[str, dict[str, str]] = {}
        for (kind, name), written in names.items():
            if kind == "CustomField":
                owner, _, field = name.partition(".")
                self._fields.setdefault(field, {})[owner] = written
        words = sorted({*self._types, *self._quoted, *self._labels, *self._fields})
        self.is_empty = not words
        self._word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def in_head(self, written: Written[ApexClass], one: ApexType) -> Iterator[Reference]:
        """What a type extends and implements, and of what types its fields are."""
        texts = [(one.line, text) for text in (one.superclass, *one.interfaces)]
        texts += [(field.line, field.type) for field in one.fields]
        for line, text in texts:
            for name in self._words(text):
                if name in self._types and name != written.name.casefold():
                    kind, spelled = self._types[name]
                    yield Reference(written.at(line, one.name), kind, spelled, _TYPES[kind])

    def in_method(self, method: LinkedMethod) -> Iterator[Reference]:
        """Each thing once, where the method names it first."""
        own = method.written.name.casefold()
        seen: set[tuple[str, str]] = set()
        for reference in self._in_method(method):
            if reference.key not in seen and reference.key != ("ApexClass", own):
                seen.add(reference.key)
                yield reference

    def _in_method(self, method: LinkedMethod) -> Iterator[Reference]:
        fact = method.method
        texts = [(fact.line, fact.return_type)]
        texts += [(variable.line, variable.type) for variable in (*fact.parameters, *fact.variables)]
        for line, text in texts:
            for name in self._words(text):
                if name in self._types:
                    kind, spelled = self._types[name]
                    yield Reference(method.at_line(line), kind, spelled, _TYPES[kind])
        for operation in fact.operations:
            text = " ".join((operation.receiver, operation.name, *operation.arguments, operation.text))
            for name in self._words(text):
                yield from self._named(method, operation, name, text)

    def _named(self, method: LinkedMethod, operation: Operation, name: str, text: str) -> Iterator[Reference]:
        place = method.at(operation)
        code = without_literals(text)
        if name in self._types and self._has(code, name):
            kind, spelled = self._types[name]
            yield Reference(place, kind, spelled, _TYPES[kind])
        if name in self._quoted and re.search(rf"['.]{re.escape(name)}(?:'|\W|$)", text, re.IGNORECASE):
            kind, spelled = self._quoted[name]
            yield Reference(place, kind, spelled, _QUOTED[kind])
        if name in self._labels and re.search(rf"\blabel\.{re.escape(name)}\b", code, re.IGNORECASE):
            yield Reference(place, "CustomLabel", self._labels[name], "shows the label")
        for owner, spelled in self._fields.get(name, {}).items():
            if self._is_field_of(method, operation, owner, name, code):
                yield Reference(place, "CustomField", spelled, "uses the field")

    def _is_field_of(
        self, method: LinkedMethod, operation: Operation, owner: str, name: str, code: str
    ) -> bool:
        """Whether the word is a field of that object here: in a query of it, or of a variable of that type."""
        if operation.kind in ("soql", "new"):
            return operation.name.casefold() == owner
        for match in re.finditer(rf"(\w+)\s*\??\.\s*{re.escape(name)}\b", code, re.IGNORECASE):
            if match[1].casefold() == owner or method.type_of(match[1], operation.line).casefold() == owner:
                return True
        return False

    def _words(self, text: str) -> set[str]:
        return {match[0].casefold() for match in self._word.finditer(text)} if text else set()

    @staticmethod
    def _has(code: str, name: str) -> bool:
        return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", code, re.IGNORECASE) is not None
