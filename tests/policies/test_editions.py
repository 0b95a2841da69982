"""Publishing: two persons, what is published stays, what was in force on a day is the same whenever it is asked."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from chengban import packs
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs.model import PolicyVersion
from chengban.policies import catalogue, editions
from chengban.policies.domain import run_match
from chengban.policies.editions import NotOpen, NotYours, Stale
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Edition, EditionStep, Publication
from chengban.policies.replaying import replay
from chengban.policies.writing import NotDeclared
from tests import town
from tests.policies.drafts import whole

WANG, LI = Actor.account(1), Actor.account(2)
ON = date(2025, 12, 1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", ON.isoformat())


def published(written: dict[str, Any] | None = None) -> Edition:
    edition = editions.begin(written or whole(), by=WANG)
    editions.submit(edition, by=WANG)
    editions.approve(edition, by=LI)
    return edition


@pytest.mark.django_db
def test_a_draft_becomes_a_policy_of_the_city_with_its_budget() -> None:
    published()
    pack = catalogue.current()
    assert pack.policies["P40"].in_force(date(2026, 1, 1)) is not None and pack.policies["P40"].in_force(ON) is None
    assert "P40" not in packs.current().policies and pack.policies.keys() > packs.current().policies.keys()
    budget = Budget.objects.get(policy="P40", period="2026")
    assert (budget.total, budget.places) == (1_000_000, 100)
    acts = list(Entry.objects.filter(subject__startswith="edition:").order_by("pk").values_list("act", flat=True))
    assert acts == [f"policies.edition_{step}" for step in ("written", "submitted", "published")]


@pytest.mark.django_db
def test_nobody_approves_what_they_wrote_or_submitted() -> None:
    edition = editions.begin(whole(), by=LI)
    editions.save(edition, whole(heads="11"), revision=1, by=WANG)
    editions.submit(edition, by=WANG)
    for author in (WANG, LI):
        with pytest.raises(NotYours):
            editions.approve(edition, by=author)
    editions.approve(edition, by=Actor.account(3))


@pytest.mark.django_db
def test_a_draft_with_mistakes_is_kept_and_not_submitted() -> None:
    edition = editions.begin({"policy": {"name": "才开头"}}, by=WANG)
    with pytest.raises(NotDeclared):
        editions.submit(edition, by=WANG)
    assert Edition.objects.get().name == "才开头"


@pytest.mark.django_db
def test_of_two_who_write_at_once_the_second_is_told() -> None:
    edition = editions.begin(whole(), by=WANG)
    editions.save(edition, whole(heads="11"), revision=1, by=WANG)
    with pytest.raises(Stale):
        editions.save(edition, whole(heads="12"), revision=1, by=LI)
    assert Edition.objects.get().written == whole(heads="11")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE policies_edition SET written = '{}'",
        "DELETE FROM policies_edition",
        "UPDATE policies_publication SET reason = 'x'",
        "DELETE FROM policies_publication",
    ],
)
def test_the_database_refuses_to_change_what_is_published(change: str) -> None:
    from django.db import connection

    published()
    EditionStep.objects.all().delete()
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_a_newer_version_ends_the_one_in_force_the_day_before() -> None:
    published(whole("P09", "2026", "2025-12-20"))
    policy = catalogue.current().policies["P09"]
    assert policy.version("2025").until == date(2025, 12, 19)
    assert _named(policy.in_force(date(2025, 12, 20))) == "2026"


def _named(version: PolicyVersion | None) -> str | None:
    return None if version is None else version.version


@pytest.mark.django_db
def test_what_is_withdrawn_is_not_in_force_from_that_day_and_was_before() -> None:
    published()
    before = catalogue.last_publication()
    with pytest.raises(PolicyError, match="原因"):
        editions.withdraw("P40", "2026", on=date(2026, 2, 1), by=LI, reason=" ")
    editions.withdraw("P40", "2026", on=date(2026, 2, 1), by=LI, reason="文件废止")
    policy = catalogue.current().policies["P40"]
    assert _named(policy.in_force(date(2026, 1, 31))) == "2026" and policy.in_force(date(2026, 2, 1)) is None
    then = catalogue.as_of(packs.current(), before).policies["P40"]
    assert _named(then.in_force(date(2026, 2, 1))) == "2026"
    with pytest.raises(NotOpen):
        editions.withdraw("P40", "2026", on=date(2026, 3, 1), by=LI, reason="再撤一次")
    published(whole(version="2026b", since="2026-02-01"))
    assert _named(catalogue.current().policies["P40"].in_force(date(2026, 2, 1))) == "2026b"


@pytest.mark.django_db
def test_a_withdrawal_never_reaches_back() -> None:
    with pytest.raises(PolicyError, match="今天或以后"):
        editions.withdraw("P09", "2025", on=ON - timedelta(days=1), by=LI, reason="写错了")


@pytest.mark.django_db
def test_a_draft_that_no_longer_fits_when_it_is_approved_is_refused() -> None:
    late = editions.begin(whole(version="2026c", since="2026-01-15"), by=WANG)
    editions.submit(late, by=WANG)
    published(whole(since="2026-02-01"))
    with pytest.raises(NotDeclared, match="新版本要晚于它"):
        editions.approve(late, by=LI)


class Publishing(RuleBasedStateMachine):
    """The life of one edition after another, by two officers, in any order of verbs."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.edition: Edition | None = None
        self.count = 0
        self.seen: dict[int, dict[str, list[str]]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    officers = st.sampled_from([WANG, LI])

    @precondition(lambda self: self.edition is None)
    @rule(by=officers, days=st.integers(0, 40), good=st.booleans())
    def begin(self, by: Actor, days: int, good: bool) -> None:
        self.count += 1
        draft = whole(version=f"v{self.count}", since=(ON + timedelta(days=days)).isoformat())
        if not good:
            draft["version"]["clauses"] = []
        self.edition = editions.begin(draft, by=by)

    @precondition(lambda self: self.edition is not None)
    @rule(by=officers, verb=st.sampled_from(["save", "submit", "send_back", "approve", "discard"]))
    def act(self, by: Actor, verb: str) -> None:
        edition = self.edition
        assert edition is not None
        step, lines = editions.standing_of(edition).step, Publication.objects.count()
        try:
            if verb == "save":
                edition.refresh_from_db()
                editions.save(edition, {**edition.written, "note": str(by)}, revision=edition.revision, by=by)
            elif verb in ("submit", "approve"):
                getattr(editions, verb)(edition, by=by)
            else:
                getattr(editions, verb)(edition, by=by, reason="原因")
        except PolicyError:
            assert editions.standing_of(edition).step == step and Publication.objects.count() == lines
            return
        if verb == "approve":
            assert step == "submitted" and str(by) not in editions.authors(edition)
        if editions.standing_of(edition).step in ("published", "discarded"):
            self.edition = None

    @precondition(lambda self: Publication.objects.exists())
    @rule(by=officers, days=st.integers(-2, 30), which=st.integers(0, 5))
    def withdraw(self, by: Actor, days: int, which: int) -> None:
        lines = list(Publication.objects.filter(act="published").order_by("pk"))
        line = lines[which % len(lines)]
        try:
            editions.withdraw(line.policy, line.version, on=ON + timedelta(days=days), by=by, reason="原因")
        except PolicyError:
            return

    @invariant()
    def every_state_of_the_past_answers_as_it_did(self) -> None:
        number = catalogue.last_publication()
        self.seen.setdefault(number, _in_force(number))
        catalogue._laid_over.cache_clear()
        for past, answer in self.seen.items():
            assert _in_force(past) == answer

    @invariant()
    def one_version_at_most_is_in_force_on_a_day(self) -> None:
        policy = catalogue.current().policies.get("P40")
        for day in range(0, 80, 3) if policy else ():
            assert sum(version.in_force(ON + timedelta(days=day)) for version in policy.versions) <= 1  # type: ignore[union-attr]


def _in_force(number: int) -> dict[str, list[str]]:
    pack = catalogue.as_of(packs.current(), number)
    days = [ON + timedelta(days=day) for day in (0, 1, 10, 20, 30, 41)]
    return {"P40": [str(_named(pack.policies["P40"].in_force(day))) for day in days]} if "P40" in pack.policies else {}


@pytest.mark.django_db
def test_the_lives_of_editions() -> None:
    run_state_machine_as_test(Publishing, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))


@pytest.mark.django_db
def test_a_run_asked_again_answers_as_it_did_whatever_was_published_since(tmp_path: Path) -> None:
    pack = town.build(tmp_path)
    run = run_match(catalogue.current(), by=WANG, on=ON)
    published(whole("P09", "2025b", "2025-11-01"))
    assert "P09" in replay(run).same and replay(run).different == ()
    later = run_match(catalogue.current(), by=WANG, on=ON)
    row = later.policies.get(policy="P09")
    assert row.version == "2025b" and run.policies.get(policy="P09").version == "2025"
    assert "P09" in replay(later).same
    assert pack.policies["P09"].version("2025") == packs.current().policies["P09"].version("2025")
