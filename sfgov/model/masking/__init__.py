"""Masking: which fields of a sandbox copy hold invented values, and what says so."""

from sfgov.model.masking.coverage import Coverage, CoverageState, Masking, MaskSource
from sfgov.model.masking.records import RecordColumns
from sfgov.model.masking.statements import (
    MaskedObject,
    MaskExempt,
    MaskRule,
    Origin,
    RowFilter,
    Unseen,
)

__all__ = [
    "Coverage",
    "CoverageState",
    "MaskExempt",
    "MaskRule",
    "MaskSource",
    "MaskedObject",
    "Masking",
    "Origin",
    "RecordColumns",
    "RowFilter",
    "Unseen",
]
