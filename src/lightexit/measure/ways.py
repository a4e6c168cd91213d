# SPDX-License-Identifier: Apache-2.0
"""The ways to have an access answered, each of which can be timed: by filter and by model, called
from here and by a guest."""

from __future__ import annotations

import ctypes
import struct
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import AuthorError, GuestError, HostError
from lightexit.measure.filters import AttachedFilter, MeasuredFilter, prepare
from lightexit.vm.exits import Halted

#: VM time moves on by so many ns with each call of the filter's code, and starts again after this
#: span: nobody advances the device, and a filter may pass once its next deadline is over.
TIME_STEP, TIME_SPAN = 977, 1 << 19
_FIELDS = {field.name: field.offset for field in IoContext.layout.fields}
_LOOP = f"""
define i64 @loop(ptr %function, ptr %context, ptr %values, i64 %calls, ptr %fresh) nounwind {{
entry:
  %now = getelementptr i8, ptr %context, i64 {_FIELDS["now_ns"]}
  %start = getelementptr i8, ptr %fresh, i64 {_FIELDS["now_ns"]}
  %begun = load i64, ptr %start
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %following, %next ]
  %handled = phi i64 [ 0, %entry ], [ %sum, %next ]
  %steps = mul i64 %i, {TIME_STEP}
  %past = and i64 %steps, {TIME_SPAN - 1}
  %time = add i64 %begun, %past
  %whole = load <8 x i64>, ptr %fresh, align 8
  store <8 x i64> %whole, ptr %context, align 8
  store i64 %time, ptr %now
  %verdict = call i64 %function(ptr %context, ptr %values)
  %sum = add i64 %handled, %verdict
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %calls
  br i1 %more, label %next, label %done
done:
  ret i64 %sum
}}
"""
_RUN_LOOP = ctypes.CFUNCTYPE(
    ctypes.c_uint64, *[ctypes.c_void_p] * 3, ctypes.c_uint64, ctypes.c_void_p
)


class Way(StrEnum):
    """Who answers, and from where it is asked."""

    NATIVE = "native"
    INTERPRETER = "interpreter"
    MODEL = "model"
    UNICORN_FILTER = "unicorn-filter"
    UNICORN_MODEL = "unicorn-model"
    KVM_FILTER = "kvm-filter"
    KVM_MODEL = "kvm-model"
    KVM_MODULE = "kvm-module"


#: What each is, in a few words.
TITLES = {
    Way.NATIVE: "machine code, called in a loop",
    Way.INTERPRETER: "the definition, not for speed",
    Way.MODEL: "the device's Python, called",
    Way.UNICORN_FILTER: "a guest's access",
    Way.UNICORN_MODEL: "a guest's access",
    Way.KVM_FILTER: "a guest's, in user space",
    Way.KVM_MODEL: "a guest's, in user space",
    Way.KVM_MODULE: "a guest's, in the kernel",
}
#: Those of which a figure is of emulated hardware where KVM is.
ON_KVM = frozenset({Way.KVM_FILTER, Way.KVM_MODEL, Way.KVM_MODULE})


class AccessTimer(Protocol):
    """A way at work."""

    def run(self, accesses: int) -> float:
        """Make so many accesses; ns of each."""
        ...

    def shares(self) -> tuple[int, int]:
        """How many accesses were handled by the filter, and how many passed."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class _Called:
    """Code that is called from here."""

    handled = passed = 0

    def shares(self) -> tuple[int, int]:
        return self.handled, self.passed

    def close(self) -> None:
        pass


class NativeCalls(_Called):
    """Machine code in a native loop, with neither bus nor lock around it."""

    def __init__(self, subject: MeasuredFilter) -> None:
        clock = ManualClock()
        self._device = subject.device(clock)
        prepare(self._device, subject.before)
        self._states = subject.states(self._device)
        self._program = NativeEngine().load(subject.filter.report.program)
        self._code = compile_ir(_LOOP)
        self._loop = _RUN_LOOP(self._code.address("loop"))
        addresses = [each.address for each in self._states]
        self._values = (ctypes.c_void_p * max(len(addresses), 1))(*addresses)
        self._fresh = ctypes.create_string_buffer(bytes(subject.context(clock.now_ns())), 64)
        self._context = ctypes.create_string_buffer(bytes(subject.context(clock.now_ns())), 64)

    def run(self, accesses: int) -> float:
        """See `AccessTimer`, as for the others."""
        arguments = (self._program.address, self._context, self._values, accesses, self._fresh)
        begun = time.perf_counter_ns()
        handled = self._loop(*arguments)
        taken = time.perf_counter_ns() - begun
        self.handled += handled
        self.passed += accesses - handled
        return taken / accesses


class InterpretedCalls(_Called):
    """The interpreter, called from Python."""

    def __init__(self, subject: MeasuredFilter) -> None:
        self._subject, clock = subject, ManualClock()
        self._device = subject.device(clock)
        prepare(self._device, subject.before)
        self._states = subject.states(self._device)
        self._now = clock.now_ns()
        self._program = InterpreterEngine().load(subject.filter.report.program)

    def run(self, accesses: int) -> float:
        """Contexts are made before the clock runs."""
        times = [self._now + n * TIME_STEP % TIME_SPAN for n in range(accesses)]
        contexts = [self._subject.context(each) for each in times]
        run, states, handled = self._program.run, self._states, 0
        begun = time.perf_counter_ns()
        for context in contexts:
            handled += run(context, states)
        taken = time.perf_counter_ns() - begun
        self.handled += handled
        self.passed += accesses - handled
        return taken / accesses


class ModelCalls(_Called):
    """The device's `read` or `write`, called from Python."""

    def __init__(self, subject: MeasuredFilter) -> None:
        _needs_model(subject)
        self._access = subject.access
        self._device = subject.device(ManualClock())
        prepare(self._device, subject.before)

    def run(self, accesses: int) -> float:
        """Neither bus nor lock is around it."""
        access, device = self._access, self._device
        offset, size, value = access.offset, access.size, access.value
        begun = time.perf_counter_ns()
        if access.is_write:
            for _ in range(accesses):
                device.write(offset, value, size)
        else:
            for _ in range(accesses):
                device.read(offset, size)
        taken = time.perf_counter_ns() - begun
        self.passed += accesses
        return taken / accesses


