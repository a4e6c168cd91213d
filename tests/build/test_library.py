# SPDX-License-Identifier: Apache-2.0
"""The page about liblightexit: its program is built and run, and prints what is shown there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build.built import INCLUDE, WARNINGS, compile_c, write
from lib.native import MISSING, compiler, sources
from lightexit.build.sources import of_device
from lightexit.engine.native.target import object_triple

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

PAGE = (Path(__file__).parents[2] / "docs/liblightexit.md").read_text("utf-8")


def test_the_device_of_the_page_about_the_library(tmp_path: Path) -> None:
    found = of_device("port92", None)
    write(found, tmp_path, object_triple(None))
    program, after = PAGE.split("```c\n")[1].split("```\n")
    (tmp_path / "main.c").write_text(program)
    (subject,) = found.subjects
    made = [tmp_path / f"{name}.o" for name in ("main", subject.symbol)]
    compile_c(["gcc", "-std=c11", *WARNINGS, *INCLUDE, "-c", tmp_path / "main.c", "-o", made[0]])
    compile_c([*compiler("-pthread"), *sources(), *made, "-o", tmp_path / "main"])
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=False)
    shown = after.strip("\n").split("\n\n")[0]
    said = "".join(f"    {line}\n" for line in done.stdout.splitlines())
    assert (done.returncode, said, done.stderr) == (0, f"{shown}\n", "")
