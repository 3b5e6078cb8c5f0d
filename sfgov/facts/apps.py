"""Apps that log in by OAuth: connected apps, and external client apps with their settings and policies.

Keys and certificates are not kept; of a secret, only that there is one.
"""

from __future__ import annotations

from sfgov.facts.base import Fact, Mark
from sfgov.facts.permissions import Member


class ConnectedApp(Fact, frozen=True, kw_only=True):
    """A connected app. `lines` has the lines of `ipRelaxation`, `refreshTokenPolicy` and the like."""

    label: str = ""
    has_oauth: bool = False
    """Whether the file holds an OAuth configuration of the org's own."""
    scopes: tuple[Member, ...] = ()
    admin_approved: Mark = 0
    """Only users whom an administrator lets in may use it; else everybody may authorise it for himself."""
    pkce_required: Mark = 0
    client_credentials: Mark = 0
    client_credentials_user: str = ""
    consumer_secret: bool = False
    """Whether the file holds the secret, and not a placeholder."""
    ip_relaxation: str = ""
    refresh_token_policy: str = ""
    profiles: tuple[Member, ...] = ()
    """The profiles that an administrator lets in, by label."""
    permission_sets: tuple[Member, ...] = ()


class ExternalClientApplication(Fact, frozen=True, kw_only=True):
    """An external client app; what it may do stands in the other files that name it."""

    label: str = ""
    distribution_state: str = ""


class ExtlClntAppConfigurablePolicies(Fact, frozen=True, kw_only=True):
    """Whether an external client app is switched on in the org."""

    app: str = ""
    enabled: Mark = 0


class ExtlClntAppOauthSettings(Fact, frozen=True, kw_only=True):
    """The OAuth scopes of an external client app."""

    app: str = ""
    """The name of the app, with its namespace."""
    scopes: tuple[str, ...] = ()


class ExtlClntAppGlobalOauthSettings(Fact, frozen=True, kw_only=True):
    """The OAuth settings that an external client app has wherever it is installed."""

    app: str = ""
    pkce_required: Mark = 0
    consumer_secret: bool = False


class ExtlClntAppOauthConfigurablePolicies(Fact, frozen=True, kw_only=True):
    """How the org limits the use of an external client app."""

    app: str = ""
    permitted_users: str = ""
    """`AllSelfAuthorized` or `AdminApprovedPreAuthorized`."""
    client_credentials: Mark = 0
    client_credentials_user: str = ""
    ip_relaxation: str = ""
    refresh_token_policy: str = ""
