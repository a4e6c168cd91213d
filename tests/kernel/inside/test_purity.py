# SPDX-License-Identifier: Apache-2.0
"""Programs that the kernel's verifier takes and that do more than compute, or for too long.

Many of these calls it replaces by instructions, so that none is left to be seen.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kernel.inside import raw
from kernel.inside.raw import EXIT, Btf, MapShape, Source
from kernel.inside.request import attach
from lightexit.abi import Attach
from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor
from lightexit.vm.kvm.attach import KernelModule

DONE = raw.move(0, 0) + EXIT
HARDEN = Path("/proc/sys/net/core/bpf_jit_harden")
ROUNDS = 1 << 20


def kernel_function(name: str) -> bytes:
    found = raw.kfunc(name)
    if not found:
        pytest.skip(f"this kernel has no {name}")
    return raw.kernel_function(found)


def load(source: Source) -> Descriptor:
    """A kernel that does not know such a program has nothing to be shown."""
    try:
        return source.load()
    except bpf.Refused as refusal:
        pytest.skip(f"this kernel does not load it: {refusal} {refusal.log[-300:]}")


def plain(code: bytes, license: bytes = raw.FREE) -> Source:
    return Source(code + DONE, license)


def bpf_loop() -> Source:
    """Each round calls a function that returns at once; Linux writes the loop out."""
    types = Btf()
    whole = types.integer()
    main = types.function("main", raw.STATIC, types.pointer())
    callback = types.function("callback", raw.STATIC, whole, types.pointer())
    code = raw.move(1, ROUNDS) + raw.address(2, raw.FUNCTION, 6) + raw.move(3, 0) + raw.move(4, 0)
    code += raw.helper(181) + DONE + DONE
    return Source(code, btf=types.load(), functions=[(0, main), (8, callback)])


def may_goto() -> Source:
    return plain(raw.ins(raw.MAY_GOTO, off=1) + raw.jump(-2))


def iterator() -> Source:
    """bpf_for(i, 0, ROUNDS); Linux 7.3 leaves nothing of these calls."""
    here = raw.copy(1, 10) + raw.add(1, -8)
    code = here + raw.move(2, 0) + raw.move(3, ROUNDS) + kernel_function("bpf_iter_num_new")
    code += here + kernel_function("bpf_iter_num_next") + raw.jump_if_zero(0, 1) + raw.jump(-5)
    return plain(code + here + kernel_function("bpf_iter_num_destroy"), raw.GPL)


def helper(number: int, license: bytes = raw.FREE) -> Callable[[], Source]:
    return lambda: plain(raw.helper(number), license)


def in_a_function() -> Source:
    return Source(raw.function(1) + EXIT + raw.helper(5) + DONE)


def lookup() -> Source:
    """On a map that a state may be in."""
    cell = MapShape().make()
    kept.append(cell)
    code = raw.put(10, -8, 0) + raw.copy(2, 10) + raw.add(2, -8)
    return plain(code + raw.address(1, raw.MAP, cell.number) + raw.helper(1))


def map_itself() -> Source:
    """The kernel's own structure, whose first field is an address."""
    cell = MapShape().make()
    kept.append(cell)
    code = raw.copy(6, 1) + raw.address(1, raw.MAP, cell.number) + raw.read(2, 1)
    return plain(code + raw.write(6, 8, 2), raw.GPL)


def kernel_variable() -> Source:
    found = raw.find("bpf_prog_active", 14)
    return plain(raw.address(1, raw.VARIABLE, found), raw.GPL)


def kernel_memory() -> Source:
    """Any address becomes one that may be read, and the call for that becomes a move."""
    code = raw.move(1, 0) + raw.move(2, raw.find("task_struct", 4))
    code += kernel_function("bpf_rdonly_cast") + raw.read(1, 0)
    return plain(code, raw.GPL)


def far_context() -> Source:
    """Linux 7 lets a program of this type reach its context at a variable offset."""
    code = raw.copy(6, 1) + raw.read(2, 6) + raw.ins(0x57, 2, imm=63) + raw.ins(0x0F, 6, 2)
    return plain(code + raw.read(0, 6))


