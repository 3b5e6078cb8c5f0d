"""`python -m sfgov` is `sfgov`."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """The program: the command line, run in a process that ends with it.

    So nothing is collected on the way, and nothing is taken apart at the end: with a large org, each of them costs a
    tenth of a second that nobody has a use for.
    """
    gc.disable()
    from sfgov.cli import main

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
