"""`chengban match local …` and `chengban match spark …`: policies and Parquet files in, a folder of bitmaps out; no database."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from chengban.cli.setup import JSON, ON, business_date, show


def _files(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that both commands take."""
    for take in (
        JSON,
        ON,
        click.option("--out", required=True, metavar="DIR", help="Folder or URI for the results; one that holds none yet."),
        click.argument("paths", metavar="PARQUET...", nargs=-1, required=True),
        click.argument("policies", metavar="POLICIES.json", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
    ):
        command = take(command)
    return command


@click.command("local")
@_files
def match_local(policies: Path, paths: tuple[str, ...], out: str, on: datetime | None, as_json: bool) -> None:
    """Match the rows of Parquet files with every policy of POLICIES.json, in this process.

    PARQUET is a file, a folder of *.parquet files, or a URI such as s3://….
    """
    from chengban.rules.parts import match_here

    _run(match_here, policies, paths, out, on, as_json)


@click.command("spark")
@_files
@click.option("--master", help="Spark's master: local[2], spark://…, yarn. Else spark-submit's, else local[*].")
@click.option("--conf", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of Spark; may be given many times.")
def match_spark(
    policies: Path,
    paths: tuple[str, ...],
    out: str,
    on: datetime | None,
    as_json: bool,
    master: str | None,
    settings: tuple[str, ...],
) -> None:
    """The same as `match local`, each row group on some worker of a Spark cluster. Needs Java and the extra `spark`."""
    from chengban.rules.parts import begin
    from chengban.rules.spark import need_spark, run_on_spark, start_session

    given = dict(_setting(text) for text in settings)

    def on_spark(*arguments: Any) -> Any:
        need_spark()
        run = begin(*arguments)
        session = start_session(master, given)
        try:
            return run_on_spark(session, run)
        finally:
            session.stop()

    _run(on_spark, policies, paths, out, on, as_json)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(f"--conf {text} 应写成 KEY=VALUE。")
    return name, value


def _run(match: Callable[..., Any], policies: Path, paths: tuple[str, ...], out: str, on: datetime | None, as_json: bool) -> None:
    from chengban.rules.errors import NoSuchFile

    asked, start = read_policies(policies), time.perf_counter()
    try:
        results = match(asked, paths, out, business_date(on))
    except NoSuchFile as error:
        raise click.UsageError(str(error)) from error
    seconds = time.perf_counter() - start
    if as_json:
        return show(results_dict(results, seconds))
    for name, eligible in results.counts.items():
        click.echo(f"{name}\t符合 {eligible:,}\t还不知道 {results.unknown_counts[name]:,}")
    click.echo(
        f"{results.rows:,} 行 × {len(results.counts):,} 条政策，{len(results.parts):,} 份，{seconds:.1f} 秒 → {results.target}"
    )


def read_policies(path: Path) -> dict[str, Any]:
    """FEEL text or nodes by name; a list of trees is named 0, 1, … Refuses other JSON with a sentence."""
    from chengban.rules import RulesError, from_tree

    try:
        given = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path.name} 不是 JSON:{error}") from error
    if isinstance(given, list):
        given = {str(place): tree for place, tree in enumerate(given)}
    if not isinstance(given, dict) or not given or not all(isinstance(one, str | list) for one in given.values()):
        raise click.UsageError(f"{path.name} 应是 {{政策: FEEL}}，或条件树的列表。 Give FEEL by name, or trees.")
    try:
        return {name: one if isinstance(one, str) else from_tree(one) for name, one in given.items()}
    except RulesError as error:
        raise click.ClickException(f"{path.name}:{error}") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise ValueError(f"{twice} is there twice")
    return made


def results_dict(results: Any, seconds: float) -> dict[str, Any]:
    """Results in the documented shape of `--json`."""
    return {
        "out": results.target,
        "on": results.on,
        "rows": results.rows,
        "parts": len(results.parts),
        "seconds": round(seconds, 3),
        "policies": {
            name: {"eligible": eligible, "unknown": results.unknown_counts[name]} for name, eligible in results.counts.items()
        },
    }
