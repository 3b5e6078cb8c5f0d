"""ACC007: apps that everybody may let into the org, with more than an app needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    ConnectedApp,
    ExtlClntAppConfigurablePolicies,
    ExtlClntAppGlobalOauthSettings,
    ExtlClntAppOauthConfigurablePolicies,
    ExtlClntAppOauthSettings,
)
from sfgov.facts.permissions import Member
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Evidence

_REFRESH = {"refreshtoken", "offlineaccess"}


@check(
    "ACC007",
    "app-authorised-for-everyone",
    Severity.HIGH,
    reads=(ConnectedApp, ExtlClntAppOauthConfigurablePolicies, ExtlClntAppGlobalOauthSettings),
    against=(ExtlClntAppOauthSettings, ExtlClntAppConfigurablePolicies),
    tags=("security", "oauth"),
    controls=("SBS-OAUTH-002",),
)
def app_authorised_for_everyone(org: Org) -> Iterator[Outcome]:
    """An app that can do everything its user can is let in by administrators, not by each user.

    An app with the scope Full, or with the scopes Web and RefreshToken, is as powerful as a user's own session, and with
    a refresh token it stays so when the user has gone home. Where users authorise such an app themselves
    (`isAdminApproved` is not true; for an external client app, permitted users are `AllSelfAuthorized`), one person who
    is talked into it opens the org: most of the great Salesforce data thefts of late began that way.

    A consumer secret in the files is critical: whoever can read the repository can pose as the app. An app that ignores
    the org's address ranges and whose refresh tokens never end is of medium severity. Where an older file does not say
    `isAdminApproved`, which then is false, the confidence is medium. Quiet is an external client app that is switched
    off.

    ## Bad
    ```xml connectedApps/Data_Loader_Plus.connectedApp-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ConnectedApp xmlns="http://soap.sforce.com/2006/04/metadata">
        <contactEmail>it@example.com</contactEmail>
        <label>Data Loader Plus</label>
        <oauthConfig>
            <callbackUrl>https://example.com/callback</callbackUrl>
            <isAdminApproved>false</isAdminApproved>
            <scopes>Full</scopes>
            <scopes>RefreshToken</scopes>
        </oauthConfig>
    </ConnectedApp>
    ```

    ## Good
    ```xml connectedApps/Data_Loader_Plus.connectedApp-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ConnectedApp xmlns="http://soap.sforce.com/2006/04/metadata">
        <contactEmail>it@example.com</contactEmail>
        <label>Data Loader Plus</label>
        <oauthConfig>
            <callbackUrl>https://example.com/callback</callbackUrl>
            <isAdminApproved>true</isAdminApproved>
            <scopes>Api</scopes>
            <scopes>RefreshToken</scopes>
        </oauthConfig>
        <permissionSetName>Data loading</permissionSetName>
    </ConnectedApp>
    ```

    ## Fix
    Let administrators approve the app's users and name the profiles or permission sets that may use it, and cut its
    scopes down to those that it needs.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=xcloud.connected_app_manage_oauth.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_connectedapp.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_extlclntappoauthconfigurablepolicies.htm
    """
    for app in org.all(ConnectedApp):
        yield from _connected(app)
    scopes = {w.fact.app.casefold(): w for w in org.all(ExtlClntAppOauthSettings)}
    off = {w.fact.app.casefold() for w in org.all(ExtlClntAppConfigurablePolicies) if w.fact.enabled < 0}
    unseen = []
    for policies in org.all(ExtlClntAppOauthConfigurablePolicies):
        name = policies.fact.app.casefold()
        if name not in off:
            yield from _external(policies, scopes)
            if name not in scopes and _self_authorised(policies):
                unseen.append(policies.fact.app)
    if unseen:
        yield NotChecked(
            f"the scopes of {', '.join(unseen)} (ExtlClntAppOauthSettings) were not retrieved, and everybody may "
            "authorise the app"
        )
    for settings in org.all(ExtlClntAppGlobalOauthSettings):
        if settings.fact.consumer_secret:
            yield _secret(settings, f"External client app {settings.fact.app}")


def _connected(written: Written[ConnectedApp]) -> Iterator[Finding]:
    app = written.fact
    name = f"Connected app {written.name}"
    powers = _powers(app.scopes)
    if powers and app.admin_approved <= 0:
        at = written.at(abs(app.admin_approved) or powers[0].line, "isAdminApproved")
        says = "isAdminApproved is false" if app.admin_approved else "isAdminApproved is not set"
        yield Finding(
            f"{name} can act as any user who authorises it (scopes {_listed(powers)}), and every user may do so.",
            at=at,
            because=[
                *([at.says(says)] if app.admin_approved else []),
                *(written.at(p.line, f"scopes[{p.name}]").says(f"scope {p.name}") for p in powers),
            ],
            confidence=None if app.admin_approved else Confidence.MEDIUM,
            subject="every user may authorise it",
        )
    if _without_limits(app.ip_relaxation, app.refresh_token_policy):
        yield _unlimited(written, name, "ipRelaxation", "refreshTokenPolicy")
    if app.consumer_secret:
        yield _secret(written, name)


def _external(
    written: Written[ExtlClntAppOauthConfigurablePolicies],
    scopes: Mapping[str, Written[ExtlClntAppOauthSettings]],
) -> Iterator[Finding]:
    policies = written.fact
    name = f"External client app {policies.app}"
    settings = scopes.get(policies.app.casefold())
    line = settings.fact.line_of("commaSeparatedOauthScopes") if settings else 0
    powers = _powers(Member(scope, line) for scope in settings.fact.scopes) if settings else []
    if settings and powers and _self_authorised(written):
        at = written.at_element("permittedUsersPolicyType")
        yield Finding(
            f"{name} can act as any user who authorises it (scopes {_listed(powers)}), and every user may do so.",
            at=at,
            because=[
                at.says("permitted users are AllSelfAuthorized"),
                settings.at_element("commaSeparatedOauthScopes").says(f"scopes {_listed(powers)}"),
            ],
            fix="Set permittedUsersPolicyType to AdminApprovedPreAuthorized and name who may use the app, and cut its "
            "scopes down to those that it needs.",
            subject="every user may authorise it",
        )
    if _without_limits(policies.ip_relaxation, policies.refresh_token_policy):
        yield _unlimited(written, name, "ipRelaxationPolicyType", "refreshTokenPolicyType")


def _self_authorised(written: Written[ExtlClntAppOauthConfigurablePolicies]) -> bool:
    return written.fact.permitted_users.casefold() == "allselfauthorized"


def _powers(scopes: Iterable[Member]) -> list[Member]:
    """The scopes that make the app as powerful as a user's session; none where it is less."""
    given = list(scopes)
    by_name = {scope.name.casefold(): scope for scope in given}
    if "full" in by_name:
        return [by_name["full"]]
    refresh = next((scope for scope in given if scope.name.casefold() in _REFRESH), None)
    return [by_name["web"], refresh] if "web" in by_name and refresh else []


