"""Bitmaps of a match on disk: one Arrow file, a record batch for every 65,536 rows, a policy a line, zstd inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .encoding import BLOCK, threads
from .matches import Matches
from .running import bitmap_matrix, run_span, to_booleans

STRETCH = 65_536
"""Rows of one record batch. Its bitmaps, 8 KB a policy, are still near when they are compressed."""
_BLOCKS = STRETCH // BLOCK


def write_bitmaps(matches: Matches, path: Path) -> None:
    """Write who is eligible for each policy; the whole of the bitmaps is never in memory."""
    schema = pa.schema({"eligible": pa.binary(STRETCH // 8)}, _metadata(matches))
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as writer:
        for batch in _batches(matches, schema):
            writer.write_batch(batch)


def _metadata(matches: Matches) -> dict[str, str]:
    return {"rows": str(matches.codes.rows), "policies": json.dumps(matches.names, ensure_ascii=False)}


def _batches(matches: Matches, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    tape, encoded = matches.tape("eligible"), matches.codes.encoded
    blocks = -(-encoded.rows // BLOCK)

    def batch(first: int) -> pa.RecordBatch:
        bitmaps = bitmap_matrix(tape.outputs, _BLOCKS)
        run_span(tape, encoded, (first, min(first + _BLOCKS, blocks)), bitmaps)
        packed = np.ascontiguousarray(bitmaps[:, : STRETCH // 64])
        column = pa.Array.from_buffers(schema.field(0).type, len(packed), [None, pa.py_buffer(packed)])
        return pa.record_batch([column], schema=schema)

    with ThreadPoolExecutor(threads()) as pool:
        yield from pool.map(batch, range(0, blocks, _BLOCKS))


@dataclass(frozen=True, slots=True)
class StoredBitmaps:
    """A file of bitmaps, read where it is asked."""

    path: Path
    rows: int
    names: tuple[str, ...]

    def eligible(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are eligible for the policy; raises ValueError for a name that the file does not hold."""
        place = self.names.index(name)
        with pa.memory_map(str(self.path)) as source:
            file = pa.ipc.open_file(source)
            parts = [file.get_batch(i).column(0)[place].as_py() for i in range(file.num_record_batches)]
        return to_booleans(np.frombuffer(b"".join(parts), np.uint64), self.rows)


def open_bitmaps(path: Path) -> StoredBitmaps:
    """The bitmaps that `write_bitmaps` wrote."""
    with pa.memory_map(str(path)) as source:
        metadata = pa.ipc.open_file(source).schema.metadata
    return StoredBitmaps(path, int(metadata[b"rows"]), tuple(json.loads(metadata[b"policies"])))
