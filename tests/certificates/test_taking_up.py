"""A city's paper certificates are taken up at once, and the register of certificates follows what was issued."""

from datetime import date
from pathlib import Path

import pytest

from chengban.certificates import bulk, domain, taking_up
from chengban.certificates.errors import NotIssuable, UnknownType
from chengban.certificates.models import Certificate
from chengban.certificates.online import from_register
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.standing import Stands, stands
from chengban.certificates.tokens import token_of
from chengban.certificates.verifying import Outcome, verify
from chengban.facts import store
from chengban.facts.ingest.load import load_file
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests import town
from tests.certificates.conftest import NOON
from tests.certificates.issued import CLERK, ON
from tests.certificates.test_domain import FOOD


@pytest.fixture
def known(pack: Pack, tmp_path: Path) -> Pack:
    """Two of the firms have a legal representative, one of them two food permits of which one has ended and one was revoked."""
    heads = [{**row, "legal_representative": "孟晓棠"} for row in town.ROWS["legal_persons"][:2]]
    load_file(pack, pack.registers["legal_persons"], town._file(tmp_path / "firms.csv", heads), by=CLERK, on=ON)
    permits = [
        FOOD,
        {**FOOD, "permit_no": "JY2", "valid_until": "2025-11-30"},
        {**FOOD, "permit_no": "JY3", "status": "撤销"},
        {**FOOD, "permit_no": "JY4"},
    ]
    load_file(pack, pack.registers["food_permits"], town._file(tmp_path / "food.csv", permits), by=CLERK, on=ON)
    return pack


def test_who_may_have_one_and_has_none_gets_one(known: Pack) -> None:
    by_hand = domain.issue(known, "business_licence", town.LOTUS, by=CLERK, on=ON)
    assert taking_up.take_up(known, "business_licence", by=CLERK, on=ON) == 1
    assert taking_up.take_up(known, "营业执照", by=CLERK, on=ON) == 0
    assert set(Certificate.objects.values_list("subject", flat=True)) == {town.LOTUS, town.WILLOW}
    theirs = Certificate.objects.get(subject=town.WILLOW)
    assert theirs.claims.keys() == by_hand.claims.keys() and theirs.holder == "聊城古柳机械有限公司"
    assert Entry.objects.filter(act="certificates.issue_all").count() == 1


def test_each_holder_sees_that_their_registers_were_read_as_for_a_single_issue(known: Pack) -> None:
    domain.issue(known, "business_licence", town.LOTUS, by=CLERK, on=ON)
    taking_up.take_up(known, "business_licence", by=CLERK, on=ON)
    taking_up.take_up(known, "food_permit", by=CLERK, on=ON)
    told = Entry.objects.filter(act="facts.read").order_by("pk").values_list("subject", "payload__purpose", "payload__registers")
    single, bulk_, *permits = told
    assert (single[0], bulk_[0]) == (f"enterprise:{town.LOTUS}", f"enterprise:{town.WILLOW}")
    assert single[1:] == bulk_[1:] == ("certificate", ["legal_persons"])
    assert permits == [(f"enterprise:{town.LOTUS}", "certificate", ["food_permits", "legal_persons"])], "two permits, one reading"


@pytest.mark.parametrize("few", [0, 50])
def test_many_are_written_as_few_are(few: int, known: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_FEW", few)
    assert taking_up.take_up(known, "food_permit", by=CLERK, on=ON) == 2
    for one in Certificate.objects.all():
        assert (one.claims["kind"], one.issued_on, one.predecessor_id) == ("餐饮服务经营者", date(2024, 5, 1), None)
        assert [step.act for step in one.steps.all()] == ["issued"]
    with pytest.raises(NotIssuable, match="已经颁发过"):
        domain.issue(known, "food_permit", town.LOTUS, by=CLERK, on=ON, number="JY4")
    domain.revoke(one, by=CLERK, on=ON, reason="注销")
    assert stands(one, ON) is Stands.REVOKED


def test_only_permits_that_hold_are_taken_up_each_once(known: Pack) -> None:
    assert taking_up.take_up(known, "food_permit", by=CLERK, on=ON) == 2
    assert set(Certificate.objects.values_list("number", flat=True)) == {"JY13715020000017", "JY4"}
    assert taking_up.take_up(known, "food_permit", by=CLERK, on=ON) == 0


def test_what_was_taken_up_verifies(known: Pack) -> None:
    taking_up.take_up(known, "food_permit", by=CLERK, on=ON)
    for one in Certificate.objects.all():
        found = verify(token_of(known, one, city_signer()), city_keys(), from_register, at=NOON)
        assert (found.outcome, found.claims["certificate_no"]) == (Outcome.VALID, one.number)


def test_the_register_follows(known: Pack) -> None:
    assert taking_up.fill_register(known, by=CLERK, on=ON) is None
    taking_up.take_up(known, "food_permit", by=CLERK, on=ON)
    first = taking_up.fill_register(known, by=CLERK, on=ON)
    assert first is not None and (first.new, first.bad) == (2, 0)
    domain.revoke(Certificate.objects.get(number="JY4"), by=CLERK, on=ON, reason="注销")
    second = taking_up.fill_register(known, by=CLERK, on=ON)
    assert second is not None and (second.changed, second.same) == (1, 1)
    held = store.rows_of(known.registers["certificates"], town.LOTUS)
    assert {row["certificate_no"]: row["status"] for row in held} == {"JY13715020000017": "有效", "JY4": "撤销"}


def test_every_enterprises_type_and_state_has_its_word_in_the_register(pack: Pack) -> None:
    kinds, words = (pack.code_names[name] for name in ("certificate_kind", "certificate_status"))
    assert all(kind.name in kinds for kind in pack.certificates.values())
    assert set(taking_up._STATUS.values()) <= set(words)


def test_a_type_that_is_not_declared_is_not_taken_up(pack: Pack) -> None:
    with pytest.raises(UnknownType):
        taking_up.take_up(pack, "passport", by=CLERK, on=ON)
