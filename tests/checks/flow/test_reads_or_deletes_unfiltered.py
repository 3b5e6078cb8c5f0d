from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.reads_or_deletes_unfiltered import reads_or_deletes_unfiltered
from tests.flow_xml import ACTIVE, after_save, filters, flow, node, start, tag, value, xml

FILE = "flows/F.flow-meta.xml"
ALL = tag("getFirstRecordOnly", "false")


def lookup(*inner: str, object_: str = "Line__c", to: str = "Delete", name: str = "Get") -> str:
    return node("recordLookups", name, tag("object", object_), *inner, to=to)


def delete(*inner: str) -> str:
    return node("recordDeletes", "Delete", *inner)


def in_flow(*blocks: str, begin: str = "", status: str = ACTIVE) -> dict[str, str]:
    """The start is line 3, the blocks follow."""
    return {FILE: flow(status, begin or after_save("Get"), *blocks)}


def found(files: dict[str, str]) -> list[Result]:
    return lint(files, reads_or_deletes_unfiltered)


def said(files: dict[str, str]) -> list[str]:
    return [f"{r.path}:{r.line} {r.severity}/{r.confidence} {r.message}" for r in found(files)]


READS = "Get reads every Line__c record: it has neither a filter nor a limit."
DELETES = "Delete deletes everything that Get finds, which is every Line__c record: nothing narrows it down."


def test_a_lookup_of_everything_in_a_record_triggered_flow() -> None:
    (result,) = found(in_flow(lookup(ALL, to="")))
    assert (result.path, result.line, result.severity, result.message) == (FILE, 4, "medium", READS)
    assert result.subject == "Get"
    assert [(step.line, step.message) for step in result.evidence] == [
        (3, "flow F starts after a record is saved"),
        (4, "Get looks up Line__c without a filter or a limit"),
    ]


def test_a_delete_of_what_such_a_lookup_found_is_one_finding_with_its_story() -> None:
    (result,) = found(in_flow(lookup(ALL), delete(tag("inputReference", "Get"))))
    assert (result.line, result.severity, result.message) == (5, "high", DELETES)
    assert [(step.line, step.message) for step in result.evidence] == [
        (3, "flow F starts after a record is saved"),
        (4, "Get looks up Line__c without a filter or a limit"),
        (5, "Delete deletes them"),
    ]


def test_a_delete_in_a_flow_for_users_counts_too() -> None:
    screens = start(to="Get") + tag("processType", "Flow")
    assert said(in_flow(lookup(ALL), delete(tag("inputReference", "Get")), begin=screens)) == [
        f"{FILE}:5 high/high {DELETES}"
    ]


def test_a_delete_through_the_variable_that_the_lookup_fills() -> None:
    variable = (
        f"<variables><name>lines</name>{tag('dataType', 'SObject')}{tag('isCollection', 'true')}</variables>"
    )
    blocks = (lookup(tag("outputReference", "lines")), delete(tag("inputReference", "lines")), variable)
    assert said(in_flow(*blocks)) == [f"{FILE}:5 high/high {DELETES}"]


def test_a_delete_by_its_own_filters_that_filter_nothing() -> None:
    blocks = delete(tag("object", "Line__c"), filters("Id", "IsNull", "false"))
    assert said(in_flow(blocks, begin=after_save("Delete"))) == [
        f"{FILE}:4 high/high Delete deletes every Line__c record: nothing narrows it down."
    ]


@pytest.mark.parametrize(
    "inner",
    [
        filters("Id", "IsNull", "false"),
        filters("Id", "NotEqualTo", "''"),
        "<filters><field></field></filters>",
        tag("filterLogic", "or") + filters("Id", "IsNull", "false") + filters("Name", "EqualTo", "'x'"),
    ],
)
def test_filters_that_every_record_passes(inner: str) -> None:
    assert said(in_flow(lookup(ALL, inner, to=""))) == [f"{FILE}:4 medium/high {READS}"]


