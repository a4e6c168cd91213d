# SPDX-License-Identifier: Apache-2.0
"""What is known of a device before it runs: windows, registers, filters and their proofs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lightexit.abi import Space
from lightexit.bus.clock import Clock, ManualClock
from lightexit.bus.placing import Place, placements
from lightexit.bus.region import PlacedRegion, Region
from lightexit.devices.device import Device
from lightexit.devices.restoring import variables
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.rigs.wiring import Wiring
from lightexit.targets import Target, find_target
from lightexit.targets.parameters import UNDECLARED, DeclaredParameter
from lightexit.targets.plugging import shown
from lightexit.targets.values import can_be_given

if TYPE_CHECKING:
    from lightexit.verifier import Report


#: Bytes of an access at most.
_WIDEST = 8


@dataclass(frozen=True)
class WindowRow:
    """A region; `address` is None where only the machine will know it."""

    name: str
    space: str
    address: int | None
    size: int
    offset: int
    register_width: int
    filter: str | None

    @property
    def where(self) -> str:
        """For people."""
        if self.address is not None:
            return shown(Space[self.space], range(self.address, self.address + self.size))
        one, more = {
            "PIO": ("port", "ports"),
            "MMIO": ("byte of memory", "bytes of memory"),
            "MSR": ("MSR", "MSRs"),
        }[self.space]
        told = f"{self.size:,} {one if self.size == 1 else more}"
        return f"{told} ({self.name})" if self.name else told


@dataclass(frozen=True)
class RegisterRow:
    """A register, and the filters that may answer it: None where the model always does."""

    name: str
    offset: int
    reads: str | None
    writes: str | None


@dataclass(frozen=True)
class FilterRow:
    """A filter; with `error`, why there is no proof, and nothing else is known. `lines` are those
    of its source, None where there is none: a filter may be bytecode of an object."""

    name: str
    lines: int | None = None
    cost: int | None = None
    reads_clock: bool = False
    writes_state: bool = False
    handled_reads: tuple[tuple[int, int], ...] = ()
    handled_writes: tuple[tuple[int, int], ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class ParameterRow:
    """What a target may, or must, say besides the address."""

    name: str
    type: str
    is_required: bool


@dataclass(frozen=True)
class DeviceSheet:
    """A device. `usage` is what `--device` takes; with `error`, nothing but its name is known."""

    name: str
    origin: str
    usage: str
    title: str = ""
    state: str = ""
    state_bytes: int = 0
    lines: int = 0
    windows: tuple[WindowRow, ...] = ()
    registers: tuple[RegisterRow, ...] = ()
    filters: tuple[FilterRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it as values that `json` can write."""
        return asdict(self)


def sheet(text: str) -> DeviceSheet:
    """That of a target. Raises as `find_target` does, and what making the device raises."""
    target = find_target(text)
    device = made(target)
    place = target.place(device) if target.bases or _is_ours(target) else None
    reports = {each: _report(each) for each in _filters(device)}
    return DeviceSheet(
        name=device.name,
        origin=target.found.origin,
        usage=text,
        title=_title(type(device)),
        state=device.state_type.__name__,
        state_bytes=_state_bytes(device),
        lines=len(device.lines),
        windows=tuple(_windows(device, place)),
        registers=tuple(_registers(device, reports)),
        filters=tuple(_filter_row(each, report) for each, report in reports.items()),
        parameters=tuple(_parameter(each) for each in target.asked if _is_told(each)),
    )


def listed(name: str) -> DeviceSheet:
    """That of an installed device; one that is broken has its error instead."""
    from lightexit.errors import LightexitError

    try:
        return replace(sheet(name), usage=name)
    except LightexitError as error:
        return DeviceSheet(name, "", name, error=str(error))


def _title(kind: type[Device[Any]]) -> str:
    """The first line of its own documentation, else of its module's: a file a chip."""
    own = vars(kind).get("__doc__") if not kind.__module__.startswith("lightexit.") else None
    told = own or sys.modules[kind.__module__].__doc__ or ""
    return inspect.cleandoc(told).split("\n")[0]


