"""Where Apex starts to run: triggers, jobs, services, pages. It says how many records may be there at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from sfgov.facts.apex import ApexType
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.types import Types


class Entry(StrEnum):
    """A kind of entry point, in words a message can use."""

    TRIGGER = "trigger"
    BATCH = "batch job"
    QUEUEABLE = "queueable job"
    SCHEDULABLE = "scheduled job"
    FUTURE = "future method"
    INVOCABLE = "invocable method"
    REST = "REST service"
    WEB_SERVICE = "web service"
    EMAIL = "e-mail service"
    AURA = "Lightning controller"
    REMOTE = "remote action"
    PAGE = "Visualforce controller"
    FRAMEWORK = "method that a framework calls"
    """Of a type from outside the tree: a managed base class, or an interface of Salesforce's own."""


BULK = frozenset(
    {
        Entry.TRIGGER,
        Entry.BATCH,
        Entry.QUEUEABLE,
        Entry.SCHEDULABLE,
        Entry.FUTURE,
        Entry.INVOCABLE,
        Entry.REST,
        Entry.WEB_SERVICE,
        Entry.EMAIL,
    }
)
"""Entries through which many records may come in one transaction; through the others, one user's."""

BY_PEOPLE = frozenset({Entry.AURA, Entry.REMOTE, Entry.REST, Entry.WEB_SERVICE})
"""Entries that a user or another system calls; the class must be in a profile or permission set."""

_ANNOTATIONS = {
    "future": Entry.FUTURE,
    "invocablemethod": Entry.INVOCABLE,
    "auraenabled": Entry.AURA,
    "remoteaction": Entry.REMOTE,
    **dict.fromkeys(("httpget", "httppost", "httpput", "httppatch", "httpdelete"), Entry.REST),
}
_INTERFACES = {
    "database.batchable": (Entry.BATCH, {"start", "execute", "finish"}),
    "batchable": (Entry.BATCH, {"start", "execute", "finish"}),
    "queueable": (Entry.QUEUEABLE, {"execute"}),
    "finalizer": (Entry.QUEUEABLE, {"execute"}),
    "schedulable": (Entry.SCHEDULABLE, {"execute"}),
    "messaging.inboundemailhandler": (Entry.EMAIL, {"handleinboundemail"}),
}
_CONTEXTS = {
    Entry.BATCH: {"batchablecontext"},
    Entry.QUEUEABLE: {"queueablecontext", "finalizercontext"},
    Entry.SCHEDULABLE: {"schedulablecontext"},
    Entry.EMAIL: {"inboundemail"},
}
"""What the platform passes first; other methods of the same name are called by Apex alone."""
_TEST_HELPER = re.compile(
    r"(?:^|_|(?<=[a-z0-9]))(?:Test|TEST|Mock|MOCK|Stub|Fixture|Dummy|test|mock)(?:s|ing)?(?=[A-Z0-9_]|$)"
)
_TRIGGER_BASE = re.compile(r"trigger|sobjectdomain")
"""Names of base classes whose methods triggers call, in frameworks that may come as managed packages."""
_CONTROLLERS = ("apexpages.standardcontroller", "apexpages.standardsetcontroller")


def entries_of(linked: LinkedMethod, types: Types) -> frozenset[Entry]:
    """As what a method is called from outside of Apex; nothing where it is only called by other Apex."""
    if linked.is_test:
        return frozenset()
    method = linked.method
    if method.kind == "trigger":
        return frozenset({Entry.TRIGGER})
    found = {_ANNOTATIONS[name] for a in method.annotations if (name := a.name.casefold()) in _ANNOTATIONS}
    if "webservice" in method.modifiers:
        found.add(Entry.WEB_SERVICE)
    if method.kind == "method" and linked.owner:
        found.update(_from_interfaces(method.name.casefold(), linked, types))
    return frozenset(found)


def _from_interfaces(name: str, linked: LinkedMethod, types: Types) -> Iterator[Entry]:
    if not {"public", "global", "override"} & set(linked.method.modifiers):
        return
    for written in outside_types(linked.owner_key, types):
        bare = written.partition("<")[0].strip().casefold().removeprefix("system.")
        entry, methods = _INTERFACES.get(bare, (Entry.FRAMEWORK, set()))
        if not methods or (name in methods and _takes(linked, _CONTEXTS[entry])):
            yield Entry.TRIGGER if entry is Entry.FRAMEWORK and _TRIGGER_BASE.search(bare) else entry


def _takes(linked: LinkedMethod, contexts: set[str]) -> bool:
    parameters = linked.method.parameters
    return bool(parameters) and parameters[0].type.strip().casefold().rpartition(".")[2] in contexts


def outside_types(key: str, types: Types) -> Iterator[str]:
    """What a type extends or implements, at any depth, that is not in the tree, as written."""
    for above in sorted(types.above(key)):
        one = types.get(above)
        for name in (one.superclass, *one.interfaces) if one else ():
            if name and not types.find(name, above):
                yield name


def is_page_controller(one: ApexType) -> bool:
    """Whether a class looks like the controller or extension of a Visualforce page."""
    return any(
        (method.kind == "constructor" and any(p.type.casefold() in _CONTROLLERS for p in method.parameters))
        or method.return_type.casefold()
        in ("pagereference", "system.pagereference", "apexpages.pagereference")
        for method in one.methods
    )


def is_test_helper(owner: str) -> bool:
    """Whether a class is named as what tests are made with: `TestDataFactory`, `UTIL_Mock`."""
    return _TEST_HELPER.search(owner.partition(".")[0]) is not None
