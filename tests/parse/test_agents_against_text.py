"""The readers of agents against what can be counted in the text of their files, on whatever agents a folder holds.

Topics, actions, inputs, outputs, variables, tools, transitions, bindings, gates, rules, mappings, versions, cases: the
readers must find as many as there are lines or tags of that kind. Set SFGOV_AGENT_CORPUS to a folder (or several,
divided by the platform's path separator) to run it.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.parse.agent_counts import agent_files, compared

CORPUS = os.environ.get("SFGOV_AGENT_CORPUS", "")


@pytest.mark.skipif(not CORPUS, reason="SFGOV_AGENT_CORPUS names no folder of agents")
def test_as_much_is_read_as_stands_in_the_text() -> None:
    folders = [Path(folder) for folder in CORPUS.split(os.pathsep) if folder]
    results = [compared(path) for folder in folders for path in agent_files(folder)]
    print("\n" + ", ".join(f"{kind} {count}" for kind, count in Counter(one.kind for one in results).items()))
    assert results, f"no agents under {CORPUS}"
    lost = [f"{one.path}: {one.lost}" for one in results if one.lost]
    assert not lost, "\n".join(lost[:50])
