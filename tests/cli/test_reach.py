"""What was told, by command."""

import pytest

from chengban.accounts.domain import set_contacts
from chengban.exchange.domain import settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message
from chengban.reach.domain import tell
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import same_keys
from tests.people import SETUP
from tests.reach.conftest import reader


@pytest.mark.django_db
def test_what_was_told_and_what_became_of_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_SMS_URL", "http://127.0.0.1:9")
    assert "还没有告知过" in shell("reach", "list").out
    lin = reader()
    tell(town.LOTUS, "offer_waits", "offer:12", "待确认", "正文", by=SETUP)
    settle([(message, Refused("空号")) for message in Message.objects.all()], by=SETUP)
    set_contacts(lin, phone="", email="", by=SETUP)
    tell(town.LOTUS, "offer_paid", "payment:1", "已到账", "正文", by=SETUP)
    listed = shell("reach", "list", "--json").json
    same_keys("reach list", listed)
    assert listed["counts"] == [{"channel": "sms", "outcome": "refused", "count": 1}]
    paid, waits = listed["letters"]
    assert paid["sendings"] == [] and waits["sendings"] == [{"channel": "sms", "outcome": "refused", "reason": "空号"}]
    assert [one["kind"] for one in shell("reach", "list", "--unreached", "--json").json["letters"]] == ["offer_waits"]
    said = shell("reach", "list").out
    assert "只在收件箱" in said and town.LOTUS not in said and "138" not in said


@pytest.mark.django_db
def test_reminding_says_how_many_were_told(shell: Shell) -> None:
    same_keys("reach remind", shell("reach", "remind", "--json").json)
    assert "告知新政策 0 封，提醒退回 0 封。" in shell("reach", "remind").out
