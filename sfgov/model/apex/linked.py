"""Apex methods with their file and type: where an operation stands, and what type a name has there."""

from __future__ import annotations

import re
from functools import cached_property

from sfgov.facts.apex import ApexClass, ApexTrigger, ApexType, Guard, Loop, Method, Operation
from sfgov.model.index import Written
from sfgov.place import Place

_PLAIN = re.compile(r"(?:this\.)?([A-Za-z_]\w*)")


class LinkedMethod:
    """One method (or trigger body, accessor, initialiser) and everything around it."""

    def __init__(
        self, written: Written[ApexClass] | Written[ApexTrigger], method: Method, owner: ApexType | None
    ) -> None:
        self.written = written
        self.method = method
        self.owner = owner

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

    @cached_property
    def is_test(self) -> bool:
        """Whether it only ever runs in tests."""
        annotations = [*self.method.annotations, *(self.owner.annotations if self.owner else ())]
        return "testmethod" in self.method.modifiers or any(
            a.name.casefold() == "istest" for a in annotations
        )

    @cached_property
    def _types(self) -> dict[str, str]:
        """Declared types by name, innermost declaration last (so that it wins)."""
        fields = self.owner.fields if self.owner else ()
        declared = [*fields, *self.method.parameters, *self.method.variables]
        return {variable.name.casefold(): variable.type for variable in declared}

    def type_of(self, expression: str) -> str:
        """The declared type of a plain name (`acc`, `this.svc`); empty where it is not known here."""
        match = _PLAIN.fullmatch(expression.strip())
        return self._types.get(match[1].casefold(), "") if match else ""

    def initial_of(self, name: str) -> str:
        """The text that a local variable or field starts with; empty where there is none."""
        fields = self.owner.fields if self.owner else ()
        wanted = name.casefold()
        found = [
            v
            for v in (*fields, *self.method.parameters, *self.method.variables)
            if v.name.casefold() == wanted
        ]
        return found[-1].initial if found else ""

    def loops_of(self, operation: Operation) -> list[Loop]:
        """The loops that repeat an operation, outermost first."""
        return [self.method.loops[index] for index in operation.loops]

    def guards_of(self, operation: Operation) -> list[Guard]:
        """The conditions under which an operation runs, innermost first."""
        found: list[Guard] = []
        index = operation.guard
        while index >= 0:
            guard = self.method.guards[index]
            found.append(guard)
            index = guard.parent
        return found
