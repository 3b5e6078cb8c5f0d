"""Make an invented org of a given size from a seed: the same seed gives the same bytes.

python benchmarks/generate.py 10k FOLDER
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from invented import access, apex, flows, objects
from invented.plan import Plan, plan

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
_MADE = "sfdx-project.json"
_PROJECT = '{"packageDirectories": [{"path": "force-app", "default": true}], "sourceApiVersion": "62.0"}\n'


def generate(components: int, folder: Path, seed: int = 1, classes: int | None = None) -> None:
    """Write an org of about so many components. What lies in the folder is replaced.

    Raises `FileExistsError` where the folder holds something that was not generated.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MADE).exists():
            raise FileExistsError(f"{folder} holds something else; give a new or an empty folder")
        shutil.rmtree(folder)
    made = plan(components, seed, classes)
    source = folder / "force-app" / "main" / "default"
    for path, text in _files(made):
        _write(source / path, text)
    _write(folder / "sfgov.yml", _policy(made))
    _write(folder / _MADE, _PROJECT)


def size(text: str) -> int:
    """`10k` or a plain number. Raises `argparse.ArgumentTypeError`."""
    number = text.lower().replace("k", "000")
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 1k, 10k, 100k or a number")
    return int(number)


def _files(made: Plan) -> Iterator[tuple[str, str]]:
    yield from objects.files(made)
    yield from access.files(made)
    yield from flows.files(made)
    yield from apex.files(made)


def _policy(made: Plan) -> str:
    """One object in fifty must never be deleted, except by administrators."""
    kept = ", ".join(thing.name for thing in made.objects[:: 50 if len(made.objects) > 50 else 4])
    return f"delete:\n  never: [{kept}]\n  allow: {{profiles: [Admin]}}\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make an invented org from a seed.")
    parser.add_argument("size", type=size, help="number of components: 1k, 10k, 100k or any other")
    parser.add_argument("folder", type=Path, help="where to; what was generated there before is replaced")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, help="number of Apex classes, instead of 3 in 100 components")
    given = parser.parse_args()
    try:
        generate(given.size, given.folder, given.seed, given.classes)
    except FileExistsError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
