"""Connected apps and external client apps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import (
    ConnectedApp,
    ExternalClientApplication,
    ExtlClntAppConfigurablePolicies,
    ExtlClntAppGlobalOauthSettings,
    ExtlClntAppOauthConfigurablePolicies,
    ExtlClntAppOauthSettings,
    Fact,
)
from sfgov.parse.permissions import members
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

_NOTHING = Element("", "", 0)


def read_connected_app(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A connected app. Its keys and certificates stay in the file."""
    oauth = root.first("oauthConfig")
    config = oauth or _NOTHING
    policy = root.first("oauthPolicy") or _NOTHING
    yield ConnectedApp(
        name=source.name,
        line=root.line,
        lines=root.lines("label")
        | config.lines("consumerSecret", "oauthClientCredentialUser")
        | policy.lines("ipRelaxation", "refreshTokenPolicy"),
        label=root.get("label"),
        has_oauth=oauth is not None,
        scopes=members(config, "scopes"),
        admin_approved=config.mark("isAdminApproved"),
        pkce_required=config.mark("isPkceRequired"),
        client_credentials=config.mark("isClientCredentialEnabled"),
        client_credentials_user=config.get("oauthClientCredentialUser"),
        consumer_secret=_is_secret(config.get("consumerSecret")),
        ip_relaxation=policy.get("ipRelaxation"),
        refresh_token_policy=policy.get("refreshTokenPolicy"),
        profiles=members(root, "profileName"),
        permission_sets=members(root, "permissionSetName"),
    )


def read_external_client_app(root: Element, source: SourceFile) -> Iterator[Fact]:
    """An external client app's head file."""
    yield ExternalClientApplication(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "distributionState"),
        label=root.get("label"),
        distribution_state=root.get("distributionState"),
    )


def read_policies(root: Element, source: SourceFile) -> Iterator[Fact]:
    """Whether the app is switched on."""
    yield ExtlClntAppConfigurablePolicies(
        name=source.name,
        line=root.line,
        app=root.get("externalClientApplication"),
        enabled=root.mark("isEnabled"),
    )


def read_global_oauth_settings(root: Element, source: SourceFile) -> Iterator[Fact]:
    """The app's OAuth settings that hold everywhere."""
    yield ExtlClntAppGlobalOauthSettings(
        name=source.name,
        line=root.line,
        lines=root.lines("consumerSecret"),
        app=root.get("externalClientApplication"),
        pkce_required=root.mark("isPkceRequired"),
        consumer_secret=_is_secret(root.get("consumerSecret")),
    )


def read_oauth_policies(root: Element, source: SourceFile) -> Iterator[Fact]:
    """How the org limits the app."""
    yield ExtlClntAppOauthConfigurablePolicies(
        name=source.name,
        line=root.line,
        lines=root.lines(
            "permittedUsersPolicyType",
            "clientCredentialsFlowUser",
            "ipRelaxationPolicyType",
            "refreshTokenPolicyType",
        ),
        app=root.get("externalClientApplication"),
        permitted_users=root.get("permittedUsersPolicyType"),
        client_credentials=root.mark("isClientCredentialsFlowEnabled"),
        client_credentials_user=root.get("clientCredentialsFlowUser"),
        ip_relaxation=root.get("ipRelaxationPolicyType"),
        refresh_token_policy=root.get("refreshTokenPolicyType"),
    )


def read_oauth_settings(root: Element, source: SourceFile) -> Iterator[Fact]:
    """The app's scopes."""
    scopes = root.get("commaSeparatedOauthScopes").split(",")
    yield ExtlClntAppOauthSettings(
        name=source.name,
        line=root.line,
        lines=root.lines("commaSeparatedOauthScopes"),
        app=root.get("externalClientApplication"),
        scopes=tuple(scope.strip() for scope in scopes if scope.strip()),
    )


_PLACEHOLDER = re.compile(
    r"%%.*%%|\$?\{.*\}|__.*__|<.*>|\W*|(.)\1*|.*(placeholder|change.?me|replace.?me|secret.?here).*",
    re.IGNORECASE | re.DOTALL,
)


def _is_secret(text: str) -> bool:
    """Whether something stands there that a deployment would not replace."""
    return not _PLACEHOLDER.fullmatch(text)


READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "ConnectedApp": read_connected_app,
    "ExternalClientApplication": read_external_client_app,
    "ExtlClntAppConfigurablePolicies": read_policies,
    "ExtlClntAppGlobalOauthSettings": read_global_oauth_settings,
    "ExtlClntAppOauthConfigurablePolicies": read_oauth_policies,
    "ExtlClntAppOauthSettings": read_oauth_settings,
}
