"""One script, read from its text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from sfgov.facts import AiAuthoringBundle, Problem
from sfgov.parse import parse
from sfgov.project.source import SourceFile

Read = Callable[[str | bytes], tuple[AiAuthoringBundle, tuple[Problem, ...]]]


@pytest.fixture
def read() -> Read:
    """Reads a script as the parser of files does."""

    def read_text(text: str | bytes) -> tuple[AiAuthoringBundle, tuple[Problem, ...]]:
        data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
        source = SourceFile("aiAuthoringBundles/Help/Help.agent", "AiAuthoringBundle", "Help", "body")
        parsed = parse(source, data)
        (fact,) = parsed.facts
        assert isinstance(fact, AiAuthoringBundle)
        return fact, parsed.problems

    return read_text
