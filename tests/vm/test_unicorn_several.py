# SPDX-License-Identifier: Apache-2.0
"""Why there is one vCPU on Unicorn: an engine runs what it has translated, whoever else writes."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest
from unicorn import UC_ARCH_X86, UC_MODE_32, UC_PROT_ALL, x86_const
from unicorn.unicorn_py3.unicorn import Uc

from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted

PAGE = 4096
LOAD = bytes.fromhex("b801000000f4")  # mov eax, 1; hlt
STORE = bytes.fromhex("c6051100000002f4")  # mov byte [LOAD_AT + 1], 2; hlt
LOAD_AT, STORE_AT, NOWHERE = 0x10, 0x100, 0


def engine(address: int) -> Any:
    uc = Uc(UC_ARCH_X86, UC_MODE_32)
    uc.mem_map_ptr(0, PAGE, UC_PROT_ALL, address)
    return uc


def loaded(uc: Any) -> int:
    uc.emu_start(LOAD_AT, NOWHERE)
    return int(uc.reg_read(x86_const.UC_X86_REG_EAX))


def test_an_engine_does_not_see_code_that_another_one_writes() -> None:
    memory = ctypes.create_string_buffer(2 * PAGE)
    address = -(-ctypes.addressof(memory) // PAGE) * PAGE
    ctypes.memmove(address + LOAD_AT, LOAD, len(LOAD))
    ctypes.memmove(address + STORE_AT, STORE, len(STORE))
    one, other = engine(address), engine(address)
    assert loaded(one) == 1
    other.emu_start(STORE_AT, NOWHERE)
    assert ctypes.string_at(address + LOAD_AT + 1, 1) == b"\x02"
    assert loaded(one) == 1
    one.ctl_flush_tb()
    assert loaded(one) == 2


def test_so_several_are_refused() -> None:
    with pytest.raises(HostError, match="2 vCPUs on Unicorn") as refused:
        find("unicorn").check(Wanted(cpus=2))
    assert "code that another" in str(refused.value)
