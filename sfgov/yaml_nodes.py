"""PyYAML's nodes as plain values of YAML 1.2, and its complaints in words that help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import yaml

from sfgov.yaml12 import DEEPEST, MOST_VALUES, Document, Keys, YamlError


def read_nodes(data: bytes) -> Document:
    """As `sfgov.yaml12.read_yaml`, which everyone else calls."""
    node = _compose(_decode(data))
    reading = _Reading()
    value = None if node is None else reading.value(node, ())
    document = Document(value, reading.lines)
    if reading.problems:
        raise YamlError(sorted(set(reading.problems)), document)
    return document


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's parser with the types of YAML 1.2's core schema."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError([(data.count(b"\n", 0, error.start) + 1, "the text is not UTF-8")]) from error
    if strange := _CONTROL.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        raise YamlError([(line, f"the control character {strange[0]!r} may not be in YAML")])
    return text


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise YamlError([_explained(error, text.splitlines())]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError([(1, f"not YAML: {error}")]) from error


_AT_CONTEXT = {
    "while parsing a flow sequence": 'the "[" that opens here is not closed, or a "," is missing after an item',
    "while parsing a flow mapping": 'the "{" that opens here is not closed, or a "," is missing after an entry',
    "while scanning a quoted scalar": "the quote that opens here is not closed",
}
_AFTER_END = "something follows the end of a value; put the whole text in quotes"
_AT_PROBLEM = {
    "exceeded maximum nesting depth": f"the values are nested more than {DEEPEST} deep",
    "mapping values are not allowed in this context": (
        'a ":" where none can be; check the indentation and the space after each ":", or put the text in quotes'
    ),
    "did not find expected '-' indicator": "the indentation does not fit the list above",
    "but found another document": 'a second document starts here ("---"); there can be only one',
}


def _explained(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str]:
    """The line to look at and what is wrong there, in words that help where libyaml's do not."""
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1, max(len(lines), 1)) if mark else 1
    column = mark.column if mark else 0
    context, problem = str(error.context or ""), str(error.problem)
    if lines and re.match(r" *\t", lines[line - 1]):
        return line, "a tab stands in the indentation; YAML takes spaces only"
    if "alias" in f"{context} {problem}":
        return line, 'text that starts with "*" must be put in quotes'
    if problem == "found character that cannot start any token":
        return line, f'text that starts with "{lines[line - 1][column : column + 1]}" must be put in quotes'
    if problem == "could not find expected ':'" and error.context_mark:
        return error.context_mark.line + 1, 'a ":" is missing after the key'
    if problem == "did not find expected key":
        before = lines[line - 1][:column] if lines else ""
        return line, _AFTER_END if before.strip() else "the indentation does not fit the lines above"
    if context in _AT_CONTEXT and error.context_mark:
        return error.context_mark.line + 1, _AT_CONTEXT[context]
    return line, _AT_PROBLEM.get(problem, f"not YAML: {problem}")


class _Reading:
    """One walk over the nodes of a document."""

    def __init__(self) -> None:
        self.lines: dict[Keys, int] = {}
        self.problems: list[tuple[int, str]] = []
        self._values = 0
        self._open: list[int] = []

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        """The plain value of a node."""
        line = node.start_mark.line + 1
        self.lines.setdefault(keys, line)
        self._values += 1
        if self._values > MOST_VALUES:
            raise YamlError([(line, f"there are more than {MOST_VALUES} values, aliases included")])
        if len(self._open) > DEEPEST:
            raise YamlError([(line, f"the values are nested more than {DEEPEST} deep")])
        if id(node) in self._open:
            return self._wrong(line, "the alias stands inside of what it repeats")
        self._open.append(id(node))
        try:
            return self._plain(node, keys, line)
        finally:
            self._open.pop()

    def _plain(self, node: yaml.Node, keys: Keys, line: int) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        match node, kind:
            case yaml.MappingNode(), "map":
                return dict(self._entries(node, keys))
            case yaml.SequenceNode(), "seq":
                return [self._item(item, (*keys, str(index)), keys) for index, item in enumerate(node.value)]
            case yaml.ScalarNode(), ("str" | "null" | "bool" | "int" | "float"):
                return self._scalar(node.value, kind, line)
        return self._wrong(line, f'the tag "{node.tag.replace("tag:yaml.org,2002:", "!!")}" is not supported')

    def _entries(self, node: yaml.MappingNode, keys: Keys) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(line, "a key must be text")
                continue
            key = key_node.value
            if key == "<<":
                self._wrong(line, 'merge keys ("<<") are not part of YAML 1.2; write the values out')
                continue
            if key in seen:
                self._wrong(line, f'the key "{key}" is here twice; it is in line {seen[key]} already')
                continue
            seen[key] = line
            self.lines[*keys, key] = line
            yield key, self.value(value_node, (*keys, key))

    def _item(self, node: yaml.Node, keys: Keys, of: Keys) -> Any:
        if isinstance(node, yaml.ScalarNode):
            self.lines.setdefault((*of, node.value), node.start_mark.line + 1)
        self.lines[keys] = node.start_mark.line + 1
        return self.value(node, keys)

    def _scalar(self, text: str, kind: str, line: int) -> Any:
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
                case "float":
                    return float(re.sub(r"\.(inf|nan)", r"\1", text.lower()))
        except ValueError:
            return self._wrong(line, f'"{text[:40]}" is not a number')
        return text

    def _wrong(self, line: int, reason: str) -> None:
        self.problems.append((line, reason))
