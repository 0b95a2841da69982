"""Columns of facts against policies: codes, bitmaps, one pass over memory. See `program` for where to begin."""

from .column import Column, evaluate_column
from .mirror import MirrorError, save_codes
from .program import Program, compile
from .rounding import Rounded, rounded_total
from .rows import distinct_rows
from .storing import open_bitmaps, write_bitmaps
from .trees import from_tree

__all__ = [
    "Column",
    "MirrorError",
    "Program",
    "Rounded",
    "compile",
    "distinct_rows",
    "evaluate_column",
    "from_tree",
    "open_bitmaps",
    "rounded_total",
    "save_codes",
    "write_bitmaps",
]
