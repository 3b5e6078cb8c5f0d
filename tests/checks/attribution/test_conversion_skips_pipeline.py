from __future__ import annotations

import pytest

from sfgov.testing import lint, lint_run
from sfgov_checks.attribution.conversion_skips_pipeline import conversion_skips_pipeline as check
from tests.attribution_orgs import SETTINGS, Files, conversion, enrich, evidence, field, said, sets, trigger
from tests.flow_xml import tag, xml


def settings(root: str, *switches: str) -> Files:
    """Settings: the first switch (`name=true`) is line 2."""
    blocks = [tag(*switch.split("=")) for switch in switches]
    return {f"settings/{root.removesuffix('Settings')}.settings-meta.xml": xml(root, *blocks)}


def test_conversions_that_make_no_opportunity() -> None:
    assert said(check, conversion(creates="NotVisible")) == [
        f"medium/high {SETTINGS}:2 Converting a lead makes no opportunity (opportunityCreationOptions is NotVisible): the "
        "pipeline never learns where it came from."
    ]


def test_the_lead_settings() -> None:
    files = settings(
        "LeadConfigSettings",
        "doesHideOpportunityInConvertLeadWindow=true",
        "doesSelectNoOpportunityOnConvertLead=true",
    )
    at = "medium/high settings/LeadConfig.settings-meta.xml"
    assert said(check, files) == [
        f"{at}:2 The lead settings: Salesforce hides the opportunity when people convert a lead, so that the pipeline may "
        "never learn where it came from.",
        f'{at}:3 The lead settings: Salesforce has "Don\'t create an opportunity" ticked when people convert a lead, so that '
        "the pipeline may never learn where it came from.",
    ]
    assert [(r.component, r.subject) for r in lint(files, check)] == [
        ("Settings:LeadConfig", "doesHideOpportunityInConvertLeadWindow"),
        ("Settings:LeadConfig", "doesSelectNoOpportunityOnConvertLead"),
    ]


OFF = settings("CampaignSettings", "enableCampaignInfluence2=false")
ON = settings("CampaignSettings", "enableCampaignInfluence2=true")
IN_USE = field("Campaign.Region__c")
SAYS_OFF = (
    "medium/high settings/Campaign.settings-meta.xml:2 Customizable Campaign Influence is off although campaigns are in "
    "use: an opportunity is credited to its primary campaign alone, whatever touched it first."
)

RECORD_TYPE = {
    "objects/Campaign/recordTypes/Fair.recordType-meta.xml": xml(
        "RecordType", tag("fullName", "Fair"), tag("active", "true")
    )
}


@pytest.mark.parametrize(
    ("files", "proof"),
    [
        (IN_USE, "objects/Campaign/fields/Region__c.field-meta.xml:1 Campaign.Region__c is the org's own"),
        (
            RECORD_TYPE,
            "objects/Campaign/recordTypes/Fair.recordType-meta.xml:1 the record type Campaign.Fair",
        ),
        (
            field("Opportunity.First_Campaign__c", type="Lookup", referenceTo="Campaign"),
            "objects/Opportunity/fields/First_Campaign__c.field-meta.xml:4 Opportunity.First_Campaign__c looks up campaigns",
        ),
        (
            enrich(sets("Status", "'Sent'"), owner="CampaignMember"),
            "flows/Enrich.flow-meta.xml:3 before-save flow Enrich runs on CampaignMember",
        ),
        (trigger("", owner="Campaign"), "triggers/T.trigger:1 before-trigger T runs on Campaign"),
    ],
)
def test_influence_is_off_although_campaigns_are_in_use(files: Files, proof: str) -> None:
    assert said(check, OFF, files) == [SAYS_OFF]
    assert evidence(check, OFF, files) == [proof]


def model(name: str, *, default: bool, active: bool = True) -> Files:
    blocks = (tag("isActive", str(active).lower()), tag("isDefaultModel", str(default).lower()))
    return {
        f"campaignInfluenceModels/{name}.campaignInfluenceModel-meta.xml": xml(
            "CampaignInfluenceModel", *blocks
        )
    }


@pytest.mark.parametrize(
    "models",
    [model("First", default=False), model("First", default=True, active=False)],
    ids=["none", "inactive"],
)
def test_influence_is_on_without_a_default_model(models: Files) -> None:
    assert said(check, ON, IN_USE, models) == [
        "medium/medium settings/Campaign.settings-meta.xml:2 Customizable Campaign Influence has no active default model: "
        "reports and opportunities show no shares."
    ]


QUIET: dict[str, Files] = {
    "conversions that may make one": conversion(creates="VisibleOptional"),
    "conversions that must make one": conversion(creates="VisibleRequired"),
    "settings that say no": settings(
        "LeadConfigSettings",
        "doesHideOpportunityInConvertLeadWindow=false",
        "doesSelectNoOpportunityOnConvertLead=false",
    ),
    "other settings": settings("LeadConfigSettings", "doesTrackHistory=false"),
    "influence is off, and nobody uses campaigns": OFF | field("Account.Region__c"),
    "only a managed package has fields of campaigns": OFF | field("Campaign.pi__Score__c"),
    "influence is on, and its models were not retrieved": ON | IN_USE,
    "influence is on, with a default model": ON
    | IN_USE
    | model("First", default=True)
    | model("X", default=False),
    "campaign settings that say nothing of it": settings("CampaignSettings", "enableAccountsAsCM=false")
    | IN_USE,
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_what_leads_to_the_pipeline(files: Files) -> None:
    assert said(check, files) == []


def test_without_any_settings_it_was_not_checked() -> None:
    [missed] = lint_run(IN_USE, check).not_checked
    assert missed.reason == "neither LeadConvertSettings, Settings nor CampaignInfluenceModel was retrieved"
