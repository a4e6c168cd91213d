# SPDX-License-Identifier: Apache-2.0
"""lightexit: guest device-register accesses answered by verified bytecode.

All names of `__all__` are imported from here: `from lightexit import Struct, Verdict, io_filter`.
They, and nothing else in the package, are the public API; docs/api.md describes each of them.
A name's module is imported when the name is first used, so `import lightexit` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builtins import bool

    from lightexit.abi import (
        ApicFlag,
        ApicMode,
        Array,
        IntType,
        IoContext,
        Layout,
        Request,
        SharedMemory,
        Space,
        StateMemory,
        Struct,
        Verdict,
        array,
        full_barrier,
        i8,
        i16,
        i32,
        i64,
        inline,
        muldiv64,
        u8,
        u16,
        u32,
        u64,
    )
    from lightexit.bus.apic import Apic
    from lightexit.bus.bus import Bus
    from lightexit.bus.clock import BusClock, Clock, HostClock, ManualClock
    from lightexit.bus.counters import RegisterCount, UnclaimedCount
    from lightexit.bus.doorbell import EventFd
    from lightexit.bus.line import Line
    from lightexit.bus.model import Model
    from lightexit.bus.offload import OffloadCount
    from lightexit.bus.placing import Place
    from lightexit.bus.region import GeneralProtectionError, PlacedRegion, Region, mmio, msr, pio
    from lightexit.bus.watching import TraceEvent
    from lightexit.devices.device import Device
    from lightexit.engine.api import Engine, Loaded
    from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
    from lightexit.engine.kernel import KernelEngine
    from lightexit.engine.native import NativeEngine
    from lightexit.errors import (
        AuthorError,
        GuestError,
        HostError,
        InternalError,
        LightexitError,
        Location,
        UnknownField,
    )
    from lightexit.filter import Filter, LoadedFilter, compile, io_filter, verify
    from lightexit.isa.program import Map, Program
    from lightexit.program_filter import load_object
    from lightexit.runtime.layout import TracePoint
    from lightexit.verifier import Fault, Limits, Report, VerifierError
    from lightexit.vm.board import Backend, Board, Wanted
    from lightexit.vm.boot.payload import BootModule, Payload
    from lightexit.vm.console import Console
    from lightexit.vm.firmware import load_firmware, seabios
    from lightexit.vm.irqchip import Irqchip
    from lightexit.vm.kvm.backend import KvmBackend
    from lightexit.vm.machine import Machine
    from lightexit.vm.memory import GuestMemory
    from lightexit.vm.outcome import Outcome, RunEnd, RunLimits
    from lightexit.vm.pc import PcConfig, pc_machine
    from lightexit.vm.unicorn import UnicornBackend

__version__ = "0.1.0"

__all__ = [
    "Apic",
    "ApicFlag",
    "ApicMode",
    "Array",
    "AuthorError",
    "Backend",
    "Board",
    "BootModule",
    "Bus",
    "BusClock",
    "Clock",
    "Console",
    "Device",
    "Engine",
    "EventFd",
    "ExecutionError",
    "Fault",
    "Filter",
    "GeneralProtectionError",
    "GuestError",
    "GuestMemory",
    "HostClock",
    "HostError",
    "IntType",
    "InternalError",
    "InterpreterEngine",
    "IoContext",
    "Irqchip",
    "KernelEngine",
    "KvmBackend",
    "Layout",
    "LightexitError",
    "Limits",
    "Line",
    "Loaded",
    "LoadedFilter",
    "Location",
    "Machine",
    "ManualClock",
    "Map",
    "Model",
    "NativeEngine",
    "OffloadCount",
    "Outcome",
    "Payload",
    "PcConfig",
    "Place",
    "PlacedRegion",
    "Program",
    "Region",
    "RegisterCount",
    "Report",
    "Request",
    "RunEnd",
    "RunLimits",
    "SharedMemory",
    "Space",
    "StateMemory",
    "Struct",
    "TraceEvent",
    "TracePoint",
    "UnclaimedCount",
    "UnicornBackend",
    "UnknownField",
    "Verdict",
    "VerifierError",
    "Wanted",
    "array",
    "bool",
    "compile",
    "full_barrier",
    "i8",
    "i16",
    "i32",
    "i64",
    "inline",
    "io_filter",
    "load_firmware",
    "load_object",
    "mmio",
    "msr",
    "muldiv64",
    "pc_machine",
    "pio",
    "seabios",
    "u8",
    "u16",
    "u32",
    "u64",
    "verify",
]

#: The module of each name. A test compares this with the imports above, which are for type
#: checkers and editors.
_HOME = {
    "bool": "builtins",
    "ApicFlag": "lightexit.abi",
    "ApicMode": "lightexit.abi",
    "Array": "lightexit.abi",
    "IntType": "lightexit.abi",
    "IoContext": "lightexit.abi",
    "Layout": "lightexit.abi",
    "Request": "lightexit.abi",
    "SharedMemory": "lightexit.abi",
    "Space": "lightexit.abi",
    "StateMemory": "lightexit.abi",
    "Struct": "lightexit.abi",
    "Verdict": "lightexit.abi",
    "array": "lightexit.abi",
    "full_barrier": "lightexit.abi",
    "i8": "lightexit.abi",
    "i16": "lightexit.abi",
    "i32": "lightexit.abi",
    "i64": "lightexit.abi",
    "inline": "lightexit.abi",
    "muldiv64": "lightexit.abi",
    "u8": "lightexit.abi",
    "u16": "lightexit.abi",
    "u32": "lightexit.abi",
    "u64": "lightexit.abi",
    "Apic": "lightexit.bus.apic",
    "Bus": "lightexit.bus.bus",
    "BusClock": "lightexit.bus.clock",
    "Clock": "lightexit.bus.clock",
    "HostClock": "lightexit.bus.clock",
    "ManualClock": "lightexit.bus.clock",
    "RegisterCount": "lightexit.bus.counters",
    "UnclaimedCount": "lightexit.bus.counters",
    "EventFd": "lightexit.bus.doorbell",
    "Line": "lightexit.bus.line",
    "Model": "lightexit.bus.model",
    "OffloadCount": "lightexit.bus.offload",
    "Place": "lightexit.bus.placing",
    "GeneralProtectionError": "lightexit.bus.region",
    "PlacedRegion": "lightexit.bus.region",
    "Region": "lightexit.bus.region",
    "mmio": "lightexit.bus.region",
    "msr": "lightexit.bus.region",
    "pio": "lightexit.bus.region",
    "TraceEvent": "lightexit.bus.watching",
    "Device": "lightexit.devices.device",
    "Engine": "lightexit.engine.api",
    "Loaded": "lightexit.engine.api",
    "ExecutionError": "lightexit.engine.interpreter",
    "InterpreterEngine": "lightexit.engine.interpreter",
    "KernelEngine": "lightexit.engine.kernel",
    "NativeEngine": "lightexit.engine.native",
    "AuthorError": "lightexit.errors",
    "GuestError": "lightexit.errors",
    "HostError": "lightexit.errors",
    "InternalError": "lightexit.errors",
    "LightexitError": "lightexit.errors",
    "Location": "lightexit.errors",
    "UnknownField": "lightexit.errors",
    "Filter": "lightexit.filter",
    "LoadedFilter": "lightexit.filter",
    "compile": "lightexit.filter",
    "io_filter": "lightexit.filter",
    "verify": "lightexit.filter",
    "Map": "lightexit.isa.program",
    "Program": "lightexit.isa.program",
    "load_object": "lightexit.program_filter",
    "TracePoint": "lightexit.runtime.layout",
    "Fault": "lightexit.verifier",
    "Limits": "lightexit.verifier",
    "Report": "lightexit.verifier",
    "VerifierError": "lightexit.verifier",
    "Backend": "lightexit.vm.board",
    "Board": "lightexit.vm.board",
    "Wanted": "lightexit.vm.board",
    "BootModule": "lightexit.vm.boot.payload",
    "Payload": "lightexit.vm.boot.payload",
    "Console": "lightexit.vm.console",
    "load_firmware": "lightexit.vm.firmware",
    "seabios": "lightexit.vm.firmware",
    "Irqchip": "lightexit.vm.irqchip",
    "KvmBackend": "lightexit.vm.kvm.backend",
    "Machine": "lightexit.vm.machine",
    "GuestMemory": "lightexit.vm.memory",
    "Outcome": "lightexit.vm.outcome",
    "RunEnd": "lightexit.vm.outcome",
    "RunLimits": "lightexit.vm.outcome",
    "PcConfig": "lightexit.vm.pc",
    "pc_machine": "lightexit.vm.pc",
    "UnicornBackend": "lightexit.vm.unicorn",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise _unknown(name)
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value  # the next time it is found without this function
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *(name for name in globals() if name.startswith("__"))])


def _unknown(name: str) -> AttributeError:
    import difflib

    close = difflib.get_close_matches(name, __all__, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "; docs/api.md lists the names there are"
    return AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
