"""Masking as files declare it: policies' shells (XML), templates (YAML) and exports of Tooling queries (JSON)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfgov.facts import DataMaskExport, DataMaskPolicy, MaskingTemplate, Problem
from sfgov.facts.masking import DataMaskRow, MaskedField, MaskExemption
from sfgov.parse.declaration import Reading, documents
from sfgov.parse.jsonrows import BrokenJson, read_rows
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Keys, YamlError, read_yaml

CATEGORIES = ("library", "replaceRandom", "delete")
"""How a field can be masked: a value out of a library, random characters, or nothing left."""


def read_policy(root: Element, source: SourceFile) -> Iterator[DataMaskPolicy]:
    """A policy's shell; what the policy masks is kept out of metadata."""
    yield DataMaskPolicy(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "runOnRefresh", "runFrequency"),
        label=root.get("label"),
        run_on_refresh=root.flag("runOnRefresh"),
        run_frequency=root.get("runFrequency"),
    )


READERS = {"DataMaskPolicy": read_policy}


def read_template(data: bytes, source: SourceFile) -> Iterator[MaskingTemplate | Problem]:  # noqa: ARG001
    """The templates of a YAML file, one a document. What is wrong is a problem; the rest is read all the same."""
    for text, above in documents(data):
        try:
            document = read_yaml(text)
        except YamlError as error:
            yield from (Problem(reason, above + line) for line, reason in error.problems)
            yield MaskingTemplate(name="*", line=above + error.problems[0][0], complete=False)
        else:
            if document.value is not None:
                reading = _Template(document, above)
                yield reading.template()
                yield from reading.problems


class _Template(Reading):
    """One YAML document on its way to a template."""

    def template(self) -> MaskingTemplate:
        """The template, as far as it can be read."""
        shape = "a masking template, such as {object: Contact, fields: {Email: {category: library, value: email}}}"
        keys = ("object", "policy", "run_on_refresh", "filter", "fields", "exempt")
        top = self.mapping(self.document.value, (), shape, keys)
        name = self.text(top, "object")
        if isinstance(self.document.value, dict) and top.get("object") is None:
            self.wrong((), '"object" is missing: the API name of the object whose fields are masked')
        where, reason = self._filter(top.get("filter"))
        fields = tuple(self._fields(top.get("fields")))
        exempt = tuple(self._exemptions(top.get("exempt")))
        return MaskingTemplate(
            name=name or "*",
            line=self.line("object") if name else self.line(),
            lines={key: self.line(key) for key in keys if key in top},
            policy=self.text(top, "policy"),
            run_on_refresh=self.switch(top, "run_on_refresh"),
            filter_where=where,
            filter_reason=reason,
            fields=fields,
            exempt=exempt,
            complete=not self.problems,
        )

    def _fields(self, value: Any) -> Iterator[MaskedField]:
        shape = "field names, each with how it is masked, such as {Email: {category: library, value: email}}"
        for pattern, entry in self.mapping(value, ("fields",), shape).items():
            at = ("fields", pattern)
            shape = f"how {pattern} is masked, such as {{category: library, value: email}}"
            if not isinstance(entry, dict):
                self.wrong(at, f"this must be {shape}")
                continue
            how = self.mapping(entry, at, shape, ("category", "value"))
            yield MaskedField(pattern, self.line(*at), self._category(how, at), self.text(how, "value", at))

    def _category(self, how: dict[str, Any], at: Keys) -> str:
        category = self.text(how, "category", at)
        if category not in CATEGORIES:
            known = f"one of {', '.join(CATEGORIES)}"
            if category:
                self.wrong(
                    (*at, "category"), f'"{category}" is not {known}{did_you_mean(category, CATEGORIES)}'
                )
            elif "category" not in how:
                self.wrong(at, f'"category" is missing: {known}')
        return category

    def _exemptions(self, value: Any) -> Iterator[MaskExemption]:
        shape = (
            "field names, each with why it is not masked, such as {Birthdate: {reason: …, until: 2027-01-31}}"
        )
        for pattern, entry in self.mapping(value, ("exempt",), shape).items():
            at = ("exempt", pattern)
            if not isinstance(entry, dict):
                self.wrong(
                    at, f"this must be why {pattern} is not masked, such as {{reason: …, until: 2027-01-31}}"
                )
                continue
            why = self.mapping(entry, at, "", ("reason", "approved_by", "until"))
            until = self.date(why, "until", at)
            if until is not None:
                reason, approved_by = self.text(why, "reason", at), self.text(why, "approved_by", at)
                yield MaskExemption(pattern, self.line(*at), reason, approved_by, until)

    def _filter(self, value: Any) -> tuple[str, str]:
        if value is None or value == "none":
            return "", ""
        at = ("filter",)
        if isinstance(value, str):
            self.wrong(at, "this must be none, or {where: …, reason: …}")
            return value, ""
        rows = self.mapping(value, at, "none, or {where: …, reason: …}", ("where", "reason"))
        where = self.text(rows, "where", at)
        if isinstance(value, dict) and not where:
            self.wrong(at, '"where" is missing: which rows are masked')
        return where, self.text(rows, "reason", at)


def read_export(data: bytes, source: SourceFile) -> Iterator[DataMaskExport | Problem]:
    """The rows of a Tooling query, as `sf data query --json` prints them; also the bare list of records."""
    rows: list[DataMaskRow] = []
    problems: list[Problem] = []
    try:
        for record, line in read_rows(data):
            entity = _entity(record, source)
            if entity:
                rows.append(DataMaskRow(entity, record, line))
            else:
                problems.append(
                    Problem("the row does not say what it is of: attributes.type is missing", line)
                )
    except BrokenJson as broken:
        problems.append(Problem(broken.reason, broken.line))
    yield DataMaskExport(name=source.name, rows=tuple(rows), complete=not problems)
    yield from problems


ENTITIES = ("DataMaskPolicyField", "DataMaskPolicyObject", "DataMaskPolicy")


def _entity(record: dict[str, str], source: SourceFile) -> str:
    """What a row is of: it says so itself, or its columns or the file's name do."""
    if stated := record.pop("attributes.type", ""):
        return stated
    by_column = {"FieldReference": "DataMaskPolicyField", "ObjectReference": "DataMaskPolicyObject"}
    found = next((entity for column, entity in by_column.items() if column in record), "")
    return found or next((entity for entity in ENTITIES if entity.casefold() in source.name.casefold()), "")
