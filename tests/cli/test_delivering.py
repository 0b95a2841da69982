"""From a confirmed list to the treasury's statement, by commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from chengban.exchange.systems.treasury.fake import Books, open_window
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.policies.models import Offer
from chengban.policies.offers import accept
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, refused, same_keys

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
POLICY = ("P09", "--period", "2025")


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TREASURY_URL", raising=False)
    with transaction.atomic():
        town.build(tmp_path, packs.current())


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    made = Books()
    server = open_window(made)
    monkeypatch.setenv("CHENGBAN_TREASURY_URL", f"http://127.0.0.1:{server.server_address[1]}")
    yield made
    server.shutdown()
    server.server_close()


def confirmed(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_confirmed_list_is_paid_once(shell: Shell, tmp_path: Path, books: Books) -> None:
    file = confirmed(tmp_path, f"subject,account\n{town.LOTUS},62001\n{town.WILLOW},62002\n{town.EASTGATE},62003\nnobody,1\n")
    same_keys("deliver budget", shell("deliver", "budget", *POLICY, "--total", "100000", "--json").json)
    said = shell("deliver", "order", *POLICY, "--list", file, *DAY, "--json").json
    same_keys("deliver order", said)
    assert said["ordered"] == 1 and said["amount"] > 0
    assert said["kept_out"][town.WILLOW] == "现在不符合条件"
    assert "没有登记" in said["kept_out"]["nobody"]
    assert Entry.objects.filter(act="facts.read").exclude(subject="enterprise:nobody").count() == 3
    again = shell("deliver", "order", *POLICY, "--list", file, *DAY, "--json").json
    assert again["ordered"] == 0 and "不重复拨付" in again["kept_out"][town.LOTUS]
    shell("exchange", "work", "--until-empty")
    listed = shell("exchange", "list", "--json").json
    same_keys("exchange list", listed)
    assert "body" not in listed["messages"][0], "an account belongs in no list"
    status = shell("deliver", "status", "--json").json
    same_keys("deliver status", status)
    assert [(row["state"], row["amount"]) for row in status["payments"]] == [("paid", said["amount"])]
    assert [payment["account"] for payment in books.payments.values()] == ["62001"]
    same_keys("exchange reconcile", shell("exchange", "reconcile", "--json").json)


def test_a_refusal_is_sent_again_when_the_account_is_mended(shell: Shell, tmp_path: Path, books: Books) -> None:
    books.closed_accounts = frozenset({"62001"})
    shell("deliver", "budget", *POLICY, "--total", "100000")
    shell("deliver", "order", *POLICY, "--list", confirmed(tmp_path, f"subject,account\n{town.LOTUS},62001\n"), *DAY)
    shell("exchange", "work", "--until-empty")
    assert "收款账户已销户" in shell("exchange", "list", "--outcome", "refused").out
    assert "国库退回" in shell("deliver", "status").out
    books.closed_accounts = frozenset()
    same_keys("exchange replay", shell("exchange", "replay", "--all", "--json").json)
    shell("exchange", "work", "--until-empty")
    assert "已到账" in shell("deliver", "status").out
    assert "一致 1 笔" in shell("exchange", "reconcile").out
    books.payments.clear()
    said = shell("exchange", "reconcile")
    assert said.code == 1 and "我方有、对方没有 1 笔" in said.out


def test_each_mistake_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    file = confirmed(tmp_path, f"subject,account\n{town.LOTUS},62001\n")
    refused(shell("deliver", "order", *POLICY, "--list", file, *DAY), "没有预算", code=1)
    refused(shell("deliver", "budget", "P99", "--period", "2025", "--total", "1"), "没有编号为 P99 的政策")
    refused(shell("deliver", "budget", *POLICY, "--total", "many"), "不是金额")
    refused(shell("deliver", "budget", *POLICY, "--total", "0.001"), "到分")
    refused(shell("deliver", "order", *POLICY, "--list", confirmed(tmp_path, "a,b\n1,2\n"), *DAY), "subject", "account")
    (tmp_path / "gb.csv").write_bytes("subject,account\n企业,1\n".encode("gb18030"))
    refused(shell("deliver", "order", *POLICY, "--list", tmp_path / "gb.csv", *DAY), "UTF-8")
    refused(shell("exchange", "reconcile"), "CHENGBAN_TREASURY_URL", code=1)
    refused(shell("exchange", "reconcile", "moon"), "moon", code=1)
    refused(shell("exchange", "replay"), "--all")
    assert "还没有消息" in shell("exchange", "list").out and "还没有下达" in shell("deliver", "status").out
    kept = shell(
        "deliver", "order", *POLICY, "--list", confirmed(tmp_path, f"subject,account\n{town.LOTUS},\n"), *DAY, "--json"
    ).json
    assert kept["kept_out"] == {town.LOTUS: "没有收款账户"}


def test_from_the_match_to_the_order_by_commands(shell: Shell, tmp_path: Path) -> None:
    said = shell("deliver", "propose", "P09", *DAY, "--json").json
    same_keys("deliver propose", said)
    assert (said["proposed"], said["before"]) == (1, 0)
    assert "原已列入 1 户" in shell("deliver", "propose", "P09", *DAY).out
    file = confirmed(tmp_path, f"subject\n{town.LOTUS}\n{town.WILLOW}\n")
    said = shell("deliver", "confirm", *POLICY, "--list", file, "--json").json
    same_keys("deliver confirm", said)
    assert (said["confirmed"], said["reasons"]) == (1, {"没有这户的拟享": 1})
    assert shell("deliver", "confirm", *POLICY, "--all", "--json").json["kept_out"] == 0
    said = shell("deliver", "notice", *POLICY, *DAY, "--json").json
    same_keys("deliver notice", said)
    assert said["noticed"] == 1
    accept(Offer.objects.get(), account="62001", by=Actor.account(2))
    shell("deliver", "budget", *POLICY, "--total", "100000")
    assert shell("deliver", "order-due", *POLICY, *DAY, "--json").json["ordered"] == 0
    said = shell("deliver", "order-due", *POLICY, "--on", "2025-12-09", "--json").json
    same_keys("deliver order-due", said)
    assert (said["ordered"], said["amount"]) == (1, 21600)
    assert "下达 0 笔" in shell("deliver", "order-due", *POLICY, "--on", "2025-12-09").out
    status = shell("deliver", "status", "--json").json
    same_keys("deliver status", status)
    assert status["offers"] == [{"policy": "P09", "period": "2025", "stage": "ordered", "count": 1, "amount": 21600}]
    assert "已下达" in shell("deliver", "status").out


def test_what_a_list_of_offers_refuses(shell: Shell, tmp_path: Path) -> None:
    refused(shell("deliver", "confirm", *POLICY), "--all", "--list")
    refused(shell("deliver", "confirm", *POLICY, "--all", "--list", confirmed(tmp_path, "subject\n")), "--all", "--list")
    refused(shell("deliver", "confirm", *POLICY, "--list", confirmed(tmp_path, "a\n1\n")), "subject")
    refused(shell("deliver", "notice", "P99", "--period", "2025"), "没有编号为 P99 的政策")
    refused(shell("deliver", "propose", "P05", *DAY), "不是由财政拨付", code=1)
    assert "未确认 0 户" in shell("deliver", "confirm", *POLICY, "--all").out


def test_without_an_address_payments_wait_and_the_worker_says_so(shell: Shell, tmp_path: Path) -> None:
    shell("deliver", "budget", *POLICY, "--total", "100000")
    shell("deliver", "order", *POLICY, "--list", confirmed(tmp_path, f"subject,account\n{town.LOTUS},62001\n"), *DAY)
    said = shell("exchange", "work", "--until-empty")
    assert said.out.strip() == "发送 0 次。" and "没有设置国库地址（CHENGBAN_TREASURY_URL）" in said.err
    (message,) = shell("exchange", "list", "--json").json["messages"]
    assert (message["outcome"], message["attempts"]) == ("waiting", 0)
