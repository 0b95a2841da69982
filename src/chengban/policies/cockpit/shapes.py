"""A board as plain values: what the API answers and the command prints. Amounts are exact decimals in 元."""

from typing import Any

from chengban.packs import Pack
from chengban.policies.cockpit.board import Board, CountyRow, PolicyRow, Tally
from chengban.policies.cockpit.days import BANDS, Spread
from chengban.policies.cockpit.unclaimed import Unclaimed


def as_values(pack: Pack, board: Board) -> dict[str, Any]:
    """The whole board; counties stand in the city's order, with their names."""
    names = dict(zip(pack.city.counties, pack.city.county_names, strict=True))
    return {
        "year": board.year,
        "on": board.on,
        "matched_on": board.matched_on,
        "paid": _tally(board.paid),
        "in_flight": _tally(board.in_flight),
        "returned": _tally(board.returned),
        "enterprises": board.enterprises,
        "people": board.people,
        "days": _spread(board.days),
        "stages": {stage: _spread(spread) for stage, spread in board.stages.items()},
        "unclaimed": _unclaimed(board.unclaimed),
        "to_accept": {
            "count": board.to_accept.count, "amount": board.to_accept.amount, "working_days": _spread(board.to_accept.days),
        },
        "policies": [_policy(row) for row in board.policies],
        "counties": [_county(row, names[row.code]) for row in board.counties],
        "elsewhere": _tally(board.elsewhere),
        "months": [{"month": f"{month:%Y-%m}", **_tally(tally)} for month, tally in board.months],
        "industries": [{"code": code, **_tally(tally)} for code, tally in board.sections],
        "stuck": [
            {
                "who": one.who, "policy": one.policy, "stage": one.stage, "count": one.count, "oldest": one.oldest,
                "working_days": one.days,
            }
            for one in board.stuck
        ],
    }  # fmt: skip


def _tally(tally: Tally) -> dict[str, Any]:
    return {"count": tally.count, "subjects": tally.subjects, "amount": tally.amount}


def _spread(spread: Spread) -> dict[str, Any]:
    bands = [{"least": low, "most": high, "count": n} for (low, high), n in zip(BANDS, spread.bands, strict=True)]
    return {"count": spread.count, "median": spread.median, "p90": spread.slow, "bands": bands}


def _unclaimed(found: Unclaimed | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"eligible": found.eligible, "subjects": found.subjects, "amount": found.amount, "amount_unknown": found.unknown}


def _policy(row: PolicyRow) -> dict[str, Any]:
    return {
        "policy": row.policy.id,
        "name": row.policy.name,
        "paid": _tally(row.paid),
        "in_flight": _tally(row.in_flight),
        "returned": _tally(row.returned),
        "budget": None if row.budget is None else {"total": row.budget.total, "committed": row.budget.committed},
        "unclaimed": _unclaimed(row.unclaimed),
        "days": _spread(row.days),
    }


def _county(row: CountyRow, name: str) -> dict[str, Any]:
    return {"code": row.code, "name": name, "paid": _tally(row.paid), "unclaimed": row.unclaimed, "days": _spread(row.days)}
