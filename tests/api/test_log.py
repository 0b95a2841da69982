"""The log for strangers: what a witness reads over HTTP, and what it hands in."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from chengban import ledger
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger import Actor, cosigning, keys, offline
from chengban.ledger.checkpoints import opened
from chengban.ledger.keeping import Keeper
from chengban.ledger.merkle import proves_consistency, proves_inclusion
from chengban.ledger.models import Cosignature
from chengban.ledger.notes import COSIGNED, Signer
from chengban.ledger.tiles import Fetch, Folder
from chengban.ledger.witnessing import Witness
from chengban.lib import clock

WITNESS = Signer.of("witness.example", b"w" * 32, COSIGNED)


@pytest.fixture
def keeper(db: None) -> Keeper:
    made = Keeper(keys.signer(), keys.seal_key())
    grow(made, 300)
    return made


def grow(keeper: Keeper, count: int) -> None:
    for number in range(count):
        ledger.append(Actor.account(3), "cases.accept", f"case:{number}")
    keeper.turn()


def fetch_by(client: Client) -> Fetch:
    def fetch(address: str) -> bytes | None:
        answer = client.get(f"/log/{address}")
        return None if answer.status_code == 404 else answer.content

    return fetch


def test_a_stranger_checks_the_log_with_the_key_alone(keeper: Keeper, client: Client) -> None:
    key = offline.Verifier.read(client.get("/log/key").content.decode())
    checkpoint, _ = offline.read_checkpoint(fetch_by(client), key)
    assert offline.verify(fetch_by(client), checkpoint).is_clean and checkpoint.size == 300


def test_a_witness_signs_what_it_sees_and_hands_it_in(
    keeper: Keeper, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(Folder(tmp_path), keys.verifier(), WITNESS)
    note = witness.look(fetch_by(client))
    handed = client.post("/log/cosignatures", note, content_type="text/plain")
    assert handed.status_code == 403 and client.get("/log/witnessed").status_code == 404
    monkeypatch.setenv("CHENGBAN_LEDGER_WITNESSES", str(WITNESS.verifier))
    assert client.post("/log/cosignatures", note, content_type="text/plain").status_code == 200
    assert client.post("/log/cosignatures", note, content_type="text/plain").status_code == 200
    assert Cosignature.objects.get().head_id == 300 and client.get("/log/witnessed").content.decode() == note
    grow(keeper, 400)
    with clock.pinned(clock.now() + timedelta(seconds=2)):
        keeper.turn()
        assert client.post("/log/cosignatures", witness.look(fetch_by(client)), content_type="text/plain").status_code == 200
    assert cosigning.newest().head_id == 700  # type: ignore[union-attr]
    assert offline.verify(Folder(tmp_path).fetch, witness.seen()).is_clean  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"\xff\xfe", 400), (b"x" * 30_000, 413), ("a\n\n— b AAAAAAAA\n".encode(), 400)]
)
def test_what_is_no_cosignature_is_not_taken(keeper: Keeper, client: Client, body: bytes, status: int) -> None:
    answer = client.post("/log/cosignatures", body, content_type="text/plain")
    assert answer.status_code == status and answer.json()["detail"].endswith("。")


def test_tiles_are_for_ever_and_checkpoints_for_now(keeper: Keeper, client: Client) -> None:
    whole, part, narrower = (client.get(f"/log/tile/0/{name}") for name in ("000", "001.p/44", "001.p/7"))
    assert len(whole.content) == 8192 and "immutable" in whole["Cache-Control"]
    assert len(part.content) == 44 * 32 and narrower.content == part.content[: 7 * 32]
    assert "no-store" in client.get("/log/checkpoint")["Cache-Control"]
    for name in ("001", "001.p/45", "002", "../checkpoint", "x", "000.p/256"):
        missing = client.get(f"/log/tile/0/{name}")
        assert missing.status_code == 404
    assert "no-store" in client.get("/log/tile/0/001")["Cache-Control"], "it will be there later"


def test_proofs_are_checked_by_whoever_asks(keeper: Keeper, client: Client, account_of: Callable[[Role], Account]) -> None:
    first = opened(client.get("/log/checkpoint").content.decode(), keys.verifier())
    number = ledger.append(Actor.account(3), "cases.accept", "case:x")
    grow(keeper, 10)
    second = opened(client.get("/log/checkpoint").content.decode(), keys.verifier())
    path = client.get(f"/api/ledger/consistency?old={first.size}&size={second.size}").json()["path"]
    parts = [bytes.fromhex(part) for part in path]
    assert proves_consistency(first.hash, first.size, second.size, first.root, second.root, parts)
    client.force_login(account_of(Role.AUDITOR), "django.contrib.auth.backends.ModelBackend")
    found = client.get(f"/api/ledger/entries/{number}/proof").json()
    parts = [bytes.fromhex(part) for part in found["path"]]
    leaf = first.hash.leaf(found["data"].encode())
    assert proves_inclusion(first.hash, leaf, found["place"], second.size, parts, second.root) and "case:x" in found["data"]
    waiting = ledger.append(Actor.account(3), "cases.accept", "case:y")
    assert "还没有并入" in client.get(f"/api/ledger/entries/{waiting}/proof").json()["detail"]


def test_no_entry_stands_in_the_log(keeper: Keeper, client: Client) -> None:
    everything = b"".join(
        client.get(f"/log/{name}").content for name in ("checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1")
    )
    assert b"case:" not in everything and b"account" not in everything
