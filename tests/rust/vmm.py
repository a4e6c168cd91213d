# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-rust for tests: built once, with its build script's filters; the C VMM's guests."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from rust.cargo import MISSING, ROOT, passed, target
from vmm_c import built
from vmm_c.built import Vmm

EXAMPLE = ROOT / "examples/vmm-rust"
GUESTS = ("real", "long", "traffic")


@cache
def _built() -> Vmm:
    folder = Path(tempfile.mkdtemp(prefix="vmm-", dir=target()))
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    passed(
        "build",
        "--offline",
        folder=EXAMPLE,
        LIGHTEXIT=f"{sys.executable} -m lightexit",
        PYTHONPATH=os.pathsep.join(filter(None, paths)),
    )
    # Copies, which later builds leave alone; a test runs them as another user.
    (filters,) = (target() / "debug/build").glob("vmm-*/out/filters")
    shutil.copytree(filters, folder / "filters")
    shutil.copy(target() / "debug/vmm", folder)
    for each in (target(), folder):
        each.chmod(0o755)
    images = [f"{folder}/{name}.bin" for name in GUESTS]
    built.make(built.EXAMPLE, f"BUILD={folder}", "PKG_CONFIG=true", "LIBBPF=no", *images)
    return Vmm(folder)


def build() -> Vmm:
    """The VMM, built once in a process; skips the test where it cannot be."""
    if MISSING:
        pytest.skip(MISSING)
    built.require()
    return _built()


def vmm() -> Vmm:
    """The same; skips the test where it cannot run, either."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        pytest.skip("/dev/kvm is missing, or not for this user")
    return build()
