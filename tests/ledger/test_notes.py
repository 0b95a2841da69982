"""Signed notes, checkpoints and addresses: what is right is read, and nothing else is."""

import base64
import contextlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.ledger.checkpoints import Checkpoint, opened
from chengban.ledger.errors import NotANote
from chengban.ledger.merkle import HASHES
from chengban.ledger.notes import COSIGNED, Note, Signer, Verifier, signed, time_of
from chengban.ledger.tiles import Address
from chengban.lib.clock import CHINA

LOG, OTHER = Signer.of("city.example/ledger", b"l" * 32), Signer.of("city.example/ledger", b"o" * 32)
WITNESS = Signer.of("witness.example/w1", b"w" * 32, COSIGNED)
AT = datetime(2025, 12, 1, 9, 30, tzinfo=CHINA)
HEAD = Checkpoint(LOG.name, 7, bytes(range(32)), AT, HASHES["sha256"])


def test_a_key_that_others_use_is_read() -> None:
    """The example key of Go's package note."""
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = Verifier.read(text)
    assert (key.name, key.hash.hex(), str(key)) == ("PeterNeumann", "c74f20a3", text)


def test_a_signed_checkpoint_is_read_with_its_key_alone() -> None:
    note = HEAD.note(LOG)
    root = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert note.startswith(f"{LOG.name}\n7\n{root}\nat 2025-12-01T09:30:00.000+08:00\nhash sha256\n\n— {LOG.name} ")
    assert opened(note, Verifier.read(str(LOG.verifier))) == HEAD
    for key in (OTHER.verifier, Signer.of("elsewhere", b"l" * 32).verifier):
        with pytest.raises(NotANote, match="not signed"):
            opened(note, key)


def test_a_checkpoint_of_another_log_is_not_ours() -> None:
    foreign = Checkpoint("another", 7, HEAD.root, AT, HEAD.hash)
    with pytest.raises(NotANote, match="is of another"):
        opened(signed(foreign.text(), LOG.sign(foreign.text())), LOG.verifier)


@given(st.integers(0, len(HEAD.note(LOG).encode()) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_can_be_changed(place: int, by: int) -> None:
    raw = bytearray(HEAD.note(LOG).encode())
    raw[place] ^= by
    try:
        found = opened(raw.decode(errors="replace"), LOG.verifier)
    except NotANote:
        return
    assert found == HEAD, "only what is not signed, such as the padding of the signature's text, may differ"


@given(
    st.text(max_size=300) | st.builds(lambda a, b: f"{a}\n\n— x {b}\n", st.text(max_size=80), st.text("AQZaz09+/=", max_size=60))
)
def test_whatever_is_read_is_refused_in_one_way(text: str) -> None:
    for read in (Note.read, Checkpoint.read, Verifier.read, Address.read, lambda one: opened(one, LOG.verifier)):
        with contextlib.suppress(NotANote):
            read(text)


@pytest.mark.parametrize(
    "vkey",
    ["", "x", "a+b+c", "example.com/foo+530a903b+AYEfjsyCwkWg8q3QDbHiTFyw5B8JTmwgPRnzzB3nkn9E", "example.com/foo+530a903a+AYEf",
     "example.com/foo+530a903a+" + base64.b64encode(bytes(33)).decode()],
)  # fmt: skip
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(NotANote, match="public key"):
        Verifier.read(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "x" * 121])
def test_what_cannot_name_a_key_is_refused(name: str) -> None:
    with pytest.raises(NotANote, match="cannot name a key"):
        Signer.of(name, b"l" * 32)


def test_a_witness_signs_what_and_when() -> None:
    text = HEAD.text()
    note = Note.read(signed(text, LOG.sign(text), WITNESS.cosign(text, AT)))
    cosignature = note.signed_by(WITNESS.verifier)
    assert cosignature is not None and time_of(cosignature) == AT and note.signed_by(LOG.verifier) is not None
    later = Note.read(signed(text, WITNESS.cosign(text, AT + timedelta(seconds=1)))).signed_by(WITNESS.verifier)
    assert later is not None and later != cosignature
    moved = later[:8] + cosignature[8:]
    assert not WITNESS.verifier.verifies(text, moved) and not WITNESS.verifier.verifies(text, b"")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address(0, 0), "tile/0/000"),
        (Address(0, 7, 12), "tile/0/007.p/12"),
        (Address(1, 1000), "tile/1/x001/000"),
        (Address(2, 1234067), "tile/2/x001/x234/067"),
        (Address(6, 999_999, 255), "tile/6/x999/999.p/255"),
    ],
)
def test_addresses_are_those_of_the_standard(address: Address, text: str) -> None:
    assert str(address) == text and Address.read(text) == address


@given(st.integers(0, 6), st.integers(0, 10**12), st.integers(1, 256))
def test_addresses_are_read_back(level: int, number: int, width: int) -> None:
    assert Address.read(str(Address(level, number, width))) == Address(level, number, width)


@pytest.mark.parametrize(
    "text",
    ["", "tile/0/0", "tile/7/000", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/../000",
     "tile/0/000/", "tile/-1/000", "tile/0/１00", "tile/0/" + "x000/" * 9 + "001"],
)  # fmt: skip
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(NotANote, match="no address"):
        Address.read(text)
