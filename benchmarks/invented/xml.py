"""Metadata XML as Salesforce writes it: four spaces, one element a line."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

Leaf = tuple[str, object]


def document(root: str, body: Iterable[str]) -> str:
    """A whole file."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">',
    ]
    return "\n".join((*lines, *body, f"</{root}>", ""))


def leaf(tag: str, value: object, depth: int = 1) -> str:
    """One element with text; truth as XML spells it."""
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f"{'    ' * depth}<{tag}>{text}</{tag}>"


def leaves(*pairs: Leaf, depth: int = 1) -> list[str]:
    """Several elements with text."""
    return [leaf(tag, value, depth) for tag, value in pairs]


def block(tag: str, *body: Leaf | list[str], depth: int = 1) -> list[str]:
    """An element with elements in it: pairs, or lines that are made already, one level deeper."""
    lines = [f"{'    ' * depth}<{tag}>"]
    for part in body:
        lines += part if isinstance(part, list) else [leaf(*part, depth + 1)]
    return [*lines, f"{'    ' * depth}</{tag}>"]
