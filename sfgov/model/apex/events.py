"""What a trigger's event decides: `Trigger.isDelete`, `Trigger.operationType`, and what frameworks make of them."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sfgov.model.apex.conditions import Decide

_COMPARED_EVENT = re.compile(r"[\w.]+(==|!=)(?:[\w.]+\.)?(before|after)_?(insert|update|delete|undelete)")
"""`Trigger.operationType == TriggerOperation.BEFORE_DELETE`, and the enums of handler frameworks."""
_OPERATION = re.compile(r"\b(before|after)_(insert|update|delete|undelete)\b")
_TRUTH = re.compile(r"(.+?)(==|!=)(true|false)")
_SWITCHES = ("before", "after", "insert", "update", "delete", "undelete")


@cache
def trigger_event(timing: str, event: str) -> Decide:
    """What holds during one event: `before`, `delete`."""
    switches = {f"is{name}": name in (timing, event) for name in _SWITCHES}
    switches["isexecuting"] = True
    operation = f"{timing}_{event}"

    @lru_cache(maxsize=8192)
    def decide(atom: str) -> bool | None:
        if atom.startswith("when "):
            named = {f"{t}_{e}" for t, e in _OPERATION.findall(atom)}
            return operation in named if named else None
        truth = _TRUTH.fullmatch(atom)
        if truth:
            value = decide(truth[1])
            return None if value is None else value == ((truth[2] == "==") == (truth[3] == "true"))
        compared = _COMPARED_EVENT.fullmatch(atom)
        if compared:
            return (f"{compared[2]}_{compared[3]}" == operation) == (compared[1] == "==")
        return switches.get(
            atom.rpartition(".")[2]
        )  # also where a framework keeps it in a member of that name

    return decide
