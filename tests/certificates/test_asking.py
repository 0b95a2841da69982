"""A verifier asks and a holder answers: what is shown, to whom, how often; and the life of a request, whatever happens in it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chengban.certificates import asking, domain, presenting, sdjwt, showing
from chengban.certificates.asking import Choice, Seen, Terms, Verifier, Wanted
from chengban.certificates.errors import CertificatesError, NotAsked, NotMandated, NotOpen, Refused
from chengban.certificates.models import Certificate, Inquiry, RequestStep, ShowCode, Use, UseMandate, UseRequest
from chengban.certificates.requests import Stage, stage_of, with_standing
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.standing import Stands, stands
from chengban.certificates.verifying import Outcome
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.packs import Pack
from chengban.reach.models import Kind, Letter
from tests import town
from tests.certificates.conftest import NOON
from tests.certificates.issued import CLERK, HOLDER, ON, card, licence
from tests.certificates.together import at_once

LIBRARY = Verifier("聊城市图书馆", "culture")
READER = Terms("办理读者证", "公共图书馆法第三十三条", "3715022025120100007", ON + timedelta(days=3))
CARD = Wanted("identity_card", ["holder", "is_18"], ["sex"])


def asked(pack: Pack, wanted: list[Wanted] | None = None, **changed: Any) -> UseRequest:
    terms = Terms(**{**{name: getattr(READER, name) for name in ("purpose", "clause", "case", "until", "times")}, **changed})
    return asking.ask(pack, town.CITIZEN, wanted or [CARD], terms, verifier=LIBRARY, by=CLERK, on=ON)


def agreed(pack: Pack, request: UseRequest, held: Certificate, *extra: str, on: date = ON) -> list[UseMandate]:
    return asking.consent(pack, request, {held.kind: Choice(held.pk, extra)}, by=HOLDER, on=on)


def looked(pack: Pack, request: UseRequest, on: date = ON) -> list[Seen]:
    return asking.look(pack, request, by=CLERK, on=on, signer=city_signer(), keys=city_keys())


def stage(request: UseRequest, on: date = ON) -> Stage:
    return stage_of(with_standing(UseRequest.objects.filter(pk=request.pk)).get(), on)


# What is shown -------------------------------------------------------------------------------------------------------


def test_a_derived_answer_stands_in_the_place_of_the_birthday(pack: Pack) -> None:
    request, held = asked(pack), card(pack)
    agreed(pack, request, held)
    (seen,) = looked(pack, request)
    claims = seen.verdict.claims
    assert (seen.verdict.outcome, seen.verdict.bound, claims["is_18"], claims["holder"]) == (Outcome.VALID, True, True, "周清荷")
    assert not {"born_on", "sex", "address", "holder_id", "is_16", "is_60"} & set(claims)


def test_what_the_holder_adds_is_shown_and_what_was_not_asked_for_never(pack: Pack) -> None:
    request, held = asked(pack), card(pack)
    with pytest.raises(NotMandated, match="没有请求"):
        agreed(pack, request, held, "born_on")
    assert stage(request) is Stage.WAITING and not UseMandate.objects.exists()
    agreed(pack, request, held, "sex")
    assert looked(pack, request)[0].verdict.claims["sex"] == "女性"


def test_what_was_looked_at_once_is_not_looked_at_again(pack: Pack) -> None:
    request, held = asked(pack), card(pack)
    agreed(pack, request, held)
    (seen,) = looked(pack, request)
    with pytest.raises(NotOpen, match="次数已经用完，再看是重放"):
        looked(pack, request)
    inquiry = Inquiry.objects.get()
    assert (inquiry.audience, inquiry.purpose, inquiry.outcome) == (LIBRARY.name, READER.purpose, Outcome.VALID)
    again = presenting.receive(inquiry, seen.text, city_keys(), by=CLERK)
    assert (again.outcome, again.cause, again.claims) == (Outcome.REJECTED, "replay", {})
    assert [entry.payload["cause"] for entry in Entry.objects.filter(act="certificates.receive").order_by("pk")] == ["", "replay"]


def test_several_types_are_asked_for_and_answered_together(pack: Pack) -> None:
    held = card(pack)
    pass_ = domain.issue(pack, "social_security_card", town.CITIZEN, by=CLERK, on=ON, given={"card_no": "C1", "bank": "湖畔银行"})
    request = asked(pack, [CARD, Wanted("social_security_card")])
    with pytest.raises(NotMandated, match="社会保障卡"):
        agreed(pack, request, held)
    assert stage(request) is Stage.WAITING and not UseMandate.objects.exists()
    choices = {one.kind: Choice(one.pk) for one in (held, pass_)}
    asking.consent(pack, request, choices, by=HOLDER, on=ON)
    assert [one.kind for one in looked(pack, request)] == ["identity_card", "social_security_card"]
    assert Use.objects.count() == Letter.objects.filter(kind=Kind.CERTIFICATE_USED).count() == 2


def test_nobody_elses_certificate_answers(pack: Pack) -> None:
    request = asking.ask(pack, town.LOTUS, [Wanted("business_licence")], READER, verifier=LIBRARY, by=CLERK, on=ON)
    with pytest.raises(NotMandated, match="您持有的营业执照"):
        agreed(pack, request, licence(pack, town.WILLOW))


def test_where_one_certificate_does_not_hold_none_is_used(pack: Pack) -> None:
    held = card(pack)
    request = asked(pack)
    agreed(pack, request, held)
    domain.suspend(held, by=CLERK, on=ON, reason="核查")
    with pytest.raises(NotMandated, match="暂停"):
        looked(pack, request)
    assert stage(request) is Stage.CONSENTED and not Use.objects.exists() and not Inquiry.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"purpose": " "}, "用途"), ({"clause": ""}, "依据"), ({"case": "9" * 61}, "办件号"),
        ({"times": 0}, "次数"), ({"times": 101}, "次数"),
        ({"until": ON - timedelta(days=1)}, "截止日"), ({"until": ON + timedelta(days=91)}, "截止日"),
    ],
)  # fmt: skip
def test_a_request_says_what_it_is_for(pack: Pack, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(NotAsked, match=words):
        asked(pack, **changed)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ([CARD, CARD], "每种只选一次"),
        ([Wanted("identity_card", ["colour"])], "没有"),
        ([Wanted("identity_card", ["issuing_station"])], "总是出示"),
        ([Wanted("identity_card", ["sex"], ["sex"])], "写了两次"),
        ([Wanted("business_licence")], "只颁发给企业"),
    ],
)
def test_a_request_asks_for_what_there_is(pack: Pack, wanted: list[Wanted], words: str) -> None:
    with pytest.raises(NotAsked, match=words):
        asked(pack, wanted)
    with pytest.raises(NotAsked, match="公民身份号码"):
        asking.ask(pack, "nobody", [CARD], READER, verifier=LIBRARY, by=CLERK, on=ON)
    assert not UseRequest.objects.exists() and not Letter.objects.exists()


def test_of_one_case_a_holder_is_asked_once_at_a_time(pack: Pack) -> None:
    first = asked(pack)
    with pytest.raises(NotAsked, match="正在等对方答复"):
        asked(pack)
    asking.refuse(first, by=HOLDER, on=ON)
    asked(pack)
    asked(pack, case="另一个办件")


def test_of_two_looks_at_what_may_be_seen_once_one_sees(town_of_record: Pack) -> None:
    held = card(town_of_record)
    request = asked(town_of_record)
    agreed(town_of_record, request, held)
    city_signer()
    found = at_once(*(lambda: looked(town_of_record, request) for _ in range(3)))
    assert sorted(type(one).__name__ for one in found) == ["NotOpen", "NotOpen", "list"]
    assert Use.objects.count() == 1


def test_of_a_consent_and_a_refusal_at_once_one_counts(town_of_record: Pack) -> None:
    held = card(town_of_record)
    request = asked(town_of_record)
    found = at_once(lambda: agreed(town_of_record, request, held), lambda: asking.refuse(request, by=HOLDER, on=ON) or "refused")
    assert sum(isinstance(one, NotOpen) for one in found) == 1 and request.steps.count() == 1


# At the counter ------------------------------------------------------------------------------------------------------


def redeemed(pack: Pack, text: str, purpose: str = "核对身份") -> Seen:
    how = {"by": CLERK, "on": ON, "signer": city_signer(), "keys": city_keys()}
    return showing.redeem(pack, text, verifier=LIBRARY, purpose=purpose, **how)  # type: ignore[arg-type]


def test_a_code_shows_what_the_holder_chose_once(pack: Pack) -> None:
    row, code = showing.show(pack, card(pack), ["holder", "is_18"], by=HOLDER, on=ON)
    assert code.replace("-", "") not in row.digest
    seen = redeemed(pack, f" {code.lower().replace('-', ' ')} ")
    assert seen.verdict.outcome is Outcome.VALID and {"holder", "is_18"} <= set(seen.verdict.claims)
    assert "born_on" not in seen.verdict.claims
    with pytest.raises(Refused, match="已经用过一次") as refused:
        redeemed(pack, code)
    assert refused.value.cause == "replay"
    letter = Letter.objects.get(kind=Kind.CERTIFICATE_USED)
    assert LIBRARY.name in letter.body and "核对身份" in letter.body and "已满18周岁" in letter.body and "12345" in letter.body
    acts = set(Entry.objects.values_list("act", flat=True))
    assert {"certificates.show", "certificates.authorise", "certificates.use", "certificates.receive"} <= acts


def test_a_code_ends_after_a_minute_and_a_wrong_one_is_none(pack: Pack) -> None:
    with clock.pinned(NOON):
        _row, code = showing.show(pack, card(pack), [], by=HOLDER, on=ON)
    with clock.pinned(NOON + showing.LASTS), pytest.raises(Refused, match="超过 60 秒"):
        redeemed(pack, code)
    with pytest.raises(Refused, match="没有这个出示码"):
        redeemed(pack, "0" * showing.LENGTH)
    with pytest.raises(Refused, match="写明用途"):
        redeemed(pack, code, " ")
    assert not Use.objects.exists()


def test_a_new_code_ends_the_one_before(pack: Pack) -> None:
    held = card(pack)
    codes = [showing.show(pack, held, [], by=HOLDER, on=ON)[1] for _ in range(2)]
    with pytest.raises(NotMandated, match="收回"):
        redeemed(pack, codes[0])
    assert redeemed(pack, codes[1]).verdict.outcome is Outcome.VALID


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_a_code_or_is_refused(text: str) -> None:
    try:
        code = showing.read_code(text)
    except Refused as error:
        assert error.cause == "unreadable"
    else:
        assert len(code) == showing.LENGTH and code.isascii() and showing.read_code(code) == code


def test_of_two_who_read_a_code_at_once_one_sees(town_of_record: Pack) -> None:
    _row, code = showing.show(town_of_record, card(town_of_record), [], by=HOLDER, on=ON)
    found = at_once(*(lambda: redeemed(town_of_record, code) for _ in range(3)))
    assert sorted(type(one).__name__ for one in found) == ["Refused", "Refused", "Seen"]
    assert Use.objects.count() == 1 and ShowCode.objects.count() == 1


# The life of a request -----------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """One request, and what a reader of the rules would remember of it."""

    pack: Pack

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.on, self.answer, self.looks, self.suspended = ON, "", 0, False
        self.held = card(self.pack)

    @initialize(times=st.integers(1, 3), days=st.integers(0, 2))
    def ask(self, times: int, days: int) -> None:
        self.times, self.until = times, ON + timedelta(days=days)
        self.request = asked(self.pack, times=times, until=self.until)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, allowed: bool, act: Callable[[], Any]) -> bool:
        """Do it, and see that it was allowed or refused as it should be, and that what was refused left nothing."""
        before = (RequestStep.objects.count(), Use.objects.count(), Entry.objects.count(), Letter.objects.count())
        try:
            with transaction.atomic():
                act()
        except CertificatesError:
            assert not allowed, "refused, though nothing stood against it"
            now = (RequestStep.objects.count(), Use.objects.count(), Entry.objects.count(), Letter.objects.count())
            assert now == before
            return False
        assert allowed, "done, though it was not the time"
        return True

    @property
    def in_time(self) -> bool:
        return self.on <= self.until

    @rule(extra=st.sampled_from([(), ("sex",), ("born_on",)]))
    def consent(self, extra: tuple[str, ...]) -> None:
        allowed = not self.answer and self.in_time and not self.suspended and "born_on" not in extra
        if self.attempt(allowed, lambda: agreed(self.pack, self.request, self.held, *extra, on=self.on)):
            self.answer, self.shown = "consented", {"holder", "is_18", *extra}

    @rule()
    def refuse(self) -> None:
        if self.attempt(not self.answer and self.in_time, lambda: asking.refuse(self.request, by=HOLDER, on=self.on)):
            self.answer = "refused"

    @rule()
    def revoke(self) -> None:
        allowed = self.answer == "consented" and self.in_time and self.looks < self.times
        if self.attempt(allowed, lambda: asking.revoke(self.request, by=HOLDER, on=self.on)):
            self.answer = "revoked"

    @rule()
    def look(self) -> None:
        allowed = self.answer == "consented" and self.in_time and self.looks < self.times and not self.suspended
        found: list[Seen] = []
        if self.attempt(allowed, lambda: found.extend(looked(self.pack, self.request, self.on))):
            self.looks += 1
            assert {one.name for one in sdjwt.read(found[0].text).disclosures} == self.shown
            assert found[0].verdict.outcome is Outcome.VALID

    @rule()
    def hold_off_or_on(self) -> None:
        act = domain.resume if self.suspended else domain.suspend
        act(self.held, by=CLERK, on=self.on, reason="核查")
        self.suspended = not self.suspended
        assert (stands(self.held, self.on) is Stands.SUSPENDED) is self.suspended

    @rule()
    def a_day_goes_by(self) -> None:
        self.on += timedelta(days=1)

    @invariant()
    def it_stands_where_it_should(self) -> None:
        if not hasattr(self, "request"):
            return
        if self.answer in ("refused", "revoked"):
            expected = Stage(self.answer)
        elif self.answer and self.looks == self.times:
            expected = Stage.USED_UP
        elif not self.in_time:
            expected = Stage.EXPIRED
        else:
            expected = Stage.CONSENTED if self.answer else Stage.WAITING
        assert stage(self.request, self.on) is expected

    @invariant()
    def each_look_is_told_and_recorded_once(self) -> None:
        told = Letter.objects.filter(kind=Kind.CERTIFICATE_USED, subject=town.CITIZEN).count()
        recorded = Entry.objects.filter(act="certificates.use").count()
        assert told == recorded == Use.objects.count() == self.looks

    @invariant()
    def a_refused_request_agrees_to_nothing(self) -> None:
        agreed_to = UseMandate.objects.filter(withdrawn_at=None).count()
        assert agreed_to == (1 if self.answer == "consented" else 0)


def test_the_life_of_a_request(pack: Pack) -> None:
    class InTown(Life):
        pass

    InTown.pack = pack
    run_state_machine_as_test(InTown, settings=settings(max_examples=25, stateful_step_count=12, deadline=None))  # type: ignore[no-untyped-call]
