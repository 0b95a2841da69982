"""The life of a data request, against a model of it: what was granted can be read, and nothing else ever."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.facts.errors import FactsError
from chengban.facts.models import DataRequest, RequestStep
from chengban.facts.reading import requests, using
from chengban.facts.reading.errors import NotAnswerable, NotGrounded, WrongStep
from chengban.facts.reading.requests import Stands, Wish
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.packs import Pack
from tests import town
from tests.facts.reading.test_grounds import Staff

FIELDS = ("insured_average", "laid_off")


def wish(**changed: Any) -> Wish:
    given = {
        "register": "social_insurance_employer", "fields": FIELDS, "subjects": (town.LOTUS,), "basis": "失业保险条例 第三条",
        "reason": "核对稳岗", "days": 10,
    }  # fmt: skip
    return Wish(**{**given, **changed})


@pytest.fixture
def market(staff: Staff) -> Account:
    return staff(Role.OFFICER, "market_regulation")


@pytest.fixture
def owner(staff: Staff) -> Account:
    return staff(Role.STEWARD, "human_resources")


def test_granted_fields_of_granted_subjects_and_no_others(city: Pack, market: Account, owner: Account) -> None:
    made = requests.ask(city, wish(), by=market, on=town.ON)
    with pytest.raises(FactsError):
        using.records(city, made, town.LOTUS, by=market.actor, on=town.ON)
    requests.approve(city, made, by=owner, on=town.ON)
    assert using.records(city, made, town.LOTUS, by=market.actor, on=town.ON) == [{"insured_average": 24, "laid_off": 0}]
    for by, subject in ((market.actor, town.WILLOW), (owner.actor, town.LOTUS)):
        with pytest.raises(NotGrounded):
            using.records(city, made, subject, by=by, on=town.ON)
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}")
    assert entry.payload["fields"] == {"social_insurance_employer": sorted(FIELDS)}
    assert entry.payload["matter"] == f"request:{made.pk}" and "24" not in str(entry.payload)


def test_where_answers_were_granted_no_value_leaves(city: Pack, market: Account, owner: Account) -> None:
    made = requests.ask(city, wish(answers_only=True, fields=("laid_off", "year")), by=market, on=town.ON)
    requests.approve(city, made, by=owner, on=town.ON)
    with pytest.raises(NotGrounded):
        using.records(city, made, town.LOTUS, by=market.actor, on=town.ON)
    assert using.answered(city, made, town.LOTUS, {"none": "laid_off_prev_year = 0"}, by=market.actor, on=town.ON) == {"none": True}
    with pytest.raises(NotGrounded):
        using.answered(city, made, town.LOTUS, {"tax": 'vat_type = "小规模"'}, by=market.actor, on=town.ON)
    with pytest.raises(NotAnswerable):
        using.answered(city, made, town.LOTUS, {"value": "laid_off_prev_year"}, by=market.actor, on=town.ON)


WRONG = {
    "no such register": {"register": "nowhere"}, "a register of places": {"register": "weather"}, "no field": {"fields": ()},
    "a field of another": {"fields": ("name_of_nobody",)}, "no law": {"basis": " "}, "no use": {"reason": ""},
    "no days": {"days": 0}, "for ever": {"days": 366}, "too many": {"subjects": [str(number) for number in range(1001)]},
}  # fmt: skip


@pytest.mark.parametrize("changed", WRONG.values(), ids=WRONG)
def test_a_wish_that_is_not_whole_is_refused(city: Pack, market: Account, changed: dict[str, Any]) -> None:
    with pytest.raises(NotGrounded):
        requests.ask(city, wish(**changed), by=market, on=town.ON)
    assert not DataRequest.objects.exists()


def test_who_may_ask_and_who_answer(city: Pack, staff: Staff, market: Account, owner: Account) -> None:
    for department in ("", "human_resources"):
        with pytest.raises(NotGrounded):
            requests.ask(city, wish(), by=staff(Role.CLERK, department), on=town.ON)
    made = requests.ask(city, wish(), by=market, on=town.ON)
    answering = {name for name in city.departments if requests.may_answer(city, made, staff(Role.AUDITOR, name))}
    assert answering == {"human_resources", city.city.data_office}
    for verb in (requests.approve, requests.refuse, requests.revoke):
        with pytest.raises(NotGrounded):
            verb(city, made, by=market, on=town.ON, **({} if verb is requests.approve else {"reason": "试"}))
    with pytest.raises(NotGrounded):
        requests.withdraw(made, by=owner, on=town.ON)


class Life(RuleBasedStateMachine):
    """One request after another; the model knows where it stands and until when."""

    pack: Pack
    asker: Account
    owner: Account

    def __init__(self) -> None:
        super().__init__()
        self.day = town.ON
        self.request: DataRequest | None = None
        self.model: Stands | None = None
        self.until = date.min

    @precondition(lambda self: self.model not in (Stands.WAITING, Stands.GRANTED))
    @rule(days=st.integers(1, 20))
    def ask(self, days: int) -> None:
        self.request, self.model = requests.ask(self.pack, wish(days=days), by=self.asker, on=self.day), Stands.WAITING

    @rule(act=st.sampled_from(["approve", "refuse", "revoke", "withdraw"]), reason=st.sampled_from(["", "不再需要"]))
    def step(self, act: str, reason: str) -> None:
        if self.request is None:
            return
        after = {
            ("approve", Stands.WAITING): Stands.GRANTED, ("refuse", Stands.WAITING): Stands.REFUSED,
            ("withdraw", Stands.WAITING): Stands.WITHDRAWN, ("revoke", Stands.GRANTED): Stands.REVOKED,
        }.get((act, self.model or Stands.EXPIRED))  # fmt: skip
        try:
            self._do(act, reason)
            assert after is not None and (reason or act in ("approve", "withdraw"))
            self.model = after
            if act == "approve":
                self.until = self.day + timedelta(days=self.request.days)
        except WrongStep:
            assert after is None or (not reason and act in ("refuse", "revoke"))

    def _do(self, act: str, reason: str) -> None:
        assert self.request is not None
        if act == "approve":
            requests.approve(self.pack, self.request, by=self.owner, on=self.day)
        elif act == "withdraw":
            requests.withdraw(self.request, by=self.asker, on=self.day)
        else:
            (requests.refuse if act == "refuse" else requests.revoke)(
                self.pack, self.request, reason=reason, by=self.owner, on=self.day
            )

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)
        if self.model is Stands.GRANTED and self.day > self.until:
            self.model = Stands.EXPIRED

    @rule()
    def look(self) -> None:
        if self.request is None:
            return
        before = Entry.objects.filter(act="facts.read").count()
        with clock.pinned(clock.now().replace(year=self.day.year, month=self.day.month, day=self.day.day)):
            try:
                using.records(self.pack, self.request, town.LOTUS, by=self.asker.actor, on=self.day)
                assert self.model is Stands.GRANTED
            except NotGrounded:
                assert self.model is not Stands.GRANTED
        assert Entry.objects.filter(act="facts.read").count() == before + (self.model is Stands.GRANTED)

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        if self.request is not None:
            held = DataRequest.objects.prefetch_related("steps").get(pk=self.request.pk)
            assert requests.stands(held, self.day) is self.model

    def teardown(self) -> None:
        RequestStep.objects.all().delete()
        DataRequest.objects.all().delete()


def test_the_life_of_requests(city: Pack, market: Account, owner: Account) -> None:
    Life.pack, Life.asker, Life.owner = city, market, owner
    run_state_machine_as_test(
        Life, settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    )
