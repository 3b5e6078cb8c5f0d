"""Whose a bundle is: what its licence says, and what its name suggests, which is a guess."""

from __future__ import annotations

import re

_GUEST = re.compile(r"guest\b", re.IGNORECASE)
_EXTERNAL = re.compile(r"\b(community|portal|partner|external|authenticated website)\b", re.IGNORECASE)
_INTERNAL = re.compile(r"\bapp subscription\b", re.IGNORECASE)
"""Licences of employees that sound like those of partners."""
_INTEGRATION_LICENSE = re.compile(r"\b(integration|api only|xorg proxy)\b", re.IGNORECASE)
_AGENT_LICENSE = re.compile(r"\beinstein agent\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INTEGRATION = re.compile(r"integrat\w*|apis?|sync\w*|etl|mule\w*|boomi|glue|connectors?")
_PEOPLE = re.compile(r"admin\w*|managers?|users?|support|reader?s?|viewers?")
"""In the name of a permission set such as `Sync Admin` they mean the people who look after a connection."""


def classes_by_license(license_name: str) -> set[str]:
    """`guest`, `external`, `integration` or `agent`, as far as a user licence tells; often none."""
    if _AGENT_LICENSE.search(license_name):
        return {"agent"}
    if _GUEST.match(license_name):
        return {"guest"}
    if _INTEGRATION_LICENSE.search(license_name):
        return {"integration"}
    external = _EXTERNAL.search(license_name) and not _INTERNAL.search(license_name)
    return {"external"} if external else set()


def classes_by_name(name: str) -> set[str]:
    """`integration`, where the name sounds like one; else none."""
    words = [word.lower() for word in _WORD.findall(name)]
    machine = any(map(_INTEGRATION.fullmatch, words)) and not any(map(_PEOPLE.fullmatch, words))
    return {"integration"} if machine else set()


STANDARD_PROFILES = {
    "contract manager": "ContractManager",
    "marketing user": "MarketingProfile",
    "read only": "ReadOnly",
    "solution manager": "SolutionManager",
    "standard platform user": "StandardAul",
    "standard user": "Standard",
    "system administrator": "Admin",
}
"""Labels of standard profiles, in lower case, and the names that metadata has for them."""


def profile_name(label: str) -> str:
    """The metadata name of the profile that a file calls by its label."""
    return STANDARD_PROFILES.get(label.casefold(), label)
