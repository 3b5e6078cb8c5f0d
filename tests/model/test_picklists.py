from __future__ import annotations

from pathlib import Path

from sfgov.model.picklists import picklist_of
from tests.flow_xml import index_of, tag, xml


def test_record_types_are_the_values_of_their_developer_name(tmp_path: Path) -> None:
    files = {
        f"objects/Case/recordTypes/{name}.recordType-meta.xml": xml(
            "RecordType", tag("fullName", name), tag("active", active)
        )
        for name, active in (("Claim", "true"), ("Old", "false"), ("Service", "true"))
    }
    found = picklist_of(index_of(tmp_path, files), "case", "RecordType.DeveloperName")
    assert found is not None
    assert (found.field, found.values) == ("RecordType.DeveloperName", ("Claim", "Service"))
    assert [(e.place.path, e.message) for e in found.evidence] == [
        ("objects/Case/recordTypes/Claim.recordType-meta.xml", "the record types of case")
    ]


def test_inactive_values_of_a_standard_value_set_are_left_out(tmp_path: Path) -> None:
    values = "".join(
        f"<standardValue><fullName>{name}</fullName><isActive>{active}</isActive></standardValue>"
        for name, active in (("New", "true"), ("Escalated", "false"), ("Closed", "true"))
    )
    files = {"standardValueSets/CaseStatus.standardValueSet": xml("StandardValueSet", values)}
    found = picklist_of(index_of(tmp_path, files), "Case", "status")
    assert found is not None
    assert (found.field, found.values) == ("Status", ("New", "Closed"))


def test_values_that_are_not_in_the_tree_are_not_known(tmp_path: Path) -> None:
    field = xml(
        "CustomField", tag("fullName", "S__c"), "<valueSet><valueSetName>Gone</valueSetName></valueSet>"
    )
    index = index_of(tmp_path, {"objects/A__c/fields/S__c.field-meta.xml": field})
    assert picklist_of(index, "A__c", "S__c") is None
    assert picklist_of(index, "A__c", "Parent__r.S__c") is None
    assert picklist_of(index, "Case", "Status") is None
