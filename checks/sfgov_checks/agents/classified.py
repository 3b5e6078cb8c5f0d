"""The fields that an org calls sensitive, by name, for checks of what agents and prompts see."""

from __future__ import annotations

from sfgov.model.classification import SensitiveField, Sensitivity, classified_fields
from sfgov.model.org import Org
from sfgov.policy import Policy

_GRAVEST = {"PHI", "PCI"}


def classified(org: Org, policy: Policy) -> dict[str, SensitiveField]:
    """`object.field` in lower case → the field as it is classified."""
    terms = policy.classification
    sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
    return {field.name.casefold(): field for field in classified_fields(org.index, sensitivity)}


def is_restricted(field: SensitiveField, policy: Policy) -> bool:
    """Whether its level is a restricted one, or it is protected health or card data."""
    levels = {level.casefold() for level in policy.classification.restricted_levels}
    return field.level.casefold() in levels or not _GRAVEST.isdisjoint(one.upper() for one in field.groups)
