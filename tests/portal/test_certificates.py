"""The wallet, its documents, and the public verification of certificates."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.certificates import status
from chengban.certificates.domain import revoke
from chengban.certificates.models import Certificate
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.tokens import token_of
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.portal.views.certificates import MOST
from tests import town
from tests.certificates.issued import CLERK, licence, permit
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def pack(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


@pytest.fixture
def held(pack: Pack) -> Certificate:
    return licence(pack)


@pytest.fixture
def agent(client: Client, account_of: AccountOf) -> Client:
    account = account_of(Role.AGENT)
    give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    client.force_login(account, BACKEND)
    return client


def text_of(client: Client, **given: object) -> str:
    return client.post("/verification", given).content.decode()


def test_the_wallet_shows_what_the_account_acts_for_and_nothing_else(pack: Pack, held: Certificate, agent: Client) -> None:
    other = licence(pack, town.WILLOW)
    page = agent.get("/certificates").content.decode()
    assert held.number in page and "孟晓棠" in page and other.number not in page
    assert agent.get(f"/certificates/{other.pk}.pdf").status_code == agent.get("/certificates/999999.pdf").status_code == 404
    assert agent.get(f"/certificates/{held.pk}.exe").status_code == 404


def test_the_wallet_asks_as_often_for_one_as_for_three(
    pack: Pack, held: Certificate, agent: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        agent.get("/certificates")
    permit(pack)
    permit(pack)
    with django_assert_num_queries(6):
        assert agent.get("/certificates").content.decode().count("下载 PDF") == 3


@pytest.mark.parametrize("form", ["pdf", "ofd"])
def test_a_document_is_taken_and_verifies(held: Certificate, agent: Client, form: str) -> None:
    answer = agent.get(f"/certificates/{held.pk}.{form}")
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    assert Entry.objects.get(act="certificates.hand_out").payload == {"form": form}
    agent.logout()
    assert "这份文件由颁发机构签名" in text_of(agent, file=io.BytesIO(answer.content))
    broken = bytearray(answer.content)
    broken[len(broken) // 2] ^= 1
    assert "不能用" in text_of(agent, file=io.BytesIO(bytes(broken)))


def test_anybody_verifies_by_the_identifier_and_learns_nothing_of_the_holder(held: Certificate, client: Client) -> None:
    page = client.get(f"/verification?identifier={held.identifier}").content.decode()
    assert "证照真实、有效" in page and held.holder not in page and held.subject not in page
    revoke(held, by=CLERK, on=town.ON, reason="注销")
    assert "已经撤销或换发" in text_of(client, text=held.identifier)
    assert "还不知道" in text_of(client, text=held.identifier[:-3] + "1.X")


def test_a_token_is_verified_and_a_forged_one_rejected(pack: Pack, held: Certificate, client: Client) -> None:
    token = token_of(pack, held, city_signer())
    assert "证照真实、有效" in text_of(client, text=token)
    head, body, rest = token.split(".", 2)
    assert "不能用" in text_of(client, text=f"{head}.{body[:-2]}AA.{rest}")
    for nonsense in ("x", "a.b.c~", "<script>", "~" * 5000, "\u0000", "🀄" * 100):
        assert client.post("/verification", {"text": nonsense}).status_code == 200


def test_too_many_questions_of_one_address_are_put_off(held: Certificate, client: Client) -> None:
    answers = [client.post("/verification", {"text": held.identifier}).status_code for _ in range(MOST + 2)]
    assert answers == [200] * MOST + [429] * 2
    assert "过一分钟" in text_of(client, text=held.identifier)
    assert client.post("/verification", {"text": held.identifier}, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_whoever_verifies_offline_gets_the_list_and_the_keys(held: Certificate, client: Client) -> None:
    listed = client.get(f"/certificates/status/{held.slot.list}")
    assert listed["Content-Type"] == "application/statuslist+jwt" and "max-age=300" in listed["Cache-Control"]
    found = status.read(listed.content.decode(), city_keys())
    assert found is not None and client.get(f"/certificates/status/{held.slot.list + 1}").status_code == 404
    assert client.get("/certificates/keys").json() == city_keys().jwks()
