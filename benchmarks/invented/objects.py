"""Objects in pieces, as projects keep them, with layouts, records, labels and translations."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from invented.plan import Field, Plan, Thing
from invented.xml import Leaf, block, document, leaf, leaves

File = tuple[str, str]
"""Path and text."""


def files(plan: Plan) -> Iterator[File]:
    """Everything about objects."""
    random = plan.random("object files")
    for thing in plan.objects:
        yield _object(thing)
        for field in thing.fields:
            yield _field(thing, field, random)
    yield from _rules(plan, random)
    yield from _record_types(plan, random)
    yield from _list_views(plan, random)
    yield from _layouts(plan, random)
    yield from _records(plan, random)
    yield from _translations(plan)
    yield _labels(plan)


def _object(thing: Thing) -> File:
    master = any(field.type == "MasterDetail" for field in thing.fields)
    body = leaves(
        ("deploymentStatus", "Deployed"),
        ("enableHistory", True),
        ("label", _label(thing.name)),
        ("pluralLabel", f"{_label(thing.name)}s"),
        ("sharingModel", "ControlledByParent" if master else "Private"),
    )
    return f"objects/{thing.name}/{thing.name}.object-meta.xml", document("CustomObject", body)


def _field(thing: Thing, field: Field, random: Random) -> File:
    path = f"objects/{thing.name}/fields/{field.name}.field-meta.xml"
    body = [leaf("fullName", field.name), *_classification(field, random), leaf("label", _label(field.name))]
    if field.parent:
        body += leaves(
            ("referenceTo", field.parent),
            ("relationshipName", f"{thing.name.removesuffix('__c')}_{field.name.removesuffix('__c')}s"),
            ("type", field.type),
        )
    elif field.type == "Picklist":
        values = [
            line
            for value in ("New", "Open", "Closed")
            for line in block("value", ("fullName", value), ("default", False), ("label", value), depth=3)
        ]
        body += [leaf("type", "Picklist"), *block("valueSet", block("valueSetDefinition", values, depth=2))]
    elif field.type == "Formula":
        body += leaves(
            ("formula", "IF(ISBLANK(Name), 0, LEN(Name))"),
            ("precision", 18),
            ("scale", 0),
            ("type", "Number"),
        )
    else:
        body += leaves(("required", False), ("trackHistory", False), ("type", field.type))
    return path, document("CustomField", body)


def _classification(field: Field, random: Random) -> list[str]:
    """One field in fifteen is said to be sensitive."""
    if field.parent or random.randrange(15):
        return []
    group = random.choice(("PII", "PII;GDPR", "HIPAA"))
    return leaves(
        ("complianceGroup", group), ("securityClassification", random.choice(("Internal", "Confidential")))
    )


def _rules(plan: Plan, random: Random) -> Iterator[File]:
    for number in range(plan.validation_rules):
        thing = random.choice(plan.objects)
        field = random.choice(thing.fields)
        name = f"Rule_{number}"
        body = leaves(
            ("fullName", name),
            ("active", random.random() < 0.9),
            (
                "errorConditionFormula",
                f"AND(ISCHANGED({field.name}), ISBLANK({field.name}), NOT($Permission.Bypass_Rules))",
            ),
            ("errorMessage", f"{_label(field.name)} must not be emptied."),
        )
        yield (
            f"objects/{thing.name}/validationRules/{name}.validationRule-meta.xml",
            document("ValidationRule", body),
        )


def _record_types(plan: Plan, random: Random) -> Iterator[File]:
    for number in range(plan.record_types):
        thing, name = random.choice(plan.objects), f"Type_{number}"
        body = leaves(("fullName", name), ("active", True), ("label", _label(name)))
        for field in thing.fields:
            if field.type == "Picklist":
                value = block("values", ("fullName", "New"), ("default", False), depth=2)
                body += block("picklistValues", ("picklist", field.name), value)
        yield f"objects/{thing.name}/recordTypes/{name}.recordType-meta.xml", document("RecordType", body)


def _list_views(plan: Plan, random: Random) -> Iterator[File]:
    for number in range(plan.list_views):
        thing, name = random.choice(plan.objects), f"View_{number}"
        columns: list[Leaf] = [("columns", field.name) for field in thing.fields[:8]]
        body = leaves(("fullName", name), *columns, ("filterScope", "Everything"), ("label", _label(name)))
        yield f"objects/{thing.name}/listViews/{name}.listView-meta.xml", document("ListView", body)


def _layouts(plan: Plan, random: Random) -> Iterator[File]:
    for number in range(plan.layouts):
        thing = random.choice(plan.objects)
        items = [
            line
            for field in thing.fields
            for line in block("layoutItems", ("behavior", "Edit"), ("field", field.name), depth=3)
        ]
        section = block(
            "layoutSections",
            ("customLabel", True),
            ("label", "Information"),
            block("layoutColumns", items, depth=2),
            ("style", "TwoColumnsTopToBottom"),
        )
        yield f"layouts/{thing.name}-Layout {number}.layout-meta.xml", document("Layout", section)


def _records(plan: Plan, random: Random) -> Iterator[File]:
    for number in range(plan.records):
        thing = random.choice(plan.objects)
        name = f"Setting.Entry_{number}"
        values = [
            line
            for field, value in (("Object__c", thing.name), ("Active__c", "true"), ("Order__c", str(number)))
            for line in block("values", ("field", field), ("value", value))
        ]
        body = [*leaves(("label", f"Entry {number}"), ("protected", False)), *values]
        yield f"customMetadata/{name}.md-meta.xml", document("CustomMetadata", body)


def _translations(plan: Plan) -> Iterator[File]:
    """Small files of a type that no check looks into: real orgs have thousands."""
    wanted = plan.translations
    for language in ("de", "fr", "es", "ja", "nl"):
        for thing in plan.objects:
            for field in thing.fields:
                if wanted == 0:
                    return
                wanted -= 1
                body = leaves(("label", f"{_label(field.name)} ({language})"), ("name", field.name))
                folder = f"objectTranslations/{thing.name}-{language}"
                path = f"{folder}/{field.name}.fieldTranslation-meta.xml"
                yield path, document("CustomFieldTranslation", body)


def _labels(plan: Plan) -> File:
    body = [
        line
        for number in range(10 + 2 * len(plan.objects))
        for line in block(
            "labels",
            ("fullName", f"Label_{number}"),
            ("language", "en_US"),
            ("protected", False),
            ("shortDescription", f"Label {number}"),
            ("value", f"Text number {number} & more"),
        )
    ]
    return "labels/CustomLabels.labels-meta.xml", document("CustomLabels", body)


def _label(name: str) -> str:
    return name.removesuffix("__c").replace("_", " ")
