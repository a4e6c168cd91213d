# SPDX-License-Identifier: Apache-2.0
"""Filters and devices for tests of the bus: filters run as the plain Python that they are."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from lightexit.abi import IoContext, Struct, u32, u64, value_size
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import Region
from lightexit.devices.device import Device
from lightexit.engine.api import Engine
from lightexit.errors import Location
from lightexit.filter import Filter, LoadedFilter, Verdict
from lightexit.isa.program import Map, Program

_RUN = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))

PlainFunction = Callable[..., Verdict | int]
#: The engine of plain filters: it is never asked for anything.
ENGINE = cast(Engine, SimpleNamespace(name="plain"))


def at(address: int, size: int) -> memoryview:
    """Memory at an address."""
    return memoryview((ctypes.c_char * size).from_address(address)).cast("B")


class PlainFilter:
    """A Python function, also behind the native calling convention; states are seen as structs."""

    def __init__(
        self,
        function: PlainFunction,
        kinds: Sequence[type[Struct]],
        writes_state: bool,
        reads_clock: bool,
    ) -> None:
        self.name = function.__name__
        self.function = function
        maps = tuple(Map(kind.__name__, value_size(kind)) for kind in kinds)
        self.program = Program(self.name, b"", maps)
        self.states = tuple(kinds)

        def run(context: IoContext, addresses: Iterable[int]) -> int:
            pairs = zip(addresses, kinds, strict=False)
            return int(function(context, *(StateView(address, kind) for address, kind in pairs)))

        self._run = _RUN(lambda context, values: run(IoContext.view(at(context, 64)), values))
        self._code = SimpleNamespace(
            address=ctypes.cast(self._run, ctypes.c_void_p).value,
            run=lambda context, states: run(context, [state.address for state in states]),
        )
        self._report = SimpleNamespace(
            program=self.program,
            writes_state=writes_state,
            reads_clock=reads_clock,
            exceeds=lambda **_offered: None,
        )

    def where(self, _state: int | None = None) -> Location:
        return Location(self.function.__code__.co_filename, self.function.__code__.co_firstlineno)

    def load(self, _engine: Engine) -> LoadedFilter:
        return cast(LoadedFilter, SimpleNamespace(code=self._code, report=self._report))


class StateView:
    """A state as a filter of a test sees it: header and struct."""

    def __init__(self, address: int, kind: type[Struct]) -> None:
        self.version = at(address, 8).cast("Q")
        self.state: Any = kind.view(at(address + 16, kind.layout.size))


def plain(
    function: PlainFunction,
    *kinds: type[Struct],
    writes_state: bool = False,
    reads_clock: bool = False,
) -> Filter[Any]:
    """`function` as a filter that needs neither compiler nor verifier."""
    return cast("Filter[Any]", PlainFilter(function, kinds, writes_state, reads_clock))


class Cells(Struct):
    """A shared state."""

    first: u64
    second: u32


class Recorder(Device[Cells]):
    """Answers reads with a function of offset and size; records every access."""

    name = "recorder"

    def __init__(self, *regions: Region, clock: ManualClock | None = None) -> None:
        super().__init__(clock or ManualClock())
        self.regions = regions
        self.log: list[tuple[Any, ...]] = []
        self.versions: list[int] = []

    def read(self, offset: int, size: int) -> int:
        self.log.append(("read", offset, size))
        self.versions.append(self.memory.header.version)
        return answer(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        self.log.append(("write", offset, value, size))
        self.versions.append(self.memory.header.version)


def answer(offset: int, size: int) -> int:
    """What a recorder answers."""
    return int.from_bytes(bytes((offset * 7 + lane + 1) & 0xFF for lane in range(size)), "little")
