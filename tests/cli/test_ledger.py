"""`chengban ledger …` and `chengban witness`, as an operator and a stranger run them."""

import subprocess
import sys
from pathlib import Path

import pytest

from chengban import ledger
from chengban.ledger import Actor, keys
from chengban.ledger.merkle import HASHES, proves_inclusion
from chengban.ledger.models import TreeHead
from chengban.ledger.notes import COSIGNED, Signer
from chengban.ledger.proving import checkpoint_of, newest
from chengban.ledger.tiles import Folder
from chengban.ledger.witnessing import Witness
from tests.api.test_log import fetch_by
from tests.cli.conftest import Shell
from tests.cli.test_commands import promised, refused, same_keys
from tests.ledger.superuser import tamper

pytestmark = pytest.mark.django_db
WITNESS = Signer.of("witness.example", b"w" * 32, COSIGNED)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def entries(home: Path, shell: Shell) -> list[int]:
    made = [ledger.append(Actor.account(3), "cases.accept", f"case:{number}", {"n": number}) for number in range(300)]
    assert shell("ledger", "keep", "--once").code == 0
    return made


def test_an_entry_is_proved_to_anybody(shell: Shell, entries: list[int]) -> None:
    found = shell("ledger", "prove", str(entries[257]), "--json").json
    same_keys("ledger prove", found)
    head, hash = newest(), HASHES["sha256"]
    assert head is not None and found["checkpoint"] == head.note and found["leaf"] == hash.leaf(found["data"].encode()).hex()
    path = [bytes.fromhex(part) for part in found["path"]]
    assert proves_inclusion(hash, bytes.fromhex(found["leaf"]), 257, 300, path, checkpoint_of(head).root)
    assert "第 257 位，共 300 条" in shell("ledger", "prove", str(entries[257])).out
    refused(shell("ledger", "prove", "0"), "没有编号为 0", code=1)
    waiting = ledger.append(Actor.account(3), "cases.accept", "case:1")
    refused(shell("ledger", "prove", str(waiting)), "还没有并入", code=1)


def test_the_ledger_is_verified_and_what_is_wrong_is_told(shell: Shell, entries: list[int]) -> None:
    said = shell("ledger", "verify", "--json")
    assert said.code == 0 and said.json["clean"] and said.json["size"] == 300
    same_keys("ledger verify", said.json)
    assert "全部一致：300 条，1 个检查点" in shell("ledger", "verify").out
    tamper(f"UPDATE ledger_entry SET actor = 'account:9' WHERE id = {entries[7]}")
    said = shell("ledger", "verify", "--json")
    assert said.code == 1 and said.json["counts"] == {"seal": 1, "changed": 1}
    assert list(said.json["findings"][0]) == list(promised("ledger verify")["findings"][0])
    assert "第 7 位" in shell("ledger", "verify").err


def test_the_ledger_is_held_against_what_a_witness_kept(shell: Shell, entries: list[int], client, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    store, key = tmp_path / "store", tmp_path / "witness.key"
    Witness(Folder(store), keys.verifier(), WITNESS).look(fetch_by(client))
    key.write_text(str(WITNESS.verifier))
    with_store = ("ledger", "verify", "--witness", str(key), "--store", str(store))
    assert shell(*with_store).code == 0
    tamper("UPDATE ledger_tile SET hashes = set_byte(hashes, 64, 255 - get_byte(hashes, 64)) WHERE (level, number) = (0, 1)")
    found = shell(*with_store, "--json")
    assert found.code == 1 and ("witness", 258) in [(one["kind"], one["place"]) for one in found.json["findings"]]
    refused(shell("ledger", "verify", "--store", str(store)), "--witness")


def test_a_stranger_verifies_files_with_the_key_and_without_a_database(
    shell: Shell,
    entries: list[int],
    client,
    tmp_path: Path,  # type: ignore[no-untyped-def]
) -> None:
    store = tmp_path / "store"
    Witness(Folder(store), keys.verifier(), WITNESS).look(fetch_by(client))
    command = [sys.executable, "-m", "chengban.cli", "ledger", "verify", "--tiles", str(store), "--key", str(keys.verifier())]
    environment = {
        "PATH": "/usr/bin",
        "PYTHONPATH": ":".join(sys.path),
        "HOME": str(tmp_path),
        "DATABASE_URL": "postgres://nowhere.invalid/x",
    }
    done = subprocess.run([*command, "--witness", str(WITNESS.verifier)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "全部一致：300 条" in done.stdout and "witness.example" in done.stdout, done
    (store / "tile/0/000").write_bytes(bytes(8192))
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "被改过" in done.stderr
    refused(shell("ledger", "verify", "--tiles", str(store)), "--key")
    refused(shell("ledger", "verify", "--tiles", str(store), "--key", "x+y"), "public key", code=1)


def test_a_tree_that_was_tampered_with_is_not_signed_on(shell: Shell, entries: list[int]) -> None:
    TreeHead.objects.update(note="x")
    refused(shell("ledger", "keep", "--once"), "不再签名", code=1)


def test_a_tree_set_back_is_noticed_by_a_keeper_that_was_started_anew(shell: Shell, entries: list[int]) -> None:
    ledger.append(Actor.account(3), "cases.accept", "case:1")
    assert shell("ledger", "keep", "--once").code == 0
    tamper("DELETE FROM ledger_treehead WHERE size = 301")
    refused(shell("ledger", "keep", "--once"), "只剩 300 条", "--after-restore", code=1)
    tamper(
        "DELETE FROM ledger_leaf WHERE place = 300",
        "DELETE FROM ledger_tile",
        "DELETE FROM ledger_treehead",
        "DELETE FROM ledger_leaf",
        "INSERT INTO ledger_pending (entry) SELECT id FROM ledger_entry",
    )
    assert shell("ledger", "keep", "--once", "--after-restore").code == 0
    assert shell("ledger", "verify").code == 0 and shell("ledger", "keep", "--once").code == 0


def test_the_public_key_is_told(shell: Shell) -> None:
    assert shell("ledger", "key").out.strip() == str(keys.verifier())


def test_a_witness_that_sees_nothing_says_so(shell: Shell, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    said = shell("witness", "--log", str(nothing), "--key", str(keys.verifier()), "--store", str(tmp_path / "s"), "--once")
    assert said.code == 1 and "没有看成" in said.err
