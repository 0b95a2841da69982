"""Files and folders here or in object storage: a plain path, or a URI that pyarrow knows (file, s3, gs, abfs, hdfs)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pyarrow as pa
from pyarrow import fs

from .errors import NoSuchFile, StorageError


def located(place: str) -> tuple[Any, str]:
    """The pyarrow filesystem of a path or URI, and the path inside it; raises StorageError for a URI that is not known."""
    if "://" not in place:
        return fs.LocalFileSystem(), os.path.abspath(place)
    try:
        files, inner = fs.FileSystem.from_uri(place)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{place} cannot be reached: {first_line(error)}") from error
    return files, inner


def absolute(place: str) -> str:
    """The same place under a name that does not depend on the working directory."""
    return place if "://" in place else os.path.abspath(place)


def inside(folder: str, name: str) -> str:
    """The name of a file in a folder; a URI keeps its query."""
    if "://" not in folder:
        return os.path.join(folder, name)
    parts = urlsplit(folder)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{quote(name)}").geturl()


def listed(folder: str) -> list[str]:
    """The names of the files in a folder, sorted; raises StorageError where it cannot be read."""
    files, inner = located(folder)
    with told(folder, "cannot be read"):
        found = files.get_file_info(fs.FileSelector(inner, allow_not_found=True))
    return sorted(info.base_name for info in found if info.type == fs.FileType.File)


def is_folder(place: str) -> bool:
    """Whether a folder is there, not a file; raises NoSuchFile where there is neither."""
    files, inner = located(place)
    with told(place, "cannot be read"):
        info = files.get_file_info(inner)
    if info.type == fs.FileType.NotFound:
        raise NoSuchFile(f"{place} is not there")
    return bool(info.type == fs.FileType.Directory)


def make_folder(folder: str) -> None:
    """Make a folder and those above it; raises StorageError where that is not allowed."""
    files, inner = located(folder)
    with told(folder, "cannot be written"):
        files.create_dir(inner, recursive=True)


def remove(folder: str, name: str) -> None:
    """Delete one file of a folder, where it is still there."""
    files, inner = located(folder)
    with told(folder, "cannot be written"):
        if files.get_file_info(f"{inner}/{name}").type == fs.FileType.File:
            files.delete_file(f"{inner}/{name}")


@contextmanager
def put(folder: str, name: str) -> Iterator[Path]:
    """A local path to write to. Afterwards `name` is in the folder, whole; after an error it is as it was before.

    What is being written has a name of its own, so that two who write the same file at once do not meet. They must write the
    same: on storage where a move does not replace a file, the first of them stays.
    """
    files, inner = located(folder)
    temporary = f"{inner}/{name}.{uuid4().hex}.tmp"
    try:
        if isinstance(files, fs.LocalFileSystem):
            yield Path(temporary)
        else:
            with tempfile.TemporaryDirectory() as near:
                yield Path(near) / name
                fs.copy_files(str(Path(near) / name), temporary, fs.LocalFileSystem(), files)
        _move(files, temporary, f"{inner}/{name}")
    except BaseException:
        _forget(files, temporary)
        raise


def _move(files: Any, temporary: str, final: str) -> None:
    try:
        files.move(temporary, final)
    except OSError:
        if files.get_file_info(final).type != fs.FileType.File:
            raise
        _forget(files, temporary)


def _forget(files: Any, path: str) -> None:
    try:
        if files.get_file_info(path).type == fs.FileType.File:
            files.delete_file(path)
    except OSError:
        return


@contextmanager
def near(folder: str, name: str) -> Iterator[Path]:
    """A file of a folder as a local path: itself, or a copy of it for as long as the block runs."""
    files, inner = located(folder)
    if isinstance(files, fs.LocalFileSystem):
        yield Path(inner) / name
        return
    with tempfile.TemporaryDirectory() as here:
        with told(inside(folder, name), "cannot be read"):
            fs.copy_files(f"{inner}/{name}", str(Path(here) / name), files, fs.LocalFileSystem())
        yield Path(here) / name


@contextmanager
def told(place: str, what: str) -> Iterator[None]:
    """An error of the operating system or of pyarrow inside the block becomes a StorageError with one sentence."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{place} {what}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """What an error says, its first line only."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (words.strip().splitlines() or [type(error).__name__])[0]
