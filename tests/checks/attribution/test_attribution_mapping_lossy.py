from __future__ import annotations

import pytest

from sfgov.testing import lint
from sfgov_checks.attribution.attribution_mapping_lossy import attribution_mapping_lossy as check
from tests.attribution_orgs import (
    SETTINGS,
    Files,
    conversion,
    enrich,
    evidence,
    field,
    mdapi,
    path,
    picklist,
    said,
    sets,
    trigger,
)
from tests.flow_xml import filters, tag, xml

UTM = field("Lead.UTM_Content__c", length="255")
TO_OPPORTUNITY = conversion("UTM_Content__c > Opportunity.UTM__c")


def test_values_are_cut() -> None:
    assert said(check, UTM, field("Opportunity.UTM__c"), TO_OPPORTUNITY) == [
        f"medium/high {SETTINGS}:2 Lead.UTM_Content__c (text 255) maps to Opportunity.UTM__c (text 80): values are cut at 80."
    ]
    [result] = lint(UTM | field("Opportunity.UTM__c") | TO_OPPORTUNITY, check)
    assert (result.component, result.subject) == (
        "LeadConvertSettings:LeadConvertSettings",
        "UTM_Content__c.Opportunity.UTM__c",
    )
    assert evidence(check, UTM, field("Opportunity.UTM__c"), TO_OPPORTUNITY) == [
        f"{path('Lead.UTM_Content__c')}:4 Lead.UTM_Content__c holds 255 characters",
        f"{path('Opportunity.UTM__c')}:4 Opportunity.UTM__c holds 80 characters",
    ]


def test_the_same_in_a_metadata_retrieve() -> None:
    def fields(name: str, length: int) -> str:
        return f"<fields>{tag('fullName', name)}{tag('length', str(length))}{tag('type', 'Text')}</fields>"

    files = {
        "objects/Lead.object": xml("CustomObject", fields("UTM_Content__c", 255)),
        "objects/Opportunity.object": xml("CustomObject", fields("UTM__c", 80)),
    }
    assert said(check, files, mdapi(TO_OPPORTUNITY)) == [
        f"medium/high {SETTINGS.removesuffix('-meta.xml')}:2 Lead.UTM_Content__c (text 255) maps to Opportunity.UTM__c "
        "(text 80): values are cut at 80."
    ]


LOSSES: dict[str, tuple[Files, Files, str]] = {
    "a restricted picklist without some values": (
        picklist("Lead.UTM_Content__c", "Web", "Fair", "AI"),
        picklist("Opportunity.UTM__c", "web", "Phone"),
        "high/high (restricted picklist) (restricted picklist): it refuses Fair, AI.",
    ),
    "any text into a restricted picklist": (
        UTM,
        picklist("Opportunity.UTM__c", "Web"),
        "high/high (text 255) (restricted picklist): it refuses every text that is none of its values.",
    ),
    "several values into a text": (
        field("Lead.UTM_Content__c", type="MultiselectPicklist"),
        field("Opportunity.UTM__c"),
        "medium/high (multi-select picklist) (text 80): several values become one text, which reports cannot take apart.",
    ),
    "a time into a date": (
        field("Lead.UTM_Content__c", type="DateTime"),
        field("Opportunity.UTM__c", type="Date"),
        "medium/high (datetime) (date): the time of day is dropped.",
    ),
    "a date into a checkbox": (
        field("Lead.UTM_Content__c", type="Date"),
        field("Opportunity.UTM__c", type="Checkbox"),
        "medium/high (date) (checkbox): these types do not fit, and nothing arrives.",
    ),
    "into a formula": (
        UTM,
        field("Opportunity.UTM__c", formula="TEXT(LeadSource)"),
        "medium/high (text 255) (text 80): a formula takes no value.",
    ),
    "lookups of two objects": (
        field("Lead.UTM_Content__c", type="Lookup", referenceTo="Campaign"),
        field("Opportunity.UTM__c", type="Lookup", referenceTo="Account"),
        "medium/high (lookup) (lookup): the one looks up Campaign, the other Account, and nothing arrives.",
    ),
    "picklist values longer than the text": (
        picklist("Lead.UTM_Content__c", "Web", "A very long value"),
        field("Opportunity.UTM__c", length="10"),
        "medium/high (restricted picklist) (text 10): values are cut at 10.",
    ),
    "a long text into a short one": (
        field("Lead.UTM_Content__c", type="LongTextArea", length="32768"),
        field("Opportunity.UTM__c", type="TextArea"),
        "medium/high (long text 32768) (text area): values are cut at 255.",
    ),
}


