# SPDX-License-Identifier: Apache-2.0
"""`--state`: sizes of states that an object does not know, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from isa.llvm import compile_ir

IR = """
@device = external global [68 x i8], align 4
define i64 @f(ptr %c) section "s" {
  %place = getelementptr i8, ptr @device, i64 64
  %data = getelementptr i8, ptr %c, i64 8
  %v = load i32, ptr %place
  %w = zext i32 %v to i64
  store i64 %w, ptr %data
  ret i64 1
}
"""
DOORBELL = Path(__file__).parents[2] / "examples/doorbell/src/doorbell/filter.py"


@pytest.fixture
def filter_object(tmp_path: Path) -> Path:
    path = tmp_path / "f.o"
    path.write_bytes(compile_ir(IR)[1])
    return path


def test_without_a_size_the_error_says_how_to_give_it(filter_object: Path) -> None:
    result = lightexit("verify", filter_object)
    assert result.returncode == 1
    assert "f: uses state 'device', whose size is not known" in result.stdout
    assert "help: compile the object with -g, or tell the size: --state NAME=BYTES" in result.stdout


@pytest.mark.parametrize("said", ["68", f"{DOORBELL}:DoorbellState"])
def test_a_size_is_given(filter_object: Path, said: str) -> None:
    given = "--state", f"device={said}"
    assert "f: accepted" in lightexit("verify", filter_object, *given).stdout
    assert ".map device 84\n" in lightexit("disasm", filter_object, *given).stdout
    assert "states: device (84 bytes)" in lightexit("compile", filter_object, *given).stdout
    again = filter_object.with_name("again.o")
    assert lightexit("compile", filter_object, *given, "-o", again).returncode == 0
    assert "f: accepted" in lightexit("verify", again).stdout


EXPECTED = "expected: --state NAME=BYTES or --state NAME=FILE.py:Struct"
WRONG = {
    "device": ("--state device", EXPECTED),
    "=4": ("--state =4", EXPECTED),
    "device=": ("--state device=", EXPECTED),
    "device=big": ("--state device=big", EXPECTED),
    "device=0": ("--state device=0", "expected: 1 to 536870912 bytes"),
    "device=99999999999": ("--state device=99999999999", "expected: 1 to 536870912 bytes"),
    "other=4": ("has no state named `other`, whose size is given", "expected: one of: device"),
    f"device={DOORBELL}:Bell": (
        "doorbell/filter.py declares no Struct named Bell",
        "expected: one of: Queue, DoorbellState",
    ),
    "device=none.py:Bell": ("none.py", "no such file"),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_option_is_told(filter_object: Path, said: str) -> None:
    error = refusal("verify", filter_object, "--state", said)
    for part in WRONG[said]:
        assert part in error


def test_a_state_is_given_once(filter_object: Path) -> None:
    error = refusal("verify", filter_object, "--state", "device=4", "--state", "device=5")
    assert "--state device is given twice" in error


def test_other_files_declare_their_states(tmp_path: Path) -> None:
    text, raw = tmp_path / "f.s", tmp_path / "f.bin"
    text.write_text("r0 = 0\nexit\n")
    lightexit("asm", text, "-o", raw)
    for file in (DOORBELL, text, raw):
        for command in ("verify", "compile", "disasm"):
            error = refusal(command, file, "--state", "device=4")
            assert f"--state is given, and {file} is no eBPF object" in error


def test_a_header_declares_each_struct_once() -> None:
    text = lightexit("header", DOORBELL).stdout
    assert text.count("struct lightexit_queue {") == 1
