"""Metadata XML → plain elements with exact lines. The only module that sees lxml.

Untrusted input: no entities, no network, no DTD. Salesforce metadata never has a DOCTYPE, so a file with one
is refused. libxml2 keeps line numbers in 16 bits and gives a start tag that spans lines the line of its `>`;
where either matters, lines are counted from the text instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from lxml import etree

MAX_BYTES = 256 * 1024 * 1024
_LIBXML_LINE_LIMIT = 65_000
_TAG_OVER_LINES = re.compile(
    rb"""<[^/!?][^"'>\n]*+(?:(?:"[^"\n]*+"|'[^'\n]*+')[^"'>\n]*+)*+(?:"[^"\n]*+|'[^'\n]*+)?\n"""
)
_START_TAG = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<([^/!?])", re.DOTALL)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=True,
    remove_comments=True,
    remove_pis=True,
)


class Unreadable(Exception):
    """A file that cannot be understood: why, and on which line (0 where none is known)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Element(msgspec.Struct, eq=False, gc=False):
    """An element: local name, trimmed text, line of its `<`, children. `nil` ones have empty text."""

    tag: str
    text: str
    line: int
    nil: bool = False
    children: list[Element] = []

    def all(self, tag: str) -> list[Element]:
        """The children of that name, in order."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> Element | None:
        """The first child of that name."""
        for child in self.children:
            if child.tag == tag:
                return child
        return None

    def get(self, tag: str, default: str = "") -> str:
        """The text of the first child of that name."""
        for child in self.children:
            if child.tag == tag:
                return default if child.nil else child.text
        return default

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
    return _TRUTH.get(text.lower())


_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class Document:
    """A file that is well-formed. Most files are of types that nobody looks into, so elements are made on demand."""

    def __init__(self, root: etree._Element, data: bytes) -> None:
        self._root = root
        self._data = data
        self.tag = root.tag.rpartition("}")[2]

    @property
    def line(self) -> int:
        """The line of the root's `<`."""
        return next(_start_lines(self._data))

    def root(self) -> Element:
        """The root and everything in it."""
        top = _elements(self._root, has_nil=b":nil" in self._data)
        if _needs_counting(self._data):
            _correct_lines(top, _start_lines(self._data))
        return top


def read_xml(data: bytes) -> Document:
    """Parse one file. Raises `Unreadable` for anything that is not well-formed, or that has a DOCTYPE."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 2**20} MiB")
    data = _as_utf8(data)
    try:
        root = etree.fromstring(data, _PARSER)
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
    return Document(root, data)


def _as_utf8(data: bytes) -> bytes:
    """UTF-16 files as UTF-8, so that one line counter serves all; other encodings are ASCII below 128."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable(f"the file starts as UTF-16 but is not: {error.reason}") from None
        declaration = re.match(r"<\?xml.*?\?>", text, flags=re.DOTALL)
        if declaration:  # it names the encoding that the text no longer has; its lines still count
            text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
        return text.encode()
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


def _elements(root: etree._Element, *, has_nil: bool) -> Element:
    found: list[Element] = []
    waiting: list[tuple[Iterable[etree._Element], list[Element]]] = [((root,), found)]
    while waiting:
        nodes, siblings = waiting.pop()
        for node in nodes:
            text = node.text
            element = Element(
                node.tag.rpartition("}")[2],
                text.strip() if text else "",
                node.sourceline,  # type: ignore[arg-type]  # the stubs leave its type out
                has_nil and node.get(_NIL) in ("true", "1"),
            )
            siblings.append(element)
            if len(node):
                waiting.append((node, element.children))
    return found[0]


def _needs_counting(data: bytes) -> bool:
    return data.count(b"\n") >= _LIBXML_LINE_LIMIT or _TAG_OVER_LINES.search(data) is not None


def _start_lines(data: bytes) -> Iterator[int]:
    """The line of each start tag's `<`, in document order."""
    line, counted_to = 1, 0
    for match in _START_TAG.finditer(data):
        if match[1]:
            line += data.count(b"\n", counted_to, match.start())
            counted_to = match.start()
            yield line


def _correct_lines(top: Element, lines: Iterator[int]) -> None:
    waiting = [top]
    while waiting:
        element = waiting.pop()
        element.line = next(lines)
        waiting.extend(reversed(element.children))
