"""Copies by Apex: assignments to fields and constructors of records, through local variables of one method."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts import ApexClass, CustomField, CustomObject
from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.index import Index
from sfgov.model.lineage.copies import Copy
from sfgov.model.relationships import Relationships

_FIELD = re.compile(r"(?:this\.)?(\w+)((?:\.\w+)+)")
_SETS = re.compile(r"(\w+)\s*=(?!=)\s*(.+)", re.DOTALL)
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'")
_PATH = re.compile(r"(?<![\w.])(?:this\.)?([A-Za-z_]\w*)((?:\??\.\w+)*)(?!\w|\s*\()")
_NOT_THE_VALUE = re.compile(
    r"==|!=|&&|\|\||<=|>=|(?<![\w])!|\b(?:crypto|hash\w*|digest|mask\w*|redact\w*|anonymi\w*|encrypt\w*)\b"
    r"|generate(?:Mac|Digest)|\.(?:isBlank|isNotBlank|isEmpty|isNotEmpty|length|left|right|substring\w*|contains\w*|"
    r"startsWith|endsWith|equals\w*|hashCode|size|get|put|containsKey|remove|split)\s*\(",
    re.IGNORECASE,
)
"""What is no copy: tests, hashes, parts of a value, members of collections."""
_CALL = re.compile(r"(\w+)\s*\(([^()]*)\)")
_PASS_ON = {"valueof", "format", "join", "escapesinglequotes"}
"""Methods of Salesforce's whose result holds what they are given. What the org's own do is not followed."""
_DEEPEST = 3
_STANDARD = frozenset(
    {
        "account", "asset", "campaign", "case", "contact", "contract", "event", "lead", "opportunity", "order", "product2",
        "quote", "task", "user",
    }
)  # fmt: skip
"""Objects that every org has, whether anything of them was retrieved or not."""


def apex_copies(index: Index, apex: Apex, relationships: Relationships) -> Iterator[Copy]:
    """What methods outside tests put from one record's field into another's."""
    own = {entry.name.rpartition(".")[2].casefold() for w in index.all(ApexClass) for entry in w.fact.types}
    objects = {one.fact.object.casefold() for one in index.all(CustomField)}
    objects |= {one.name.casefold() for one in index.all(CustomObject)} | _STANDARD
    for method in apex.methods:
        if not method.is_test:
            yield from _MethodCopies(method, objects - own, relationships).all()


class _MethodCopies:
    """The copies of one method. `objects` are the names of objects that are no names of classes, too."""

    def __init__(self, method: LinkedMethod, objects: set[str], relationships: Relationships) -> None:
        self._method = method
        self._objects = objects
        self._relationships = relationships

    def all(self) -> Iterator[Copy]:
        for operation in self._method.method.operations:
            for target, text in self._set(operation):
                for source in sorted(self._sources(text, operation.line, 0)):
                    place = self._method.written.at(
                        operation.line, f"{self._method.name}: {target}", operation.column
                    )
                    yield Copy(place, source, target, f"Apex {self._method.name}")

    def _set(self, operation: Operation) -> Iterator[tuple[str, str]]:
        """The fields that an operation sets, each with the text that it is set to."""
        if operation.kind == "assign" and operation.arguments:
            target = self._field(operation.name, operation.line)
            if target:
                yield target, operation.arguments[0]
        elif operation.kind == "new" and operation.name.casefold() in self._objects:
            for argument in operation.arguments:
                match = _SETS.fullmatch(argument)
                if match:
                    yield f"{operation.name}.{match[1]}", match[2]

    def _field(self, text: str, line: int) -> str:
        """`Contact.SSN__c` for `caller.SSN__c` and for paths over relationships; empty for anything else."""
        match = _FIELD.fullmatch(text.replace("?.", "."))
        owner = self._record(match[1], line) if match else ""
        if not match or not owner:
            return ""
        *steps, field = match[2][1:].split(".")
        for step in steps:
            owner = self._relationships.parent(owner, step)
        return f"{owner}.{field}" if owner else ""

    def _record(self, name: str, line: int) -> str:
        """The object of a variable that holds one record."""
        written = self._method.type_of(name, line)
        return written if written.casefold() in self._objects else ""

    def _sources(self, text: str, line: int, depth: int) -> set[str]:
        """The fields whose values are in an expression."""
        bare = _STRING.sub("''", text)
        _, question, results = bare.partition("? ") if "?" in bare.replace("?.", "") else ("", "", "")
        if question:
            yes, _, no = results.partition(" : ")
            return self._sources(yes, line, depth) | self._sources(no, line, depth)
        if depth > _DEEPEST or _NOT_THE_VALUE.search(bare) or bare.endswith("…"):
            return set()
        found: set[str] = set()
        for match in _PATH.finditer(_without_calls(bare)):
            if match[2]:
                field = self._field(match[0], line)
                found |= {field} if field else set()
            else:
                found |= self._local(match[1], line, depth)
        return found

    def _local(self, name: str, line: int, depth: int) -> set[str]:
        """What a local variable holds: its first value, or what the method has set it to above."""
        variable = self._method.local(name.casefold(), line)
        if variable is None:
            return set()
        found = self._sources(variable.initial, variable.line, depth + 1) if variable.initial else set()
        for operation in self._method.method.operations:
            same = operation.kind == "assign" and operation.name.casefold() == name.casefold()
            if same and operation.arguments and variable.line <= operation.line < line:
                found |= self._sources(operation.arguments[0], operation.line, depth + 1)
        return found


def _without_calls(text: str) -> str:
    """An expression without the arguments of calls whose results are not known to hold them."""
    before = ""
    while before != text:
        before = text
        text = _CALL.sub(lambda call: f" {call[2]} " if call[1].casefold() in _PASS_ON else "", text)
    return text
