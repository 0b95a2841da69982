"""Use of certificates on the pages: what a holder is asked and answers, what a verifier sees, and who may do which of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.certificates import asking, showing
from chengban.certificates.asking import Choice, Terms, Wanted
from chengban.certificates.models import Certificate, RequestStep, ShowCode, Use, UseRequest
from chengban.packs import Pack
from chengban.portal import use_pages
from chengban.portal.ask_forms import chosen_kinds
from chengban.portal.views.counter import MOST
from chengban.reach.models import Kind, Letter
from tests import town
from tests.certificates.issued import CLERK, card, licence, permit
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"
READER = Terms("办理读者证", "公共图书馆法第三十三条", "3715022025120100007", town.ON + timedelta(days=3))
ASKED = {
    "holder": f" {town.CITIZEN.lower()} ", "purpose": READER.purpose, "clause": READER.clause, "case": READER.case,
    "times": "1", "until": "2025-12-04", "identity_card.holder": "required", "identity_card.is_18": "required",
    "identity_card.sex": "optional",
}  # fmt: skip
ASKING = "/certificates/counter/asking"


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
def enter(account_of: AccountOf) -> Callable[[Role | None], Client]:
    """A client of its own for each role; the citizen is the town's, the agent acts for 清荷."""

    def as_(role: Role | None) -> Client:
        client = Client()
        if role is not None:
            account = account_of(role)
            whose = {Role.AGENT: (town.LOTUS, MandateKind.ENTERPRISE), Role.CITIZEN: (town.CITIZEN, MandateKind.CITIZEN)}.get(role)
            if whose and whose[0] not in account.subjects:
                give_mandate(account, whose[0], kind=whose[1], by=SETUP)
            client.force_login(account, BACKEND)
        return client

    return as_


def asked(pack: Pack, account: Account, **changed: Any) -> UseRequest:
    how: dict[str, Any] = {"verifier": use_pages.verifier_of(pack, account), "by": account.actor, "on": town.ON, **changed}
    wanted = [Wanted("identity_card", ["holder", "is_18"], ["sex"])]
    return asking.ask(pack, town.CITIZEN, wanted, how.pop("terms", READER), **how)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_the_question_to_what_is_seen(pack: Pack, enter: Callable[[Role | None], Client]) -> None:
    held, clerk, citizen = card(pack), enter(Role.CLERK), enter(Role.CITIZEN)
    where = clerk.post(f"{ASKING}?kind=identity_card", ASKED)["Location"]
    assert "等持证人答复" in text_of(clerk.get(where)) and "周清荷" not in text_of(clerk.get(where))
    made = UseRequest.objects.get()
    assert "有 1 个用证请求等您答复" in text_of(citizen.get("/certificates"))
    page = text_of(citizen.get(f"/certificates/requests/{made.pk}"))
    for words in (
        "聊城市政务服务窗口",
        "办理读者证",
        "公共图书馆法第三十三条",
        "已满18周岁",
        "性别：女性",
        "对方看不到：",
        "出生日期",
    ):
        assert words in page, words
    assert "1990年3月7日" not in page
    assert (
        citizen.post(
            f"/certificates/requests/{made.pk}/consent", {"identity_card": held.pk, "identity_card.extra": "sex"}
        ).status_code
        == 302
    )
    seen = clerk.post(f"{where}/look")
    assert (
        seen.status_code == 200
        and "证照真实、有效" in text_of(seen)
        and "周清荷" in text_of(seen)
        and "no-store" in seen["Cache-Control"]
    )
    assert "1990" not in text_of(seen)
    again = clerk.post(f"{where}/look")
    assert again.status_code == 409 and "再看是重放" in text_of(again) and "周清荷" not in text_of(again)
    assert "等您答复" not in text_of(citizen.get("/certificates"))
    assert "第 1 次" in text_of(citizen.get(f"/certificates/requests/{made.pk}"))
    letters = Letter.objects.filter(subject=town.CITIZEN).order_by("pk")
    assert [letter.kind for letter in letters] == [Kind.CERTIFICATE_ASKED, Kind.CERTIFICATE_USED]
    assert letters[1].link == f"/certificates/requests/{made.pk}"


def test_refusing_and_taking_back(pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf) -> None:
    held, clerk, citizen = card(pack), account_of(Role.CLERK), enter(Role.CITIZEN)
    refused, taken = asked(pack, clerk), None
    citizen.post(f"/certificates/requests/{refused.pk}/refusal", {"reason": "我带原件来"})
    assert "我带原件来" in text_of(enter(Role.CLERK).get(f"/certificates/counter/requests/{refused.pk}"))
    taken = asked(pack, clerk)
    citizen.post(f"/certificates/requests/{taken.pk}/consent", {"identity_card": held.pk})
    citizen.post(f"/certificates/requests/{taken.pk}/revocation")
    answer = enter(Role.CLERK).post(f"/certificates/counter/requests/{taken.pk}/look")
    assert answer.status_code == 409 and "已经收回同意" in text_of(answer)
    assert list(RequestStep.objects.order_by("pk").values_list("act", flat=True)) == ["refused", "consented", "revoked"]


