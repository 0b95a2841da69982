"""A subject is told once, whoever tells it how often; those who act for it read it, and nobody else."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chengban.accounts.domain import close_account, withdraw_mandate, withdraw_role
from chengban.accounts.roles import Role
from chengban.exchange.models import Message
from chengban.ledger.models import Entry
from chengban.reach.domain import Telling, letters_of, mark_read, tell, tell_all, unread_count
from chengban.reach.models import Letter, Sending, SendingStep
from tests import town
from tests.people import SETUP
from tests.reach.conftest import MAIL, PHONE, reader


def telling(subject: str = town.LOTUS, kind: str = "offer_waits", about: str = "offer:12") -> Telling:
    return Telling(subject, kind, about, "您有一笔稳岗返还待确认", "金额 21,600 元。", f"/enterprises/{subject}/policies")


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_a_letter_is_kept_with_its_sending_its_message_and_its_entry() -> None:
    lin = reader()
    assert tell(town.LOTUS, "offer_waits", "offer:12", "稳岗返还待确认", "金额 21,600 元。", by=SETUP) == 1
    letter = Letter.objects.get()
    sending = Sending.objects.get()
    assert (sending.account, sending.channel, sending.steps.get().outcome) == (lin, "sms", "queued")
    message = Message.objects.get()
    assert (message.system, message.key, message.subject) == ("sms", f"sending-{sending.pk}", f"sending:{sending.pk}")
    entry = Entry.objects.get(act="reach.tell")
    assert (entry.subject, entry.payload) == (f"letter:{letter.pk}", {"letters": 1, "kinds": {"offer_waits": 1}})


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_telling_twice_is_once() -> None:
    reader()
    assert tell_all([telling(), telling(), telling(about="offer:13")], by=SETUP) == 2
    assert tell_all([telling(), telling(kind="offer_paid")], by=SETUP) == 1
    assert tell_all([], by=SETUP) == tell_all([telling()], by=SETUP) == 0
    assert Letter.objects.count() == Sending.objects.count() == Message.objects.count() == 3
    assert Entry.objects.filter(act="reach.tell").count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_a_short_message_says_neither_who_nor_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_PORTAL_URL", "https://zwfw.example.cn/")
    reader()
    tell_all([telling()], by=SETUP)
    text = Message.objects.get().body["text"]
    assert f"https://zwfw.example.cn/letters/{Letter.objects.get().pk}" in text and len(text) <= 140
    assert not any(word in text for word in ("21,600", "林知远", town.LOTUS, "稳岗"))


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_contacts_stand_in_no_ledger_entry() -> None:
    reader()
    tell_all([telling()], by=SETUP)
    text = str(list(Entry.objects.values_list("subject", "payload")))
    assert PHONE not in text and MAIL not in text


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_only_those_who_act_for_the_subject_and_may_read_are_told() -> None:
    ended, closed, roleless = reader("ended"), reader("closed"), reader("roleless")
    reader("elsewhere", town.WILLOW)
    withdraw_mandate(ended.mandates.get(), by=SETUP)
    close_account(closed, by=SETUP)
    withdraw_role(roleless, Role.AGENT, by=SETUP)
    still = [reader("one"), reader("two")]
    tell_all([telling()], by=SETUP)
    assert sorted(Sending.objects.values_list("account", flat=True)) == [account.pk for account in still]


def queries(tellings: Sequence[Telling]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert tell_all(tellings, by=SETUP) == len(tellings)
    return len(made)


@pytest.mark.django_db
@pytest.mark.usefixtures("addresses")
def test_seven_hundred_cost_as_many_queries_as_one() -> None:
    for number in range(3):
        reader(f"r{number}", f"S{number}")
    one = queries([telling("S0", about="first")])
    assert queries([telling(f"S{number}", about="second") for number in range(700)]) == one <= 14
    assert Sending.objects.count() == 4


@pytest.mark.usefixtures("committed")
def test_sixteen_who_tell_the_same_at_once_make_one_letter_each(monkeypatch: pytest.MonkeyPatch) -> None:
    tellings = [telling(f"S{number}") for number in range(30)]

    def race(worker: int) -> int:
        try:
            order = tellings if worker % 2 else tellings[::-1]
            return tell_all(order, by=SETUP) + sum(tell_all([one], by=SETUP) for one in order)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(race, range(16))) == 30
    assert Letter.objects.count() == Letter.objects.values("subject", "kind", "about").distinct().count() == 30


SUBJECTS, KINDS, ABOUTS = ("S1", "S2", "S3"), ("offer_waits", "offer_paid"), ("offer:1", "offer:2")
WORDS = st.text(max_size=20).filter(lambda text: "\x00" not in text)


class Properties(TestCase):
    """Whatever is told in whatever portions, the letters are the set of what was told, with the first words."""

    @given(st.lists(st.lists(st.tuples(*map(st.sampled_from, (SUBJECTS, KINDS, ABOUTS)), WORDS), max_size=6), max_size=4))
    @settings(max_examples=40, deadline=None)
    def test_the_letters_are_what_was_told(self, portions: list[list[tuple[str, str, str, str]]]) -> None:
        first: dict[tuple[str, str, str], set[str]] = {}
        for portion in portions:
            tell_all([Telling(*key, title, "正文") for *key, title in portion], by=SETUP)
            fresh: dict[tuple[str, str, str], set[str]] = {}
            for subject, kind, about, title in portion:
                fresh.setdefault((subject, kind, about), set()).add(title)
            first = fresh | first
        kept = {(one.subject, one.kind, one.about): one.title for one in Letter.objects.all()}
        assert kept.keys() == first.keys() and all(kept[key] in first[key] for key in kept)


@pytest.mark.django_db
def test_the_inbox_is_each_readers_own() -> None:
    one, two, other = reader("one"), reader("two"), reader("other", town.WILLOW)
    tell_all([telling(), telling(kind="offer_paid"), telling(town.WILLOW)], by=SETUP)
    assert [unread_count(who) for who in (one, two, other)] == [2, 2, 1]
    newest = letters_of(one).first()
    assert newest is not None and mark_read(letters_of(one).filter(pk=newest.pk), one) == 1
    assert mark_read(letters_of(one).filter(pk=newest.pk), one) == 0
    assert [unread_count(who) for who in (one, two, other)] == [1, 2, 1]
    assert [letter.is_read for letter in letters_of(one)] == [False, True]
    assert mark_read(letters_of(other).filter(pk=newest.pk), other) == 0
    assert mark_read(letters_of(one), one) == 1 and unread_count(one) == 0
    assert Entry.objects.filter(act="reach.read", actor=str(one.actor)).count() == 2
    withdraw_mandate(two.mandates.get(), by=SETUP)
    assert not letters_of(two).exists() and unread_count(two) == 0


@pytest.mark.django_db
def test_a_channel_without_an_address_leaves_the_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHENGBAN_SMS_URL", raising=False)
    monkeypatch.delenv("CHENGBAN_MAIL_URL", raising=False)
    lin = reader()
    tell_all([telling()], by=SETUP)
    assert unread_count(lin) == 1 and not SendingStep.objects.exists() and not Message.objects.exists()
