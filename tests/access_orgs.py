"""Small orgs about access: each function gives the file of one component, one block a line from line 2 on."""

from __future__ import annotations

import re

from sfgov.check import Check
from sfgov.result import Result
from sfgov.testing import lint, lint_run

Files = dict[str, str]
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"


def xml(root: str, *blocks: str) -> str:
    return "\n".join([f'<{root} xmlns="{NAMESPACE}">', *blocks, f"</{root}>", ""])


def tag(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>"


def policy(text: str) -> Files:
    return {"sfgov.yml": text}


def profile(name: str, *blocks: str) -> Files:
    return {f"profiles/{name}.profile-meta.xml": xml("Profile", *blocks)}


def permission_set(name: str, *blocks: str) -> Files:
    return {f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", *blocks)}


def group(name: str, *sets: str, mute: str = "", blocks: tuple[str, ...] = ()) -> Files:
    members = [tag("permissionSets", one) for one in sets]
    muting = [tag("mutingPermissionSets", mute)] if mute else []
    text = xml("PermissionSetGroup", *members, *muting, *blocks)
    return {f"permissionsetgroups/{name}.permissionsetgroup-meta.xml": text}


def muting_set(name: str, *blocks: str) -> Files:
    return {f"mutingpermissionsets/{name}.mutingpermissionset-meta.xml": xml("MutingPermissionSet", *blocks)}


def custom_object(name: str, *blocks: str) -> Files:
    return {f"objects/{name}/{name}.object-meta.xml": xml("CustomObject", *blocks)}


def field(name: str, *blocks: str, type_: str = "Text") -> Files:
    """A field (`Object.Field`); its type is line 3."""
    parent, _, own = name.partition(".")
    text = xml("CustomField", tag("fullName", own), tag("type", type_), *blocks)
    return {f"objects/{parent}/fields/{own}.field-meta.xml": text}


def validation_rule(name: str, formula: str, *, active: bool = True) -> Files:
    """A rule (`Object.Rule`); its formula is line 4."""
    parent, _, own = name.partition(".")
    blocks = [
        tag("fullName", own),
        tag("active", str(active).lower()),
        tag("errorConditionFormula", formula),
        tag("errorMessage", "No."),
    ]
    return {f"objects/{parent}/validationRules/{own}.validationRule-meta.xml": xml("ValidationRule", *blocks)}


def apex_class(name: str, text: str, api_version: str = "62.0") -> Files:
    """A class and the file beside it; without an API version, the class alone."""
    meta = {f"classes/{name}.cls-meta.xml": xml("ApexClass", tag("apiVersion", api_version))}
    return {f"classes/{name}.cls": text} | (meta if api_version else {})


def user(name: str, enabled: str = "true") -> str:
    return f"<userPermissions><enabled>{enabled}</enabled><name>{name}</name></userPermissions>"


def custom(name: str) -> str:
    return f"<customPermissions><enabled>true</enabled><name>{name}</name></customPermissions>"


def on(name: str, *true: str) -> str:
    flags = "".join(tag(flag, "true") for flag in true)
    return f"<objectPermissions>{flags}{tag('object', name)}</objectPermissions>"


def reads(name: str, *, edits: bool = False) -> str:
    marks = f"{tag('editable', str(edits).lower())}{tag('field', name)}{tag('readable', 'true')}"
    return f"<fieldPermissions>{marks}</fieldPermissions>"


def license_(name: str) -> str:
    return tag("userLicense", name)


SECRET = tag("securityClassification", "Restricted")


def found(files: Files, check: Check) -> list[str]:
    """What a check says: severity, confidence, place and message. It says the same of the org in mdapi format."""
    results = lint(files, check)
    assert sorted(map(_told, lint(as_mdapi(files), check))) == sorted(map(_told, results))
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in results]


def components(files: Files, check: Check) -> list[str]:
    """What the findings are about, in either format."""
    results = lint(files, check)
    assert sorted(map(_told, lint(as_mdapi(files), check))) == sorted(map(_told, results))
    return [r.component for r in results]


def one(files: Files, check: Check) -> Result:
    """The only finding."""
    [result] = lint(files, check)
    return result


def evidence(files: Files, check: Check) -> list[str]:
    """The evidence of the only finding."""
    return [f"{step.path}:{step.line} {step.message}" for step in one(files, check).evidence]


def not_checked(files: Files, check: Check) -> list[str]:
    return [told.reason for told in lint_run(files, check).not_checked]


def _told(result: Result) -> tuple[str, ...]:
    """What does not depend on the format."""
    return (result.severity, result.confidence, result.component, result.subject, result.message)


_INLINE = {"fields": "fields", "validationRules": "validationRules", "recordTypes": "recordTypes"}


def as_mdapi(files: Files) -> Files:
    """The same org as a retrieve in mdapi format brings it: children inside their object's file."""
    found: Files = {"src/package.xml": xml("Package", tag("version", "62.0"))}
    objects: dict[str, list[str]] = {}
    for path, text in files.items():
        parts = path.split("/")
        if parts[0] == "objects":
            child = len(parts) == 4
            root = _INLINE[parts[2]] if child else ""
            objects.setdefault(parts[1], []).append(
                f"<{root}>{_body(text)}</{root}>" if child else _body(text)
            )
        elif path == "sfgov.yml" or parts[0] == "governance":
            found[path] = text
        else:
            beside = parts[0] in (
                "classes",
                "triggers",
            )  # these have a file beside their text in either format
            found[f"src/{path if beside else path.removesuffix('-meta.xml')}"] = text
    for name, blocks in objects.items():
        found[f"src/objects/{name}.object"] = xml("CustomObject", *blocks)
    return found


def _body(text: str) -> str:
    """What stands between the root's tags."""
    match = re.fullmatch(r"<(\w+)[^>]*>(.*)</\1>\s*", text, re.DOTALL)
    assert match
    return match[2]
