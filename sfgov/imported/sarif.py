"""SARIF 2.1.0, as far as it says what was found where. Everything else in a log is passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

VERSION = "2.1.0"
_MOST_BYTES = 512 * 1024 * 1024


class SarifError(Exception):
    """A log that cannot be used; the message names the file and says why."""


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    pass


class Message(_Part, frozen=True):
    """A text, or the name of one in the rule, with what stands for `{0}` in it."""

    text: str = ""
    id: str = ""
    arguments: tuple[str, ...] = ()


class ArtifactLocation(_Part, frozen=True):
    """A file: by its address, from a base or not, or as one of the run's artifacts."""

    uri: str = ""
    uri_base_id: str = ""
    index: int = -1


class Region(_Part, frozen=True):
    """Where in the file."""

    start_line: int = 1
    start_column: int = 1


class PhysicalLocation(_Part, frozen=True):
    """A file, and where in it."""

    artifact_location: ArtifactLocation = ArtifactLocation()
    region: Region | None = None


class LogicalLocation(_Part, frozen=True):
    """A class, a method, an element."""

    name: str = ""
    fully_qualified_name: str = ""


class Location(_Part, frozen=True):
    """A place."""

    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] | None = None
    message: Message = Message()


class Configuration(_Part, frozen=True):
    """How severe a rule is by default."""

    level: str = ""


class Rule(_Part, frozen=True):
    """What a tool says of one of its rules."""

    id: str
    name: str = ""
    short_description: Message = Message()
    full_description: Message = Message()
    help: Message = Message()
    help_uri: str | None = None
    default_configuration: Configuration = Configuration()
    message_strings: Mapping[str, Message] = {}
    properties: Mapping[str, Any] = {}


class ToolComponent(_Part, frozen=True):
    """A tool, or an extension of it, with its rules."""

    name: str
    rules: tuple[Rule, ...] | None = None


class Tool(_Part, frozen=True):
    """Who found it."""

    driver: ToolComponent
    extensions: tuple[ToolComponent, ...] | None = None


class ComponentReference(_Part, frozen=True):
    """Which part of the tool."""

    index: int = -1


class RuleReference(_Part, frozen=True):
    """Which rule."""

    id: str = ""
    index: int = -1
    tool_component: ComponentReference = ComponentReference()


class Suppression(_Part, frozen=True):
    """Why a result does not count."""

    status: str = "accepted"


class ThreadFlowLocation(_Part, frozen=True):
    """One step of a flow."""

    location: Location = Location()


class ThreadFlow(_Part, frozen=True):
    """Steps in order."""

    locations: tuple[ThreadFlowLocation, ...] = ()


class CodeFlow(_Part, frozen=True):
    """How one thing leads to another."""

    thread_flows: tuple[ThreadFlow, ...] = ()


class Result(_Part, frozen=True):
    """What was found."""

    message: Message
    rule_id: str = ""
    rule: RuleReference = RuleReference()
    rule_index: int = -1
    level: str = ""
    kind: str = "fail"
    baseline_state: str = ""
    locations: tuple[Location, ...] | None = None
    related_locations: tuple[Location, ...] | None = None
    code_flows: tuple[CodeFlow, ...] | None = None
    suppressions: tuple[Suppression, ...] | None = None
    properties: Mapping[str, Any] = {}


class Artifact(_Part, frozen=True):
    """One of the files that a run is about."""

    location: ArtifactLocation = ArtifactLocation()


class Invocation(_Part, frozen=True):
    """How the tool was started."""

    working_directory: ArtifactLocation = ArtifactLocation()


class Run(_Part, frozen=True):
    """What one tool found at one time."""

    tool: Tool
    results: tuple[Result, ...] | None = None
    artifacts: tuple[Artifact, ...] | None = None
    invocations: tuple[Invocation, ...] | None = None
    original_uri_base_ids: Mapping[str, ArtifactLocation] = {}


class _Content(_Part, frozen=True):
    runs: tuple[Run, ...]


class Log(msgspec.Struct, frozen=True):
    """A file, and the runs in it. `shown` is how messages name the file."""

    shown: str
    runs: Sequence[Run]


def read_log(file: Path) -> Log:
    """Read a SARIF file. Raises `SarifError`."""
    shown = file.as_posix()
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise SarifError(f"{shown} is larger than {_MOST_BYTES >> 20} MB, which no code analysis fills")
        data = file.read_bytes()
    except OSError as error:
        raise SarifError(f"{shown} cannot be read: {error.strerror or error}") from error
    try:
        _refuse_other_versions(shown, data.removeprefix(b"\xef\xbb\xbf"))
        return Log(shown, msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Content).runs)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise SarifError(f"{shown} is no SARIF {VERSION} log: {reason}") from error


def _refuse_other_versions(shown: str, data: bytes) -> None:
    class Head(msgspec.Struct):
        version: str

    version = msgspec.json.decode(data, type=Head).version
    if version != VERSION:
        raise SarifError(f'{shown} is SARIF "{version}"; sfgov reads {VERSION}')