def test_who_has_no_such_certificate_cannot_agree(
    pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf
) -> None:
    made, citizen = asked(pack, account_of(Role.CLERK)), enter(Role.CITIZEN)
    page = text_of(citizen.get(f"/certificates/requests/{made.pk}"))
    assert "没有这种有效的证照" in page and "同意出示</button>" not in page
    after = citizen.post(f"/certificates/requests/{made.pk}/consent", {"identity_card": "7"}, follow=True)
    assert "您持有的居民身份证" in text_of(after) and not RequestStep.objects.exists()


def test_a_code_is_shown_and_read_once(pack: Pack, enter: Callable[[Role | None], Client]) -> None:
    held, clerk, citizen = card(pack), enter(Role.CLERK), enter(Role.CITIZEN)
    page = citizen.post(f"/certificates/{held.pk}/present", {"fields": ["holder", "is_18"]})
    code = page.context["code"]
    assert "<svg" in text_of(page) and "no-store" in page["Cache-Control"]
    seen = clerk.post("/certificates/counter", {"code": code, "purpose": "核对年龄"})
    assert seen.status_code == 200 and "周清荷" in text_of(seen) and "已满18周岁" in text_of(seen) and "1990" not in text_of(seen)
    again = clerk.post("/certificates/counter", {"code": code, "purpose": "核对年龄"})
    assert again.status_code == 422 and "可能是重放" in text_of(again) and "周清荷" not in text_of(again)
    assert "核对年龄" in Letter.objects.get(kind=Kind.CERTIFICATE_USED).body


def test_codes_are_not_guessed_in_a_row(pack: Pack, enter: Callable[[Role | None], Client]) -> None:
    clerk = enter(Role.CLERK)
    for _ in range(MOST):
        assert "没有这个出示码" in text_of(clerk.post("/certificates/counter", {"code": "0" * 12, "purpose": "x"}))
    assert "太频繁" in text_of(clerk.post("/certificates/counter", {"code": "0" * 12, "purpose": "x"}))


@pytest.mark.parametrize(
    "changed", [{"holder": ""}, {"times": "many"}, {"until": "soon"}, {"purpose": " "}, {"until": "2027-01-01"}]
)
def test_a_form_that_says_too_little_comes_back_as_it_was(
    pack: Pack, enter: Callable[[Role | None], Client], changed: dict[str, str]
) -> None:
    answer = enter(Role.CLERK).post(f"{ASKING}?kind=identity_card", ASKED | changed)
    assert answer.status_code == 422 and "有内容需要改" in text_of(answer) and 'value="required" selected' in text_of(answer)
    assert not UseRequest.objects.exists()


def test_an_item_names_the_certificates_that_it_needs(pack: Pack, enter: Callable[[Role | None], Client]) -> None:
    item = next(one for one in pack.items.values() if use_pages.certificates_of(pack, one))
    page = text_of(enter(Role.CLERK).get(f"{ASKING}?item={item.id}"))
    assert f"办理{item.name}" in page and all(kind.name in page for kind in use_pages.certificates_of(pack, item))


# Who may do what ------------------------------------------------------------------------------------------------------

POSTS = {
    # what                   visitor citizen agent clerk officer steward auditor administrator
    "consent":              "302 302 404 403 403 403 403 403",
    "refusal":              "302 302 404 403 403 403 403 403",
    "revocation":           "302 302 404 403 403 403 403 403",
    "present":              "302 200 404 403 403 403 403 403",
    "counter":              "302 403 403 200 200 403 403 403",
    "asking":               "302 403 403 302 302 403 403 403",
    "look":                 "302 403 403 200 404 403 403 403",
}  # fmt: skip
"""The clerk asked, and the officer is of another department, so that the look is not theirs."""


@pytest.mark.parametrize("what", list(POSTS))
def test_who_may_do_what(what: str, pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf) -> None:
    held, clerk, officer = card(pack), account_of(Role.CLERK), account_of(Role.OFFICER)
    Account.objects.filter(pk=officer.pk).update(department="tax")
    met = []
    for who in (None, *Role):
        with transaction.atomic():
            at = transaction.savepoint()
            met.append(str(_done(what, pack, enter(who), held, clerk)))
            transaction.savepoint_rollback(at)
    assert " ".join(met) == POSTS[what]


