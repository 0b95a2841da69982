"""What a verifier is told: online, and offline from a list that was fetched before."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chengban.certificates import domain, jose, sdjwt, status
from chengban.certificates.errors import Refused
from chengban.certificates.models import Certificate
from chengban.certificates.online import by_identifier, from_register
from chengban.certificates.signing import ES256, SM2
from chengban.certificates.signing.es256 import Es256Signer, new_pem
from chengban.certificates.signing.keys import KeyRing, Trusted, city_keys, city_signer
from chengban.certificates.tokens import issuer, list_number, list_uri, publish, token_of
from chengban.certificates.verifying import Outcome, Verdict, from_list, verify
from chengban.lib import clock
from chengban.packs import Pack
from tests import town
from tests.certificates.conftest import NOON
from tests.certificates.issued import CLERK, ON, card, licence, permit
from tests.certificates.test_signing import BOTH


def online(text: str, at: datetime = NOON) -> Verdict:
    return verify(text, city_keys(), from_register, at=at)


def offline(text: str, listed: str | None, at: datetime = NOON) -> Verdict:
    held = None if listed is None else status.read(listed, city_keys())
    return verify(text, city_keys(), from_list(held, at), at=at)


@pytest.mark.parametrize("algorithm", BOTH)
def test_a_valid_certificate_says_what_it_is(algorithm: str, pack: Pack) -> None:
    text = token_of(pack, licence(pack), city_signer(algorithm))
    found = online(text)
    assert (found.outcome, found.algorithm, found.bound) == (Outcome.VALID, algorithm, False)
    claims = found.claims
    assert (claims["certificate_type"], claims["holder"], claims["holder_id"]) == ("营业执照", "聊城清荷软件有限公司", town.LOTUS)
    assert (claims["entity_type"], claims["issued_on"], claims["issuer"]) == ("公司", "2025-12-01", "聊城市市场监督管理局")


def test_of_a_person_nothing_is_shown_that_was_not_chosen(pack: Pack) -> None:
    made = card(pack)
    bare = sdjwt.chosen(token_of(pack, made, city_signer()), [])
    shown = json.dumps([one.value for one in sdjwt.read(bare).disclosures] + [online(bare).claims], ensure_ascii=False)
    assert [datum for datum in (town.CITIZEN, "周清荷", "1990-03-07", made.claims["address"], "女性") if datum in shown] == []
    some = online(sdjwt.chosen(token_of(pack, made, city_signer()), ["sex"]))
    assert some.claims["sex"] == "女性" and "born_on" not in some.claims


def test_the_number_of_digests_tells_nothing_of_what_is_left_out(pack: Pack) -> None:
    kind = pack.certificates["business_licence"]
    chosen = [field for field in kind.fields if field.shown == "chosen"]
    made = licence(pack)
    assert len(sdjwt.read(token_of(pack, made, city_signer())).jws.payload["_sd"]) == len(chosen)


STORIES: dict[str, tuple[Callable[[Pack, Certificate], object], timedelta, Outcome]] = {
    "valid": (lambda pack, made: None, timedelta(0), Outcome.VALID),
    "annotated": (lambda pack, made: domain.annotate(made, by=CLERK, on=ON, reason="加注"), timedelta(0), Outcome.VALID),
    "suspended": (lambda pack, made: domain.suspend(made, by=CLERK, on=ON, reason="核查"), timedelta(0), Outcome.SUSPENDED),
    "revoked": (lambda pack, made: domain.revoke(made, by=CLERK, on=ON, reason="注销"), timedelta(0), Outcome.REVOKED),
    "reissued": (lambda pack, made: domain.reissue(pack, made, by=CLERK, on=ON, reason="变更"), timedelta(0), Outcome.REVOKED),
    "expired": (lambda pack, made: None, timedelta(days=5 * 365), Outcome.EXPIRED),
    "revoked and expired": (
        lambda pack, made: domain.revoke(made, by=CLERK, on=ON, reason="注销"),
        timedelta(days=2000),
        Outcome.REVOKED,
    ),
    "not yet": (lambda pack, made: None, -timedelta(days=1), Outcome.NOT_YET),
}


@pytest.mark.parametrize("story", STORIES)
def test_online_and_offline_say_the_same(story: str, pack: Pack) -> None:
    happen, later, outcome = STORIES[story]
    made = permit(pack)
    text = token_of(pack, made, city_signer())
    happen(pack, made)
    at = NOON + later
    with clock.pinned(at - timedelta(minutes=1)):
        listed = publish(pack, made.slot.list, city_signer())
    found = online(text, at), offline(text, listed, at)
    assert [one.outcome for one in found] == [outcome, outcome] and all(one.reason for one in found)


def test_a_suspended_certificate_that_goes_on_is_valid_again(pack: Pack) -> None:
    made = permit(pack)
    domain.suspend(made, by=CLERK, on=ON, reason="核查")
    domain.resume(made, by=CLERK, on=ON, reason="查清")
    text = token_of(pack, made, city_signer())
    with clock.pinned(NOON):
        listed = publish(pack, 1, city_signer())
    assert online(text).outcome is offline(text, listed).outcome is Outcome.VALID


def test_of_an_identifier_alone_the_state_is_told_and_not_the_holder(pack: Pack) -> None:
    made = licence(pack)
    found = by_identifier(made.identifier, ON)
    assert (found.outcome, found.claims) == (Outcome.VALID, {"identifier": made.identifier, "type": "business_licence"})
    domain.revoke(made, by=CLERK, on=ON, reason="注销")
    assert by_identifier(made.identifier, ON).outcome is Outcome.REVOKED
    assert by_identifier(made.identifier[:-1] + "?", ON).outcome is Outcome.UNKNOWN


def test_who_is_offline_never_guesses(pack: Pack) -> None:
    made = permit(pack)
    text = token_of(pack, made, city_signer())
    with clock.pinned(NOON):
        listed = publish(pack, made.slot.list, city_signer())
        other = publish(pack, made.slot.list + 1, city_signer())
    last = NOON + status.PROMISE
    assert offline(text, listed, last - timedelta(seconds=1)).outcome is Outcome.VALID
    for told in (offline(text, None), offline(text, listed, last), offline(text, other)):
        assert told.outcome is Outcome.UNKNOWN and "还不知道" in told.reason and told.claims
    assert offline(text, None, NOON + timedelta(days=5 * 365)).outcome is Outcome.EXPIRED


def test_the_last_day_belongs_to_it(pack: Pack) -> None:
    text = token_of(pack, permit(pack), city_signer())
    last = datetime(2029, 12, 1, 23, 59, 59, tzinfo=clock.CHINA)
    assert (online(text, last).outcome, online(text, last + timedelta(seconds=1)).outcome) == (Outcome.VALID, Outcome.EXPIRED)


def test_a_certificate_of_elsewhere_and_one_that_we_do_not_know(pack: Pack) -> None:
    made = permit(pack)
    stranger = Es256Signer(new_pem())
    found = online(token_of(pack, made, stranger))
    assert (found.outcome, found.cause, found.claims) == (Outcome.REJECTED, "issuer", {})
    payload = jose.read(token_of(pack, made, city_signer()).split("~")[0]).payload
    for changed in (
        {"identifier": "1.2.156"},
        {"status": {"status_list": {"idx": 0, "uri": list_uri(pack, 9)}}},
        {"status": {}},
        {"status": 1},
        {"status": {"status_list": {"idx": True, "uri": list_uri(pack, 1)}}},
    ):
        text = jose.sign(city_signer(), sdjwt.KIND, {**payload, **changed}) + "~"
        assert online(text).outcome is Outcome.UNKNOWN
    assert online("不是凭证").cause == "unreadable"


def test_a_key_that_is_trusted_for_one_signs_for_nobody_else(pack: Pack) -> None:
    made, other = permit(pack), Es256Signer(new_pem())
    ring = KeyRing([Trusted(city_signer().verifier, (issuer(pack),)), Trusted(other.verifier, ("urn:elsewhere",))])
    forged = verify(token_of(pack, made, other), ring, from_register, at=NOON)
    assert (forged.outcome, forged.cause, forged.claims) == (Outcome.REJECTED, "issuer", {})
    payload = jose.read(token_of(pack, made, city_signer()).split("~")[0]).payload
    for claims in ({}, {"iss": None}, {"iss": ["urn:elsewhere"]}, {"iss": issuer(pack)}):
        text = jose.sign(other, sdjwt.KIND, {**{name: payload[name] for name in payload if name != "iss"}, **claims}) + "~"
        assert verify(text, ring, from_register, at=NOON).cause == "issuer"
    theirs = jose.sign(other, sdjwt.KIND, {**payload, "iss": "urn:elsewhere"}) + "~"
    found = verify(theirs, ring, from_register, at=NOON)
    assert found.outcome is Outcome.UNKNOWN and "不是本市颁发" in found.reason
    with clock.pinned(NOON):
        listed = publish(pack, made.slot.list, other)
    with pytest.raises(Refused, match="不是它的颁发机构"):
        status.read(listed, ring)


def test_after_a_change_of_address_what_was_signed_before_verifies_by_the_keys_of_before(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, home: Any
) -> None:
    text = token_of(pack, permit(pack), city_signer())
    (home / "old.json").write_text(json.dumps(city_keys().jwks()))
    monkeypatch.setenv("CHENGBAN_PORTAL_URL", "https://chengban.example.cn")
    assert online(text).cause == "issuer"
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_OLD_KEYS", str(home / "old.json"))
    assert online(text).outcome is Outcome.VALID


@pytest.mark.parametrize("claim", [{"exp": "never"}, {"exp": True}, {"nbf": -1}, {"exp": 1e400}])
def test_a_time_that_is_none_is_rejected(claim: dict[str, Any], pack: Pack) -> None:
    payload = jose.read(token_of(pack, permit(pack), city_signer()).split("~")[0]).payload
    if claim.get("exp") == float("inf"):
        claim = {"exp": 1e300}
    text = jose.sign(city_signer(), sdjwt.KIND, {**payload, **claim}) + "~"
    assert online(text).outcome is Outcome.REJECTED


def test_a_key_that_was_changed_still_verifies_what_it_signed(pack: Pack, monkeypatch: pytest.MonkeyPatch, home: Any) -> None:
    text = token_of(pack, permit(pack), city_signer())
    (home / "old.json").write_text(json.dumps(city_keys().jwks()))
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_KEY_ES256", new_pem())
    assert online(text).cause == "issuer"
    monkeypatch.setenv("CHENGBAN_CERTIFICATE_OLD_KEYS", str(home / "old.json"))
    assert online(text).outcome is Outcome.VALID


@pytest.mark.parametrize("address", ["", "https://chengban.example.cn", "https://chengban.example.cn/hall/"])
def test_the_address_of_a_list_leads_back_to_its_number(address: str, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_PORTAL_URL", address)
    assert list_number(list_uri(pack, 12)) == 12
    assert [list_number(odd) for odd in (None, 5, "", "https://x/status/", "urn:status:١")] == [None] * 5


def test_the_ring_names_each_key_with_its_algorithm() -> None:
    keys = city_keys().jwks()["keys"]
    assert {key["alg"] for key in keys} <= {ES256, SM2} and all("d" not in key for key in keys)
    assert KeyRing([]).find(None) is None


def test_a_day_is_written_as_a_day(pack: Pack) -> None:
    claims = online(token_of(pack, permit(pack), city_signer())).claims
    assert date.fromisoformat(claims["valid_until"]) == date(2029, 12, 1)
