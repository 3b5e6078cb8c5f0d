from __future__ import annotations

import pytest

from sfgov.testing import lint
from sfgov_checks.delete.guard_not_live import guard_not_live
from tests.delete_orgs import (
    BLOCK_POSTED,
    STOP,
    Files,
    administrator,
    always_guard,
    deleter,
    evidence,
    found,
    guard_trigger,
    line_guard,
    mdapi,
)
from tests.flow_xml import tag, xml

DRAFT = tag("status", "Draft")


def inactive(status: str = "Inactive") -> Files:
    return {
        "triggers/Guard.trigger-meta.xml": xml(
            "ApexTrigger", tag("apiVersion", "62.0"), tag("status", status)
        )
    }


@pytest.mark.parametrize("status", ["Draft", "Obsolete", "InvalidDraft"])
def test_a_flow_that_is_not_active(status: str) -> None:
    files = line_guard(tag("status", status)) | deleter("Invoice_Line__c")
    assert found(files, guard_not_live) == [
        f"high/high flows/Guard_Lines.flow-meta.xml:5 Guard_Lines would block deletes of Invoice_Line__c but is {status}; "
        "1 permission set (Sales) can delete them now."
    ]


def test_a_trigger_that_is_switched_off_in_its_meta_file() -> None:
    files = guard_trigger(BLOCK_POSTED) | inactive() | deleter("Invoice_Line__c")
    [message] = found(files, guard_not_live)
    assert message.startswith(
        "high/high triggers/Guard.trigger-meta.xml:3 Guard would block deletes of Invoice_Line__c"
    )
    assert evidence(files, guard_not_live)[-1] == (
        "permissionsets/Sales.permissionset-meta.xml:3 Sales grants allowDelete on Invoice_Line__c"
    )


def test_only_administrators_can_delete() -> None:
    [message] = found(line_guard(DRAFT) | administrator(), guard_not_live)
    assert message.startswith("medium/high ")


def test_a_live_guard_that_tests_another_field_replaces_nothing() -> None:
    other = line_guard(name="Other")
    files = {path: text.replace("Posted__c", "Paid__c") for path, text in other.items()}
    assert len(found(line_guard(DRAFT) | files | deleter("Invoice_Line__c"), guard_not_live)) == 1


def test_a_live_conditional_guard_does_not_replace_one_that_blocked_everything() -> None:
    files = line_guard() | always_guard("Invoice_Line__c", status=DRAFT) | deleter("Invoice_Line__c")
    [message] = found(files, guard_not_live)
    assert "Block_All would block deletes of Invoice_Line__c but is Draft" in message


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(line_guard() | deleter("Invoice_Line__c"), id="active"),
        pytest.param(line_guard(DRAFT) | deleter("Invoice_Line__c", can=False), id="nobody can delete"),
        pytest.param(
            line_guard(DRAFT) | line_guard(name="Newer") | deleter("Invoice_Line__c"),
            id="a live guard tests the same",
        ),
        pytest.param(
            line_guard(DRAFT) | always_guard("Invoice_Line__c") | deleter("Invoice_Line__c"),
            id="everything is blocked",
        ),
        pytest.param(
            guard_trigger(BLOCK_POSTED) | inactive("Active") | deleter("Invoice_Line__c"), id="active trigger"
        ),
        pytest.param(
            guard_trigger("Logger.log(Trigger.old);") | inactive() | deleter("Invoice_Line__c"),
            id="no guard at all",
        ),
    ],
)
def test_quiet(files: Files) -> None:
    assert found(files, guard_not_live) == []


def test_the_active_version_is_another_one() -> None:
    """The file is a draft, but its definition says that a version of the flow runs: which guard that is, is unknown."""
    definition = {
        "flowDefinitions/Guard_Lines.flowDefinition-meta.xml": xml(
            "FlowDefinition", tag("activeVersionNumber", "4")
        )
    }
    assert found(line_guard(DRAFT) | definition | deleter("Invoice_Line__c"), guard_not_live) == []


def test_an_active_flow_whose_definition_switches_it_off() -> None:
    definition = {
        "flowDefinitions/Guard_Lines.flowDefinition-meta.xml": xml(
            "FlowDefinition", tag("activeVersionNumber", "0")
        )
    }
    assert len(found(line_guard() | definition | deleter("Invoice_Line__c"), guard_not_live)) == 1


def test_mdapi_format() -> None:
    flow = found(mdapi(line_guard(DRAFT) | deleter("Invoice_Line__c")), guard_not_live)
    assert flow == [
        "high/high flows/Guard_Lines.flow:5 Guard_Lines would block deletes of Invoice_Line__c but is Draft; "
        "1 permission set (Sales) can delete them now."
    ]
    [trigger] = found(
        mdapi(guard_trigger(BLOCK_POSTED) | inactive() | deleter("Invoice_Line__c")), guard_not_live
    )
    assert trigger.startswith("high/high triggers/Guard.trigger-meta.xml:3 Guard would block deletes")


@pytest.mark.parametrize(
    ("active", "lines"),
    [
        pytest.param("2", [], id="the guard runs"),
        pytest.param("3", [], id="an older version of a flow that runs in another one"),
        pytest.param("0", [1], id="no version runs"),
    ],
)
def test_versions_in_files_of_their_own(active: str, lines: list[int]) -> None:
    """`Guard_Lines-2.flow` is the guard; version 3 lets every delete through."""
    guard = line_guard("")["flows/Guard_Lines.flow-meta.xml"]
    files = {
        "package.xml": xml("Package", tag("version", "37.0")),
        "flows/Guard_Lines-2.flow": guard,
        "flows/Guard_Lines-3.flow": guard.replace(STOP, "").replace("Stop", ""),
        "flowDefinitions/Guard_Lines.flowDefinition": xml(
            "FlowDefinition", tag("activeVersionNumber", active)
        ),
        **mdapi(deleter("Invoice_Line__c")),
    }
    assert [result.line for result in lint(files, guard_not_live)] == lines
