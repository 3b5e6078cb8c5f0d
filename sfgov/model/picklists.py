"""The values that a picklist, or an object's record types, can have."""

from __future__ import annotations

import msgspec

from sfgov.facts import CustomField, GlobalValueSet, RecordType, StandardValueSet
from sfgov.model.index import Index, Written
from sfgov.place import Evidence

_STANDARD = {
    "Case.Status": "CaseStatus",
    "Contract.Status": "ContractStatus",
    "Lead.Status": "LeadStatus",
    "Opportunity.StageName": "OpportunityStage",
    "Order.Status": "OrderStatus",
    "Quote.Status": "QuoteStatus",
    "Task.Status": "TaskStatus",
}
"""Standard status fields, whose values no field file holds."""


class Picklist(msgspec.Struct, frozen=True):
    """The active values of a field, and the line that they are written below."""

    field: str
    values: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def picklist_of(index: Index, object_name: str, field: str) -> Picklist | None:
    """The values of a picklist; of `RecordType.DeveloperName`, the names of the active record types.

    None where it is no picklist, or its values are not in the tree.
    """
    if field.casefold() == "recordtype.developername":
        return _record_types(index, object_name)
    written = index.get(CustomField, f"{object_name}.{field}")
    if written is not None and written.fact.picklist_values:
        said = written.at_element("type").says(f"the values of {written.name}")
        return Picklist(written.fact.field, written.fact.picklist_values, (said,))
    if written is not None and written.fact.value_set_name:
        return _shared(index.get(GlobalValueSet, written.fact.value_set_name), written.name)
    wanted = f"{object_name}.{field}".casefold()
    standard = next((name for name in _STANDARD if name.casefold() == wanted), "")
    return _shared(index.get(StandardValueSet, _STANDARD[standard]), standard) if standard else None


def _shared(found: Written[GlobalValueSet] | Written[StandardValueSet] | None, name: str) -> Picklist | None:
    if found is None or not found.fact.values:
        return None
    return Picklist(name.partition(".")[2], found.fact.values, (found.at().says(f"the values of {name}"),))


def _record_types(index: Index, object_name: str) -> Picklist | None:
    found = [
        one
        for one in index.all(RecordType)
        if one.name.casefold().startswith(f"{object_name.casefold()}.") and one.fact.active
    ]
    if not found:
        return None
    return Picklist(
        "RecordType.DeveloperName",
        tuple(one.name.partition(".")[2] for one in found),
        (found[0].at().says(f"the record types of {object_name}"),),
    )
