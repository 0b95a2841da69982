"""What the cockpit's endpoint answers with."""

from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Schema

from chengban.packs import Pack
from chengban.policies.cockpit import Board
from chengban.policies.cockpit.shapes import as_values


class TallyOut(Schema):
    """Payments: how many, to how many subjects, and how much in yuan, as a string to stay exact."""

    count: int
    subjects: int
    amount: str


class BandOut(Schema):
    least: int
    most: int | None
    count: int


class SpreadOut(Schema):
    """How durations lie, by nearest rank; bands in days, both ends included. `median` null: there are none."""

    count: int
    median: int | None
    p90: int | None
    bands: list[BandOut]


class UnclaimedOut(Schema):
    """Who qualifies and has nothing yet. `amount` null: not known; `amount_unknown` of all who qualify have no known amount."""

    eligible: int
    subjects: int
    amount: str | None
    amount_unknown: int


class BudgetOut(Schema):
    total: str
    committed: str


class CockpitPolicyOut(Schema):
    policy: str
    name: str
    paid: TallyOut
    in_flight: TallyOut
    returned: TallyOut
    budget: BudgetOut | None
    unclaimed: UnclaimedOut | None
    days: SpreadOut


class CountyOut(Schema):
    code: str
    name: str
    paid: TallyOut
    unclaimed: int | None
    days: SpreadOut


class MonthOut(TallyOut):
    month: str


class IndustryOut(TallyOut):
    code: str


class ToAcceptOut(Schema):
    count: int
    amount: str
    working_days: SpreadOut


class StuckOut(Schema):
    """`who`: a department's id, or treasury. `working_days` of the oldest; null where a year's holidays are not arranged."""

    who: str
    policy: str
    stage: str
    count: int
    oldest: date
    working_days: int | None


class CockpitOut(Schema):
    year: int
    on: date
    matched_on: date | None
    paid: TallyOut
    in_flight: TallyOut
    returned: TallyOut
    enterprises: int
    people: int
    days: SpreadOut
    stages: dict[str, SpreadOut]
    unclaimed: UnclaimedOut | None
    to_accept: ToAcceptOut
    policies: list[CockpitPolicyOut]
    counties: list[CountyOut]
    elsewhere: TallyOut
    months: list[MonthOut]
    industries: list[IndustryOut]
    stuck: list[StuckOut]


def cockpit(pack: Pack, board: Board) -> dict[str, Any]:
    """The board's values with every amount as a string."""
    return _exact(as_values(pack, board))


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_exact(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value
