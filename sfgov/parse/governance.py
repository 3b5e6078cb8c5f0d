"""Retention and backup as people declare them, in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sfgov.facts import Problem
from sfgov.facts.governance import BackupDeclaration, Retention, RetentionDeclaration
from sfgov.parse.declaration import Reading
from sfgov.project.source import SourceFile
from sfgov.yaml12 import Keys, YamlError, read_yaml

_PERIOD = re.compile(r"([1-9][0-9]{0,4})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_BY = re.compile(r"(apex|flow):\w+|salesforce-archive")


def read_retention(data: bytes, source: SourceFile) -> Iterator[RetentionDeclaration | Problem]:
    """How long each object's records are kept. What is wrong is a problem; the rest is read all the same."""
    reading, problems = _read(data)
    if reading is None:
        yield RetentionDeclaration(name=source.name, complete=not problems)
        yield from problems
        return
    shape = "objects, such as {objects: {Case: {min_keep: 7y, then: archive}}}"
    top = reading.mapping(reading.document.value, (), shape, ("objects",))
    shape = "object names, each with how long its records are kept, such as {Case: {min_keep: 7y}}"
    entries = reading.mapping(top.get("objects"), ("objects",), shape)
    objects = tuple(_retention(reading, name, entry) for name, entry in entries.items())
    yield RetentionDeclaration(
        name=source.name,
        line=reading.line(),
        objects=objects,
        complete=not reading.problems,
    )
    yield from reading.problems


def _retention(reading: Reading, name: str, entry: Any) -> Retention:
    at = ("objects", name)
    keys = ("min_keep", "max_keep", "then", "by", "policy", "legal_hold_field")
    values = reading.mapping(entry, at, f"how long {name} is kept, such as {{min_keep: 7y}}", keys)
    shortest, least = _period(reading, values, "min_keep", at)
    longest, most = _period(reading, values, "max_keep", at)
    if least is not None and most is not None and least > most:
        reading.wrong((*at, "max_keep"), f"max_keep ({longest}) is shorter than min_keep ({shortest})")
    then, by = reading.text(values, "then", at), reading.text(values, "by", at)
    if then not in ("", "archive", "delete"):
        reading.wrong((*at, "then"), f'"{then}" is neither archive nor delete')
    if by and not _BY.fullmatch(by):
        reading.wrong((*at, "by"), f'"{by}" is none of apex:Class, flow:Flow and salesforce-archive')
    return Retention(
        object=name,
        line=reading.line(*at),
        min_keep=shortest,
        min_keep_days=least,
        max_keep=longest,
        max_keep_days=most,
        then=then,
        by=by,
        policy=reading.text(values, "policy", at),
        legal_hold_field=reading.text(values, "legal_hold_field", at),
        lines={key: reading.line(*at, key) for key in values},
    )


def _period(reading: Reading, values: dict[str, Any], key: str, at: Keys) -> tuple[str, int | None]:
    text = reading.text(values, key, at)
    match = _PERIOD.fullmatch(text)
    if text and not match:
        reading.wrong((*at, key), f'"{text}" is not a period like 90d, 26w, 18m or 7y')
    return text, int(match[1]) * _DAYS[match[2]] if match else None


def read_backup(data: bytes, source: SourceFile) -> Iterator[BackupDeclaration | Problem]:
    """What is backed up. What is wrong is a problem; the rest is read all the same."""
    reading, problems = _read(data)
    if reading is None:
        yield BackupDeclaration(name=source.name, complete=not problems)
        yield from problems
        return
    shape = 'a declaration such as {objects: {include: ["*"], exclude: [Log__c]}, metadata: daily}'
    keys = ("objects", "metadata", "restore_test")
    top = reading.mapping(reading.document.value, (), shape, keys)
    objects = reading.mapping(
        top.get("objects"),
        ("objects",),
        'such as {include: ["*"], exclude: [Log__c]}',
        ("include", "exclude"),
    )
    yield BackupDeclaration(
        name=source.name,
        line=reading.line(),
        lines={key: reading.line(key) for key in top}
        | {key: reading.line("objects", key) for key in objects},
        include=reading.texts(objects, "include", ("objects",)),
        exclude=reading.texts(objects, "exclude", ("objects",)),
        metadata=reading.text(top, "metadata"),
        restore_test=reading.date(top, "restore_test", ()) or "",
        complete=not reading.problems,
    )
    yield from reading.problems


def _read(data: bytes) -> tuple[Reading | None, list[Problem]]:
    """The document, or why there is none; an empty file is neither."""
    try:
        document = read_yaml(data)
    except YamlError as error:
        return None, [Problem(reason, line) for line, reason in error.problems]
    return (None if document.value is None else Reading(document)), []
