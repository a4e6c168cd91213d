# SPDX-License-Identifier: Apache-2.0
"""What `lightexit_region_attach` refuses before it asks the module: programs that libbpf loaded."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from build.test_linked import Gear, read_step
from doorbell.filter import notify
from engine.running import needs_kernel
from kernel.inside.libbpf import LibbpfObject, loaded
from lib import native
from lightexit.abi import ABI_VERSION, Space
from lightexit.build.bpf import bpf_object
from lightexit.build.built_filter import BuiltFilter
from lightexit.build.constants import flags_of
from lightexit.filter import Filter, IoContext, Struct, Verdict, io_filter, u32
from lightexit.isa import assemble

pytestmark = [needs_kernel, pytest.mark.skipif(bool(native.MISSING), reason=native.MISSING)]

STATE, MAP, NO_MODULE, RIGHTS, PROGRAM = -4, -9, -10, -11, -14
TABLE = (3, 1, 4)


class Wheel(Struct):
    """As large as Gear."""

    spokes: u32


@io_filter
def turn(ctx: IoContext, gear: Gear, wheel: Wheel) -> Verdict:
    """Two states of one size, and constants."""
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = gear.teeth + wheel.spokes + TABLE[ctx.offset & 1]
    return Verdict.HANDLED


@io_filter
def a_name_that_the_kernel_cuts(ctx: IoContext, a_state_with_a_long_name: Gear) -> Verdict:
    """More than 15 characters, both."""
    ctx.data = a_state_with_a_long_name.teeth
    return Verdict.PASS if ctx.is_write else Verdict.HANDLED


@io_filter
def uses_nothing(ctx: IoContext, gear: Gear) -> Verdict:
    """Its state is not among the program's maps."""
    ctx.data = 1
    return Verdict.PASS if ctx.is_write else Verdict.HANDLED


@dataclass
class Attached:
    """A region with a filter, and what libbpf has loaded for it."""

    subject: BuiltFilter
    #: Makes the fingerprints of its filter others.
    other: int = 0
    bus: ctypes.c_void_p = field(default_factory=ctypes.c_void_p)
    region: ctypes.c_void_p = field(default_factory=ctypes.c_void_p)

    def __post_init__(self) -> None:
        options = native.BusOptions(vcpus=1)
        library = native.loaded()
        native.check(library.lightexit_bus_create(ctypes.byref(options), ctypes.byref(self.bus)))

    def load(self) -> LibbpfObject:
        return LibbpfObject(bpf_object(self.subject))

    def add(self, *maps: int) -> None:
        """The region, each state of its filter in a map."""
        states = [self._state(*each) for each in zip(self.subject.states, maps, strict=True)]
        given = (ctypes.c_void_p * len(states))(*states)
        self._run = native.RUN(lambda context, states: 0)
        self._filter = filter_ = native.Filter(  # its names are to be there as long as it is
            abi_version=ABI_VERSION,
            flags=flags_of(self.subject),
            name=self.subject.symbol.encode(),
            run=ctypes.cast(self._run, ctypes.c_void_p),
            worst_case=1,
            state_count=len(states),
        )
        for index, each in enumerate(self.subject.states):
            filter_.states[index] = native.FilterState(
                name=each.name.encode(), size=each.room, fingerprint=each.fingerprint ^ self.other
            )
        self._models = native.READ(lambda *_: 0), native.WRITE(lambda *_: None)
        options = native.RegionOptions(
            space=Space.MMIO,
            base=0x1000,
            size=0x100,
            state_count=len(states),
            states=given,
            filter=ctypes.pointer(filter_),
            read=self._models[0],
            write=self._models[1],
        )
        add = native.loaded().lightexit_region_add
        native.check(add(self.bus, ctypes.byref(options), ctypes.byref(self.region)))

    def _state(self, argument: Any, map_fd: int) -> ctypes.c_void_p:
        made = ctypes.c_void_p()
        name, size = argument.name.encode(), argument.room
        options = native.StateOptions(name=name, size=size, map_fd=map_fd)
        create = native.loaded().lightexit_state_create
        native.check(create(self.bus, ctypes.byref(options), ctypes.byref(made)))
        return made

    def attach(self, program: int) -> tuple[int, str]:
        """Twice: what fails leaves nothing behind that the second would find."""
        attach = native.loaded().lightexit_region_attach
        codes = [attach(self.region, 0, program) for _ in range(2)]
        assert codes[0] == codes[1]
        return codes[0], native.loaded().lightexit_last_error().decode()