@pytest.mark.parametrize(("source", "target", "expected"), LOSSES.values(), ids=LOSSES)
def test_what_gets_lost(source: Files, target: Files, expected: str) -> None:
    grade, _, rest = expected.partition(" ")
    one, _, other = rest.partition(") ")
    assert said(check, source, target, TO_OPPORTUNITY) == [
        f"{grade} {SETTINGS}:2 Lead.UTM_Content__c {one}) maps to Opportunity.UTM__c {other}"
    ]


FITS: dict[str, tuple[Files, Files]] = {
    "the same text": (UTM, field("Opportunity.UTM__c", length="255")),
    "a longer one": (UTM, field("Opportunity.UTM__c", type="LongTextArea", length="1000")),
    "a text area": (UTM, field("Opportunity.UTM__c", type="TextArea")),
    "an open picklist": (UTM, picklist("Opportunity.UTM__c", "Web", restricted=False)),
    "a restricted picklist with all values": (
        picklist("Lead.UTM_Content__c", "Web", "Fair"),
        picklist("Opportunity.UTM__c", "Fair", "Web", "More"),
    ),
    "an open picklist with fewer values": (
        picklist("Lead.UTM_Content__c", "Web", "Fair"),
        picklist("Opportunity.UTM__c", "Web", restricted=False),
    ),
    "picklist values that fit": (
        picklist("Lead.UTM_Content__c", "Web"),
        field("Opportunity.UTM__c", length="10"),
    ),
    "lookups of the same object": (
        field("Lead.UTM_Content__c", type="Lookup", referenceTo="Campaign"),
        field("Opportunity.UTM__c", type="Lookup", referenceTo="Campaign"),
    ),
    "a target of which the tree knows nothing": (UTM, {}),
    "a managed target": (UTM, field("Opportunity.Other__c")),
}


@pytest.mark.parametrize(("source", "target"), FITS.values(), ids=FITS)
def test_what_fits(source: Files, target: Files) -> None:
    managed = "a__UTM__c" if "Other__c" in str(target) else "UTM__c"
    assert said(check, source, target, conversion(f"UTM_Content__c > Opportunity.{managed}")) == []


def test_a_person_accounts_field_is_the_contacts() -> None:
    files = field("Account.X__c") | conversion("UTM_Content__c > Account.UTM__pc", creates="NotVisible")
    assert said(check, UTM, files) == []


# Short of the pipeline


def test_mapped_to_the_contact_alone() -> None:
    files = (
        field("Lead.GCLID__c") | field("Contact.GCLID__c") | conversion("Rating__c > Contact.Rating__c", "GCLID__c > Contact.GCLID__c")
    )  # fmt: skip
    assert said(check, files) == [
        f"high/high {SETTINGS}:3 Lead.GCLID__c reaches Contact.GCLID__c on conversion, but not the opportunity: the pipeline "
        "loses it."
    ]
    assert evidence(check, files) == [f"{SETTINGS}:3 the conversion maps Lead.GCLID__c to Contact.GCLID__c"]


def test_a_field_of_the_opportunity_that_nothing_fills_makes_it_less_grave() -> None:
    files = field("Lead.GCLID__c") | field("Contact.GCLID__c") | field("Opportunity.GCLID__c")
    assert said(check, files, conversion("GCLID__c > Contact.GCLID__c")) == [
        f"medium/high {SETTINGS}:2 Lead.GCLID__c reaches Contact.GCLID__c on conversion, but not the opportunity: the "
        "pipeline loses it. Opportunity.GCLID__c exists, and nothing that is in the tree fills it."
    ]


def test_automation_carries_it_to_the_contact_alone() -> None:
    files = (
        field("Lead.GCLID__c")
        | field("Contact.GCLID__c")
        | conversion()
        | trigger(
            "for (Lead l : Trigger.new) { Contact c = new Contact(Id = l.ConvertedContactId); c.GCLID__c = l.GCLID__c; update c; }",
            "after update",
        )
    )
    assert said(check, files) == [
        "high/high triggers/T.trigger:2 Lead.GCLID__c reaches Contact.GCLID__c by automation, but not the opportunity: the "
        "pipeline loses it."
    ]


def test_of_many_fields_one_finding_tells_all() -> None:
    names = ("UTM_Source__c", "UTM_Medium__c", "UTM_Term__c", "UTM_Content__c")
    files: Files = {}
    for name in names:
        files |= field(f"Lead.{name}") | field(f"Account.{name}")
    assert said(check, files, conversion(*(f"{name} > Account.{name}" for name in names))) == [
        f"high/high {SETTINGS}:1 4 fields that say where a lead came from do not reach the opportunity on conversion: "
        "Lead.UTM_Content__c, Lead.UTM_Medium__c, Lead.UTM_Source__c and Lead.UTM_Term__c."
    ]


