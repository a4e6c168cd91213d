# SPDX-License-Identifier: Apache-2.0
"""Memory for native code, and the native routine under several threads."""

from __future__ import annotations

import ctypes
import threading

import pytest

from bus.plain import Cells, Recorder
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus, BusCpu
from lightexit.bus.clock import ManualClock
from lightexit.bus.memory import Block, Record, words
from lightexit.bus.native import dispatch
from lightexit.bus.region import pio
from lightexit.engine.native import compile_ir


@pytest.mark.parametrize("size", [1, 8, 24, 1 << 16])
def test_blocks_are_zeroed_and_stay_where_they_are(size: int) -> None:
    block = Block(size)
    assert bytes(block.bytes) == bytes(size)
    block.bytes[size - 1] = 0x5A
    assert ctypes.c_ubyte.from_address(block.address + size - 1).value == 0x5A
    assert block.address % 8 == 0


def test_an_array_of_words_has_an_address_even_if_empty() -> None:
    assert words([]).address != 0
    assert words([1, 2]).words.tolist() == [1, 2]


# Two vCPUs on one state: `first` and `second` always change together.
FILTERS = """
define i64 @add(ptr %context, ptr %maps) {
  %value = load ptr, ptr %maps
  %first.p = getelementptr i8, ptr %value, i64 16
  %second.p = getelementptr i8, ptr %value, i64 24
  %first = load volatile i64, ptr %first.p
  %next = add i64 %first, 1
  store volatile i64 %next, ptr %first.p
  %low = trunc i64 %next to i32
  store volatile i32 %low, ptr %second.p
  ret i64 1
}
define i64 @compare(ptr %context, ptr %maps) {
  %value = load ptr, ptr %maps
  %first.p = getelementptr i8, ptr %value, i64 16
  %second.p = getelementptr i8, ptr %value, i64 24
  %second = load volatile i32, ptr %second.p
  %first = load volatile i64, ptr %first.p
  %low = trunc i64 %first to i32
  %data = sub i32 %low, %second
  %data.w = zext i32 %data to i64
  %data.p = getelementptr i8, ptr %context, i64 8
  store i64 %data.w, ptr %data.p
  ret i64 1
}
"""


class Shared(Recorder):
    """The model does what the filters do."""

    def read(self, offset: int, size: int) -> int:
        return (self.state.first - self.state.second) & 0xFFFF_FFFF

    def write(self, offset: int, value: int, size: int) -> None:
        self.state.first += 1
        self.state.second = self.state.first & 0xFFFF_FFFF


def test_accesses_of_several_vcpus_are_atomic_and_none_is_lost() -> None:
    device = Shared(pio(1).at(0x40), pio(1, offset=1).at(0x50))
    bus = Bus(ManualClock(), vcpus=2)
    bus.attach(device)
    code = compile_ir(FILTERS)
    writer, reader = bus._ports[device]
    writer._record.fields.filter = code.address("add")
    writer._record.fields.writes_state = True
    reader._record.fields.filter = code.address("compare")
    differences: set[int] = set()

    def work(cpu: BusCpu) -> None:
        context = Record(IoContext)
        fields = context.fields
        for _ in range(5000):
            fields.offset, fields.size, fields.is_write, fields.space = 0x40, 1, True, Space.PIO
            dispatch().access(cpu.address, context.address)
            fields.offset, fields.size, fields.is_write = 0x50, 1, False
            dispatch().access(cpu.address, context.address)
            differences.add(fields.data & 0xFF)

    threads = [threading.Thread(target=work, args=(cpu,)) for cpu in bus.cpus]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = {count.address: count for count in bus.counts()}
    assert differences == {0}
    assert device.state.first == counts[0x40].accesses == 10000
    assert counts[0x50].accesses == 10000
    assert Cells.layout.size == 16
