# SPDX-License-Identifier: Apache-2.0
"""Several files at once: each is there whole, and none is replaced before all could be written."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lightexit.errors import AuthorError, HostError

_EXPECTED = "a folder that may be written, or a new name in a folder that is there"


def check_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """Before the work whose results go there. Raises AuthorError where they could not."""
    try:
        if not os.path.lexists(folder):
            _check_parent(folder)
            return
        if not folder.is_dir():
            raise AuthorError(f"{folder} is no folder", expected=_EXPECTED)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise AuthorError(f"{folder}: permission denied", expected=_EXPECTED)
        for name in names:
            if (folder / name).is_dir():
                raise AuthorError(
                    f"{folder / name} is a folder", expected="no folder where a file is to be"
                )
    except OSError as error:
        raise AuthorError(f"{folder}: {_reason(error)}", expected=_EXPECTED) from None


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write each file, and make the folder if it is not there.

    Files are written under other names first, and renamed when all are: where the disk is full,
    nothing has changed. Raises AuthorError as `check_folder` does, and HostError.
    """
    check_folder(folder, contents)
    try:
        with _made(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".lightexit-") as place:
            for name, data in contents.items():
                (Path(place) / name).write_bytes(data)
            for name in contents:
                os.replace(Path(place) / name, folder / name)
    except OSError as error:
        raise HostError(
            f"{folder}: {_reason(error)}", expected="a disk with room for these files"
        ) from None


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder; one that was made for this goes if this fails."""
    is_new = not folder.is_dir()
    if is_new:
        folder.mkdir()
    try:
        yield
    except BaseException:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_parent(folder: Path) -> None:
    parent = folder.parent
    if not parent.is_dir():
        raise AuthorError(
            f"{folder}: there is no folder {parent}",
            expected=_EXPECTED,
            hint=f"mkdir -p {parent}",
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise AuthorError(f"{folder}: permission denied in {parent}", expected=_EXPECTED)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
