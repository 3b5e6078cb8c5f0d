"""Which objects hold fields that are classified as sensitive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sfgov.facts import CustomField
from sfgov.model.classification import SensitiveField, Sensitivity, classified_fields
from sfgov.model.org import Org
from sfgov.policy import Policy


def classified_objects(org: Org, policy: Policy) -> Mapping[str, tuple[SensitiveField, ...]]:
    """The objects with classified fields, by name; of each, those of a restricted level first."""
    terms = policy.classification
    sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
    found: defaultdict[str, list[SensitiveField]] = defaultdict(list)
    for field in classified_fields(org.index, sensitivity):
        found[field.object].append(field)
    restricted = {level.casefold() for level in terms.restricted_levels}
    return {
        name: tuple(sorted(fields, key=lambda field: field.level.casefold() not in restricted))
        for name, fields in sorted(found.items())
    }


def why_nothing_is_classified(org: Org) -> str:
    """What to say where no object holds a classified field."""
    if not org.retrieved(CustomField):
        return "CustomField was not retrieved, so which fields are classified is unknown"
    return "no field here is classified as sensitive"


def named(fields: tuple[SensitiveField, ...]) -> str:
    """`SSN__c (Restricted, PII, HIPAA) and 3 more classified fields`."""
    first = f"{fields[0].field} ({fields[0].classification})"
    more = len(fields) - 1
    return first + (f" and {more} more classified field{'s' if more > 1 else ''}" if more else "")
