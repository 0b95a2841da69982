"""What the home page shows: the city's figures to visitors, their own things to those who are signed in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.accounts.models import Mandate, MandateKind
from chengban.accounts.permissions import Verb, may
from chengban.facts.frame import Kind
from chengban.facts.profile import Profile
from chengban.facts.reading.grounds import OWN, Ground
from chengban.packs import Pack
from chengban.portal.figures import latest_figures, totals
from chengban.portal.file_pages import Findings, findings, read

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from chengban.accounts.models import Account

MOST_SUBJECTS = 5
EXAMPLES = ("高新技术企业", "研发费用", "稳岗返还", "开办企业", "创业补贴")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the city: what, how many, and whether it is money (yuan)."""

    name: "str | Promise"
    value: int | Decimal
    is_money: bool = False


def city_figures(pack: Pack) -> list[Figure]:
    """What the service holds and what the latest match found."""
    found = totals(pack, latest_figures())
    figures = [
        Figure(_("项政策，逐条写明条件"), len(pack.policies)),
        Figure(_("个数据库，数据只报一次"), len(pack.registers)),
        Figure(_("个事项可以查"), len(pack.items)),
        Figure(_("次“企业符合政策”，已经算好"), found["eligible"]),
    ]
    money = [Figure(_("可兑现的金额"), found["amount"], is_money=True)] if found["amount"] else []
    return [figure for figure in figures if figure.value] + money


@dataclass(frozen=True, slots=True)
class Own:
    """A subject the account acts for, and what the policies say of it. `address` is where its policies stand."""

    profile: Profile
    findings: Findings
    address: str


def own_subjects(pack: Pack, account: "Account | AnonymousUser", *, on: date) -> list[Own]:
    """The enterprises an agent acts for, and the citizen an account is; the readings are recorded as its own."""
    if not account.is_authenticated or not may(account, Verb.READ_OWN_FILE):
        return []
    mandates = account.mandates.holding().order_by("given_at", "id")[:MOST_SUBJECTS]
    return [own for mandate in mandates if (own := _own(pack, account, mandate, on)) is not None]


def _own(pack: Pack, account: "Account", mandate: Mandate, on: date) -> Own | None:
    is_firm = mandate.kind == MandateKind.ENTERPRISE
    kind: Kind = "enterprise" if is_firm else "person"
    profile = read(pack, kind, mandate.subject, under=Ground(OWN, f"mandate:{account.pk}"), by=account.actor, on=on)
    if profile is None:
        return None
    address = reverse("enterprise-policies", args=[profile.id]) if is_firm else reverse("my-policies")
    return Own(profile, findings(pack, profile, on=on), address)


@dataclass(frozen=True, slots=True)
class Task:
    """Something a member of staff comes here for."""

    route: str
    icon: str
    name: "str | Promise"
    what: "str | Promise"
    verb: Verb


TASKS = (
    Task("tasks", "firm", _("查阅档案"), _("先写明用途和在办的事，再打开企业或个人的档案。"), Verb.OPEN_TASK),
    Task("enterprises", "search", _("查企业"), _("按名称或统一社会信用代码查公示的登记信息。"), Verb.SEARCH_ENTERPRISES),
    Task("data-requests", "data", _("看数据请求"), _("部门之间请求数据：谁请求、依据什么、到什么时候。"), Verb.READ_REQUESTS),
    Task("oversight", "book", _("监督查阅"), _("复核应急查阅，答复对查阅的质疑。"), Verb.OVERSEE_READINGS),
    Task("matches", "chart", _("看政策匹配"), _("每项政策有多少企业符合、差一步、还不知道。"), Verb.READ_MATCHES),
    Task("cockpit", "near", _("看驾驶舱"), _("钱到了谁手里、用了多少天、谁还没享受、卡在哪里。"), Verb.READ_COCKPIT),
    Task("quality", "data", _("看数据质量"), _("各库的完整、有效、一致和按时，以及待办的工单。"), Verb.READ_QUALITY),
    Task("ledger", "book", _("查留痕"), _("谁在什么时候做了什么，只能追加，不能改。"), Verb.READ_LEDGER),
    Task("accounts", "lock", _("看账号和权限"), _("谁有什么岗位，岗位能做什么。"), Verb.READ_ACCOUNTS),
    Task("reach", "mail", _("看触达情况"), _("告知了多少，短信和邮件送到没有，送不到的重新发送。"), Verb.READ_REACH),
)


def tasks_of(account: "Account | AnonymousUser") -> list[Task]:
    return [task for task in TASKS if may(account, task.verb)]
