"""SD-JWT: the standard's own examples, what the holder may choose, and everything that must be refused, with its cause."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates import binding, jose, sdjwt
from chengban.certificates.base64url import encoded
from chengban.certificates.binding import Question
from chengban.certificates.errors import CertificatesError, NotReadable, Refused
from chengban.certificates.signing import ES256, SM2, sm2
from chengban.certificates.signing.es256 import Es256Signer, Es256Verifier, new_pem
from chengban.lib.clock import CHINA
from tests.certificates import rfc9901
from tests.certificates.test_signing import BOTH, signer

ISSUER, OTHER, HOLDER, THIEF = (Es256Signer(new_pem()) for _ in range(4))
AT = datetime(2025, 12, 1, 9, 30, tzinfo=CHINA)
ASKED = Question("n-0S6_WzA2Mj", "liaocheng-hall")
VISIBLE = {"iss": "urn:city", "vct": "urn:type", "iat": 1}
HIDDEN = {"name": "周清荷", "born_on": "1990-03-07", "address": {"town": "古楼"}}


def issued() -> str:
    return sdjwt.issue(ISSUER, VISIBLE, HIDDEN, holder=HOLDER.jwk, decoys=2)


def claims_of(text: str) -> dict[str, Any]:
    return sdjwt.verify(sdjwt.read(text), ISSUER.verifier)


def crafted(payload: dict[str, Any], *disclosures: list[Any], by: Es256Signer = ISSUER, kind: str = sdjwt.KIND) -> str:
    """A token that the issuer did sign, whatever is in it; `[n]` in the payload stands for the nth disclosure's digest."""
    texts = [encoded(jose.written(one)) for one in disclosures]
    digests = [sdjwt.digest_of("sha-256", text) for text in texts]
    filled = json.loads(json.dumps(payload), object_hook=lambda made: made)
    return "~".join([jose.sign(by, kind, _filled(filled, digests)), *texts, ""])


def _filled(value: Any, digests: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, digests) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, digests) for one in value]
    return digests[int(value[1:-1])] if isinstance(value, str) and value.startswith("[") else value


# The standard's examples ---------------------------------------------------------------------------------------------


def test_the_digest_of_the_standard() -> None:
    disclosure, digest = rfc9901.DIGESTED
    assert sdjwt.digest_of("sha-256", disclosure) == digest


def test_the_token_of_the_standard() -> None:
    verifier = Es256Verifier(rfc9901.KEY)
    text = "~".join([rfc9901.ISSUED, *rfc9901.DISCLOSURES.values(), ""])
    found = sdjwt.verify(sdjwt.read(text), verifier, "example+sd-jwt")
    assert (found["given_name"], found["family_name"], found["birthdate"]) == ("John", "Doe", "1940-01-01")
    assert found["nationalities"] == ["US", "DE"] and found["sub"] == "user_42"
    assert not {"_sd", "_sd_alg", "phone_number"} & found.keys()
    some = sdjwt.verify(sdjwt.read("~".join([rfc9901.ISSUED, rfc9901.DISCLOSURES["DE"], ""])), verifier, "example+sd-jwt")
    assert some["nationalities"] == ["DE"] and "given_name" not in some


# What the holder may choose ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", BOTH)
def test_what_was_issued_is_read_with_the_digest_of_its_algorithm(algorithm: str) -> None:
    mine = signer(algorithm)
    token = sdjwt.read(sdjwt.issue(mine, VISIBLE, HIDDEN))
    assert token.digest_name == {ES256: "sha-256", SM2: "sm3"}[algorithm]
    assert sdjwt.verify(token, mine.verifier) == {**VISIBLE, **HIDDEN}


