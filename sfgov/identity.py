"""What makes a finding the same finding tomorrow.

The identity is built from the check's code, the component and the finding's subject, never from a path,
line, column, message or severity: moving or reformatting a file, or rewording a message, keeps it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator


def fingerprints(keys: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """One fingerprint per (check code, component, subject), in order; true twins are told apart by number."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for code, component, subject in keys:
        key = (code, component.casefold(), subject.casefold())
        text = "\0".join((*key, str(seen[key])))
        seen[key] += 1
        yield hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
