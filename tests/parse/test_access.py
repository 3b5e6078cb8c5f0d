"""Delegated administration, sites, sharing rules and OAuth apps, from their files' text to facts with lines."""

import pytest

from sfgov.facts import (
    ConnectedApp,
    CustomSite,
    DelegateGroup,
    ExternalClientApplication,
    ExtlClntAppConfigurablePolicies,
    ExtlClntAppGlobalOauthSettings,
    ExtlClntAppOauthConfigurablePolicies,
    ExtlClntAppOauthSettings,
    Fact,
    SharingRules,
)
from sfgov.facts.access import SharingRule
from sfgov.facts.permissions import Member
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read(root: str, *lines: str, name: str = "X", type_name: str = "") -> Fact:
    """One block a line, from line 2 on."""
    text = "\n".join([f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">', *lines, f"</{root}>", ""])
    parsed = parse(SourceFile(f"{name}.xml", type_name or root, name), text.encode())
    assert parsed.problems == ()
    [fact] = parsed.facts
    return fact


def test_a_delegate_group() -> None:
    group = read(
        "DelegateGroup",
        "<customObjects>Invoice__c</customObjects>",
        "<groups>Regional_Managers</groups>",
        "<label>Regional admins</label>",
        "<loginAccess>true</loginAccess>",
        "<permissionSetGroups>Sales_Core</permissionSetGroups>",
        "<permissionSets>Case_Work</permissionSets>",
        "<permissionSets>Data_Steward</permissionSets>",
        "<profiles>Standard</profiles>",
        "<roles>Sales EVP</roles>",
    )
    assert group == DelegateGroup(
        name="X",
        lines={"label": 4, "loginAccess": 5},
        label="Regional admins",
        login_access=5,
        profiles=(Member("Standard", 9),),
        permission_sets=(Member("Case_Work", 7), Member("Data_Steward", 8)),
        permission_set_groups=(Member("Sales_Core", 6),),
        custom_objects=(Member("Invoice__c", 2),),
        roles=(Member("Sales EVP", 10),),
        groups=(Member("Regional_Managers", 3),),
    )


def test_a_site_may_or_may_not_name_its_guests_profile() -> None:
    site = read(
        "CustomSite",
        "<active>true</active>",
        "<guestProfile>Help Profile</guestProfile>",
        "<masterLabel>Help</masterLabel>",
    )
    assert site == CustomSite(
        name="X",
        lines={"active": 2, "guestProfile": 3, "masterLabel": 4},
        label="Help",
        guest_profile="Help Profile",
    )
    assert read("CustomSite", "<active>false</active>") == CustomSite(
        name="X", lines={"active": 2}, active=False
    )


GUEST_RULE = [
    "<fullName>Public_Sessions</fullName>",
    "<accessLevel>Read</accessLevel>",
    "<label>Public sessions</label>",
    "<sharedTo><guestUser>Help</guestUser></sharedTo>",
    "<criteriaItems>",
    "<field>Public__c</field><operation>equals</operation><value>true</value>",
    "</criteriaItems>",
]


def test_sharing_rules_of_an_object() -> None:
    rules = read(
        "SharingRules",
        "<sharingGuestRules>",
        *GUEST_RULE,
        "</sharingGuestRules>",
        "<sharingOwnerRules>",
        "<fullName>Team</fullName><accessLevel>Edit</accessLevel><sharedTo><role>EVP</role></sharedTo>",
        "</sharingOwnerRules>",
        name="Session__c",
    )
    assert rules == SharingRules(
        name="Session__c",
        rules=(
            SharingRule("sharingGuestRules", "Public_Sessions", 2, "Read", (Member("Public__c", 8),)),
            SharingRule("sharingOwnerRules", "Team", 11, "Edit"),
        ),
    )


@pytest.mark.parametrize(
    ("root", "kind"),
    [("SharingGuestRule", "sharingGuestRules"), ("SharingCriteriaRule", "sharingCriteriaRules")],
)
def test_a_sharing_rule_in_a_file_of_its_own_belongs_to_its_object(root: str, kind: str) -> None:
    rules = read(root, *GUEST_RULE, name="Session__c.Public_Sessions")
    assert rules == SharingRules(
        name="Session__c",
        rules=(SharingRule(kind, "Public_Sessions", 1, "Read", (Member("Public__c", 7),)),),
    )


def test_a_connected_app_without_its_keys() -> None:
    app = read(
        "ConnectedApp",
        "<label>ERP</label>",
        "<oauthConfig>",
        "<certificate>MIIE</certificate>",
        "<consumerKey>3MVG</consumerKey>",
        "<consumerSecret>s3cr3t</consumerSecret>",
        "<isAdminApproved>false</isAdminApproved>",
        "<isClientCredentialEnabled>true</isClientCredentialEnabled>",
        "<isPkceRequired>true</isPkceRequired>",
        "<oauthClientCredentialUser>erp@example.com</oauthClientCredentialUser>",
        "<scopes>Api</scopes>",
        "<scopes>RefreshToken</scopes>",
        "</oauthConfig>",
        "<oauthPolicy>",
        "<ipRelaxation>BYPASS</ipRelaxation>",
        "<refreshTokenPolicy>infinite</refreshTokenPolicy>",
        "</oauthPolicy>",
        "<permissionSetName>ERP Access</permissionSetName>",
        "<profileName>System Administrator</profileName>",
    )
    assert app == ConnectedApp(
        name="X",
        lines={
            "label": 2,
            "consumerSecret": 6,
            "oauthClientCredentialUser": 10,
            "ipRelaxation": 15,
            "refreshTokenPolicy": 16,
        },
        label="ERP",
        has_oauth=True,
        scopes=(Member("Api", 11), Member("RefreshToken", 12)),
        admin_approved=-7,
        pkce_required=9,
        client_credentials=8,
        client_credentials_user="erp@example.com",
        consumer_secret=True,
        ip_relaxation="BYPASS",
        refresh_token_policy="infinite",  # noqa: S106
        profiles=(Member("System Administrator", 19),),
        permission_sets=(Member("ERP Access", 18),),
    )
    assert "s3cr3t" not in repr(app)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("4E1F5C0A9B", True),
        ("", False),
        ("%%ERP_SECRET%%", False),
        ("${ERP_SECRET}", False),
        ("{{ secret }}", False),
        ("__SECRET__", False),
        ("REPLACE_ME", False),
        ("xxxxxxxx", False),
        ("********", False),
    ],
)
def test_a_placeholder_is_no_secret(text: str, secret: bool) -> None:
    config = f"<oauthConfig><consumerSecret>{text}</consumerSecret></oauthConfig>"
    app = read("ConnectedApp", config)
    assert isinstance(app, ConnectedApp)
    assert app.consumer_secret is secret


