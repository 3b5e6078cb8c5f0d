"""Conditions as Apex writes them, decided as far as a trigger's event decides them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sfgov.facts.apex import Guard

_TOKEN = re.compile(r"&&|\|\||!(?!=)|[()]|(?:'(?:[^'\\]|\\.)*'|[^&|!()']|!=)+")
_COMPARED_EVENT = re.compile(r"[\w.]+(==|!=)(?:[\w.]+\.)?(before|after)_?(insert|update|delete|undelete)")
"""`Trigger.operationType == TriggerOperation.BEFORE_DELETE`, and the enums of handler frameworks."""
_OPERATION = re.compile(r"\b(before|after)_(insert|update|delete|undelete)\b")


def trigger_context(timing: str, event: str) -> dict[str, bool]:
    """What `Trigger.isBefore`, `Trigger.isDelete` … say during one event (`before`, `delete`)."""
    context = {f"trigger.is{name}": name == timing for name in ("before", "after")}
    context |= {f"trigger.is{name}": name == event for name in ("insert", "update", "delete", "undelete")}
    context["trigger.isexecuting"] = True
    return context


def holds(guard: Guard, context: Mapping[str, bool], operation: str) -> bool | None:
    """Whether a guard lets statements run in that context; None where the context does not decide it.

    `operation` is the event as `System.TriggerOperation` spells it, in lower case: `before_delete`.
    """
    condition = guard.condition.casefold()
    if guard.kind == "when":
        named = {f"{timing}_{event}" for timing, event in _OPERATION.findall(condition)}
        return operation in named if named else None
    if guard.kind not in ("if", "else", "after-exit", "ternary"):
        return None
    value = evaluate(condition, context, operation)
    if guard.kind in ("else", "after-exit"):
        return None if value is None else not value
    return value


def evaluate(condition: str, context: Mapping[str, bool], operation: str = "") -> bool | None:
    """Three-valued value of a condition with `&&`, `||`, `!` and brackets; unknown names are unknown."""
    tokens = [token.strip() for token in _TOKEN.findall(condition.casefold())]
    parser = _Conditions([token for token in tokens if token], context, operation)
    value = parser.any_of()
    return value if parser.done else None


class _Conditions:
    def __init__(self, tokens: list[str], context: Mapping[str, bool], operation: str) -> None:
        self._tokens = tokens
        self._at = 0
        self._context = context
        self._operation = operation

    @property
    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def _peek(self) -> str:
        return "" if self.done else self._tokens[self._at]

    def any_of(self) -> bool | None:
        values = [self._all_of()]
        while self._peek() == "||":
            self._at += 1
            values.append(self._all_of())
        return True if True in values else None if None in values else False

    def _all_of(self) -> bool | None:
        values = [self._one()]
        while self._peek() == "&&":
            self._at += 1
            values.append(self._one())
        return False if False in values else None if None in values else True

    def _one(self) -> bool | None:
        token = self._peek()
        self._at += 1
        if token == "!":
            value = self._one()
            return None if value is None else not value
        if token == "(":
            value = self.any_of()
            self._at += self._peek() == ")"
            return value
        return self._atom(token)

    def _atom(self, token: str) -> bool | None:
        text = re.sub(r"\s+", "", token)
        if self._peek() == "(":  # a call: its brackets belong to the atom, and nothing is known of it
            self._skip_call()
            return None
        truth = re.fullmatch(r"(.+?)==(true|false)", text)
        if truth:
            value = self._switch(truth[1])
            return None if value is None else value == (truth[2] == "true")
        named = _COMPARED_EVENT.fullmatch(text)
        if named and self._operation:
            return (f"{named[2]}_{named[3]}" == self._operation) == (named[1] == "==")
        return self._switch(text)

    def _switch(self, name: str) -> bool | None:
        """`Trigger.isDelete`, also where a handler framework keeps it in a member of that name."""
        return self._context.get("trigger." + name.rpartition(".")[2])

    def _skip_call(self) -> None:
        """Past a call and whatever is compared with its result, up to the next connective at this level."""
        depth = 0
        while not self.done:
            token = self._peek()
            if depth == 0 and token in ("&&", "||", ")"):
                return
            depth += (token == "(") - (token == ")")
            self._at += 1
