"""What starts a flow, and in whose name it then works."""

from __future__ import annotations

from enum import Enum, StrEnum

from sfgov.facts.flow import Flow


class Launch(StrEnum):
    """What starts a flow."""

    BEFORE_SAVE = "before a record is saved"
    AFTER_SAVE = "after a record is saved"
    BEFORE_DELETE = "before a record is deleted"
    SCHEDULED = "on a schedule"
    PLATFORM_EVENT = "on a platform event"
    DATA_CHANGE = "on a change of Data Cloud or external data"
    PROCESS = "as a process of Process Builder"
    SCREEN = "by a user, with screens"
    ORCHESTRATION = "as an orchestration"
    PROMPT = "for a prompt template"
    AUTOLAUNCHED = "by whatever calls it"
    OTHER = "by another trigger"


_BY_TRIGGER = {
    "RecordBeforeSave": Launch.BEFORE_SAVE,
    "RecordAfterSave": Launch.AFTER_SAVE,
    "RecordBeforeDelete": Launch.BEFORE_DELETE,
    "Scheduled": Launch.SCHEDULED,
    "PlatformEvent": Launch.PLATFORM_EVENT,
    "DataCloudDataChange": Launch.DATA_CHANGE,
    "DataGraphDataChange": Launch.DATA_CHANGE,
    "ExternalSystemChange": Launch.DATA_CHANGE,
    "EnterpriseScaleExternalSystemChange": Launch.DATA_CHANGE,
}
_BY_PROCESS_TYPE = {
    "Workflow": Launch.PROCESS,
    "CustomEvent": Launch.PROCESS,
    "InvocableProcess": Launch.PROCESS,
    "Flow": Launch.SCREEN,
    "Orchestrator": Launch.ORCHESTRATION,
    "OrchestrationFlow": Launch.ORCHESTRATION,
    "AgxOrchestrationFlow": Launch.ORCHESTRATION,
    "ApprovalWorkflow": Launch.ORCHESTRATION,
    "PromptFlow": Launch.PROMPT,
}
TRIGGERED = frozenset(
    {
        Launch.BEFORE_SAVE,
        Launch.AFTER_SAVE,
        Launch.BEFORE_DELETE,
        Launch.SCHEDULED,
        Launch.PLATFORM_EVENT,
        Launch.DATA_CHANGE,
        Launch.PROCESS,
    }
)


class RunContext(Enum):
    """Whose permissions and sharing a flow's data elements obey."""

    SYSTEM_WITHOUT_SHARING = "system without sharing"
    SYSTEM_WITH_SHARING = "system with sharing"
    USER = "user"
    CALLER = "as its caller"
    """An autolaunched flow that says nothing itself: user from a button, a REST call or an agent; else it depends."""
    UNKNOWN = "unknown"


_BY_MODE = {
    "SystemModeWithoutSharing": RunContext.SYSTEM_WITHOUT_SHARING,
    "SystemModeWithSharing": RunContext.SYSTEM_WITH_SHARING,
    "UserMode": RunContext.USER,
}
_BY_LAUNCH = {Launch.SCREEN: RunContext.USER, Launch.AUTOLAUNCHED: RunContext.CALLER}


def launch_of(flow: Flow) -> Launch:
    """What starts a flow: its trigger, else its type, else its screens."""
    trigger = flow.start.trigger_type
    if trigger in _BY_TRIGGER:
        return _BY_TRIGGER[trigger]
    if flow.process_type in _BY_PROCESS_TYPE:
        return _BY_PROCESS_TYPE[flow.process_type]
    if any(element.kind == "screens" for element in flow.elements):
        return Launch.SCREEN
    return Launch.AUTOLAUNCHED if trigger in ("", "None") else Launch.OTHER


def run_context_of(flow: Flow) -> RunContext:
    """Whose permissions a flow's data elements obey: what `runInMode` says, else the default of its launch."""
    if flow.run_in_mode not in ("", "DefaultMode"):
        return _BY_MODE.get(flow.run_in_mode, RunContext.UNKNOWN)
    launch = launch_of(flow)
    return (
        RunContext.SYSTEM_WITHOUT_SHARING
        if launch in TRIGGERED
        else _BY_LAUNCH.get(launch, RunContext.UNKNOWN)
    )
