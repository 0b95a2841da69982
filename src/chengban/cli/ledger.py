"""`chengban ledger …` and `chengban witness`: keep the tree over the entries, check it, and see that it only ever grows."""

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import requests

from chengban.cli.follow import until_stopped, wait_for_the_database
from chengban.cli.setup import JSON, progress, ready, show

if TYPE_CHECKING:
    from chengban.ledger.findings import Audit
    from chengban.ledger.notes import Verifier
    from chengban.ledger.tiles import Fetch

_TIMEOUT = (3, 20)
"""Seconds to connect to a log, and to wait for an answer."""
_LARGEST = 1 << 20
KEY = click.option("--key", help="The log's public key, or a file that holds it.")


@click.group()
def ledger() -> None:
    """Keep the tree over the entries, prove an entry, check everything."""


@ledger.command()
@click.option("--once", is_flag=True, help="Put what waits into the tree, sign, and end.")
@click.option("--interval", default=0.25, show_default=True, type=click.FloatRange(0.01, 60), help="Seconds between turns.")
@click.option("--after-restore", is_flag=True, help="A backup was restored: begin from what the database holds.")
def keep(once: bool, interval: float, after_restore: bool) -> None:
    """Put new entries into the tree and sign its head, each second; until stopped. Several take turns."""
    ready()
    from chengban.ledger import keys
    from chengban.ledger.keeping import BATCH, Keeper
    from chengban.ledger.merkle import HASHES
    from chengban.lib import env

    memory = env.home() / "ledger" / "signed"
    if after_restore:
        memory.unlink(missing_ok=True)
    keeper = Keeper(keys.signer(), keys.seal_key(), HASHES[env.chosen("CHENGBAN_LEDGER_HASH", tuple(HASHES))], memory)
    stopping = threading.Event() if once else until_stopped()
    while True:
        try:
            turn = keeper.turn()
        except Exception as error:
            if once:
                raise
            wait_for_the_database(error, stopping)
            continue
        if turn is not None and turn.refused:
            click.echo(f"没有并入：留痕 {'、'.join(map(str, turn.refused))} 不是本系统写的，或者已被改动、删除。", err=True)
        is_behind = turn is not None and turn.added + len(turn.refused) == BATCH
        if once and not is_behind:
            return
        if stopping.wait(0 if is_behind else interval):
            return


@ledger.command("key")
def public_key() -> None:
    """Print the public key that checkpoints are checked with."""
    from chengban.ledger import keys

    click.echo(str(keys.verifier()))


@ledger.command()
@click.argument("entry", type=int)
@JSON
def prove(entry: int, as_json: bool) -> None:
    """The proof that an entry is in the tree, and what its leaf is made of."""
    ready()
    from chengban.ledger.models import Entry
    from chengban.ledger.proving import data_of, inclusion

    found = Entry.objects.filter(pk=entry).first()
    if found is None:
        raise click.ClickException(f"没有编号为 {entry} 的留痕。")
    made = inclusion(entry)
    if as_json:
        return show(
            {
                "entry": entry, "data": data_of(found).decode(), "place": made.place, "size": made.size, "leaf": made.leaf.hex(),
                "path": [part.hex() for part in made.path], "checkpoint": made.note,
            }
        )  # fmt: skip
    click.echo(f"留痕 {entry} 是树上第 {made.place} 位，共 {made.size} 条；证明 {len(made.path)} 步。")
    click.echo(made.note)


