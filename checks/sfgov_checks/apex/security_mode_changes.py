"""APX008, about a change: an API version that goes over 67, so that code enforces permissions, or no longer does."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sfgov import Finding
from sfgov.check import Outcome
from sfgov.facts import ApexMeta
from sfgov.model.apex import Apex
from sfgov.model.apex.modes import USER_MODE_SINCE
from sfgov.model.apex.statements import SavedClass
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov_checks.principals import counted


def changed_meaning(org: Org, classes: tuple[SavedClass, ...]) -> Iterator[Outcome]:
    """The classes that were saved on the other side of 67 before the change."""
    if org.earlier is None:
        return
    before = Apex(org.earlier)
    for saved in classes:
        now, old = org.apex.meta(saved.written), before.meta(saved.written)
        version = old.fact.api_version if old else None
        if now is None or version is None or not saved.implicit:
            continue
        if (version >= USER_MODE_SINCE) != saved.runs_in_user_mode:
            yield _finding(saved, now, version)


def _finding(saved: SavedClass, now: Written[ApexMeta], version: float) -> Finding:
    """At the changed line; the evidence names every statement that now means something else."""
    name = saved.written.name
    did, will = ("ignored", "enforce") if saved.runs_in_user_mode else ("enforced", "ignore")
    shares = "is with sharing" if saved.runs_in_user_mode else "takes over the sharing of its caller"
    sharing = "" if saved.says_sharing else f"; without a sharing keyword, the class now {shares}"
    place = replace(now.at_element("apiVersion"), component=saved.written.component)
    return Finding(
        f"{name} goes from API {version:g} to {saved.api_version:g}: {counted(len(saved.implicit), 'statement')} "
        f"without a mode {did} the user's object and field permissions and will now {will} them{sharing}.",
        at=place,
        because=[
            place.says(f"saved at API {saved.api_version:g}, before the change at {version:g}"),
            *(s.method.at(s.operation).says("without a mode") for s in saved.implicit),
        ],
        fix="Write down the mode of each statement, and a sharing keyword, so that the class means the same at both "
        "versions; then test it as a user with few permissions.",
        subject=f"{name}: crosses {USER_MODE_SINCE:g}",
    )
