# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes a file has: it is a recording, or it is refused in a sentence."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import scale
from lightexit.errors import AuthorError
from lightexit.trace.recording import Recording, convert
from lightexit.trace.recording.stream import HEAD, MAGIC, RECORD
from lightexit.trace.report import find, summarize
from recordings import record

#: Behind them is what a Parquet file says of itself.
_END = 3500


def damaged(data: bytes, pick: random.Random) -> bytes:
    """The same with some bytes changed, most often near its end."""
    changed = bytearray(data)
    first = pick.choice([4, max(4, len(data) - _END)])
    for _ in range(pick.choice([1, 2, 5, 20])):
        at = pick.randrange(first, len(changed) - 4)
        flipped = changed[at] ^ 1 << pick.randrange(8)
        changed[at] = pick.choice([0, 255, pick.randrange(256), flipped])
    return bytes(changed)


def test_any_parquet_file_is_answered(tmp_path: Path) -> None:
    data, path = record(tmp_path / "a.parquet", 300).read_bytes(), tmp_path / "b.parquet"
    pick, said = random.Random(7), list[str]()
    for number in range(scale.full(1000)):
        path.write_bytes(damaged(data, pick))
        try:
            for _ in Recording.open(path).accesses():
                pass
            if number % 10 == 0:
                summarize(find([path]))
        except AuthorError as error:
            said.append(error.found)
    assert said
    assert not [text for text in said if "\n" in text or len(text) > 600]


def test_any_file_of_liblightexit_is_answered(tmp_path: Path) -> None:
    path, pick = tmp_path / "a.trace", random.Random(8)
    head = HEAD.pack(MAGIC, 1, RECORD.size, 5, 6, 0, b"host")
    whole = head + b"".join(
        RECORD.pack(i, i, 0x608, 1, 2, 0, 0, 4, 0, 1 + i % 3, b"XRECDEND") for i in range(50)
    )
    most = 0
    for _ in range(scale.full(1000)):
        path.write_bytes(damaged(whole, pick)[: pick.choice([None, None, pick.randrange(3000)])])
        with contextlib.suppress(AuthorError):
            most = max(most, convert([path], tmp_path / "a.parquet", force=True).accesses)
    assert 0 < most <= 50
