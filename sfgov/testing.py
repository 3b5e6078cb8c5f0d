"""For tests of checks, ours and third parties': lint an org that is written down in the test.

```python
def test_sales_may_not_export():
    org = {"permissionsets/Sales.permissionset-meta.xml": "<PermissionSet>…</PermissionSet>"}
    assert [str_of(r) for r in lint(org, my_check)] == ["permissionsets/Sales.permissionset-meta.xml:4 …"]
```
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent

from sfgov.check import Check
from sfgov.config import load_config
from sfgov.engine import run
from sfgov.project import open_project
from sfgov.result import Result, Run

Files = Mapping[str, str | bytes]
TODAY = date(2026, 6, 1)
"""The day on which a test's org is checked, so that dated exemptions do not run out under a test."""


def lint(files: Files, *checks: Check, today: date = TODAY, earlier: Files | None = None) -> list[Result]:
    """The findings of these checks on an org of these files (path → content), in report order.

    A file `sfgov.yml` among them is the policy. Paths may be those of a DX project, an mdapi folder or a bare
    folder of metadata. The files are really written and read. `earlier` are the files before the change, for checks
    that ask what a change means; findings that were there already are given all the same.
    """
    return list(lint_run(files, *checks, today=today, earlier=earlier).results)


def lint_run(files: Files, *checks: Check, today: date = TODAY, earlier: Files | None = None) -> Run:
    """As `lint`, but the whole run: what was not checked, whether a check crashed."""
    with tempfile.TemporaryDirectory() as folder:
        root, before = Path(folder, "now"), Path(folder, "before")
        write_files(root, files)
        write_files(before, earlier or {})
        config = load_config(root / "sfgov.yml" if "sfgov.yml" in files else None, root=root)
        project = open_project([root], declared=config.policy.declared_files)
        old = open_project([before]) if earlier else None
        return run(project, config, checks, jobs=1, today=today, earlier=old)


def write_files(root: Path, files: Files) -> None:
    """Write files below a folder, making folders as needed. Common indentation of text is removed."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())


_FENCE = re.compile(r"^```[a-z]+ (?P<path>\S[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(one: Check, heading: str) -> dict[str, str]:
    """The files that a check's documentation shows under `## Bad` or `## Good`."""
    return {match["path"].strip(): match["text"] for match in _FENCE.finditer(one.section(heading))}
