# SPDX-License-Identifier: Apache-2.0
"""NAME.rs: what Rust is told of a device and its filters, or of a filter that is no device's.

Each is one module, for `include!` where the crate `lightexit` is a dependency.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import count

from lightexit.abi import ABI_VERSION, Struct, fingerprint
from lightexit.build.built_filter import MOST_STATES, BuiltFilter, StateArgument, structs_of
from lightexit.build.constants import flags_of, map_of
from lightexit.build.device import placed_regions
from lightexit.build.header import GENERATED
from lightexit.build.names import macro
from lightexit.build.rust_structs import rust_name, rust_struct
from lightexit.build.sources import DeviceSubject, Sources
from lightexit.bus.region import PlacedRegion, Region
from lightexit.errors import AuthorError

_MODULE = """// {generated}
#[allow(dead_code, non_camel_case_types, non_snake_case, missing_docs)]
#[allow(clippy::all, clippy::undocumented_unsafe_blocks)]
pub mod {name} {{
{body}}}
"""
#: More are in no tuple of the crate's.
_MOST = 4


def rust_files(sources: Sources) -> Iterator[tuple[str, str, str]]:
    """Subject, name of the file, and its text. Raises AuthorError for what has no type there."""
    for device in sources.devices:
        yield device.name, f"{device.name}.rs", _module(device.name, _device(device))
    own = {each for device in sources.devices for each in device.filters.values()}
    for subject in sources.subjects:
        if subject not in own:
            yield subject.symbol, f"{subject.symbol}.rs", _module(subject.symbol, _filter(subject))


def _module(name: str, parts: Iterable[str]) -> str:
    lines = "\n".join(parts).splitlines()
    body = "".join(f"    {line}\n" if line else "\n" for line in lines)
    return _MODULE.format(generated=GENERATED, name=rust_name(name), body=body)


def _device(device: DeviceSubject) -> Iterator[str]:
    subjects = list(device.filters.values())
    kind = device.kind
    yield f"pub const NAME: &str = {json.dumps(kind.name)};"
    yield f"pub const STATE_VERSION: u16 = {len(getattr(kind, 'older_states', ())) + 1};"
    yield from _registers(kind)
    if device.regions is not None:
        regions = placed_regions(device, device.regions)
        yield from map(_region, count(), regions)
    yield from _structs(subjects)
    for filter_, subject in device.filters.items():
        yield _declared(subject, filter_.name)


def _filter(subject: BuiltFilter) -> Iterator[str]:
    yield from _structs([subject])
    yield _declared(subject, subject.symbol)


def _structs(subjects: list[BuiltFilter]) -> Iterator[str]:
    kinds = [kind for subject in subjects for kind in structs_of(subject)]
    known: dict[str, type[Struct]] = {}
    rooms = {each.kind: each.room for subject in subjects for each in subject.states}
    for kind in dict.fromkeys(kinds):
        other = known.setdefault(kind.__name__, kind)
        if fingerprint(other) != fingerprint(kind):
            raise AuthorError(
                f"two Structs of these filters are called {kind.__name__}",
                where=subjects[0].filter.where(),
                expected="structs with names of their own",
                advice="rename one of them",
            )
        if other is kind:
            yield f"\n{rust_struct(kind, rooms.get(kind, kind.layout.size))}"


def _registers(kind: object) -> Iterator[str]:
    names = getattr(kind, "registers", None)
    if isinstance(names, type) and issubclass(names, IntEnum):
        for each in names:
            yield f"pub const REG_{each.name}: u64 = {each.value:#x};"


def _region(number: int, region: Region) -> str:
    """At address 0 where nobody knows where it is."""
    base = region.base if isinstance(region, PlacedRegion) else 0
    space = region.space.name.capitalize()
    return (
        f"pub const REGION_{number}: ::lightexit::Range =\n"
        f"    ::lightexit::Range::new(::lightexit::Space::{space}, {base:#x}, {region.size:#x})\n"
        f"        .offset({region.offset:#x})\n"
        f"        .register_width({region.register_width});"
    )


def _declared(subject: BuiltFilter, name: str) -> str:
    """The function, and its Filter: `NAME_FILTER`."""
    types = [rust_name(each.kind.__name__) for each in subject.states]
    if len(types) > _MOST:
        raise AuthorError(
            f"{subject.filter.name} works on {len(types)} states",
            where=subject.filter.where(_MOST),
            expected=f"at most {_MOST} in Rust",
        )
    states = types[0] if len(types) == 1 else f"({', '.join(types)})"
    symbol, flags = rust_name(subject.symbol), int(flags_of(subject))
    link = f'    #[link_name = "{subject.symbol}"]\n' if symbol != subject.symbol else ""
    maps = ", ".join(f"c{json.dumps(map_of(each.name))}" for each in subject.states)
    described = [*map(_state, subject.states), *["NONE"] * (MOST_STATES - len(types))]
    return (
        f'\nextern "C" {{\n{link}'
        f"    fn {symbol}(context: *mut ::lightexit::IoContext, states: *const *mut u8) -> u64;\n"
        "}\n\n"
        f"/// Of its states, as libbpf calls them in {subject.symbol}.bpf.o.\n"
        f"pub const {macro(name)}_MAPS: [&::core::ffi::CStr; {len(types)}] = [{maps}];\n\n"
        "// SAFETY: what is linked with is code of the bytecode of which this was proved.\n"
        f"pub const {macro(name)}_FILTER: ::lightexit::Filter<{states}> = unsafe {{\n"
        "    use ::lightexit::sys::{lightexit_filter, lightexit_filter_state};\n"
        "    const NONE: lightexit_filter_state = lightexit_filter_state {\n"
        "        name: ::core::ptr::null(),\n        size: 0,\n        fingerprint: 0,\n    };\n"
        "    ::lightexit::Filter::new(lightexit_filter {\n"
        f"        abi_version: {ABI_VERSION},\n"
        f"        flags: {flags:#x},\n"
        f'        name: c"{subject.symbol}".as_ptr(),\n'
        f"        run: Some({symbol}),\n"
        f"        worst_case: {subject.report.cost},\n"
        f"        state_count: {len(types)},\n"
        f"        states: [{', '.join(described)}],\n"
        "    })\n};"
    )


def _state(state: StateArgument) -> str:
    return (
        f'lightexit_filter_state {{ name: c"{state.name}".as_ptr(), '
        f"size: {state.room}, fingerprint: {state.fingerprint:#018x} }}"
    )
