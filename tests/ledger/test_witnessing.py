"""The witness and the offline audit: files and keys, no database."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.ledger import offline
from chengban.ledger.checkpoints import Checkpoint
from chengban.ledger.errors import NotANote
from chengban.ledger.findings import Audit
from chengban.ledger.merkle import BYTES, HASHES, Edge, Forest, TreeHash
from chengban.ledger.notes import COSIGNED, Note, Signer
from chengban.ledger.tiles import CHECKPOINT, Address, Folder, reader
from chengban.ledger.witnessing import EVIDENCE, Parted, Witness, compare
from chengban.lib.clock import CHINA

LOG, WITNESS = Signer.of("city.example/ledger", b"l" * 32), Signer.of("witness.example", b"w" * 32, COSIGNED)
AT = datetime(2025, 12, 1, 9, 30, tzinfo=CHINA)


class Log:
    """A log whose files are in a folder."""

    def __init__(self, folder: Path, hash: TreeHash = HASHES["sha256"]) -> None:
        self.files, self.edge, self.leaves = Folder(folder), Edge(hash, 0, {}), list[bytes]()

    def grow(self, count: int, word: str = "") -> Checkpoint:
        leaves = [self.edge.hash.leaf(f"{word}{len(self.leaves) + number}".encode()) for number in range(count)]
        self.leaves += leaves
        for (level, number), hashes in self.edge.grow(leaves).items():
            self.files.put(str(Address(level, number, len(hashes) // BYTES)), hashes)
        return self.sign(self.edge.size, self.edge.root())

    def sign(self, size: int, root: bytes) -> Checkpoint:
        head = Checkpoint(LOG.name, size, root, AT + timedelta(seconds=size), self.edge.hash)
        self.files.put(CHECKPOINT, head.note(LOG).encode())
        return head

    @property
    def forest(self) -> Forest:
        return Forest(self.edge.hash, self.edge.size, reader(self.files.fetch))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(Folder(tmp_path / "store"), LOG.verifier, WITNESS)


@pytest.mark.parametrize("hash", HASHES.values(), ids=HASHES)
def test_a_log_that_only_grows_is_signed_and_kept(tmp_path: Path, witness: Witness, hash: TreeHash) -> None:
    log = Log(tmp_path / "log", hash)
    for count in (0, 1, 254, 1, 0, 600, 70_000):
        head = log.grow(count)
        note = Note.read(witness.look(log.files.fetch, lambda: AT))
        assert note.signed_by(WITNESS.verifier) is not None and Checkpoint.read(note.text) == head
        again = Witness(witness.store, LOG.verifier, WITNESS).seen()
        assert again == head, "what it saw outlives it"
    found = offline.verify(witness.store.fetch, head)
    assert found.is_clean and found.size == 70_856 and found.root == head.root
    assert len([path for path in witness.store.path.rglob("*") if path.parent.suffix == ".p"]) == 3, "old parts are taken away"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=5))
def test_however_it_grows(tmp_path_factory: pytest.TempPathFactory, counts: list[int]) -> None:
    folder = tmp_path_factory.mktemp("grows")
    log, witness = Log(folder / "log"), Witness(Folder(folder / "store"), LOG.verifier, WITNESS)
    for count in counts:
        head = log.grow(count)
        witness.look(log.files.fetch)
    assert offline.verify(witness.store.fetch, head).is_clean
    found = Audit()
    compare(found, log.forest, witness.store, LOG.verifier, WITNESS.verifier)
    assert found.is_clean


def test_a_log_that_was_set_back_is_not_signed(log: Log, witness: Witness) -> None:
    log.grow(300)
    witness.look(log.files.fetch)
    log.sign(200, log.forest.root(200))
    with pytest.raises(Parted, match="只剩 200 条"):
        witness.look(log.files.fetch)
    assert witness.store.fetch(EVIDENCE) is not None and witness.seen().size == 300  # type: ignore[union-attr]


@pytest.mark.parametrize("at", [3, 299])
def test_a_log_that_was_rewritten_is_not_signed_and_the_place_is_told(tmp_path: Path, log: Log, witness: Witness, at: int) -> None:
    log.grow(300)
    witness.look(log.files.fetch)
    kept = log.leaves
    forged = Log(tmp_path / "forged")
    forged.leaves = [*kept[:at], HASHES["sha256"].leaf(b"forged"), *kept[at + 1 :]]
    for (level, number), hashes in forged.edge.grow(forged.leaves).items():
        forged.files.put(str(Address(level, number, len(hashes) // BYTES)), hashes)
    forged.grow(50)
    with pytest.raises(Parted, match="被改写了"):
        witness.look(forged.files.fetch)
    found = Audit()
    compare(found, forged.forest, witness.store, LOG.verifier, WITNESS.verifier)
    assert [(one.kind, one.place) for one in found.findings] == [("witness", at)]


def test_a_log_that_lost_its_end_is_told(log: Log, tmp_path: Path, witness: Witness) -> None:
    log.grow(300)
    witness.look(log.files.fetch)
    short = Log(tmp_path / "short")
    short.grow(290)
    found = Audit()
    compare(found, short.forest, witness.store, LOG.verifier, WITNESS.verifier)
    assert [(one.kind, one.place) for one in found.findings] == [("witness", 290)]


def test_a_log_without_its_key_or_its_tiles_is_not_signed(log: Log, witness: Witness) -> None:
    with pytest.raises(NotANote, match="no checkpoint"):
        witness.look(log.files.fetch)
    log.grow(300)
    with pytest.raises(NotANote, match="not signed"):
        Witness(witness.store, Signer.of(LOG.name, b"x" * 32).verifier, WITNESS).look(log.files.fetch)
    (log.files.path / "tile/0/000").unlink()
    with pytest.raises(NotANote, match="not there"):
        witness.look(log.files.fetch)
    assert witness.seen() is None


def test_a_changed_file_is_found_without_the_database(log: Log) -> None:
    head = log.grow(70_000)
    place = log.files.path / "tile/1/000"
    place.write_bytes(bytes(32) + place.read_bytes()[32:])
    assert [(one.kind, one.place) for one in offline.verify(log.files.fetch, head).findings] == [("tile", 0)]


def test_a_changed_leaf_is_found_without_the_database(log: Log) -> None:
    head = log.grow(70_000)
    place = log.files.path / "tile/0/100"
    place.write_bytes(place.read_bytes()[:-1] + b"\x00")
    found = offline.verify(log.files.fetch, head)
    assert [one.message[:8] for one in found.findings] == ["散列分块 1/0", "散列分块 2/0", "散列值算出的根与"]
    place.unlink()
    assert [(one.kind, one.place) for one in offline.verify(log.files.fetch, head).findings] == [("tile", 25_600)]


def test_a_witness_that_is_killed_anywhere_goes_on(log: Log, tmp_path: Path) -> None:
    """Five kills while it takes in 60,000 leaves; afterwards the store is whole."""
    log.grow(60_000)
    key, store = tmp_path / "key", tmp_path / "store"
    key.write_text(str(LOG.verifier))
    program = f"""
from pathlib import Path
from chengban.ledger.notes import Signer, Verifier
from chengban.ledger.tiles import Folder
from chengban.ledger.witnessing import Witness
key = Verifier.read(Path({str(key)!r}).read_text())
witness = Witness(Folder(Path({str(store)!r})), key, Signer.of("witness.example", b"w" * 32, 4))
print("begun", flush=True)
witness.look(Folder(Path({str(log.files.path)!r})).fetch)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for pause in (0.0, 0.05, 0.1, 0.2, 0.3):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
    witness = Witness(Folder(store), LOG.verifier, WITNESS)
    witness.look(log.files.fetch)
    assert witness.seen() is not None and offline.verify(witness.store.fetch, witness.seen()).is_clean  # type: ignore[arg-type]
    shutil.rmtree(store)
