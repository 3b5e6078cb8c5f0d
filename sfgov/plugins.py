"""Where checks come from: installed packages and a folder of files, through one door.

A package offers checks by an entry point of the group `sfgov.checks` that names a module or a package; sfgov's own
checks come the same way. `--checks DIR` adds the files `DIR/*.py`. In both cases the checks are the `Check` values
that the modules hold: nothing registers itself.

The files of a folder are modules of a package that exists for this run only, so that they can share code by relative
imports (`from ._shared import ...`) and `sys.path` stays as it is. Files that start with `_`, tests
(`test_*.py`, `*_test.py`) and `conftest.py` are left alone.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sfgov.check import Check

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "sfgov.checks"


class PluginError(Exception):
    """Checks cannot be loaded; the message names the file and the reason."""


def load_checks(folder: Path | None = None) -> tuple[Check, ...]:
    """All checks there are, by code: those of installed packages and those of a folder.

    Raises `PluginError` when a module cannot be imported, or two checks have the same code or name.
    """
    modules = [module for point in _points() for module in _installed(point)]
    found = [one for module in modules for one in _checks(module)]
    if folder is not None:
        found += checks_in(folder)
    return _distinct(found)


def checks_in(folder: Path) -> tuple[Check, ...]:
    """The checks that the files of a folder define, by code. Raises `PluginError`, also when there are none."""
    if not folder.is_dir():
        raise PluginError(f"{folder}: there is no such folder of checks")
    found = [one for name in _check_files(folder) for one in _checks(_file_module(folder, name))]
    if not found:
        raise PluginError(
            f"{folder}: no check in this folder; a check is a function under @check in a *.py file"
        )
    return _distinct(found)


def _points() -> list[EntryPoint]:
    from importlib.metadata import entry_points  # slow to import, and not needed before

    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _installed(point: EntryPoint) -> Iterator[ModuleType]:
    top = _imported(point.module, f'the plugin "{point.name}"')
    yield top
    for found in pkgutil.walk_packages(getattr(top, "__path__", ()), f"{top.__name__}."):
        yield _imported(found.name, f'the plugin "{point.name}"')


def _check_files(folder: Path) -> list[str]:
    stems = sorted(path.stem for path in folder.glob("*.py"))
    return [
        s for s in stems if not s.startswith(("_", "test_")) and not s.endswith("_test") and s != "conftest"
    ]


def _file_module(folder: Path, stem: str) -> ModuleType:
    location = str(folder.resolve())
    package = f"sfgov_folder_{hashlib.sha256(location.encode()).hexdigest()[:12]}"
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [location]
    return _imported(f"{package}.{stem}", (folder / f"{stem}.py").as_posix())


def _imported(name: str, shown: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # what stands in a plugin can fail in any way
        raise PluginError(f"{shown}: cannot be imported: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """What went wrong and, where it did so in a file of the plugin, its line."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.msg} ({_shown(error.filename)}:{error.lineno})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_plugin(frame.filename)]
    where = f" ({_shown(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def _is_plugin(filename: str) -> bool:
    ours = Path(filename).is_relative_to(Path(__file__).parent)
    return not ours and not filename.startswith("<") and "importlib" not in Path(filename).parts


def _checks(module: ModuleType) -> Iterator[Check]:
    return (value for value in vars(module).values() if isinstance(value, Check))


def _distinct(found: Iterable[Check]) -> tuple[Check, ...]:
    """By code, each once: a check that is imported into a second module is still the same one."""
    unique = {id(one): one for one in found}
    taken: dict[str, Check] = {}
    for one in unique.values():
        for name in (one.code, one.name):
            if other := taken.get(name):
                raise PluginError(f"two checks are called {name}: {_home(other)} and {_home(one)}")
            taken[name] = one
    return tuple(sorted(unique.values(), key=lambda one: one.code))


def _home(one: Check) -> str:
    code = one.function.__code__
    return f"{_shown(code.co_filename)}:{code.co_firstlineno}"


def _shown(filename: str) -> str:
    """Below the working directory as seen from there, else whole."""
    path = Path(filename)
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return Path(os.path.relpath(path)).as_posix() if inside else path.as_posix()
