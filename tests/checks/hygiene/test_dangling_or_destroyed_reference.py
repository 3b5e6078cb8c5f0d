from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.hygiene.dangling_or_destroyed_reference import dangling_or_destroyed_reference
from tests.access_orgs import (
    as_mdapi,
    custom,
    field,
    group,
    on,
    permission_set,
    profile,
    reads,
    validation_rule,
)
from tests.flow_xml import ACTIVE, after_save, filters, flow, node, tag, xml

Files = dict[str, str]


def found(*files: Files) -> list[Result]:
    given = {path: text for some in files for path, text in some.items()}
    return lint(given, dangling_or_destroyed_reference)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def some(*parts: Files) -> Files:
    return {path: text for part in parts for path, text in part.items()}


def classes(*names: str) -> Files:
    return {f"classes/{name}.cls": f"public class {name} {{ }}" for name in names}


def access(name: str, element: str = "classAccesses", tag_: str = "apexClass", on_: str = "true") -> str:
    return f"<{element}>{tag(tag_, name)}{tag('enabled', on_)}</{element}>"


def custom_object(name: str, *fields: str) -> Files:
    head = {f"objects/{name}/{name}.object-meta.xml": xml("CustomObject", tag("label", name))}
    return some(head, *(field(f"{name}.{one}") for one in fields))


SETS = some(*(permission_set(name) for name in ("Core", "Quotes", "Extra")))


# What is not in the tree


def test_a_group_that_names_a_set_that_is_not_there() -> None:
    files = [group("Sales", "Core", "Quotes", "Cor", "ns__Managed"), SETS]
    (result,) = found(*files)
    assert (result.severity, result.confidence, result.component) == (
        "high",
        "medium",
        "PermissionSetGroup:Sales",
    )
    assert (result.path, result.line) == ("permissionsetgroups/Sales.permissionsetgroup-meta.xml", 4)
    assert (
        result.message
        == "PermissionSetGroup Sales includes the permission set Cor, which is not in the tree."
    )
    assert result.subject == "PermissionSet:Cor"
    assert [r.line for r in found(as_mdapi(some(*files)))] == [4]


def test_accesses_of_several_bundles_are_one_finding() -> None:
    granted = [access(name) for name in ("A", "B", "C", "Gone")]
    files = [profile("Ops", *granted), permission_set("Core", *granted), classes(*"ABCDEFGHIJ")]
    (result,) = found(*files)
    assert (result.severity, result.confidence, result.line) == ("medium", "medium", 5)
    assert result.message == (
        "Profile Ops gives access to the class Gone, which is not in the tree; 1 other component names it too."
    )
    assert [(s.path, s.line) for s in result.evidence] == [
        ("profiles/Ops.profile-meta.xml", 5),
        ("permissionsets/Core.permissionset-meta.xml", 5),
    ]


def test_with_little_to_go_by_the_confidence_is_low() -> None:
    assert [r.confidence for r in found(permission_set("Core", access("Gone")), classes("A"))] == ["low"]


def test_fields_lookups_value_sets_and_formulas_of_own_objects() -> None:
    files = [
        custom_object("Order__c", "A__c", "B__c", "C__c", "D__c"),
        custom_object("Line__c"), custom_object("Case__c"),
        field("Order__c.Line__c", tag("referenceTo", "Line__c"), type_="Lookup"),
        field("Order__c.Gone__c", tag("referenceTo", "Missing__c"), type_="Lookup"),
        field("Order__c.Sum__c", tag("formula", "A__c + B__c + Gone_Too__c /* Old__c */"), type_="Number"),
        validation_rule("Order__c.Rule", "C__c > 1 &amp;&amp; 'Not__c' = D__c"),
    ]  # fmt: skip
    assert said(*files) == [
        "high/low objects/Order__c/fields/Gone__c.field-meta.xml:4 CustomField Order__c.Gone__c looks up the object "
        "Missing__c, which is not in the tree.",
        "high/medium objects/Order__c/fields/Sum__c.field-meta.xml:4 CustomField Order__c.Sum__c reads the field "
        "Order__c.Gone_Too__c, which is not in the tree.",
    ]
    assert len(found(as_mdapi(some(*files)))) == 2


