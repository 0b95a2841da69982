"""What every page is given: the city's name, the way around, and how the person wants to read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.accounts.permissions import Verb, may
from chengban.lib import clock
from chengban.portal import city
from chengban.portal.letter_pages import unread

COMFORT_COOKIE = "comfort"


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    route: str
    name: "str | Promise"
    verb: Verb | None = None


WAYS: tuple[Way, ...] = (
    Way("home", _("首页")),
    Way("policies", _("惠企政策")),
    Way("items", _("办事事项")),
    Way("calendar", _("政策日历")),
    Way("notices", _("公示")),
    Way("registers", _("数据目录")),
    Way("verification", _("验证照")),
    Way("wallet", _("我的证照"), Verb.READ_OWN_FILE),
    Way("use-requests", _("用证授权"), Verb.CONSENT_TO_USE),
    Way("counter", _("窗口核验"), Verb.ASK_FOR_CERTIFICATES),
    Way("enterprises", _("企业档案"), Verb.SEARCH_ENTERPRISES),
    Way("tasks", _("查阅事由"), Verb.OPEN_TASK),
    Way("data-requests", _("数据请求"), Verb.READ_REQUESTS),
    Way("oversight", _("查阅监督"), Verb.OVERSEE_READINGS),
    Way("drafts", _("政策起草"), Verb.READ_DRAFTS),
    Way("matches", _("匹配总览"), Verb.READ_MATCHES),
    Way("delivery", _("政策兑现"), Verb.READ_OFFERS),
    Way("recoveries", _("追回"), Verb.READ_RECOVERIES),
    Way("reach", _("触达"), Verb.READ_REACH),
    Way("cockpit", _("驾驶舱"), Verb.READ_COCKPIT),
    Way("quality", _("数据质量"), Verb.READ_QUALITY),
    Way("material-free", _("免提交看板"), Verb.READ_MATERIAL_FREE),
    Way("disputes", _("数据异议"), Verb.READ_DISPUTES),
    Way("exchange", _("数据交换"), Verb.READ_EXCHANGE),
    Way("ledger", _("留痕"), Verb.READ_LEDGER),
    Way("accounts", _("账号"), Verb.READ_ACCOUNTS),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of every page. Asks the database for nothing when nobody is signed in."""
    user = getattr(request, "user", None)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "city_name": city.name(),
        "today": clock.today(),
        "is_demo": settings.DEMO,
        "elder": request.COOKIES.get(COMFORT_COOKIE) == "elder",
        "ways": [way for way in WAYS if way.verb is None or (user and may(user, way.verb))],
        "unread": unread(user) if user and user.is_authenticated else 0,
        "has_letters": user is not None and may(user, Verb.READ_LETTERS),
        "here": SECTIONS.get(here or "", here),
    }


# Pages that stand under an entry of the navigation.
SECTIONS = {
    "policy": "policies",
    "draft": "drafts",
    "letter": "letters",
    "feed": "preferences",
    "ledger-entry": "ledger",
    "item": "items",
    "scene": "items",
    "material-free-item": "material-free",
    "register": "registers",
    "enterprise": "enterprises",
    "task": "tasks",
    "emergency": "tasks",
    "data-request": "data-requests",
    "data-request-ask": "data-requests",
    "data-request-look": "data-requests",
    "cockpit-seed": "cockpit",
    "enterprise-policies": "enterprises",
    "enterprise-readings": "enterprises",
    "enterprise-offers": "enterprises",
    "offers-of": "delivery",
    "offer": "delivery",
    "payment": "delivery",
    "notice": "notices",
    "enterprise-recoveries": "enterprises",
    "recovery": "recoveries",
    "recovery-demand": "recoveries",
    "recovery-plan": "recoveries",
    "recovery-receipt": "recoveries",
    "recovery-waiver": "recoveries",
    "use-request": "use-requests",
    "present": "wallet",
    "ask": "counter",
    "asked-request": "counter",
    "look": "counter",
    "exchange-message": "exchange",
    "exchange-reconciliation": "exchange",
}
