"""Prompt templates, with all of their versions."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import GenAiPromptTemplate
from sfgov.facts.agents import PromptInput, PromptProvider, PromptVersion
from sfgov.parse.agents import text_of
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def _read_template(root: Element, source: SourceFile) -> Iterator[GenAiPromptTemplate]:
    yield GenAiPromptTemplate(
        name=source.name,
        line=root.line,
        label=root.get("masterLabel"),
        type=root.get("type"),
        visibility=root.get("visibility"),
        related_entity=root.get("relatedEntity"),
        related_field=root.get("relatedField"),
        active_version=root.get("activeVersionIdentifier") or root.get("activeVersion"),
        versions=tuple(map(_version, root.all("templateVersions"))),
        lines=root.lines("type", "visibility", "relatedEntity", "relatedField", "activeVersionIdentifier"),
    )


def _version(element: Element) -> PromptVersion:
    return PromptVersion(
        identifier=element.get("versionIdentifier") or element.get("versionNumber"),
        line=element.line,
        status=element.get("status"),
        model=element.get("primaryModel"),
        content=text_of(element, "content"),
        inputs=tuple(
            PromptInput(
                name=child.get("apiName"),
                line=child.line,
                definition=child.get("definition"),
                reference=child.get("referenceName"),
                required=child.mark("required"),
            )
            for child in element.all("inputs")
        ),
        providers=tuple(map(_provider, element.all("templateDataProviders"))),
    )


def _provider(element: Element) -> PromptProvider:
    return PromptProvider(
        definition=element.get("definition"),
        line=element.line,
        reference=element.get("referenceName"),
        parameters=tuple(
            (child.get("parameterName"), child.get("valueExpression"), child.line)
            for child in element.all("parameters")
        ),
    )


READERS = {"GenAiPromptTemplate": _read_template}
