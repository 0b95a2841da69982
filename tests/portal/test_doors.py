"""Each role at each page of the portal. The agent acts for 清荷, the citizen is the town's one citizen."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from chengban.portal.context import WAYS
from chengban.portal.urls import urlpatterns
from tests import town
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO: tuple[Role | None, ...] = (None, *Role)
OWN, OTHER = f"/enterprises/{town.LOTUS}", f"/enterprises/{town.WILLOW}"

DOORS = {
    # path                                        visitor citizen agent clerk officer steward auditor administrator
    "/":                                          "200 200 200 200 200 200 200 200",
    "/search?q=gaoxin":                           "200 200 200 200 200 200 200 200",
    "/policies":                                  "200 200 200 200 200 200 200 200",
    "/policies/P09":                              "200 200 200 200 200 200 200 200",
    "/items":                                     "200 200 200 200 200 200 200 200",
    "/items/S01.a":                               "200 200 200 200 200 200 200 200",
    "/items/S01.a?entity_kind=%3F&premises=x":    "200 200 200 200 200 200 200 200",
    "/items/S24.a?for=1":                         "200 200 200 200 200 200 200 200",
    "/items/no-such-code":                        "404 404 404 404 404 404 404 404",
    "/items/S24.a/disputes":                      "405 405 405 405 405 405 405 405",
    "/material-free":                             "302 403 403 403 200 200 200 403",
    "/material-free/S24.a":                       "302 403 403 403 404 404 404 403",
    "/disputes":                                  "302 403 403 403 200 200 200 403",
    "/disputes/9/answer":                         "405 405 405 405 405 405 405 405",
    "/scenes/S04":                                "200 200 200 200 200 200 200 200",
    "/scenes/S04?signboard=yes&gathering=?":      "200 200 200 200 200 200 200 200",
    "/scenes/S99":                                "404 404 404 404 404 404 404 404",
    "/scenes/S04/plan":                           "200 200 200 200 200 200 200 200",
    "/scenes/S03/plan?way=普通注销&for=none":       "200 200 200 200 200 200 200 200",
    "/scenes/S03/plan?for=0":                     "404 404 404 404 404 404 404 404",
    "/scenes/S99/plan":                           "404 404 404 404 404 404 404 404",
    "/registers":                                 "200 200 200 200 200 200 200 200",
    "/registers/legal_persons":                   "200 200 200 200 200 200 200 200",
    "/session":                                   "200 200 200 200 200 200 200 200",
    "/health/live":                               "200 200 200 200 200 200 200 200",
    "/health/ready":                              "200 200 200 200 200 200 200 200",
    "/metrics":                                   "200 200 200 200 200 200 200 200",
    OWN:                                          "302 404 200 302 302 404 404 404",
    f"{OWN}/policies":                            "302 404 200 302 302 404 404 404",
    f"{OWN}/offers":                              "302 404 200 302 302 404 404 404",
    f"{OTHER}/offers":                            "302 404 404 302 302 404 404 404",
    f"{OWN}/readings":                            "302 404 200 302 302 404 404 404",
    OTHER:                                        "302 404 404 302 302 404 404 404",
    f"{OTHER}/policies":                          "302 404 404 302 302 404 404 404",
    f"{OTHER}/readings":                          "302 404 404 302 302 404 404 404",
    "/enterprises/91371502MA3C00404X":            "302 404 404 302 302 404 404 404",
    "/enterprises":                               "302 403 403 200 200 403 403 403",
    "/enterprises?q=聊城":                         "302 403 403 200 200 403 403 403",
    "/me":                                        "302 200 404 404 404 404 404 404",
    "/me/policies":                               "302 200 404 404 404 404 404 404",
    "/me/readings":                               "302 200 404 404 404 404 404 404",
    "/me/offers":                                 "302 200 404 404 404 404 404 404",
    "/tasks":                                     "302 403 403 200 200 403 403 403",
    "/tasks/0":                                   "302 403 403 404 404 403 403 403",
    "/emergencies":                               "405 405 405 405 405 405 405 405",
    "/emergencies/0":                             "302 403 403 404 404 403 403 403",
    "/emergencies/0/review":                      "405 405 405 405 405 405 405 405",
    "/readings/0/question":                       "405 405 405 405 405 405 405 405",
    "/oversight":                                 "302 403 403 403 403 403 200 403",
    "/oversight/questions/0/answer":              "405 405 405 405 405 405 405 405",
    "/data-requests":                             "302 403 403 403 200 200 200 403",
    "/data-requests/new/population":              "302 403 403 403 404 403 403 403",
    "/data-requests/0":                           "302 403 403 403 404 404 404 403",
    "/data-requests/0/records":                   "405 405 405 405 405 405 405 405",
    "/data-requests/0/approval":                  "405 405 405 405 405 405 405 405",
    "/delivery":                                  "302 403 403 403 200 403 200 403",
    "/delivery/P09/2025":                         "302 403 403 403 200 403 200 403",
    "/delivery/P99/2025":                         "302 403 403 403 404 403 404 403",
    "/delivery/payments/0":                       "302 403 403 403 404 403 404 403",
    "/delivery/offers/0":                         "302 403 403 403 404 403 404 403",
    "/notices":                                   "200 200 200 200 200 200 200 200",
    "/notices/P09/2025":                          "200 200 200 200 200 200 200 200",
    "/notices/P99/2025":                          "404 404 404 404 404 404 404 404",
    "/offers/0/acceptance":                       "405 405 405 405 405 405 405 405",
    "/offers/0/declination":                      "405 405 405 405 405 405 405 405",
    "/offers/0/dispute":                          "405 405 405 405 405 405 405 405",
    "/offers/0/objections":                       "405 405 405 405 405 405 405 405",
    "/matches":                                   "302 403 403 403 200 403 200 403",
    "/drafts":                                    "302 403 403 403 200 403 200 403",
    "/drafts/words":                              "302 403 403 403 200 403 403 403",
    "/drafts/9":                                  "302 403 403 403 404 403 404 403",
    "/drafts/9/tables/none.dmn":                  "302 403 403 403 404 403 404 403",
    "/drafts/9/trial":                            "405 405 405 405 405 405 405 405",
    "/drafts/9/subjects.csv":                     "405 405 405 405 405 405 405 405",
    "/drafts/9/submission":                       "405 405 405 405 405 405 405 405",
    "/drafts/9/disposal":                         "405 405 405 405 405 405 405 405",
    "/drafts/9/approval":                         "405 405 405 405 405 405 405 405",
    "/drafts/9/return":                           "405 405 405 405 405 405 405 405",
    "/drafts/9/tables":                           "405 405 405 405 405 405 405 405",
    "/policies/P09/versions/2025/withdrawal":     "405 405 405 405 405 405 405 405",
    "/cockpit":                                   "302 403 403 403 200 403 200 200",
    "/cockpit?year=2024&policy=P09&measure=days": "302 403 403 403 200 403 200 200",
    "/cockpit?measure=nothing":                   "302 403 403 403 404 403 404 404",
    "/cockpit?year=soon":                         "302 403 403 403 404 403 404 404",
    "/cockpit?policy=P99":                        "302 403 403 403 404 403 404 404",
    "/cockpit/seed":                              "302 403 403 403 200 403 200 200",
    "/cockpit/policies.csv":                      "302 403 403 403 200 403 200 200",
    "/quality":                                   "302 403 403 403 200 200 200 403",
    "/quality/legal_persons/quarantine.csv":      "302 403 403 403 403 200 403 403",
    "/ledger":                                    "302 403 403 403 403 403 200 403",
    "/ledger/entries/0":                          "302 403 403 403 403 403 404 403",
    "/log":                                       "200 200 200 200 200 200 200 200",
    "/certificates":                              "302 200 200 403 403 403 403 403",
    "/certificates/0.pdf":                        "302 404 404 403 403 403 403 403",
    "/certificates/requests":                     "302 200 200 403 403 403 403 403",
    "/certificates/requests/0":                   "302 404 404 403 403 403 403 403",
    "/certificates/requests/0/consent":           "405 405 405 405 405 405 405 405",
    "/certificates/requests/0/refusal":           "405 405 405 405 405 405 405 405",
    "/certificates/requests/0/revocation":        "405 405 405 405 405 405 405 405",
    "/certificates/0/present":                    "302 404 404 403 403 403 403 403",
    "/certificates/counter":                      "302 403 403 200 200 403 403 403",
    "/certificates/counter/asking":               "302 403 403 200 200 403 403 403",
    "/certificates/counter/asking?item=S01.a&kind=x": "302 403 403 200 200 403 403 403",
    "/certificates/counter/asking?kind=identity_card": "302 403 403 200 200 403 403 403",
    "/certificates/counter/requests/0":           "302 403 403 404 404 403 403 403",
    "/certificates/counter/requests/0/look":      "405 405 405 405 405 405 405 405",
    "/certificates/status/0":                     "404 404 404 404 404 404 404 404",
    "/certificates/keys":                         "200 200 200 200 200 200 200 200",
    "/verification":                              "200 200 200 200 200 200 200 200",
    "/accounts":                                  "302 403 403 403 403 403 200 200",
    "/letters":                                  "302 200 200 403 403 403 403 403",
    "/letters/readings":                         "405 405 405 405 405 405 405 405",
    "/letters/404":                              "302 404 404 403 403 403 403 403",
    "/preferences":                              "302 200 200 403 403 403 403 403",
    "/preferences/channels":                     "405 405 405 405 405 405 405 405",
    "/preferences/feeds/404":                    "405 405 405 405 405 405 405 405",
    "/reach":                                    "302 403 403 403 200 403 200 200",
    "/reach/404/resending":                      "405 405 405 405 405 405 405 405",
    "/calendar":                                 "200 200 200 200 200 200 200 200",
    "/calendar.ics":                             "200 200 200 200 200 200 200 200",
    "/feeds/no-such-token.atom":                 "404 404 404 404 404 404 404 404",
    "/feeds/no-such-token.ics":                  "404 404 404 404 404 404 404 404",
    f"{OWN}/recoveries":                          "302 404 200 302 302 404 404 404",
    f"{OTHER}/recoveries":                        "302 404 404 302 302 404 404 404",
    "/delivery/recoveries":                       "302 403 403 403 200 403 200 403",
    "/delivery/recoveries/9":                     "302 403 403 403 404 403 404 403",
    "/delivery/recoveries/demand/9":              "302 403 403 403 404 403 403 403",
    "/delivery/recoveries/9/plan":                "405 405 405 405 405 405 405 405",
    "/delivery/recoveries/9/receipts":            "405 405 405 405 405 405 405 405",
    "/delivery/recoveries/9/waiver":              "405 405 405 405 405 405 405 405",
    "/exchange":                                  "302 403 403 403 403 403 200 200",
    "/exchange/messages/9":                       "302 403 403 403 403 403 404 404",
    "/exchange/reconciliations/9":                "302 403 403 403 403 403 404 404",
    "/exchange/messages/9/replay":                "405 405 405 405 405 405 405 405",
    "/exchange/treasury/replay":                  "405 405 405 405 405 405 405 405",
    "/exchange/treasury/reconcile":               "405 405 405 405 405 405 405 405",
    "/session/end":                               "405 405 405 405 405 405 405 405",
    "/comfort":                                   "405 405 405 405 405 405 405 405",
    "/language":                                  "405 405 405 405 405 405 405 405",
}  # fmt: skip


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    town.build(tmp_path)


@pytest.fixture
def enter(client: Client, account_of: AccountOf) -> Callable[[Role | None], Client]:
    """The client, signed in as the holder of a role who has the mandate that goes with it."""

    def as_(role: Role | None) -> Client:
        client.logout()
        if role is not None:
            account = account_of(role)
            if role is Role.AGENT:
                give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
            if role is Role.CITIZEN:
                give_mandate(account, town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
            client.force_login(account, BACKEND)
        return client

    return as_


def test_who_may_open_which_page(city: None, enter: Callable[[Role | None], Client]) -> None:
    met: dict[str, list[str]] = {path: [] for path in DOORS}
    for who in WHO:
        client = enter(who)
        for path in DOORS:
            met[path].append(str(client.get(path).status_code))
    assert {path: " ".join(statuses) for path, statuses in met.items()} == DOORS


def test_the_navigation_names_each_page_once() -> None:
    routes = [way.route for way in WAYS]
    assert sorted(set(routes)) == sorted(routes)


def test_no_page_is_left_out_of_the_table() -> None:
    shapes = [re.sub(r"<[^>]+>", "[^/]+", str(page.pattern)) for page in urlpatterns if isinstance(page, URLPattern)]
    paths = [path.split("?")[0].removeprefix("/") for path in DOORS]
    assert [shape for shape in shapes if not any(re.fullmatch(shape, path) for path in paths)] == []


def test_an_outsider_cannot_tell_a_firm_that_is_not_theirs_from_one_that_is_not_there(
    city: None, enter: Callable[[Role | None], Client]
) -> None:
    agent = enter(Role.AGENT)
    there, nowhere = agent.get(OTHER), agent.get("/enterprises/91371502MA3C00404X")
    cut = re.compile(rb"[\w]{64}|9137\w+")
    assert cut.sub(b"", there.content) == cut.sub(b"", nowhere.content)


def test_a_refused_reading_leaves_no_reading_and_a_reading_leaves_one(city: None, enter: Callable[[Role | None], Client]) -> None:
    enter(Role.AGENT).get(OTHER)
    assert not Entry.objects.filter(act="facts.read", subject=f"enterprise:{town.WILLOW}").exists()
    clerk = enter(Role.CLERK)
    assert clerk.get(OTHER)["Location"].startswith("/tasks?subject=")
    assert not Entry.objects.filter(act="facts.read", subject=f"enterprise:{town.WILLOW}").exists()
    said = {"subject": town.WILLOW, "purpose": "counter", "about": "办件 20251201-7 企业变更", "next": OTHER}
    assert clerk.post("/tasks", said)["Location"] == OTHER
    assert clerk.get(OTHER).status_code == 200
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.WILLOW}")
    assert entry.payload["purpose"] == "counter" and entry.payload["matter"].startswith("task:")
    assert "窗口人员为窗口办理查看了" in clerk.get(f"{OTHER}/readings").content.decode()


def test_taking_quarantined_rows_away_is_recorded(city: None, enter: Callable[[Role | None], Client]) -> None:
    answer = enter(Role.STEWARD).get("/quality/legal_persons/quarantine.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "代码写错的公司" in text and "_隔离编号" in text.splitlines()[0]
    assert "attachment" in answer["Content-Disposition"] and answer["Cache-Control"] == "no-store"
    assert Entry.objects.filter(act="facts.take_quarantine", subject="register:legal_persons").count() == 1


def test_a_files_pages_are_kept_by_no_cache(city: None, enter: Callable[[Role | None], Client]) -> None:
    assert "no-store" in enter(Role.AGENT).get(OWN)["Cache-Control"]


def test_the_ledgers_page_hides_citizen_numbers(city: None, enter: Callable[[Role | None], Client]) -> None:
    enter(Role.CITIZEN).get("/me")
    text = enter(Role.AUDITOR).get("/ledger").content.decode()
    assert "facts.read" in text and town.CITIZEN[:6] in text and town.CITIZEN not in text
