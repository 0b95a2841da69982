"""Channels: the preferred one, then the next, each once, within the hours; and what the officers learn of it."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chengban.accounts.domain import withdraw_mandate
from chengban.exchange.contract import Adapter, Answer
from chengban.exchange.domain import settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message
from chengban.exchange.systems.sms.fake import Phones
from chengban.exchange.worker import Worker
from chengban.ledger.models import Entry
from chengban.lib import clock, workdays
from chengban.packs.model import Reach
from chengban.reach.domain import tell, unread_count
from chengban.reach.errors import NothingToResend, ReachError
from chengban.reach.models import Sending
from chengban.reach.preferring import prefer
from chengban.reach.sending import counts, not_before, resend, standing, told, unreached
from tests import town
from tests.exchange.posts import Mailboxes, Pinned, mail, sms
from tests.people import SETUP
from tests.reach.conftest import MAIL, PHONE, reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses")]
NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)


def announce(about: str = "offer:12") -> None:
    tell(town.LOTUS, "offer_waits", about, "稳岗返还待确认", "金额 21,600 元。", by=SETUP)


def outcomes() -> list[tuple[str, str]]:
    return [(one.channel, one.outcome) for one in standing().order_by("pk")]


def refuse_all() -> None:
    settle([(message, Refused("不收")) for message in Message.objects.filter(outcome="waiting")], by=SETUP)


def work_once(adapters: dict[str, Adapter]) -> None:
    with Pinned(2) as pool:
        Worker(adapters).work_once(pool)


def work(adapters: dict[str, Adapter], days: int = 5) -> None:
    """Deliver what is due, hour by hour in daytime, until nothing waits."""
    moment = NOON
    while Message.objects.filter(outcome="waiting").exists() and moment < NOON + timedelta(days=days):
        with clock.pinned(moment):
            work_once(adapters)
        moment += timedelta(hours=1)


def test_the_gateway_refuses_and_the_mail_arrives() -> None:
    reader()
    boxes = Mailboxes()
    with clock.pinned(NOON), sms(Phones(dead=frozenset({PHONE}))) as phone, mail(boxes) as post:
        announce()
        work({"sms": phone, "mail": post})
    assert outcomes() == [("sms", "refused"), ("mail", "delivered")]
    assert [letter["To"] for letter in boxes.taken] == [MAIL]
    assert "金额 21,600 元" in boxes.taken[0].get_content()
    assert not unreached().exists() and counts() == {("sms", "refused"): 1, ("mail", "delivered"): 1}


def test_the_gateway_is_down_for_days_and_the_mail_arrives() -> None:
    reader()
    boxes, phones = Mailboxes(), Phones({"down": 1.0})
    with clock.pinned(NOON), sms(phones) as phone, mail(boxes) as post:
        announce()
        work({"sms": phone, "mail": post})
    assert outcomes() == [("sms", "given_up"), ("mail", "delivered")]
    assert phones.sent == {} and len(boxes.taken) == 1


def test_both_are_down_and_the_letter_stays_in_the_inbox_and_on_the_list() -> None:
    lin = reader()
    with clock.pinned(NOON), sms(Phones({"down": 1.0})) as phone, mail(Mailboxes(down=True)) as post:
        announce()
        work({"sms": phone, "mail": post}, days=9)
    assert outcomes() == [("sms", "given_up"), ("mail", "given_up")]
    assert unread_count(lin) == 1
    (failed,) = unreached()
    assert (failed.channel, failed.reason) == ("mail", "邮箱暂时不收（451）")
    assert [(letter.kind, [one.channel for one in sent]) for letter, sent in told(5, unreached_only=True)] == [
        ("offer_waits", ["sms", "mail"])
    ]


def test_a_mail_whose_answer_is_lost_comes_twice_under_one_name() -> None:
    prefer(reader(), ["mail"], quiet=False, by=SETUP)
    boxes = Mailboxes(late=True)
    with clock.pinned(NOON), mail(boxes) as post:
        announce()
        work_once({"mail": post})
        boxes.late = False
        work({"mail": post})
    assert outcomes() == [("mail", "delivered")]
    assert len(boxes.taken) == 2 and len({letter["Message-ID"] for letter in boxes.taken}) == 1


def test_what_failed_is_sent_again_and_what_arrived_is_not() -> None:
    reader()
    announce()
    refuse_all()
    first, last = Sending.objects.order_by("pk")
    with pytest.raises(NothingToResend):
        resend(first, by=SETUP)
    refuse_all()
    resend(last, by=SETUP)
    assert outcomes() == [("sms", "refused"), ("mail", "queued")] and not unreached().exists()
    assert Entry.objects.filter(act="exchange.replay").count() == 1
    settle([(Message.objects.get(system="mail"), Answer("m1"))], by=SETUP)
    assert outcomes()[1] == ("mail", "delivered")
    for sending in (first, last):
        with pytest.raises(NothingToResend, match="不用重发"):
            resend(sending, by=SETUP)


def test_who_acts_no_more_is_not_told_by_the_next_channel() -> None:
    lin = reader()
    announce()
    withdraw_mandate(lin.mandates.get(), by=SETUP)
    refuse_all()
    assert outcomes() == [("sms", "refused")]


def test_a_choice_is_kept_with_its_entry_and_nonsense_is_refused() -> None:
    lin = reader()
    prefer(lin, ["mail"], quiet=True, by=lin.actor)
    assert Entry.objects.get(act="reach.prefer").payload == {"channels": ["mail"], "quiet": True}
    for channels in (["pigeon"], ["sms", "sms"]):
        with pytest.raises(ReachError):
            prefer(lin, channels, quiet=False, by=lin.actor)


def test_a_short_message_told_at_night_waits_for_the_morning_and_a_mail_does_not() -> None:
    prefer(reader("early"), ["sms"], quiet=False, by=SETUP)
    prefer(reader("post"), ["mail"], quiet=False, by=SETUP)
    prefer(reader("rest"), ["mail"], quiet=True, by=SETUP)
    with clock.pinned(datetime(2025, 12, 6, 22, 30, tzinfo=clock.CHINA)):  # a Saturday
        announce()
    due = sorted(message.due_at.astimezone(clock.CHINA) for message in Message.objects.all())
    assert [f"{one:%d %H:%M}" for one in due] == ["06 22:30", "07 08:00", "08 00:00"]


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 20)).map(lambda moment: moment.replace(tzinfo=clock.CHINA))


@given(MOMENTS, st.sampled_from(["sms", "mail"]), st.booleans(), st.integers(0, 22), st.integers(1, 23))
def test_the_moment_is_the_first_that_is_allowed(now: datetime, channel: str, quiet: bool, since: int, length: int) -> None:
    hours = Reach(sms_from=f"{since:02}:00", sms_until=f"{min(since + length, 23):02}:30")
    moment = not_before(now, channel, quiet=quiet, hours=hours)

    def allowed(one: datetime) -> bool:
        open_ = channel == "mail" or time.fromisoformat(hours.sms_from) <= one.time() < time.fromisoformat(hours.sms_until)
        return open_ and (not quiet or workdays.is_workday(one.date()))

    assert moment >= now and allowed(moment)
    steps = int((moment - now) / timedelta(minutes=30))
    assert moment == now or not any(allowed(now + timedelta(minutes=30) * step) for step in range(steps))


def test_a_year_without_arranged_holidays_still_has_working_days() -> None:
    saturday = datetime(2040, 1, 7, 9, tzinfo=clock.CHINA)
    assert not_before(saturday, "mail", quiet=True, hours=Reach()).date() == date(2040, 1, 9)


class Failover(TestCase):
    """Whatever is preferred, can be reached and fails: each channel at most once, in the order preferred, until one delivers."""

    @given(
        st.sampled_from([[], ["sms"], ["mail"], ["sms", "mail"], ["mail", "sms"]]), st.booleans(), st.booleans(),
        st.sets(st.sampled_from(["sms", "mail"])),
    )  # fmt: skip
    @settings(max_examples=30, deadline=None)
    def test_the_order(self, preferred: list[str], has_phone: bool, has_mail: bool, failing: set[str]) -> None:
        lin = reader(phone=PHONE if has_phone else "", email=MAIL if has_mail else "")
        prefer(lin, preferred, quiet=False, by=SETUP)
        announce()
        while waiting := list(Message.objects.filter(outcome="waiting")):
            assert len(waiting) == 1
            settle([(one, Refused("不收") if one.system in failing else Answer("1")) for one in waiting], by=SETUP)
        usable = [one for one in preferred if (has_phone if one == "sms" else has_mail)]
        expected = []
        for channel in usable:
            expected.append((channel, "refused" if channel in failing else "delivered"))
            if channel not in failing:
                break
        assert outcomes() == expected
        assert unreached().count() == bool(usable and set(usable) <= failing)
        assert unread_count(lin) == 1
