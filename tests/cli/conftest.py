"""A small org, a check that finds something in it, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sfgov.cli import main
from sfgov.testing import write_files

ORG = {
    "org/permissionsets/Sales.permissionset-meta.xml": """
        <?xml version="1.0" encoding="UTF-8"?>
        <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
            <label>Sales</label>
            <userPermissions>
                <enabled>true</enabled>
                <name>ModifyAllData</name>
            </userPermissions>
        </PermissionSet>
        """,
    "org/permissionsets/Service.permissionset-meta.xml": """
        <?xml version="1.0" encoding="UTF-8"?>
        <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
            <label>Service</label>
        </PermissionSet>
        """,
    "house/modify_all.py": '''
        from sfgov import Finding, Severity, check
        from sfgov.facts import PermissionSet

        @check("HOU001", "modify-all", Severity.HIGH, reads=(PermissionSet,))
        def modify_all(org):
            """No permission set grants Modify All Data.

            ## Fix
            Take it away.
            """
            for written in org.all(PermissionSet):
                for access in written.fact.accesses:
                    if access.name == "ModifyAllData":
                        yield Finding(f"{written.name} grants Modify All Data.", at=written.at(access.line))
        ''',
}
"""One finding of severity high, in line 4 of one of two files."""

Sfgov = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the org and the check in it."""
    write_files(tmp_path, ORG)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def sfgov(folder: Path) -> Sfgov:
    """Runs a command line; the result has `exit_code`, `stdout` and `stderr`."""
    return lambda *words: CliRunner().invoke(main, list(words), prog_name="sfgov")


@pytest.fixture
def check(sfgov: Sfgov) -> Sfgov:
    """Runs `sfgov check org` with the one check of this folder, and whatever else is given."""
    return lambda *words: sfgov("check", "org", "--checks", "house", "--select", "HOU001", *words)
