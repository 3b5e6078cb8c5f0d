"""Facts' prose with its file."""

from __future__ import annotations

from sfgov.facts import Fact
from sfgov.facts.agents import AgentText
from sfgov.model.agents.parts import Text
from sfgov.model.index import Written


def text(written: Written[Fact], fact: AgentText, role: str, element: str = "") -> Text | None:
    """The text with its place; None where there is none."""
    if not fact.text.strip():
        return None
    return Text(fact.text, written, fact.line, role, element, fact.escaped)
