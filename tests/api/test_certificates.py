"""Certificates by the API: each role at each verb, the way from a question to what is seen, and whatever is sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.certificates import asking, sdjwt, showing, status
from chengban.certificates.asking import Choice, Terms, Wanted
from chengban.certificates.models import Certificate, RequestStep, ShowCode, Use, UseRequest
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.tokens import token_of
from chengban.packs import Pack
from chengban.portal.use_pages import verifier_of
from chengban.portal.views.certificates import MOST
from tests import town
from tests.api.test_doors import AccountOf
from tests.certificates.issued import CLERK, card, licence, permit
from tests.people import SETUP

As = Callable[[Role | None], Client]
ASKED: dict[str, Any] = {
    "subject": town.CITIZEN, "wanted": [{"kind": "identity_card", "required": ["holder", "is_18"], "optional": ["sex"]}],
    "purpose": "办理读者证", "clause": "公共图书馆法第三十三条", "case": "3715022025120100007", "until": "2025-12-04",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    cache.clear()


@pytest.fixture
def pack(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


@pytest.fixture
def as_(account_of: AccountOf) -> As:
    """A client of its own for each role; the citizen is the town's, the agent acts for 清荷."""

    def enter(role: Role | None) -> Client:
        client = Client()
        if role is not None:
            account = account_of(role)
            whose = {Role.AGENT: (town.LOTUS, MandateKind.ENTERPRISE), Role.CITIZEN: (town.CITIZEN, MandateKind.CITIZEN)}.get(role)
            if whose and whose[0] not in account.subjects:
                give_mandate(account, whose[0], kind=whose[1], by=SETUP)
            client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return client

    return enter


def post(client: Client, path: str, given: Any = None) -> Any:
    return client.post(f"/api/{path}", {} if given is None else given, content_type="application/json")


def test_from_the_question_to_what_is_seen(pack: Pack, as_: As) -> None:
    held, clerk, citizen = card(pack), as_(Role.CLERK), as_(Role.CITIZEN)
    made = post(clerk, "use-requests", ASKED).json()
    assert (made["stage"], made["left"], made["wanted"]) == ("waiting", 0, ASKED["wanted"])
    assert citizen.get("/api/use-requests").json() == [made] == clerk.get("/api/use-requests/asked").json()
    where = f"use-requests/{made['id']}"
    assert post(clerk, f"{where}/looks").status_code == 409
    agreed = post(citizen, f"{where}/consent", {"choices": [{"kind": "identity_card", "certificate": held.pk}]}).json()
    assert (agreed["stage"], agreed["left"]) == ("consented", 1)
    (seen,) = post(clerk, f"{where}/looks").json()
    assert (seen["verdict"]["outcome"], seen["verdict"]["bound"], seen["verdict"]["claims"]["is_18"]) == ("valid", True, True)
    assert {one.name for one in sdjwt.read(seen["presentation"]).disclosures} == {"holder", "is_18"}
    again = post(clerk, f"{where}/looks")
    assert again.status_code == 409 and "重放" in again.json()["detail"]
    assert clerk.get(f"/api/{where}").json()["stage"] == "used_up"
    assert post(citizen, f"{where}/revocation").status_code == 409
    played = post(Client(), "verification", {"text": seen["presentation"]}).json()
    assert (played["outcome"], played["cause"]) == ("rejected", "binding")


def test_a_code_is_read_once(pack: Pack, as_: As) -> None:
    held, clerk = card(pack), as_(Role.CLERK)
    code = post(as_(Role.CITIZEN), f"certificates/{held.pk}/codes", {"fields": ["holder"]}).json()["code"]
    seen = post(clerk, "certificate-codes/readings", {"code": code, "purpose": "核对身份"}).json()
    assert seen["verdict"]["claims"]["holder"] == "周清荷"
    assert post(clerk, "certificate-codes/readings", {"code": code, "purpose": "核对身份"}).status_code == 409


