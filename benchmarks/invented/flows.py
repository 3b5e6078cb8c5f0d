"""Flows of 10 to 500 elements: chains with decisions and loops, started by records or called."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from invented.plan import Plan, Thing
from invented.xml import Leaf, block, document, leaf, leaves

File = tuple[str, str]
FEWEST, MOST = 10, 500


def files(plan: Plan) -> Iterator[File]:
    """All flows. Small ones are many and large ones few."""
    random = plan.random("flows")
    for number in range(plan.flows):
        elements = round(math.exp(random.uniform(math.log(FEWEST), math.log(MOST))))
        thing = random.choice(plan.objects)
        yield (
            f"flows/Flow_{number}.flow-meta.xml",
            _guard(thing) if number % 40 == 7 else _flow(thing, elements, random),
        )


def _flow(thing: Thing, elements: int, random: Random) -> str:
    """Elements in a row, each leading to the next; a loop takes in the two after it."""
    body = [
        leaf("apiVersion", "62.0"),
        leaf("label", f"Work on {thing.name}"),
        leaf("processType", "AutoLaunchedFlow"),
    ]
    position = 0
    while position < elements:
        kind = random.choice(
            ("assignments", "assignments", "recordLookups", "decisions", "recordUpdates", "loops")
        )
        if kind == "loops" and position + 3 < elements:
            body += _loop(position, thing, elements, random)
            position += 3
        else:
            body += _MAKERS.get(kind, _assignment)(position, _target(position + 1, elements), thing, random)
            position += 1
    body += block(
        "start",
        block("connector", ("targetReference", "E0"), depth=2),
        ("object", thing.name),
        ("recordTriggerType", "Update"),
        ("triggerType", "RecordAfterSave"),
    )
    body += [leaf("status", random.choice(("Active", "Active", "Draft")))]
    for name, is_collection in (("counter", False), ("found", True)):
        body += block(
            "variables",
            ("name", name),
            ("dataType", "SObject" if is_collection else "Number"),
            ("isCollection", is_collection),
            *((("objectType", thing.name),) if is_collection else ()),
        )
    return document("Flow", body)


def _target(position: int, elements: int) -> str:
    return f"E{position}" if position < elements else ""


def _loop(position: int, thing: Thing, elements: int, random: Random) -> list[str]:
    """A loop over what was found. Its body is two elements; in one of thirty loops the second reads the database."""
    again = f"E{position}"
    after = _target(position + 3, elements)
    lines = block(
        "loops",
        *_head(position, "Loop"),
        ("collectionReference", "found"),
        ("iterationOrder", "Asc"),
        block("nextValueConnector", ("targetReference", f"E{position + 1}"), depth=2),
        *((block("noMoreValuesConnector", ("targetReference", after), depth=2),) if after else ()),
    )
    lines += _assignment(position + 1, f"E{position + 2}", thing, random)
    last = _lookup if random.randrange(30) == 0 else _assignment
    return lines + last(position + 2, again, thing, random)


def _assignment(position: int, target: str, _thing: Thing, random: Random) -> list[str]:
    item = block(
        "assignmentItems",
        ("assignToReference", "counter"),
        ("operator", "Add"),
        block("value", ("numberValue", f"{random.randint(1, 9)}.0"), depth=3),
        depth=2,
    )
    return block("assignments", *_head(position, "Set"), item, *_connector(target))


def _lookup(position: int, target: str, thing: Thing, random: Random) -> list[str]:
    return block(
        "recordLookups",
        *_head(position, "Get"),
        ("assignNullValuesIfNoRecordsFound", False),
        *_connector(target),
        ("filterLogic", "and"),
        _filter(random.choice(thing.fields).name),
        ("getFirstRecordOnly", False),
        ("object", thing.name),
        ("outputReference", "found"),
    )


def _update(position: int, target: str, thing: Thing, random: Random) -> list[str]:
    field = random.choice(thing.fields).name
    given = block(
        "inputAssignments",
        ("field", field),
        block("value", ("elementReference", "counter"), depth=3),
        depth=2,
    )
    return block(
        "recordUpdates",
        *_head(position, "Update"),
        *_connector(target),
        _filter("Id"),
        given,
        ("object", thing.name),
    )


def _decision(position: int, target: str, thing: Thing, random: Random) -> list[str]:
    condition = block(
        "conditions",
        ("leftValueReference", f"$Record.{random.choice(thing.fields).name}"),
        ("operator", "EqualTo"),
        block("rightValue", ("stringValue", "Open"), depth=4),
        depth=3,
    )
    rule = block(
        "rules", ("name", f"Rule{position}"), ("conditionLogic", "and"), condition, ("label", "Open"), depth=2
    )
    default = [block("defaultConnector", ("targetReference", target), depth=2)] if target else []
    return block("decisions", *_head(position, "Ask"), *default, ("defaultConnectorLabel", "Default"), rule)


_MAKERS = {
    "assignments": _assignment,
    "recordLookups": _lookup,
    "recordUpdates": _update,
    "decisions": _decision,
}


def _guard(thing: Thing) -> str:
    """A flow that forbids a delete."""
    body = [
        leaf("apiVersion", "62.0"),
        leaf("label", f"Keep {thing.name}"),
        leaf("processType", "AutoLaunchedFlow"),
    ]
    message = block(
        "customErrorMessages", ("errorMessage", "These are kept."), ("isFieldError", False), depth=2
    )
    body += block("customErrors", *_head(0, "Refuse"), message)
    body += block(
        "start",
        block("connector", ("targetReference", "E0"), depth=2),
        ("object", thing.name),
        ("recordTriggerType", "Delete"),
        ("triggerType", "RecordBeforeDelete"),
    )
    return document("Flow", [*body, *leaves(("status", "Active"))])


def _head(position: int, verb: str) -> tuple[Leaf, ...]:
    return (
        ("name", f"E{position}"),
        ("label", f"{verb} {position}"),
        ("locationX", 176),
        ("locationY", 108 * position),
    )


def _connector(target: str) -> list[list[str]]:
    return [block("connector", ("targetReference", target), depth=2)] if target else []


def _filter(field: str) -> list[str]:
    value = block("value", ("elementReference", "$Record.Id"), depth=3)
    return block("filters", ("field", field), ("operator", "EqualTo"), value, depth=2)
