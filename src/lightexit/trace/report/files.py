# SPDX-License-Identifier: Apache-2.0
"""Which recordings are meant by files, folders and patterns, and which of them can be read."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lightexit.errors import AuthorError
from lightexit.trace.recording.parquet import RecordingFile
from lightexit.trace.recording.schema import EXPECTED, MappedDevice
from lightexit.trace.recording.writer import folder_of

#: So many places of devices are remembered, of all files.
_MOST_DEVICES = 1000


@dataclass(slots=True)
class FoundFiles:
    """Files that are recordings, and why others are none; `lost` accesses are missing in them.

    `devices` says where our own machines had devices.
    """

    files: list[Path] = field(default_factory=list)
    refused: list[AuthorError] = field(default_factory=list)
    lost: int = 0
    devices: dict[MappedDevice, None] = field(default_factory=dict)


def find(names: Iterable[Path]) -> FoundFiles:
    """Look at every file that the names stand for: files themselves, all *.parquet in and below
    folders, and what patterns match.

    Raises AuthorError for a name that stands for none, HostError without pyarrow.
    """
    found, seen = FoundFiles(), set[Path]()
    for name in names:
        files = [path for path in _named(name) if path not in seen]
        for path in files:
            seen.add(path)
            _look(path, found)
    return found


def _named(name: Path) -> Iterator[Path]:
    if name.is_dir():
        files = sorted(name.rglob("*.parquet"))
    elif glob.has_magic(str(name)) and not name.exists():
        files = [Path(each) for each in sorted(glob.glob(str(name), recursive=True))]
    elif not name.exists() and folder_of(name).is_dir():
        files = sorted(folder_of(name).rglob("*.parquet"))
    else:
        files = [name]
    if not files:
        what = "in and below that folder" if name.is_dir() else "that match this pattern"
        raise AuthorError(f"{name}: there are no files *.parquet {what}", expected=EXPECTED)
    for file in files:
        if file.is_dir():
            yield from sorted(file.rglob("*.parquet"))
        else:
            yield file


def _look(path: Path, found: FoundFiles) -> None:
    try:
        file = RecordingFile(path)
    except AuthorError as error:
        found.refused.append(error)
        return
    file.close()
    found.files.append(path)
    found.lost += file.about.lost
    for device in file.about.devices:
        if len(found.devices) < _MOST_DEVICES:
            found.devices[device] = None


def whole(files: Iterable[Path], refused: list[AuthorError]) -> list[Path]:
    """Those files of which every row can be read; why others cannot is added to `refused`."""
    kept = []
    for path in files:
        try:
            file = RecordingFile(path)
            for _ in file.batches():
                pass
            file.close()
        except AuthorError as error:
            refused.append(error)
        else:
            kept.append(path)
    return kept
