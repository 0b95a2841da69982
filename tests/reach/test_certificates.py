"""What a holder is told of their certificates: who asks, and each look once, in words that say who, what, when and where to ask."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from chengban.certificates import asking, mandates, showing
from chengban.certificates.asking import Choice, Terms, Verifier, Wanted
from chengban.certificates.errors import NotOpen
from chengban.certificates.models import Use, UseRequest
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.packs import Pack
from chengban.reach.models import Kind, Letter, Sending
from tests import town
from tests.certificates.issued import CLERK, HOLDER, ON, licence
from tests.reach.conftest import reader

BANK = Verifier("聊城市财政局", "finance")
TERMS = Terms("核对贷款贴息申请", "贴息办法第五条", "3715022025120100042", ON + timedelta(days=3), times=2)
WANTED = [Wanted("business_licence", ["legal_representative"])]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())


@pytest.fixture
def pack(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


@pytest.fixture
def asked(pack: Pack) -> UseRequest:
    return asking.ask(pack, town.LOTUS, WANTED, TERMS, verifier=BANK, by=CLERK, on=ON)


def look(pack: Pack, request: UseRequest) -> None:
    asking.look(pack, request, by=CLERK, on=ON, signer=city_signer(), keys=city_keys())


def test_a_request_is_told_with_everything_to_decide_by(asked: UseRequest) -> None:
    letter = Letter.objects.get(kind=Kind.CERTIFICATE_ASKED)
    for words in (BANK.name, "营业执照", TERMS.purpose, TERMS.case, TERMS.clause, "2025-12-04", "不同意"):
        assert words in letter.body, words
    assert letter.link == f"/certificates/requests/{asked.pk}" and "Business licence" in letter.title_en


def test_each_look_is_told_once(pack: Pack, asked: UseRequest) -> None:
    held = licence(pack)
    asking.consent(pack, asked, {held.kind: Choice(held.pk)}, by=HOLDER, on=ON)
    look(pack, asked)
    look(pack, asked)
    letters = Letter.objects.filter(kind=Kind.CERTIFICATE_USED).order_by("pk")
    assert [letter.about for letter in letters] == [f"use:{use.pk}" for use in Use.objects.order_by("pk")]
    for words in (
        BANK.name,
        "营业执照",
        held.number[-4:],
        TERMS.purpose,
        TERMS.case,
        "法定代表人",
        "登记机关",
        "12345",
        "2025 年 12 月 1 日",
    ):
        assert words in letters[0].body, words
    assert "Legal representative" in letters[0].body_en and held.number not in letters[0].body + letters[0].body_en
    for use in Use.objects.all():
        mandates.certificate_used.send(sender=Use, use=use, by=CLERK)
    assert letters.count() == 2
    with pytest.raises(NotOpen):
        look(pack, asked)
    assert letters.count() == 2


@pytest.mark.usefixtures("addresses")
def test_it_is_announced_to_who_acts_for_the_holder(pack: Pack) -> None:
    lin = reader()
    asking.ask(pack, town.LOTUS, WANTED, TERMS, verifier=BANK, by=CLERK, on=ON)
    assert Sending.objects.get().account == lin


def test_a_look_by_code_is_told_with_the_purpose_that_the_counter_said(pack: Pack) -> None:
    _row, code = showing.show(pack, licence(pack), [], by=HOLDER, on=ON)
    showing.redeem(pack, code, verifier=BANK, purpose="核对是哪家企业", by=CLERK, on=ON, signer=city_signer(), keys=city_keys())
    letter = Letter.objects.get(kind=Kind.CERTIFICATE_USED)
    assert "核对是哪家企业" in letter.body and "办件号" not in letter.body and letter.link == "/certificates/requests"