@given(names=st.sets(st.sampled_from(sorted(HIDDEN))))
def test_what_is_not_chosen_is_not_there(names: set[str]) -> None:
    shown = sdjwt.chosen(issued(), names)
    found = claims_of(shown)
    assert found == {**VISIBLE, "cnf": {"jwk": HOLDER.jwk}, **{name: HIDDEN[name] for name in names}}
    readable = "".join(json.dumps(one.value, ensure_ascii=False) for one in sdjwt.read(shown).disclosures)
    readable += json.dumps(sdjwt.read(shown).jws.payload, ensure_ascii=False)
    assert all((str(value) in readable) == (name in names) for name, value in HIDDEN.items() if isinstance(value, str))


def test_two_tokens_of_the_same_values_have_no_digest_in_common() -> None:
    one, two = (set(sdjwt.read(issued()).jws.payload["_sd"]) for _ in range(2))
    assert len(one) == len(two) == len(HIDDEN) + 2 and not one & two


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(hidden=st.dictionaries(st.text("abcdefg", min_size=1, max_size=6), JSON, max_size=5), data=st.data())
def test_any_values_come_back_as_they_were(hidden: dict[str, Any], data: st.DataObject) -> None:
    text = sdjwt.issue(ISSUER, VISIBLE, hidden)
    names = data.draw(st.sets(st.sampled_from(sorted(hidden)))) if hidden else set()
    assert claims_of(sdjwt.chosen(text, names)) == {**VISIBLE, **{name: hidden[name] for name in names}}


# What must be refused ------------------------------------------------------------------------------------------------


def _appended(*value: Any) -> str:
    return issued() + encoded(jose.written(list(value))) + "~"


def _header(**changed: Any) -> str:
    head, rest = issued().split(".", 1)
    given = {**json.loads(jose.decoded(head)), **changed}
    return f"{encoded(jose.written(given))}.{rest}"


def _changed_payload() -> str:
    head, payload, rest = issued().split(".", 2)
    given = {**json.loads(jose.decoded(payload)), "vct": "urn:other"}
    return f"{head}.{encoded(jose.written(given))}.{rest}"


def _changed_disclosure() -> str:
    jws, first, *rest = issued().split("~")
    salt, name, _ = json.loads(jose.decoded(first))
    return "~".join([jws, encoded(jose.written([salt, name, "别人"])), *rest])


def _sm2_under_es256() -> str:
    """The issuer's own words, signed with a key of another algorithm under the same key id."""
    return sdjwt.issue(signer(SM2), VISIBLE, HIDDEN)


FORGED: dict[str, tuple[Callable[[], str], str]] = {
    "a forged disclosure": (lambda: _appended("salt", "is_admin", True), "disclosure"),
    "a forged disclosure of an element": (lambda: _appended("salt", "Liaocheng"), "disclosure"),
    "a changed disclosure": (_changed_disclosure, "disclosure"),
    "a disclosure twice": (lambda: issued() + issued().split("~")[1] + "~", "disclosure"),
    "the same disclosure twice": (lambda: (lambda text: text + text.split("~")[1] + "~")(issued()), "disclosure"),
    "a changed field": (_changed_payload, "signature"),
    "another issuer's key": (lambda: sdjwt.issue(OTHER, VISIBLE, HIDDEN), "signature"),
    "a signature left out": (lambda: (lambda text: text[: text.rindex(".") + 1] + "~")(issued().split("~")[0]), "signature"),
    "no algorithm": (lambda: _header(alg="none"), "algorithm"),
    "another algorithm": (lambda: _header(alg="HS256"), "algorithm"),
    "an algorithm that is no word": (lambda: _header(alg=None), "algorithm"),
    "another kind of token": (lambda: crafted(VISIBLE, kind="statuslist+jwt"), "kind"),
    "a digest twice": (lambda: crafted({"_sd": ["[0]", "[0]"]}, ["s", "a", 1]), "digest"),
    "a digest twice in two places": (lambda: crafted({"_sd": ["[0]"], "in": {"_sd": ["[0]"]}}, ["s", "a", 1]), "digest"),
    "a digest twice, undisclosed": (lambda: crafted({"_sd": ["x", "x"]}), "digest"),
    "digests that are no list": (lambda: crafted({"_sd": "x"}), "digest"),
    "a digest that is no text": (lambda: crafted({"_sd": [1]}), "digest"),
    "an element's digest outside an array": (lambda: crafted({"...": "x"}), "digest"),
    "an element beside its digest": (lambda: crafted({"a": [{"...": "x", "b": 1}]}), "digest"),
    "a member over one that is visible": (lambda: crafted({"_sd": ["[0]"], "vct": "right"}, ["s", "vct", "forged"]), "disclosure"),
    "two members of one name": (lambda: crafted({"_sd": ["[0]", "[1]"]}, ["s", "a", 1], ["t", "a", 2]), "disclosure"),
    "a member in an array": (lambda: crafted({"a": [{"...": "[0]"}]}, ["s", "a", 1]), "disclosure"),
    "an element in an object": (lambda: crafted({"_sd": ["[0]"]}, ["s", 1]), "disclosure"),
    "an unknown digest algorithm": (lambda: crafted({"_sd_alg": "md5"}), "algorithm"),
    "a digest algorithm that is no word": (lambda: crafted({"_sd_alg": ["sha-256"]}), "algorithm"),
}
if sm2.is_on():
    FORGED["a key of another algorithm"] = (_sm2_under_es256, "algorithm")


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_refused_with_its_cause(name: str) -> None:
    make, cause = FORGED[name]
    with pytest.raises(Refused) as refused:
        claims_of(make())
    assert refused.value.cause == cause and str(refused.value)


