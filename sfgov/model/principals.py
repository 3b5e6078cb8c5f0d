"""Whose a bundle probably is, by its licence and its name. A guess, so that a policy file need not say it all."""

from __future__ import annotations

import re

_GUEST = re.compile(r"guest\b", re.IGNORECASE)
_EXTERNAL = re.compile(r"\b(community|portal|partner|external|authenticated website)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INTEGRATION = re.compile(r"integrat\w*|apis?|sync\w*|etl|mule\w*|boomi|glue|connectors?")
_INTEGRATION_LICENSE = re.compile(r"\b(integration|api only)\b", re.IGNORECASE)
_AGENT_LICENSE = re.compile(r"\beinstein agent\b", re.IGNORECASE)


def principal_classes(
    name: str, license_name: str, *, agent: bool = False, profile: bool = False
) -> set[str]:
    """`admin`, `guest`, `external`, `integration`, `agent`, as far as a name and a licence tell; often none.

    `agent` says that the name is that of a known agent's access, `profile` that the bundle is a profile.
    """
    words = {word.lower() for word in _WORD.findall(name)}
    guest = bool(_GUEST.match(license_name))
    signs = {
        "admin": profile and name.casefold() == "admin",
        "guest": guest,
        "external": not guest and bool(_EXTERNAL.search(license_name)),
        "integration": any(map(_INTEGRATION.fullmatch, words))
        or bool(_INTEGRATION_LICENSE.search(license_name)),
        "agent": agent or bool(_AGENT_LICENSE.search(license_name)),
    }
    return {label for label, present in signs.items() if present}
