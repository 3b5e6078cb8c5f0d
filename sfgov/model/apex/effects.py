"""What a single Apex operation does to the outside: which governor limit it spends, on which object, in which mode."""

from __future__ import annotations

import re
from enum import StrEnum

from sfgov.facts.apex import Operation


class Effect(StrEnum):
    """A kind of work that the platform limits per transaction, in words a message can use."""

    QUERY = "SOQL query"
    SEARCH = "SOSL search"
    DML = "DML"
    CALLOUT = "callout"
    ENQUEUE = "enqueued job"
    EMAIL = "e-mail"
    PUBLISH = "published event"
    APPROVAL = "approval request"
    SCHEDULE = "scheduled job"
    FUTURE = "future call"
    DESCRIBE = "describe call"
    """Of all objects, or of objects by name: no limit, but it takes milliseconds each time."""

    @property
    def phrase(self) -> str:
        """What a method with this effect does, as part of a sentence: `makes a SOQL query`."""
        return _PHRASES[self]

    @property
    def noun(self) -> str:
        """The effect with its article: `a SOQL query`."""
        return _NOUNS[self]


_PHRASES = {
    Effect.QUERY: "makes a SOQL query",
    Effect.SEARCH: "makes a SOSL search",
    Effect.DML: "makes a DML call",
    Effect.CALLOUT: "makes a callout",
    Effect.ENQUEUE: "enqueues a job",
    Effect.EMAIL: "sends an e-mail",
    Effect.PUBLISH: "publishes an event",
    Effect.APPROVAL: "makes an approval request",
    Effect.SCHEDULE: "schedules a job",
    Effect.FUTURE: "makes a future call",
    Effect.DESCRIBE: "makes a describe call",
}
_NOUNS = {
    Effect.QUERY: "a SOQL query",
    Effect.SEARCH: "a SOSL search",
    Effect.DML: "a DML call",
    Effect.CALLOUT: "a callout",
    Effect.ENQUEUE: "an enqueued job",
    Effect.EMAIL: "an e-mail",
    Effect.PUBLISH: "a published event",
    Effect.APPROVAL: "an approval request",
    Effect.SCHEDULE: "a scheduled job",
    Effect.FUTURE: "a future call",
    Effect.DESCRIBE: "a describe call",
}

DATABASE_WORK = frozenset({Effect.QUERY, Effect.SEARCH, Effect.DML})
"""What APX001 is about; the rest is APX002's."""
LOOK_UPS = frozenset({Effect.QUERY, Effect.SEARCH, Effect.CALLOUT, Effect.DESCRIBE})
"""Work for the sake of its result, which can be remembered."""

_DML_METHODS = frozenset(
    {
        "insert", "update", "upsert", "delete", "undelete", "merge", "convertlead", "emptyrecyclebin",
        "insertimmediate", "updateimmediate", "deleteimmediate", "insertasync", "updateasync", "deleteasync",
        "setsavepoint", "rollback",
    }
)  # fmt: skip
_QUERY_METHODS = frozenset(
    {
        "query",
        "querywithbinds",
        "countquery",
        "countquerywithbinds",
        "getquerylocator",
        "getquerylocatorwithbinds",
    }
)
_STATIC_CALLS: dict[tuple[str, str], Effect] = {
    **{("database", name): Effect.DML for name in _DML_METHODS},
    **{("database", name): Effect.QUERY for name in _QUERY_METHODS},
    ("database", "executebatch"): Effect.ENQUEUE,
    ("search", "query"): Effect.SEARCH,
    ("search", "find"): Effect.SEARCH,
    ("search", "suggest"): Effect.SEARCH,
    ("system", "enqueuejob"): Effect.ENQUEUE,
    ("system", "schedule"): Effect.SCHEDULE,
    ("system", "schedulebatch"): Effect.SCHEDULE,
    ("messaging", "sendemail"): Effect.EMAIL,
    ("messaging", "sendemailmessage"): Effect.EMAIL,
    ("messaging", "renderemailtemplate"): Effect.QUERY,
    ("messaging", "renderstoredemailtemplate"): Effect.QUERY,
    ("eventbus", "publish"): Effect.PUBLISH,
    ("approval", "process"): Effect.APPROVAL,
    ("approval", "lock"): Effect.APPROVAL,
    ("approval", "unlock"): Effect.APPROVAL,
    ("webservicecallout", "invoke"): Effect.CALLOUT,
    ("schema", "getglobaldescribe"): Effect.DESCRIBE,
    ("schema", "describesobjects"): Effect.DESCRIBE,
}
_STATEMENTS = {"soql": Effect.QUERY, "sosl": Effect.SEARCH, "dml": Effect.DML}
_NAMES = frozenset(name for _, name in _STATIC_CALLS) | {"send"}
_NEW_HTTP = re.compile(r"new\s+(?:system\.)?http\s*\(\s*\)", re.IGNORECASE)


def is_quiet(operation: Operation) -> bool:
    """Whether an operation has no effect by itself, whatever its receiver is: as most have."""
    if operation.kind == "call":
        return operation.name.casefold() not in _NAMES
    return operation.kind not in _STATEMENTS


def effect_of(operation: Operation, receiver_type: str = "") -> Effect | None:
    """The effect of one operation by itself, without following calls. Queries of custom metadata are not limited.

    `receiver_type` is the declared type of the receiver where it is known: `http.send(…)` is a callout only when
    `http` is an `Http`.
    """
    if operation.kind in _STATEMENTS:
        return None if operation.name[-5:].casefold() == "__mdt" else _STATEMENTS[operation.kind]
    if is_quiet(operation):
        return None
    name = operation.name.casefold()
    if name == "send":
        is_http = receiver_type.casefold().removeprefix("system.") == "http"
        return Effect.CALLOUT if is_http or _NEW_HTTP.fullmatch(operation.receiver) else None
    receiver = operation.receiver.casefold().removeprefix("system.")
    return _STATIC_CALLS.get((receiver, name))
