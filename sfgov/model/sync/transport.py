"""Triggers that hand changes to a job which sends them: transport by hand, where the platform has a bus for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.sync.outbound import Outbound, Sending

_WRITING = re.compile(r"'(?:post|put|patch)'", re.IGNORECASE)
_BODIES = frozenset({"setbody", "setbodyasblob", "setbodydocument"})
CAPTURED = frozenset(
    {
        "account", "accountcontactrelation", "accountcontactrole", "asset", "campaign", "campaignmember", "case",
        "contact", "contactpointaddress", "contactpointemail", "contactpointphone", "contract", "contractlineitem",
        "entitlement", "event", "individual", "lead", "location", "maintenanceplan", "opportunity",
        "opportunitycontactrole", "opportunitylineitem", "order", "orderitem", "pricebook2", "pricebookentry",
        "product2", "productitem", "quote", "quotelineitem", "resourceabsence", "returnorder", "serviceappointment",
        "servicecontract", "serviceresource", "serviceterritory", "shipment", "task", "user", "workorder",
        "workorderlineitem",
    }
)  # fmt: skip
"""Standard objects, in lower case, whose changes the platform surely captures; custom ones it captures all."""


def transports(outbound: Outbound, apex: Apex) -> Iterator[Sending]:
    """The jobs and future methods by which triggers send what has changed; those that only ask are left out."""
    for sending in outbound.sendings:
        by_trigger = sending.automatism is not None and sending.automatism.trigger is not None
        if by_trigger and sending.job is not None and is_captured(sending.object) and _sends(apex, sending):
            yield sending


def is_captured(object_name: str) -> bool:
    """Whether change data capture can be switched on for an object."""
    name = object_name.casefold()
    return name.endswith("__c") or name in CAPTURED


def _sends(apex: Apex, sending: Sending) -> bool:
    """Whether the request has a body, or is one that writes. The method that calls out has the first say."""
    last = sending.methods[-1]
    made = [t for call in apex.graph.calls_of(last) for t in call.dispatch.targets if _makes_request(t)]
    for methods in ((last, *made), sending.methods):
        says = [writes for method in methods for writes in _writes(method)]
        if says:
            return any(says)
    return False


def _makes_request(method: LinkedMethod) -> bool:
    return method.method.return_type.casefold().removeprefix("system.") == "httprequest"


def _writes(method: LinkedMethod) -> Iterator[bool]:
    """What each operation that prepares a request says: it writes, or it only asks."""
    for operation in method.method.operations:
        name = operation.name.casefold()
        if operation.kind != "call":
            continue
        if name == "setmethod" and operation.arguments and "'" in operation.arguments[0]:
            yield _WRITING.search(operation.arguments[0]) is not None
        elif name in _BODIES:
            if method.type_of(operation.receiver, operation.line).casefold().endswith("httprequest"):
                yield True
        elif name == "invoke" and operation.receiver.casefold() == "webservicecallout":
            yield True
