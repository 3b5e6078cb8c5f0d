"""Apex for tests: read through the real parser, and shown one operation a line so that places stay easy to read."""

from __future__ import annotations

from sfgov.facts import ApexClass, ApexTrigger, Problem
from sfgov.facts.apex import ApexType, Guard, Loop, Method, Operation
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read_class(text: str | bytes, *problems: Problem) -> ApexClass:
    """The class in a file named X, which must have exactly these problems."""
    parsed = parse(SourceFile("classes/X.cls", "ApexClass", "X", "body"), _bytes(text))
    assert parsed.problems == problems
    (fact,) = parsed.facts
    assert isinstance(fact, ApexClass)
    return fact


def read_trigger(text: str | bytes, *problems: Problem) -> ApexTrigger:
    """The trigger in a file named T, which must have exactly these problems."""
    parsed = parse(SourceFile("triggers/T.trigger", "ApexTrigger", "T", "body"), _bytes(text))
    assert parsed.problems == problems
    (fact,) = parsed.facts
    assert isinstance(fact, ApexTrigger)
    return fact


def read_type(members: str) -> ApexType:
    """Type X with these members; the first stands on line 2."""
    return read_class(f"class X {{\n{members}\n}}").types[0]


def read_body(statements: str, *problems: Problem) -> Method:
    """A method with these statements; the first stands on line 2."""
    (declared,) = read_class(f"class X {{ void run() {{\n{statements}\n}} }}", *problems).types
    (method,) = declared.methods
    return method


def operations(statements: str) -> list[str]:
    """The operations of a method with these statements, shown; the first statement stands on line 2."""
    return [show(operation) for operation in read_body(statements).operations]


def show(operation: Operation) -> str:
    """`line:column kind receiver.name(arguments)`, and the loops that repeat it, if any."""
    receiver = f"{operation.receiver}." if operation.receiver else ""
    loops = f" in {list(operation.loops)}" if operation.loops else ""
    arguments = ", ".join(operation.arguments)
    return (
        f"{operation.line}:{operation.column} {operation.kind} {receiver}{operation.name}({arguments}){loops}"
    )


def show_loop(loop: Loop) -> str:
    """`line:column kind (head) in parent`."""
    return f"{loop.line}:{loop.column} {loop.kind} ({loop.head}) in {loop.parent}"


def show_guards(method: Method, name: str) -> list[str]:
    """The guards around the one operation of that name, innermost first, as `line kind condition`."""
    (operation,) = (found for found in method.operations if found.name == name)
    return [
        f"{guard.line} {guard.kind} {guard.condition}".strip() for guard in _chain(method, operation.guard)
    ]


def _chain(method: Method, index: int) -> list[Guard]:
    found = []
    while index >= 0:
        found.append(method.guards[index])
        index = method.guards[index].parent
    return found


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
