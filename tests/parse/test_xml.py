"""The XML reader: what it understands, what it refuses, and the line of every element, in files of every shape."""

import pytest

from sfgov.parse.xml import Element, Unreadable, read_xml

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = b'xmlns="http://soap.sforce.com/2006/04/metadata"'
NIL = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LIBXML_LIMIT = 65_535


def lines(data: bytes) -> list[tuple[str, str, int]]:
    """Tag, text and line of every element, in the file's order."""
    found: list[tuple[str, str, int]] = []

    def add(element: Element) -> None:
        found.append((element.tag, element.text, element.line))
        for child in element.children:
            add(child)

    add(read(data))
    return found


def read(data: bytes) -> Element:
    return read_xml(data).root()


def refused(data: bytes) -> tuple[str, int]:
    with pytest.raises(Unreadable) as caught:
        read_xml(data)
    return caught.value.reason, caught.value.line


def test_elements_have_local_names_trimmed_text_and_lines() -> None:
    data = HEAD + (
        b"<Profile " + NAMESPACE + b">\n"
        b"    <custom> true </custom>\n"
        b"    <x:note xmlns:x='urn:x'>two\n"
        b"lines</x:note>\n"
        b"    <empty/><pair></pair>\n"
        b"</Profile>\n"
    )
    assert lines(data) == [
        ("Profile", "", 2),
        ("custom", "true", 3),
        ("note", "two\nlines", 4),
        ("empty", "", 6),
        ("pair", "", 6),
    ]


def test_the_root_alone_has_its_line_too() -> None:
    document = read_xml(HEAD + b"<!-- <a>\n -->\n<?b\n<c>?><d:Layout\n xmlns:d='urn:d'><e/></d:Layout>")
    assert (document.tag, document.line) == ("Layout", 5)
    assert document.root().line == 5


def test_text_is_what_stands_before_the_first_child() -> None:
    assert lines(b"<a> before <b>in</b> after </a>") == [("a", "before", 1), ("b", "in", 1)]


def test_references_are_resolved_and_cdata_is_text() -> None:
    root = read(b"<a>&lt;b&gt; &amp;&#65;&#x1F600; <![CDATA[<c> & ]]>&quot;</a>")
    assert root.text == '<b> &A\U0001f600 <c> & "'
    assert root.children == []


def test_comments_and_instructions_leave_no_trace_in_text_or_lines() -> None:
    data = HEAD + b"<!-- a\n<b>\n--><a>on<!-- <c> \n -->e<?go <d>\n?>\n    <e/>\n</a>\n"
    assert lines(data) == [("a", "one", 4), ("e", "", 7)]


@pytest.mark.parametrize("text", ["true", "1"])
def test_nil_is_told_from_empty(text: str) -> None:
    data = b"<a " + NIL + b'><b xsi:nil="' + text.encode() + b'"/><c xsi:nil="false">x</c><d/></a>'
    assert [(child.tag, child.nil, child.text) for child in read(data).children] == [
        ("b", True, ""),
        ("c", False, "x"),
        ("d", False, ""),
    ]


def test_nil_under_another_prefix() -> None:
    root = read(
        b'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><b i:nil="true"/><c nil="true"/></a>'
    )
    assert [child.nil for child in root.children] == [True, False]


def test_children_are_found_by_name() -> None:
    root = read(
        b"<a "
        + NIL
        + b">\n<b>one</b>\n<c>FALSE</c>\n<b>two</b>\n<d xsi:nil='true'/>\n<e>1</e>\n<f>maybe</f>\n</a>"
    )
    first = root.first("b")
    assert first is not None
    assert first.text == "one"
    assert root.first("z") is None
    assert [b.text for b in root.all("b")] == ["one", "two"]
    assert (root.get("b"), root.get("d", "none"), root.get("z"), root.get("z", "none")) == (
        "one",
        "none",
        "",
        "none",
    )
    assert (root.flag("c"), root.flag("e"), root.flag("f"), root.flag("z")) == (False, True, None, None)
    assert (root.mark("c"), root.mark("e"), root.mark("f"), root.mark("z")) == (-3, 6, 0, 0)
    assert root.lines("b", "c", "d", "z") == {"b": 2, "c": 3}


def test_a_start_tag_over_lines_has_the_line_on_which_it_starts() -> None:
    data = HEAD + (
        b"<CustomMetadata\n    " + NAMESPACE + b"\n    " + NIL + b">\n"
        b"    <values>\n"
        b"        <value\n            xsi:type='a'\n        >text</value>\n"
        b"        <after/>\n"
        b"    </values>\n"
        b"</CustomMetadata>"
    )
    assert lines(data) == [
        ("CustomMetadata", "", 2),
        ("values", "", 5),
        ("value", "text", 6),
        ("after", "", 9),
    ]


def test_what_looks_like_a_tag_over_lines_does_not_move_the_lines() -> None:
    data = (
        HEAD
        + b"<a>\n  <!-- <b\n> -->\n  <c>&lt;d\n&gt;</c>\n  <![CDATA[<e\n> <f>]]>\n  <g>2 &lt; 3\n</g>\n</a>"
    )
    assert lines(data) == [("a", "", 2), ("c", "<d\n>", 5), ("g", "2 < 3", 9)]


