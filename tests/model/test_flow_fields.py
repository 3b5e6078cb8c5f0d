from __future__ import annotations

from pathlib import Path

from sfgov.model.flow_fields import own_reads, own_writes
from sfgov.model.flows import LinkedFlow
from tests.flow_xml import condition, edge, filters, flow, flows_of, node, rule, start, tag, value

FILE = "flows/F.flow-meta.xml"


def one(folder: Path, *blocks: str) -> LinkedFlow:
    (found,) = flows_of(folder, {FILE: flow(*blocks)}).all()
    return found


def item(target: str, right: str, operator: str = "Assign") -> str:
    return (
        f"<assignmentItems><assignToReference>{target}</assignToReference><operator>{operator}</operator>"
        f"{value(right)}</assignmentItems>"
    )


def given(field: str, right: str) -> str:
    return f"<inputAssignments><field>{field}</field>{value(right)}</inputAssignments>"


def begins(trigger: str, *inner: str, to: str = "A") -> str:
    return start(*inner, to=to, object_="Case", trigger=trigger)


def written(found: LinkedFlow) -> list[tuple[str, int, str]]:
    return [(write.field, write.at.line, write.at.element) for write in own_writes(found)]


SET = node("assignments", "A", item("$Record.Status", "'New'"), item("$record.Size__c", "5", "Add"), to="B")


def test_before_a_save_an_assignment_is_a_write(tmp_path: Path) -> None:
    found = one(tmp_path, begins("RecordBeforeSave"), SET, node("assignments", "B", item("other", "'x'")))
    assert written(found) == [("Status", 3, "A.Status"), ("Size__c", 3, "A.Size__c")]
    assert [write.said for write in own_writes(found)] == ["flow F sets Status to New", "flow F sets Size__c"]
    assert [write.literal is None for write in own_writes(found)] == [False, True]


def test_after_a_save_it_takes_an_update(tmp_path: Path) -> None:
    begin = begins("RecordAfterSave")
    assert written(one(tmp_path / "1", begin, SET)) == []
    saved = node("recordUpdates", "B", tag("inputReference", "$Record"))
    assert written(one(tmp_path / "2", begin, SET, saved)) == [
        ("Status", 3, "A.Status"),
        ("Size__c", 3, "A.Size__c"),
    ]


def test_an_update_of_the_record_by_reference_or_by_its_id(tmp_path: Path) -> None:
    blocks = (
        begins("RecordAfterSave"),
        node("recordUpdates", "A", given("X__c", "'1'"), tag("inputReference", "$Record"), to="B"),
        node(
            "recordUpdates",
            "B",
            filters("Id", "EqualTo", "$Record.Id"),
            given("Y__c", "total"),
            tag("object", "case"),
            to="C",
        ),
        node(
            "recordUpdates",
            "C",
            filters("Id", "EqualTo", "other"),
            given("Z__c", "'1'"),
            tag("object", "Case"),
        ),
    )
    assert written(one(tmp_path, *blocks)) == [("X__c", 3, "A.X__c"), ("Y__c", 4, "B.Y__c")]


def test_scheduled_paths_and_fault_paths_are_not_part_of_the_save(tmp_path: Path) -> None:
    later = f"<scheduledPaths><name>Later</name>{edge('connector', 'Later')}</scheduledPaths>"
    blocks = (
        begins("RecordBeforeSave", later, to="Try"),
        node("recordLookups", "Try", tag("object", "Case"), fault="Failed"),
        node("assignments", "Failed", item("$Record.Status", "'Bad'")),
        node("assignments", "Later", item("$Record.Status", "'Late'")),
        node("assignments", "Alone", item("$Record.Status", "'Never'")),
    )
    assert written(one(tmp_path, *blocks)) == []


def test_reads_of_criteria_decisions_filters_and_values_through_formulas(tmp_path: Path) -> None:
    formula = "<formulas><name>Sum</name><expression>{!$Record.A__c} + {!$Record.Parent__r.B__c}</expression></formulas>"
    blocks = (
        begins("RecordBeforeSave", filters("Status", "EqualTo", "'New'")),
        node("decisions", "A", rule("Yes", condition("$Record.Open__c", "EqualTo", "true"), to="B")),
        node(
            "recordLookups", "B", filters("Id", "EqualTo", "$Record.OwnerId"), tag("object", "User"), to="C"
        ),
        node("assignments", "C", item("$Record.Total__c", "Sum")),
        formula,
    )
    assert {name: place.line for name, place in own_reads(one(tmp_path, *blocks)).items()} == {
        "status": 2,
        "open__c": 3,
        "ownerid": 4,
        "a__c": 5,
        "parent__r": 5,
    }
