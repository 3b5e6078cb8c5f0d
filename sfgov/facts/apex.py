"""Apex: types, methods and what each method does, with loop and guard context. No syntax tree.

Names keep the spelling of the source; compare them without case.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts.base import Fact


class Variable(msgspec.Struct, frozen=True, gc=False):
    """A field, parameter, local or loop variable, with its declared type as written (`Map<Id, Account>`)."""

    name: str
    type: str
    line: int
    initial: str = ""
    """The start of the initialiser's text, with white space folded; empty when there is none."""
    modifiers: tuple[str, ...] = ()
    scope: int = -1
    """Index of the loop whose head declares it, else -1."""


class Annotation(msgspec.Struct, frozen=True, gc=False):
    """`@name(arguments)`; arguments as written."""

    name: str
    line: int
    arguments: str = ""


class Loop(msgspec.Struct, frozen=True, gc=False):
    """A loop of a method. `parent` is the index of the loop around it, or -1.

    `head` is the text between the brackets, white space folded: `Account a : Trigger.new`.
    """

    kind: Literal["for-each", "for", "while", "do"]
    line: int
    parent: int
    head: str
    variable: str = ""
    """The loop variable of a for-each."""
    iterable: str = ""
    """What a for-each runs over, as written."""


class Guard(msgspec.Struct, frozen=True, gc=False):
    """A condition under which statements run. `after-exit`: an `if (condition) return/continue/throw/break;`
    stood before them, so they run only where the condition is false. `parent` is the guard around it, or -1.
    """

    kind: Literal["if", "else", "when", "catch", "finally", "after-exit", "ternary"]
    line: int
    condition: str
    parent: int = -1


class Operation(msgspec.Struct, frozen=True, gc=False):
    """One thing a method does.

    `kind`: `soql` and `sosl` (inline queries), `dml` (statements), `call` (any method call), `new`
    (constructor call), `throw`, `return`, `assign` (`a.F = …` and `F = …`). `name` is the DML verb, the
    called method's name, the constructed type or the assigned target; `receiver` is what stands before the dot
    (`Database`, `this.helper`, `getSvc()`), as written. `text` is the statement's own text, white space folded, at
    most 200 characters.

    `loops` are the indexes of the loops that *repeat* it, outermost first: a for-each iterable and a for
    initialiser run once and are not in their loop, conditions and updates are; a loop that is surely left after the
    operation (an unconditional `break`, `return` or `throw` follows) is not listed.
    """

    kind: Literal["soql", "sosl", "dml", "call", "new", "throw", "return", "assign"]
    line: int
    column: int
    name: str
    receiver: str = ""
    arguments: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    guard: int = -1
    """Index of the innermost guard, or -1."""
    text: str = ""


class Method(msgspec.Struct, frozen=True, gc=False):
    """A method, constructor, property accessor, initialiser or trigger body.

    `owner` is the type it belongs to (`Outer.Inner`; the trigger's name for a trigger body).
    """

    name: str
    owner: str
    kind: Literal["method", "constructor", "getter", "setter", "initializer", "static-initializer", "trigger"]
    line: int
    end_line: int
    return_type: str = ""
    modifiers: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    parameters: tuple[Variable, ...] = ()
    variables: tuple[Variable, ...] = ()
    loops: tuple[Loop, ...] = ()
    guards: tuple[Guard, ...] = ()
    operations: tuple[Operation, ...] = ()
    has_body: bool = True


class ApexType(msgspec.Struct, frozen=True, gc=False):
    """A class, interface or enum; inner ones are listed beside their outer one, named `Outer.Inner`."""

    name: str
    kind: Literal["class", "interface", "enum"]
    line: int
    end_line: int
    modifiers: tuple[str, ...] = ()
    """Lower case; sharing is one of them: `with sharing`, `without sharing`, `inherited sharing`."""
    annotations: tuple[Annotation, ...] = ()
    superclass: str = ""
    interfaces: tuple[str, ...] = ()
    fields: tuple[Variable, ...] = ()
    """Fields and properties; a property with code has its accessors among the methods."""
    methods: tuple[Method, ...] = ()


class ApexClass(Fact, frozen=True, kw_only=True):
    """A `.cls` file. `hidden`: a managed package's body that the retrieve replaced by `(hidden)`."""

    types: tuple[ApexType, ...] = ()
    hidden: bool = False
    suppressions: tuple[Suppression, ...] = ()


class ApexTrigger(Fact, frozen=True, kw_only=True):
    """A `.trigger` file. `events` are lower case (`before delete`). Methods: the body, and any declared in it."""

    object: str = ""
    events: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    hidden: bool = False
    suppressions: tuple[Suppression, ...] = ()


class Suppression(msgspec.Struct, frozen=True, gc=False):
    """A comment `// sfgov: …`, as written after the colon."""

    line: int
    text: str


class ApexMeta(Fact, frozen=True, kw_only=True):
    """The `-meta.xml` beside a class or trigger; `owner` is `ApexClass` or `ApexTrigger`."""

    owner: str
    api_version: float | None = None
    status: str = ""
