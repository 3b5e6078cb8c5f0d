"""What a lead's value loses when it is put into a field of another type, length or set of values."""

from __future__ import annotations

from enum import Enum

import msgspec

from sfgov.facts import CustomField
from sfgov.model.index import Index, Written
from sfgov.model.picklists import picklist_of
from sfgov.place import Evidence

_TEXTS = frozenset({"text", "textarea", "longtextarea", "html", "encryptedtext", "email", "phone", "url"})
_LENGTHS = {"email": 80, "phone": 40, "url": 255, "textarea": 255}
"""Of types whose length no file states."""
_LIKE: dict[str, str] = (
    dict.fromkeys(_TEXTS, "text")
    | dict.fromkeys(("number", "currency", "percent"), "number")
    | dict.fromkeys(("date", "datetime"), "date")
    | dict.fromkeys(("lookup", "masterdetail", "hierarchy"), "lookup")
    | {"picklist": "picklist", "multiselectpicklist": "multi-select", "checkbox": "checkbox"}
    | {"autonumber": "text", "location": "location", "time": "time"}
)
_FITS = {("text", "picklist"), ("picklist", "text"), ("multi-select", "text"), ("picklist", "multi-select")}
"""Pairs of unlike types that Salesforce maps nevertheless."""
_SHOWN = 5


class LossKind(Enum):
    """What gets lost, or why nothing arrives."""

    LENGTH = "longer values are cut"
    VALUES = "some values are refused"
    PRECISION = "a part of the value is dropped"
    TYPE = "the types do not fit"


class Loss(msgspec.Struct, frozen=True):
    """What a mapping loses. `says` goes on after "Lead.A (…) maps to Contact.B (…)": `values are cut at 80`."""

    kind: LossKind
    says: str
    evidence: tuple[Evidence, ...] = ()


def described(field: CustomField) -> str:
    """The type as people say it: `text 255`, `restricted picklist`."""
    kind = {
        "LongTextArea": "long text",
        "TextArea": "text area",
        "MultiselectPicklist": "multi-select picklist",
    }
    name = kind.get(field.type, field.type.lower()) or "standard field"
    length = f" {field.length}" if field.length and field.type.casefold() in _TEXTS else ""
    return f"{'restricted ' if field.restricted else ''}{name}{length}"


def loss(index: Index, source: Written[CustomField], target: Written[CustomField]) -> Loss | None:
    """What is lost of the source's values in the target; None where nothing is, or it is not known."""
    one, other = _LIKE.get(source.fact.type.casefold(), ""), _LIKE.get(target.fact.type.casefold(), "")
    at = target.at_element("type").says(f"{target.name} is a {described(target.fact)}")
    if target.fact.formula:
        return Loss(
            LossKind.TYPE, "a formula takes no value", (target.at_element("formula").says("a formula"),)
        )
    if target.fact.type.casefold() in ("autonumber", "summary"):
        return Loss(LossKind.TYPE, "Salesforce alone sets it", (at,))
    if not one or not other:
        return None
    if one != other and (one, other) not in _FITS:
        return Loss(LossKind.TYPE, "these types do not fit, and nothing arrives", (at,))
    match one, other:
        case "lookup", "lookup":
            return _other_object(source, target)
        case "multi-select", "text":
            return Loss(
                LossKind.PRECISION, "several values become one text, which reports cannot take apart", (at,)
            )
        case (("picklist" | "multi-select"), ("picklist" | "multi-select")):
            return _refused(index, source, target)
        case "text", "picklist":
            return _any_text(target)
        case "date", "date":
            shorter = (source.fact.type.casefold(), target.fact.type.casefold()) == ("datetime", "date")
            return Loss(LossKind.PRECISION, "the time of day is dropped", (at,)) if shorter else None
        case (("text" | "picklist"), "text"):
            return _cut(index, source, target)
    return None


def _other_object(source: Written[CustomField], target: Written[CustomField]) -> Loss | None:
    one, other = source.fact.reference_to, target.fact.reference_to
    if not one or not other or {n.casefold() for n in one} <= {n.casefold() for n in other}:
        return None
    says = f"the one looks up {one[0]}, the other {other[0]}, and nothing arrives"
    return Loss(LossKind.TYPE, says, (target.at_element("referenceTo").says(f"looks up {other[0]}"),))


def _refused(index: Index, source: Written[CustomField], target: Written[CustomField]) -> Loss | None:
    """Values of the source that a restricted picklist does not have."""
    if not target.fact.restricted:
        return None
    given = picklist_of(index, source.fact.object, source.fact.field)
    taken = picklist_of(index, target.fact.object, target.fact.field)
    if given is None or taken is None:
        return None
    known = {value.casefold() for value in taken.values}
    missing = [value for value in given.values if value.casefold() not in known]
    if not missing:
        return None
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    says = f"it refuses {', '.join(missing[:_SHOWN])}{more}"
    return Loss(LossKind.VALUES, says, (*given.evidence, *taken.evidence))


def _any_text(target: Written[CustomField]) -> Loss | None:
    if not target.fact.restricted:
        return None
    at = target.at_element("type").says(f"{target.name} is a {described(target.fact)}")
    return Loss(LossKind.VALUES, "it refuses every text that is none of its values", (at,))


def _cut(index: Index, source: Written[CustomField], target: Written[CustomField]) -> Loss | None:
    """Values that are longer than the target, or may be."""
    room = _length(target.fact)
    longest = _length(source.fact)
    if "picklist" in source.fact.type.casefold():
        values = picklist_of(index, source.fact.object, source.fact.field)
        longest = max(map(len, values.values), default=0) if values else None
    if room is None or longest is None or longest <= room:
        return None
    evidence = (
        source.at_element("length").says(f"{source.name} holds {longest} characters"),
        target.at_element("length").says(f"{target.name} holds {room} characters"),
    )
    return Loss(LossKind.LENGTH, f"values are cut at {room}", evidence)


def _length(field: CustomField) -> int | None:
    return field.length or _LENGTHS.get(field.type.casefold())
