"""Conditions of scripts and rules of planners: which variables they ask for, and whether they can ever hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Literal

import msgspec

from sfgov.model.agents.expressions import Expression, Value, truth, value_of
from sfgov.place import Place

_MOST_COMBINATIONS = 4096
"""Of values, before a condition counts as possible without being tried."""
Possible = Callable[[str], frozenset[Value] | None]
"""All values that a variable (lower case) can have; None where it can have any."""


class Condition(msgspec.Struct, frozen=True, eq=False):
    """Something that decides whether a step, a topic or an action is there.

    `holds` says whether it must be true or false for that: `else` and `after-exit` must be false. `after-exit` stands
    before the step and leaves the topic by a transition where it is true. `rule` is a planner's, named `name`.
    """

    kind: Literal["available when", "if", "else", "after-exit", "rule"]
    text: str
    at: Place
    expression: Expression
    holds: bool = True
    name: str = ""

    @property
    def variables(self) -> frozenset[str]:
        """The agent's variables that it asks for, in lower case."""
        return self.expression.variables

    @property
    def said(self) -> str:
        """As it would be written if it had to be true."""
        return self.text if self.holds else f"not ({self.text})"

    def agrees(self, values: Mapping[str, Value]) -> bool | None:
        """Whether it lets through when variables (lower case) have these values; None where that is not known.

        Variables that are not among the values may have any.
        """
        found = truth(value_of(self.expression, values))
        return None if found is None else found is self.holds

    def can_agree(self, possible: Possible) -> bool:
        """Whether it can let through. False only where it is sure that no values make it."""
        return can_all_agree((self,), possible)


def can_all_agree(conditions: tuple[Condition, ...], possible: Possible) -> bool:
    """Whether all of these can let through together. False only where it is sure that no values make them."""
    names = sorted(frozenset().union(*(condition.variables for condition in conditions)))
    known = {name: values for name in names if (values := possible(name)) is not None}
    combinations = 1
    for values in known.values():
        combinations *= len(values)
    if combinations > _MOST_COMBINATIONS:
        return True
    return any(
        all(condition.agrees(dict(zip(known, values, strict=True))) is not False for condition in conditions)
        for values in product(*(sorted(values, key=repr) for values in known.values()))
    )
