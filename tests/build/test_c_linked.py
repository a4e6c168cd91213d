# SPDX-License-Identifier: Apache-2.0
"""Filters in C, built and linked: the same answers as the same filter in Python gives."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from random import Random

import pytest

from build.built import (
    INCLUDE,
    WARNINGS,
    cases,
    compiler,
    executed,
    interpreted,
    of_filters,
    runner,
    write,
)
from build.built import compile_c as compile_for_here
from doorbell.filter import DoorbellState, Reg, notify
from isa.clang import COMPILERS, EVERYTHING, compile_c
from lib.native import MISSING, archive
from lib.native import compiler as library_compiler
from lightexit.build.sources import Sources, of_object
from lightexit.engine.native.target import object_triple

HERE = Path(__file__).parent
DOORBELL = HERE.parents[1] / "examples/doorbell/doorbell.c"


def sent() -> str:
    """Accesses, many of them rings of queues that are there."""
    random, lines = Random(7), ["1 0 4 3"]
    for _ in range(400):
        offset = random.choice((*[Reg.QUEUE_NOTIFY] * 3, 0, 0x52, 0xFE))
        size = random.choice((1, 2, 4, 4, 4, 8))
        value = random.choice((*range(10), (1 << 8 * size) - 1))
        lines.append(f"{random.randrange(4) != 0:d} {offset} {size} {value}")
    return "\n".join(lines) + "\n"


def history(sources: Sources, folder: Path) -> str:
    """What the program of doorbell.c says to all of that, with this filter."""
    write(sources, folder, object_triple(None))
    strict: list[str | Path] = ["-std=c11", *WARNINGS, *INCLUDE, f"-I{folder}"]
    compile_for_here(["gcc", *strict, "-c", HERE / "doorbell.c", "-o", folder / "main.o"])
    parts: list[str | Path] = [folder / "main.o", folder / "notify.o", archive()]
    compile_for_here([*library_compiler("-pthread"), *parts, "-o", folder / "main"])
    done = subprocess.run(
        [folder / "main"], input=sent(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize("clang", COMPILERS)
def test_the_doorbell_in_c_is_the_one_in_python(clang: str, tmp_path: Path) -> None:
    """Its state begins as the Struct that it is said to be."""
    path = tmp_path / "doorbell.o"
    path.write_bytes(compile_c(DOORBELL.read_text("utf-8"), clang))
    in_c = history(of_object(path, None, {"device": DoorbellState}), tmp_path / "c")
    in_python = history(of_filters(notify), tmp_path / "python")
    assert in_c == in_python
    assert in_python.count("rings") > 10
    found = re.search(r"^handled (\d+), passed (\d+)$", in_python, re.M)
    assert found is not None
    assert min(map(int, found.groups())) > 20


@pytest.mark.parametrize("clang", COMPILERS)
def test_all_that_c_has_is_linked(clang: str, tmp_path: Path) -> None:
    """Functions, constants, variables of its own, a state that is defined elsewhere."""
    path, text = (
        tmp_path / "everything.o",
        EVERYTHING.replace("return start[1] &", "c->data = start[1]; return"),
    )
    path.write_bytes(compile_c(text, clang, "-Wno-unused"))
    sources, gcc = of_object(path, None), compiler("gcc", "clang")
    write(sources, tmp_path, object_triple(None))
    (tmp_path / "main.c").write_text(runner(sources))
    strict: list[str | Path] = ["-std=c11", *WARNINGS, *INCLUDE]
    compile_for_here(
        [gcc, *strict, tmp_path / "main.c", tmp_path / "works.o", "-o", tmp_path / "p"]
    )
    given = cases(sources, 50)
    assert executed([tmp_path / "p"], sources, given) == [interpreted(each) for each in given]
