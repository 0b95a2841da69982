"""The inbox, the preferences, the officers' page, the feeds and the calendar, as pages and for each role."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban import packs
from chengban.accounts.domain import give_mandate, withdraw_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.exchange.domain import settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message
from chengban.ledger.models import Entry
from chengban.policies.models import OfferStep
from chengban.policies.offers import accept, confirm, give_notice
from chengban.reach.domain import tell
from chengban.reach.models import Feed, Letter, Preference, Sending
from chengban.reach.preferring import open_feed
from chengban.reach.sending import standing, unreached
from tests import town
from tests.people import SETUP
from tests.policies.test_offers import proposed

pytestmark = pytest.mark.django_db
AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO: tuple[Role | None, ...] = (None, *Role)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def enter(client: Client, account_of: AccountOf, monkeypatch: pytest.MonkeyPatch) -> Callable[[Role | None], Client]:
    """The client as the holder of a role; the agent acts for 清荷 and can be reached."""
    monkeypatch.setenv("CHENGBAN_SMS_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("CHENGBAN_MAIL_URL", raising=False)

    def as_(role: Role | None) -> Client:
        client.logout()
        if role is not None:
            account = account_of(role)
            if role is Role.AGENT:
                give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
                Account.objects.filter(pk=account.pk).update(phone="13800005678")
            client.force_login(account, BACKEND)
        return client

    return as_


Enter = Callable[[Role | None], Client]


def letter(subject: str = town.LOTUS, about: str = "offer:12", title: str = "您有一笔稳岗返还待确认") -> Letter:
    tell(subject, "offer_waits", about, title, "金额 21,600 元。", f"/enterprises/{subject}/policies", by=SETUP)
    return Letter.objects.get(subject=subject, about=about)


def failed_sending(enter: Enter) -> Sending:
    enter(Role.AGENT)
    letter()
    settle([(message, Refused("空号")) for message in Message.objects.all()], by=SETUP)
    return Sending.objects.get()


POSTS = {
    # path                        visitor citizen agent clerk officer steward auditor administrator
    "/letters/readings":          "302 302 302 403 403 403 403 403",
    "/preferences":               "302 302 302 403 403 403 403 403",
    "/preferences/channels":      "302 302 302 403 403 403 403 403",
    "/preferences/feeds/404":     "302 404 404 403 403 403 403 403",
    "/reach/404/resending":       "302 403 403 403 404 403 403 404",
}  # fmt: skip


@pytest.mark.parametrize(("path", "statuses"), POSTS.items(), ids=list(POSTS))
def test_who_may_post_what(path: str, statuses: str, enter: Enter) -> None:
    met = {str(who or "visitor"): enter(who).post(path, {"order": "sms"}).status_code for who in WHO}
    assert met == dict(zip([str(who or "visitor") for who in WHO], map(int, statuses.split()), strict=True))
    assert enter(None).post(path)["Location"].startswith("/session")


def test_opening_a_letter_is_reading_it_and_asking_for_its_head_is_not(enter: Enter) -> None:
    agent, one = enter(Role.AGENT), letter()
    assert '<span class="count">1' in agent.get("/calendar").content.decode()
    assert agent.head(f"/letters/{one.pk}").status_code == 200 and not one.read_marks.exists()
    page = agent.get(f"/letters/{one.pk}")
    assert "金额 21,600 元" in page.content.decode() and "no-store" in page["Cache-Control"]
    assert one.read_marks.count() == 1
    agent.get(f"/letters/{one.pk}")
    assert one.read_marks.count() == 1 == Entry.objects.filter(act="reach.read").count()
    assert 'class="count"' not in agent.get("/letters").content.decode()


def test_anothers_letter_is_that_of_nobody(enter: Enter) -> None:
    agent, other = enter(Role.AGENT), letter(town.WILLOW)
    assert agent.get(f"/letters/{other.pk}").status_code == agent.get("/letters/999999").status_code == 404
    assert "待确认" not in agent.get("/letters").content.decode()
    there = agent.post(f"/api/letters/{other.pk}/reading")
    nowhere = agent.post("/api/letters/999999/reading")
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json()) == (404, nowhere.json())
    assert agent.get("/api/letters").json() == [] and not other.read_marks.exists()


def test_all_are_read_at_once(enter: Enter) -> None:
    agent = enter(Role.AGENT)
    for number in range(3):
        letter(about=f"offer:{number}")
    letter(town.WILLOW)
    assert "把 3 封未读全部标为已读" in agent.get("/letters").content.decode()
    assert agent.post("/letters/readings")["Location"] == "/letters"
    assert Letter.objects.filter(read_marks=None).count() == 1


def test_the_inbox_puts_the_unread_first(enter: Enter) -> None:
    agent = enter(Role.AGENT)
    old, new = letter(about="offer:1", title="旧信"), letter(about="offer:2", title="新信")
    agent.get(f"/letters/{new.pk}")
    text = agent.get("/letters").content.decode()
    assert text.index("旧信") < text.index("新信")
    assert old.pk < new.pk


def test_a_letter_is_read_through_the_api(enter: Enter) -> None:
    agent, one = enter(Role.AGENT), letter()
    (listed,) = agent.get("/api/letters").json()
    assert (listed["id"], listed["kind"], listed["about"], listed["is_read"]) == (one.pk, "offer_waits", "offer:12", False)
    assert agent.post(f"/api/letters/{one.pk}/reading").json()["is_read"] is True
    assert agent.post(f"/api/letters/{one.pk}/reading").json()["is_read"] is True
    assert one.read_marks.count() == 1 and agent.get("/api/letters").json()[0]["is_read"] is True


API_POSTS = "401 404 404 403 403 403 403 403"


def test_who_may_mark_through_the_api(enter: Enter) -> None:
    met = [enter(who).post("/api/letters/404/reading").status_code for who in WHO]
    assert met == list(map(int, API_POSTS.split()))


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        assert client.get(path).status_code == 200
    return len(made)


@pytest.mark.parametrize("path", ["/letters", "/api/letters"])
def test_three_letters_cost_as_many_queries_as_one(path: str, enter: Enter) -> None:
    agent = enter(Role.AGENT)
    letter()
    one = queries(agent, path)
    letter(about="offer:1")
    letter(about="offer:2")
    assert queries(agent, path) == one


def test_three_failures_cost_as_many_queries_as_one(enter: Enter) -> None:
    failed_sending(enter)
    officer = enter(Role.OFFICER)
    one = queries(officer, "/reach")
    for number in range(2):
        letter(about=f"offer:{number}")
    settle([(message, Refused("空号")) for message in Message.objects.all()], by=SETUP)
    assert unreached().count() == 3 and queries(officer, "/reach") == one


def test_the_number_of_unread_is_one_query_and_none_for_visitors_and_staff(enter: Enter) -> None:
    letter()
    for who, asked in ((None, 0), (Role.OFFICER, 0), (Role.AGENT, 1)):
        client = enter(who)
        with CaptureQueriesContext(connection) as made:
            client.get("/calendar")
        assert sum("reach_letter" in query["sql"] for query in made) == asked
        assert who is not None or len(made) == 1, "what was published, and nothing else"


def test_contacts_are_kept_shown_masked_and_forgotten(enter: Enter, account_of: AccountOf) -> None:
    agent, account = enter(Role.AGENT), account_of(Role.AGENT)
    agent.post("/preferences", {"phone": "139 0000 1234", "email": "lin@example.cn"})
    account.refresh_from_db()
    assert (account.phone, account.email) == ("13900001234", "lin@example.cn")
    text = agent.get("/preferences").content.decode()
    assert "139****1234" in text and "l***@example.cn" in text
    assert "13900001234" not in text and "lin@example.cn" not in text
    agent.post("/preferences", {"email": "", "forget_phone": "on"})
    account.refresh_from_db()
    assert (account.phone, account.email) == ("", "lin@example.cn")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"phone": "12345"}, "手机号应为 11 位"),
        ({"email": "lin at example"}, "电子邮箱的写法不对"),
        ({"email": f"{'a' * 250}@b.cn"}, "254"),
    ],
)
def test_a_contact_that_is_none_is_said_beside_its_field(given: dict[str, str], sentence: str, enter: Enter) -> None:
    answer = enter(Role.AGENT).post("/preferences", given)
    text = answer.content.decode()
    assert answer.status_code == 422 and sentence in text and f"#id_{next(iter(given))}" in text


def test_an_order_is_chosen_and_nonsense_changes_nothing(enter: Enter) -> None:
    agent = enter(Role.AGENT)
    agent.post("/preferences/channels", {"order": "mail+sms", "quiet": "on"})
    assert (Preference.objects.get().channels, Preference.objects.get().quiet) == (["mail", "sms"], True)
    agent.post("/preferences/channels", {"order": "pigeon"})
    agent.post("/preferences/channels", {})
    assert Preference.objects.get().channels == ["mail", "sms"]
    agent.post("/preferences/channels", {"order": ""})
    assert Preference.objects.get().channels == []


def test_the_officer_sees_what_failed_and_sends_it_again(enter: Enter) -> None:
    sending = failed_sending(enter)
    for who, has_button in ((Role.OFFICER, True), (Role.ADMINISTRATOR, True), (Role.AUDITOR, False)):
        text = enter(who).get("/reach").content.decode()
        assert "空号" in text and ("resending" in text) is has_button
        assert "138" not in text
    answer = enter(Role.OFFICER).post(f"/reach/{sending.pk}/resending", follow=True)
    assert "已重新放入待发送" in answer.content.decode()
    assert standing().get().outcome == "queued"
    again = enter(Role.OFFICER).post(f"/reach/{sending.pk}/resending", follow=True)
    assert "不用重发" in again.content.decode()


# Feeds and calendars -------------------------------------------------------------------------------------------------


def opened(enter: Enter, account_of: AccountOf) -> tuple[Client, str]:
    agent = enter(Role.AGENT)
    mandate = account_of(Role.AGENT).mandates.get()
    text = agent.post(f"/preferences/feeds/{mandate.pk}").content.decode()
    address = text.split(".atom")[0].rsplit("/feeds/", 1)[1]
    return agent, address


def test_a_feed_is_atom_and_answers_304_to_those_who_have_it(enter: Enter, account_of: AccountOf) -> None:
    agent, token = opened(enter, account_of)
    letter(title="标题 <&> \x0b 尾")
    agent.logout()
    answer = agent.get(f"/feeds/{token}.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert all(root.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author/" + ATOM + "name"))
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "标题 <&>  尾"
    assert all(entry.find(f"{ATOM}{name}") is not None for name in ("id", "updated", "link"))
    assert "21,600" not in answer.content.decode() and town.LOTUS not in answer.content.decode()
    known = agent.get(f"/feeds/{token}.atom", headers={"if-none-match": answer["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    letter(about="offer:13")
    assert agent.get(f"/feeds/{token}.atom", headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_a_token_is_kept_as_a_digest_and_can_be_renewed_and_withdrawn(enter: Enter, account_of: AccountOf) -> None:
    agent, first = opened(enter, account_of)
    assert len(first) >= 43 and first not in str(list(Feed.objects.values()))
    assert first not in str(list(Entry.objects.values_list("payload", flat=True)))
    assert first not in agent.get("/preferences").content.decode(), "shown once"
    _, second = opened(enter, account_of)
    assert agent.get(f"/feeds/{first}.atom").status_code == 404
    assert agent.get(f"/feeds/{second}.atom").status_code == 200
    agent.post(f"/preferences/feeds/{account_of(Role.AGENT).mandates.get().pk}", {"withdraw": "1"})
    assert agent.get(f"/feeds/{second}.atom").status_code == agent.get(f"/feeds/{second}.ics").status_code == 404
    assert Feed.objects.filter(withdrawn_at=None).count() == 0 and Feed.objects.count() == 2


def test_a_feed_ends_with_the_mandate_and_belongs_to_nobody_else(enter: Enter, account_of: AccountOf) -> None:
    agent, token = opened(enter, account_of)
    mandate = account_of(Role.AGENT).mandates.get()
    assert enter(Role.CITIZEN).post(f"/preferences/feeds/{mandate.pk}").status_code == 404
    withdraw_mandate(mandate, by=SETUP)
    assert agent.get(f"/feeds/{token}.atom").status_code == 404


def test_the_citys_calendar_holds_each_opening_and_each_end(client: Client) -> None:
    answer = client.get("/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    versions = [version for policy in packs.current().policies.values() for version in policy.versions]
    assert len(events) == len(versions) + sum(version.until is not None for version in versions)
    assert len({str(event["uid"]) for event in events}) == len(events)
    known = client.get("/calendar.ics", headers={"if-none-match": answer["ETag"]})
    assert known.status_code == 304


def test_the_page_says_the_same_by_month(client: Client) -> None:
    pack = packs.current()
    for year in {version.since.year for policy in pack.policies.values() for version in policy.versions}:
        text = client.get(f"/calendar?year={year}").content.decode()
        due = [p for p in pack.policies.values() if any(v.since.year == year for v in p.versions)]
        assert all(f'href="/policies/{policy.id}?version=' in text for policy in due)
    assert "2024年1月" in client.get("/calendar?year=2024").content.decode()
    assert "1999 年没有开始或结束的政策" in client.get("/calendar?year=1999").content.decode()
    for nonsense in ("-1", "99999", "二〇二五", "٢٠٢٥"):
        assert client.get("/calendar", {"year": nonsense}).status_code == 200


def test_a_subjects_calendar_holds_what_it_qualifies_for_and_its_notices(
    enter: Enter, account_of: AccountOf, tmp_path: Path
) -> None:
    town.build(tmp_path)
    agent, token = opened(enter, account_of)
    offer = proposed(town.LOTUS)
    confirm(offer, by=SETUP)
    until = give_notice(offer, days=5, on=town.ON, by=SETUP)
    accept(offer, account="62001", by=SETUP)
    answer = agent.get(f"/feeds/{token}.ics")
    events = {str(event["uid"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}
    notice = events.pop(f"offer-{offer.pk}-notice@chengban")
    assert (notice["dtstart"].dt, int(notice["sequence"])) == (until, OfferStep.objects.filter(offer=offer).count())
    assert any(uid.startswith("P09-") for uid in events) and len(events) < len(packs.current().policies)
    agent.get(f"/feeds/{token}.ics")
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}")
    assert entry.payload["matter"].startswith("feed:"), "read once, though asked twice"


def test_nobody_opens_a_feed_of_anothers_subject(account_of: AccountOf) -> None:
    from chengban.reach.errors import NotYours

    with pytest.raises(NotYours):
        open_feed(account_of(Role.AGENT), town.WILLOW, by=SETUP)
