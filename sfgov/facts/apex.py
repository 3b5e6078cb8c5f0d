"""Apex: types, methods and what each method does, with loop and guard context. No syntax tree.

Names keep the spelling of the source; compare them without case.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts.base import Fact


class Variable(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A field, parameter, local or loop variable, with its declared type as written (`Map<Id, Account>`)."""

    name: str
    type: str
    line: int
    initial: str = ""
    """The start of the initialiser's text, with white space folded; empty when there is none."""
    modifiers: tuple[str, ...] = ()
    scope: int = -1
    """Index of the loop whose head declares it, else -1."""
    annotations: tuple[Annotation, ...] = ()
    """Of a field or property, such as `@InvocableVariable(required=true)`; empty for others."""


class Annotation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`@name(arguments)`; arguments as written."""

    name: str
    line: int
    arguments: str = ""


class Loop(msgspec.Struct, frozen=True, gc=False, array_like=True):
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
    column: int = 1
    end_line: int = 0
    """The last line of its body (of a do, of its condition)."""


class Guard(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A condition under which statements run. `parent` is the guard around it, or -1.

    `else` and `after-exit` hold where the condition is false: `after-exit` because an
    `if (condition) return/continue/throw/break;` stood before. Of `c ? a : b`, `a` runs under a `ternary` guard
    and `b` under an `else`. A `when` carries its values as written (`else` for `when else`), a `catch` its
    exception and variable, a `finally` nothing.
    """

    kind: Literal["if", "else", "when", "catch", "finally", "after-exit", "ternary"]
    line: int
    condition: str
    parent: int = -1
    since: int = 0
    """Of a `catch`: the line of its `try`."""


class Operation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One thing a method does.

    | kind | name | receiver | arguments | text |
    | --- | --- | --- | --- | --- |
    | `call` | method (`this`, `super` for constructor chains) | what stands before the dot | its arguments | |
    | `new` | constructed type | | its arguments (`Name = 'x'` for SObject fields) | |
    | `soql` | first object of FROM | `WITH …` mode, if any | bound expressions | the query |
    | `sosl` | | `WITH …` mode, if any | bound expressions | the query |
    | `dml` | verb | `as user`, `as system`, if written | operand, and the key or second record | the statement |
    | `assign` | target (`acc.Name`) | | the right side | the statement where it is a `+=` or the like |
    | `throw`, `return` | | | the expression, if any | |

    All of it is as written, white space folded and comments dropped. An argument or receiver has at most 120
    characters, a text 200, a query 400; what was cut ends in `…` (a long query loses the middle of its SELECT
    list). Line and column are those of the called method's name, of `new`, of `[`, of the statement's first word
    or of the assigned target.

    `loops` are the indexes of the loops that *repeat* it, outermost first: a for-each iterable and a for
    initialiser run once and are not in their loop, conditions and updates are; a loop that is surely left after the
    operation (an unconditional `break`, `return` or `throw` follows) is not listed. The path on which the operation
    itself fails does not count.
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
    receiver_operation: int = -1
    """Index of the operation whose result is the receiver (`getSvc()` in `getSvc().run()`), or -1."""


class Method(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A method, constructor, property accessor, initialiser or trigger body.

    `owner` is the type it belongs to (`Outer.Inner`; the trigger's name for a trigger body). `name` is the
    property's for accessors, the field's for a field that starts with a value (an initializer of its own where that
    value does something), and `initializer` for a `{ … }` or `static { … }` block. `line` is where the name stands.
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
    """In source order; of an assignment, what its target calls comes first (`a.b().C = …`)."""
    has_body: bool = True
    column: int = 1
    names: tuple[str, ...] = ()
    """Every name and keyword of its code in lower case, each once."""

    @property
    def is_test(self) -> bool:
        """Whether it is marked as a test method itself."""
        return "testmethod" in self.modifiers or any(a.name.casefold() == "istest" for a in self.annotations)


class ApexType(msgspec.Struct, frozen=True, gc=False, array_like=True):
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
    """Fields, properties and enum values; a property with code has its accessors among the methods."""
    methods: tuple[Method, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether it is marked as a test class."""
        return any(annotation.name.casefold() == "istest" for annotation in self.annotations)


class Reason(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment that tells in whose name code works and why: the lines on which it starts and ends."""

    line: int
    end_line: int


class FixedText(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What in a string has the form of a record Id or of an address; whether it is one is for the model to say."""

    text: str
    line: int
    column: int


class ApexClass(Fact, frozen=True, kw_only=True):
    """A `.cls` file. `hidden`: a managed package's body that the retrieve replaced by `(hidden)`."""

    types: tuple[ApexType, ...] = ()
    hidden: bool = False
    suppressions: tuple[Suppression, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Of a class that goes beyond its caller's rights somewhere; of others they are not kept."""
    fixed_texts: tuple[FixedText, ...] = ()
    """None of a test class."""


class ApexTrigger(Fact, frozen=True, kw_only=True):
    """A `.trigger` file. `events` are lower case (`before delete`). Methods: the body, and any declared in it."""

    object: str = ""
    events: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    hidden: bool = False
    suppressions: tuple[Suppression, ...] = ()
    fixed_texts: tuple[FixedText, ...] = ()


class Suppression(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment `// sfgov: …`, as written after the colon."""

    line: int
    text: str


class ApexMeta(Fact, frozen=True, kw_only=True):
    """The `-meta.xml` beside a class or trigger; `owner` is `ApexClass` or `ApexTrigger`."""

    owner: str
    api_version: float | None = None
    status: str = ""
