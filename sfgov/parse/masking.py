"""Masking as files declare it: policies' shells (XML), templates (YAML) and exports of Tooling queries (JSON)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from sfgov.facts import DataMaskExport, DataMaskPolicy, MaskingTemplate, Problem
from sfgov.facts.masking import DataMaskRow, MaskedField, MaskExemption
from sfgov.parse.jsonrows import BrokenJson, read_rows
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Document, Keys, YamlError, read_yaml

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
    for text, above in _documents(data):
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


_CONTENT = re.compile(rb"^[ \t]*[^#%\s]", re.MULTILINE)


def _documents(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The documents of a YAML file, each with the number of lines above it."""
    start = above = 0
    for end in [*(match.start() for match in re.finditer(rb"^---(?=\s|\Z)", data, re.MULTILINE)), len(data)]:
        if _CONTENT.search(data, start, end):
            yield data[start:end], above
        above += data.count(b"\n", start, end)
        start = end


class _Template:
    """One YAML document on its way to a template."""

    def __init__(self, document: Document, above: int) -> None:
        self._document = document
        self._above = above
        self.problems: list[Problem] = []

    def template(self) -> MaskingTemplate:
        """The template, as far as it can be read."""
        shape = "a masking template, such as {object: Contact, fields: {Email: {category: library, value: email}}}"
        keys = ("object", "policy", "run_on_refresh", "filter", "fields", "exempt")
        top = self._mapping(self._document.value, (), shape, keys)
        name = self._text(top, "object")
        if isinstance(self._document.value, dict) and top.get("object") is None:
            self._wrong((), '"object" is missing: the API name of the object whose fields are masked')
        where, reason = self._filter(top.get("filter"))
        fields = tuple(self._fields(top.get("fields")))
        exempt = tuple(self._exemptions(top.get("exempt")))
        return MaskingTemplate(
            name=name or "*",
            line=self._line("object") if name else self._line(),
            lines={key: self._line(key) for key in keys if key in top},
            policy=self._text(top, "policy"),
            run_on_refresh=self._switch(top, "run_on_refresh"),
            filter_where=where,
            filter_reason=reason,
            fields=fields,
            exempt=exempt,
            complete=not self.problems,
        )

    def _fields(self, value: Any) -> Iterator[MaskedField]:
        shape = "field names, each with how it is masked, such as {Email: {category: library, value: email}}"
        for pattern, entry in self._mapping(value, ("fields",), shape).items():
            at = ("fields", pattern)
            shape = f"how {pattern} is masked, such as {{category: library, value: email}}"
            if not isinstance(entry, dict):
                self._wrong(at, f"this must be {shape}")
                continue
            how = self._mapping(entry, at, shape, ("category", "value"))
            yield MaskedField(pattern, self._line(*at), self._category(how, at), self._text(how, "value", at))

    def _category(self, how: dict[str, Any], at: Keys) -> str:
        category = self._text(how, "category", at)
        if category not in CATEGORIES:
            known = f"one of {', '.join(CATEGORIES)}"
            if category:
                self._wrong(
                    (*at, "category"), f'"{category}" is not {known}{did_you_mean(category, CATEGORIES)}'
                )
            elif "category" not in how:
                self._wrong(at, f'"category" is missing: {known}')
        return category

    def _exemptions(self, value: Any) -> Iterator[MaskExemption]:
        shape = (
            "field names, each with why it is not masked, such as {Birthdate: {reason: …, until: 2027-01-31}}"
        )
        for pattern, entry in self._mapping(value, ("exempt",), shape).items():
            at = ("exempt", pattern)
            if not isinstance(entry, dict):
                self._wrong(
                    at, f"this must be why {pattern} is not masked, such as {{reason: …, until: 2027-01-31}}"
                )
                continue
            why = self._mapping(entry, at, "", ("reason", "approved_by", "until"))
            until = self._date(why, "until", at)
            if until is not None:
                reason, approved_by = self._text(why, "reason", at), self._text(why, "approved_by", at)
                yield MaskExemption(pattern, self._line(*at), reason, approved_by, until)

    def _date(self, entry: dict[str, Any], key: str, at: Keys) -> str | None:
        """The date as YYYY-MM-DD, empty where none is given; None where something else is, and that is said."""
        value = entry.get(key)
        if value is None:
            return ""
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            self._wrong((*at, key), f'"{value}" is not a date like 2027-01-31')
            return None

    def _filter(self, value: Any) -> tuple[str, str]:
        if value is None or value == "none":
            return "", ""
        at = ("filter",)
        if isinstance(value, str):
            self._wrong(at, "this must be none, or {where: …, reason: …}")
            return value, ""
        rows = self._mapping(value, at, "none, or {where: …, reason: …}", ("where", "reason"))
        where = self._text(rows, "where", at)
        if isinstance(value, dict) and not where:
            self._wrong(at, '"where" is missing: which rows are masked')
        return where, self._text(rows, "reason", at)

    def _switch(self, top: dict[str, Any], key: str) -> bool | None:
        value = top.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._wrong((key,), "this must be true or false")
        return None

    def _text(self, entry: dict[str, Any], key: str, at: Keys = ()) -> str:
        value = entry.get(key)
        if value is None or isinstance(value, dict | list | bool):
            if value is not None:
                self._wrong((*at, key), "this must be text")
            return ""
        return str(value).strip()

    def _mapping(self, value: Any, at: Keys, shape: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """The value without the keys that nobody knows; empty where there is none, or something else."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong(at, f"this must be {shape}")
            return {}
        for key in value:
            if known and key not in known:
                near = did_you_mean(key, known) or f"; known are {', '.join(known)}"
                self._wrong((*at, key), f'unknown key "{key}"{near}')
        return {key: one for key, one in value.items() if not known or key in known}

    def _line(self, *keys: str) -> int:
        return self._above + self._document.lines[keys]

    def _wrong(self, keys: Keys, reason: str) -> None:
        self.problems.append(Problem(reason, self._line(*keys)))


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
