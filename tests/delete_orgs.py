"""Small orgs about deleting invoices: each function gives the files of one piece, one block a line."""

from __future__ import annotations

from sfgov.check import Check
from sfgov.testing import lint
from tests.flow_xml import ACTIVE, before_delete, condition, flow, node, rule, tag, xml

Files = dict[str, str]
STOP = "<customErrors><name>Stop</name></customErrors>"
POSTED = rule("Posted", condition("$Record.Posted__c", "EqualTo", "true"), to="Stop")


def line_guard(status: str = ACTIVE, object_: str = "Invoice_Line__c", name: str = "Guard_Lines") -> Files:
    """A before-delete flow that blocks posted records; its start is line 4, its status line 5."""
    start = before_delete("Ask").replace("Invoice__c", object_)
    return {f"flows/{name}.flow-meta.xml": flow(STOP, node("decisions", "Ask", POSTED), start, status)}


def always_guard(object_: str = "Invoice__c", status: str = ACTIVE, name: str = "Block_All") -> Files:
    """A before-delete flow that blocks every delete; its start is line 3."""
    start = before_delete("Stop").replace("Invoice__c", object_)
    return {f"flows/{name}.flow-meta.xml": flow(STOP, start, status)}


def field(name: str, type_: str, parent: str = "", constraint: str = "") -> Files:
    """A field file; its type is line 3 and its delete constraint line 5."""
    object_, _, own = name.partition(".")
    blocks = [tag("fullName", own), tag("type", type_)]
    blocks += [tag("referenceTo", parent)] if parent else []
    blocks += [tag("deleteConstraint", constraint)] if constraint else []
    return {f"objects/{object_}/fields/{own}.field-meta.xml": xml("CustomField", *blocks)}


MASTER = field("Invoice_Line__c.Invoice__c", "MasterDetail", "Invoice__c")


def deleter(object_: str = "Invoice__c", name: str = "Sales", *, can: bool = True) -> Files:
    """A permission set with one object entry; `allowDelete` is line 3."""
    entry = f"<objectPermissions>\n<allowDelete>{str(can).lower()}</allowDelete><allowEdit>true</allowEdit>"
    entry += f"<allowRead>true</allowRead><object>{object_}</object></objectPermissions>"
    return {f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", entry)}


def administrator() -> Files:
    """The profile Admin with Modify All Data."""
    entry = "<userPermissions><enabled>true</enabled><name>ModifyAllData</name></userPermissions>"
    return {"profiles/Admin.profile-meta.xml": xml("Profile", entry)}


def guard_trigger(body: str, object_: str = "Invoice_Line__c", event: str = "before delete") -> Files:
    """A trigger named `Guard`; its body starts on line 2."""
    return {"triggers/Guard.trigger": f"trigger Guard on {object_} ({event}) {{\n{body}\n}}\n"}


BLOCK_POSTED = "for (Invoice_Line__c line : Trigger.old) { if (line.Posted__c) { line.addError('no'); } }"


def found(files: Files, check: Check) -> list[str]:
    """What a check says: severity, confidence, place and message."""
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in lint(files, check)]


def evidence(files: Files, check: Check) -> list[str]:
    """The evidence of the only finding."""
    [result] = lint(files, check)
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]


def entry(object_: str, *true: str, false: tuple[str, ...] = ()) -> str:
    """One line of XML: an `objectPermissions` block."""
    flags = "".join(tag(flag, "true") for flag in true) + "".join(tag(flag, "false") for flag in false)
    return f"<objectPermissions>{flags}<object>{object_}</object></objectPermissions>"


def field_entry(name: str, *, edits: bool = False) -> str:
    """One line of XML: a `fieldPermissions` block that lets read, and perhaps write."""
    marks = f"{tag('editable', str(edits).lower())}{tag('field', name)}{tag('readable', 'true')}"
    return f"<fieldPermissions>{marks}</fieldPermissions>"


DELETES = ("allowRead", "allowEdit", "allowDelete")


def switch(block: str, name: str, *, enabled: bool = True) -> str:
    """One line of XML: a `userPermissions` or `customPermissions` block."""
    return f"<{block}><enabled>{str(enabled).lower()}</enabled><name>{name}</name></{block}>"


def bundle(folder: str, name: str, *lines: str) -> Files:
    """A bundle in either format: `permissionsets`, `profiles`, `mutingpermissionsets`; its blocks start on line 2."""
    suffix = {"permissionsets": "permissionset", "profiles": "profile"}.get(folder, "mutingpermissionset")
    root = {"permissionset": "PermissionSet", "profile": "Profile"}.get(suffix, "MutingPermissionSet")
    return {f"{folder}/{name}.{suffix}-meta.xml": xml(root, *lines)}


def group(name: str, *sets: str, mute: str = "") -> Files:
    """A permission set group: its sets start on line 2, its muting set comes last."""
    lines = [tag("permissionSets", one) for one in sets]
    lines += [tag("mutingPermissionSets", mute)] if mute else []
    return {f"permissionsetgroups/{name}.permissionsetgroup-meta.xml": xml("PermissionSetGroup", *lines)}


def mdapi(files: Files) -> Files:
    """The same files as a metadata retrieve names them; object files must be given as such."""
    code = (".cls-meta.xml", ".trigger-meta.xml")
    renamed = {
        path if path.endswith(code) else path.removesuffix("-meta.xml"): text for path, text in files.items()
    }
    return renamed | {"package.xml": xml("Package", "<version>60.0</version>")}
