"""How many ways lead through a method."""

from __future__ import annotations

import re

from sfgov.model.apex.linked import LinkedMethod

_CONNECTIVE = re.compile(r"&&|\|\|")


def complexity(linked: LinkedMethod) -> int:
    """Cyclomatic complexity: one, and one more for each loop, branch, caught exception, `&&` and `||`."""
    branches = [g for g in linked.method.guards if g.kind in ("if", "when", "catch", "ternary")]
    heads = [loop.head for loop in linked.method.loops if loop.kind != "for-each"]
    connectives = sum(len(_CONNECTIVE.findall(text)) for text in [*(g.condition for g in branches), *heads])
    return 1 + len(branches) + len(linked.method.loops) + connectives
