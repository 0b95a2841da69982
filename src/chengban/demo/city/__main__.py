"""python -m chengban.demo.city FOLDER --enterprises N: make a city to look at."""

import resource
import sys
import time
from datetime import datetime
from pathlib import Path

import click

from chengban.demo.city import CityError, make_city
from chengban.packs import current


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--enterprises", default=20_000, show_default=True, help="How many enterprises; people are three times as many.")
@click.option("--seed", default=1, show_default=True, help="The same seed and size make the same bytes.")
@click.option("--on", default="2025-12-01", show_default=True, help="The business date.", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--defects", default=0.002, show_default=True, help="The share of rows spoilt on purpose.")
def main(folder: Path, enterprises: int, seed: int, on: datetime, defects: float) -> None:
    """Make a synthetic city in FOLDER, one Parquet file a register."""
    began = time.perf_counter()
    try:
        made = make_city(folder, enterprises=enterprises, seed=seed, pack=current(), on=on.date(), progress=_tell, defects=defects)
    except CityError as error:
        raise click.ClickException(str(error)) from error
    rows = sum(made.rows.values())
    click.echo(f"{made.enterprises} enterprises, {made.people} people, {rows} rows in {len(made.rows)} registers")
    click.echo(f"in force: {made.high_tech} high-tech enterprises, {made.tech_sme} sci-tech SMEs")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    click.echo(f"{time.perf_counter() - began:.1f} s, at most {peak:.2f} GB")


def _tell(step: str, done: int, steps: int) -> None:
    if step:
        print(f"[{done}/{steps}] {step}", file=sys.stderr)


if __name__ == "__main__":
    main()
