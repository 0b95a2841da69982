"""Builds the town in the database that DATABASE_URL names, opens the demo cast's accounts, and serves the portal on PORT.

`python -m tests.browser.serve PORT again` serves what is there, on another day.
"""

import os
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from chengban.packs import Pack


def main(port: str, again: str = "") -> None:
    django.setup()
    if not again:
        call_command("migrate", verbosity=0)
        prepare()
    where = ("--host", "127.0.0.1", "--port", port)
    command = ("granian", "--interface", "wsgi", *where, "--no-log", "chengban.config.wsgi:application")
    os.execvp(str(Path(sys.executable).parent / "granian"), command)


def prepare() -> None:
    """The town, its quality, its matches, its published figures, the cast, and offers and payments so far along."""
    from chengban.accounts.domain import make_demo_cast
    from chengban.facts.quality import inspect_all
    from chengban.items.census import take_census
    from chengban.ledger import keys
    from chengban.ledger.keeping import Keeper
    from chengban.policies.domain import run_match
    from chengban.policies.seed import reckon_seed
    from tests import offered, town
    from tests.browser import money, uses
    from tests.certificates import issued as certificates
    from tests.policies.paying import Story, tell

    with tempfile.TemporaryDirectory() as folder:
        pack = town.build(Path(folder))
    inspect_all(pack, by=town.BY, on=town.ON)
    run_match(pack, by=town.BY, on=town.ON)
    money.make()
    reckon_seed(pack, by=town.BY, on=town.ON)
    make_demo_cast(by=town.BY, enterprise=town.LOTUS, citizen=town.CITIZEN)
    offered.some_of_each()
    stories = ((town.EASTGATE, "P12", "paid"), (town.WILLOW, "P12", "proposed"))
    tell(Story(policy, 0, Decimal("36000.50"), date(2025, 5, 6), (1, 2, 3, 2), end, who) for who, policy, end in stories)
    tell_the_agent()
    certificates.licence(pack)
    certificates.card(pack)
    take_census(pack, by=town.BY, on=town.ON)
    dispute_one(pack)
    read_under_law(pack)
    uses.make()
    Keeper(keys.signer(), keys.seal_key()).turn()


def read_under_law(pack: "Pack") -> None:
    """Running tasks, an emergency, a question and requests in several states, for the pages that show them."""
    from chengban.accounts.models import Account
    from chengban.facts.profile import open_file
    from chengban.facts.reading import emergencies, questions, requests, tasks
    from chengban.facts.reading.requests import Wish
    from chengban.ledger.models import Entry
    from tests import town

    clerk, officer, steward = (Account.objects.get(login=login) for login in ("clerk", "officer", "steward"))
    for kind, subject, about in (
        ("enterprise", town.LOTUS, "办件 20251201-7 企业变更登记"),
        ("person", town.CITIZEN, "办件 8 户口迁移"),
    ):
        task = tasks.open_task(pack, kind, subject, purpose="counter", about=about, by=clerk)
        open_file(pack, kind, subject, under=tasks.ground_of(task), by=clerk.actor, on=town.ON)
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}", actor=str(clerk.actor))
    agent = Account.objects.get(login="agent")
    questions.question(pack, entry.pk, "enterprise", town.LOTUS, text="我们那天没有去过窗口", by=agent.actor, on=town.ON)
    reason = "独居老人失联，社区请求核对住址和电话"
    emergencies.break_glass(pack, "person", town.CITIZEN, reason=reason, by=clerk, on=town.ON)
    wish = Wish("legal_persons", ["name", "status"], [], "失业保险条例 第三条", "核对稳岗返还企业的登记状态", 30)
    granted = requests.ask(pack, wish, by=officer, on=town.ON)
    requests.approve(pack, granted, by=steward, on=town.ON)
    requests.ask(
        pack,
        Wish("tax_registration", ["vat_type"], [town.LOTUS], "税收征收管理法 第六条", "核对纳税人类型", 10),
        by=officer,
        on=town.ON,
    )


def dispute_one(pack: "Pack") -> None:
    """The agent's firm says that a datum is wrong, and the answer to another is there."""
    from chengban.items.disputes import answer_dispute, open_dispute
    from chengban.items.verdicts import verdict_of
    from tests import town

    for code, datum, reason, answer in (
        ("S26.a", "register:social_insurance_employer", "参保人数少了 2 人，11 月新招的没有算进来", ""),
        ("S24.a", "register:tax_registration", "登记日期写错了", "已核对，登记日期以核准日为准，没有改动"),
    ):
        verdict = verdict_of(pack, code, town.LOTUS, {}, on=town.ON, by=town.BY, under=town.UPKEEP)
        opened = open_dispute(pack, verdict, datum, on=town.ON, by=town.BY, reason=reason)
        if answer:
            answer_dispute(opened, on=town.ON, by=town.BY, answer=answer)


def tell_the_agent() -> None:
    """Three letters to the agent's firm, whose short messages a gateway refuses."""
    from chengban.accounts.domain import set_contacts
    from chengban.accounts.models import Account
    from chengban.exchange.domain import settle
    from chengban.exchange.errors import Refused
    from chengban.exchange.models import Message
    from chengban.reach.domain import tell
    from tests import town

    os.environ["CHENGBAN_SMS_URL"] = "http://127.0.0.1:9"
    agent = Account.objects.get(login="agent")
    set_contacts(agent, phone="13800005678", email="lin@example.cn", by=town.BY)
    for kind, title, body in (
        (
            "offer_waits",
            "您有一笔技能提升补贴待确认",
            "主管部门已核实，您可以享受这项政策，金额 21,600 元。请登录核对。",
        ),
        ("offer_paid", "失业保险稳岗返还已到账", "失业保险稳岗返还的 21,600 元已由国库拨付到您确认的账户。请核对。"),
        ("policy_new", "新的政策：技能提升补贴", "有一项新的政策，您的企业可能符合条件。"),
    ):
        tell(town.LOTUS, kind, f"tests:{kind}", title, body, f"/enterprises/{town.LOTUS}/policies", by=town.BY)
    settle([(message, Refused("空号")) for message in Message.objects.filter(system="sms")], by=town.BY)


if __name__ == "__main__":
    main(*sys.argv[1:])
