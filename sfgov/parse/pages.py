"""Page layouts and Lightning pages, for the fields on them."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.pages import FlexiPage, Layout
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

_OBJECTS = ("account", "campaignmember", "contact", "lead", "opportunity")
"""The objects whose fields are looked for."""
_RECORD = "Record."


def read_layout(root: Element, source: SourceFile) -> Iterator[Layout]:
    """A page layout."""
    layout = Layout(name=source.name, line=root.line)
    if layout.object.casefold() in _OBJECTS:
        layout = Layout(name=source.name, line=root.line, fields=tuple(_fields(root)))
    yield layout


def _fields(root: Element) -> Iterator[str]:
    for section in root.all("layoutSections"):
        for column in section.all("layoutColumns"):
            for item in column.all("layoutItems"):
                if name := item.get("field"):
                    yield name


def read_flexi_page(root: Element, source: SourceFile) -> Iterator[FlexiPage]:
    """A Lightning page."""
    owner = root.get("sobjectType")
    wanted = owner.casefold() in _OBJECTS
    yield FlexiPage(
        name=source.name,
        line=root.line,
        object=owner,
        fields=tuple(_placed(root)) if wanted else (),
    )


def _placed(root: Element) -> Iterator[str]:
    """`Name` of each `<fieldItem>Record.Name</fieldItem>`."""
    waiting = list(reversed(root.children))
    while waiting:
        element = waiting.pop()
        if element.tag == "fieldItem" and element.text.startswith(_RECORD):
            yield element.text.removeprefix(_RECORD)
        waiting.extend(reversed(element.children))


READERS = {"Layout": read_layout, "FlexiPage": read_flexi_page}
