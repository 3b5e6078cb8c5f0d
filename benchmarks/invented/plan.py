"""How much there is of everything in an org of a given size, and what the things are called."""

from __future__ import annotations

import random
from typing import NamedTuple

PROFILES = 18
"""Whatever the size: larger orgs have larger profiles, so that all lines together grow as the org does."""
LONGEST_PROFILE = 150_000

_NOUNS = (
    "Invoice", "Shipment", "Contract", "Claim", "Policy", "Visit",
    "Asset", "Order", "Grant", "Donation", "Survey", "Ticket",
)  # fmt: skip
_ASPECTS = ("Line", "Header", "Review", "Batch", "Entry", "Rate", "Plan", "Event", "Note", "Rule")
_FIELD_NOUNS = (
    "Amount", "Status", "Reason", "Owner", "Date", "Score", "Region",
    "Channel", "Source", "Email", "Phone", "Notes", "Total", "Code",
)  # fmt: skip
_FIELD_ASPECTS = (
    "Billing", "Shipping", "Current", "Previous", "First", "Last",
    "Net", "Gross", "External", "Legacy", "Primary", "Manual",
)  # fmt: skip
_TYPES = (
    "Text",
    "Text",
    "Number",
    "Currency",
    "Date",
    "Checkbox",
    "Picklist",
    "Email",
    "LongTextArea",
    "Formula",
)


class Field(NamedTuple):
    """A custom field. `parent` is the object that a lookup or master-detail field refers to."""

    name: str
    type: str
    parent: str = ""


class Thing(NamedTuple):
    """A custom object with its fields."""

    name: str
    fields: tuple[Field, ...]


class Plan(NamedTuple):
    """How many components there are of each sort. Shares are the same at every size."""

    seed: int
    objects: tuple[Thing, ...]
    validation_rules: int
    record_types: int
    layouts: int
    list_views: int
    records: int
    translations: int
    permission_sets: int
    flows: int
    classes: int
    triggers: int

    def random(self, family: str) -> random.Random:
        """Numbers of its own for each family, so that a change to one leaves the others as they were."""
        return random.Random(f"{self.seed}:{family}")


def plan(components: int, seed: int, classes: int | None = None) -> Plan:
    """An org of about so many components. `classes` replaces the usual three in a hundred."""
    classes = max(components * 30 // 1000, 4) if classes is None else classes
    return Plan(
        seed=seed,
        objects=_objects(max(components * 12 // 1000, 4), random.Random(f"{seed}:objects")),
        validation_rules=components * 60 // 1000,
        record_types=components * 20 // 1000,
        layouts=components * 30 // 1000,
        list_views=components * 40 // 1000,
        records=components * 130 // 1000,
        translations=components * 90 // 1000,
        permission_sets=max(components * 12 // 1000, 4),
        flows=max(components * 10 // 1000, 4),
        classes=classes,
        triggers=max(classes // 8, 1),
    )


def _objects(count: int, random: random.Random) -> tuple[Thing, ...]:
    names = [f"{_NOUNS[n % 12]}_{_ASPECTS[n // 12 % 10]}{_number(n // 120)}__c" for n in range(count)]
    return tuple(Thing(name, _fields(position, names, random)) for position, name in enumerate(names))


def _fields(position: int, names: list[str], random: random.Random) -> tuple[Field, ...]:
    """Between 20 and 70 fields; one or two of them refer to objects that came earlier."""
    plain = [
        Field(f"{_FIELD_ASPECTS[n % 12]}_{_FIELD_NOUNS[n // 12 % 14]}__c", random.choice(_TYPES))
        for n in random.sample(range(12 * 14), random.randint(20, 70))
    ]
    if position:
        plain.append(
            Field("Parent__c", random.choice(("MasterDetail", "Lookup")), names[random.randrange(position)])
        )
        plain.append(Field("Related__c", "Lookup", names[random.randrange(position)]))
    return tuple(plain)


def _number(n: int) -> str:
    return f"_{n}" if n else ""
