"""Columns of facts against policies: codes, bitmaps, one pass over memory. See `program` for where to begin."""

from .program import Program, compile
from .trees import from_tree

__all__ = ["Program", "compile", "from_tree"]
