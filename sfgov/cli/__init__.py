"""The command line. Commands are few lines: they read what was asked for and call the engine."""

from sfgov.cli.commands import main

__all__ = ["main"]
