"""What a flow's nodes do that the platform limits per transaction."""

from __future__ import annotations

from sfgov.facts.flow import FlowElement
from sfgov.model.flow_launch import Launch
from sfgov.model.flows import LinkedFlow

_RECORDS = {
    "recordLookups": "queries",
    "recordCreates": "creates",
    "recordUpdates": "updates",
    "recordDeletes": "deletes",
}
_ACTIONS = {
    "emailAlert": "sends an e-mail",
    "emailSimple": "sends an e-mail",
    "externalService": "makes a callout",
    "chatterPost": "posts to Chatter",
    "quickAction": "runs a quick action, which writes a record",
    "submit": "submits a record for approval",
}
"""Of some thousand action types, those known to spend a limit each time. The rest may too: that is not known."""


def work_of(flow: LinkedFlow, element: FlowElement) -> str:
    """What a node does, as the end of a sentence; empty where it does nothing of the kind, or that is not known.

    Apex actions and subflows are not judged here: what they do stands in other files.
    """
    if element.kind in _RECORDS:
        if _only_sets_fields(flow, element):
            return ""
        records = f"{flow.object_of(element)} records".strip()
        return f"{_RECORDS[element.kind]} {records}"
    return _ACTIONS.get(element.action_type, "") if element.kind == "actionCalls" else ""


def apex_class_of(element: FlowElement) -> str:
    """The Apex class that a node calls; empty if it calls none."""
    called = element.kind == "apexPluginCalls" or (
        element.kind == "actionCalls" and element.action_type == "apex"
    )
    return element.action_name if called else ""


def _only_sets_fields(flow: LinkedFlow, element: FlowElement) -> bool:
    """Before a save, an update of the record itself costs nothing: the save writes it anyway."""
    own = element.input_reference.casefold() == "$record"
    return own and element.kind == "recordUpdates" and flow.launch is Launch.BEFORE_SAVE
