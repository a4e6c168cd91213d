# SPDX-License-Identifier: Apache-2.0
"""Random traffic for a whole PC: drivers' sequences, several at once, and accesses of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from laws.pc_drivers import DRIVERS, Driver
from laws.pc_side import Side
from laws.pc_steps import Access, Config, Drive, Host, Interrupt, Late, Look, Step, Wait
from lightexit.abi import Space
from lightexit.vm.irqchip import Irqchip

#: What guests poll most: the registers for which there are filters.
HOT: Sequence[tuple[Space, int, int]] = (
    *((Space.PIO, port, 1) for port in (0x61, 0x3FD, 0x3FA, 0x21, 0x20, 0x40, 0x42, 0x71, 0x64)),
    *((Space.PIO, port, 1) for port in (0x60, 0x92, 0x402, 0x511, 0x3FE, 0xA1)),
    *((Space.PIO, port, 4) for port in (0xCF8, 0xCFC, 0xB008)),
    *((Space.MMIO, 0xFED0_0000 + at, size) for at, size in ((0xF0, 4), (0xF4, 4), (0xF0, 8))),
    *((Space.MMIO, 0xFEC0_0000 + at, 4) for at in (0, 0x10)),
    *((Space.MMIO, 0xFEB0_0000 + at, 4) for at in (0x50, 0x60, 0x64)),
)
_BYTES = (0, 1, 2, 3, 4, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x36, 0x43, 0x60, 0x80, 0xB6, 0xFF)
_WORDS = (1 << 31, 1 << 31 | 0x58, 1 << 31 | 0x0B40, 2**32 - 1, 2**64 - 1, 0x1_0020, 0x8020)
#: From ticks to years: a guest may be paused.
_JUMPS = (10**3, 10**5, 10**7, 10**9, 10**11, 10**16)
_STARTS = (0, 0, 0, 1, 10**9 - 1, 3 * 10**15, 2**60)
_MOST_DRIVERS = 25


@dataclass(frozen=True)
class Window:
    """A region of the PC: where accesses of any kind go."""

    space: Space
    base: int
    size: int
    width: int


@cache
def windows(irqchip: Irqchip) -> tuple[Window, ...]:
    """The regions of a PC with these interrupt controllers."""
    regions = [port.region for port in Side(Config(irqchip), None).ports]
    return tuple(Window(each.space, each.base, each.size, each.register_width) for each in regions)


def random_case(random: Random, drivers: Sequence[Driver] = DRIVERS) -> tuple[Config, list[Step]]:
    """A PC, and what happens to it: what some of these drivers do, and more."""
    config = _random_config(random)
    # A few drivers go deep where all of them go wide.
    drivers = random.sample(drivers, min(random.choice((2, 4, len(drivers))), len(drivers)))
    streams = [_stream(random, config, drivers, vcpu) for vcpu in range(random.randrange(1, 4))]
    return config, list(_disturbed(random, _merged(random, streams)))


def _random_config(random: Random) -> Config:
    irqchip = random.choice(
        (Irqchip.OFF, Irqchip.OFF, Irqchip.SPLIT, Irqchip.SPLIT, Irqchip.KERNEL)
    )
    cpus = 1 if irqchip is Irqchip.OFF else random.randrange(1, 4)
    step_ns = random.choice((0, 0, 1, 700, 838, 50_000)) if cpus == 1 else 0
    start_ns = random.choice((*_STARTS, random.randrange(2**40)))
    return Config(irqchip, cpus, step_ns, start_ns, random.choice((0, 951_782_390, 2**31 - 5)))


def _stream(random: Random, config: Config, drivers: Sequence[Driver], vcpu: int) -> list[Step]:
    """What one vCPU does, and what comes in while it does."""
    steps: list[Step] = []
    for _ in range(random.randrange(1, _MOST_DRIVERS)):
        if random.random() < 0.75:
            steps += random.choice(drivers)(random)
        else:
            steps += [_any_access(random, config) for _ in range(random.randrange(1, 12))]
    return [replace(step, vcpu=vcpu) if isinstance(step, Access) else step for step in steps]


def _any_access(random: Random, config: Config) -> Access:
    if random.random() < 0.4:
        space, address, size = random.choice(HOT)
    else:
        window = random.choice(windows(config.irqchip))
        space, size = (
            window.space,
            random.choice((window.width or 1, window.width or 4, 1, 2, 4, 8)),
        )
        size = random.choice((3, 5, 6, 7)) if random.random() < 0.03 else size
        size = 8 if space is Space.MSR else size
        address = window.base + random.choice((0, random.randrange(-2, window.size + 2)))
    if random.random() < 0.55:
        return Access(space, address, size)
    value = random.choice((random.choice(_BYTES), random.choice(_WORDS), random.getrandbits(64)))
    return Access(space, address, size, value & (1 << 8 * size) - 1)


def _merged(random: Random, streams: list[list[Step]]) -> list[Step]:
    """The steps of all streams, each in its order."""
    order = [number for number, stream in enumerate(streams) for _ in stream]
    random.shuffle(order)
    steps = [iter(stream) for stream in streams]
    return [next(steps[number]) for number in order]


def _disturbed(random: Random, steps: list[Step]) -> list[Step]:
    """Time passes between, the host is late, vCPUs meet at a state, and interrupts are taken."""
    contended = random.choice((0, 0, 0.1, 0.3))
    result: list[Step] = []
    late = 0
    for step in steps:
        if isinstance(step, Access) and random.random() < contended:
            step = replace(step, busy=True)
        result.append(step)
        if late:
            late -= 1
            result += [Look()] * (late == 0)
        elif random.random() < 0.25:
            result.append(_disturbance(random))
            late = random.randrange(1, 8) if isinstance(result[-1], Late) else 0
    return [*result, Look()]


def _disturbance(random: Random) -> Step:
    ns = random.randrange(random.choice(_JUMPS))
    level = random.random() < 0.6
    pic = Drive("pic", random.choice((3, 5, 7, 10, 11, 15)), level)
    ioapic = Drive("ioapic", random.randrange(16, 24), level)
    press = Host("pm", "press_power_button")
    others: list[Step] = [pic, ioapic, press, Interrupt(), Interrupt(), Look()]
    return random.choice((Wait(ns), Wait(ns % 10**6), Late(ns), Late(ns % 10**6), *others))
