# SPDX-License-Identifier: Apache-2.0
"""A guest's rings, and a back end that is killed on the way: `python -m examples.nvme`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from typing import IO

from examples.nvme.device import DOORBELLS, Nvme, NvmeState
from lightexit import Bus, EventFd, HostClock, NativeEngine, SharedMemory, Space

BAR, ENTRIES, RINGS, KILLED_EVERY = 0xD000_0000, 64, 1000, 250


def start(
    memory: SharedMemory[NvmeState], bell: EventFd, output: IO[str]
) -> subprocess.Popen[bytes]:
    """The back end, in a process of its own."""
    command = [sys.executable, "-m", "examples.nvme.backend"]
    return subprocess.Popen(
        [*command, str(memory.fd), str(bell.fd), str(ENTRIES)],
        pass_fds=(memory.fd, bell.fd),
        stdout=output,
    )


def main() -> None:
    """Ring, kill, start again, and say what came of it."""
    memory, bell, clock = SharedMemory(NvmeState), EventFd(), HostClock()
    device, bus = Nvme(clock, memory, bell), Bus(clock, NativeEngine())
    device.create(0, ENTRIES)
    bus.attach(device, at=BAR + DOORBELLS)
    queue = memory.state.queues[0]
    with tempfile.TemporaryFile("w+") as output:
        back_end = start(memory, bell, output)
        for count in range(1, RINGS + 1):
            while count - queue.head >= ENTRIES:  # it is full
                time.sleep(0.001)
            bus.write(Space.MMIO, BAR + DOORBELLS, count % ENTRIES, 4)
            if count % KILLED_EVERY == 0:
                back_end.kill()
                back_end.wait()
                back_end = start(memory, bell, output)
        while queue.head < RINGS:
            time.sleep(0.001)
        back_end.kill()
        back_end.wait()
        output.seek(0)
        handled = output.readlines()
    (register,) = bus.counts()
    print(f"{register.handled} rings by the filter, {register.passed} by the model")
    print(f"{len(set(handled))} different entries handled, {len(handled) - RINGS} of them again")
    print(f"the back end was woken {queue.wake_ups} times")


if __name__ == "__main__":
    main()
