"""The objects behind change events and platform events."""

from __future__ import annotations

import re

_CHANGE_EVENT = re.compile(r"(?P<custom>\w+?)__ChangeEvent|(?P<standard>\w+?)ChangeEvent", re.IGNORECASE)


def object_of_entity(entity: str) -> str:
    """`Claim__c` for `Claim__ChangeEvent`, `Contact` for `ContactChangeEvent`, `Shipped__e` for itself; else nothing."""
    match = _CHANGE_EVENT.fullmatch(entity)
    if match:
        return f"{match['custom']}__c" if match["custom"] else match["standard"]
    return entity if entity.casefold().endswith("__e") else ""


def change_event_of(object_name: str) -> str:
    """`Claim__ChangeEvent` for `Claim__c`, `ContactChangeEvent` for `Contact`."""
    custom = object_name.casefold().endswith("__c")
    return f"{object_name[:-3]}__ChangeEvent" if custom else f"{object_name}ChangeEvent"
