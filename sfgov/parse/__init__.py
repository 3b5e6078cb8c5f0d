"""One file → its facts: a pure function of the file's bytes, so that it can run in any process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from sfgov.facts import AnyFact, Component, Fact, Problem
from sfgov.parse import (
    access,
    agent_tests,
    agents,
    apps,
    bots,
    endpoints,
    filters,
    governance,
    leads,
    masking,
    objects,
    pages,
    permissions,
    prompts,
    protection,
    records,
    workflow,
)
from sfgov.parse import flow as flows
from sfgov.parse.agent_script import read_agent_script
from sfgov.parse.apex import read_apex, read_apex_meta
from sfgov.parse.xml import Element, Unreadable, read_xml
from sfgov.project.source import SourceFile

XmlReader = Callable[[Element, SourceFile], Iterable[Fact]]

_BY_ROOT: dict[str, XmlReader] = {
    **access.READERS,
    **agent_tests.READERS,
    **agents.READERS,
    **apps.READERS,
    **bots.READERS,
    **endpoints.READERS,
    **filters.READERS,
    **flows.READERS,
    **leads.READERS,
    **masking.READERS,
    **objects.READERS,
    **pages.READERS,
    **permissions.READERS,
    **prompts.READERS,
    **protection.READERS,
    **records.READERS,
    **workflow.READERS,
    "ApexClass": read_apex_meta,
    "ApexTrigger": read_apex_meta,
}
"""By root element, which has the last word on what a file is: folders and suffixes serve several types."""

_BY_TYPE: dict[str, Callable[[bytes, SourceFile], Iterable[Fact | Problem]]] = {
    "MaskingTemplate": masking.read_template,
    "DataMaskExport": masking.read_export,
    "RetentionDeclaration": governance.read_retention,
    "BackupDeclaration": governance.read_backup,
    "AgentTestSpec": agent_tests.read_spec,
}


class Parsed(msgspec.Struct, frozen=True, array_like=True):
    """What one file gave."""

    facts: tuple[AnyFact, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile, data: bytes) -> Parsed:
    """Read one file. Never raises for anything that is in the file: what is wrong becomes a problem."""
    facts: list[AnyFact] = []
    problems: list[Problem] = []
    try:
        for outcome in _read(source, data):
            if isinstance(outcome, Problem):
                problems.append(outcome)
            else:
                facts.append(outcome)  # type: ignore[arg-type]
    except Unreadable as unreadable:
        problems.append(Problem(unreadable.reason, unreadable.line))
    except RecursionError:
        problems.append(Problem("the file is nested too deeply to be read"))
    except Exception as error:  # noqa: BLE001  a fault of ours in one file must not hide the other files' findings
        problems.append(
            Problem(f"sfgov stumbled over it ({type(error).__name__}: {error}); please report this")
        )
    return Parsed(tuple(facts), tuple(problems))


def _read(source: SourceFile, data: bytes) -> Iterable[Fact | Problem]:
    if source.type in _BY_TYPE:
        return _BY_TYPE[source.type](data, source)
    if source.role == "schema":
        return agents.read_schema(data, source)
    if source.role == "body":
        return (
            read_agent_script(data, source) if source.type == "AiAuthoringBundle" else read_apex(data, source)
        )
    if _is_hidden(data):
        return ()
    document = read_xml(data)
    # Every kind of settings has a root element of its own, and every release brings new kinds.
    other = records.read_settings if source.type == "Settings" else None
    reader = _BY_ROOT.get(document.tag, other)
    if reader is None:
        return (Component(name=source.name, line=document.line, root=document.tag),)
    return reader(document.root(), source)


def _is_hidden(data: bytes) -> bool:
    """Managed packages' files are retrieved with `(hidden)` in place of their content."""
    return re.fullmatch(rb"\s*\(hidden\)\s*", data[:64]) is not None
