"""Metadata XML → plain elements with exact lines. The only module that sees lxml.

Untrusted input: no entities, no network, no DTD. Salesforce metadata never has a DOCTYPE, so a file with one
is refused. libxml2 keeps line numbers in 16 bits and gives a start tag that spans lines the line of its `>`;
where either matters, lines are counted from the text instead.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from lxml import etree

MAX_BYTES = 256 * 1024 * 1024
_LIBXML_LINE_LIMIT = 65_000
_TAG_OVER_LINES = re.compile(rb"<[A-Za-z_][^<>\n]*\n[^<>]*>")
_START_TAG = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?=([A-Za-z_]|[^\x00-\x7f]))", re.DOTALL)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Unreadable(Exception):
    """A file that cannot be understood: why, and on which line (0 where none is known)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Element:
    """An element: local name, trimmed text, line of its `<`, children. `nil` ones have empty text."""

    __slots__ = ("children", "line", "nil", "tag", "text")

    def __init__(self, tag: str, text: str, line: int, *, nil: bool = False) -> None:
        self.tag = tag
        self.text = text
        self.line = line
        self.nil = nil
        self.children: list[Element] = []

    def all(self, tag: str) -> Iterator[Element]:
        """The children of that name, in order."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Element | None:
        """The first child of that name."""
        return next(self.all(tag), None)

    def get(self, tag: str, default: str = "") -> str:
        """The text of the first child of that name."""
        child = self.first(tag)
        return default if child is None or child.nil else child.text

    def flag(self, tag: str) -> bool | None:
        """The first child of that name as a boolean; None where it is absent, nil or something else."""
        return truth(self.get(tag))

    def mark(self, tag: str) -> int:
        """The first child of that name as a `Mark`: ±line, or 0."""
        child = self.first(tag)
        value = None if child is None else truth(child.text)
        return 0 if child is None or value is None else (child.line if value else -child.line)

    def lines(self, *tags: str) -> dict[str, int]:
        """The line of the first child of each of these names that has text."""
        found: dict[str, int] = {}
        for child in self.children:
            if child.text and child.tag in tags:
                found.setdefault(child.tag, child.line)
        return found


def truth(text: str) -> bool | None:
    """`true` or `1`, `false` or `0`; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def read_xml(data: bytes) -> Element:
    """Parse one file. Raises `Unreadable` for anything that is not well-formed, or that has a DOCTYPE."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 2**20} MiB")
    data = _as_utf8(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        _refuse_doctype(data)
        last = len(
            data.splitlines()
        )  # libxml2 puts what is missing at the end on the line after the last one
        raise Unreadable(_why(error.msg or ""), min(error.lineno or 0, max(last, 1))) from None
    except (LookupError, ValueError) as error:  # an encoding that does not exist, a NUL in a declaration
        raise Unreadable(f"the XML cannot be decoded: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse_doctype(data)
        raise Unreadable("the file has a DOCTYPE, which metadata never has; it was not read")
    return _convert(root, data)


def _as_utf8(data: bytes) -> bytes:
    """UTF-16 files as UTF-8, so that one line counter serves all; other encodings are ASCII below 128."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable(f"the file starts as UTF-16 but is not: {error.reason}") from None
        return re.sub(r"^<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode()
    return data


def _why(message: str) -> str:
    """libxml2's complaint, in the words of someone who edits the file."""
    cut = re.match(r"Premature end of data in tag (\S+) line (\d+)", message)
    if cut:
        return f"the file ends inside <{cut[1]}>, which began at line {cut[2]}"
    crossed = re.match(r"Opening and ending tag mismatch: (\S+) line (\d+) and (\w+)", message)
    if crossed:
        return f"</{crossed[3]}> stands where the <{crossed[1]}> of line {crossed[2]} is still open"
    return f"the XML is not well-formed: {re.sub(r', line [0-9]+, column [0-9]+$', '', message)}"


def _refuse_doctype(data: bytes) -> None:
    match = re.search(rb"<!DOCTYPE", data)
    if match:
        line = data.count(b"\n", 0, match.start()) + 1
        raise Unreadable("the file has a DOCTYPE, which metadata never has; it was not read", line)


def _convert(root: etree._Element, data: bytes) -> Element:
    counted = _counted_lines(data) if _needs_counting(data) else None
    made: dict[etree._Element, Element] = {}
    top: Element | None = None
    for index, node in enumerate(root.iter()):
        if not isinstance(node.tag, str):  # an entity reference that was not resolved
            continue
        line = counted[index] if counted and index < len(counted) else _sourceline(node)
        tag = node.tag.rpartition("}")[2]
        element = Element(tag, (node.text or "").strip(), line, nil=node.get(_NIL) in ("true", "1"))
        made[node] = element
        parent = node.getparent()
        if parent is None or top is None:
            top = element
        else:
            made[parent].children.append(element)
    assert top is not None  # noqa: S101  a document that parsed has a root
    return top


def _sourceline(node: etree._Element) -> int:
    line = node.sourceline
    return line if isinstance(line, int) else 0


def _needs_counting(data: bytes) -> bool:
    return data.count(b"\n") >= _LIBXML_LINE_LIMIT or _TAG_OVER_LINES.search(data) is not None


def _counted_lines(data: bytes) -> list[int]:
    """The line of each start tag's `<`, in document order."""
    ends = [match.start() for match in re.finditer(rb"\n", data)]
    return [bisect_right(ends, match.start() - 1) + 1 for match in _START_TAG.finditer(data) if match[1]]
