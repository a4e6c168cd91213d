# SPDX-License-Identifier: Apache-2.0
"""A guest rings NVMe-like doorbells in the kernel; a process takes the tails, and is killed once.

As a program it prints what it counted: `python -m kernel.inside.payload` in the rig.
"""

from __future__ import annotations

import os
import signal
import time
from typing import NamedTuple

from examples.nvme.backend import BackEnd
from examples.nvme.device import Nvme, NvmeState
from kernel.inside.machine import DS_TO_MMIO, HLT, MMIO
from kernel.inside.pc import booted, run
from lightexit import EventFd, SharedMemory, StateMemory
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.kernel.engine import KernelMemory

RINGS, ENTRIES, KILLED_AT = 3000, 4096, 1000


class Counted(NamedTuple):
    """Of one run. `exits` are rings that came to user space."""

    rings: int
    handled: int
    exits: int
    done: int
    wake_ups: int


def guest(pause: int) -> str:
    """mov ecx, RINGS; xor eax, eax; again: inc eax; mov [0], eax; a pause; dec ecx; jnz again."""
    rings, rounds = RINGS.to_bytes(4, "little").hex(), pause.to_bytes(2, "little").hex()
    body = f"6640 66a30000 bd{rounds} 4d 75fd 6649 75f0"
    return f"{DS_TO_MMIO}66b9{rings} 6631c0 {body}{HLT}"


def work(memory: StateMemory[NvmeState], bell: EventFd, dies: bool) -> None:
    """A back end's life."""
    assert isinstance(memory, KernelMemory)
    back_end = BackEnd(SharedMemory(NvmeState, memory.map.descriptor.number), bell, ENTRIES)

    def handle(_number: int, count: int) -> None:
        if dies and count == KILLED_AT:
            os.kill(os.getpid(), signal.SIGKILL)

    while True:
        if not back_end.serve(handle):
            back_end.sleep()


def supervise(memory: StateMemory[NvmeState], bell: EventFd) -> int:
    """A process that starts a back end, and once more when that was killed."""
    supervisor = os.fork()
    if supervisor:
        return supervisor
    os.setsid()
    for dies in (True, False):
        worker = os.fork()
        if not worker:
            work(memory, bell, dies)
        os.waitpid(worker, 0)
    os._exit(1)


def measure(pause: int) -> Counted:
    """One run of the guest; where a ring gets lost, fewer entries are done than there are rings."""
    engine = KernelEngine()
    with booted(engine) as (machine, memory):
        state, bell = engine.memory(NvmeState), EventFd()
        device = Nvme(machine.clock, state, bell)
        device.create(0, ENTRIES)
        machine.add(device, MMIO)
        supervisor = supervise(state, bell)
        run(machine, memory, guest(pause))
        queue, end = state.state.queues[0], time.monotonic() + 60
        while queue.head < RINGS and time.monotonic() < end:
            time.sleep(0.01)
        os.killpg(supervisor, signal.SIGKILL)
        os.waitpid(supervisor, 0)
        (count,) = (each for each in machine.bus.offloaded() if each.base == MMIO)
        return Counted(queue.rings, count.handled, count.passed, queue.head, queue.wake_ups)


if __name__ == "__main__":
    for each in (1, 2000):
        print(f"pause of {each}: {measure(each)}", flush=True)
