# SPDX-License-Identifier: Apache-2.0
"""What native code is given to deliver interrupts, and to note which memory holds code."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from unicorn import x86_const
from unicorn.unicorn_py3.unicorn import uclib

from lightexit.bus.memory import Block, Record
from lightexit.runtime import Code, runtime_code
from lightexit.runtime.layout import CODE_BLOCK, SAVED_HEAD, Delivery, Slot
from lightexit.vm.memory import TOP, GuestMemory
from lightexit.vm.paging import PAGE
from lightexit.vm.unicorn.context import SavedContext, layout_is_known
from lightexit.vm.unicorn.inside import Inside
from lightexit.vm.unicorn.native import address_of


@functools.cache
def hooks() -> Code:
    """The functions of `unicorn_hooks.c`."""
    return runtime_code("unicorn_hooks")


@functools.cache
def deliver_external() -> Any:
    """bool deliver_external(engine, vector, watch)."""
    kind = ctypes.PYFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
    return kind(hooks().address("deliver_external"))


class NativeDelivery:
    """The record of one engine; without `is_known`, all is left to Python."""

    def __init__(self, memory: GuestMemory, context: SavedContext, clock: int, wide: bool) -> None:
        self._record = Record(Delivery)
        self._slots = _slots(memory)
        self._code, self._blocks = Block(TOP // PAGE), Block(TOP // CODE_BLOCK)
        #: Of the record.
        self.address = self._record.address
        self.is_known = layout_is_known()
        fields = self._record.fields
        fields.saved, fields.clock, fields.is_known = context.address, clock, self.is_known
        fields.slots, fields.slot_count = self._slots.address, len(memory.slots)
        fields.code, fields.blocks = self._code.address, self._blocks.address
        fields.save = address_of(uclib.uc_context_save)
        fields.restore = address_of(uclib.uc_context_restore)
        fields.reg_write = address_of(uclib.uc_reg_write)
        fields.control = address_of(uclib.uc_ctl)
        fields.hook_add = address_of(uclib.uc_hook_add)
        fields.refuse = hooks().address("refuse")
        names = ("RAX", "RCX", "RDX") if wide else ("EAX", "ECX", "EDX")
        fields.rax, fields.rcx, fields.rdx = (
            getattr(x86_const, f"UC_X86_REG_{name}") for name in names
        )
        fields.msr = x86_const.UC_X86_REG_MSR

    def work_in_place(self, inside: Inside) -> None:
        """Change the CPU's own registers, not a copy, and leave blocks by themselves."""
        fields, nothing = self._record.fields, hooks().address("nothing")
        fields.saved = inside.registers - SAVED_HEAD
        fields.save = fields.restore = nothing
        fields.leave = inside.leave

    def switch(self, on: bool) -> None:
        """Deliver natively, or in Python."""
        self._record.fields.is_known = on and self.is_known


def _slots(memory: GuestMemory) -> Block:
    size = Slot.layout.size
    block = Block(size * len(memory.slots))
    for index, slot in enumerate(memory.slots):
        entry = Slot.view(block.bytes[size * index : size * (index + 1)])
        entry.start, entry.size, entry.host = slot.address, slot.size, slot.host_address
    return block
