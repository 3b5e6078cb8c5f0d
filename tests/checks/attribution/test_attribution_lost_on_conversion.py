from __future__ import annotations

import pytest

from sfgov.testing import lint, lint_run
from sfgov_checks.attribution.attribution_lost_on_conversion import attribution_lost_on_conversion as check
from tests.attribution_orgs import (
    SETTINGS,
    Files,
    cls,
    conversion,
    enrich,
    evidence,
    field,
    mdapi,
    path,
    policy,
    rule,
    said,
    sets,
    trigger,
    update,
    workflow,
)
from tests.flow_xml import ACTIVE, flow, node, start, tag, xml

FIRST = field("Lead.First_Touch_Source__c")
LOST = (
    f"high/high {path('Lead.First_Touch_Source__c')}:1 Lead.First_Touch_Source__c is not mapped on conversion: the origin "
    "of the lead is lost when it becomes an opportunity."
)


def test_a_first_touch_that_no_pair_names() -> None:
    assert said(check, FIRST, conversion("Rating__c > Contact.Rating__c")) == [LOST]
    [result] = lint(FIRST | conversion(), check)
    assert (result.component, result.subject) == ("CustomField:Lead.First_Touch_Source__c", "")


def test_the_evidence_is_what_fills_it_and_the_settings() -> None:
    filled = enrich(sets("First_Touch_Source__c", "LeadSource"), on="Create")
    assert evidence(check, FIRST, conversion(), filled) == [
        "flows/Enrich.flow-meta.xml:4 before-save flow Enrich fills it",
        f"{SETTINGS}:1 the conversion settings do not map it, and no automation carries it over",
    ]


@pytest.mark.parametrize(
    ("name", "grade"),
    [
        ("GCLID__c", "high/high"),
        ("utm_campaign__c", "high/high"),
        ("Campaign_Name__c", "high/medium"),
        ("AI_Referral_Source__c", "medium/high"),
        ("Landing_Page__c", "medium/high"),
        ("Last_Touch_Source__c", "medium/high"),
        ("Referrer_URL__c", "medium/medium"),
        ("Lead_Source_Detail__c", "medium/medium"),
    ],
)
def test_how_grave_it_is(name: str, grade: str) -> None:
    [line] = said(check, field(f"Lead.{name}"), conversion())
    assert line.startswith(f"{grade} {path(f'Lead.{name}')}:1 Lead.{name} is not mapped")


def test_in_a_metadata_retrieve_the_field_lies_in_the_file_of_its_object() -> None:
    block = "<fields><fullName>GCLID__c</fullName>\n<length>80</length><type>Text</type></fields>"
    files = {"objects/Lead.object": xml("CustomObject", block)}
    settings = mdapi(conversion(file="LeadConvertSettings/LeadConvertSettings.LeadConvertSetting"))
    assert said(check, files, settings) == [
        "high/high objects/Lead.object:2 Lead.GCLID__c is not mapped on conversion: the origin of the lead is lost when "
        "it becomes an opportunity."
    ]


def test_settings_that_a_team_has_written_where_other_settings_lie() -> None:
    assert said(check, FIRST, conversion(file="settings/LeadConvert.settings-meta.xml")) == [LOST]


def test_of_many_fields_one_finding_tells_all() -> None:
    names = [f"UTM_{name}__c" for name in ("Source", "Medium", "Campaign", "Term", "Content", "Id")]
    files: Files = {}
    for name in names:
        files |= field(f"Lead.{name}")
    assert said(check, files, field("Lead.Referrer__c"), conversion()) == [
        f"high/high {SETTINGS}:1 6 fields that say where a lead came from are not mapped on conversion, and lost when it "
        "becomes an opportunity: Lead.UTM_Campaign__c, Lead.UTM_Content__c, Lead.UTM_Id__c, Lead.UTM_Medium__c, "
        "Lead.UTM_Source__c and 1 more.",
        f"medium/medium {path('Lead.Referrer__c')}:1 Lead.Referrer__c is not mapped on conversion: the origin of the lead "
        "is lost when it becomes an opportunity.",
    ]


def test_the_policy_says_which_fields_count() -> None:
    files = field("Lead.Kanal__c") | field("Lead.GCLID__c") | field("Lead.Erstkontakt__c")
    rules = policy('{fields: {Lead: ["Kanal*"]}, first_touch: [Erstkontakt__c]}')
    assert [line.partition(" is ")[0] for line in said(check, files, rules, conversion())] == [
        f"high/high {path('Lead.Erstkontakt__c')}:1 Lead.Erstkontakt__c",
        f"medium/high {path('Lead.Kanal__c')}:1 Lead.Kanal__c",
    ]


def test_without_the_settings_nothing_is_said() -> None:
    run = lint_run(FIRST, check)
    assert run.results == ()
    assert [one.reason for one in run.not_checked] == ["LeadConvertSettings was not retrieved"]


QUIET: dict[str, Files] = {
    "mapped to the contact alone, which is ATT002's": conversion("First_Touch_Source__c > Contact.First__c"),
    "mapped under another case": conversion("first_touch_source__C > Opportunity.First__c"),
    "copied by a flow on conversion": conversion()
    | enrich(
        node(
            "recordUpdates",
            "Carry",
            tag("object", "Opportunity"),
            "<inputAssignments><field>First__c</field><value><elementReference>$Record.First_Touch_Source__c"
            "</elementReference></value></inputAssignments>",
        ),
        to="Carry",
        trigger="RecordAfterSave",
    ),
    "copied by Apex": conversion()
    | field("Opportunity.First__c")
    | trigger("Carrier.run(Trigger.new);", "after update")
    | cls(
        "Carrier",
        "public static void run(List<Lead> all) { for (Lead l : all) { Opportunity o = new Opportunity(Id = l.X__c);\n"
        "o.First__c = l.First_Touch_Source__c; update o; } }",
    ),
    "copied into a field that is mapped": conversion("Origin__c > Opportunity.Origin__c")
    | enrich(sets("Origin__c", "$Record.First_Touch_Source__c")),
    "copied into Lead Source by workflow": conversion()
    | workflow(update("U", "LeadSource", formula="First_Touch_Source__c"), rule("U")),
    "copied into the campaign member": conversion()
    | field("CampaignMember.First__c")
    | {
        "flows/Join.flow-meta.xml": flow(
            ACTIVE,
            start(to="Join", object_="Lead", trigger="RecordAfterSave", on="Create"),
            node(
                "recordCreates",
                "Join",
                tag("object", "CampaignMember"),
                "<inputAssignments><field>First__c</field><value><elementReference>$Record.First_Touch_Source__c"
                "</elementReference></value></inputAssignments>",
            ),
        )
    },
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_what_survives_is_not_lost(files: Files) -> None:
    assert said(check, FIRST, files) == []


FIELDS = {
    "a formula": field("Lead.First_Touch_Source__c", formula="TEXT(LeadSource)"),
    "retired by its label": field("Lead.First_Touch_Source__c", label="First Touch (deprecated)"),
    "retired by its status": field("Lead.First_Touch_Source__c", businessStatus="DeprecateCandidate"),
    "of a managed package": field("Lead.pi__utm_source__c"),
    "of another object": field("Case.First_Touch_Source__c"),
    "only looks like one": field("Lead.Preferred_Channel__c") | field("Lead.Autumn_Offer__c"),
    "an auto number": field("Lead.Referral_Code__c", type="AutoNumber"),
}


@pytest.mark.parametrize("files", FIELDS.values(), ids=FIELDS)
def test_fields_that_are_no_attribution(files: Files) -> None:
    assert said(check, files, conversion()) == []
