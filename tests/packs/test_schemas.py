"""The JSON Schemas that editors read are those of the models, and the city's own files fit them."""

import json
from pathlib import Path

from chengban.packs.loader import schemas

FOLDER = Path(__file__).resolve().parents[2] / "packs" / "schemas"


def test_the_schemas_kept_are_the_models() -> None:
    kept = {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.iterdir()}
    assert kept == json.loads(json.dumps(schemas())), "run: chengban pack schema packs/schemas"


def test_a_source_says_register_and_not_the_name_inside_python() -> None:
    assert "register" in schemas()["facts"]["$defs"]["Source"]["properties"]
