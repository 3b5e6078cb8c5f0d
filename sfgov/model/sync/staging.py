"""Objects that only pass records on: what an import loads before it is checked and copied."""

from __future__ import annotations

import re

_STAGING = re.compile(
    r"(?:^|_|(?<=[a-z0-9]))(?:Stag(?:e|ing|ed)|Import(?:ed|s)?|Loads?|Loader|Archived?|History|Snapshots?|Backup|Temp|Tmp|"
    r"Inbound|Outbound|Inbox|Buffer|Log|Logs|Audit|Error|Errors|Queue)(?=_|[A-Z0-9]|$)",
    re.IGNORECASE,
)


def is_staging(object_name: str) -> bool:
    """Whether an object's name says that its records are on their way, or a record of the past."""
    return _STAGING.search(re.sub(r"__(?:c|e|b)$", "", object_name, flags=re.IGNORECASE)) is not None