def _of(payload: bytes) -> str:
    return f"{encoded(b'{}')}.{encoded(payload)}.AA~"


UNREADABLE: dict[str, Callable[[], str]] = {
    "nothing": str,
    "a plain JWS": lambda: issued().split("~")[0],
    "a salt that is no text": lambda: _appended(5, "a", 1),
    "a disclosure of four": lambda: _appended("s", "a", 1, 2),
    "a disclosure of one": lambda: _appended("s"),
    "a disclosure that is an object": lambda: issued() + encoded(b'{"a":1}') + "~",
    "a disclosure that names digests": lambda: _appended("s", "_sd", ["x"]),
    "a disclosure that names an element": lambda: _appended("s", "...", "x"),
    "a name that is no text": lambda: _appended("s", 1, "x"),
    "an empty disclosure": lambda: issued() + "~",
    "no base64url": lambda: issued() + "%%%~",
    "base64url with padding": lambda: issued().replace("~", "=~", 1),
    "base64url written otherwise": lambda: issued() + encoded(jose.written(["s", "aa", 1]))[:-1] + "1~",
    "a member twice": lambda: _of(b'{"a":1,"a":2}'),
    "no number": lambda: _of(b'{"a":NaN}'),
    "nested without end": lambda: _of(b"[" * 5000 + b"]" * 5000),
    "no object": lambda: _of(b"[]"),
    "no text": lambda: _of(b"\xff"),
    "half a letter": lambda: _of(b'{"a":"\\ud800"}'),
    "a critical extension": lambda: _header(crit=["b64"]),
    "too long": lambda: "a" * 300_000 + "~",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_token_is_said_to_be_none(name: str) -> None:
    with pytest.raises(NotReadable):
        claims_of(UNREADABLE[name]())


# Who presents --------------------------------------------------------------------------------------------------------


def shown(names: tuple[str, ...] = ("name",), by: Es256Signer = HOLDER, asked: Question = ASKED, at: datetime = AT) -> str:
    return binding.present(sdjwt.chosen(issued(), names), by, asked, at)


def checked(text: str, asked: Question = ASKED, at: datetime = AT) -> dict[str, Any]:
    token = sdjwt.read(text)
    claims = sdjwt.verify(token, ISSUER.verifier)
    binding.check(token, claims, asked, at)
    return claims


@pytest.mark.parametrize("seconds", [-binding.WINDOW, 0, binding.WINDOW])
def test_a_presentation_that_answers_the_question(seconds: int) -> None:
    assert checked(shown(), at=AT + timedelta(seconds=seconds))["name"] == "周清荷"


def _signed_by_nobody() -> str:
    return sdjwt.chosen(issued(), ["name"])


def _without_a_key() -> str:
    return binding.present(sdjwt.issue(ISSUER, VISIBLE, HIDDEN), HOLDER, ASKED, AT)


def _more_disclosed_than_signed() -> str:
    whole = issued()
    signed = binding.present(sdjwt.chosen(whole, ["name"]), HOLDER, ASKED, AT)
    return sdjwt.chosen(whole, ["name", "born_on"]) + signed.rsplit("~", 1)[1]


def _without_a_time() -> str:
    text = sdjwt.chosen(issued(), ["name"])
    payload = {"aud": ASKED.audience, "nonce": ASKED.nonce, "sd_hash": sdjwt.digest_of("sha-256", text)}
    return text + jose.sign(HOLDER, binding.KIND, payload)


REPLAYED: dict[str, tuple[Callable[[], str], str]] = {
    "to another verifier": (lambda: shown(asked=Question(ASKED.nonce, "a-bank")), "audience"),
    "of another question": (lambda: shown(asked=Question("old-nonce", ASKED.audience)), "nonce"),
    "of before": (lambda: shown(at=AT - timedelta(seconds=binding.WINDOW + 1)), "stale"),
    "of a time to come": (lambda: shown(at=AT + timedelta(seconds=binding.WINDOW + 1)), "stale"),
    "at no time": (_without_a_time, "stale"),
    "by somebody else": (lambda: shown(by=THIEF), "signature"),
    "by nobody": (_signed_by_nobody, "binding"),
    "of a token that is bound to nobody": (_without_a_key, "binding"),
    "with more than was signed": (_more_disclosed_than_signed, "binding"),
    "with the issuer's signature in the holder's place": (lambda: _signed_by_nobody() + issued().split("~")[0], "kind"),
}


@pytest.mark.parametrize("name", REPLAYED)
def test_a_presentation_is_refused_with_its_cause(name: str) -> None:
    make, cause = REPLAYED[name]
    with pytest.raises(Refused) as refused:
        checked(make())
    assert refused.value.cause == cause


# Whatever comes ------------------------------------------------------------------------------------------------------

TOKEN_ALPHABET = st.text('eyJabcXYZ019_-.~={}[]":, \n证', max_size=200)
PIECES = st.lists(st.one_of(TOKEN_ALPHABET, JSON.map(lambda value: encoded(jose.written(value)))), max_size=8)


@settings(deadline=None)
@given(st.one_of(TOKEN_ALPHABET, PIECES.map("~".join), PIECES.map(".".join)))
def test_only_our_errors_come_out_of_any_text(text: str) -> None:
    with pytest.raises(CertificatesError):
        checked(text)


SHOWN = shown()


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_token_that_was_spoiled_anywhere_is_never_believed(data: st.DataObject) -> None:
    text = SHOWN
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from([one for one in "Aa0_~.é" if one != text[at]]))
    with pytest.raises(CertificatesError):
        checked(
            data.draw(
                st.sampled_from([text[:at] + letter + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + letter + text[at:]])
            )
        )


@settings(deadline=None)
@given(
    payload=st.dictionaries(st.sampled_from(["_sd", "_sd_alg", "...", "a", "cnf", "vct"]), JSON, max_size=4),
    disclosures=st.lists(st.lists(JSON, max_size=4), max_size=3),
)
def test_only_our_errors_come_out_of_what_an_issuer_signed(payload: dict[str, Any], disclosures: list[list[Any]]) -> None:
    text = "~".join([jose.sign(ISSUER, sdjwt.KIND, payload), *[encoded(jose.written(one)) for one in disclosures], ""])
    try:
        checked(text)
    except CertificatesError:
        return
    raise AssertionError("a token without the holder's signature was believed")
