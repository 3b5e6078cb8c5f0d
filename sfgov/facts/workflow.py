"""Workflow rules and their actions, one file an object."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact, Mark


class WorkflowFieldUpdate(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A field update. `target_object` is the relationship field to the record that it changes, if not the own one."""

    name: str
    field: str
    line: int
    operation: str = ""
    """`Literal`, `Formula`, `Null`, `LookupValue`, `NextValue`, `PreviousValue`."""
    literal: str = ""
    formula: str = ""
    target_object: str = ""
    reevaluates: bool = False
    """`reevaluateOnChange`: workflow rules run again after it."""


class WorkflowCriterion(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One criterion of a rule: `field` is `Object.Field`; `values` as written, separated by commas."""

    field: str
    operation: str
    values: str
    line: int


class WorkflowRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A rule. `actions` are (type, name) of what it does at once, such as (`FieldUpdate`, `Set_Status`)."""

    name: str
    line: int
    active: bool = False
    trigger_type: str = ""
    """`onAllChanges`, `onCreateOnly`, `onCreateOrTriggeringUpdate`, `OnRecursiveUpdate`."""
    formula: str = ""
    criteria: tuple[WorkflowCriterion, ...] = ()
    boolean_filter: str = ""
    actions: tuple[tuple[str, str], ...] = ()


class OutboundMessage(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A SOAP message that is sent to an address outside. `url_line` is 0 where the file has no address."""

    name: str
    line: int
    url: str = ""
    url_line: int = 0
    session_id: Mark = 0
    """`includeSessionId`: the receiver gets a session of the user in whose name it is sent."""


class Workflow(Fact, frozen=True, kw_only=True):
    """What workflow does on one object, whose name it bears; or one piece of it in a file of its own."""

    rules: tuple[WorkflowRule, ...] = ()
    field_updates: tuple[WorkflowFieldUpdate, ...] = ()
    alerts: tuple[str, ...] = ()
    """The names of its e-mail alerts, which flows call as `Object.Name`."""
    outbound_messages: tuple[OutboundMessage, ...] = ()
