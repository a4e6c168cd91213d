# SPDX-License-Identifier: Apache-2.0
"""The doorbells: what the filter stores, when it rings, and that model and C do the same."""

from __future__ import annotations

import threading
from pathlib import Path
from random import Random

import pytest

from engine.running import INTERPRETER, NATIVE, make_context, needs_kernel
from examples.nvme.device import DOORBELLS, QUEUES, Nvme, NvmeState, ring
from isa.clang import COMPILERS, compile_c
from lightexit import Bus, EventFd, SharedMemory, Space, StateMemory, Verdict, u64
from lightexit.bus.clock import ManualClock
from lightexit.engine.api import Engine
from lightexit.engine.kernel import KernelEngine
from lightexit.isa import read_elf

BAR = 0x10_0000
SOURCE = Path(__file__).parents[2] / "examples/nvme/ring.c"


class Rig:
    """The device on a bus, with or without its filter."""

    def __init__(self, engine: Engine | None = NATIVE) -> None:
        self.memory, self.bell = SharedMemory(NvmeState), EventFd()
        device = Nvme(ManualClock(), self.memory, self.bell)
        for number in range(QUEUES):
            device.create(number, 16)
        self.bus = Bus(device.clock, engine)  # type: ignore[arg-type]
        self.bus.attach(device, at=BAR + DOORBELLS)
        self.queues = list(self.memory.state.queues)

    def ring(self, number: int, tail: int, size: int = 4) -> None:
        self.bus.write(Space.MMIO, BAR + DOORBELLS + 8 * number, tail, size)


@pytest.mark.parametrize(
    "engine", [None, INTERPRETER, NATIVE], ids=["model", "interpreter", "native"]
)
def test_the_tail_is_stored_and_only_a_sleeper_is_woken(engine: Engine | None) -> None:
    rig = Rig(engine)
    rig.ring(3, 5)
    assert (rig.queues[3].tail, rig.queues[3].rings) == (5, 1)
    woken = rig.bell.wait(0)
    assert woken == (engine is None)  # the model always rings
    rig.queues[3].asleep = 1
    rig.ring(3, 6)
    assert rig.bell.wait(0) == 1
    rig.ring(3, 7)
    assert rig.bell.wait(0) == (engine is None)
    assert [queue.tail for queue in rig.queues] == [0, 0, 0, 7, 0, 0, 0, 0]


def test_the_filter_answers_and_no_model() -> None:
    rig = Rig()
    rig.ring(0, 1)
    (count,) = rig.bus.counts()
    assert (count.handled, count.passed) == (1, 0)


@pytest.mark.parametrize("engine", [None, NATIVE], ids=["model", "native"])
def test_what_is_no_tail_changes_nothing(engine: Engine | None) -> None:
    rig = Rig(engine)
    rig.queues[1].entries = 0
    for number, tail, size in ((0, 16, 4), (0, 2**32 - 1, 4), (1, 0, 4), (2, 3, 2), (2, 3, 1)):
        rig.ring(number, tail, size)
    assert rig.memory.state.invalid == 5
    assert not any(queue.rings or queue.tail for queue in rig.queues)


@pytest.mark.parametrize("engine", [None, NATIVE], ids=["model", "native"])
def test_completion_queues_and_reads_are_nobodys(engine: Engine | None) -> None:
    rig = Rig(engine)
    rig.bus.write(Space.MMIO, BAR + DOORBELLS + 4, 3, 4)
    assert rig.bus.read(Space.MMIO, BAR + DOORBELLS, 4) == 2**32 - 1
    assert not any(queue.rings for queue in rig.queues)
    assert rig.memory.state.invalid == 0


def test_a_ring_that_meets_a_held_state_is_the_models() -> None:
    rig = Rig()
    rig.memory.header.version = 1
    timer = threading.Timer(0.05, rig.memory.release)
    timer.start()
    rig.ring(0, 2)
    timer.join()
    (count,) = rig.bus.counts()
    assert (count.handled, count.passed) == (0, 1)
    assert (rig.queues[0].tail, rig.bell.wait(0)) == (2, 1)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_filter_in_c_does_the_same(compiler: str) -> None:
    (program,) = read_elf(compile_c(SOURCE.read_text(), compiler), value_offset=16, file="ring.o")
    in_c, random = NATIVE.load(program), Random(5)
    for _ in range(300):
        states = [StateMemory(NvmeState), StateMemory(NvmeState)]
        content = bytearray(random.randbytes(NvmeState.layout.size))
        for memory in states:
            memory.state.buffer[:] = content
            for number, queue in enumerate(memory.state.queues):
                queue.entries, queue.asleep = 4 * number, number & 1
        contexts = [make_context(), make_context()]
        written, offset = random.random() < 0.9, random.randrange(0x0FF0, 0x1060)
        data = random.choice((0, 1, 3, 5, 20, 2**32, random.randrange(2**64)))
        for context in contexts:
            context.is_write, context.offset, context.size = written, offset, 4
            context.data = u64(data)
        verdicts = [ring(contexts[0], states[0].state), in_c.run(contexts[1], [states[1]])]
        assert verdicts[0] == verdicts[1]
        assert bytes(contexts[0]) == bytes(contexts[1])
        assert bytes(states[0].state) == bytes(states[1].state)


@needs_kernel
@pytest.mark.parametrize("compiler", ["python", *COMPILERS])
def test_linux_takes_both(compiler: str) -> None:
    program = ring.program
    if compiler != "python":
        text = SOURCE.read_text()
        (program,) = read_elf(compile_c(text, compiler), value_offset=16, file="ring.o")
    memory = KernelEngine().memory(NvmeState)
    memory.state.queues[2].entries, memory.state.queues[2].asleep = 8, 1
    context = make_context()
    context.is_write, context.offset, context.size, context.data = True, DOORBELLS + 16, 4, 7
    assert KernelEngine().load(program).run(context, [memory]) == Verdict.HANDLED
    assert (memory.state.queues[2].tail, context.doorbells) == (7, 4)
    consumer = SharedMemory(NvmeState, memory.map.descriptor.number)
    assert consumer.state.queues[2].tail == 7
