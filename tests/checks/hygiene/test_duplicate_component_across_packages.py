from __future__ import annotations

import json

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.hygiene.duplicate_component_across_packages import duplicate_component_across_packages
from tests.flow_xml import ACTIVE, flow, node, start, tag, xml

Files = dict[str, str]


def project(*packages: str, folder: str = "") -> Files:
    directories = json.dumps({"packageDirectories": [{"path": path} for path in packages]})
    return {f"{folder}sfdx-project.json": directories}


def found(*files: Files) -> list[Result]:
    given = {path: text for some in files for path, text in some.items()}
    return lint(given, duplicate_component_across_packages)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


TWO = project("core", "sales")
ONE = "public class Discount {\n    // ten\n    Decimal rate = 0.1;\n}\n"
OTHER = "public class Discount {\n\n    Decimal rate = 0.2;\n}\n"
META = xml("ApexClass", tag("apiVersion", "62.0"))


def test_a_class_in_two_packages() -> None:
    files = {"core/classes/Discount.cls": ONE, "sales/classes/Discount.cls": OTHER}
    (result,) = found(TWO, files)
    assert (result.severity, result.confidence, result.component) == ("medium", "high", "ApexClass:Discount")
    assert (result.path, result.line) == ("sales/classes/Discount.cls", 3)
    assert (
        result.message
        == "ApexClass Discount is in core and sales, and the org gets the one that is deployed last. They differ from line 3."
    )
    assert [(s.path, s.line, s.message) for s in result.evidence] == [
        ("core/classes/Discount.cls", 1, "it is here"),
        ("sales/classes/Discount.cls", 3, "and here, different"),
    ]


def test_names_that_differ_by_case_and_a_file_beside_the_class_that_differs() -> None:
    beside = {
        "core/classes/Discount.cls": ONE,
        "core/classes/Discount.cls-meta.xml": META,
        "sales/classes/discount.cls": ONE,
        "sales/classes/discount.cls-meta.xml": META.replace("62.0", "58.0"),
    }
    assert said(TWO, beside) == [
        "medium/high sales/classes/discount.cls-meta.xml:2 ApexClass Discount is in core and sales (as Discount and "
        "discount), and the org gets the one that is deployed last. They differ from line 2."
    ]


def test_a_flow_three_times_is_one_finding() -> None:
    packages = ("a", "b", "c")
    files = {f"{one}/flows/F.flow-meta.xml": flow(ACTIVE, tag("label", one)) for one in packages}
    (result,) = found(project(*packages), files)
    assert result.path == "c/flows/F.flow-meta.xml"
    assert " is in a, b and c, " in result.message
    assert [s.line for s in result.evidence] == [1, 3, 3]


def test_source_beside_a_retrieve_of_it() -> None:
    files = {
        "force-app/objects/A__c/A__c.object-meta.xml": xml("CustomObject", tag("sharingModel", "Private")),
        "src/objects/A__c.object": xml("CustomObject", tag("sharingModel", "ReadWrite")),
        "src/package.xml": xml("Package", tag("version", "62.0")),
    }
    assert said(files) == [
        "medium/medium src/objects/A__c.object:1 CustomObject A__c is in force-app/objects/A__c and src/objects, and the "
        "org gets the one that is deployed last. They contradict each other about sharing_model."
    ]


def test_a_bundle_whose_code_differs() -> None:
    meta = xml("LightningComponentBundle", tag("apiVersion", "62.0"))
    files = {
        f"{package}/lwc/card/card.{suffix}": text
        for package, code in (("core", "a()"), ("sales", "b()"))
        for suffix, text in (("js-meta.xml", meta), ("js", code))
    }
    assert [(r.component, r.path) for r in found(TWO, files)] == [
        ("LightningComponentBundle:card", "sales/lwc/card/card.js-meta.xml")
    ]


def label(name: str, text: str) -> str:
    return f"<labels><fullName>{name}</fullName>\n<value>{text}</value></labels>"


