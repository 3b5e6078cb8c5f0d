"""Masking as people write it down: YAML templates, and classes that run after a sandbox copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sfgov.facts import ApexClass, MaskingTemplate
from sfgov.facts.apex import ApexType, Method
from sfgov.model.index import Index, Written
from sfgov.model.masking.statements import (
    MaskedObject,
    MaskExempt,
    MaskRule,
    Origin,
    RowFilter,
    Statement,
    Unseen,
    every,
    field_of,
)


def templates(index: Index) -> Iterator[Statement]:
    """What the masking templates say."""
    for written in every(index, MaskingTemplate):
        template = written.fact
        name, by = template.name, f"the template of {template.name}"
        if not template.complete:
            about = "" if name == "*" else name
            yield Unseen(written.at(), "not all of this masking template can be read", about, broken=True)
        if name == "*":
            continue
        yield MaskedObject(name, Origin.TEMPLATE, by, written.at_element("object"))
        if template.filter_where:
            at, where = written.at_element("filter"), template.filter_where
            yield RowFilter(name, Origin.TEMPLATE, by, at, where, reason=template.filter_reason)
        for field in template.fields:
            bare = field_of(name, field.pattern)
            place = written.at(field.line, f"fields[{bare}]")
            how = " ".join(filter(None, (field.category, field.value)))
            yield MaskRule(name, bare, Origin.TEMPLATE, by, place, how, template.filter_where)
        for exempt in template.exempt:
            bare = field_of(name, exempt.pattern)
            until = date.fromisoformat(exempt.until) if exempt.until else None
            place = written.at(exempt.line, f"exempt[{bare}]")
            yield MaskExempt(name, bare, place, until, exempt.reason, exempt.approved_by)


def post_copy_classes(index: Index) -> Iterator[Statement]:
    """The record fields that a `SandboxPostCopy` class sets itself; what it calls is not followed."""
    for written in every(index, ApexClass):
        for entry in written.fact.types:
            if any(name.rpartition(".")[2].casefold() == "sandboxpostcopy" for name in entry.interfaces):
                yield from _assigned_fields(written, entry)


_MEMBER = re.compile(r"(\w+)\.(\w+)")
_ARGUMENT = re.compile(r"(\w+)\s*=(?!=)")


def _assigned_fields(written: Written[ApexClass], entry: ApexType) -> Iterator[MaskRule]:
    for owner in written.fact.types:
        for method in owner.methods:
            types = _types_of_names(owner, method)
            for operation in method.operations:
                if operation.kind == "assign" and (target := _MEMBER.fullmatch(operation.name)):
                    found = [(types.get(target[1].casefold(), ""), target[2])]
                elif operation.kind == "new":
                    arguments = (_ARGUMENT.match(argument) for argument in operation.arguments)
                    found = [(operation.name, argument[1]) for argument in arguments if argument]
                else:
                    continue
                for name, field in found:
                    if name and field.casefold() != "id":
                        place = written.at(operation.line, f"{method.owner}.{method.name}", operation.column)
                        yield MaskRule(
                            name, field, Origin.POST_COPY, f"SandboxPostCopy class {entry.name}", place
                        )


def _types_of_names(owner: ApexType, method: Method) -> dict[str, str]:
    """The declared type of each variable that the method sees, by name in lower case."""
    seen = (*owner.fields, *method.parameters, *method.variables)
    return {variable.name.casefold(): variable.type for variable in seen}
