# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-c under sanitizers, liblightexit in it: its guests, and saves under traffic."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmm_c.built import EXAMPLE, Vmm, installed, make, vmm
from vmm_c.test_guests import WELL


def sanitized(folder: Path, sanitizer: str, filters: Path) -> Vmm:
    """The VMM, all of whose C is instrumented: the library is a part of it."""
    flag = f"-fsanitize={sanitizer} -fno-sanitize-recover=all"
    path = installed(folder / "opt", f"CFLAGS=-O1 -g {flag}")
    for shared in (folder / "opt/lib").glob("*.so*"):
        shared.unlink()
    make(EXAMPLE, path, f"BUILD={folder}", f"FILTERS={filters}", f"CC=gcc {flag}", "CFLAGS=-O1 -g")
    return Vmm(folder)


@pytest.mark.long
@pytest.mark.parametrize("sanitizer", ["address", "undefined", "thread"])
def test_sanitizers_find_nothing(tmp_path: Path, sanitizer: str) -> None:
    plain = vmm()
    built = sanitized(tmp_path, sanitizer, plain.folder / "filters")
    for name in ("real", "long"):
        assert built.run(built.guest(name)) == plain.run(plain.guest(name))
    path = str(tmp_path / "vm")
    traffic = ("--cpus", "2", "--snapshot", path, "--after", "300", built.guest("traffic"))
    assert built.run(*traffic) == (0, "", "")
    for after in ("5", "20", "50"):
        again = ("--restore", path, "--snapshot", path, "--after", after)
        assert built.run(*again) == (0, "", "")
    assert built.run("--restore", path, said="q") == (0, WELL.format(1), "")
