# SPDX-License-Identifier: Apache-2.0
"""What is changed inside Unicorn, where its version is the one that is known."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest
from unicorn import UC_MODE_64
from unicorn.unicorn_py3.unicorn import uclib

from lightexit.vm.unicorn import inside
from lightexit.vm.unicorn.model import new_emulator

FILL = ctypes.cast(uclib.x86_cpu_tlb_fill_x86_64, ctypes.c_void_p).value


@pytest.fixture
def other_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "_VERSION", 0x020105FF)


def test_the_function_that_fills_the_tlb_is_replaced() -> None:
    assert FILL is not None
    assert replaced(FILL + 1) == FILL + 1


def test_code_that_is_not_as_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inside.inside_of(engine()) is not None
    monkeypatch.setitem(inside._CODE, "check_exit_request_x86_64", (7, "80be f2070000 01"))
    assert inside.inside_of(engine()) is None


@pytest.mark.usefixtures("other_version")
def test_that_of_another_version_is_not() -> None:
    assert replaced(0) == FILL


def engine() -> Any:
    """One with memory."""
    uc = new_emulator(UC_MODE_64)
    uc.mem_map(0, 4096)
    return uc


def replaced(fill: int) -> int:
    """Which function an engine has then."""
    uc = engine()
    known = inside.inside_of(uc)
    if known is not None:
        known.replace_fill(fill)
    cpu = inside._pointer(uc._uch.value + inside._CPU)
    return inside._pointer(inside._pointer(cpu + inside._CLASS) + inside._FILL)
