"""Decision models (DMN 1.1 to 1.5): `load(path).evaluate(decision, inputs)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from ..errors import ModelError
from .model import Model, build
from .xml import each, read_root

_NO_MODELS: Mapping[str, Model] = {}


def loads(text: str | bytes, imported: Mapping[str, Model] = _NO_MODELS) -> Model:
    """A model from its XML; `imported` are the models it imports, by namespace. Raises ModelError."""
    return build(read_root(text), imported)


def load(path: str | Path) -> Model:
    """A model from a file; models it imports are found by namespace among the files beside it. Raises ModelError."""
    path = Path(path)
    root = read_root(path.read_bytes())
    if next(each(root, "import"), None) is None:
        return build(root, {})
    beside = {other: read_root(other.read_bytes()) for other in sorted(path.parent.glob("*.dmn")) if other != path}
    return _resolve(root, {found.get("namespace", ""): found for found in beside.values()}, {}, ())


def _resolve(root: Element, beside: Mapping[str, Element], done: dict[str, Model], path: Iterable[str]) -> Model:
    imported = {}
    own = root.get("namespace", "")
    for element in each(root, "import"):
        namespace = element.get("namespace", "")
        if namespace in path or namespace == own:
            raise ModelError(f"the model {namespace} imports itself")
        if namespace in beside and namespace not in done:
            done[namespace] = _resolve(beside[namespace], beside, done, (*path, own))
        if namespace in done:
            imported[namespace] = done[namespace]
    return build(root, imported)


__all__ = ["Model", "ModelError", "load", "loads"]