def test_labels_settings_profiles_and_rules_that_contradict_each_other() -> None:
    def both(path: str, root: str, one: str, other: str) -> list[tuple[int, str]]:
        files = {f"core/{path}": xml(root, one), f"sales/{path}": xml(root, other)}
        return [(r.line, r.message.rpartition(" about ")[2]) for r in found(TWO, files)]

    labels = "labels/CustomLabels.labels-meta.xml"
    assert both(labels, "CustomLabels", label("A", "1"), label("B", "1") + label("A", "2")) == [(4, "A.")]
    assert both(labels, "CustomLabels", label("A", "1"), label("B", "2")) == []

    settings = "settings/Case.settings-meta.xml"
    on, off = tag("enableX", "true"), tag("enableX", "false")
    assert both(settings, "CaseSettings", on, off) == [(2, "enableX.")]
    assert both(settings, "CaseSettings", on, tag("enableY", "true")) == []

    def access(editable: str, field: str) -> str:
        return f"<fieldPermissions>{tag('editable', editable)}{tag('field', field)}</fieldPermissions>"

    profile = "profiles/Admin.profile-meta.xml"
    assert both(profile, "Profile", access("true", "Case.A__c"), access("false", "Case.A__c")) == [
        (2, "field Case.A__c.")
    ]
    assert both(profile, "Profile", access("true", "Case.A__c"), access("false", "Case.B__c")) == []

    def rule(active: str, name: str = "R") -> str:
        return f"<rules>{tag('fullName', name)}{tag('active', active)}</rules>"

    workflow = "workflows/Case.workflow-meta.xml"
    assert both(workflow, "Workflow", rule("true"), "\n" + rule("false")) == [(3, "rule R.")]
    assert both(workflow, "Workflow", rule("true"), "\n" + rule("true")) == []


def copied(name: str, status: str = ACTIVE, object_: str = "Case", element: str = "Set") -> Files:
    """Its start is line 3."""
    begins = start(to=element, object_=object_, trigger="RecordAfterSave", on="Update")
    text = flow(status, begins, node("recordUpdates", element, tag("object", object_)))
    return {f"flows/{name}.flow-meta.xml": text}


@pytest.mark.parametrize(
    "name", ["Copy_1_of_Close", "Copy_of_Close", "Close_v2", "Close_Copy", "Close_2", "close_OLD"]
)
def test_a_copied_flow_that_runs_beside_its_original(name: str) -> None:
    assert said(copied("Close"), copied(name)) == [
        f"medium/medium flows/{name}.flow-meta.xml:3 Flow {name} is a copy of Close, and both run when Case records are "
        "saved."
    ]


QUIET = {
    "the same content, spaces and comments aside": [
        TWO,
        {"core/flows/F.flow-meta.xml": flow(ACTIVE, "", tag("label", "F")),
         "sales/flows/F.flow-meta.xml": flow("<!-- moved -->", ACTIVE, tag("label", "F"))},
    ],
    "parts of one object in two packages": [
        TWO,
        {"core/objects/A__c/A__c.object-meta.xml": xml("CustomObject", tag("label", "A")),
         "core/objects/A__c/fields/X__c.field-meta.xml": xml("CustomField", tag("type", "Text")),
         "sales/objects/A__c/fields/Y__c.field-meta.xml": xml("CustomField", tag("type", "Number"))},
    ],
    "an object's file that only adds": [
        TWO,
        {"core/objects/A__c/A__c.object-meta.xml": xml("CustomObject", tag("label", "A")),
         "sales/objects/A__c/A__c.object-meta.xml": xml("CustomObject", tag("sharingModel", "Private"))},
    ],
    "another project in the same tree": [
        project("app", folder="one/"),
        project("app", folder="two/"),
        {"one/app/classes/Discount.cls": ONE, "two/app/classes/Discount.cls": OTHER},
    ],
    "two retrieves, each with its manifest": [
        {f"{one}/package.xml": xml("Package", tag("version", "62.0")) for one in ("a", "b")},
        {"a/classes/Discount.cls": ONE, "b/classes/Discount.cls": OTHER},
    ],
    "pieces of one permission set": [
        project("app"),
        {f"app/permissionsets/P/{folder}/{name}.{suffix}-meta.xml": xml("PermissionSet", tag("label", name))
         for folder, name, suffix in (("objectSettings", "Case", "objectSettings"), ("objectSettings", "Lead", "objectSettings"))},
    ],
    "the pieces of a bundle": [
        project("app"),
        {"app/genAiFunctions/A/A.genAiFunction-meta.xml": xml("GenAiFunction", tag("masterLabel", "A")),
         "app/genAiFunctions/A/input/schema.json": "{}", "app/genAiFunctions/A/output/schema.json": '{"a": 1}'},
    ],
    "fields of the same name on two objects": [
        TWO,
        {f"{one}/objects/{one}__c/fields/X__c.field-meta.xml": xml("CustomField", tag("label", one)) for one in ("core", "sales")},
    ],
    "a copy that is a draft": [copied("Close"), copied("Close_v2", tag("status", "Draft"))],
    "a copy for another object": [copied("Close"), copied("Close_v2", object_="Lead")],
    "a second step of its own": [copied("Close"), copied("Close_2", element="Mail")],
    "a version without its original": [copied("Close_v2")],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