def test_a_holder_reads_their_own(pack: Pack, as_: As, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    held, other, agent = licence(pack), licence(pack, town.WILLOW), as_(Role.AGENT)
    with django_assert_num_queries(4):
        (one,) = agent.get("/api/certificates").json()
    assert (one["id"], one["stands"], one["name"], one["subject"]) == (held.pk, "valid", "营业执照", town.LOTUS)
    face = {part["id"]: part["value"] for part in agent.get(f"/api/certificates/{held.pk}").json()["face"]}
    assert (face["legal_representative"], face["founded_on"], face["holder"]) == ("孟晓棠", "2016年3月1日", held.holder)
    assert agent.get(f"/api/certificates/{other.pk}").json() == agent.get("/api/certificates/999999").json()
    for form in ("pdf", "ofd"):
        assert "no-store" in agent.get(f"/api/certificates/{held.pk}/faces/{form}")["Cache-Control"]
    assert agent.get(f"/api/certificates/{held.pk}/faces/exe").status_code == 404
    permit(pack)
    permit(pack)
    with django_assert_num_queries(4):
        assert len(agent.get("/api/certificates").json()) == 3


def test_requests_ask_as_often_for_one_as_for_three(pack: Pack, as_: As, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    clerk, citizen = as_(Role.CLERK), as_(Role.CITIZEN)
    post(clerk, "use-requests", ASKED)
    for count in (1, 3):
        with django_assert_num_queries(5):
            assert len(citizen.get("/api/use-requests").json()) == count
        with django_assert_num_queries(5):
            assert len(clerk.get("/api/use-requests/asked").json()) == count
        for case in ("2", "3"):
            post(clerk, "use-requests", ASKED | {"case": case})


def test_anybody_verifies_and_not_too_often(pack: Pack) -> None:
    held, anybody = licence(pack), Client()
    token = token_of(pack, held, city_signer())
    for text, outcome in ((token, "valid"), (held.identifier, "valid"), (f"{token}x", "rejected"), ("nothing", "rejected")):
        assert post(anybody, "verification", {"text": text}).json()["outcome"] == outcome
    assert post(anybody, "verification", {"text": "x" * 200_000}).status_code == 413
    listed = anybody.get(f"/api/status-lists/{held.slot.list}")
    assert status.read(listed.content.decode(), city_keys()).at(held.slot.index) == 0
    answers = [post(anybody, "verification", {"text": held.identifier}).status_code for _ in range(MOST - 3)]
    assert answers == [200] * (MOST - 4) + [429]
    assert anybody.post("/verification", {"text": held.identifier}).status_code == 429


def test_a_document_is_verified(pack: Pack, as_: As) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    held = licence(pack)
    made = as_(Role.AGENT).get(f"/api/certificates/{held.pk}/faces/ofd").content
    for data, outcome in ((made, "valid"), (made[:-40], "rejected")):
        file = SimpleUploadedFile("x.ofd", data)
        assert Client().post("/api/verification/documents", {"file": file}).json()["outcome"] == outcome


# Who may do what ------------------------------------------------------------------------------------------------------

VERBS = {
    # verb:       visitor citizen agent clerk officer steward auditor administrator
    "ask":        "401 403 403 200 200 403 403 403",
    "read":       "401 200 404 200 404 404 404 404",
    "consent":    "401 200 404 403 403 403 403 403",
    "refusal":    "401 200 404 403 403 403 403 403",
    "revocation": "401 200 404 403 403 403 403 403",
    "looks":      "401 403 403 200 404 403 403 403",
    "codes":      "401 200 404 403 403 403 403 403",
    "readings":   "401 403 403 200 200 403 403 403",
    "verify":     "200 200 200 200 200 200 200 200",
}  # fmt: skip
"""The clerk asked, and the officer is of another department, so that the request is not theirs."""


@pytest.mark.parametrize("verb", list(VERBS))
def test_who_may_do_what(verb: str, pack: Pack, as_: As, account_of: AccountOf) -> None:
    held, clerk, officer = card(pack), account_of(Role.CLERK), account_of(Role.OFFICER)
    Account.objects.filter(pk=officer.pk).update(department="tax")
    met = []
    for who in (None, *Role):
        with transaction.atomic():
            at = transaction.savepoint()
            met.append(str(done(verb, pack, as_(who), held, clerk)))
            transaction.savepoint_rollback(at)
    assert " ".join(met) == VERBS[verb]


def done(verb: str, pack: Pack, client: Client, held: Certificate, clerk: Account) -> int:
    """The status of one verb, as far along as it must be; where it is refused nothing is written."""
    wanted, terms = [Wanted("identity_card", ["holder"])], Terms("核验", "条例第一条", f"case-{verb}", town.ON)
    made = asking.ask(pack, town.CITIZEN, wanted, terms, verifier=verifier_of(pack, clerk), by=clerk.actor, on=town.ON)
    if verb in ("revocation", "looks"):
        asking.consent(pack, made, {"identity_card": Choice(held.pk)}, by=CLERK, on=town.ON)
    code = showing.show(pack, held, [], by=CLERK, on=town.ON)[1] if verb == "readings" else ""
    where, choices = f"use-requests/{made.pk}", {"choices": [{"kind": "identity_card", "certificate": held.pk}]}
    before = counts()
    if verb == "read":
        return client.get(f"/api/{where}").status_code
    path, form = {
        "ask": ("use-requests", ASKED), "consent": (f"{where}/consent", choices), "codes": (f"certificates/{held.pk}/codes", {}),
        "readings": ("certificate-codes/readings", {"code": code, "purpose": "核验"}),
        "verify": ("verification", {"text": held.identifier}),
    }.get(verb, (f"{where}/{verb}", {}))  # fmt: skip
    status_code = post(client, path, form).status_code
    assert (counts() != before) is (status_code == 200 and verb != "verify")
    return int(status_code)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (UseRequest, RequestStep, Use, ShowCode))


# Whatever is sent -----------------------------------------------------------------------------------------------------

Anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["identity_card", "sex", town.CITIZEN, "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
Spoiled = st.fixed_dictionaries({}, optional={name: Anything for name in (*ASKED, "times")})


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(Spoiled)
def test_whatever_is_asked_is_a_request_or_a_refusal(pack: Pack, as_: As, given: dict[str, Any]) -> None:
    with transaction.atomic():
        answer = as_(Role.CLERK).post("/api/use-requests", json.dumps(ASKED | given), content_type="application/json")
        transaction.set_rollback(True)
    assert answer.status_code in (200, 400, 409, 422)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(Anything, Anything, Anything)
def test_whatever_is_answered_is_taken_or_refused(pack: Pack, as_: As, kind: Any, number: Any, extra: Any) -> None:
    clerk, citizen = as_(Role.CLERK), as_(Role.CITIZEN)
    with transaction.atomic():
        made = post(clerk, "use-requests", ASKED).json()["id"]
        form = {"choices": [{"kind": kind, "certificate": number, "extra": extra}]}
        answers = [
            citizen.post(f"/api/use-requests/{made}/consent", json.dumps(form), content_type="application/json"),
            citizen.post(f"/api/use-requests/{made}/refusal", json.dumps({"reason": extra}), content_type="application/json"),
            clerk.post(
                "/api/certificate-codes/readings", json.dumps({"code": kind, "purpose": extra}), content_type="application/json"
            ),
        ]
        transaction.set_rollback(True)
    assert {answer.status_code for answer in answers} <= {200, 409, 422, 429}
