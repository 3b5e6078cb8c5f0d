"""APX008, about rights that code takes for itself: no comment says why, and people from outside come to it."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity
from sfgov.check import Outcome
from sfgov.model.elevated import Elevated, ElevatedCode
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.whose import classes_of
from sfgov_checks.access.who import OUTSIDE, titled

_SHOWN = 5
_WHOSE = {
    "guest": "people who are not logged in",
    "external": "people from outside the company",
    "agent": "an AI agent",
}


def unexplained(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Classes without sharing, and statements in system mode, that guests, external users and agents come to."""
    bundles = [b for b in org.permissions.bundles() if classes_of(b, policy) & {*OUTSIDE, "agent"}]
    for found in ElevatedCode(org.apex, org.flows).reached_by(bundles):
        yield _finding(found, policy)


def _finding(found: Elevated, policy: Policy) -> Finding:
    door, first = found.door, found.statements[0]
    classes = classes_of(door.bundle, policy)
    who = next(words for one, words in _WHOSE.items() if one in classes)
    name = first.method.method.owner if found.without_sharing else first.method.name
    does = "works without sharing" if found.without_sharing else "works in system mode"
    return Finding(
        f"{name} {does}, and no comment says why; {titled(door.bundle)} lets {who} come to it.",
        at=_place(found),
        because=[*door.evidence, *found.way, *_shown(found)],
        severity=Severity.MEDIUM,
        confidence=None if door.grant.certain else Confidence.LOW,
        fix="Say in a comment beside the keyword or the mode why the caller's own rights are not enough, or work with "
        "sharing and in user mode.",
        subject=f"{first.method.method.owner}: no reason",
    )


def _place(found: Elevated) -> Place:
    method = found.method
    if found.without_sharing and method.owner:
        return method.written.at(method.owner.line, method.owner.name)
    return method.at(found.statements[0].operation)


def _shown(found: Elevated) -> Iterator[Evidence]:
    how = "without sharing" if found.without_sharing else "in system mode"
    for statement in found.statements[:_SHOWN]:
        yield statement.method.at(statement.operation).says(f"{statement.effect}, {how}")
