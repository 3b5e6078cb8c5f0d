"""Which fields are sensitive in the policy's terms, and how several of them are put into a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from sfgov.model.classification import STANDARD_SENSITIVE, SensitiveField, Sensitivity
from sfgov.policy import Classification, Policy

SHOWN = 5
_GRAVEST = {"PHI", "PCI"}


def sensitivity(policy: Policy) -> Sensitivity:
    """What the policy calls sensitive, for the model."""
    terms = policy.classification
    return Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)


def is_restricted(field: SensitiveField, terms: Classification) -> bool:
    """Whether its level is a restricted one, or it is protected health or card data."""
    levels = {level.casefold() for level in terms.restricted_levels}
    return field.level.casefold() in levels or bool(_GRAVEST & {group.upper() for group in field.groups})


def is_standard_sensitive(object_name: str, field: str) -> bool:
    """Whether it is one of the standard fields that hold personal data in every org."""
    known = next((f for o, f in STANDARD_SENSITIVE.items() if o.casefold() == object_name.casefold()), ())
    return field.casefold() in {one.casefold() for one in known}


def some_of(names: Sequence[str]) -> str:
    """`A, B, C`; of many the first few and how many more."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
