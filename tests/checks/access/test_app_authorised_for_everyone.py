from __future__ import annotations

import pytest

from sfgov_checks.access.app_authorised_for_everyone import app_authorised_for_everyone
from tests import access_orgs as orgs
from tests.access_orgs import Files, tag, xml

APP = "connectedApps/Loader.connectedApp-meta.xml"


def app(*config: str, policy: str = "") -> Files:
    """A connected app; the first block of its OAuth configuration is line 3."""
    return {APP: xml("ConnectedApp", "<oauthConfig>", *config, "</oauthConfig>", *filter(None, [policy]))}


def scopes(*names: str) -> list[str]:
    return [tag("scopes", name) for name in names]


def approved(text: str) -> str:
    return tag("isAdminApproved", text)


def limits(ip: str, refresh: str) -> str:
    return tag("oauthPolicy", tag("ipRelaxation", ip) + tag("refreshTokenPolicy", refresh))


POLICIES = "extlClntAppOauthPolicies/Erp_oauthPlcy.ecaOauthPlcy-meta.xml"
SETTINGS = "extlClntAppOauthSettings/Erp_oauth.ecaOauth-meta.xml"
NAME = tag("externalClientApplication", "Erp")


def external(permitted: str = "AllSelfAuthorized", *more: str) -> Files:
    """An external client app's OAuth policies; who is permitted is line 3."""
    text = xml(
        "ExtlClntAppOauthConfigurablePolicies", NAME, tag("permittedUsersPolicyType", permitted), *more
    )
    return {POLICIES: text}


def external_scopes(names: str) -> Files:
    text = xml("ExtlClntAppOauthSettings", tag("commaSeparatedOauthScopes", names), NAME)
    return {SETTINGS: text}


def found(files: Files) -> list[str]:
    return orgs.found(files, app_authorised_for_everyone)


# -- what is found


@pytest.mark.parametrize(
    ("names", "powers"),
    [
        (["Api", "Full", "RefreshToken"], "Full"),
        (["Web", "Api", "RefreshToken"], "Web and RefreshToken"),
        (["OfflineAccess", "Web"], "Web and OfflineAccess"),
        (["full"], "full"),
    ],
)
def test_an_app_that_every_user_may_let_in(names: list[str], powers: str) -> None:
    assert found(app(approved("false"), *scopes(*names))) == [
        f"high/high {APP}:3 Connected app Loader can act as any user who authorises it (scopes {powers}), and every user "
        "may do so."
    ]


def test_the_scopes_are_evidence() -> None:
    files = app(*scopes("Web", "Api", "RefreshToken"), approved("false"))
    assert orgs.evidence(files, app_authorised_for_everyone) == [
        f"{APP}:6 isAdminApproved is false",
        f"{APP}:3 scope Web",
        f"{APP}:5 scope RefreshToken",
    ]


def test_an_older_file_that_does_not_say_who_approves() -> None:
    [line] = found(app(*scopes("Api", "Full")))
    assert line.startswith(f"high/medium {APP}:4 ")


def test_an_external_client_app_that_every_user_may_let_in() -> None:
    files = external() | external_scopes("Api, Web, RefreshToken")
    assert found(files) == [
        f"high/high {POLICIES}:3 External client app Erp can act as any user who authorises it (scopes Web and "
        "RefreshToken), and every user may do so."
    ]
    assert orgs.evidence(files, app_authorised_for_everyone) == [
        f"{POLICIES}:3 permitted users are AllSelfAuthorized",
        f"{SETTINGS}:2 scopes Web and RefreshToken",
    ]


def test_an_app_without_limits() -> None:
    files = app(*scopes("Api"), policy=limits("BYPASS", "infinite"))
    assert found(files) == [
        f"medium/high {APP}:5 Connected app Loader may be used from any address, with refresh tokens that never end."
    ]


def test_an_external_client_app_without_limits() -> None:
    more = [tag("ipRelaxationPolicyType", "Bypass"), tag("refreshTokenPolicyType", "Infinite")]
    [line] = found(external("AdminApprovedPreAuthorized", *more))
    assert line.startswith(f"medium/high {POLICIES}:4 External client app Erp may be used from any address")


@pytest.mark.parametrize(
    ("files", "where"),
    [
        (app(tag("consumerSecret", "0F1E2D3C4B5A")), f"{APP}:3 Connected app Loader"),
        (
            {
                "extlClntAppGlobalOauthSets/Erp_glbl.ecaGlblOauth-meta.xml": xml(
                    "ExtlClntAppGlobalOauthSettings", NAME, tag("consumerSecret", "0F1E2D3C4B5A")
                )
            },
            "extlClntAppGlobalOauthSets/Erp_glbl.ecaGlblOauth-meta.xml:3 External client app Erp",
        ),
    ],
)
def test_a_secret_in_the_files(files: Files, where: str) -> None:
    assert found(files) == [
        f"critical/high {where} has its consumer secret in the files: whoever can read them can pose as the app."
    ]


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        app(approved("true"), *scopes("Full", "RefreshToken")),
        app(approved("false"), *scopes("Api", "RefreshToken")),
        app(approved("false"), *scopes("Web", "Api")),
        app(approved("false")),
        {APP: xml("ConnectedApp", tag("label", "Single sign-on"))},
        app(*scopes("Api"), policy=limits("ENFORCE", "infinite")),
        app(*scopes("Api"), policy=limits("BYPASS", "zero")),
        app(tag("consumerSecret", "%%LOADER_SECRET%%")),
        external("AdminApprovedPreAuthorized") | external_scopes("Full"),
        external() | external_scopes("Api, RefreshToken"),
        external()
        | external_scopes("Full")
        | {
            "extlClntAppPolicies/Erp_plcy.ecaPlcy-meta.xml": xml(
                "ExtlClntAppConfigurablePolicies", NAME, tag("isEnabled", "false")
            )
        },
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_an_app_whose_scopes_are_not_here() -> None:
    assert orgs.not_checked(external(), app_authorised_for_everyone) == [
        "the scopes of Erp (ExtlClntAppOauthSettings) were not retrieved, and everybody may authorise the app"
    ]
