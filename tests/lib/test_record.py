# SPDX-License-Identifier: Apache-2.0
"""What liblightexit records of its accesses becomes a recording as any other."""

from __future__ import annotations

import platform
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from lib.native import LIBRARY, MISSING, archive, compiler
from lightexit.abi import Space
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording import Recording, convert
from recordings import record

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "it is there")
HEAD, RECORD = 128, 56


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a VMM has written that was killed then."""
    folder = tmp_path_factory.mktemp("recorded")
    program, written = folder / "recorded", folder / "vm.trace"
    source = str(LIBRARY / "tests" / "recorded.c")
    subprocess.run([*compiler("-o", str(program)), source, archive(), "-pthread"], check=True)
    done = subprocess.run([program, written], check=False)
    assert done.returncode == -signal.SIGKILL
    return written.read_bytes()


def test_each_access_of_a_killed_vmm_is_there(stream: bytes, tmp_path: Path) -> None:
    source, path = tmp_path / "web01.trace", tmp_path / "a.parquet"
    source.write_bytes(stream)
    done = lightexit("record", "--from", source, "-o", path)
    assert (done.returncode, done.stderr) == (0, "")
    found = Recording.open(path)
    filtered, by_filter, by_model, left, left_write = found.accesses()
    assert what(filtered) == (3, Space.PIO, 0x100, 4, True, 6, Answer.FILTER)
    assert what(by_filter) == (3, Space.PIO, 0x100, 4, False, 6, Answer.FILTER)
    assert what(by_model) == (3, Space.PIO, 0x103, 1, False, 0x43, Answer.MODEL)
    assert what(left) == (3, Space.PIO, 0x9990, 2, False, None, Answer.USER)
    assert what(left_write) == (3, Space.PIO, 0x9990, 1, True, 0xFF, Answer.USER)
    assert abs(filtered.time_ns - time.time_ns()) < 600e9
    assert all(a.duration_ns is not None for a in (filtered, by_filter, by_model))
    assert left.duration_ns is None
    assert (found.about.host, found.about.source) == (platform.node(), "liblightexit")
    assert (found.about.lost, [vm.vm for vm in found.vms()]) == (0, ["web01"])


def what(a: Access) -> tuple[object, ...]:
    return a.vcpu, a.space, a.address, a.size, a.is_write, a.value, a.answer


@pytest.mark.parametrize("end", [-1, -RECORD + 1])
def test_what_is_whole_is_converted(stream: bytes, end: int, tmp_path: Path) -> None:
    source, path = tmp_path / "a.trace", tmp_path / "a.parquet"
    source.write_bytes(stream[:end])
    done = lightexit("record", "--from", source, "-o", path)
    said = f"lightexit: {source}: it is cut off behind access 4\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert len(Recording.open(path)) == 4


def test_damaged_records_end_it(stream: bytes, tmp_path: Path) -> None:
    source = tmp_path / "a.trace"
    for at in (0, 7, 40, 44, 45, 47, 48, 55):  # number, time, vCPU, space, size, answer, mark
        damaged = bytearray(stream)
        damaged[HEAD + RECORD + at] ^= 0x80
        damaged[HEAD + RECORD + 43] |= 0x80 if at == 40 else 0
        source.write_bytes(damaged)
        made = convert([source], tmp_path / "a.parquet", force=True)
        if at:
            assert made.remarks == (f"{source}: it is damaged behind access 1",)
            assert made.accesses == 1
        else:
            assert (made.accesses, made.lost) == (5, 0x81 + 1 - 5)


def test_accesses_that_could_not_be_written_are_lost(stream: bytes, tmp_path: Path) -> None:
    source = tmp_path / "a.trace"
    source.write_bytes(stream[: HEAD + RECORD] + stream[HEAD + 2 * RECORD :])
    made = convert([source], tmp_path / "a.parquet")
    assert (made.accesses, made.lost, Recording.open(made.path).about.lost) == (4, 1, 1)


def test_heads_that_are_none(stream: bytes, tmp_path: Path) -> None:
    source, path = tmp_path / "a.trace", tmp_path / "a.parquet"
    source.write_bytes(stream[:100])
    assert "is cut off in its head" in refusal("record", "--from", source, "-o", path)
    source.write_bytes(stream[:8] + b"\x02" + stream[9:])
    said = refusal("record", "--from", source, "-o", path)
    assert "has version 2 and records of 56 bytes" in said
    source.write_bytes(stream)
    other = record(tmp_path / "b.parquet", 5)
    said = refusal("record", "--from", source, "--from", other, "-o", path)
    assert "files of liblightexit and recordings at once" in said
    assert not path.exists()
