"""A first `sfgov.yml` for an org: what is certain is set, what people must decide stands there as a comment."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sfgov.facts import CustomField, CustomObject, Flow, MaskingTemplate, PermissionSet, Profile
from sfgov.facts.permissions import PermissionBundle
from sfgov.model.index import Index, Written
from sfgov.policy import Classification

NEEDED = frozenset({"Profile", "PermissionSet", "CustomObject", "CustomField", "Flow", "MaskingTemplate"})
"""The metadata types that a proposal is made from."""

Bundle = Written[Profile] | Written[PermissionSet]
_AT_MOST = 12
"""Names in a comment; more are counted."""
_IN_LINE = 4
"""Names in a proposed list."""


def proposal(index: Index) -> str:
    """The text of the file."""
    return "\n".join(
        (
            *_HEAD,
            "",
            *_delete(index),
            "",
            *_principals(index),
            "",
            *_masking(index),
            "",
            *_DECLARED,
            "",
            *_WAIVERS,
            "",
        )
    )


_HEAD = """\
# The policy that `sfgov check` holds this org against. Every key is optional.
# A line that starts with "#" and a key is a proposal: remove the "#" to make it hold.
# `sfgov checks` lists all checks, `sfgov explain CODE` explains one.

ruleset: recommended   # which checks run: minimal, recommended or strict
fail_on: high          # the mildest severity that fails the gate; never: report only
# ignore: [HYG003]     # checks that do not run: codes, names or packs
# checks:
#   DEL001: {severity: medium}""".splitlines()

_DECLARED = """\
# Permissions that nobody should hold together.
# sod:
#   - {name: file-and-approve, left: ["obj:Claim__c:create"], right: ["custom:Approve_Claims"]}

# Which system is master of which fields; people and other systems do not write them.
# systems:
#   - {name: ERP, principal: ERP Integration, master_of: {Account: [Credit_Limit__c]}}

# Which fields hold where a lead came from; without this, those with the usual names.
# attribution:
#   fields: {Lead: ["Origin_*"]}
#   first_touch: [Origin_First__c]""".splitlines()

_WAIVERS = """\
# Findings that are accepted for a time, with an owner and a reason.
# waivers:
#   - check: DEL001
#     component: "PermissionSet:Sales_*"
#     owner: jane@example.com
#     reason: Needed until the migration is done
#     expires: 2026-12-31

# Folders in which findings are at most this severe.
# overrides:
#   - {paths: ["force-app/legacy/**"], max_severity: low}""".splitlines()


def _delete(index: Index) -> Iterator[str]:
    yield "# Who may delete what."
    yield "delete:"
    guarded = sorted(
        {
            w.fact.start.object
            for w in index.all(Flow)
            if w.fact.start.trigger_type == _BEFORE_DELETE and w.fact.start.object.isprintable()
        }
        - {""}
    )
    if guarded:
        yield from _comment(f"These objects have a before-delete flow: {_named(guarded)}.", "  ")
    yield "  # Records that nobody may delete, and records that may be deleted in some states only."
    objects = [w.name for w in index.all(CustomObject) if w.name.endswith("__c") and _own(index, w.name)]
    final = [name for name in objects if _sounds_like(name, _FINAL_WORDS)]
    yield f"  # never: [{', '.join(map(_quoted, (final or guarded or ['Invoice__c'])[:_IN_LINE]))}]"
    yield "  # conditional:"
    yield '  #   Opportunity: {unless: "IsClosed = true"}'
    yield "  # Who may delete them all the same."
    admin = index.get(Profile, "Admin")
    yield f"  {'' if admin else '# '}allow: {{profiles: [Admin]}}"


_BEFORE_DELETE = "RecordBeforeDelete"
_FINAL_WORDS = frozenset(
    {
        "agreement",
        "audit",
        "consent",
        "contract",
        "invoice",
        "journal",
        "ledger",
        "payment",
        "receipt",
        "refund",
    }
)
"""Objects with such names hold what is not taken back."""


def _principals(index: Index) -> Iterator[str]:
    bundles = _bundles(index)
    agents = [w for w in bundles if "agent" in _licence(w.fact)]
    machines = [w for w in bundles if w not in agents and _is_for_machines(w.fact)]
    people = [w for w in bundles if w not in agents and w not in machines]
    yield "# Who is who. Profiles, permission sets and groups by their names in the metadata."
    yield "principals:"
    yield f"  {'' if index.get(Profile, 'Admin') else '# '}admin: {{profiles: [Admin]}}"
    admins = [w for w in people if _holds(w.fact, "ModifyAllData") and w.name != "Admin"]
    if admins:
        yield from _comment(
            f"These hold Modify All Data, too: {_components(admins)}. Are they administrators?", "  "
        )
    yield from _principal("integration", machines, "Their licence or API Only User says so.")
    likely = [w for w in people if _sounds_like(f"{w.name} {w.fact.label}", _INTEGRATION_WORDS)]
    if likely:
        yield from _comment(f"By their names these may belong to integrations: {_components(likely)}.", "  ")
    yield from _principal("agent", agents, "AI agents, by their licence.")
    yield "  # Combinations that real users have."
    yield "  # personas:"
    profile = _first(w.name for w in people if isinstance(w.fact, Profile) and w.fact.custom)
    permission_set = _first(w.name for w in people if isinstance(w.fact, PermissionSet))
    yield f"  #   Sales Rep: {{profile: {profile or 'Standard'}, permission_sets: [{permission_set}]}}"


