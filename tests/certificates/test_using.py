"""A holder agrees and presents: for one purpose, case, count and time; what is used up, withdrawn or played again is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chengban.certificates import domain, mandates, presenting, sdjwt
from chengban.certificates.binding import WINDOW, Question, present
from chengban.certificates.errors import NotInForce, NotIssuable, NotMandated
from chengban.certificates.mandates import Used
from chengban.certificates.models import Certificate, CertificateStep, Inquiry, Use, UseMandate
from chengban.certificates.online import from_register
from chengban.certificates.presenting import question_of
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.standing import Stands, stands
from chengban.certificates.tokens import token_of, wallet_key
from chengban.certificates.verifying import Outcome, verify
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.packs import Pack
from tests import town
from tests.certificates.conftest import NOON
from tests.certificates.issued import CLERK, HOLDER, ON, OTHER_CLERK, card, licence, permit
from tests.certificates.together import at_once

CASE = "3715022025120100001"


def agreed(pack: Pack, certificate: Certificate, **changed: Any) -> UseMandate:
    how: dict[str, Any] = {
        "purpose": "办理贷款贴息",
        "case": CASE,
        "fields": ["legal_representative"],
        "times": 2,
        "until": ON,
        "by": HOLDER,
        "on": ON,
        "audience": "聊城市财政局",
    }
    return mandates.authorise(pack, certificate, **{**how, **changed})


def used(pack: Pack, mandate: UseMandate, **changed: Any) -> Used:
    how = {"audience": "聊城市财政局", "case": CASE, "by": CLERK, "on": ON, "signer": city_signer(), **changed}
    return mandates.use(pack, mandate, **how)


# Mandates ------------------------------------------------------------------------------------------------------------


def test_what_was_agreed_to_is_shown_and_nothing_else(pack: Pack) -> None:
    told: list[Use] = []
    mandates.certificate_used.connect(receiver := lambda use, **more: told.append(use))
    shown = {one.name for one in sdjwt.read(used(pack, agreed(pack, licence(pack))).text).disclosures}
    assert shown == {"legal_representative"}
    assert [(one.ordinal, one.by) for one in told] == [(1, "account:11")]
    mandates.certificate_used.disconnect(receiver)


def test_a_use_of_which_the_holder_cannot_be_told_is_none(pack: Pack) -> None:
    def fails(**more: Any) -> None:
        raise NotMandated("不能通知持证人。")

    mandate = agreed(pack, licence(pack))
    mandates.certificate_used.connect(fails)
    with pytest.raises(NotMandated, match="通知"):
        used(pack, mandate)
    mandates.certificate_used.disconnect(fails)
    assert not Use.objects.exists() and not Entry.objects.filter(act="certificates.use").exists()


def test_what_was_given_for_a_case_is_good_for_that_case_alone(pack: Pack) -> None:
    found = used(pack, agreed(pack, licence(pack)))
    keys, now, asked = city_keys(), clock.now(), question_of(found.inquiry)
    assert verify(found.text, keys, from_register, at=now, question=asked).outcome is Outcome.VALID
    for question in (None, replace(asked, audience="别的核验方"), replace(asked, nonce="use:0")):
        assert verify(found.text, keys, from_register, at=now, question=question).outcome is Outcome.REJECTED
    later = now + timedelta(seconds=WINDOW + 60)
    assert verify(found.text, keys, from_register, at=later, question=asked).cause == "stale"


def test_uses_are_counted(pack: Pack) -> None:
    mandate = agreed(pack, licence(pack))
    used(pack, mandate)
    used(pack, mandate)
    with pytest.raises(NotMandated, match="2 次已经用完"):
        used(pack, mandate)
    assert list(mandate.uses.order_by("pk").values_list("ordinal", flat=True)) == [1, 2]
    acts = [entry.act for entry in Entry.objects.filter(subject=f"use_mandate:{mandate.pk}").order_by("pk")]
    assert acts == ["certificates.authorise", "certificates.use", "certificates.use"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"case": "别的办件"}, "另一个办件"),
        ({"audience": "别的部门"}, "另一个核验方"),
        ({"on": ON + timedelta(days=1)}, "已经过期"),
    ],
)
def test_a_mandate_is_for_one_case_and_time(changed: dict[str, Any], words: str, pack: Pack) -> None:
    mandate = agreed(pack, licence(pack))
    with pytest.raises(NotMandated, match=words):
        used(pack, mandate, **changed)


def test_what_was_taken_back_is_not_used(pack: Pack) -> None:
    mandate = agreed(pack, licence(pack))
    mandates.withdraw(mandate, by=HOLDER)
    with pytest.raises(NotMandated, match="收回"):
        used(pack, mandate)
    with pytest.raises(NotMandated, match="收回"):
        mandates.withdraw(mandate, by=HOLDER)


def test_a_certificate_that_does_not_hold_is_neither_agreed_to_nor_used(pack: Pack) -> None:
    made = licence(pack)
    mandate = agreed(pack, made)
    domain.suspend(made, by=CLERK, on=ON, reason="核查")
    with pytest.raises(NotMandated, match="暂停"):
        used(pack, mandate)
    with pytest.raises(NotMandated, match="暂停"):
        agreed(pack, made)


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": " "},
        {"case": ""},
        {"times": 0},
        {"times": 101},
        {"until": ON - timedelta(days=1)},
        {"fields": ["entity_type"]},
        {"fields": ["colour"]},
    ],
)
def test_an_agreement_says_what_it_is_for(changed: dict[str, Any], pack: Pack) -> None:
    made = licence(pack)
    with pytest.raises(NotMandated):
        agreed(pack, made, **changed)
    assert not UseMandate.objects.exists()


# Presenting ----------------------------------------------------------------------------------------------------------


def shown_to(pack: Pack, inquiry: Inquiry, certificate: Certificate, fields: list[str]) -> str:
    return presenting.present(pack, certificate, fields, inquiry, by=HOLDER, signer=city_signer())


def test_a_question_is_answered_once(pack: Pack) -> None:
    made = card(pack)
    inquiry = presenting.ask("聊城市图书馆", "办理读者证", by=CLERK)
    text = shown_to(pack, inquiry, made, ["holder", "nonsense"])
    first = presenting.receive(inquiry, text, city_keys(), by=CLERK)
    assert (first.outcome, first.bound, first.claims["holder"]) == (Outcome.VALID, True, "周清荷")
    assert "holder_id" not in first.claims and "born_on" not in first.claims
    again = presenting.receive(inquiry, text, city_keys(), by=CLERK)
    assert (again.outcome, again.cause, again.claims) == (Outcome.REJECTED, "replay", {})


def test_an_answer_to_another_question_is_a_replay(pack: Pack) -> None:
    made = card(pack)
    first, second = (presenting.ask(name, "核验", by=CLERK) for name in ("图书馆", "银行"))
    text = shown_to(pack, first, made, ["holder"])
    assert presenting.receive(second, text, city_keys(), by=CLERK).cause == "audience"
    third, fourth = (presenting.ask("图书馆", "核验", by=CLERK) for _ in range(2))
    assert presenting.receive(fourth, shown_to(pack, third, made, ["holder"]), city_keys(), by=CLERK).cause == "nonce"


def test_a_question_ends_after_minutes(pack: Pack) -> None:
    made = card(pack)
    with clock.pinned(NOON):
        inquiry = presenting.ask("图书馆", "核验", by=CLERK)
        text = shown_to(pack, inquiry, made, [])
    with clock.pinned(NOON + presenting.LASTS):
        assert presenting.receive(inquiry, text, city_keys(), by=CLERK).cause == "stale"


def test_another_holders_key_does_not_present(pack: Pack) -> None:
    mine, theirs = licence(pack), licence(pack, town.WILLOW)
    inquiry = presenting.ask("银行", "开户", by=CLERK)
    stolen = sdjwt.chosen(token_of(pack, mine, city_signer()), [])
    text = present(stolen, wallet_key(theirs), Question(inquiry.nonce, inquiry.audience), clock.now())
    assert presenting.receive(inquiry, text, city_keys(), by=CLERK).cause == "signature"


def test_a_bare_certificate_is_no_presentation(pack: Pack) -> None:
    inquiry = presenting.ask("银行", "开户", by=CLERK)
    text = token_of(pack, licence(pack), city_signer())
    assert presenting.receive(inquiry, text, city_keys(), by=CLERK).cause == "binding"


def test_what_is_suspended_is_not_presented(pack: Pack) -> None:
    made = licence(pack)
    domain.suspend(made, by=CLERK, on=ON, reason="核查")
    with pytest.raises(NotMandated, match="暂停"):
        shown_to(pack, presenting.ask("银行", "开户", by=CLERK), made, [])
    with pytest.raises(NotMandated, match="核验方"):
        presenting.ask(" ", "开户", by=CLERK)


def test_the_wallets_keys_are_the_same_tomorrow_and_differ_by_certificate(pack: Pack) -> None:
    one, two = permit(pack), permit(pack)
    assert wallet_key(one).key_id == wallet_key(one).key_id != wallet_key(two).key_id


# Two at once ---------------------------------------------------------------------------------------------------------


def test_of_two_revocations_one_counts(town_of_record: Pack) -> None:
    made = licence(town_of_record)
    found = at_once(*(lambda by=by: domain.revoke(made, by=by, on=ON, reason="注销") for by in (CLERK, OTHER_CLERK)))
    assert sum(isinstance(one, NotInForce) for one in found) == 1
    assert CertificateStep.objects.filter(act="revoked").count() == Entry.objects.filter(act="certificates.revoked").count() == 1


def test_of_a_revocation_and_a_reissue_one_counts(town_of_record: Pack) -> None:
    made = licence(town_of_record)
    found = at_once(
        lambda: domain.revoke(made, by=CLERK, on=ON, reason="注销"),
        lambda: domain.reissue(town_of_record, made, by=OTHER_CLERK, on=ON, reason="变更"),
    )
    assert sum(isinstance(one, NotInForce) for one in found) == 1
    assert stands(made, ON) in (Stands.REVOKED, Stands.REPLACED)
    assert Certificate.objects.count() == (2 if stands(made, ON) is Stands.REPLACED else 1)


def test_of_two_uses_of_a_mandate_for_one_one_counts(town_of_record: Pack) -> None:
    mandate = agreed(town_of_record, licence(town_of_record), times=1)
    city_signer()
    found = at_once(*(lambda: used(town_of_record, mandate) for _ in range(4)))
    assert sum(isinstance(one, Used) for one in found) == 1 and sum(isinstance(one, NotMandated) for one in found) == 3
    assert Use.objects.count() == 1


def test_of_two_issues_of_what_is_held_once_one_counts(town_of_record: Pack) -> None:
    found = at_once(*(lambda: licence(town_of_record) for _ in range(3)))
    assert sum(isinstance(one, Certificate) for one in found) == 1 and sum(isinstance(one, NotIssuable) for one in found) == 2


def test_of_two_answers_to_a_question_one_is_judged(town_of_record: Pack) -> None:
    made = licence(town_of_record)
    inquiry = presenting.ask("银行", "开户", by=CLERK)
    text = shown_to(town_of_record, inquiry, made, [])
    found = at_once(*(lambda: presenting.receive(inquiry, text, city_keys(), by=CLERK) for _ in range(3)))
    assert sorted(one.cause for one in found) == ["", "replay", "replay"]
