"""The tree: the vectors that everybody who builds RFC 6962 agrees on, the definition as it is written, and every proof."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.ledger.merkle import HASHES, Edge, Forest, TreeHash, proves_consistency, proves_inclusion

SHA, SM3 = HASHES["sha256"], HASHES["sm3"]
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first 1, 2, … 8 inputs: the reference test data of Certificate Transparency."""


def grown(hash: TreeHash, leaves: list[bytes], steps: list[int] | None = None) -> Forest:
    """A tree grown in some batches, read from the tiles that the batches changed."""
    edge, tiles, done = Edge(hash, 0, {}), {}, 0
    for end in [*sorted(step % (len(leaves) + 1) for step in steps or []), len(leaves)]:
        tiles.update(edge.grow(leaves[done:end]))
        done = end
    assert edge.size == len(leaves)
    assert edge.root() == root_as_written(hash, leaves)
    return Forest(hash, len(leaves), lambda level, number, width: tiles[level, number])


def root_as_written(hash: TreeHash, leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word, over leaf hashes."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hash.empty()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hash.node(root_as_written(hash, leaves[:split]), root_as_written(hash, leaves[split:]))


def made_up(count: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def test_the_hash_of_nothing_and_the_known_roots() -> None:
    assert SHA.empty().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for count in range(1, 9):
        assert grown(SHA, [SHA.leaf(data) for data in INPUTS[:count]]).root().hex() == ROOTS[count - 1]


def test_the_known_paths() -> None:
    forest = grown(SHA, [SHA.leaf(data) for data in INPUTS])
    assert [part.hex() for part in forest.inclusion(0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [part.hex() for part in forest.consistency(6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_sm3_as_gb_t_32905_has_it() -> None:
    assert SM3.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert SM3.digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000])
def test_the_root_is_the_one_that_the_definition_gives(size: int) -> None:
    leaves = made_up(size)
    assert grown(SHA, leaves, [size // 3, size // 2]).root() == root_as_written(SHA, leaves)


@given(st.integers(1, 900), st.lists(st.integers(0, 1000), max_size=6), st.data())
def test_every_leaf_is_proved_and_nothing_else_is(size: int, steps: list[int], data: st.DataObject) -> None:
    leaves = made_up(size)
    forest = grown(SM3, leaves, steps)
    end = data.draw(st.integers(1, size))
    place = data.draw(st.integers(0, end - 1))
    root, path = forest.root(end), forest.inclusion(place, end)
    assert root == root_as_written(SM3, leaves[:end])
    assert proves_inclusion(SM3, leaves[place], place, end, path, root)
    assert not proves_inclusion(SM3, SM3.leaf(b"x"), place, end, path, root)
    assert not proves_inclusion(SM3, leaves[place], place, end, [*path, root], root)
    assert end == 1 or not proves_inclusion(SM3, leaves[place], (place + 1) % end, end, path, root)
    assert not proves_inclusion(SM3, leaves[place], end, end, path, root)


@given(st.integers(2, 900), st.data())
def test_every_older_tree_is_proved_to_be_a_beginning(size: int, data: st.DataObject) -> None:
    leaves = made_up(size)
    forest = grown(SHA, leaves)
    end = data.draw(st.integers(2, size))
    old = data.draw(st.integers(1, end - 1))
    before, after, path = forest.root(old), forest.root(end), forest.consistency(old, end)
    assert proves_consistency(SHA, old, end, before, after, path)
    assert not proves_consistency(SHA, old, end, SHA.leaf(b"x"), after, path)
    assert not proves_consistency(SHA, old, end, before, SHA.leaf(b"x"), path)
    assert not proves_consistency(SHA, old, end, before, after, path[:-1])
    assert proves_consistency(SHA, end, end, after, after, [])


@pytest.mark.parametrize(("place", "size"), [(5, 5), (-1, 5), (0, 6)])
def test_a_leaf_that_is_not_there_has_no_path(place: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        grown(SHA, made_up(5)).inclusion(place, size)


@pytest.mark.parametrize(("old", "size"), [(0, 5), (6, 5), (3, 6)])
def test_a_tree_that_never_was_is_no_beginning(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="no tree"):
        grown(SHA, made_up(5)).consistency(old, size)
