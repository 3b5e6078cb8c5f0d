"""Whether what an action declares of a parameter fits what its target takes or gives, in broad families of types."""

from __future__ import annotations

import re

from sfgov.facts.agents import AgentParameter
from sfgov.model.agents.contracts import ContractParameter

_FAMILIES = {
    "text": ("string", "text", "id", "picklist", "multipicklist", "multilinetext", "richtext", "url"),
    "number": ("number", "integer", "long", "double", "decimal", "currency"),
    "boolean": ("boolean",),
    "record": ("sobject", "recordinfo"),
}
_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names}
_PLATFORM = re.compile(r"lightning__(\w+?)Type", re.IGNORECASE)
_LIST = re.compile(r"list\s*\[(.*)\]", re.IGNORECASE | re.DOTALL)


def family(type_: str) -> str:
    """`text`, `number`, `boolean` or `record`; empty for what may be any of these (`object`), dates and classes.

    An Id is a text, and a date is none of these: both are often given as words.
    """
    match = _PLATFORM.fullmatch(type_.strip())
    return _FAMILY.get((match[1] if match else type_.strip()).casefold(), "")


def misfit(declared: AgentParameter, target: ContractParameter) -> tuple[str, str]:
    """How both sides call it where they cannot be the same (`text`, `a list of records`), else two empty words."""
    match = _LIST.fullmatch(declared.type.strip())
    own = family(declared.complex_type) or family(match[1] if match else declared.type)
    other = family(target.type)
    if not own or not other:
        return "", ""
    is_list = match is not None
    # A schema in JSON tells single values and lists alike by the type of one.
    differs = is_list != target.collection and not declared.type.casefold().startswith("lightning__")
    if own == other and not differs:
        return "", ""
    return _said(own, is_list=is_list), _said(other, is_list=target.collection)


def _said(name: str, *, is_list: bool) -> str:
    if is_list:
        return f"a list of {name}s"
    return name if name in ("text", "boolean") else f"a {name}"
