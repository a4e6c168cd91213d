# SPDX-License-Identifier: Apache-2.0
"""How examples/vmm-c is built: of what is installed, without a warning; how long its files are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import scale
from vmm_c.built import EXAMPLE, Vmm, build, make, vmm


def test_it_is_built_without_python_and_checkout(tmp_path: Path) -> None:
    """Of a copy, an installed liblightexit, and the folder that `lightexit build` has written."""
    plain = vmm()
    copy = tmp_path / "copy"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("build"))
    shutil.copytree(plain.folder / "filters", copy / "build/filters")
    make(copy, plain.packages, "LIGHTEXIT=false")
    built = Vmm(copy / "build")
    assert built.run(built.guest("long")) == plain.run(plain.guest("long"))


def test_without_filters_it_says_what_fails(tmp_path: Path) -> None:
    path = build().packages
    with pytest.raises(AssertionError, match="no-lightexit-here"):
        make(EXAMPLE, path, f"BUILD={tmp_path}/out", "LIGHTEXIT=no-lightexit-here")
    assert not list((tmp_path / "out").glob("*.o"))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_it_compiles_without_a_warning(tmp_path: Path, compiler: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    filters = build().folder / "filters"
    flags = "CFLAGS=-O2 -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes"
    where = (f"BUILD={tmp_path}/out", f"FILTERS={filters}", f"CC={compiler}", flags)
    (tmp_path / "out").mkdir()
    has_libbpf = Path("/usr/include/bpf/libbpf.h").exists()
    for libbpf in (
        ("no", "yes") if has_libbpf and scale.is_long else ("yes" if has_libbpf else "no",)
    ):
        make(EXAMPLE, build().packages, *where, f"LIBBPF={libbpf}", "clean", "all")


def test_functions_and_files_are_short() -> None:
    for path in EXAMPLE.glob("*.[ch]"):
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) < 400, path
        begin = 0
        for number, line in enumerate(lines):
            if line == "{":
                begin = number
            assert line != "}" or number - begin < 40, f"{path}:{begin}"
            assert len(line.expandtabs(8)) <= 100, f"{path}:{number + 1}"
