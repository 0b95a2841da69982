"""From a file that someone brings to rows that a register holds: read, validate, quarantine, load."""

from chengban.facts.ingest.load import Outcome, Progress, load_file

__all__ = ["Outcome", "Progress", "load_file"]
