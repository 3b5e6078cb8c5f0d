"""What actions call, in one word for all encodings, and whether it is there."""

from __future__ import annotations

from sfgov.facts import ApexClass, Fact, Flow, GenAiPromptTemplate
from sfgov.facts.agents import AgentAction
from sfgov.model.agents.parts import Target
from sfgov.model.index import Index, Knowledge, Written

_TYPES = {
    "flow": "flow",
    "apex": "apex",
    "prompt": "prompt",
    "generatepromptresponse": "prompt",
    "standardinvocableaction": "standard",
    "externalservice": "external service",
    "quickaction": "quick action",
    "apexrest": "apex rest",
    "auraenabled": "aura enabled",
    "mcptool": "mcp tool",
    "namedquery": "named query",
    "retriever": "retriever",
    "slack": "slack",
    "placeholder": "placeholder",
}
_COMPONENTS: dict[str, type[Fact]] = {"flow": Flow, "apex": ApexClass, "prompt": GenAiPromptTemplate}


def target_of(index: Index, written: Written[Fact], action: AgentAction, element: str) -> Target | None:
    """The target of an action; None where the file names none."""
    if not action.target and not action.target_type:
        return None
    type_ = _TYPES.get(action.target_type.casefold(), action.target_type)
    return Target(
        type=type_,
        name=action.target,
        at=written.at(action.target_line or action.line, f"{element}.target"),
        written_type=action.target_type,
        knowledge=knowledge(index, type_, action.target),
    )


def knowledge(index: Index, type_: str, name: str) -> Knowledge:
    """What is known of a flow, class or prompt template; of other targets nothing is."""
    kind = _COMPONENTS.get(type_)
    if kind is None or not name:
        return Knowledge.UNKNOWN
    found = index.knowledge(kind, name)
    if found is Knowledge.ABSENT and kind is Flow and _has_version(index, name):
        return Knowledge.PRESENT
    return found


def _has_version(index: Index, name: str) -> bool:
    """Files of flows may be named with a version: `Name-3`."""
    wanted = name.casefold() + "-"
    return any(
        written.name.casefold().startswith(wanted) and written.name[len(wanted) :].isdigit()
        for written in index.all(Flow)
    )
