# SPDX-License-Identifier: Apache-2.0
"""A signal (Ctrl-C) that comes while the guest never needs Python: handled soon all the same."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.machine import RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

#: in al, 0x61; jmp
POLL = bytes.fromhex("e461 ebfc")
#: The run would last twice as long.
AFTER_S, SOON_S = 0.3, 10.0


class Interrupted(Exception):  # noqa: N818 - what Ctrl-C raises is no error either
    """Raised by the handler."""


def interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


@pytest.fixture
def interruptible() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("back_end", "cpus"), [("unicorn", 1), ("kvm", 1), ("kvm", 2)])
def test_a_signal_is_handled_while_filters_answer_all(back_end: str, cpus: int) -> None:
    config = PcConfig(ram_bytes=2 * MIB, kernel=POLL, cpus=cpus)
    try:
        machine = pc_machine(config, HostClock(), NativeEngine(), backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, AFTER_S)
    with pytest.raises(Interrupted), machine:
        machine.run(RunLimits(seconds=20))
    assert time.monotonic() - start < AFTER_S + SOON_S