@pytest.fixture
def opened() -> Iterator[list[Attached]]:
    """The buses of a test."""
    try:
        loaded()
    except OSError:
        pytest.skip("libbpf is not installed")
    every: list[Attached] = []
    yield every
    for each in every:
        native.loaded().lightexit_bus_destroy(each.bus)


def attached(filter_: Filter[Any], opened: list[Attached]) -> tuple[Attached, LibbpfObject]:
    """A region over the maps of its loaded object."""
    made = Attached(BuiltFilter(filter_.name, filter_))
    opened.append(made)
    object_ = made.load()
    made.add(*(object_.map(f".data.{each.name}") for each in made.subject.states))
    return made, object_


#: What a fitting program is told where there is no module; where there is, the VM is no VM.
FITS = NO_MODULE if not Path("/dev/lightexit").exists() else -12


@pytest.mark.parametrize(
    "filter_",
    [notify, read_step, turn, a_name_that_the_kernel_cuts, uses_nothing],
    ids=lambda each: each.name,
)
def test_the_regions_own_filter_comes_as_far_as_the_module(
    filter_: Filter[Any], opened: list[Attached]
) -> None:
    made, object_ = attached(filter_, opened)
    assert made.attach(object_.program(filter_.name))[0] == FITS


def test_another_program(opened: list[Attached]) -> None:
    made, _ = attached(turn, opened)
    _, other = attached(notify, opened)
    assert made.attach(other.program("notify")) == (
        PROGRAM,
        "the program is called notify, the region's filter turn",
    )


def test_what_is_no_program(opened: list[Attached]) -> None:
    made, object_ = attached(turn, opened)
    code = assemble("r0 = 0\nexit").code
    socket_filter = loaded().bpf_prog_load(1, b"turn", b"MIT", code, len(code) // 8, None)
    assert socket_filter > 0
    for each in (object_.map(".data.gear"), 0, 12345, -1, socket_filter):
        assert made.attach(each) == (
            PROGRAM,
            f"descriptor {each}, for the filter turn, is no BPF program of type syscall",
        )
    os.close(socket_filter)


OTHER_MAPS = (
    "the program for turn works on other maps than those that its states are in: map_fd of a "
    "state is the map of its section in the loaded object"
)


def test_a_program_that_was_loaded_once_more(opened: list[Attached]) -> None:
    made, _ = attached(turn, opened)
    again = made.load()
    assert made.attach(again.program("turn")) == (MAP, OTHER_MAPS)


def test_one_state_of_two_in_another_map(opened: list[Attached]) -> None:
    made = Attached(BuiltFilter("turn", turn))
    opened.append(made)
    object_ = made.load()
    other = native.loaded().lightexit_map_create(b"wheel", ctypes.c_uint64(4))
    assert other > 0
    made.add(object_.map(".data.gear"), other)
    assert made.attach(object_.program("turn")) == (MAP, OTHER_MAPS)
    os.close(other)


def test_states_that_have_each_others_maps(opened: list[Attached]) -> None:
    made = Attached(BuiltFilter("turn", turn))
    opened.append(made)
    object_ = made.load()
    made.add(object_.map(".data.wheel"), object_.map(".data.gear"))
    assert made.attach(object_.program("turn")) == (
        MAP,
        "the map of state 0 of the filter turn, gear, is the one of wheel: states are in the "
        "filter's order",
    )


def test_an_object_that_was_built_for_another_layout(opened: list[Attached]) -> None:
    made = Attached(BuiltFilter("turn", turn), other=1)
    opened.append(made)
    object_ = made.load()
    made.add(object_.map(".data.gear"), object_.map(".data.wheel"))
    assert made.attach(object_.program("turn")) == (
        STATE,
        "the object that the map of gear is from was built for another layout of it than the "
        "filter turn",
    )


def as_nobody(made: Attached, program: int) -> int:
    """The code that a process without rights is given."""
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        os._exit(-made.attach(program)[0])
    return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_without_rights_to_look_at_maps_by_number(opened: list[Attached]) -> None:
    """Its constants are in a map that is none of the states': it may be."""
    made, object_ = attached(turn, opened)
    again = made.load()
    found = as_nobody(made, object_.program("turn")), as_nobody(made, again.program("turn"))
    # Kernels before 5.19 tell a process without CAP_BPF nothing.
    assert found in ((FITS, MAP), (RIGHTS, RIGHTS))