SHORT = field("Lead.GCLID__c") | field("Contact.GCLID__c")


@pytest.mark.parametrize(
    "files",
    [
        conversion("GCLID__c > Contact.GCLID__c", "GCLID__c > Opportunity.GCLID__c"),
        conversion("GCLID__c > Contact.GCLID__c", creates="NotVisible"),
        conversion("GCLID__c > Contact.GCLID__c") | enrich(sets("LeadSource", "$Record.GCLID__c")),
    ],
    ids=["to both", "conversions make no opportunities", "by way of Lead Source"],
)
def test_what_reaches_the_pipeline(files: Files) -> None:
    assert said(check, SHORT, files) == []


# Targets


def test_a_target_that_is_not_there() -> None:
    files = (
        field("Lead.GCLID__c") | field("Opportunity.Click__c") | conversion("GCLID__c > Opportunity.GCLD__c")
    )
    assert said(check, files) == [
        f"medium/medium {SETTINGS}:2 Lead.GCLID__c maps to Opportunity.GCLD__c, which is not in the tree."
    ]


def test_two_fields_for_one_target() -> None:
    files = field("Lead.GCLID__c") | field("Opportunity.Click__c")
    settings = conversion(
        "GCLID__c > Opportunity.Click__c",
        "Old_Click__c > opportunity.click__c",
        "Rating__c > Contact.Rating__c",
    )
    assert said(check, files, settings) == [
        f"medium/high {SETTINGS}:3 Lead.GCLID__c and Lead.Old_Click__c are both mapped to Opportunity.Click__c: only one of "
        "their values arrives."
    ]


def test_one_field_for_two_targets_and_two_other_fields_for_one_are_fine() -> None:
    files = field("Lead.GCLID__c") | field("Opportunity.Click__c") | field("Contact.Click__c")
    settings = conversion(
        "GCLID__c > Opportunity.Click__c",
        "GCLID__c > Contact.Click__c",
        "A__c > Contact.X__c",
        "B__c > Contact.X__c",
    )
    assert said(check, files, settings) == []


# Overwritten afterwards

FIRST = (
    field("Lead.First_Touch__c")
    | field("Opportunity.Origin__c")
    | conversion("First_Touch__c > Opportunity.Origin__c")
)


def test_what_arrives_is_overwritten_afterwards() -> None:
    later = enrich(sets("Origin__c", "'Web'"), owner="Opportunity")
    assert said(check, FIRST, later) == [
        f"medium/medium {SETTINGS}:2 Lead.First_Touch__c arrives in Opportunity.Origin__c, and before-save flow Enrich writes "
        "over it."
    ]
    assert evidence(check, FIRST, later) == [
        "flows/Enrich.flow-meta.xml:3 Enrich runs when Opportunity records are created or updated",
        "flows/Enrich.flow-meta.xml:4 Set sets Opportunity.Origin__c to Web",
    ]


def test_what_the_conversion_creates_is_overwritten_in_the_same_save() -> None:
    later = enrich(sets("Origin__c", "'Web'"), owner="Opportunity", on="Create")
    assert said(check, FIRST, later) == [
        f"medium/medium {SETTINGS}:2 Lead.First_Touch__c arrives in Opportunity.Origin__c, and before-save flow Enrich writes "
        "over it."
    ]


def test_a_target_that_is_a_first_touch_itself_and_set_on_creation() -> None:
    files = field("Lead.First_Touch__c") | field("Opportunity.First_Touch__c")
    settings = conversion("First_Touch__c > Opportunity.First_Touch__c")
    sets_it = sets("First_Touch__c", "'Direct'")
    assert said(check, files, settings, enrich(sets_it, owner="Opportunity", on="Create")) == [
        f"medium/medium {SETTINGS}:2 Lead.First_Touch__c arrives in Opportunity.First_Touch__c, and before-save flow Enrich "
        "writes over it."
    ]
    assert said(check, files, settings, enrich(sets_it, owner="Opportunity", on="Update")) == []  # ATT003's


@pytest.mark.parametrize(
    "later",
    [
        enrich(sets("Origin__c", "'Web'"), owner="Opportunity", entry=filters("Origin__c", "IsNull", "true")),
        enrich(sets("Other__c", "'Web'"), owner="Opportunity"),
        enrich(sets("Origin__c", "'Web'"), owner="Opportunity", status=tag("status", "Draft")),
    ],
    ids=["only where it is empty", "another field", "a draft"],
)
def test_what_is_not_overwritten(later: Files) -> None:
    assert said(check, FIRST, later) == []