def test_a_callout_and_a_credential() -> None:
    def credential(name: str, external: str) -> Files:
        block = (
            f"<namedCredentialParameters>{tag('externalCredential', external)}</namedCredentialParameters>"
        )
        return {f"namedCredentials/{name}.namedCredential-meta.xml": xml("NamedCredential", block)}

    files = [
        credential("ERP", "ERP"), credential("Tax", "ERP"), credential("Maps", "Map"),
        {"externalCredentials/ERP.externalCredential-meta.xml": xml("ExternalCredential", tag("label", "ERP"))},
        {"classes/A.cls": "public class A {\n void a() { r.setEndpoint('callout:ERP/in'); }\n"
                          " void b() { r.setEndpoint('callout:Erp2/in'); } }"},
    ]  # fmt: skip
    assert said(*files) == [
        "high/low classes/A.cls:3 ApexClass A calls by the named credential Erp2, which is not in the tree.",
        "high/low namedCredentials/Maps.namedCredential-meta.xml:2 NamedCredential Maps logs in by the external "
        "credential Map, which is not in the tree.",
    ]


def test_a_rule_whose_action_is_gone() -> None:
    def rule(name: str) -> str:
        return f"<rules>{tag('fullName', name)}<actions>{tag('name', name)}{tag('type', 'FieldUpdate')}</actions>{tag('active', 'true')}</rules>"

    update = f"<fieldUpdates>{tag('fullName', 'Close')}{tag('field', 'Status')}</fieldUpdates>"
    files = {"workflows/Case.workflow-meta.xml": xml("Workflow", update, rule("Close"), rule("Open"))}
    assert said(files) == [
        "high/medium workflows/Case.workflow-meta.xml:4 Workflow Case makes the field update Case.Open, which is not in "
        "the tree."
    ]


def test_a_manifest_that_asked_for_the_class_makes_it_sure() -> None:
    manifest = xml("Package", f"<types>{tag('members', '*')}{tag('name', 'ApexClass')}</types>")
    files = {"src/package.xml": manifest} | {
        f"src/{path}": text
        for path, text in some(classes("A"), permission_set("Core", access("Gone"))).items()
    }
    assert [(r.severity, r.confidence) for r in found(files)] == [("medium", "high")]
    listed = manifest.replace("*", "A")
    assert found(files | {"src/package.xml": listed}) == []


# What a manifest deletes


def destroy(*members: tuple[str, str], post: str = "Post") -> Files:
    """Each member is on a line of its own, from line 2 on."""
    types = [f"<types>{tag('members', name)}{tag('name', kind)}</types>" for kind, name in members]
    return {f"manifest/destructiveChanges{post}.xml": xml("Package", *types)}


def test_a_class_that_flows_and_code_still_use() -> None:
    action = node("actionCalls", "Act", tag("actionName", "Notice"), tag("actionType", "apex"))
    files = [
        destroy(("ApexClass", "Notice")),
        {"classes/Notice.cls": "public class Notice { @InvocableMethod public static void run(List<Id> ids) { } }",
         "classes/Desk.cls": "public class Desk extends Base {\n    void a() {\n        Notice.run(null);\n    }\n}",
         "classes/Other.cls": "public class Other {\n    // Notice\n    String a = 'Notice';\n}",
         "flows/F.flow-meta.xml": flow(ACTIVE, after_save("Act", "Case"), action)},
        permission_set("Core", access("Notice")),
    ]  # fmt: skip
    (result,) = found(*files)
    assert (result.severity, result.confidence, result.path, result.line) == (
        "high",
        "high",
        "flows/F.flow-meta.xml",
        4,
    )
    assert result.message == (
        "Flow F calls the Apex class Notice, which destructiveChangesPost.xml deletes; 2 other components name it too."
    )
    assert [(s.path.rpartition("/")[2], s.line, s.message) for s in result.evidence] == [
        ("F.flow-meta.xml", 4, "calls the Apex class Notice"),
        ("Desk.cls", 3, "uses the class Notice"),
        ("Core.permissionset-meta.xml", 2, "gives access to the class Notice"),
        ("destructiveChangesPost.xml", 2, "destructiveChangesPost.xml deletes Notice"),
    ]


def test_a_field_that_queries_flows_and_permissions_still_use() -> None:
    code = (
        "public class A {\n"
        "    void a() { List<Case> all = [SELECT Id FROM Case WHERE Old__c = true]; }\n"
        "    void b(Case one, Lead other) {\n        other.Old__c = true;\n        one.Old__c = true;\n    }\n"
        "    Case c() { return new Case(Old__c = true); }\n"
        "}\n"
    )
    lookup = node("recordLookups", "Get", tag("object", "Case"), filters("Old__c", "EqualTo", "true"))
    files = [
        destroy(("CustomField", "Case.Old__c"), post=""),
        field("Case.Old__c", type_="Checkbox"),
        {"classes/A.cls": code, "flows/F.flow-meta.xml": flow(ACTIVE, after_save("Get", "Case"), lookup)},
        permission_set("Core", reads("Case.Old__c")),
    ]
    (result,) = found(*files)
    assert result.message == (
        "Flow F names the field Case.Old__c, which destructiveChanges.xml deletes; 2 other components name it too."
    )
    assert [(s.path.rpartition("/")[2], s.line) for s in result.evidence] == [
        ("F.flow-meta.xml", 4),
        ("A.cls", 2),
        ("A.cls", 5),
        ("A.cls", 7),
        ("Core.permissionset-meta.xml", 2),
        ("destructiveChanges.xml", 2),
    ]


