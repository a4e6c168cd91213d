# SPDX-License-Identifier: Apache-2.0
"""Filters as `explain` and `bench filter` are told of them, each with the device that has it.

`FILE[:NAME]`, as for `verify`; or `DEVICE[.FILTER]`, where DEVICE is what `run --device` takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.abi import Struct
from lightexit.errors import AuthorError
from lightexit.filter import Filter

if TYPE_CHECKING:
    from types import ModuleType

    from lightexit.bus.region import Region
    from lightexit.devices.device import Device
    from lightexit.targets import Target

#: Endings that mean a file, also where there is none.
_BYTECODE = (".o", ".bpf", ".bin", ".s", ".asm")

FilterNamed = Annotated[
    str,
    typer.Argument(
        metavar="FILE[:NAME]",
        help="Python source (.py), an eBPF object, assembler text (.s) or raw bytecode; with NAME, "
        "that filter or device only. Or a device by its name, such as pit, or one filter of it: "
        "pit.read_or_latch.",
    ),
]


@dataclass(frozen=True, eq=False)
class FilterSubject:
    """A filter. `title` is what the user calls it; `target` makes the device that has it, of which
    `device` is one, None where none is known."""

    title: str
    filter: Filter[Any]
    target: Target | None = None
    device: Device[Any] | None = None

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that it stands in."""
        regions = self.device.regions if self.device else ()
        return tuple(each for each in regions if each.filter is self.filter)


def subjects(
    argument: str, told: Mapping[str, int | type[Struct]] | None = None
) -> list[FilterSubject]:
    """The filters that are named, one at least; `told` has sizes of an object's states.

    Raises AuthorError, as `verify` and `run --device` do for what they are given.
    """
    from lightexit.cli.programs import refuse_sizes, split_name

    path, name = split_name(argument)
    if path.is_file() and path.suffix != ".py":
        return _of_bytecode(argument, path, told or {})
    refuse_sizes(path, told)
    if path.suffix == ".py":
        return _in_file(path, name)
    if path.exists() or path.suffix in _BYTECODE or "/" in argument:
        _of_bytecode(argument, path, {})  # says what is wrong with such a file
    return _of_device(argument)


def _of_bytecode(
    argument: str, path: Path, told: Mapping[str, int | type[Struct]]
) -> list[FilterSubject]:
    from lightexit.cli.programs import programs
    from lightexit.program_filter import ProgramFilter

    sizes = {
        name: each if isinstance(each, int) else each.layout.size for name, each in told.items()
    }
    found = programs(argument, sizes)
    return [FilterSubject(each.name, ProgramFilter(each, str(path))) for each in found]


def _in_file(path: Path, name: str | None) -> list[FilterSubject]:
    from lightexit.imports import import_file

    module = import_file(path)
    filters = [each for each in vars(module).values() if isinstance(each, Filter)]
    devices = list(_devices(module, path))
    found = [each for target, device in devices for each in _filters(target, device, module)]
    taken = {each.filter for each in found}
    rest = (each for each in dict.fromkeys(filters) if each not in taken)
    found += [FilterSubject(each.name, each) for each in rest]
    names = {each.name for each in filters} | {device.name for _, device in devices}
    return _picked(found, name, str(path), names)


def _devices(module: ModuleType, path: Path) -> Iterator[tuple[Target, Device[Any]]]:
    """Those that can be made without being told more; of the others the filters stand alone."""
    from lightexit.cli.sheets import made
    from lightexit.errors import LightexitError
    from lightexit.targets import NamedMaker, Target, devices_in

    for kind in devices_in(module):
        target = Target(f"{path}:{kind.__name__}", NamedMaker(kind, str(path)))
        try:
            yield target, made(target)
        except LightexitError:
            continue


def _filters(
    target: Target, device: Device[Any], module: ModuleType | None = None
) -> Iterator[FilterSubject]:
    for each in dict.fromkeys(region.filter for region in device.regions):
        if each is not None:
            title = each.name if module else f"{device.name}.{each.name}"
            yield FilterSubject(title, each, target, device)


def device_filters(argument: str) -> list[FilterSubject]:
    """The filters of a device as `run --device` takes it; none where its model answers all."""
    from lightexit.cli.sheets import made
    from lightexit.targets import find_target

    target = find_target(argument)
    return list(_filters(target, made(target)))


def _of_device(argument: str) -> list[FilterSubject]:
    from lightexit.cli.sheets import made
    from lightexit.targets import find_target

    head, comma, values = argument.partition(",")
    name, separator, chosen = head.partition(":" if ":" in head else ".")
    is_module = ":" in head and "." in name
    target = find_target(argument if is_module else f"{name}{comma}{values}")
    device = made(target)
    found = list(_filters(target, device))
    if not found:
        raise AuthorError(
            f"the device {device.name} has no filter: its model answers every access",
            expected="a device with a filter in one of its regions",
        )
    only = chosen if separator and not is_module else None
    return _picked(found, only, f"the device {device.name}", {each.filter.name for each in found})


def _picked(
    found: list[FilterSubject], name: str | None, what: str, names: set[str]
) -> list[FilterSubject]:
    if not found:
        raise AuthorError(
            f"{what} holds no filter", expected="a function decorated with @io_filter"
        )
    chosen = [
        each
        for each in found
        if name in (None, each.filter.name, each.device.name if each.device else None)
    ]
    if not chosen:
        raise AuthorError(
            f"{what} holds no filter named {name}", expected=f"one of: {', '.join(sorted(names))}"
        )
    return chosen
