"""Status lists: the draft's vectors, what a list answers offline, and what is no list."""

import random
import zlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates import jose, status
from chengban.certificates.base64url import decoded, encoded
from chengban.certificates.errors import CertificatesError, NotReadable, Refused
from chengban.certificates.signing.keys import KeyRing, Trusted
from chengban.certificates.status import State, StatusList
from tests.certificates.test_sdjwt import AT, ISSUER, JSON, OTHER, TOKEN_ALPHABET

KEYS = KeyRing([Trusted(ISSUER.verifier, ("urn:chengban",))])
URI = "urn:chengban:status:1"
# ruff: noqa: E501
# draft-ietf-oauth-status-list, appendix C.2: the values at these indexes, all others 0, of a list of 2^20.
PUBLISHED = {0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3}
PUBLISHED_LIST = bytes.fromhex(
    "78daeddb310d00211000412ea1a04004fe5520ed357c28c81d3312b6df68bc65480000000000406e2101000000000000000000000000"
    "0000000000000000000000000000000000000040795b0200000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080f4ba0400"
    "000000000000000000000000406d764a000000000000000000000000000000000000000000e092210100000000000000000000000000"
    "0000000000fc131200000000000000000000000000000000000000000000000000000000000000c0912e010000000000000000000000"
    "00000000000000c07d4b02000000000000000000000000000000a8614a0000000000000000000000406a1fcd60010c"
)


def test_the_small_lists_of_the_draft() -> None:
    one = StatusList(URI, 1, zlib.decompress(decoded("eNrbuRgAAhcBXQ")), AT, AT)
    assert [one.at(index) for index in range(17)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, None]
    two = StatusList(URI, 2, zlib.decompress(decoded("eNo76fITAAPfAgc")), AT, AT)
    assert [two.at(index) for index in range(13)] == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3, None]


def test_the_large_list_of_the_draft() -> None:
    held = StatusList(URI, 2, zlib.decompress(PUBLISHED_LIST), AT, AT)
    assert len(held.data) == status.SIZE // 4
    assert {index: held.at(index) for index in PUBLISHED} == PUBLISHED
    assert sum(value != 0 for value in map(held.at, range(status.SIZE))) == len(PUBLISHED)


@given(st.dictionaries(st.integers(0, 63), st.sampled_from([State.VALID, State.REVOKED, State.SUSPENDED])))
def test_what_is_packed_is_read_again(states: dict[int, State]) -> None:
    held = status.read(status.signed(ISSUER, URI, status.packed(states.items(), 64), AT), KEYS)
    found = {index: status.state_in(held, URI, index, AT).state for index in range(64)}
    assert found == {index: states.get(index, State.VALID) for index in range(64)}


def test_a_million_with_one_in_a_hundred_revoked_stays_small() -> None:
    drawn = random.Random(7).sample(range(status.SIZE), status.SIZE // 100)
    text = status.signed(ISSUER, URI, status.packed((index, State.REVOKED) for index in drawn), AT)
    assert len(text) < 40_000


def listed(**changed: Any) -> str:
    made = int(AT.timestamp())
    data = status.squeezed(status.packed([(3, State.REVOKED), (5, State.SUSPENDED)], 64))
    payload = {"sub": URI, "iat": made, "exp": made + 3600, "status_list": {"bits": 2, "lst": data}, **changed}
    return jose.sign(ISSUER, status.KIND, {name: value for name, value in payload.items() if value is not None})


@pytest.mark.parametrize(
    ("after", "state"),
    [(0, State.REVOKED), (3599, State.REVOKED), (3600, State.UNKNOWN), (10**8, State.UNKNOWN), (-90, State.UNKNOWN)],
)
def test_a_list_answers_until_its_promise_ends_and_not_before_it_was_made(after: int, state: State) -> None:
    held = status.read(listed(), KEYS)
    answer = status.state_in(held, URI, 3, AT + timedelta(seconds=after))
    assert answer.state is state and bool(answer.reason) == (state is State.UNKNOWN)


@pytest.mark.parametrize(
    ("uri", "index"), [("urn:other", 3), (None, 3), (URI, 64), (URI, -1), (URI, "3"), (URI, None), (URI, True), (URI, 3.0)]
)
def test_what_the_list_does_not_tell_is_unknown(uri: object, index: object) -> None:
    answer = status.state_in(status.read(listed(), KEYS), uri, index, AT)
    assert answer.state is State.UNKNOWN and answer.reason


def test_a_value_that_has_no_meaning_here_is_unknown() -> None:
    held = StatusList(URI, 2, bytes([0b11]), AT, AT + timedelta(hours=1))
    assert status.state_in(held, URI, 0, AT).state is State.UNKNOWN


def test_a_list_without_an_end_promises_nothing() -> None:
    held = status.read(listed(exp=None), KEYS)
    assert status.state_in(held, URI, 0, AT).state is State.UNKNOWN


def test_a_list_of_another_key_or_kind_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        status.read(status.signed(OTHER, URI, status.packed([], 64), AT), KEYS)
    assert refused.value.cause == "issuer"
    with pytest.raises(Refused) as refused:
        status.read(jose.sign(ISSUER, "jwt", {"sub": URI}), KEYS)
    assert refused.value.cause == "kind"
    forged = jose.sign(OTHER, status.KIND, jose.read(listed()).payload, kid=ISSUER.key_id)
    with pytest.raises(Refused) as refused:
        status.read(forged, KEYS)
    assert refused.value.cause == "signature"


BOMB = zlib.compress(bytes(status.LARGEST + 1), 9)


@pytest.mark.parametrize(
    "changed",
    [
        {"status_list": None}, {"status_list": []}, {"sub": None}, {"iat": None}, {"iat": "now"}, {"exp": -1}, {"exp": 1e30}, {"iat": True},
        {"status_list": {"bits": 3, "lst": ""}}, {"status_list": {"bits": 2, "lst": 5}}, {"status_list": {"bits": 2, "lst": "AAAA"}},
        {"status_list": {"bits": 2, "lst": encoded(zlib.compress(bytes(64))[:-2])}}, {"status_list": {"bits": 2, "lst": encoded(BOMB)}},
        {"status_list": {"bits": 2, "lst": encoded(zlib.compress(b"") + b"x")}}, {"status_list": {"bits": [2], "lst": ""}},
    ],
)  # fmt: skip
def test_what_is_no_list_is_not_read(changed: dict[str, Any]) -> None:
    with pytest.raises(NotReadable):
        status.read(listed(**changed), KEYS)


@settings(deadline=None)
@given(
    st.one_of(
        TOKEN_ALPHABET,
        st.dictionaries(st.sampled_from(["sub", "iat", "exp", "status_list"]), JSON).map(
            lambda made: jose.sign(ISSUER, status.KIND, made)
        ),
    )
)
def test_only_our_errors_come_out_of_any_text(text: str) -> None:
    with pytest.raises(CertificatesError):
        status.read(text, KEYS)
