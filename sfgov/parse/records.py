"""Custom metadata records, settings and installed packages: files whose leaves are all there is to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import (
    Component,
    CustomLabels,
    CustomMetadata,
    ExternalCredential,
    Fact,
    InstalledPackage,
    NamedCredential,
    Settings,
)
from sfgov.facts.records import Value
from sfgov.parse.permissions import members
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def read_custom_metadata(root: Element, source: SourceFile) -> Iterator[CustomMetadata]:
    """A record. Its values are those of the `values` blocks, by field; nil, or no `value` at all, is None."""
    yield CustomMetadata(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "protected"),
        label=root.get("label"),
        values=tuple(_field_value(block) for block in root.all("values") if block.get("field")),
    )


def read_settings(root: Element, source: SourceFile) -> Iterator[Settings]:
    """Settings of any kind: the root element names the kind, and every release brings new ones."""
    yield Settings(name=source.name, line=root.line, root=root.tag, values=tuple(_leaves(root)))


def read_installed_package(root: Element, source: SourceFile) -> Iterator[InstalledPackage]:
    """A managed package that is installed."""
    yield InstalledPackage(
        name=source.name,
        line=root.line,
        lines=root.lines("versionNumber"),
        version=root.get("versionNumber"),
        values=tuple(_leaves(root)),
    )


def read_custom_labels(root: Element, source: SourceFile) -> Iterator[CustomLabels]:
    """The labels of a file that has all of them, or of one that has a single label."""
    blocks = root.all("labels") if root.tag == "CustomLabels" else [root]
    texts = ((block.get("fullName"), block.first("value")) for block in blocks)
    values = tuple(Value(name, text.text, text.line) for name, text in texts if name and text)
    yield CustomLabels(name=source.name, line=root.line, values=values)


def read_named_credential(root: Element, source: SourceFile) -> Iterator[NamedCredential]:
    """A named credential, of the legacy kind or not."""
    parameters = root.all("namedCredentialParameters")
    urls = [one.first("parameterValue") for one in parameters if one.get("parameterType").lower() == "url"]
    url = next(filter(None, [root.first("endpoint"), *urls]), None)
    yield NamedCredential(
        name=source.name,
        line=root.line,
        lines={"url": url.line} if url else {},
        values=tuple(_leaves(root)),
        url=url.text if url else "",
        external_credentials=tuple(
            member for one in parameters for member in members(one, "externalCredential")
        ),
    )


def read_external_credential(root: Element, source: SourceFile) -> Iterator[ExternalCredential]:
    """An external credential."""
    yield ExternalCredential(name=source.name, line=root.line, values=tuple(_leaves(root)))


def read_code(root: Element, source: SourceFile) -> Iterator[Component]:
    """The XML beside a page or component: the API version that its code is written for."""
    version = root.get("apiVersion")
    yield Component(
        name=source.name,
        line=root.line,
        lines=root.lines("apiVersion"),
        root=root.tag,
        api_version=float(version) if re.fullmatch(r"\d+(\.\d+)?", version) else None,
    )


READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "ApexComponent": read_code,
    "ApexPage": read_code,
    "AuraDefinitionBundle": read_code,
    "ExternalCredential": read_external_credential,
    "LightningComponentBundle": read_code,
    "CustomLabel": read_custom_labels,
    "CustomLabels": read_custom_labels,
    "NamedCredential": read_named_credential,
    "CustomMetadata": read_custom_metadata,
    "InstalledPackage": read_installed_package,
}


def _field_value(block: Element) -> Value:
    value = block.first("value")
    if value is None:
        return Value(block.get("field"), None, block.line)
    return Value(block.get("field"), None if value.nil else value.text, value.line)


def _leaves(parent: Element, prefix: str = "") -> Iterator[Value]:
    """The elements without children, in the file's order, each under its dotted path."""
    for child in parent.children:
        path = prefix + child.tag
        if child.children:
            yield from _leaves(child, path + ".")
        else:
            yield Value(path, None if child.nil else child.text, child.line)
