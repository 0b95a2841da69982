"""The cockpit for leaders (驾驶舱)."""

from chengban.policies.cockpit.board import Board, BudgetUse, CountyRow, Offered, PolicyRow, Tally, gather
from chengban.policies.cockpit.days import BANDS, STAGES, Spread
from chengban.policies.cockpit.stuck import PATIENCE, SUBJECT, TREASURY, Stuck
from chengban.policies.cockpit.unclaimed import Unclaimed

__all__ = [
    "BANDS", "PATIENCE", "STAGES", "SUBJECT", "TREASURY", "Board", "BudgetUse", "CountyRow", "Offered", "PolicyRow", "Spread",
    "Stuck", "Tally", "Unclaimed", "gather",
]  # fmt: skip