@ledger.command()
@click.option("--tiles", help="A folder or an address with a log's checkpoint and tiles; the database is not asked then.")
@KEY
@click.option("--witness", "witness_keys", multiple=True, help="A witness's public key, or a file with it.")
@click.option("--store", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A witness's store, to compare with.")
@JSON
def verify(tiles: str | None, key: str | None, witness_keys: tuple[str, ...], store: Path | None, as_json: bool) -> None:
    """Check every entry, tile and signature; or, with --tiles, a log's files alone. Ends with 1 where something does not fit."""
    witnesses = [_verifier(one) for one in witness_keys]
    if tiles and not key:
        raise click.UsageError("核对文件要有公钥：--key。")
    if store and not witnesses:
        raise click.UsageError("与见证人的留存比较要有见证人的公钥：--witness。")
    started = time.monotonic()
    found, told = _of_files(tiles, _verifier(key or ""), witnesses) if tiles else _of_database(key, witnesses, store)
    told |= {"seconds": round(time.monotonic() - started, 1)}
    if as_json:
        show(_shape(found) | told)
    else:
        _tell(found, told)
    if not found.is_clean:
        raise SystemExit(1)


def _of_files(place: str, key: "Verifier", witnesses: "list[Verifier]") -> "tuple[Audit, dict[str, Any]]":
    from chengban.ledger import offline

    fetch = _fetch(place)
    checkpoint, note = offline.read_checkpoint(fetch, key)
    with progress() as tell:
        found = offline.verify(fetch, checkpoint, lambda done, total: tell("核对散列分块", done, total))
    seen = {one.name: one.at.isoformat() for one in offline.witnessed_by(note, witnesses)}
    return found, {"signed_at": checkpoint.at.isoformat(), "hash": checkpoint.hash.name, "witnessed": seen}


def _of_database(key: str | None, witnesses: "list[Verifier]", store: Path | None) -> "tuple[Audit, dict[str, Any]]":
    ready()
    from chengban.ledger import cosigning, keys, proving
    from chengban.ledger.auditing import audit
    from chengban.ledger.tiles import Folder
    from chengban.ledger.witnessing import compare

    own = _verifier(key) if key else keys.verifier()
    with progress() as tell:
        found = audit(own, keys.seal_key(), lambda done, total: tell("核对留痕", done, total))
    head, seen = proving.newest(), cosigning.newest()
    if store is not None and head is not None:
        compare(found, proving.forest(head), Folder(store), own, witnesses[0])
    checkpoint = None if head is None else proving.checkpoint_of(head)
    return found, {
        "signed_at": checkpoint and checkpoint.at.isoformat(), "hash": checkpoint and checkpoint.hash.name,
        "witnessed": {} if seen is None else {seen.witness: seen.at.isoformat()},
    }  # fmt: skip


def _shape(found: "Audit") -> dict[str, Any]:
    return {
        "clean": found.is_clean, "size": found.size, "heads": found.heads, "root": found.root.hex(), "counts": found.counts,
        "findings": [
            {"kind": one.kind, "message": one.message, "entry": one.entry, "place": one.place} for one in found.findings
        ],
    }  # fmt: skip


def _tell(found: "Audit", told: dict[str, Any]) -> None:
    for one in found.findings:
        click.echo(one.message, err=True)
    for kind, count in found.counts.items():
        more = count - sum(one.kind == kind for one in found.findings)
        if more:
            click.echo(f"同类的还有 {more} 处。", err=True)
    seen = "、".join(f"{name}（{at}）" for name, at in told["witnessed"].items()) or "无"
    verdict = "全部一致" if found.is_clean else f"有 {sum(found.counts.values())} 处不符"
    click.echo(f"{verdict}：{found.size:,} 条，{found.heads:,} 个检查点，最新签于 {told['signed_at']}。")
    click.echo(f"见证 {seen}；用时 {told['seconds']} 秒。")


@click.command()
@click.option("--log", required=True, help="The log's address, such as https://city.example/ledger.")
@click.option("--key", required=True, help="The log's public key, or a file with it; got otherwise than from the log.")
@click.option("--store", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where it keeps what it saw.")
@click.option("--name", default="chengban.local/witness", show_default=True, help="The name that it signs under.")
@click.option("--once", is_flag=True, help="Look once, and end.")
@click.option("--interval", default=1.0, show_default=True, type=click.FloatRange(0.05, 3600))
def witness(log: str, key: str, store: Path, name: str, once: bool, interval: float) -> None:
    """See that a log only ever grows, and sign what was seen; on a machine that the log's keepers cannot change."""
    from chengban.ledger.errors import NotANote
    from chengban.ledger.tiles import Folder
    from chengban.ledger.witnessing import Parted, Witness

    made = Witness(Folder(store), _verifier(key), _witness_signer(name, store))
    click.echo(f"见证人公钥：{made.signer.verifier}")
    stopping = threading.Event() if once else until_stopped()
    fetch = _fetch(log)
    while True:
        try:
            note = made.look(fetch)
            _hand_in(log, note)
        except Parted as parted:
            raise click.ClickException(str(parted)) from parted
        except (NotANote, OSError) as error:
            if once:
                raise click.ClickException(f"没有看成：{error}") from error
            click.echo(f"没有看成，稍后再试：{error}", err=True)
        if once or stopping.wait(interval):
            return


def _witness_signer(name: str, store: Path) -> Any:
    """From `CHENGBAN_WITNESS_KEY`, else made once in the store."""
    from chengban.ledger.keys import witness_signer
    from chengban.lib import env

    store.mkdir(parents=True, exist_ok=True)
    return witness_signer(name, os.environ.get("CHENGBAN_WITNESS_KEY") or env.kept_word(store / "secrets" / "witness"))


def _hand_in(log: str, note: str) -> None:
    """Give the log the witness's signature. A log that cannot be reached gets a later one."""
    answer = requests.post(f"{log.rstrip('/')}/cosignatures", data=note.encode(), timeout=_TIMEOUT, allow_redirects=False)
    if answer.status_code != 200:
        click.echo(f"日志没有收下联署（{answer.status_code}）：请在日志一侧设置 CHENGBAN_LEDGER_WITNESSES。", err=True)


def _verifier(given: str) -> "Verifier":
    from chengban.ledger.notes import Verifier

    file = Path(given)
    is_file = len(given) < 1000 and "\n" not in given and file.is_file()
    return Verifier.read(file.read_text() if is_file else given)


def _fetch(place: str) -> "Fetch":
    """Read from a folder, or over HTTP: nothing where the log says that nothing is there. Raises OSError, `NotANote`."""
    from chengban.ledger.errors import NotANote
    from chengban.ledger.tiles import Folder

    if not place.startswith(("http://", "https://")):
        return Folder(Path(place)).fetch
    session = requests.Session()

    def fetch(address: str) -> bytes | None:
        answer = session.get(f"{place.rstrip('/')}/{address}", timeout=_TIMEOUT, allow_redirects=False, stream=True)
        if answer.status_code == 404:
            return None
        data = answer.raw.read(_LARGEST + 1, decode_content=True)
        if answer.status_code != 200 or len(data) > _LARGEST:
            raise NotANote(f"{place} 答复 {answer.status_code}，{len(data)} 字节")
        return bytes(data)

    return fetch
