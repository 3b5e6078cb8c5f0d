"""Apex methods with their file and type: where an operation stands, and what type a name has there."""

from __future__ import annotations

import re
from functools import cached_property

from sfgov.facts.apex import ApexClass, ApexTrigger, ApexType, Guard, Loop, Method, Operation, Variable
from sfgov.model.index import Written
from sfgov.place import Place

_PLAIN = re.compile(r"(?:this\.)?([A-Za-z_]\w*)")


class LinkedMethod:
    """One method (or trigger body, accessor, initialiser) and everything around it."""

    def __init__(
        self,
        written: Written[ApexClass] | Written[ApexTrigger],
        method: Method,
        owner: ApexType | None,
        owner_key: str,
        *,
        in_test_class: bool = False,
    ) -> None:
        """`owner_key` is the key of the type it belongs to; for what is in a trigger, one that no type has."""
        self.written = written
        self.method = method
        self.owner = owner
        self.owner_key = owner_key
        self.is_test = in_test_class or method.is_test
        """Whether it only ever runs in tests: a test method, or anything in a test class."""

    @property
    def name(self) -> str:
        """`Owner.method`, as messages name it; a trigger's body is the trigger."""
        if self.method.kind == "trigger":
            return self.method.owner
        if self.method.kind == "constructor":
            return f"new {self.method.owner}()"
        if self.method.kind in ("initializer", "static-initializer"):
            return f"{self.method.owner} (initialiser)"
        return f"{self.method.owner}.{self.method.name}"

    def at(self, operation: Operation) -> Place:
        """The place of an operation; its identity is the method and the statement's own text."""
        element = f"{self.name}: {operation.text or operation.name}"
        return self.written.at(operation.line, element, operation.column)

    def at_line(self, line: int) -> Place:
        """The place of a line of this method."""
        return self.written.at(line, self.name)

    def annotated(self, *names: str) -> bool:
        """Whether the method has one of these annotations (in lower case)."""
        annotations = self.method.annotations
        return bool(annotations) and any(a.name.casefold() in names for a in annotations)

    @cached_property
    def _locals(self) -> dict[str, list[Variable]]:
        """Parameters and local variables by name (in lower case), in source order."""
        found: dict[str, list[Variable]] = {}
        for variable in (*self.method.parameters, *self.method.variables):
            found.setdefault(variable.name.casefold(), []).append(variable)
        return found

    @cached_property
    def _fields(self) -> dict[str, Variable]:
        return {v.name.casefold(): v for v in self.owner.fields} if self.owner else {}

    def local(self, name: str, line: int = 0) -> Variable | None:
        """The parameter or local variable of that name (in lower case), as a line of the method sees it.

        Of several in blocks side by side, the one declared nearest above the line; without a line, the last one.
        """
        found = self._locals.get(name)
        if not found:
            return None
        above = [v for v in found if v.line <= line] if line else found
        return (above or found)[-1]

    def variable(self, name: str, line: int = 0) -> Variable | None:
        """As `local`, or else a field of the method's own type."""
        return self.local(name, line) or self._fields.get(name)

    def type_of(self, expression: str, line: int = 0) -> str:
        """The declared type of a plain name (`acc`, `this.svc`); empty where it is not known here."""
        match = _PLAIN.fullmatch(expression.strip())
        found = self.variable(match[1].casefold(), line) if match else None
        return found.type if found else ""

    @cached_property
    def reassigned(self) -> frozenset[str]:
        """The names (in lower case) that the method assigns something to, beside what they start with."""
        return frozenset(op.name.casefold() for op in self.method.operations if op.kind == "assign")

    def initial_of(self, name: str, line: int = 0) -> str:
        """The text that a local variable or field starts with; empty where there is none."""
        found = self.variable(name.casefold(), line)
        return found.initial if found else ""

    def loops_of(self, operation: Operation) -> list[Loop]:
        """The loops that repeat an operation, outermost first."""
        return [self.method.loops[index] for index in operation.loops]

    def guards_of(self, operation: Operation) -> list[Guard]:
        """The conditions under which an operation runs, innermost first."""
        return self.guards_from(operation.guard)

    def guards_from(self, index: int) -> list[Guard]:
        """A guard (by index, -1 for none) and those around it, innermost first."""
        found: list[Guard] = []
        while index >= 0:
            guard = self.method.guards[index]
            found.append(guard)
            index = guard.parent
        return found
