# SPDX-License-Identifier: Apache-2.0
"""The BPF programs as they are shipped: of their C, for any host, and kept once they are made."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

import lightexit.trace.probes as package
from lightexit.isa import PSEUDO_MAP_IDX, PSEUDO_MAP_IDX_VALUE, decode
from lightexit.trace.probes import loading
from lightexit.trace.probes.header import header
from lightexit.trace.probes.programs import SOURCES, programs

FOLDER = Path(package.__file__).parent


def test_checked_in_layouts_are_current() -> None:
    assert (FOLDER / "layouts.h").read_text() == header()


def test_the_ir_is_of_no_host() -> None:
    assert {path.stem for path in FOLDER.glob("*.c")} == {*SOURCES}
    for name in SOURCES:
        text = (FOLDER / f"{name}.ll").read_text()
        assert text.startswith("; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later\n")
        assert "target" not in text


@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang-14"])
@pytest.mark.parametrize("name", SOURCES)
def test_compilers_warn_of_nothing(compiler: str, name: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    strict = ("-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only")
    command = [compiler, *strict, str(FOLDER / f"{name}.c")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""


def test_a_program_for_each_tracepoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = programs()
    assert {each.name for each in made} == {
        *loading.ESSENTIAL,
        *loading.WHOLE_EXITS,
        *("kvm_fast_mmio", "kvm_msr", "kvm_apic"),
        *("kvm_set_irq", "kvm_pic_set_irq", "kvm_ioapic_set_irq"),
    }
    begin = time.thread_time()
    kept = programs()
    assert kept == made
    assert time.thread_time() - begin < 0.1


def test_of_one_map_the_value_is_addressed_and_of_others_the_map() -> None:
    for program in programs():
        for each in decode(program):
            if each.wide and each.src in (PSEUDO_MAP_IDX, PSEUDO_MAP_IDX_VALUE):
                is_value = program.maps[each.imm].name == "config"
                assert (each.src == PSEUDO_MAP_IDX_VALUE) == is_value
