"""Apex that may get many records at once, as far as the callers in this org are known."""

from __future__ import annotations

from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.entries import BULK, Entry
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows

_WITHOUT_FLOWS = BULK - {Entry.INVOCABLE}


def run_with_many(apex: Apex, flows: Flows) -> frozenset[LinkedMethod]:
    """The methods that a trigger, a job or a service comes to, or a flow that many records enter at once.

    An invocable method that only agents and flows for one call gets one input; of one that nothing in the tree calls
    it is not known. The same holds for a flow that others may call and none in the tree does.
    """
    in_flows = _called_with_many(flows)
    return frozenset(
        apex.graph.reachable(m for m, kinds in apex.entries.items() if _is_bulk(m, kinds, in_flows))
    )


def _is_bulk(method: LinkedMethod, kinds: frozenset[Entry], in_flows: frozenset[str]) -> bool:
    if kinds & _WITHOUT_FLOWS:
        return True
    return Entry.INVOCABLE in kinds and method.method.owner.casefold() in in_flows


def _called_with_many(flows: Flows) -> frozenset[str]:
    """The Apex classes (in lower case) that flows call which many records enter, themselves or through others."""
    found: set[str] = set()
    for flow in flows.all():
        classes = {apex_class_of(element).casefold() for element in flow.fact.elements} - {""}
        if classes and (flow.bulk or flows.way_from_trigger(flow, bulk=True)):
            found |= classes
    return frozenset(found)