def _listed(powers: Iterable[Member]) -> str:
    return " and ".join(scope.name for scope in powers)


def _without_limits(ip_relaxation: str, refresh_token_policy: str) -> bool:
    return ip_relaxation.casefold() == "bypass" and refresh_token_policy.casefold() == "infinite"


def _unlimited(
    written: Written[ConnectedApp] | Written[ExtlClntAppOauthConfigurablePolicies],
    name: str,
    addresses: str,
    tokens: str,
) -> Finding:
    evidence: list[Evidence] = [
        written.at_element(addresses).says("the org's address ranges do not hold for the app"),
        written.at_element(tokens).says("its refresh tokens never end"),
    ]
    return Finding(
        f"{name} may be used from any address, with refresh tokens that never end.",
        at=evidence[0].place,
        because=evidence,
        fix="Enforce the address ranges, or let refresh tokens end.",
        severity=Severity.MEDIUM,
    )


def _secret(written: Written[ConnectedApp] | Written[ExtlClntAppGlobalOauthSettings], name: str) -> Finding:
    at = written.at_element("consumerSecret")
    return Finding(
        f"{name} has its consumer secret in the files: whoever can read them can pose as the app.",
        at=at,
        because=[at.says("the secret")],
        fix="Rotate the secret in the org, and remove the element here and from the repository's history.",
        severity=Severity.CRITICAL,
    )