def test_an_attribute_may_hold_what_looks_like_a_tag() -> None:
    data = b"<a>\n<b x='y' z='>'\n/>\n<c y=\"it's > \n\"/>\n<d/></a>"
    assert lines(data) == [("a", "", 1), ("b", "", 2), ("c", "", 4), ("d", "", 6)]


def test_names_beyond_ascii_are_counted() -> None:
    data = "<a\n>\n<größe/>\n<éa>x</éa>\n</a>".encode()
    assert lines(data) == [("a", "", 1), ("größe", "", 3), ("éa", "x", 4)]


def test_line_ends_of_windows_and_a_byte_order_mark() -> None:
    data = (
        b"\xef\xbb\xbf"
        + HEAD.replace(b"\n", b"\r\n")
        + b"<a>\r\n  <b>one\r\ntwo</b>\r\n  <c\r\n/>\r\n  <d/>\r\n</a>\r\n"
    )
    assert lines(data) == [("a", "", 2), ("b", "one\ntwo", 3), ("c", "", 5), ("d", "", 7)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(encoding: str) -> None:
    text = '<?xml version="1.0"\nencoding="UTF-16"?>\n<a>\n  <b>zwölf</b>\n</a>\n'
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    assert lines(mark + text.encode(encoding)) == [("a", "", 3), ("b", "zwölf", 4)]


def test_other_encodings_that_a_file_declares() -> None:
    data = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>\n<b>zwölf</b></a>'.encode("latin-1")
    assert lines(data) == [("a", "", 2), ("b", "zwölf", 3)]


def test_a_profile_of_many_lines_keeps_exact_lines() -> None:
    block = b"    <fieldPermissions>\n        <field>A.B</field>\n    </fieldPermissions>\n"
    root = read(HEAD + b"<Profile " + NAMESPACE + b">\n" + block * 50_000 + b"    <last/>\n</Profile>\n")
    assert [child.line for child in root.children] == [*range(3, 150_003, 3), 150_003]
    assert root.children[-2].children[0].line == 150_001
    assert root.children[-1].tag == "last"


@pytest.mark.parametrize(
    "above", [LIBXML_LIMIT - 4, LIBXML_LIMIT - 3, LIBXML_LIMIT - 2, LIBXML_LIMIT - 1, LIBXML_LIMIT]
)
def test_lines_around_the_limit_of_libxml(above: int) -> None:
    data = b"<a>" + b"\n" * above + b"<b\n/><c/>\n<!-- <x>\n\n --><d>\n</d><![CDATA[<x>\n]]><e/></a>"
    line = above + 1
    assert lines(data) == [
        ("a", "", 1),
        ("b", "", line),
        ("c", "", line + 1),
        ("d", "", line + 4),
        ("e", "", line + 6),
    ]


def test_a_long_text_moves_the_lines_after_it() -> None:
    data = b"<a><b>" + b"x\n" * 100_000 + b"</b><c/>\n<d/></a>"
    assert [(child.tag, child.line) for child in read(data).children] == [
        ("b", 1),
        ("c", 100_001),
        ("d", 100_002),
    ]


def test_deep_nesting_is_read() -> None:
    depth = 1_500
    element = read(b"<a>\n" * depth + b"</a>" * depth)
    for line in range(1, depth):
        assert element.line == line
        (element,) = element.children
    assert (element.line, element.children) == (depth, [])


def test_nesting_that_libxml_refuses_is_unreadable() -> None:
    reason, line = refused(b"<a>\n" * 5_000 + b"</a>" * 5_000)
    assert reason.startswith("the XML is not well-formed: Excessive depth in document")
    assert line == 2_049


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "the XML is not well-formed: Document is empty", 1),
        (b"just text", "the XML is not well-formed: Start tag expected, '<' not found", 1),
        (b"<a>\n<b>\n</a>", "</a> stands where the <b> of line 2 is still open", 3),
        (b"<a>\n&nbsp;</a>", "the XML is not well-formed: Entity 'nbsp' not defined", 2),
        (b"<a>\n\xff</a>", "the XML is not well-formed: Invalid bytes in character encoding", 2),
        (b"<a/>\n<b/>", "the XML is not well-formed: Extra content at the end of the document", 2),
        (b"\xff\xfe<", "the file starts as UTF-16 but is not: truncated data", 0),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(data: bytes, reason: str, line: int) -> None:
    found, at = refused(data)
    assert (found[: len(reason)], at) == (reason, line)


@pytest.mark.parametrize(
    "declaration",
    [
        b"<!DOCTYPE a>",
        b'<!DOCTYPE a SYSTEM "http://example.com/a.dtd">',
        b'<!DOCTYPE a [<!ENTITY b "c">]>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_type_is_refused(declaration: bytes) -> None:
    reason = "the file has a DOCTYPE, which metadata never has; it was not read"
    assert refused(HEAD + b"\n" + declaration + b"\n<a>x</a>") == (reason, 3)


def test_a_bomb_of_entities_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    data = f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a>&e9;</a>'.encode()
    assert refused(data) == ("the file has a DOCTYPE, which metadata never has; it was not read", 1)


def test_a_document_type_in_a_comment_or_in_text_is_none() -> None:
    data = b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE html>]]></a>"
    assert lines(data) == [("a", "<!DOCTYPE html>", 1)]
