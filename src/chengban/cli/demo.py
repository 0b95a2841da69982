"""`chengban demo`: the whole city from one command. Each stage is finished or not begun, so that a second run goes on."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from chengban.cli import serve as serving
from chengban.cli.demo_systems import pretended
from chengban.cli.operate import migrate_all
from chengban.cli.setup import DEMO_FILE, progress, ready
from chengban.cli.work import at_work
from chengban.lib import env

TODAY = date(2025, 12, 1)
"""The demo's business date: the city is made as of this day, so that each run of each year shows the same."""
ELECTRONIC = ("business_licence", "food_permit", "hitech_certificate")
"""The types of which the demo issues every certificate that its registers hold."""
Tell = Callable[[str, int, int], None]
_BYTES_AN_ENTERPRISE = 16_000


@dataclass(frozen=True)
class Made:
    """What this home's demo is: kept in `demo.json`."""

    enterprises: int
    seed: int
    today: str


@click.command()
@click.option(
    "--enterprises", type=click.IntRange(300, 5_000_000), help="How many; 20,000 where not given, 700,000 is the real city."
)
@click.option("--seed", type=click.IntRange(0), help="Another seed makes another city.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help="Throw away this home's city first.")
@click.option("--no-serve", is_flag=True, help="Stop after the table.")
def demo(enterprises: int | None, seed: int | None, port: int, fresh: bool, no_serve: bool) -> None:
    """Make the city, match it with every policy, and serve the portal on 127.0.0.1."""
    if not no_serve:
        serving.refuse_taken_port(serving.HOST, port)
    started = time.monotonic()
    made = _settle(enterprises, seed, fresh)
    with progress() as tell:
        tell("启动数据库", 0, 1)
        if fresh:
            _empty_database()
        ready()
        tell("启动数据库", 1, 1)
        _build(made, tell)
    _print_table()
    click.echo(f"用时 {time.monotonic() - started:.1f} 秒。状态都在 {env.home()}")
    if not no_serve:
        _serve(port)


def _settle(enterprises: int | None, seed: int | None, fresh: bool) -> Made:
    """What city this home is to hold. A home that holds another city is not changed without being told to."""
    path = env.home() / DEMO_FILE
    held = Made(**json.loads(path.read_text())) if path.exists() and not fresh else None
    wanted = Made(
        enterprises or (held.enterprises if held else 20_000), held.seed if held and seed is None else seed or 0, TODAY.isoformat()
    )
    if held is not None and held != wanted:
        raise click.UsageError(
            f"{env.home()} 里已有一座 {held.enterprises:,} 家企业的城市(种子 {held.seed})。"
            f"加 --fresh 重新生成，或用 CHENGBAN_HOME 另选一个文件夹。"
        )
    _refuse_small_disk(wanted)
    if held is None:
        new = path.with_suffix(".new")
        new.write_text(json.dumps(asdict(wanted)))
        new.replace(path)
    return wanted


def _refuse_small_disk(wanted: Made) -> None:
    """Say before the work, not in the middle of it, that the disk is too small."""
    held = sum(path.stat().st_size for path in env.home().rglob("*") if path.is_file() and not path.is_symlink())
    needed = (400 << 20) + wanted.enterprises * _BYTES_AN_ENTERPRISE - held
    free = shutil.disk_usage(env.home()).free
    if free < needed and not (_city_folder(wanted) / "done").exists():
        raise click.ClickException(
            f"{env.home()} 所在磁盘只剩 {free / 1e9:.1f} GB,这座城市需要约 {needed / 1e9:.1f} GB。"
            "腾出空间，或用 CHENGBAN_HOME 换一个磁盘。 The disk is too small for this city."
        )


def _empty_database() -> None:
    """Drop what the private database holds. A city's own database is never emptied from here."""
    from chengban.config import database

    if not database.is_private():
        raise click.UsageError("DATABASE_URL 指向外部数据库，--fresh 不会清空它。请自行清空后再运行。")
    for folder in ("city", "ledger"):
        shutil.rmtree(env.home() / folder, ignore_errors=True)
    database.recreate()


def _build(made: Made, tell: Tell) -> None:
    from chengban.policies.catalogue import current

    tell("迁移数据库", 0, 1)
    migrate_all()
    tell("迁移数据库", 1, 1)
    pack = current()
    folder = _city(pack, made, tell)
    _load(pack, folder, tell)
    _certificates(pack, tell)
    _census(pack, tell)
    _match(pack, tell)
    _seed(pack, tell)
    _cast(pack)


def _city_folder(made: Made) -> Path:
    return env.home() / "city" / f"{made.enterprises}-{made.seed}"


def _city(pack: Any, made: Made, tell: Tell) -> Path:
    """The city's files, made in a folder that takes its name when it is complete."""
    from chengban.demo.city import make_city

    folder = _city_folder(made)
    if (folder / "done").exists():
        return folder
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    half.mkdir(parents=True)
    on = date.fromisoformat(made.today)
    tell_city = partial(tell, "生成城市")
    make_city(half, enterprises=made.enterprises, seed=made.seed, pack=pack, on=on, progress=lambda _, *far: tell_city(*far))
    (half / "done").touch()
    half.replace(folder)
    return folder


def _load(pack: Any, folder: Path, tell: Tell) -> None:
    """Every register's file, through the same door as a file that a steward brings; then an inspection."""
    from chengban.facts.ingest import load_file
    from chengban.facts.models import Batch, Measure
    from chengban.facts.quality import inspect_all
    from chengban.ledger import Actor
    from chengban.lib import clock

    by, on = Actor.system("demo"), clock.today()
    brought = json.loads((folder / "city.json").read_text(encoding="utf-8"))["as_of"]
    loaded = set(Batch.objects.values_list("register", flat=True))
    files = [path for path in sorted(folder.glob("*.parquet")) if path.stem not in loaded]
    for number, path in enumerate(files):
        load_file(pack, pack.registers[path.stem], path, by=by, on=date.fromisoformat(brought[path.stem]))
        tell("载入登记库", number + 1, len(files))
    if files or not Measure.objects.exists():
        tell("检查数据质量", 0, 1)
        inspect_all(pack, by=by, on=on)
        tell("检查数据质量", 1, 1)


def _certificates(pack: Any, tell: Tell) -> None:
    """The certificates that the registers hold, issued electronically; the register of certificates is filled from them."""
    from django.db import transaction

    from chengban.certificates import taking_up
    from chengban.certificates.models import Certificate
    from chengban.demo.wallet import fill_wallets
    from chengban.ledger import Actor
    from chengban.lib import clock

    if Certificate.objects.exists():
        return
    by, on = Actor.system("demo"), clock.today()
    with transaction.atomic():
        for name in ELECTRONIC:
            taking_up.take_up(pack, name, by=by, on=on, progress=partial(tell, f"颁发{pack.certificates[name].name}"))
        fill_wallets(pack, by=by)
        taking_up.fill_register(pack, by=by, on=on)


def _census(pack: Any, tell: Tell) -> None:
    from chengban.items.census import latest, take_census
    from chengban.ledger import Actor
    from chengban.lib import clock

    if latest() is None:
        take_census(pack, by=Actor.system("demo"), on=clock.today(), progress=partial(tell, "普查免提交"))


def _match(pack: Any, tell: Tell) -> None:
    from chengban.ledger import Actor
    from chengban.lib import clock
    from chengban.policies.domain import is_current, latest_run, run_match

    run = latest_run()
    if run is None or not is_current(pack, run, clock.today()):
        run_match(
            pack, by=Actor.system("demo"), on=clock.today(), progress=lambda kind, done, total: tell(f"匹配 {kind}", done, total)
        )


def _seed(pack: Any, tell: Tell) -> None:
    from chengban.ledger import Actor
    from chengban.lib import clock
    from chengban.policies.models import SeedFigure
    from chengban.policies.seed import reckon_seed

    if not SeedFigure.objects.filter(on=clock.today()).exists():
        reckon_seed(pack, by=Actor.system("demo"), on=clock.today(), progress=lambda done, total: tell("核算见报数字", done, total))


def _print_table() -> None:
    from chengban.cli.policy import print_table
    from chengban.policies.domain import latest_run

    print_table(latest_run())


def _cast(pack: Any) -> None:
    """The accounts, and what the clerk asks of those who hold certificates."""
    from chengban.accounts.demo import CAST, make_demo_cast
    from chengban.accounts.models import Account
    from chengban.certificates.models import UseRequest
    from chengban.demo.city.cast import CITIZEN, FIRMS, PEOPLE
    from chengban.demo.wallet import ask_the_cast
    from chengban.ledger import Actor
    from chengban.lib import clock

    if not Account.objects.filter(login=CAST[-1].login).exists():
        make_demo_cast(by=Actor.system("demo"), enterprise=FIRMS[0].uscc, citizen=PEOPLE[CITIZEN].citizen_id)
    if not UseRequest.objects.exists():
        ask_the_cast(pack, clerk=Account.objects.get(login="clerk"), on=clock.today())


def _serve(port: int) -> None:
    click.echo(f"\n  诚办已就绪：http://{serving.HOST}:{port}/   (Ctrl-C 停止)")
    click.echo("  登录页列出了演示账号。 The sign-in page lists the demo's accounts.")
    with pretended(), at_work():
        click.echo("  模拟国库、模拟短信已启动，只在演示中，只在本机。 The treasury and the gateway are pretended.\n")
        serving.run_server(serving.HOST, port)
