# SPDX-License-Identifier: Apache-2.0
"""Maps that hold what a state's version word must not write over, nor a clock be read from."""

from __future__ import annotations

import errno
import mmap
from collections.abc import Callable
from contextlib import suppress

import pytest

from kernel.inside import raw
from kernel.inside.programs import TIMER
from kernel.inside.raw import EXIT, Btf, MapShape, Source
from kernel.inside.request import attach, load
from lightexit.abi import Attach, AttachFlag
from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor
from lightexit.vm.kvm.attach import KernelModule

SIZE = 4096
WRITE_ONLY, READ_ONLY = 1 << 4, 1 << 3

Declare = Callable[[Btf], int]


def member(name: str, size: int) -> Declare:
    """A value that begins with a struct of the kernel, of that name."""
    return lambda types: types.struct("value", SIZE, [("x", types.struct(name, size), 0)])


def pointer(tag: str) -> Declare:
    def declare(types: Btf) -> int:
        kernel_s = types.tag(tag, types.struct("task_struct", 0))
        return types.struct("value", SIZE, [("x", types.pointer(kernel_s), 0)])

    return declare


def list_head(types: Btf) -> int:
    node = types.struct("bpf_list_node", 24)
    types.struct("entry", 24, [("node", node, 0)])
    value = types.struct("value", SIZE, [("x", types.struct("bpf_list_head", 16), 0)])
    types.tag_part("contains:entry:node", value, 0)
    return value


HOLDING: dict[str, Declare] = {
    "a timer": member("bpf_timer", 16),
    "a spin lock": member("bpf_spin_lock", 4),
    "a spin lock that gives up": member("bpf_res_spin_lock", 4),
    "a work queue": member("bpf_wq", 16),
    "work of a task": member("bpf_task_work", 8),
    "a pointer of the kernel's": pointer("kptr_untrusted"),
    "a pointer of the kernel's, as it was named before": pointer("kptr"),
    "a list": list_head,
}
PLAIN: dict[str, MapShape | Declare] = {
    "no BTF": MapShape(SIZE),
    "a struct of numbers": lambda types: types.struct("value", SIZE, [("x", 1, 0)]),
    "global data": lambda types: types.section(".data", SIZE),
}


def made(declare: MapShape | Declare) -> Descriptor:
    if isinstance(declare, MapShape):
        return declare.make()
    types = Btf()
    types.integer()
    value = declare(types)
    # Global data have no key.
    key = 0 if types.types[value - 1][7] == 15 else 1
    return MapShape(SIZE, btf=types.load(), key_type=key, value_type=value).make()


def made_or_skipped(declare: Declare) -> Descriptor:
    """Older kernels know fewer objects: to them these are structs of numbers, or errors."""
    try:
        return made(declare)
    except bpf.Refused as refusal:
        pytest.skip(f"this kernel does not make it: {refusal}")


def attach_state(module: KernelModule, request: Attach, state: Descriptor) -> int:
    code = raw.address(1, raw.VALUE, state.number) + raw.move(0, 0) + EXIT
    program = Source(code).load()
    request.program_fd = program.number
    return attach(module, bytes(request))


def attach_clock(module: KernelModule, request: Attach, clock: Descriptor) -> int:
    program = load(TIMER)
    request.program_fd, request.clock_fd = program.number, clock.number
    request.flags = AttachFlag.READS_CLOCK
    return attach(module, bytes(request))


@pytest.mark.parametrize("name", PLAIN)
def test_plain_maps(module: KernelModule, request_: Attach, name: str) -> None:
    assert attach_state(module, request_, made(PLAIN[name])) == 0
    assert attach_clock(module, request_, made(PLAIN[name])) == 0


@pytest.mark.parametrize("name", HOLDING)
def test_maps_with_objects_of_the_kernel(module: KernelModule, request_: Attach, name: str) -> None:
    held = made_or_skipped(HOLDING[name])
    if can_be_mapped(held):
        pytest.skip("to this kernel it is a struct of numbers")
    assert attach_clock(module, request_, held) == errno.EINVAL
    # The verifier itself does not let programs that may sleep have some of them.
    with suppress(bpf.Refused):
        assert attach_state(module, request_, held) == errno.EINVAL


def can_be_mapped(held: Descriptor) -> bool:
    """No value with such an object is mapped into a process, says the kernel."""
    with suppress(OSError):
        mmap.mmap(held.number, SIZE).close()
        return True
    return False


@pytest.mark.parametrize(("flag", "error"), [(0, 0), (READ_ONLY, 0), (WRITE_ONLY, errno.EACCES)])
def test_a_clock_must_be_readable(
    module: KernelModule, request_: Attach, flag: int, error: int
) -> None:
    clock = MapShape(SIZE, bpf._MAP_MMAPABLE | flag).make()
    assert attach_clock(module, request_, clock) == error
