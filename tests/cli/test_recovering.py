"""Money that comes back, by commands: statement, spot check, a second try, and recovery."""

from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from chengban.exchange.systems.treasury.fake import Books
from chengban.ledger.models import Entry
from chengban.policies.models import Payment
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, refused, same_keys
from tests.cli.test_delivering import POLICY, books, confirmed

__all__ = ["books"]
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
WHY = ("--reason", "不符合条件")


@pytest.fixture
def ordered(shell: Shell, tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> int:
    """清荷's payment is under way; its number."""
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    with transaction.atomic():
        town.build(tmp_path, packs.current())
    shell("deliver", "budget", *POLICY, "--total", "100000")
    shell("deliver", "order", *POLICY, "--list", confirmed(tmp_path, f"subject,account\n{town.LOTUS},62001\n"), *DAY)
    return Payment.objects.get().pk


def test_what_was_paid_is_checked_demanded_and_comes_back(shell: Shell, ordered: int, tmp_path: Path) -> None:
    shell("exchange", "work", "--until-empty")
    checked = shell("deliver", "check", *POLICY, "--count", 5, "--seed", 1, *DAY, "--json").json
    assert [(one["says"], one["clauses"]) for one in checked["findings"]] == [("holds", [])]
    asked = ("--amount", "600", "--due", "2026-03-31", *WHY, "--citation", "办法第九条", *DAY)
    demand = shell("deliver", "recover", "demand", ordered, *asked, "--json").json
    same_keys("deliver recover", demand)
    assert (demand["state"], demand["owed"]) == ("open", 600)
    back = ("--amount", "100", "--reference", "B1", *DAY)
    for _ in range(2):
        told = shell("deliver", "recover", "receive", demand["recovery"], *back, "--json").json
        assert (told["received"], told["owed"]) == (100, 500)
    file = tmp_path / "statement.csv"
    said = shell("deliver", "statement", *POLICY, "--csv", file, "--json").json
    same_keys("deliver statement", said)
    assert (said["paid"], said["recovered"], said["owed"], said["left"], said["balances"]) == (21600, 100, 500, 78500, True)
    assert file.read_text().splitlines()[1] == f"1,{town.LOTUS},paid,21600.00,100.00,0.00,500.00"
    assert file.stat().st_mode & 0o077 == 0 and Entry.objects.filter(act="policies.take_statement").count() == 1
    assert "尚欠" in shell("deliver", "statement", *POLICY).out
    assert town.LOTUS in shell("deliver", "check", *POLICY, "--count", 1, "--seed", 2, *DAY).out


def test_what_was_refused_is_paid_anew_or_given_back(shell: Shell, ordered: int, books: Books) -> None:
    books.closed_accounts = frozenset({"62001", "62002"})
    shell("exchange", "work", "--until-empty")
    same_keys("deliver resend", shell("deliver", "resend", ordered, "--account", "62002", *WHY, "--json").json)
    shell("exchange", "work", "--until-empty")
    same_keys("deliver release", shell("deliver", "release", ordered, *WHY, "--json").json)
    assert "不再拨付" in shell("deliver", "status").out
    assert shell("deliver", "statement", *POLICY, "--json").json["left"] == 100_000
    assert shell("exchange", "replay", "--all", "--json").json == {"replayed": 0}


def test_each_mistake_is_a_sentence(shell: Shell, ordered: int) -> None:
    due = ("--due", "2026-03-31", *WHY, "--citation", "办法第九条")
    refused(shell("deliver", "resend", 999, "--account", "1", *WHY), "没有编号为 999 的拨付")
    refused(shell("deliver", "resend", ordered, "--account", "1", *WHY), "只有被退回的", code=1)
    refused(shell("deliver", "recover", "demand", ordered, "--amount", "1", *due), "已经到账", code=1)
    refused(shell("deliver", "recover", "receive", 9, "--amount", "1", "--reference", "B"), "没有编号为 9 的追回")
    refused(shell("deliver", "statement", "P09", "--period", "1999"), "没有预算", code=1)
    refused(shell("deliver", "check", *POLICY, "--count", 1, "--seed", 1), "无从抽查", code=1)
