# SPDX-License-Identifier: Apache-2.0
"""A recorder that is killed, or whose disk fills up, leaves what it had recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lightexit.errors import HostError
from lightexit.trace.recording import Recording, RecordingWriter
from recordings import ABOUT, accesses, find_vm

#: Records until it is killed; says how many accesses it has handed over.
RECORDER = """
import sys
from pathlib import Path
from recordings import ABOUT, accesses, find_vm
from lightexit.trace.recording import RecordingWriter
recorder = RecordingWriter(Path(sys.argv[1]), ABOUT, find_vm, rows=1000)
for count in range(1, 10**6):
    recorder.add(accesses(1000))
    print(count, flush=True)
"""
#: Records until no file may be longer than 20,000 bytes, as on a disk that is full.
LIMITED = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from recordings import ABOUT, accesses, find_vm
from lightexit.trace.recording import RecordingWriter
recorder = RecordingWriter(Path(sys.argv[1]), ABOUT, find_vm, rows=1000)
recorder.add(accesses(2000))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    recorder.add(accesses(1000))
except Exception as error:
    print(error)
"""


def _start(code: str, path: Path) -> subprocess.Popen[str]:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_a_killed_recorder_leaves_its_parts(tmp_path: Path) -> None:
    with _start(RECORDER, tmp_path / "a.parquet") as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(3)][-1]
        process.send_signal(signal.SIGKILL)
    found = [*Recording.open(tmp_path / "a.parquet.parts").accesses()]
    assert len(found) >= 1000 * told
    assert found[-1000:] == [*accesses(1000)]


def test_what_fits_is_kept(tmp_path: Path) -> None:
    with _start(LIMITED, tmp_path / "a.parquet") as process:
        assert process.stdout is not None
        said = process.stdout.read()
    parts = tmp_path / "a.parquet.parts"
    assert f"a.parquet: file too large; 2,000 accesses are in {parts}" in said
    assert f"try: lightexit record --from {parts} -o FILE" in said
    assert len([*Recording.open(parts).accesses()]) == 2000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_ends_the_recording(small_disk: Path) -> None:
    path, parts = small_disk / "a.parquet", small_disk / "a.parquet.parts"
    recorder = RecordingWriter(path, ABOUT, find_vm, rows=1000)
    with pytest.raises(HostError, match=r"no space left on device; [0-9,]+ accesses are in"):
        recorder.add(accesses(10**6))
    assert len(Recording.open(parts)) == recorder.accesses >= 1000
    assert len([*Recording.open(parts).accesses()]) == recorder.accesses
    assert not path.exists()


def test_a_disk_without_room_for_one_file_keeps_the_parts(small_disk: Path) -> None:
    path, parts = small_disk / "a.parquet", small_disk / "a.parquet.parts"
    recorder = RecordingWriter(path, ABOUT, find_vm, rows=1000)
    recorder.add(accesses(3000))
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filler").write_bytes(bytes(1 << 20))
    with pytest.raises(HostError, match="no space left on device; 3,000 accesses are in"):
        recorder.close()
    assert [*Recording.open(parts).accesses()][:1000] == [*accesses(1000)]
    assert not path.exists()