def test_an_object_goes_with_its_fields() -> None:
    files = [
        destroy(("CustomObject", "Old__c")),
        custom_object("Old__c", "A__c"),
        {"triggers/T.trigger": "trigger T on Old__c (before insert) { }"},
        permission_set("Core", on("Old__c", "allowRead"), reads("Old__c.A__c")),
    ]
    (result,) = found(*files)
    assert result.message == (
        "ApexTrigger T runs on the object Old__c, which destructiveChangesPost.xml deletes; 1 other component names it "
        "too."
    )
    assert [s.line for s in result.evidence] == [1, 2, 3, 2]


def test_what_only_permission_sets_name_weighs_less() -> None:
    files = [
        destroy(("CustomPermission", "Old")),
        {"customPermissions/Old.customPermission-meta.xml": xml("CustomPermission", tag("label", "Old"))},
        permission_set("Core", custom("Old")),
    ]
    assert said(*files) == [
        "medium/high permissionsets/Core.permissionset-meta.xml:2 PermissionSet Core grants the custom permission Old, "
        "which destructiveChangesPost.xml deletes."
    ]


QUIET = {
    "managed and standard names": [
        permission_set("Core", access("ns__Gone"), on("Account", "allowRead"), reads("ns__O__c.F__c")),
        classes("A"), custom_object("O__c", "F__c"),
    ],
    "a type that was not retrieved": [permission_set("Core", access("Gone"))],
    "a standard tab": [
        permission_set("Core", "<tabSettings><tab>standard-Account</tab><visibility>Visible</visibility></tabSettings>"),
        {"tabs/O__c.tab-meta.xml": xml("CustomTab", tag("customObject", "true"))},
    ],
    "a retrieve that has little of a type": [
        permission_set("Core", *(access(name) for name in ("A", "X1", "X2", "X3", "X4"))), classes("A", "B"),
    ],
    "fields of a standard object of which few are there": [
        permission_set("Core", reads("Account.Gone__c"), reads("Account.A__c")), field("Account.A__c"),
    ],
    "fields of an own object that is not there": [
        permission_set("Core", reads("O__c.Gone__c"), reads("O__c.A__c")), field("O__c.A__c"),
    ],
    "activities": [permission_set("Core", reads("Task.Call__c")), field("Activity.Call__c"), field("Task.A__c")],
    "an access that is switched off": [permission_set("Core", access("Gone", on_="false")), classes("A")],
    "names that differ by case": [permission_set("Core", access("a")), classes("A")],
    "a type that is hidden": [
        {"sfdx-project.json": '{"packageDirectories": [{"path": "app"}]}', ".forceignore": "**/B.cls\n"},
        {f"app/{path}": text for path, text in some(permission_set("Core", access("B")), classes("A", "B")).items()},
    ],
    "an inactive rule": [custom_object("O__c", "A__c", "B__c", "C__c"), validation_rule("O__c.R", "Gone__c", active=False)],
    "a flow, which another check looks at": [
        {"flows/F.flow-meta.xml": flow(ACTIVE, after_save("Sub", "Case"), node("subflows", "Sub", tag("flowName", "Gone")))},
    ],
    "a deletion that nothing names": [destroy(("ApexClass", "A")), classes("A", "B")],
    "a deletion of what is not there": [destroy(("ApexClass", "Gone")), classes("A"), permission_set("Core")],
    "what names it goes as well": [
        destroy(("ApexClass", "A"), ("ApexClass", "B")),
        {"classes/A.cls": "public class A { }", "classes/B.cls": "public class B { void b() { new A(); } }"},
    ],
    "what is deployed again": [
        destroy(("ApexClass", "A"), post="Pre"),
        {"manifest/package.xml": xml("Package", f"<types>{tag('members', 'A')}{tag('name', 'ApexClass')}</types>"),
         "classes/A.cls": "public class A { }", "classes/B.cls": "public class B { void b() { new A(); } }"},
    ],
    "its own methods": [
        destroy(("ApexClass", "A")), {"classes/A.cls": "public class A { static A one() { return new A(); } }"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
