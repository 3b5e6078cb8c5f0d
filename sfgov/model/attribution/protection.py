"""Validation rules that refuse to change a field once it has a value."""

from __future__ import annotations

import re
from collections import defaultdict

from sfgov.facts import ValidationRule
from sfgov.model.formulas import UNKNOWN, Value, truth, value_of_formula
from sfgov.model.index import Index, Written
from sfgov.place import Evidence

_NEW, _OLD = "\u2039new\u203a", "\u2039old\u203a"


class Protection:
    """The active validation rules of an org, asked about fields."""

    def __init__(self, index: Index) -> None:
        self._rules: dict[str, list[Written[ValidationRule]]] = defaultdict(list)
        for rule in index.all(ValidationRule):
            if rule.fact.active:
                self._rules[rule.name.partition(".")[0].casefold()].append(rule)

    def of(self, field: str) -> Evidence | None:
        """The rule that surely refuses every other value of a filled field (`Lead.First_Touch__c`), if there is one."""
        owner, _, own = field.partition(".")
        for rule in self._rules.get(owner.casefold(), ()):
            if own.casefold() in rule.fact.formula.casefold() and _refuses(rule.fact.formula, own):
                at = rule.at_element("errorConditionFormula")
                return at.says(f"{rule.name.partition('.')[2]} refuses to change it once it has a value")
        return None


def _refuses(formula: str, field: str) -> bool:
    """Whether the formula is true when a saved record's field goes from one value to another."""
    name = rf"\(\s*{re.escape(field)}\s*\)"
    text = re.sub(rf"\bISCHANGED\s*{name}", "TRUE", formula, flags=re.IGNORECASE)
    text = re.sub(rf"\bPRIORVALUE\s*{name}", "PriorOfIt", text, flags=re.IGNORECASE)
    known: dict[str, Value] = {"isnew()": False, "priorofit": _OLD, field.casefold(): _NEW}
    return truth(value_of_formula(text, lambda asked: known.get(asked, UNKNOWN))) is True
