"""Findings of one check that are too many to be read: those about one component become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov import Finding
from sfgov.place import Evidence
from sfgov_checks.principals import counted

MOST = 100
"""Findings of one check."""


def readable(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, or where they are more than a hundred, one for each component and file.

    It is the first in the file, with its identity, so that a baseline which knew that one still knows it. All others
    are evidence.
    """
    found = list(findings)
    if len(found) <= MOST:
        yield from found
        return
    by_file: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in found:
        by_file[finding.at.component, finding.at.path].append(finding)
    for some in by_file.values():
        yield _together(sorted(some, key=lambda finding: finding.at))


def _together(some: Sequence[Finding]) -> Finding:
    first, *others = some
    if not others:
        return first
    evidence = [*first.because, *(step for other in others for step in _told(other))]
    more = f"{counted(len(others), 'more finding')} of the kind in this file: see the evidence."
    return msgspec.structs.replace(
        first, message=f"{first.message} {more}", because=list(dict.fromkeys(evidence))
    )


def _told(finding: Finding) -> Iterator[Evidence]:
    yield finding.at.says(finding.message)
    yield from finding.because
