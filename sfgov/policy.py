"""What `sfgov.yml` may say, as frozen data. Loading and validating it is config.py's work."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import msgspec

from sfgov.check import Ruleset, Severity


class _Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Bundles(_Policy, frozen=True):
    """Names of profiles, permission sets and groups, as metadata spells them."""

    profiles: tuple[str, ...] = ()
    permission_sets: tuple[str, ...] = ()
    permission_set_groups: tuple[str, ...] = ()


class Conditional(_Policy, frozen=True):
    """An object that may be deleted only when `unless` does not hold."""

    unless: str


class Delete(_Policy, frozen=True):
    """Who may delete what."""

    never: tuple[str, ...] = ()
    conditional: dict[str, Conditional] = {}
    cascade_ok: tuple[str, ...] = ()
    automation_ok: tuple[str, ...] = ()
    allow: Bundles = Bundles()
    members_only: tuple[str, ...] = ()


class Guest(_Policy, frozen=True):
    """What unauthenticated visitors may write."""

    allowed_writes: dict[str, tuple[Literal["create", "edit", "delete"], ...]] = {}


class AgentPrincipal(_Policy, frozen=True):
    """The bundles of AI agents' users, in general and per agent."""

    profiles: tuple[str, ...] = ()
    permission_sets: tuple[str, ...] = ()
    permission_set_groups: tuple[str, ...] = ()
    agents: dict[str, tuple[str, ...]] = {}


class Persona(_Policy, frozen=True):
    """A combination that real users have."""

    profile: str = ""
    permission_sets: tuple[str, ...] = ()
    permission_set_groups: tuple[str, ...] = ()


class Principals(_Policy, frozen=True):
    """Who is who."""

    admin: Bundles = Bundles()
    integration: Bundles = Bundles()
    agent: AgentPrincipal = AgentPrincipal()
    personas: dict[str, Persona] = {}


class SodRule(_Policy, frozen=True):
    """Two sides that nobody should hold together."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]


class Classification(_Policy, frozen=True):
    """Which classification values mean that a field is sensitive."""

    sensitive_groups: tuple[str, ...] = ("PII", "PHI", "HIPAA", "PCI", "GDPR", "CCPA")
    sensitive_levels: tuple[str, ...] = ("Confidential", "Restricted", "MissionCritical")
    restricted_levels: tuple[str, ...] = ("Restricted", "MissionCritical")
    ignore_fields: tuple[str, ...] = ()
    readers: dict[str, tuple[str, ...]] = {}


class MaskingRecords(_Policy, frozen=True):
    """Which columns of an in-house custom metadata type say what is masked."""

    type: str
    object: str
    field: str
    rule: str = ""
    active: str = ""


class Masking(_Policy, frozen=True):
    """Where masking is declared."""

    templates: tuple[str, ...] = ("governance/masking/*.yml", "governance/masking/*.yaml")
    exports: tuple[str, ...] = ("governance/exports/DataMask*.json",)
    custom_metadata: tuple[MaskingRecords, ...] = ()
    max_objects_per_policy: int = 3


class System(_Policy, frozen=True):
    """A system of record: which fields it masters (`*` for all)."""

    name: str
    principal: str = ""
    master_of: dict[str, tuple[str, ...]] = {}


class Attribution(_Policy, frozen=True):
    """Which fields hold where a lead came from."""

    fields: dict[str, tuple[str, ...]] = {}
    """By object; of an object without patterns, the fields with the usual names (UTM, click ids, referrers …)."""
    first_touch: tuple[str, ...] = ()
    """Fields that keep their first value, besides Lead Source and those with the usual names."""
    ai_sources: tuple[str, ...] = ("ChatGPT", "Perplexity", "Copilot", "Gemini", "Claude")


class Agents(_Policy, frozen=True):
    """What is expected of AI agents."""

    layers: Literal["required", "optional"] = "optional"
    min_topic_coverage: float = 0.8
    sensitive_actions: tuple[str, ...] = ("Refund*", "Delete*", "Cancel*", "Close*")


class Waiver(_Policy, frozen=True):
    """An accepted finding: who accepted it, why, and until when."""

    check: str
    component: str
    owner: str
    reason: str
    expires: datetime.date
    subject: str = "*"
    ticket: str = ""


class WaiverLimits(_Policy, frozen=True):
    """What a waiver may be at most, before SFG014 calls it too wide."""

    max_days: int = 366
    """From today until it expires."""
    max_components: int = 50
    """Components of the org that its pattern may cover."""


class Override(_Policy, frozen=True):
    """Findings under these paths are at most this severe."""

    paths: tuple[str, ...]
    max_severity: Severity


class Policy(_Policy, frozen=True):
    """The whole of `sfgov.yml`."""

    ruleset: Ruleset = Ruleset.RECOMMENDED
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Literal["critical", "high", "medium", "low", "info", "never"] = "high"
    """A severity, or never."""
    checks: dict[str, dict[str, Any]] = {}
    """Per check, by code or name: `severity` and the check's own options."""
    delete: Delete = Delete()
    guest: Guest = Guest()
    principals: Principals = Principals()
    sod: tuple[SodRule, ...] = ()
    classification: Classification = Classification()
    masking: Masking = Masking()
    retention: str = "governance/retention.yml"
    backup: str = "governance/backup.yml"
    systems: tuple[System, ...] = ()
    attribution: Attribution = Attribution()
    agents: Agents = Agents()
    waivers: tuple[Waiver, ...] = ()
    waiver_limits: WaiverLimits = WaiverLimits()
    overrides: tuple[Override, ...] = ()

    @property
    def declared_files(self) -> dict[str, tuple[str, ...]]:
        """Where people declare what metadata does not hold: globs, by sfgov's own types of files."""
        return {
            "BackupDeclaration": (self.backup,),
            "DataMaskExport": self.masking.exports,
            "MaskingTemplate": self.masking.templates,
            "RetentionDeclaration": (self.retention,),
        }
