"""`chengban pack check DIR`, `chengban pack schema`."""

import sys
from pathlib import Path

import click

from chengban.cli.setup import JSON, show


@click.group()
def pack() -> None:
    """Check a pack; print the schemas for editors."""


@pack.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@JSON
def check_pack(folder: Path, as_json: bool) -> None:
    """Check the pack in FOLDER. Says file, line, column and a sentence for each thing wrong, and then ends with 1."""
    from chengban.cases.scenes.checking import check_scenes
    from chengban.items.checking import check_items
    from chengban.packs import load
    from chengban.packs.check import check

    folder = folder.resolve()
    findings = check(folder) or check_items(load(folder)) or check_scenes(load(folder))
    if as_json:
        show([{"file": f.place.file, "line": f.place.line, "column": f.place.column, "message": f.message} for f in findings])
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo(f"{folder}: {len(findings)} finding(s)" if findings else f"{folder}: 没有问题，样例全部通过。 All is well.")
    sys.exit(1 if findings else 0)


@pack.command("schema")
@click.argument("folder", type=click.Path(path_type=Path))
def write_schemas(folder: Path) -> None:
    """Write a JSON Schema for each kind of declaration into FOLDER, for editors."""
    import json

    from chengban.packs.loader import schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / f"{name}.schema.json").write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{folder}: {len(schemas())} schemas")
