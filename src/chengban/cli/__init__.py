"""The command line: `chengban …`. Each command parses, calls one verb, prints."""

from chengban.cli.main import main

__all__ = ["main"]
