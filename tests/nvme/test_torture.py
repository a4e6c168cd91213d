# SPDX-License-Identifier: Apache-2.0
"""Rings of vCPUs against a back end that is killed all the time, in C: none lost, none torn.

`make -C examples/nvme torture` runs the same with 10^8 rings.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

import scale
from vmm_c.built import ROOT, installed, make, require

EXAMPLE = ROOT / "examples/nvme"
RINGS = scale.full(2_000_000)


@cache
def _library() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="lightexit-nvme-"))
    return folder, installed(folder / "opt")


def built(folder: Path, source: Path = EXAMPLE, *arguments: str) -> Path:
    """The folder of the programs, made of these sources."""
    require()
    lightexit = f"LIGHTEXIT={sys.executable} -m lightexit"
    made = folder / "build"
    make(source, _library()[1], f"BUILD={made}", lightexit, "CFLAGS=-O2 -Werror", *arguments)
    return made


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("nvme"))


def torture(programs: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [programs / "torture", programs / "backend", *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, check=False
    )


def figures(said: str) -> dict[str, int]:
    pattern = (
        r"(?P<rings>\d+) rings in .*: (?P<filter>\d+) by the filter, (?P<model>\d+) by the model\n"
        r"(?P<done>\d+) entries done, (?P<wrong>\d+) wrong; \d+ bursts, (?P<lost>\d+) not done .*\n"
        r"back end: killed (?P<killed>\d+) times, woken (?P<woken>\d+) times\n"
    )
    found = re.fullmatch(pattern, said)
    assert found is not None, said
    return {name: int(value) for name, value in found.groupdict().items()}


@pytest.mark.parametrize("vcpus", [1, 2])
def test_none_is_lost_and_none_is_torn(programs: Path, vcpus: int) -> None:
    done = torture(programs, RINGS, vcpus, 5)
    assert (done.returncode, done.stderr) == (0, "")
    seen = figures(done.stdout)
    assert seen["rings"] == seen["done"] == RINGS
    assert seen["lost"] == seen["wrong"] == 0
    assert seen["killed"] > 0 < seen["woken"] < RINGS
    assert seen["filter"] > seen["model"]


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """The example's sources with one thing changed, and less patience."""
    shutil.copytree(EXAMPLE, folder / "nvme", ignore=shutil.ignore_patterns("build", "__pycache__"))
    for name, before, after in ((file, old, new), ("torture.c", "PATIENCE_S 30", "PATIENCE_S 2")):
        text = (folder / "nvme" / name).read_text()
        assert text.count(before) == 1
        (folder / "nvme" / name).write_text(text.replace(before, after))
    return folder / "nvme"


_RINGS = "\t\t*rings = __atomic_load_n(&queue->rings, __ATOMIC_RELAXED);\n"
#: Some time after the tail, whatever the version says.
_LATER = (
    '\t\tfor (int i = 0; i < 20000; i++) {\n__asm__ volatile("");\n}\n' + _RINGS + "return true;\n"
)
#: What is left out or done otherwise, and where.
MISTAKES = {
    "the second look": (
        "backend.c",
        "say_asleep(1);",
        "usleep(50); say_asleep(1); wait_for_bell();",
    ),
    "the count": ("backend.c", "queue_done(queue, count);", "queue_done(queue, count + 1);"),
    "the seqcount": ("queue.h", _RINGS, _LATER),
}


@pytest.mark.parametrize("mistake", scale.part(MISTAKES))
def test_a_mistake_is_noticed(mistake: str, programs: Path, tmp_path: Path) -> None:
    source = changed(tmp_path, *MISTAKES[mistake])
    made = built(tmp_path, source, f"FILTERS={programs}/filters")
    done = torture(made, 2_000_000, 1, 0)
    assert done.returncode == 1, done.stdout
    seen = figures(done.stdout)
    assert seen["lost"] or seen["wrong"]


def litmus(folder: Path, filters: Path, *options: str) -> Path:
    """tests/nvme/litmus.c with the filter in that folder."""
    made = folder / "litmus"
    include = [f"-I{each}" for each in (filters, EXAMPLE, ROOT / "kernel/uapi")]
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", *options, *include, "-pthread"]
    sources = [Path(__file__).with_name("litmus.c"), filters / "nvme_ring.o"]
    subprocess.run([*command, *map(str, sources), "-o", str(made)], check=True)
    return made


def lost(program: Path, seconds: int) -> str:
    """What it prints."""
    command = [str(program), str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_ring_and_the_last_look_never_miss_each_other(programs: Path, tmp_path: Path) -> None:
    program = litmus(tmp_path, programs / "filters")
    assert lost(program, scale.full(20)).startswith("none lost in ")


@pytest.mark.skipif(os.cpu_count() == 1, reason="one CPU sees its own stores in order")
@pytest.mark.long
@pytest.mark.parametrize("side", ["filter", "back end"])
def test_without_a_barrier_they_do(side: str, programs: Path, tmp_path: Path) -> None:
    filters, options = programs / "filters", ["-DNO_BARRIER"]
    if side == "filter":
        source = changed(tmp_path, "device.py", "    full_barrier()  #", "    pass  #")
        filters, options = built(tmp_path, source) / "filters", []
    program = litmus(tmp_path, filters, *options)
    assert lost(program, 60).startswith("lost in round ")


def said(programs: Path, fds: tuple[int, int, int], size: object = 65536) -> str:
    """What the back end says of such descriptors before it ends."""
    command = [programs / "backend", *fds, size]
    kept = [fd for fd in fds if fd != 999]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, pass_fds=kept, check=False
    )
    assert done.returncode == 1
    return done.stderr


def test_a_back_end_that_is_given_the_wrong_things_says_so(programs: Path) -> None:
    import fcntl

    plain = os.memfd_create("plain", os.MFD_ALLOW_SEALING)
    small = os.memfd_create("small", os.MFD_ALLOW_SEALING)
    fcntl.fcntl(small, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    bell = os.eventfd(0)
    no_memfd = "no memfd that is sealed with F_SEAL_SHRINK\n"
    assert said(programs, (plain, bell, small)) == f"backend: the state: {no_memfd}"
    assert said(programs, (bell, bell, small)) == f"backend: the state: {no_memfd}"
    assert said(programs, (999, bell, small)) == f"backend: the state: {no_memfd}"
    assert said(programs, (small, bell, small)) == (
        "backend: the state: too small for the queues\n"
    )
    assert said(programs, (small, bell, small), 1) == "backend: SIZE: 2 to 65536 entries\n"
    for fd in (plain, small, bell):
        os.close(fd)


def test_a_back_end_that_ends_by_itself_is_noticed(programs: Path) -> None:
    done = subprocess.run(
        [str(programs / "torture"), "/bin/false", "1000"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "torture: /bin/false: it ended by itself\n")
