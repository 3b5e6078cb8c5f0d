"""What fills inputs and variables: model, variables, constants."""

from __future__ import annotations

from sfgov.model.agents.expressions import Expression, Unknown, parsed, value_of
from sfgov.model.agents.parts import SetKind, Source
from sfgov.place import Place

_BY_MODEL = "..."


def source_of(expression: str, at: Place) -> Source:
    """What an expression takes its value from."""
    text = expression.strip()
    if text == _BY_MODEL:
        return Source("model", text, at)
    read = parsed(text)
    references = read.references
    if references and text == references[0]:
        return Source("variable", text, at, (_variable(references[0]),))
    if not isinstance(value_of(read, {}), Unknown) or _is_plain(read):
        return Source("literal", text, at)
    return Source("expression", text, at, tuple(dict.fromkeys(map(_variable, references))))


def _variable(reference: str) -> str:
    """`name` of `@variables.name`; other namespaces keep theirs."""
    namespace, _, name = reference.partition(".")
    return name if namespace.casefold() == "@variables" else reference


def _is_plain(expression: Expression) -> bool:
    """A list, a dictionary, a date or a text with nothing in it that could vary."""
    return not expression.references and "{!" not in expression.text


def set_kind(value: str) -> tuple[SetKind, str]:
    """How a variable gets a value, and the output that it is made of, if one is."""
    text = value.strip()
    if text == _BY_MODEL:
        return "model", ""
    read = parsed(text)
    outputs = [one.partition(".")[2] for one in read.references if one.casefold().startswith("@outputs.")]
    if outputs:
        return "output", outputs[0].partition(".")[0]
    if not isinstance(value_of(read, {}), Unknown) or _is_plain(read):
        return "literal", ""
    return "expression", ""
