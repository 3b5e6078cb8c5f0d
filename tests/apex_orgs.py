"""Apex written down shortly in tests: one member a line, so that a test can name its lines."""

from __future__ import annotations

from textwrap import dedent, indent

from sfgov.result import Result


def apex(name: str, *members: str, head: str = "public class") -> dict[str, str]:
    """A class file with one member a line, from line 2 on; what stands in `name` after the name is its heading."""
    word = name.split(maxsplit=1)[0]
    return {f"classes/{word}.cls": "\n".join([f"{head} {name} {{", *members, "}"]) + "\n"}


def trigger(name: str, object_name: str, events: str, *lines: str) -> dict[str, str]:
    """A trigger file with its body from line 2 on."""
    head = f"trigger {name} on {object_name} ({events}) {{"
    return {f"triggers/{name}.trigger": "\n".join([head, *lines, "}"]) + "\n"}


def looping(body: str, *members: str, heading: str = "A") -> dict[str, str]:
    """The class A: its method `run` loops over records at line 3, and `body` stands in the loop from line 4 on."""
    lines = [
        f"public class {heading} {{",
        "    public static void run(List<Account> all, Service given) {",
        "        for (Account a : all) {",
        indent(dedent(body).strip("\n"), " " * 12),
        "        }",
        "    }",
        *members,
        "}",
    ]
    return {"classes/A.cls": "\n".join(lines) + "\n"}


def files(*parts: dict[str, str]) -> dict[str, str]:
    """Several files as one org."""
    return {path: text for part in parts for path, text in part.items()}


def place(path: str, line: int) -> str:
    """`B:3` for line 3 of class (or trigger) B."""
    return f"{path.rpartition('/')[2].partition('.')[0]}:{line}"


def trail(result: Result) -> list[str]:
    """The evidence of a finding, one line each: `B:3 SOQL query, once per round`."""
    return [f"{place(step.path, step.line)} {step.message}" for step in result.evidence]
