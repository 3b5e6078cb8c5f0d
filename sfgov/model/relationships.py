"""Which objects hang together, and by which field: relationship names resolved from field facts."""

from __future__ import annotations

from sfgov.facts.objects import CustomField
from sfgov.model.index import Index


class Relationships:
    """Parents and children by relationship name. Names compare without case; what is not known is empty."""

    def __init__(self, index: Index) -> None:
        self._parents: dict[tuple[str, str], str] = {}
        self._children: dict[tuple[str, str], str] = {}
        for written in index.all(CustomField):
            field = written.fact
            if len(field.reference_to) == 1:
                parent = field.reference_to[0]
                self._parents[field.object.casefold(), _parent_name(field.field).casefold()] = parent
            for parent in field.reference_to:
                if field.relationship_name:
                    child_name = _child_name(field).casefold()
                    self._children[parent.casefold(), child_name] = field.object

    def parent(self, object_name: str, relationship: str) -> str:
        """The object that `Account.Parent__r` or `Contact.Account` leads up to."""
        return self._parents.get((object_name.casefold(), relationship.casefold()), "")

    def children(self, object_name: str, relationship: str) -> str:
        """The object of the records in `Invoice__c.Lines__r`."""
        return self._children.get((object_name.casefold(), relationship.casefold()), "")


def _parent_name(field: str) -> str:
    """`Parent__c` is followed as `Parent__r`, `AccountId` as `Account`."""
    return f"{field[:-1]}r" if field.casefold().endswith("__c") else field.removesuffix("Id")


def _child_name(field: CustomField) -> str:
    custom = field.field.casefold().endswith("__c")
    return f"{field.relationship_name}__r" if custom else field.relationship_name