def _is_ours(target: Target) -> bool:
    return target.found.origin == "lightexit"


def made(target: Target, clock: Clock | None = None) -> Device[Any]:
    """The device. Its wires end nowhere; what no command line can give, such as functions, does
    nothing. Raises AuthorError where it cannot be made."""
    missing = [
        each
        for each in target.asked
        if each.is_required and not each.is_line and each.name not in target.arguments
    ]
    if all(can_be_given(each.kind) for each in missing):
        return target.make(clock or ManualClock())
    # Wiring hands the clock on to devices, which take any.
    wiring = Wiring(clock or ManualClock(), target.arguments)  # type: ignore[arg-type]
    return wiring.make(target.found.maker)


def _state_bytes(device: Device[Any]) -> int:
    others = variables(device).values()
    return device.state_type.layout.size + sum(len(each.state.buffer) for each in others)


def _filters(device: Device[Any]) -> list[Filter[Any]]:
    return list(dict.fromkeys(each.filter for each in device.regions if each.filter is not None))


def _report(filter_: Filter[Any]) -> Report | AuthorError:
    try:
        return filter_.report
    except AuthorError as error:
        return error


def _filter_row(filter_: Filter[Any], report: Report | AuthorError) -> FilterRow:
    if isinstance(report, AuthorError):
        return FilterRow(filter_.name, error=str(report))
    return FilterRow(
        filter_.name,
        _lines(filter_),
        report.cost,
        report.reads_clock,
        report.writes_state,
        tuple(report.handled_reads),
        tuple(report.handled_writes),
    )


def _lines(filter_: Filter[Any]) -> int | None:
    from lightexit.explain.size import source_lines

    return len(source_lines(filter_.function)) or None


def _windows(device: Device[Any], place: Place | None) -> Iterator[WindowRow]:
    regions: tuple[Region, ...] = device.regions
    placed: tuple[PlacedRegion | None, ...] = (None,) * len(regions)
    if place is not None or all(isinstance(each, PlacedRegion) for each in regions):
        placed = placements(device.name, regions, place)
    for region, at in zip(regions, placed, strict=True):
        yield WindowRow(
            region.name,
            region.space.name,
            None if at is None else at.base,
            region.size,
            region.offset,
            region.register_width,
            region.filter.name if region.filter else None,
        )


def _registers(
    device: Device[Any], reports: dict[Filter[Any], Report | AuthorError]
) -> Iterator[RegisterRow]:
    for register in device.registers or ():
        offset = int(register)
        answers: list[str | None] = [None, None]
        for region in device.regions:
            report = reports.get(region.filter) if region.filter else None
            inside = region.offset <= offset < region.offset + region.size
            if region.filter is None or not inside or report is None:
                continue
            for is_write in (False, True):
                if not isinstance(report, AuthorError) and _may_handle(
                    report, region, offset, is_write
                ):
                    answers[is_write] = region.filter.name
        yield RegisterRow(register.name, offset, *answers)


def _may_handle(report: Report, region: Region, offset: int, is_write: bool) -> bool:
    ranges = report.handled_writes if is_write else report.handled_reads
    last = max((high for low, high in ranges if low <= offset <= high), default=-1)
    if last < region.offset + region.size:
        return last >= offset
    # A range without end: the proof of all accesses does not tell offsets apart.
    from lightexit.explain.registers import map_registers
    from lightexit.explain.values import Handling, RegisterWindow

    width = region.register_width
    window = RegisterWindow(region.space, offset, width or _WIDEST, width)
    return any(
        each.first == offset and each.is_write is is_write and each.handling is not Handling.PASSED
        for each in map_registers(report, [window]).answers
    )


def _is_told(asked: DeclaredParameter) -> bool:
    return asked.is_line or can_be_given(asked.kind) or asked.is_required


def _parameter(asked: DeclaredParameter) -> ParameterRow:
    kind = asked.kind
    told = str(getattr(kind, "__name__", "") or getattr(kind, "name", "") or kind)
    if asked.is_line:
        told = "number of an interrupt input"
    elif kind is UNDECLARED:
        told = "of no declared type"
    return ParameterRow(asked.name, told, asked.is_required)
