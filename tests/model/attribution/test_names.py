"""Names of fields that say where a lead came from, and names that only look like it."""

from __future__ import annotations

import pytest

from sfgov.model.attribution.names import Kind, Terms, usual_kind, words


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("UTM_Source__c", "utm source"),
        ("utmSource__c", "utm source"),
        ("UTMSource__c", "utm source"),
        ("pi__utm_source__c", "utm source"),
        ("LandingPageURL__c", "landing page url"),
        ("LeadSource", "lead source"),
        ("Original_Source__pc", "original source"),
    ],
)
def test_names_are_cut_into_words(field: str, text: str) -> None:
    assert words(field) == text


KINDS = {
    Kind.FIRST_TOUCH: (
        "First_Touch_Source__c First_Touch_Date__c FirstTouch__c First_Click_Date__c Original_Lead_Source__c "
        "Original_Source_Date__c Initial_Channel__c HubSpot_Original_Source__c First_UTM_Term__c "
        "mkto71_Original_Search_Engine__c Orig_Campaign__c"
    ),
    Kind.LAST_TOUCH: "Last_Touch_Campaign__c Most_Recent_Campaign__c Last_Marketing_Source__c Latest_Source__c",
    Kind.CLICK_ID: "GCLID__c gclid__c Google_Click_ID__c FbClid__c MSCLKID__c LI_Fat_ID__c TTCLID__c wbraid__c",
    Kind.CAMPAIGN_TAG: "UTM_Campaign__c utmsource__c UTM__c UTM_Content_2__c",
    Kind.AI_SOURCE: "AI_Referral__c AI_Referral_Source__c AI_Assistant__c Ai_Channel__c LLM_Referrer__c",
    Kind.LANDING_PAGE: "Landing_Page__c LandingPageURL__c",
    Kind.REFERRAL: "Referral_Source__c Referrer__c HTTP_Referer__c Referred_By__c Referral_Code__c WebReferralSource__c",
    Kind.LEAD_SOURCE: "LeadSource__c Lead_Source_Detail__c Sub_Lead_Source__c Lead_Sub_Source__c Marketing_Source__c X_Marketing_Medium__c "
    "Primary_Acquisition_Source__c Traffic_Channel__c Lead_Medium__c",
    Kind.CAMPAIGN: "Campaign__c Campaign_Name__c Sys_Campaign_Id__c Google_Campaign__c",
}


@pytest.mark.parametrize(
    ("field", "kind"), [(f, kind) for kind, names in KINDS.items() for f in names.split()]
)
def test_usual_names(field: str, kind: Kind) -> None:
    assert usual_kind(field) is kind


@pytest.mark.parametrize(
    "field",
    [
        "Autumn_Offer__c",
        "Preferred_Channel__c",
        "Preferred_Times__c",
        "First_Name__c",
        "First_Visit__c",
        "First_Contact_Date__c",
        "Original_Phone__c",
        "Initial_Term__c",
        "Initial_Source_of_Funds__c",
        "Original_Amount__c",
        "Last_Activity__c",
        "Email_Source__c",
        "AI_Score__c",
        "Referral_Doctor__c",
        "Referral_Fee__c",
        "Referrals_Available__c",
        "Refused_Referrals__c",
        "Has_Referral__c",
        "Campaign_Status__c",
        "Campaign_End_Date__c",
        "Campaign_Budget__c",
        "Campaign_Member_Status__c",
        "Marketing_Budget_Source__c",
        "Marketing_Source_Verified__c",
        "Source__c",
        "Water_Source__c",
        "Company__c",
        "Page__c",
    ],
)
def test_names_that_say_nothing_of_an_origin(field: str) -> None:
    assert usual_kind(field) is None


POLICY = Terms(
    {"lead": ("*utm*", "*referr*", "First_Touch*", "Autumn_Channel__c")}, ("First_*", "Kanal_Erstkontakt__c")
)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("utm_whatever__c", Kind.CAMPAIGN_TAG),
        ("X_Referrer_X__c", Kind.DECLARED),
        ("Kanal_Erstkontakt__c", Kind.FIRST_TOUCH),
        ("First_Visit__c", Kind.FIRST_TOUCH),
        ("pi__utm_source__c", Kind.CAMPAIGN_TAG),  # managed, and the policy lists it
        ("Autumn_Channel__c", Kind.DECLARED),
        ("Autumn_Offer__c", None),
        ("Preferred_Channel__c", None),
        ("GCLID__c", None),  # a usual name, but the policy says which fields of leads count
        ("FirstName", None),
    ],
)
def test_the_policy_says_which_fields_of_an_object_count(field: str, kind: Kind | None) -> None:
    assert POLICY.kind("Lead", field) is kind


def test_objects_that_the_policy_does_not_name_have_the_usual_names_but_not_of_managed_packages() -> None:
    assert POLICY.kind("Contact", "GCLID__c") is Kind.CLICK_ID
    assert POLICY.kind("Contact", "pi__utm_source__c") is None


@pytest.mark.parametrize(
    ("field", "first"),
    [
        ("LeadSource", True),
        ("leadsource", True),
        ("Lead_Source__c", True),
        ("Lead_Source_Detail__c", False),
        ("First_Touch_Source__c", True),
        ("UTM_Source__c", False),
        ("Last_Touch_Source__c", False),
    ],
)
def test_first_touches(field: str, first: bool) -> None:
    assert Terms().is_first_touch("Lead", field) is first
