"""Payments of several policies, counties and months, made through the verbs that a department, a firm and the treasury use."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

from chengban import packs
from chengban.exchange import domain as exchange
from chengban.exchange.contract import Answer
from chengban.exchange.errors import Refused, Unavailable
from chengban.exchange.models import Message
from chengban.facts import store
from chengban.facts.ingest.load import load_file
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.policies import offers
from chengban.policies.explaining import Verdict, explain
from chengban.policies.models import Offer
from chengban.policies.payments import key_of, set_budget

DEPARTMENT, FIRM, PUBLIC, TREASURY = (Actor.account(number) for number in (1, 2, 3, 4))
POLICIES = ("P09", "P10", "P12")
"""Policies of enterprises that pay once a year, with examples that are paid."""
COUNTIES = packs.current().city.counties
ENDS = (
    "proposed", "rejected", "confirmed", "noticed", "objected", "disputed", "accepted", "declined", "ordered", "paid",
    "refused", "stuck",
)  # fmt: skip
NOTICE, PATIENCE = 5, timedelta(days=4)


@dataclass(frozen=True)
class Story:
    """What became of one offer: which step was the last, on which day it began, and how many days lie between the steps."""

    policy: str
    firm: int
    amount: Decimal
    begun: date
    pace: tuple[int, int, int, int]
    """Days from the offer to the confirmation, on to the acceptance, on to the order, on to the treasury's answer."""
    end: str
    who: str = ""
    """Another subject than the firm of that number."""

    @property
    def subject(self) -> str:
        return self.who or firm_code(self.firm)

    @property
    def county(self) -> str:
        return COUNTIES[self.firm % len(COUNTIES)]

    @property
    def days(self) -> tuple[date, date, date, date, date]:
        """Offered, confirmed, accepted, ordered, answered; ordered only when the notice is over."""
        confirmed = self.begun + timedelta(days=self.pace[0])
        accepted = confirmed + timedelta(days=self.pace[1])
        ordered = max(accepted, confirmed + timedelta(days=30)) + timedelta(days=self.pace[2])
        return self.begun, confirmed, accepted, ordered, ordered + timedelta(days=self.pace[3])


def firm_code(number: int) -> str:
    stem = f"91371500MA4D{number:05d}"
    return stem + str(uscc.calc_check_digit(stem))


def register_firms(folder: Path, count: int) -> None:
    """Firms 0 … count, one after another in the city's counties, as the register holds them."""
    pack = packs.current()
    store.make_tables(pack.registers.values())
    rows = [_registration(number) for number in range(count)]
    path = folder / "firms.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    load_file(pack, pack.registers["legal_persons"], path, by=DEPARTMENT, on=date(2025, 1, 2))


def _registration(number: int) -> dict[str, Any]:
    return {
        "uscc": firm_code(number), "name": f"聊城水云{number}号有限公司", "entity_type": "公司", "status": "存续",
        "founded_on": "2016-03-01", "county": COUNTIES[number % len(COUNTIES)], "industry": ("I6513", "C3411")[number % 2],
        "foreign_invested": "否", "listed": "否",
    }  # fmt: skip


@cache
def paid_example(policy: str) -> Verdict:
    """A verdict that is eligible, from the pack's own examples."""
    pack = packs.current()
    for example in pack.examples[policy]:
        if example.expect == "eligible" and pack.policies[policy].in_force(example.on):
            found = explain(pack, pack.policies[policy], dict(example.facts), on=example.on)
            if found.verdict == "eligible" and found.amount:
                return found
    raise AssertionError(f"{policy} has no example that is paid")


@contextmanager
def on(day: date) -> Iterator[date]:
    """The clock stands at nine in the morning of a day."""
    with clock.pinned(datetime.combine(day, time(9), clock.CHINA)):
        yield day


def tell(stories: Iterable[Story]) -> None:
    """Let everything happen. Those that end before the order come last: an order takes whoever is due."""
    pack, told = packs.current(), sorted(stories, key=lambda story: story.end == "accepted")
    for policy, year in sorted({(story.policy, story.begun.year) for story in told}):
        set_budget(policy, str(year), Decimal(10_000_000), by=DEPARTMENT)
    for story in told:
        _tell(pack, story)


def _tell(pack: Pack, story: Story) -> None:
    offered, confirmed, accepted, ordered, answered = story.days
    verdict, period = replace(paid_example(story.policy), amount=story.amount), str(story.begun.year)
    with on(offered) as day:
        offer = offers.propose(pack, verdict, story.subject, period, on=day, by=DEPARTMENT)
    if story.end in ("proposed", "rejected"):
        if story.end == "rejected":
            with on(confirmed):
                offers.reject(offer, by=DEPARTMENT, reason="名单有误")
        return
    with on(confirmed):
        offers.confirm(offer, by=DEPARTMENT)
        if story.end == "confirmed":
            return
        offers.give_notice(offer, days=NOTICE, on=confirmed, by=DEPARTMENT)
        if story.end == "objected":
            offers.object_to(offer, on=confirmed, by=PUBLIC, reason="社保未缴")
    with on(accepted):
        if story.end == "disputed":
            offers.dispute(offer, by=FIRM, reason="人数不对")
        if story.end == "declined":
            offers.decline(offer, by=FIRM, reason="不需要")
        if story.end in ("accepted", "ordered", "paid", "refused", "stuck"):
            offers.accept(offer, account="62000001", by=FIRM)
    if story.end in ("ordered", "paid", "refused", "stuck"):
        _pay(offer, story, ordered, answered)


def _pay(offer: Offer, story: Story, ordered: date, answered: date) -> None:
    with on(ordered) as day:
        offers.order_due(offer.policy, offer.version, offer.period, on=day, by=DEPARTMENT)
    offer.refresh_from_db()
    assert offer.payment is not None
    message = Message.objects.get(key=key_of(offer.payment))
    result = {"paid": Answer("T1"), "refused": Refused("账户不存在"), "stuck": Unavailable("国库没有回答")}.get(story.end)
    for after in (timedelta(0), PATIENCE)[: 2 if story.end == "stuck" else 1 if result else 0]:
        assert result is not None
        with on(answered + after):
            exchange.settle([(message, result)], by=TREASURY)
