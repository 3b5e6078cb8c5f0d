"""sfgov: a governance gate for Salesforce metadata."""

from sfgov.check import Check, Confidence, Finding, NotChecked, Ruleset, Severity, check
from sfgov.place import Evidence, Place

__version__ = "0.1.0"
__all__ = [
    "Check",
    "Confidence",
    "Evidence",
    "Finding",
    "NotChecked",
    "Place",
    "Ruleset",
    "Severity",
    "__version__",
    "check",
]
