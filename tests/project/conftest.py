from pathlib import Path

import pytest

from sfgov.project import Project, open_project
from tests.project.folders import Files, Open, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files (path → text) into a folder called `acme`, which it gives back."""

    def write_files(files: Files) -> Path:
        root = tmp_path / "acme"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write_files


@pytest.fixture
def opened(write: Write) -> Open:
    """Writes files and opens the folder, or paths in it."""

    def open_files(files: Files, *paths: str) -> Project:
        root = write(files)
        return open_project([root / path for path in paths or ("",)])

    return open_files
