# SPDX-License-Identifier: Apache-2.0
"""`Pump`: a thread that carries bytes from and to where a guest's serial line ends.

A guest is never waited for, and never waits: what it does not take yet waits here, up to
`READ_AHEAD` bytes, and then at its source.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError
from typing import Protocol, Self

from lightexit.cli.serial import READ_AHEAD
from lightexit.devices.uart import Uart
from lightexit.vm.machine import Machine, RunEnd

#: How often it is tried anyway whether the guest takes more (an end of loopback is not told), and
#: whether a terminal may be read (no more is coming to the foreground).
_RETRY_S, _LOOK_S = 0.05, 0.5


class SerialEnd(Protocol):
    """Where a serial line ends on the host. All but `write` is called by the pump's thread."""

    def write(self, data: bytes) -> None:
        """What the guest has sent, on any thread. Never blocks."""
        ...

    def waits_for(self) -> tuple[list[int], list[int]]:
        """Descriptors to be read, and to be written."""
        ...

    def read(self, descriptors: Iterable[int]) -> bytes:
        """What is there for the guest at these, which can be read."""
        ...

    def flush(self, descriptors: Iterable[int]) -> None:
        """Write what is to go out to these, which can be written."""
        ...


class Receiver:
    """The receiving side of a guest's UART: bytes wait until there is room. With no UART, all are
    lost."""

    def __init__(self, machine: Machine, uart: Uart | None) -> None:
        self._machine, self._uart = machine, uart
        self._waiting = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Whether the guest has not taken all."""
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether more is to wait at its source."""
        return len(self._waiting) >= READ_AHEAD

    def offer(self, data: bytes) -> None:
        """Have the guest take what it has room for; the rest waits."""
        if self._uart is None:
            return
        self._waiting += data
        if self._waiting:
            with self._machine.locked(self._uart.memory):
                taken = self._uart.feed(bytes(self._waiting))
            del self._waiting[:taken]

    def send_break(self, error: int) -> None:
        """A break, of which the receiver gets a character 0 with that error."""
        if self._uart is not None:
            with self._machine.locked(self._uart.memory):
                self._uart.receive(0, error)


class Pump:
    """Within, bytes go to and fro. What fails ends the machine's run, and is raised at the end."""

    def __init__(self, machine: Machine, receiver: Receiver, end: SerialEnd, waker: Waker) -> None:
        self._machine, self._receiver, self._end, self._waker = machine, receiver, end, waker
        self._is_over = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="serial line", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._is_over = True
        self._waker()
        self._thread.join()
        if self._failure is not None and exception[0] is None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._is_over:
                self._carry()
        except CancelledError:
            pass  # the run was over before what it was asked for
        except BaseException as error:
            self._failure = error
            self._machine.stop(RunEnd.REQUEST, "the serial line has failed")

    def _carry(self) -> None:
        to_read, to_write = self._end.waits_for()
        if self._receiver.is_full:
            to_read = []
        wait = _RETRY_S if self._receiver.is_waiting else _LOOK_S
        readable, writable, _ = select.select([self._waker.fileno(), *to_read], to_write, [], wait)
        self._waker.forget()
        if writable:
            self._end.flush(writable)
        self._receiver.offer(self._end.read([each for each in readable if each in to_read]))


class Waker:
    """Called on any thread, it wakes a thread that selects it."""

    def __init__(self) -> None:
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)

    def __call__(self) -> None:
        """Wake it."""
        with contextlib.suppress(BlockingIOError):  # it has been woken often enough
            self._writing.send(b"w")

    def fileno(self) -> int:
        """The file descriptor to wait for."""
        return self._reading.fileno()

    def forget(self) -> None:
        """Forget the calls so far."""
        with contextlib.suppress(BlockingIOError):  # there were none
            self._reading.recv(1 << 16)

    def close(self) -> None:
        """Call it no more."""
        self._reading.close()
        self._writing.close()
