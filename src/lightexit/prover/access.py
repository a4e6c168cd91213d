# SPDX-License-Identifier: Apache-2.0
"""Any access to a region of a device, in any state: what it happens to, by filter or by model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from lightexit.abi import IoContext, Request, Space, StateMemory, Verdict
from lightexit.bus.model import carry_out
from lightexit.bus.region import Region
from lightexit.bus.variables import states_of
from lightexit.devices.device import Device
from lightexit.prover.fields import spans
from lightexit.prover.integers import WORD, Bits, Number, SymbolicInt, fitted, of_bits
from lightexit.prover.memory import SymbolicMemory, WordByte, variables
from lightexit.prover.models import Rebinding, Shadow, StoppedClock, devices
from lightexit.prover.proxies import OutsideError
from lightexit.prover.sides import LONG

#: VM times that are looked at are below 2 to the power of this: 146 years.
TIME_BITS = 62
#: Sizes of accesses, in bytes.
SIZES = {Space.PIO: (1, 2, 4), Space.MMIO: (1, 2, 4, 8), Space.MSR: (8,)}


@dataclass(frozen=True)
class Setting:
    """A device, one of its regions that has a filter, and symbolic memory: of the context, where
    no action is asked for yet, and of all states."""

    device: Device[Any]
    #: Of the region, among the device's.
    number: int

    @property
    def region(self) -> Region:
        """The region."""
        return self.device.regions[self.number]

    @property
    def filter(self) -> Callable[..., Any]:
        """The filter's source."""
        assert self.region.filter is not None
        return self.region.filter.function

    @cached_property
    def memories(self) -> list[StateMemory[Any]]:
        """Those of the filter, in the order of its parameters; then those of other devices."""
        found = {id(each): each for each in states_of(self.device, self.region)}
        found |= {id(each.memory): each.memory for each in devices(self.device)}
        return list(found.values())

    @cached_property
    def regions(self) -> list[SymbolicMemory]:
        """Memory of arbitrary content: the context, then the states."""
        fresh, layout = bytes(IoContext()), IoContext.layout
        context = variables("ctx", spans(IoContext, LONG), layout.size)
        for at in range(_span("abi_version").offset, layout.size):
            context.bytes[at] = WordByte(z3.BitVecVal(fresh[at], 8), 0)
        states = [
            variables(f"{each.kind.__name__}{n}", spans(each.kind, LONG), each.kind.layout.size)
            for n, each in enumerate(self.memories)
        ]
        return [context, *states]

    @property
    def given(self) -> list[z3.BoolRef]:
        """Which accesses the bus shows to a filter (`bus/definition.py`)."""
        region, first = self.region, self.region.offset
        offset, size, data = (self._word(each) for each in ("offset", "size", "data"))
        sizes = [region.register_width] if region.register_width else SIZES[region.space]
        last = offset + (1 if region.space is Space.MSR else size)
        conditions = [
            z3.ULE(self._word("is_write"), 1),
            self._word("space") == int(region.space),
            z3.Or([size == each for each in sizes]),
            z3.UGE(offset, first),
            z3.ULT(offset, first + region.size),
            z3.ULE(last, first + region.size),
            z3.Implies(self._word("is_write") == 0, data == 0),
            z3.ULT(self._word("now_ns"), 1 << TIME_BITS),
        ]
        narrow = [each for each in sizes if each < WORD // 8]
        conditions += [z3.Implies(size == n, z3.ULT(data, 1 << 8 * n)) for n in narrow]
        if region.register_width:
            conditions.append(z3.URem(offset, z3.BitVecVal(region.register_width, WORD)) == 0)
        return conditions

    def _word(self, name: str) -> Bits:
        return fitted(self.regions[0].whole(_span(name)), WORD)


def _span(name: str) -> Any:
    return next(each for each in spans(IoContext, LONG) if each.name == name)


def _bounded(now_ns: Number) -> Number:
    """The same, known to be in the bounds of what is looked at."""
    if not isinstance(now_ns, SymbolicInt):
        return now_ns
    return of_bits(now_ns.path, now_ns.bits(WORD), 0, (1 << TIME_BITS) - 1)


class AccessSide:
    """A device to which the access happens; what its values are is for its makers to say."""

    def __init__(
        self,
        setting: Setting,
        rebind: Rebinding,
        views: Sequence[Any],
        levels: Callable[[str], Number],
    ) -> None:
        """`views` are what functions see of the context and of all states; `levels` tells where
        a line is, by its name."""
        self._setting, self._rebind = setting, rebind
        self.context, *self.states = views
        self._now = _bounded(self.context.now_ns)
        pairs = list(zip(setting.memories, self.states, strict=True))
        self._of = {id(memory): view for memory, view in pairs}
        structs = [(memory.state, view) for memory, view in pairs]
        self.shadow = Shadow(setting.device, rebind, structs, StoppedClock(self._now), levels)

    def filter(self) -> bool:
        """Have the filter answer, and carry out what it asks for. Whether it does."""
        count = self._setting.filter.__code__.co_argcount - 1
        try:
            filter = self._rebind(self._setting.filter)
            verdict = filter(self.context, *self.states[:count])
        except (OutsideError, ZeroDivisionError):
            return False
        if verdict == Verdict.HANDLED:
            self._rebind(carry_out)(self.shadow.device, self.context, _Apic(self.shadow))
        return bool(verdict == Verdict.HANDLED)

    def model(self) -> Number:
        """Have the model answer; what a read gives, 0 for a write."""
        offset, size = self.context.offset.__index__(), self.context.size.__index__()
        if self.context.is_write:
            self.shadow.device.write(offset, self.context.data, size)
            return 0
        answer: Number = self.shadow.device.read(offset, size)
        return answer

    def advance(self) -> None:
        """Tell the device the time, and those that it knows."""
        told: Any = self._now
        for each in devices(self.shadow.device):
            each.advance(told)

    def drive(self) -> None:
        """Put all lines where the state wants them, if the device has a way to; nobody hears it."""
        self.shadow.mute()
        drive = getattr(self.shadow.device, "_drive", None)
        if drive is not None and drive.__func__.__code__.co_argcount == 1:
            drive()

    def is_consistent(self) -> bool:
        """Whether the states satisfy the invariants of their devices."""
        return all(
            self._rebind(type(each).invariant)(self._of[id(each.memory)])
            for each in devices(self._setting.device)
        )


class _Apic:
    """An APIC bus that writes down what it carries out."""

    requests = Request.APIC_MESSAGE | Request.EOI

    def __init__(self, shadow: Shadow) -> None:
        self.send = shadow.recorder("APIC message")
        self.end_of_interrupt = shadow.recorder("EOI")