def _first(names: Iterator[str]) -> str:
    return next(map(_quoted, names), "")


def _principal(key: str, found: Sequence[Bundle], why: str) -> Iterator[str]:
    if not found and key == "agent":
        yield "  # agent: {agents: {Order_Help: [Order_Help_Access]}}   # each AI agent, and its permission sets"
        return
    if not found:
        yield f"  # {key}: {{profiles: [], permission_sets: []}}"
        return
    yield f"  # {why}"
    yield f"  {key}:"
    yield from _list("profiles", [w.name for w in found if isinstance(w.fact, Profile)])
    yield from _list("permission_sets", [w.name for w in found if isinstance(w.fact, PermissionSet)])


def _list(key: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"    {key}:"
        yield from (f"      - {_quoted(name)}" for name in names)


def _bundles(index: Index) -> list[Bundle]:
    found: list[Bundle] = [*index.all(Profile), *index.all(PermissionSet)]
    return [written for written in found if _own(index, written.name)]


def _own(index: Index, name: str) -> bool:
    """Whether the name is the org's own, and can be written down."""
    return name.isprintable() and not index.managed(name)


def _holds(bundle: PermissionBundle, permission: str) -> bool:
    return any(
        a.kind == "userPermissions" and a.name == permission and a.enabled > 0 for a in bundle.accesses
    )


def _is_for_machines(bundle: Profile | PermissionSet) -> bool:
    return "integration" in _licence(bundle) or _holds(bundle, "ApiUserOnly")


def _licence(bundle: Profile | PermissionSet) -> str:
    return (bundle.user_license if isinstance(bundle, Profile) else bundle.license).casefold()


_INTEGRATION_WORDS = frozenset(
    {
        "api",
        "connector",
        "etl",
        "integration",
        "integrations",
        "interface",
        "middleware",
        "sync",
        "webservice",
    }
    | {"boomi", "celigo", "fivetran", "informatica", "jitterbit", "mule", "mulesoft", "snaplogic", "talend"}
    | {"workato", "zapier"}
)


def _sounds_like(name: str, words: frozenset[str]) -> bool:
    return any(word.casefold() in words for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def _masking(index: Index) -> Iterator[str]:
    fields = [w.fact for w in index.all(CustomField) if _is_sensitive(w.fact)]
    yield "# What is masked in sandboxes: one template per object."
    templates = [w.name for w in index.all(MaskingTemplate)]
    if templates:
        yield from _comment(f"There are templates for {_named(templates)}.")
    if not fields:
        yield "# No field that was read here has a sensitive data classification."
        yield "# masking:"
        yield "#   templates: [governance/masking/*.yml]"
        return
    objects = [name for name, _ in Counter(field.object for field in fields).most_common()]
    number = f"{len(fields)} field is" if len(fields) == 1 else f"{len(fields)} fields are"
    yield from _comment(f"{number} classified as sensitive, on {_named(objects)}.")
    yield "masking:"
    yield '  templates: ["governance/masking/*.yml"]'


def _is_sensitive(field: CustomField) -> bool:
    defaults = Classification()
    groups = set(re.split(r"[;,]\s*", field.compliance_group))
    return field.security_classification in defaults.sensitive_levels or not groups.isdisjoint(
        defaults.sensitive_groups
    )


def _components(found: Iterable[Bundle]) -> str:
    words = {"Profile": "profile", "PermissionSet": "permission set"}
    return _named([f"{words[w.type]} {w.name}" for w in found])


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_AT_MOST])
    return f"{shown} and {len(names) - _AT_MOST} more" if len(names) > _AT_MOST else shown


def _comment(text: str, indent: str = "") -> list[str]:
    """The text as comment lines. Names out of an org may hold anything, but no line of theirs ends a comment."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return textwrap.wrap(plain, 100, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def _quoted(name: str) -> str:
    """The name as YAML: plain where that is safe, else between quotes as JSON has them."""
    plain = re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) and name.casefold() not in ("true", "false", "null")
    return name if plain else json.dumps(name, ensure_ascii=False)
