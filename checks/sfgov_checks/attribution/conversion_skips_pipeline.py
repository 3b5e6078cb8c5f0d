"""ATT006: settings by which converted leads leave no opportunity, or campaigns get no share of it."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CampaignInfluenceModel, LeadConvertSettings, Settings
from sfgov.model.attribution.campaigns import campaign_use
from sfgov.model.org import Org

_NO_OPPORTUNITY = {
    "doesHideOpportunityInConvertLeadWindow": (
        "hides the opportunity when people convert a lead",
        "Show the opportunity when a lead is converted.",
    ),
    "doesSelectNoOpportunityOnConvertLead": (
        'has "Don\'t create an opportunity" ticked when people convert a lead',
        "Leave it to the user, without the tick.",
    ),
}


@check(
    "ATT006",
    "conversion-skips-pipeline",
    Severity.MEDIUM,
    reads=(LeadConvertSettings, Settings, CampaignInfluenceModel),
    tags=("attribution",),
)
def conversion_skips_pipeline(org: Org) -> Iterator[Outcome]:
    """A converted lead becomes an opportunity, and campaigns get their share of it.

    What brought a lead in can only be held against revenue where its conversion makes an opportunity, and where
    Customizable Campaign Influence joins campaigns to opportunities. Reported, each by itself:

    - `opportunityCreationOptions` of the conversion settings is NotVisible;
    - the lead settings hide the opportunity on conversion, or tick that none is made;
    - Customizable Campaign Influence is off although campaigns are in use: the org has fields or record types of
      campaigns or campaign members, a field that looks up campaigns, or automation on them;
    - it is on, and no active influence model is the default one, where the models were retrieved.

    Quiet about settings that were not retrieved.

    ## Bad
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <allowOwnerChange>true</allowOwnerChange>
        <opportunityCreationOptions>NotVisible</opportunityCreationOptions>
    </LeadConvertSettings>
    ```
    ```xml settings/LeadConfig.settings-meta.xml
    <LeadConfigSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <doesSelectNoOpportunityOnConvertLead>true</doesSelectNoOpportunityOnConvertLead>
    </LeadConfigSettings>
    ```

    ## Good
    ```xml LeadConvertSettings/LeadConvertSettings.LeadConvertSetting-meta.xml
    <LeadConvertSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <allowOwnerChange>true</allowOwnerChange>
        <opportunityCreationOptions>VisibleOptional</opportunityCreationOptions>
    </LeadConvertSettings>
    ```
    ```xml settings/LeadConfig.settings-meta.xml
    <LeadConfigSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <doesSelectNoOpportunityOnConvertLead>false</doesSelectNoOpportunityOnConvertLead>
    </LeadConfigSettings>
    ```

    ## Fix
    Let conversions make opportunities, and switch on Customizable Campaign Influence with a default model.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_leadconvertsettings.htm
    - https://help.salesforce.com/s/articleView?id=sales.campaigns_influence_parent.htm&type=5
    """
    for conversion in org.all(LeadConvertSettings):
        if conversion.fact.opportunity_creation.casefold() == "notvisible":
            yield Finding(
                "Converting a lead makes no opportunity (opportunityCreationOptions is NotVisible): the pipeline never "
                "learns where it came from.",
                at=conversion.at_element("opportunityCreationOptions"),
                fix="Set opportunityCreationOptions to VisibleOptional or VisibleRequired.",
            )
    for settings in org.all(Settings):
        if settings.fact.root == "LeadConfigSettings":
            yield from _of_leads(org, settings.name)
        elif settings.fact.root == "CampaignSettings":
            yield from _of_campaigns(org, settings.name)


def _of_leads(org: Org, name: str) -> Iterator[Finding]:
    for path, (says, fix) in _NO_OPPORTUNITY.items():
        at, on = _switch(org, name, path)
        if on and at is not None:
            yield Finding(
                f"The lead settings: Salesforce {says}, so that the pipeline may never learn where it came from.",
                at=at.place,
                fix=fix,
            )


def _of_campaigns(org: Org, name: str) -> Iterator[Finding]:
    at, on = _switch(org, name, "enableCampaignInfluence2")
    use = campaign_use(org)
    if at is None or use is None:
        return
    if not on:
        yield Finding(
            "Customizable Campaign Influence is off although campaigns are in use: an opportunity is credited to its primary "
            "campaign alone, whatever touched it first.",
            at=at.place,
            because=[use],
            fix="Switch on Customizable Campaign Influence (enableCampaignInfluence2).",
        )
    elif org.retrieved(CampaignInfluenceModel) and not any(
        model.fact.active >= 0 and model.fact.default > 0 for model in org.all(CampaignInfluenceModel)
    ):
        yield Finding(
            "Customizable Campaign Influence has no active default model: reports and opportunities show no shares.",
            at=at.place,
            because=[
                *(
                    model.at_element("isDefaultModel").says(f"{model.name} is not it")
                    for model in org.all(CampaignInfluenceModel)
                ),
                use,
            ],
            confidence=Confidence.MEDIUM,
            subject="no default influence model",
            fix="Make one influence model the default.",
        )


def _switch(org: Org, name: str, path: str) -> tuple[Evidence | None, bool]:
    """A switch of some settings: where it is written, and whether it is on."""
    settings = org.get(Settings, name)
    value = settings.fact.value(path) if settings is not None else None
    if settings is None or value is None:
        return None, False
    return settings.at(value.line, path).says(f"{path} is {value.text}"), (
        value.text or ""
    ).casefold() == "true"