def handles(subject: MeasuredFilter) -> bool:
    """Whether the filter handles the access, in the condition in which it is measured.

    Raises AuthorError where the access does not come to it."""
    calls = NativeCalls(subject)
    calls.run(2)
    return calls.passed == 0


class UnicornGuest:
    """A guest in flat 32-bit code that makes the access in a loop."""

    _CODE, _COUNT, _RAM = 0x1000, 0x2000, 2 << 20

    def __init__(self, subject: MeasuredFilter, *, by_filter: bool) -> None:
        from lightexit.vm.boot.arena import Arena
        from lightexit.vm.boot.state import protected_mode
        from lightexit.vm.memory import GuestMemory
        from lightexit.vm.unicorn import UnicornCpu

        if not by_filter:
            _needs_model(subject)
        clock = HostClock()
        bus = Bus(clock, NativeEngine() if by_filter else None)
        self._attached = AttachedFilter(subject, bus, clock)
        code = flat_access(subject, self._attached.space, self._attached.address)
        self._memory = GuestMemory(self._RAM)
        self._cpu = UnicornCpu(self._memory, bus.cpus[0])
        # mov ecx, [COUNT]; the access; dec ecx; jnz to the access; hlt; jmp to the beginning
        back = struct.pack("<b", -(len(code) + 3))
        whole = b"\x8b\x0d" + struct.pack("<I", self._COUNT) + code + b"\x49\x75" + back + b"\xf4"
        whole += b"\xeb" + struct.pack("<b", -(len(whole) + 2))
        arena = Arena(self._memory)
        arena.put("the code", self._CODE, whole)
        arena.put("the number of accesses", self._COUNT, bytes(4))
        self._cpu.start(protected_mode(arena, self._CODE))
        self._loop(10)

    def _loop(self, accesses: int) -> int:
        struct.pack_into("<I", self._memory.ram, self._COUNT, accesses)
        begun = time.perf_counter_ns()
        ended = self._cpu.run()
        taken = time.perf_counter_ns() - begun
        self._attached.bus.raise_failure()
        if not isinstance(ended, Halted):
            raise GuestError(f"the guest did not come to its end: {ended}")
        return taken

    def run(self, accesses: int) -> float:
        """Less what starting and ending takes."""
        return max(self._loop(accesses) - self._loop(1), 1) / max(accesses - 1, 1)

    def shares(self) -> tuple[int, int]:
        """As the bus has counted."""
        return self._attached.answered()

    def close(self) -> None:
        """Free the bus."""
        self._attached.bus.close()


def flat_access(subject: MeasuredFilter, space: Space, address: int) -> bytes:
    """The access in flat 32-bit code, address and value in it. Raises HostError where the guest
    cannot make it."""
    access = subject.access
    _check_guest(subject, space)
    wide = b"\x66" if access.size == 2 else b""
    value = b"\xb8" + struct.pack("<I", access.value) if access.is_write else b""
    if space is Space.PIO:
        opcode = (0xEE if access.is_write else 0xEC) + (access.size > 1)
        return value + b"\xba" + struct.pack("<I", address) + wide + bytes([opcode])
    opcode = (0xA2 if access.is_write else 0xA0) + (access.size > 1)
    return value + wide + bytes([opcode]) + struct.pack("<I", address)


def _check_guest(subject: MeasuredFilter, space: Space) -> None:
    if space is Space.MSR:
        raise HostError("the guest that is used here accesses no MSRs")
    if subject.access.size > 4:
        raise HostError("the guest that is used here makes accesses of up to 4 bytes")


def _needs_model(subject: MeasuredFilter) -> None:
    if subject.make is None:
        raise AuthorError("no device is known that has the filter: there is no model")


def makers() -> dict[Way, Callable[[MeasuredFilter], AccessTimer]]:
    """What sets each way up. They raise LightexitError, one sentence, where that cannot be."""
    from lightexit.measure.variants import Answerer

    def on_kvm(answerer: Answerer) -> Callable[[MeasuredFilter], AccessTimer]:
        def make(subject: MeasuredFilter) -> AccessTimer:
            from lightexit.measure.filter_vm import KvmGuest

            if answerer is Answerer.PYTHON_MODEL:
                _needs_model(subject)
            return KvmGuest(subject, answerer)

        return make

    found: dict[Way, Any] = {
        Way.NATIVE: NativeCalls,
        Way.INTERPRETER: InterpretedCalls,
        Way.MODEL: ModelCalls,
        Way.UNICORN_FILTER: lambda subject: UnicornGuest(subject, by_filter=True),
        Way.UNICORN_MODEL: lambda subject: UnicornGuest(subject, by_filter=False),
        Way.KVM_FILTER: on_kvm(Answerer.NATIVE_FILTER),
        Way.KVM_MODEL: on_kvm(Answerer.PYTHON_MODEL),
        Way.KVM_MODULE: on_kvm(Answerer.MODULE),
    }
    return found
