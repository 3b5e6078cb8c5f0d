"""`python -m sfgov` is `sfgov`."""

from __future__ import annotations

import os
import sys

from sfgov.cli import main


def run() -> None:
    """The program: the command line, and then an end without clearing up.

    To take a large org apart piece by piece costs a tenth of a second that nobody has a use for.
    """
    try:
        main()
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    if not isinstance(code, int):
        raise SystemExit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        raise SystemExit(code) from None
    os._exit(code)


if __name__ == "__main__":
    run()
