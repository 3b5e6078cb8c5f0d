"""A throw-away git repository, for tests that need a history."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sfgov.testing import Files, write_files

_WHO = {
    name: value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in {
        f"GIT_{role}_NAME": "Jane",
        f"GIT_{role}_EMAIL": "jane@example.com",
        f"GIT_{role}_DATE": "2026-06-01T12:00:00Z",
    }.items()
}


class Repository:
    """A repository in a folder, whatever the machine's own git settings are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        """Run git and give what it says."""
        nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words],
            env={**os.environ, **nowhere, **_WHO},
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, files: Files | None = None) -> str:
        """Write files, commit everything that is there, and give the commit's name."""
        write_files(self.folder, files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")
