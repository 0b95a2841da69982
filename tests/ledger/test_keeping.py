"""The keeper: what was committed is in the tree, in order, under a fresh signature; nothing else is signed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban import ledger
from chengban.ledger import Actor, keys
from chengban.ledger.canonical import Content, is_genuine, leaf_data, seal, text_of, written
from chengban.ledger.checkpoints import opened
from chengban.ledger.errors import NotKept
from chengban.ledger.keeping import COLUMNS, Keeper, Tampered, text_of_row
from chengban.ledger.merkle import HASHES
from chengban.ledger.models import Entry, Leaf, Tile, TreeHead
from chengban.lib import clock
from tests.ledger.superuser import tamper

CLERK = Actor.account(3)
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(LETTERS)
PAYLOADS = st.dictionaries(
    st.text(LETTERS, max_size=8),
    st.recursive(SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from("abc甲"), some), max_leaves=6),
    max_size=4,
)
MOMENTS = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=st.just(clock.CHINA) | st.just(UTC))


@pytest.fixture
def keeper(db: None) -> Keeper:
    return Keeper(keys.signer(), keys.seal_key())


def acts(count: int, first: int = 0) -> list[int]:
    return [ledger.append(CLERK, "cases.accept", f"case:{number}", {"number": number}) for number in range(first, first + count)]


def test_an_empty_ledger_is_signed_too(keeper: Keeper) -> None:
    turn = keeper.turn()
    assert turn is not None and (turn.added, turn.size) == (0, 0)
    head = opened(TreeHead.objects.get().note, keeper.signer.verifier)
    assert head.size == 0 and head.root == HASHES["sha256"].empty()


def test_what_waits_is_taken_in_once_and_in_order(keeper: Keeper) -> None:
    first = acts(3)
    keeper.turn()
    second = acts(300, 3)
    turn = keeper.turn()
    assert turn is not None and (turn.added, turn.refused, turn.size) == (300, (), 303)
    assert list(Leaf.objects.order_by("place").values_list("place", "entry")) == list(enumerate(first + second))
    assert keeper.turn() == type(turn)(0, (), 303)
    assert sorted(Tile.objects.values_list("level", "number")) == [(0, 0), (0, 1), (1, 0)]


def test_a_long_queue_takes_several_turns(keeper: Keeper) -> None:
    acts(25)
    assert [keeper.turn(most=10).added for _ in range(4)] == [10, 10, 5, 0]  # type: ignore[union-attr]


def test_the_newest_head_is_signed_again_and_the_others_stay(keeper: Keeper) -> None:
    acts(1)
    keeper.turn()
    acts(1, 1)
    keeper.turn()
    first, second = (head.note for head in TreeHead.objects.order_by("size"))
    with clock.pinned(clock.now() + timedelta(seconds=1)):
        keeper.turn()
    heads = zip(TreeHead.objects.order_by("size"), (first, second), strict=True)
    assert [head.note == note for head, note in heads] == [True, False]
    assert clock.now() - opened(TreeHead.objects.get(size=2).note, keeper.signer.verifier).at < timedelta(seconds=2)


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_the_root_is_over_the_entries_as_they_stand(db: None, name: str) -> None:
    keeper, hash = Keeper(keys.signer(), keys.seal_key(), HASHES[name]), HASHES[name]
    acts(2)
    keeper.turn()
    leaves = []
    for entry in Entry.objects.order_by("pk"):
        text = text_of(Content(entry.at, entry.actor, entry.act, entry.subject, entry.payload))
        assert is_genuine(keys.seal_key(), text, bytes(entry.seal))
        leaves.append(hash.leaf(leaf_data(entry.pk, bytes(entry.seal), text)))
    head = opened(TreeHead.objects.get().note, keeper.signer.verifier)
    assert (head.root, head.hash) == (hash.node(*leaves), hash)
    acts(1, 2)
    assert Keeper(keys.signer(), keys.seal_key(), HASHES["sha256"]).turn() is not None
    assert opened(TreeHead.objects.get(size=3).note, keeper.signer.verifier).hash == hash, "a tree keeps its hash"


def test_an_entry_that_no_process_of_the_system_sealed_is_refused(keeper: Keeper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (at, actor, act, subject, payload, seal) VALUES (now(), 'account:1', 'a.b', 'c:1', '{}', '')"
        )
    acts(1)
    turn = keeper.turn()
    assert turn is not None and turn.added == 1 and len(turn.refused) == 1
    assert keeper.turn().refused == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("at", "payload"),
    [
        ("now()", '{"n": 1.5}'),
        ("now()", '{"n": 1e5000}'),
        ("now()", "[" * 2000 + "]" * 2000),
        ("'infinity'", "{}"),
        ("'-infinity'", "{}"),
        ("'0044-03-15 BC'", "{}"),
    ],
)
def test_what_no_process_of_the_system_can_have_written_stops_no_keeper(keeper: Keeper, at: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_entry (at, actor, act, subject, payload, seal) VALUES ({at}, 'account:1', 'a.b', 'c:1', %s, %s)",
            [payload, bytes(32)],
        )
    acts(1)
    turn = keeper.turn()
    assert turn is not None and turn.added == 1 and len(turn.refused) == 1


def test_an_entry_changed_before_its_turn_is_refused(keeper: Keeper) -> None:
    (number,) = acts(1)
    tamper(f"UPDATE ledger_entry SET subject = 'case:7' WHERE id = {number}")
    assert keeper.turn().refused == (number,)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE ledger_tile SET hashes = set_byte(hashes, 3, 255 - get_byte(hashes, 3))", "对不上"),
        ("DELETE FROM ledger_tile WHERE level = 1", "对不上"),
        ("UPDATE ledger_treehead SET note = replace(note, 'hash sha256', 'hash sm3')", "不是本簿签的"),
        ("UPDATE ledger_treehead SET size = 1000 WHERE size = 301", "写的是"),
        ("DELETE FROM ledger_treehead WHERE size = 301", "退回去"),
    ],
)
def test_a_tree_that_was_tampered_with_is_not_signed_on(keeper: Keeper, statement: str, why: str) -> None:
    acts(300)
    keeper.turn()
    acts(1, 300)
    keeper.turn()
    tamper(statement)
    acts(1, 301)
    with pytest.raises(Tampered, match=why):
        keeper.turn()
    assert Entry.objects.count() == 302


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=PAYLOADS, subject=st.text(LETTERS, max_size=160), act=st.text(LETTERS, max_size=80), at=MOMENTS)
def test_an_entry_has_the_same_bytes_when_postgresql_gives_it_back(
    db: None, payload: dict[str, object], subject: str, act: str, at: datetime
) -> None:
    with clock.pinned(at):
        number = ledger.append(CLERK, act, subject, payload)
        ledger.append_all(CLERK, act, [(subject, payload)])
    rows = [row for row in read_back() if row[0] >= number]
    assert [text_of_row(row) for _, *row, _ in rows] == [written(Content(at, str(CLERK), act, subject, payload))] * 2
    assert all(is_genuine(keys.seal_key(), text_of_row(row), seal) for _, *row, seal in rows)


def read_back() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM ledger_entry entry ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize(
    "payload",
    [{"a": 1.5}, {"a": [float("nan")]}, {1: "a"}, {"a": object()}, {"a": {2: 1}}, {"a": "\ud800"}, {"a": 10**5000}],
    ids=["float", "nan", "key", "object", "deep key", "half a letter", "too long"],
)
def test_what_has_no_exact_form_is_refused(db: None, payload: dict[str, object]) -> None:
    with pytest.raises(NotKept):
        ledger.append(CLERK, "a.b", "c:1", payload)


def test_a_seal_is_of_one_content_and_one_key() -> None:
    content = Content(clock.now(), "account:1", "a.b", "c:1", {"n": 1})
    text, other = text_of(content), text_of(content._replace(subject="c:2"))
    made = seal(b"k", text)
    assert is_genuine(b"k", text, made) and made != seal(b"k", text)
    assert not is_genuine(b"j", text, made) and not is_genuine(b"k", other, made)
    assert not is_genuine(b"k", text, made[:-1]) and not is_genuine(b"k", text, b"")


def test_many_entries_of_one_act_are_as_many_single_ones(keeper: Keeper) -> None:
    with transaction.atomic():
        ledger.append_all(CLERK, "facts.read", [(f"person:{number}", {"fields": ["姓名"]}) for number in range(4)])
        ledger.append_all(CLERK, "facts.read", [])
    assert [(entry.subject, entry.payload) for entry in Entry.objects.order_by("pk")][3] == ("person:3", {"fields": ["姓名"]})
    assert keeper.turn().added == 4  # type: ignore[union-attr]
