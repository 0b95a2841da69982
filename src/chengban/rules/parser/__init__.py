"""Text to nodes. See `expressions` for the grammar."""

from .expressions import parse, parse_unary_tests

__all__ = ["parse", "parse_unary_tests"]
