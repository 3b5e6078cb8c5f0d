"""Findings of other tools: a SARIF log becomes checks, one for each of its rules, that say what the log says.

So they take part in everything that ours take part in: reports, baseline, waivers, comments in code and the gate. The
code of such a check is the tool's name and the rule's own, `pmd/ApexDoc`; no check of ours has a slash in its code.
"""

from sfgov.imported.checks import Imported, imported
from sfgov.imported.sarif import Log, SarifError, read_log

__all__ = ["Imported", "Log", "SarifError", "imported", "read_log"]