@pytest.mark.parametrize(
    "begin",
    [
        start(to="Get", trigger="Scheduled"),
        start(to="Get", object_="Ping__e", trigger="PlatformEvent"),
        start(to="Get", object_="Case", trigger="RecordBeforeDelete"),
    ],
)
def test_other_starts(begin: str) -> None:
    assert said(in_flow(lookup(ALL, to=""), begin=begin)) == [f"{FILE}:4 medium/high {READS}"]


def test_a_flow_that_a_triggered_flow_calls_in_mdapi_format() -> None:
    files = {
        "src/flows/Sub-2.flow": flow(start(to="Get"), lookup(ALL, to="")),
        "src/flows/Top-1.flow": flow(
            after_save("Call"), node("subflows", "Call", tag("flowName", "Sub")), ACTIVE
        ),
        "src/flowDefinitions/Sub.flowDefinition": xml("FlowDefinition", tag("activeVersionNumber", "2")),
    }
    (result,) = found(files)
    assert (result.path, result.line, result.component) == ("src/flows/Sub-2.flow", 3, "Flow:Sub-2")
    assert [(step.path, step.message) for step in result.evidence] == [
        ("src/flows/Top-1.flow", "flow Top, which starts after a record is saved, calls Sub"),
        ("src/flows/Sub-2.flow", "Get looks up Line__c without a filter or a limit"),
    ]


def test_findings_come_in_the_order_of_the_file() -> None:
    blocks = (lookup(ALL, to="B", name="Get"), lookup(ALL, to="", name="B", object_="Case"))
    assert [r.subject for r in found(in_flow(*blocks))] == ["Get", "B"]


SCREENS = start(to="Get") + tag("processType", "Flow")
QUIET = {
    "a filter": in_flow(lookup(ALL, filters("Name", "EqualTo", "'x'"), to="")),
    "the first record": in_flow(lookup(tag("getFirstRecordOnly", "true"), to="")),
    "a limit": in_flow(lookup(ALL, value("10", "limit"), to="")),
    "a limit from a variable": in_flow(lookup(ALL, value("most", "limit"), to="")),
    "one of two filters narrows": in_flow(
        lookup(
            ALL, tag("filterLogic", "and"), filters("Id", "IsNull", "false"), filters("A", "EqualTo", "'x'")
        )
    ),
    "fields into variables": in_flow(
        lookup("<outputAssignments><assignToReference>a</assignToReference></outputAssignments>", to="")
    ),
    "into a variable for one record": in_flow(
        lookup(tag("outputReference", "one"), to=""), "<variables><name>one</name></variables>"
    ),
    "custom metadata": in_flow(lookup(ALL, object_="Rate__mdt", to="")),
    "a setup object": in_flow(lookup(ALL, object_="BusinessHours", to="")),
    "a custom setting": {
        **in_flow(lookup(ALL, object_="Rate__c", to="")),
        "objects/Rate__c/Rate__c.object-meta.xml": xml("CustomObject", tag("customSettingsType", "List")),
    },
    "a user looks": in_flow(lookup(ALL, to=""), begin=SCREENS),
    "a draft": in_flow(lookup(ALL, to=""), status=tag("status", "Draft")),
    "only on a fault": in_flow(
        node("recordUpdates", "Try", fault="Get"), lookup(ALL, to=""), begin=after_save("Try")
    ),
    "not connected": in_flow(lookup(ALL, to=""), begin=after_save("")),
    "filtered before it is deleted": in_flow(
        lookup(ALL, to="Filter"),
        node(
            "collectionProcessors",
            "Filter",
            tag("elementSubtype", "FilterCollectionProcessor"),
            tag("collectionReference", "Get"),
            to="Delete",
        ),
        delete(tag("inputReference", "Filter")),
        begin=SCREENS,
    ),
    "the record itself": in_flow(delete(tag("inputReference", "$Record")), begin=after_save("Delete")),
    "only what was asked for": in_flow(
        lookup(ALL, filters("A", "EqualTo", "'x'")), delete(tag("inputReference", "Get"))
    ),
    "the policy lets automation delete it": {
        **in_flow(lookup(ALL), delete(tag("inputReference", "Get")), begin=SCREENS),
        "sfgov.yml": "delete:\n  automation_ok: [line__c]\n",
    },
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: dict[str, str]) -> None:
    assert said(files) == []
