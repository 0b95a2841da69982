"""Registers that are away, locked, slow or stale: the verdict falls with the reason, comes back, and never blocks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import psycopg
import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chengban.facts.models import Ticket
from chengban.items.disputes import answer_dispute, open_dispute, open_ones
from chengban.items.errors import AlreadyAnswered
from chengban.items.verdicts import Verdict, verdict_of
from chengban.items.ways import Cause, Mode
from chengban.ledger import Actor
from chengban.packs import Pack
from tests import town

HOLDER, OWNER = Actor.account(1), Actor.account(2)
TABLE = "register_social_insurance_employer"
DATUM = "register:social_insurance_employer"


def verdict(pack: Pack, on: date = town.ON) -> Verdict:
    return verdict_of(pack, "S26.a", town.LOTUS, {}, on=on, by=HOLDER, under=town.UPKEEP)


def insured(pack: Pack, on: date = town.ON) -> tuple[Mode, list[Cause]]:
    found = next(one for one in verdict(pack, on).materials if one.material.name == "社保人数")
    return found.mode, [blocker.cause for blocker in found.blockers]


def another() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection of somebody else's."""
    given = connection.get_connection_params()
    named = {key: given[key] for key in ("host", "port", "user", "password", "dbname") if key in given}
    return psycopg.connect(**named)


def test_a_table_that_somebody_renamed_or_locks_makes_the_verdict_fall_and_it_comes_back(committed_town: Pack) -> None:
    assert insured(committed_town) == (Mode.SHARED, [])
    with another() as other:
        other.execute(f"ALTER TABLE {TABLE} RENAME TO away")
        other.commit()
        assert insured(committed_town) == (Mode.UPLOAD, [Cause.DOWN])
        other.execute(f"ALTER TABLE away RENAME TO {TABLE}")
        other.commit()
        assert insured(committed_town) == (Mode.SHARED, [])
        other.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
        assert insured(committed_town) == (Mode.UPLOAD, [Cause.SLOW])
        others = [one.mode for one in verdict(committed_town).materials if one.material.name != "社保人数"]
        assert len(others) == 2
        other.rollback()
    assert insured(committed_town) == (Mode.SHARED, [])


def test_the_patience_of_the_transaction_around_is_as_before(committed_town: Pack) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()
        insured(committed_town)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == before


def test_two_who_dispute_one_datum_at_once_open_one_dispute(committed_town: Pack) -> None:
    found, ready = verdict(committed_town), Barrier(2)

    def dispute(reason: str) -> int:
        try:
            ready.wait(10)
            return open_dispute(committed_town, found, DATUM, on=town.ON, by=HOLDER, reason=reason).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(dispute, ["人数不对", "人数还是不对"])
    assert first == second and open_ones().count() == 1 and Ticket.objects.count() == 1


class Degrading(RuleBasedStateMachine):
    """One register and its verdict: away or there, fresh or stale, disputed or not, in any order."""

    pack: Pack

    def __init__(self) -> None:
        super().__init__()
        self.there, self.age, self.dispute = True, 0, 0

    @rule()
    def goes_away(self) -> None:
        if self.there:
            self._do(f"ALTER TABLE {TABLE} RENAME TO away")
        self.there = False

    @rule()
    def comes_back(self) -> None:
        if not self.there:
            self._do(f"ALTER TABLE away RENAME TO {TABLE}")
        self.there = True

    @rule(age=st.sampled_from([0, 30, 31, 32, 400]))
    def time_passes(self, age: int) -> None:
        self.age = age

    @rule()
    def is_disputed(self) -> None:
        found = verdict(self.pack, self.on)
        if found.datum(DATUM) is not None:
            self.dispute = open_dispute(self.pack, found, DATUM, on=self.on, by=HOLDER, reason="人数不对").pk

    @rule()
    def is_answered(self) -> None:
        waiting = open_ones().filter(pk=self.dispute).first()
        if waiting is not None:
            answer_dispute(waiting, on=self.on, by=OWNER, answer="核对无误")
            with pytest.raises(AlreadyAnswered):
                answer_dispute(waiting, on=self.on, by=OWNER, answer="又答一次")
        self.dispute = 0

    @invariant()
    def the_mode_follows_and_the_applicant_can_go_on(self) -> None:
        expected = (
            Cause.DOWN if not self.there else Cause.STALE if self.age > 31 else Cause.DISPUTED if self.dispute else None
        )  # fmt: skip
        mode, causes = insured(self.pack, self.on)
        assert (mode, causes) == ((Mode.SHARED, []) if expected is None else (Mode.UPLOAD, [expected]))

    @property
    def on(self) -> date:
        return town.ON + timedelta(days=self.age)

    def _do(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def teardown(self) -> None:
        self.comes_back()
        self.is_answered()


def test_the_life_of_a_register(pack: Pack) -> None:
    machine = type("Machine", (Degrading,), {"pack": pack})
    machine.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
    machine.TestCase().runTest()
