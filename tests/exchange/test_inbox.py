"""The door for callbacks: only the holder of the secret is heard, whatever is said is an answer, and each word counts once."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.api.callbacks import SECRET
from chengban.exchange import inbox
from chengban.exchange.domain import Wish, lease, put_all, replay, settle
from chengban.exchange.errors import BadNotice, NumberTaken, Refused
from chengban.exchange.models import Callback, Message
from chengban.exchange.signing import SIGNATURE, TIMESTAMP, WINDOW, is_signed, sign
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock

BY = Actor.system("tests")
DOOR = "/exchange/treasury/callbacks"
KEY = "between-the-two-of-us"
NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)
SAID: dict[str, Any] = {"id": "C1", "key": "k", "state": "paid", "sequence": 1, "reference": "T1"}


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(SECRET, KEY)
    return KEY


def put(*keys: str) -> None:
    with transaction.atomic():
        put_all("treasury", "try", [Wish(key, {}, f"payment:{key}") for key in keys], by=BY)


def post(client: Client, said: object, *, key: str = KEY, at: datetime = NOON, now: datetime = NOON) -> tuple[int, Any]:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    stamp = str(int(at.timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: sign(key, stamp, body)}
    with clock.pinned(now):
        answer = client.post(DOOR, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_without_a_secret_the_door_is_closed_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    status, said = post(client, SAID)
    assert status == 503 and SECRET in said["detail"]
    monkeypatch.setenv(SECRET, "")
    assert post(client, SAID, key="")[0] == 503


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_who_does_not_hold_the_secret_is_not_heard(client: Client) -> None:
    put("k")
    early, late = NOON - timedelta(seconds=WINDOW + 1), NOON + timedelta(seconds=WINDOW + 1)
    assert [post(client, SAID, key="other")[0], post(client, SAID, now=early)[0], post(client, SAID, now=late)[0]] == [401] * 3
    assert client.post(DOOR, b"{}", content_type="application/json").status_code == 401
    assert client.get(DOOR).status_code == 405
    assert not Callback.objects.exists()
    assert post(client, SAID, now=NOON + timedelta(seconds=WINDOW))[0] == 200


@given(st.text(max_size=20), st.text(max_size=70), st.binary(max_size=50))
def test_nothing_but_the_signature_is_a_signature(timestamp: str, signature: str, body: bytes) -> None:
    assert not is_signed(KEY, timestamp, signature, body, now=NOON)


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_a_callback_is_kept_as_it_came_and_applied_once(client: Client) -> None:
    put("k")
    assert post(client, SAID) == (200, {"id": "C1", "outcome": "applied"})
    assert post(client, SAID)[0] == 200
    assert bytes(Callback.objects.get().raw) == json.dumps(SAID).encode()
    assert Message.objects.values_list("outcome", "reference").get() == ("delivered", "T1")
    acts = list(Entry.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["exchange.delivered", "exchange.callback"]
    assert post(client, {**SAID, "sequence": 2})[0] == 409


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_a_key_that_nobody_knows_is_kept_as_unmatched(client: Client) -> None:
    assert post(client, SAID) == (202, {"id": "C1", "outcome": "unmatched"})
    assert post(client, SAID)[0] == 200
    assert Callback.objects.get().outcome == "unmatched"


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"id": "a b"}, {"key": None}, {"state": "lost"}, {"sequence": 0}, {"sequence": True}, {"sequence": 1.5},
     {"sequence": 2**31}, {"reference": "x" * 121}, {"reason": "a\x00b"}, {"reason": 7}],
    ids=str,
)  # fmt: skip
def test_a_letter_that_cannot_be_read_says_why(client: Client, wrong: dict[str, Any]) -> None:
    status, said = post(client, {**SAID, **wrong})
    assert status == 400 and next(iter(wrong)) in said["detail"]


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_a_letter_that_is_too_large_is_not_read(client: Client) -> None:
    assert post(client, b" " * (inbox.LARGEST + 1))[0] == 413
    assert post(client, b"[" * inbox.LARGEST)[0] == 400


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
LETTERS = st.binary(max_size=300) | st.fixed_dictionaries(
    {name: VALUES | st.just(value) for name, value in SAID.items()}, optional={"reason": VALUES | st.text()}
).map(lambda said: json.dumps(said).encode())


@given(LETTERS)
@settings(max_examples=300)
def test_whatever_comes_is_a_callback_that_can_be_kept_or_a_sentence(letter: bytes) -> None:
    try:
        notice = inbox.read(letter)
    except BadNotice as mistake:
        assert str(mistake).startswith("回执")
        return
    words = (notice.number, notice.key, notice.reference, notice.reason)
    assert all("\x00" not in word and word.encode() is not None and len(word) <= 300 for word in words)
    assert notice.state in ("paid", "returned") and 0 < notice.sequence < 2**31


@given(letter=LETTERS)
@settings(max_examples=40, deadline=None)
@pytest.mark.django_db(transaction=False)
def test_the_door_never_breaks(letter: bytes) -> None:
    with pytest.MonkeyPatch.context() as patched, transaction.atomic():
        patched.setenv(SECRET, KEY)
        assert post(Client(), letter)[0] in (200, 202, 400, 409)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_later_word_stands_against_an_earlier_one_that_comes_after_it() -> None:
    put("k")
    told = [("C2", "returned", 2), ("C1", "paid", 1), ("C3", "paid", 2), ("C4", "paid", 3)]
    notices = [inbox.Notice(number, "k", state, sequence, "T1", "", number.encode()) for number, state, sequence in told]
    assert [inbox.receive("treasury", notice, by=BY)[0].outcome for notice in notices] == [
        "applied",
        "older",
        "conflict",
        "applied",
    ]
    with pytest.raises(NumberTaken):
        inbox.receive("treasury", inbox.Notice("C1", "k", "paid", 1, "T1", "", b"other"), by=BY)


@pytest.mark.django_db
def test_sent_again_a_message_keeps_its_birth() -> None:
    with clock.pinned(NOON):
        put("k")
        settle([(message, Refused("已销户")) for message in lease(1)], by=BY)
    with clock.pinned(NOON + timedelta(days=9)):
        replay(Message.objects.all(), by=BY)
    assert Message.objects.values_list("at", "replayed_at", "outcome").get() == (NOON, NOON + timedelta(days=9), "waiting")