def test_a_connected_app_without_oauth() -> None:
    app = read("ConnectedApp", "<label>SSO</label>", "<samlConfig><acsUrl>x</acsUrl></samlConfig>")
    assert app == ConnectedApp(name="X", lines={"label": 2}, label="SSO")


def test_the_files_of_an_external_client_app() -> None:
    name = "<externalClientApplication>ns__Erp</externalClientApplication>"
    assert read(
        "ExternalClientApplication", "<distributionState>Local</distributionState>", "<label>ERP</label>"
    ) == ExternalClientApplication(
        name="X", lines={"distributionState": 2, "label": 3}, label="ERP", distribution_state="Local"
    )
    assert read(
        "ExtlClntAppConfigurablePolicies", name, "<isEnabled>false</isEnabled>"
    ) == ExtlClntAppConfigurablePolicies(name="X", app="ns__Erp", enabled=-3)
    assert read(
        "ExtlClntAppOauthSettings",
        "<commaSeparatedOauthScopes>Api, Web,RefreshToken</commaSeparatedOauthScopes>",
        name,
    ) == ExtlClntAppOauthSettings(
        name="X",
        lines={"commaSeparatedOauthScopes": 2},
        app="ns__Erp",
        scopes=("Api", "Web", "RefreshToken"),
    )
    assert read(
        "ExtlClntAppGlobalOauthSettings",
        "<consumerSecret>s3cr3t</consumerSecret>",
        name,
        "<isPkceRequired>false</isPkceRequired>",
    ) == ExtlClntAppGlobalOauthSettings(
        name="X", lines={"consumerSecret": 2}, app="ns__Erp", pkce_required=-4, consumer_secret=True
    )
    assert read(
        "ExtlClntAppOauthConfigurablePolicies",
        "<clientCredentialsFlowUser>erp@example.com</clientCredentialsFlowUser>",
        name,
        "<ipRelaxationPolicyType>Bypass</ipRelaxationPolicyType>",
        "<isClientCredentialsFlowEnabled>true</isClientCredentialsFlowEnabled>",
        "<permittedUsersPolicyType>AllSelfAuthorized</permittedUsersPolicyType>",
        "<refreshTokenPolicyType>Infinite</refreshTokenPolicyType>",
    ) == ExtlClntAppOauthConfigurablePolicies(
        name="X",
        lines={
            "clientCredentialsFlowUser": 2,
            "ipRelaxationPolicyType": 4,
            "permittedUsersPolicyType": 6,
            "refreshTokenPolicyType": 7,
        },
        app="ns__Erp",
        permitted_users="AllSelfAuthorized",
        client_credentials=5,
        client_credentials_user="erp@example.com",
        ip_relaxation="Bypass",
        refresh_token_policy="Infinite",  # noqa: S106
    )