def tail_call() -> Source:
    programs = MapShape(4, 0, raw.PROG_ARRAY).make()
    kept.append(programs)
    code = raw.address(2, raw.MAP, programs.number) + raw.move(3, 0) + raw.helper(12)
    return plain(code)


def arena() -> Source:
    """Memory that is shared with a process, and comes and goes."""
    shape = MapShape(0, bpf._MAP_MMAPABLE, raw.ARENA, 0, 1, extra=1 << 44)
    try:
        memory = shape.make()
    except bpf.Refused as refusal:
        pytest.skip(f"this kernel has no arenas: {refusal}")
    kept.append(memory)
    cast = raw.ins(0xBF, 1, 1, 1, 1)
    code = raw.address(2, raw.MAP, memory.number) + raw.move(1, 0) + cast + raw.read(1, 1)
    return plain(code)


ATTACKS: dict[str, Callable[[], Source]] = {
    "a loop of a helper, written out": bpf_loop,
    "a loop that counts in hidden memory": may_goto,
    "a loop of an iterator": iterator,
    "the time, by a helper written out": helper(118),
    "the CPU, by a helper written out": helper(8),
    "the task, by a helper written out": helper(35, raw.GPL),
    "a call in a function": in_a_function,
    "a look-up, written out": lookup,
    "a map as such": map_itself,
    "a variable of the kernel": kernel_variable,
    "memory of the kernel": kernel_memory,
    "a context that may be too large": far_context,
}
#: What these call, or read, is in a map that a state cannot be in.
ATTACKS_BY_MAPS: dict[str, Callable[[], Source]] = {
    "a tail call": tail_call,
    "an arena": arena,
}
kept: list[Descriptor] = []


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    yield
    kept.clear()


@pytest.mark.parametrize("name", ATTACKS)
def test_what_does_more_than_compute(module: KernelModule, request_: Attach, name: str) -> None:
    loaded = load(ATTACKS[name]())
    request_.program_fd = loaded.number
    assert attach(module, bytes(request_)) == errno.EOPNOTSUPP


@pytest.mark.parametrize("name", ATTACKS_BY_MAPS)
def test_what_does_more_by_a_map(module: KernelModule, request_: Attach, name: str) -> None:
    loaded = load(ATTACKS_BY_MAPS[name]())
    request_.program_fd = loaded.number
    assert attach(module, bytes(request_)) == errno.EINVAL


def test_a_licence_that_allows_kernel_functions(module: KernelModule, request_: Attach) -> None:
    """Some of them leave no trace: a program that may call them counts as one that does."""
    for license, error in ((raw.FREE, 0), (raw.GPL, errno.EOPNOTSUPP)):
        loaded = plain(b"", license).load()
        request_.program_fd = loaded.number
        assert attach(module, bytes(request_)) == error


def test_constants(module: KernelModule, request_: Attach) -> None:
    """Numbers of 64 bits are free, unless they are addresses of the kernel's memory."""
    for value in (1 << 40, 0xCBF2_9CE4_8422_2325, 0xFFFF_FFFF_0000_0000, 1 << 63, (1 << 64) - 1):
        low, high = (
            int.from_bytes(value.to_bytes(8, "little")[at : at + 4], "little", signed=True)
            for at in (0, 4)
        )
        loaded = plain(raw.address(1, 0, low, high)).load()
        request_.program_fd = loaded.number
        assert attach(module, bytes(request_)) == 0, hex(value)


def test_constants_that_cannot_be_seen(module: KernelModule, request_: Attach) -> None:
    """net.core.bpf_jit_harden=2 hides constants, and so what an inlined call left."""
    before = HARDEN.read_text()
    HARDEN.write_text("2")
    try:
        loaded = plain(raw.helper(118)).load()
    finally:
        HARDEN.write_text(before)
    request_.program_fd = loaded.number
    assert attach(module, bytes(request_)) == errno.EOPNOTSUPP
