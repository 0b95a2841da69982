"""The life of a certificate: what it is filled with, what may be done to it when, and what the ledger keeps of it."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chengban.certificates import domain, slots, standing, status
from chengban.certificates.errors import CertificatesError, NotInForce, NotIssuable, UnknownType
from chengban.certificates.identifiers import read
from chengban.certificates.models import Certificate, CertificateStep, StatusSlot
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.standing import Stands, stands
from chengban.certificates.status import State
from chengban.certificates.tokens import publish
from chengban.facts.ingest.load import load_file
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests import town
from tests.certificates.issued import CARD, CLERK, LICENCE, ON, OTHER_CLERK, card, licence, permit

ACTS = {"annotate": domain.annotate, "suspend": domain.suspend, "resume": domain.resume, "revoke": domain.revoke}


def test_a_licence_is_filled_from_the_registers_and_from_what_is_given(pack: Pack) -> None:
    made = licence(pack)
    assert (made.holder, made.issued_on, made.valid_until) == ("聊城清荷软件有限公司", ON, None)
    assert made.claims == {"entity_type": "公司", "founded_on": "2016-03-01", **LICENCE}
    identifier = read(made.identifier)
    assert identifier.fits and (identifier.type_code, identifier.issuer, identifier.version) == (
        "11100000MB0143028R001",
        "371500",
        1,
    )


def test_a_period_is_counted_and_ends_with_its_day(pack: Pack) -> None:
    made = permit(pack, on=date(2024, 2, 29))
    assert made.valid_until == date(2028, 2, 29)
    assert stands(made, date(2024, 2, 28)) is Stands.NOT_YET
    assert (stands(made, date(2028, 2, 29)), stands(made, date(2028, 3, 1))) == (Stands.VALID, Stands.EXPIRED)


def test_a_leap_day_ends_on_the_28th(pack: Pack) -> None:
    made = domain.issue(pack, "drug_permit", town.LOTUS, by=CLERK, on=date(2024, 2, 29), given=DRUGS)
    assert made.valid_until == date(2029, 2, 28)


DRUGS = {"quality_manager": "孟晓棠", "mode": "零售", "scope": "中成药"}
SCHOOL = {"principal": "孟", "organiser": "孟", "school_kind": "培训", "address": "湖滨路"}
WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "an unknown type": ({"name": "营业执昭"}, UnknownType, "是不是 营业执照"),
    "no identifier at all": ({"subject": "周清荷"}, NotIssuable, "统一社会信用代码"),
    "a person's licence": ({"subject": town.CITIZEN}, NotIssuable, "只能颁发给企业"),
    "a firm that nobody registered": ({"subject": town._firm(999)}, NotIssuable, "没有登记这个主体"),
    "nothing where something must stand": ({"given": {}}, NotIssuable, "缺少法定代表人"),
    "a field that is not on it": ({"given": {**LICENCE, "colour": "红"}}, NotIssuable, "没有要素 colour"),
    "a code that is none": ({"given": {**LICENCE, "entity_type": "火星"}}, NotIssuable, "主体类型"),
    "a day that is none": ({"given": {**LICENCE, "founded_on": "2025-02-30"}}, NotIssuable, "成立日期"),
    "an end before the beginning": ({"valid_until": date(2020, 1, 1)}, NotIssuable, "早于颁发日期"),
    "a school without an end": ({"name": "private_school_permit", "given": SCHOOL}, NotIssuable, "有效期至哪一天"),
    "a food permit of a number that is not held": ({"name": "food_permit", "number": "JY1"}, NotIssuable, "没有这个主体编号为 JY1"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_issued_is_not_and_leaves_nothing(name: str, pack: Pack) -> None:
    changed, error, words = WRONG[name]
    how = {"name": "business_licence", "subject": town.LOTUS, "given": LICENCE, **changed}
    with pytest.raises(error, match=words):
        domain.issue(pack, how.pop("name"), how.pop("subject"), by=CLERK, on=ON, **how)
    assert not Certificate.objects.exists() and not Entry.objects.filter(act__startswith="certificates").exists()


def test_one_in_force_is_enough_unless_the_type_says_otherwise(pack: Pack) -> None:
    first = licence(pack)
    with pytest.raises(NotIssuable, match="请换发"):
        licence(pack)
    domain.suspend(first, by=CLERK, on=ON, reason="核查")
    with pytest.raises(NotIssuable, match="请换发"):
        licence(pack)
    domain.revoke(first, by=CLERK, on=ON, reason="注销")
    licence(pack)
    assert permit(pack).identifier != permit(pack).identifier


FOOD = {
    "permit_no": "JY13715020000017", "uscc": town.LOTUS, "kind": "餐饮服务经营者", "items": "热食类", "county": "371502",
    "address": "湖滨路", "issued_on": "2024-05-01", "valid_until": "2029-04-30", "status": "有效",
}  # fmt: skip


def test_a_number_is_issued_once(pack: Pack, tmp_path: Path) -> None:
    load_file(pack, pack.registers["food_permits"], town._file(tmp_path / "food.csv", [FOOD]), by=CLERK, on=ON)
    made = domain.issue(pack, "食品经营许可证", town.LOTUS, by=CLERK, on=ON)
    assert (made.number, made.issued_on, made.valid_until) == ("JY13715020000017", date(2024, 5, 1), date(2029, 4, 30))
    with pytest.raises(NotIssuable, match="已经颁发过"):
        domain.issue(pack, "food_permit", town.LOTUS, by=CLERK, on=ON)
    second = town._file(tmp_path / "more.csv", [FOOD, {**FOOD, "permit_no": "JY2"}])
    load_file(pack, pack.registers["food_permits"], second, by=CLERK, on=ON)
    with pytest.raises(NotIssuable, match="请写明证照编号"):
        domain.issue(pack, "food_permit", town.LOTUS, by=CLERK, on=ON)
    assert domain.issue(pack, "food_permit", town.LOTUS, by=CLERK, on=ON, number="JY2").claims["kind"] == "餐饮服务经营者"


def test_what_the_register_says_has_ended_is_not_certified(pack: Pack, tmp_path: Path) -> None:
    closed = {**town.ROWS["legal_persons"][2], "status": "注销"}
    load_file(pack, pack.registers["legal_persons"], town._file(tmp_path / "closed.csv", [closed]), by=CLERK, on=ON)
    with pytest.raises(NotIssuable, match="登记状态"):
        licence(pack, town.EASTGATE)
    ended = town._file(tmp_path / "food.csv", [{**FOOD, "status": "撤销"}])
    load_file(pack, pack.registers["food_permits"], ended, by=CLERK, on=ON)
    with pytest.raises(NotIssuable, match="许可状态"):
        domain.issue(pack, "food_permit", town.LOTUS, by=CLERK, on=ON)


def test_reissuing_ends_the_old_one_and_keeps_its_number(pack: Pack) -> None:
    old = licence(pack)
    new = domain.reissue(pack, old, by=OTHER_CLERK, on=ON + timedelta(days=3), reason="住所变更", given={"address": "新址 9 号"})
    assert (new.number, new.version, new.predecessor_id) == (old.number, 2, old.pk)
    assert new.claims == {**old.claims, "address": "新址 9 号"} and new.slot_id != old.slot_id
    assert (stands(old, ON), stands(new, ON + timedelta(days=3))) == (Stands.REPLACED, Stands.VALID)
    with pytest.raises(NotInForce, match="已换发"):
        domain.reissue(pack, old, by=CLERK, on=ON, reason="再来一次")


def test_a_reason_is_needed(pack: Pack) -> None:
    made = licence(pack)
    for act in ("annotate", "suspend", "revoke"):
        with pytest.raises(CertificatesError, match="原因"):
            ACTS[act](made, by=CLERK, on=ON, reason=" ")


def test_the_ledger_has_an_entry_an_act_and_no_personal_datum(pack: Pack) -> None:
    made = card(pack)
    domain.annotate(made, by=CLERK, on=ON, reason="本人周清荷申请加注")
    domain.reissue(pack, made, by=CLERK, on=ON, reason="搬到湖滨路", given={"address": "湖滨路 4 号"})
    entries = Entry.objects.filter(act__startswith="certificates").order_by("pk")
    assert [entry.act for entry in entries] == ["certificates.issue", "certificates.annotated", "certificates.reissue"]
    written = json.dumps([[entry.act, entry.subject, entry.payload] for entry in entries], ensure_ascii=False)
    told = (town.CITIZEN, "周清荷", "1990", CARD["address"], made.identifier, made.number, "搬到")
    assert [datum for datum in told if datum in written] == []


def test_the_holder_sees_that_their_registers_were_read(pack: Pack) -> None:
    made = licence(pack)
    domain.reissue(pack, made, by=CLERK, on=ON, reason="变更")
    readings = Entry.objects.filter(act="facts.read", subject=f"enterprise:{town.LOTUS}")
    assert [(entry.payload["purpose"], entry.payload["matter"]) for entry in readings] == [
        ("certificate", "certificate:business_licence")
    ] * 2
    assert {entry.actor for entry in readings} == {"account:11"}


def test_slots_are_given_once_and_a_full_list_opens_another(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "SIZE", 8)
    with transaction.atomic():
        taken = [(slot.list, slot.index) for slot in slots.take(20)]
    assert len(set(taken)) == 20 and all(index < 8 for _, index in taken)
    assert {number for number, _ in taken} >= {1, 2, 3}
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusSlot.objects.create(list=taken[0][0], index=taken[0][1])


def test_the_order_of_slots_tells_nothing(pack: Pack) -> None:
    with transaction.atomic():
        taken = slots.take(40)
    assert [slot.index for slot in taken] != sorted(slot.index for slot in taken)
    assert [slot.pk for slot in taken] != sorted(slot.pk for slot in taken)


def test_the_database_ends_a_certificate_once(pack: Pack) -> None:
    made = licence(pack)
    domain.revoke(made, by=CLERK, on=ON, reason="注销")
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateStep.objects.create(certificate=made, act="reissued", on=ON, at=made.at, by="account:1")


class Life(RuleBasedStateMachine):
    """Certificates under every act in every order, beside a model of four words."""

    pack: Pack

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.day = ON
        self.made = [permit(self.pack)]
        self.model = [Stands.VALID]
        self.acts = 1

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def now(self, at: int) -> Stands:
        """What the model says on the day: a valid one ends with its last day."""
        until = self.made[at].valid_until
        return Stands.EXPIRED if self.model[at] is Stands.VALID and until is not None and self.day > until else self.model[at]

    @rule(act=st.sampled_from(sorted(ACTS)), at=st.integers(0, 99))
    def move(self, act: str, at: int) -> None:
        at %= len(self.made)
        state = self.now(at)
        allowed = {
            "annotate": state not in standing.ENDED,
            "suspend": state in (Stands.VALID, Stands.EXPIRED),
            "resume": state is Stands.SUSPENDED,
            "revoke": state not in standing.ENDED,
        }[act]
        after = {"suspend": Stands.SUSPENDED, "resume": Stands.VALID, "revoke": Stands.REVOKED}
        if not allowed:
            with pytest.raises(NotInForce):
                ACTS[act](self.made[at], by=CLERK, on=self.day, reason="缘由")
            return
        ACTS[act](self.made[at], by=CLERK, on=self.day, reason="缘由")
        self.model[at] = after.get(act, self.model[at])
        self.acts += 1

    @rule(at=st.integers(0, 99))
    def replace(self, at: int) -> None:
        at %= len(self.made)
        if self.now(at) not in (Stands.VALID, Stands.EXPIRED):
            with pytest.raises(NotInForce):
                domain.reissue(self.pack, self.made[at], by=CLERK, on=self.day, reason="换发")
            return
        self.made.append(domain.reissue(self.pack, self.made[at], by=CLERK, on=self.day, reason="换发"))
        self.model[at] = Stands.REPLACED
        self.model.append(Stands.VALID)
        self.acts += 1

    @rule(days=st.integers(1, 900))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule()
    def issue_another(self) -> None:
        self.made.append(permit(self.pack, on=self.day))
        self.model.append(Stands.VALID)
        self.acts += 1

    @invariant()
    def each_stands_where_the_model_says(self) -> None:
        found = {one.pk: stands(one, self.day) for one in standing.with_move(Certificate.objects.all())}
        assert found == {one.pk: self.now(at) for at, one in enumerate(self.made)}
        assert all(stands(one, self.day) is found[one.pk] for one in self.made)

    @invariant()
    def the_list_says_the_same(self) -> None:
        held = status.read(publish(self.pack, 1, city_signer()), city_keys())
        for at, one in enumerate(self.made):
            expected = standing.LISTED.get(self.model[at], State.VALID)
            assert held.at(one.slot.index) == status.VALUES[expected] and one.slot.list == 1

    @invariant()
    def each_act_is_in_the_ledger(self) -> None:
        assert Entry.objects.filter(act__startswith="certificates").count() == self.acts


def test_any_life_of_certificates(pack: Pack) -> None:
    Life.pack = pack
    run_state_machine_as_test(Life, settings=settings(max_examples=12, stateful_step_count=14, deadline=None))


def test_several_and_one_certificates_are_read_with_as_many_queries(pack: Pack, django_assert_num_queries: Any) -> None:
    permit(pack)
    with django_assert_num_queries(1):
        assert [stands(one, ON) for one in standing.with_move(Certificate.objects.all())] == [Stands.VALID]
    domain.suspend(permit(pack), by=CLERK, on=ON, reason="核查")
    permit(pack)
    with django_assert_num_queries(1):
        assert len([stands(one, ON) for one in standing.with_move(Certificate.objects.all())]) == 3
