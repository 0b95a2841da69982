"""JSON trees mean what the workload says they mean."""

from __future__ import annotations

from typing import Any

import pytest

from chengban.rules.columnar import from_tree
from chengban.rules.columnar.trees import TreeError
from chengban.rules.parser import parse


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (["ge", "revenue", 100000.0], "revenue >= 100000.0"),
        (["lt", "share", 0.3], "share < 0.3"),
        (["is", "listed", True], "listed = true"),
        (["in", "size", ["micro", "small"]], 'size in ("micro", "small")'),
        (["ratio_ge", "spent", "revenue", 0.05], "spent / revenue >= 0.05"),
        (["not", ["or", ["is", "a", True], ["is", "b", True]]], "not(a = true or b = true)"),
        (["and", ["is", "a", True], ["and", ["is", "b", True]]], "a = true and b = true"),
    ],
)
def test_a_tree_is_the_node_of_its_text(tree: list[Any], text: str) -> None:
    assert from_tree(tree) == parse(text)


@pytest.mark.parametrize("tree", [[], ["near", "a", 1], ["ge", "a"], ["in", "a", 3], "and"])
def test_anything_else_is_refused(tree: Any) -> None:
    with pytest.raises(TreeError):
        from_tree(tree)
