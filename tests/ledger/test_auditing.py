# ruff: noqa: E501 — a table of statements
"""Fifty and more ways for a superuser of the database to falsify the ledger; each is found, and told where it is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chengban import ledger
from chengban.ledger import Actor, keys
from chengban.ledger.auditing import audit
from chengban.ledger.canonical import Content, leaf_data, seal, text_of
from chengban.ledger.findings import Audit
from chengban.ledger.keeping import Keeper
from chengban.ledger.merkle import HASHES, Edge
from chengban.ledger.models import Entry, Leaf, Tile, TreeHead
from chengban.ledger.notes import Signer
from chengban.lib import clock
from tests.ledger.superuser import tamper

SIZES = (100, 300, 560, 620)
"""The signed heads."""
CLERK = Actor.account(3)


@pytest.fixture
def entries(db: None) -> Iterator[list[int]]:
    """The numbers of 620 entries, in the order of their places in the tree."""
    keeper = Keeper(keys.signer(), keys.seal_key())
    made: list[int] = []
    for size in SIZES:
        rest = range(len(made), size)
        made += [ledger.append(CLERK, "cases.accept", f"case:{number}", {"n": number, "text": "受理"}) for number in rest]
        turn = keeper.turn()
        assert turn is not None and turn.size == size
    yield made


def found_now() -> Audit:
    return audit(keys.signer().verifier, keys.seal_key())


def test_an_honest_ledger_has_nothing_to_find(entries: list[int]) -> None:
    found = found_now()
    assert found.is_clean, found.findings
    assert (found.size, found.heads, found.root) == (620, 4, found.root) and len(found.root) == 32


def test_an_honest_ledger_that_goes_on_has_nothing_to_find(entries: list[int]) -> None:
    ledger.append(CLERK, "cases.accept", "case:9")
    assert found_now().is_clean


COLUMNS = "at, actor, act, subject, payload, seal"
TAMPERS: list[tuple[str, str, str, int | None]] = [
    # what is done, the statements, the kind of finding, the place that is told (none: not of one place)
    ("another subject", "UPDATE ledger_entry SET subject = 'case:7777' WHERE id = {e[5]}", "changed", 5),
    ("another actor", "UPDATE ledger_entry SET actor = 'account:9' WHERE id = {e[0]}", "changed", 0),
    ("another act", "UPDATE ledger_entry SET act = 'cases.refuse' WHERE id = {e[255]}", "changed", 255),
    ("a second later", "UPDATE ledger_entry SET at = at + interval '1 second' WHERE id = {e[256]}", "changed", 256),
    ("a microsecond later", "UPDATE ledger_entry SET at = at + interval '1 microsecond' WHERE id = {e[619]}", "changed", 619),
    ("another payload", "UPDATE ledger_entry SET payload = '{{\"n\": 1}}' WHERE id = {e[300]}", "changed", 300),
    ("an emptied payload", "UPDATE ledger_entry SET payload = '{{}}' WHERE id = {e[299]}", "changed", 299),
    ("a number as a text", "UPDATE ledger_entry SET payload = jsonb_set(payload, '{{n}}', '\"7\"') WHERE id = {e[7]}", "changed", 7),
    ("a text that looks alike", "UPDATE ledger_entry SET payload = jsonb_set(payload, '{{text}}', '\"受理 \"') WHERE id = {e[8]}", "changed", 8),
    ("a key more", "UPDATE ledger_entry SET payload = payload || '{{\"x\": null}}' WHERE id = {e[9]}", "changed", 9),
    ("a key less", "UPDATE ledger_entry SET payload = payload - 'text' WHERE id = {e[10]}", "changed", 10),
    ("a number that is no exact one", "UPDATE ledger_entry SET payload = '{{\"n\": 7.5}}' WHERE id = {e[7]}", "changed", 7),
    ("a number too long to be read", "UPDATE ledger_entry SET payload = '{{\"n\": 1e5000}}' WHERE id = {e[7]}", "changed", 7),
    ("a payload too deep to be read", "UPDATE ledger_entry SET payload = (repeat('[', 2000) || repeat(']', 2000))::jsonb WHERE id = {e[7]}", "changed", 7),
    ("a time without end", "UPDATE ledger_entry SET at = 'infinity' WHERE id = {e[400]}", "changed", 400),
    ("a time before our era", "UPDATE ledger_entry SET at = '0044-03-15 BC' WHERE id = {e[400]}", "changed", 400),
    ("another seal", "UPDATE ledger_entry SET seal = set_byte(seal, 20, 255 - get_byte(seal, 20)) WHERE id = {e[11]}", "changed", 11),
    ("another nonce", "UPDATE ledger_entry SET seal = set_byte(seal, 0, 255 - get_byte(seal, 0)) WHERE id = {e[12]}", "seal", 12),
    ("no seal", "UPDATE ledger_entry SET seal = '' WHERE id = {e[13]}", "seal", 13),
    ("a cut seal", "UPDATE ledger_entry SET seal = substring(seal for 16) WHERE id = {e[14]}", "seal", 14),
    ("every entry changed", "UPDATE ledger_entry SET actor = 'account:9'", "changed", 0),
    ("the first deleted", "DELETE FROM ledger_entry WHERE id = {e[0]}", "gone", 0),
    ("one in the middle deleted", "DELETE FROM ledger_entry WHERE id = {e[310]}", "gone", 310),
    ("the last deleted", "DELETE FROM ledger_entry WHERE id = {e[619]}", "gone", 619),
    ("a block deleted", "DELETE FROM ledger_entry WHERE id BETWEEN {e[256]} AND {e[511]}", "gone", 256),
    ("all deleted", "DELETE FROM ledger_entry", "gone", 0),
    ("an entry and its leaf deleted", "DELETE FROM ledger_entry WHERE id = {e[40]}; DELETE FROM ledger_leaf WHERE place = 40", "leaf", 40),
    ("its leaf deleted", "DELETE FROM ledger_leaf WHERE place = 41", "leaf", 41),
    ("its leaf deleted, so that it has none", "DELETE FROM ledger_leaf WHERE place = 42", "foreign", None),
    ("the last leaves deleted", "DELETE FROM ledger_leaf WHERE place >= 600", "leaf", 600),
    ("all leaves deleted", "DELETE FROM ledger_leaf", "leaf", 0),
    (
        "closed up after a deletion",
        "DELETE FROM ledger_entry WHERE id = {e[500]}; DELETE FROM ledger_leaf WHERE place = 500;"
        "UPDATE ledger_leaf SET place = place - 1 WHERE place > 500",
        "changed", 500,
    ),
    ("two numbers exchanged",
     "UPDATE ledger_entry SET id = -1 WHERE id = {e[20]}; UPDATE ledger_entry SET id = {e[20]} WHERE id = {e[21]};"
     "UPDATE ledger_entry SET id = {e[21]} WHERE id = -1", "changed", 20),
    ("two places exchanged",
     "UPDATE ledger_leaf SET place = -1 WHERE place = 30; UPDATE ledger_leaf SET place = 30 WHERE place = 31;"
     "UPDATE ledger_leaf SET place = 31 WHERE place = -1", "changed", 30),
    ("two contents exchanged",
     "UPDATE ledger_entry a SET subject = b.subject, payload = b.payload, at = b.at, seal = b.seal FROM ledger_entry b "
     "WHERE (a.id, b.id) IN (({e[50]}, {e[51]}), ({e[51]}, {e[50]}))", "changed", 50),
    ("a number changed", "UPDATE ledger_entry SET id = 999999 WHERE id = {e[60]}", "gone", 60),
    ("a number changed, in its leaf too", "UPDATE ledger_entry SET id = 999999 WHERE id = {e[61]}; UPDATE ledger_leaf SET entry = 999999 WHERE place = 61", "changed", 61),
    ("one inserted without a seal", "INSERT INTO ledger_entry (" + COLUMNS + ") VALUES (now(), 'account:1', 'a.b', 'c:1', '{{}}', '')", "foreign", None),
    ("a copy inserted", "INSERT INTO ledger_entry (" + COLUMNS + ") SELECT " + COLUMNS + " FROM ledger_entry WHERE id = {e[70]}", "twice", None),
    ("one inserted into a gap of the numbers", "INSERT INTO ledger_entry (id, " + COLUMNS + ") VALUES (-5, now(), 'account:1', 'a.b', 'c:1', '{{}}', '')", "foreign", None),
    ("one inserted with a leaf at the end",
     "INSERT INTO ledger_entry (id, " + COLUMNS + ") VALUES (99999, now(), 'account:1', 'a.b', 'c:1', '{{}}', '');"
     "INSERT INTO ledger_leaf VALUES (620, 99999)", "unsigned", 620),
    ("one inserted in the middle",
     "UPDATE ledger_leaf SET place = place + 100000 WHERE place >= 200; UPDATE ledger_leaf SET place = place - 99999 WHERE place >= 100000;"
     "INSERT INTO ledger_entry (id, " + COLUMNS + ") VALUES (99999, now(), 'account:1', 'a.b', 'c:1', '{{}}', '');"
     "INSERT INTO ledger_leaf VALUES (200, 99999)", "changed", 200),
    ("one in the place of another",
     "INSERT INTO ledger_entry (id, " + COLUMNS + ") SELECT 99999, at, actor, act, 'case:1', payload, seal FROM ledger_entry WHERE id = {e[80]};"
     "UPDATE ledger_leaf SET entry = 99999 WHERE place = 80", "changed", 80),
    ("a hash changed", "UPDATE ledger_tile SET hashes = set_byte(hashes, 320, 255 - get_byte(hashes, 320)) WHERE level = 0 AND number = 1", "changed", 266),
    ("a hash changed, told by the heads", "UPDATE ledger_tile SET hashes = set_byte(hashes, 320, 255 - get_byte(hashes, 320)) WHERE level = 0 AND number = 1", "root", 100),
    ("an upper hash changed", "UPDATE ledger_tile SET hashes = set_byte(hashes, 3, 255 - get_byte(hashes, 3)) WHERE level = 1", "tile", 0),
    ("a tile deleted", "DELETE FROM ledger_tile WHERE level = 0 AND number = 0", "tile", 0),
    ("an upper tile deleted", "DELETE FROM ledger_tile WHERE level = 1", "tile", 0),
    ("all tiles deleted", "DELETE FROM ledger_tile", "tile", 0),
    ("a tile cut", "UPDATE ledger_tile SET hashes = substring(hashes for 640) WHERE level = 0 AND number = 2", "tile", 512),
    ("a tile lengthened", "UPDATE ledger_tile SET hashes = hashes || '\\x00' WHERE level = 0 AND number = 2", "tile", 512),
    ("a tile more", "INSERT INTO ledger_tile VALUES (0, 3, '\\x00')", "tile", 768),
    ("a level more", "INSERT INTO ledger_tile VALUES (2, 0, '\\x00')", "tile", 0),
    ("two tiles exchanged",
     "UPDATE ledger_tile SET number = 9 WHERE (level, number) = (0, 0); UPDATE ledger_tile SET number = 0 WHERE (level, number) = (0, 1);"
     "UPDATE ledger_tile SET number = 1 WHERE (level, number) = (0, 9)", "changed", 0),
    ("the newest head deleted", "DELETE FROM ledger_treehead WHERE size = 620", "unsigned", 560),
    ("all heads deleted", "DELETE FROM ledger_treehead", "head", None),
    ("a head's root changed", "UPDATE ledger_treehead SET note = regexp_replace(note, '\\n300\\n.', E'\\n300\\nA') WHERE size = 300", "head", None),
    ("a head's time changed", "UPDATE ledger_treehead SET note = replace(note, 'at 2', 'at 3') WHERE size = 560", "head", None),
    ("a head's signature taken off", "UPDATE ledger_treehead SET note = split_part(note, E'\\n\\n', 1) || E'\\n\\n' WHERE size = 100", "head", None),
    ("a head that is of another size", "UPDATE ledger_treehead SET size = 150 WHERE size = 100", "head", None),
    ("a head that is nonsense", "UPDATE ledger_treehead SET note = 'x' WHERE size = 100", "head", None),
    ("the guard of the entries dropped", "DROP TRIGGER ledger_append_only ON ledger_entry", "guard", None),
    ("the guard of the entries asleep", "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_append_only", "guard", None),
    ("the queue's trigger dropped", "DROP TRIGGER ledger_queue ON ledger_entry", "guard", None),
    ("the writing of entries replaced", "CREATE OR REPLACE FUNCTION ledger_append(written jsonb, sealed bytea) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'", "guard", None),
    ("the writing of entries dropped", "DROP FUNCTION ledger_append(jsonb, bytea)", "guard", None),
    ("a trigger more", "CREATE TRIGGER quiet BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", "guard", None),
    ("a rule that swallows entries", "CREATE RULE quiet AS ON INSERT TO ledger_entry DO INSTEAD NOTHING", "guard", None),
    ("the guard of the leaves asleep", "ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_append_only", "guard", None),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "kind", "place"), [row[1:] for row in TAMPERS], ids=[row[0] for row in TAMPERS])
def test_what_a_superuser_changes_is_found_where_it_is(entries: list[int], statements: str, kind: str, place: int | None) -> None:
    tamper(*statements.format(e=entries).split(";"))
    found = found_now()
    told = [one for one in found.findings if one.kind == kind]
    assert told, [(one.kind, one.message) for one in found.findings]
    assert told[0].place == place and told[0].message.endswith(("。", "？"))


def test_one_changed_entry_is_one_place(entries: list[int]) -> None:
    tamper(f"UPDATE ledger_entry SET subject = 'case:7777' WHERE id = {entries[333]}")
    assert {(one.kind, one.place, one.entry) for one in found_now().findings} == {
        ("changed", 333, None),
        ("seal", 333, entries[333]),
    }


def leaf_of(entry: Entry) -> bytes:
    text = text_of(Content(entry.at, entry.actor, entry.act, entry.subject, entry.payload))
    return HASHES["sha256"].leaf(leaf_data(entry.pk, bytes(entry.seal), text))


def rebuilt_tiles() -> None:
    """The whole tree made anew from the entries as they now stand: what a forger without the signing key can do at best."""
    numbers = Leaf.objects.order_by("place").values_list("entry", flat=True)
    held = Entry.objects.in_bulk(list(numbers))
    tiles = Edge(HASHES["sha256"], 0, {}).grow([leaf_of(held[number]) for number in numbers])
    tamper("DELETE FROM ledger_tile")
    Tile.objects.bulk_create(Tile(level=level, number=number, hashes=hashes) for (level, number), hashes in tiles.items())


def test_an_entry_forged_with_its_seal_and_the_whole_tree_is_found_between_two_heads(entries: list[int]) -> None:
    """Even with the key of the seals."""
    entry = Entry.objects.get(pk=entries[333])
    text = text_of(Content(entry.at, entry.actor, entry.act, "case:forged", entry.payload))
    sealed = seal(keys.seal_key(), text).hex()
    tamper(f"UPDATE ledger_entry SET subject = 'case:forged', seal = '\\x{sealed}' WHERE id = {entry.pk}")
    rebuilt_tiles()
    assert [(one.kind, one.place) for one in found_now().findings] == [("root", 300)]


def test_a_deletion_with_the_whole_tree_made_anew_is_found(entries: list[int]) -> None:
    tamper(
        f"DELETE FROM ledger_entry WHERE id = {entries[100]}",
        "DELETE FROM ledger_leaf WHERE place = 100",
        "UPDATE ledger_leaf SET place = place - 1 WHERE place > 100",
    )
    rebuilt_tiles()
    assert ("root", 100) in [(one.kind, one.place) for one in found_now().findings]


def test_a_head_signed_with_another_key_is_no_head(entries: list[int]) -> None:
    from chengban.ledger.proving import checkpoint_of

    head = TreeHead.objects.get(size=620)
    forged = checkpoint_of(head).note(Signer.of(keys.origin(), b"f" * 32))
    TreeHead.objects.filter(size=620).update(note=forged)
    assert [one.kind for one in found_now().findings] == ["head", "unsigned"]


def test_an_entry_that_nobody_takes_in_is_told(entries: list[int]) -> None:
    with clock.pinned(clock.now() - timedelta(minutes=1)):
        number = ledger.append(CLERK, "cases.accept", "case:9")
    assert [(one.kind, one.entry) for one in found_now().findings] == [("waiting", number)]


def test_an_entry_deleted_before_its_turn_is_told(entries: list[int]) -> None:
    number = ledger.append(CLERK, "cases.accept", "case:9")
    tamper(f"DELETE FROM ledger_entry WHERE id = {number}")
    assert [(one.kind, one.entry) for one in found_now().findings] == [("waiting", number)]
    Keeper(keys.signer(), keys.seal_key()).turn()
    assert [(one.kind, one.entry) for one in found_now().findings] == [("refused", number)]


def test_findings_of_one_kind_are_counted_beyond_those_that_are_told(entries: list[int]) -> None:
    tamper("UPDATE ledger_entry SET actor = 'account:9'")
    found = found_now()
    assert found.counts["changed"] == 620 and sum(one.kind == "changed" for one in found.findings) == 100


def test_the_table_has_fifty_kinds() -> None:
    assert len({row[0] for row in TAMPERS}) >= 50