def _done(what: str, pack: Pack, client: Client, held: Certificate, clerk: Account) -> int:
    """The status of one act, as far along as it must be."""
    made = asked(pack, clerk, terms=Terms("核验", "条例第一条", f"case-{what}", town.ON))
    if what in ("revocation", "look"):
        asking.consent(pack, made, {"identity_card": Choice(held.pk)}, by=CLERK, on=town.ON)
    code = showing.show(pack, held, [], by=CLERK, on=town.ON)[1] if what == "counter" else ""
    path = {
        "present": f"/certificates/{held.pk}/present", "counter": "/certificates/counter", "asking": f"{ASKING}?kind=identity_card",
        "look": f"/certificates/counter/requests/{made.pk}/look",
    }.get(what, f"/certificates/requests/{made.pk}/{what}")  # fmt: skip
    before = (RequestStep.objects.count(), Use.objects.count(), UseRequest.objects.count(), ShowCode.objects.count())
    status = client.post(path, ASKED | {"identity_card": str(held.pk), "code": code}).status_code
    after = (RequestStep.objects.count(), Use.objects.count(), UseRequest.objects.count(), ShowCode.objects.count())
    may = client.session.get("_auth_user_id") is not None and status < 400
    assert (before != after) is may
    return status


def test_another_departments_request_is_that_of_nobody(
    pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf
) -> None:
    officer = account_of(Role.OFFICER)
    Account.objects.filter(pk=officer.pk).update(department="tax")
    made = asked(pack, Account.objects.get(pk=officer.pk))
    assert made.audience == pack.departments["tax"].name
    assert enter(Role.OFFICER).get(f"/certificates/counter/requests/{made.pk}").status_code == 200
    assert enter(Role.CLERK).get(f"/certificates/counter/requests/{made.pk}").status_code == 404
    clerk = account_of(Role.CLERK)
    Account.objects.filter(pk=clerk.pk).update(department="tax")
    assert enter(Role.CLERK).get(f"/certificates/counter/requests/{made.pk}").status_code == 200


# Lists, and what is read from outside ---------------------------------------------------------------------------------


def test_lists_ask_as_often_for_one_as_for_three(
    pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk, citizen, held = enter(Role.CLERK), enter(Role.CITIZEN), card(pack)
    first = asked(pack, account_of(Role.CLERK))
    asking.consent(pack, first, {"identity_card": Choice(held.pk)}, by=CLERK, on=town.ON)
    counted = {}
    for client, path in ((citizen, "/certificates/requests"), (clerk, "/certificates/counter")):
        with django_assert_num_queries(7 if client is citizen else 6) as found:
            client.get(path)
        counted[path] = len(found)
    for case in ("2", "3"):
        asked(pack, account_of(Role.CLERK), terms=Terms("核验", "条例第一条", case, town.ON))
    for client, path in ((citizen, "/certificates/requests"), (clerk, "/certificates/counter")):
        with django_assert_num_queries(counted[path]):
            assert text_of(client.get(path)).count("核验") >= 2


def test_several_certificates_of_a_type_are_chosen_from(
    pack: Pack, enter: Callable[[Role | None], Client], account_of: AccountOf
) -> None:
    first, second = permit(pack), permit(pack)
    licence(pack)
    clerk = account_of(Role.CLERK)
    made = asking.ask(
        pack, town.LOTUS, [Wanted("sanitary_permit")], READER, verifier=use_pages.verifier_of(pack, clerk),
        by=clerk.actor, on=town.ON,
    )  # fmt: skip
    page = text_of(enter(Role.AGENT).get(f"/certificates/requests/{made.pk}"))
    assert first.number in page and second.number in page and page.count('type="radio"') == 2


Posted = st.dictionaries(
    st.sampled_from(["identity_card", "identity_card.extra", "identity_card.sex", "identity_card.holder", "x", "kind", "item"]),
    st.lists(st.text(max_size=30) | st.sampled_from(["1", "sex", "required", "optional", "identity_card", "S04.d"]), max_size=4),
)


@settings(max_examples=150)
@given(Posted)
def test_whatever_is_posted_is_read_or_left(given: dict[str, list[str]]) -> None:
    pack = packs.current()
    kinds = [pack.certificates["identity_card"]]
    for one in use_pages.wanted(kinds, given):
        assert set(one.required) | set(one.optional) <= set(use_pages.choosable(kinds[0])) and not set(one.required) & set(
            one.optional
        )
    query = QueryDict(mutable=True)
    for name, values in given.items():
        query.setlist(name, values)
    assert {kind.id for kind in chosen_kinds(pack, query)} <= set(pack.certificates)
