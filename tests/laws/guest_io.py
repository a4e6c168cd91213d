# SPDX-License-Identifier: Apache-2.0
"""The law of the whole PC with a guest that runs: code that does what drivers do, on Unicorn.

VM time steps with every access, so that a run is a function of the guest alone: it reads the same,
and is interrupted at the same instructions, with filters and without.

As a program (`python -m laws.guest_io --count 1000` in tests/) it runs for long.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from laws.pc_drivers import DRIVERS
from laws.pc_side import states_of
from laws.pc_steps import Access, Step, Until, Wait
from laws.whole_pc import engine
from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.engine.api import Engine
from lightexit.vm.console import Console
from lightexit.vm.machine import RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.rom import rom

#: Where the guest writes down what it reads, and the vectors of its interrupts.
LOG = range(0x2_0000, 0x3_0000)
_START, _HANDLERS, _HANDLER_SIZE = 0x1000, 0x8000, 16
_MOST_CODE = _HANDLERS - _START - 64
#: cli; cld; ss:sp = 0:7000; es:di = the log; sti.
_PROLOGUE = bytes.fromhex("fa fc 31c0 8ed0 bc0070 b80020 8ec0 31ff fb")
_EPILOGUE = bytes.fromhex("fa f4")
_IN, _OUT, _STORE, _SET = (
    {1: bytes.fromhex(one), 2: bytes.fromhex(two), 4: b"\x66" + bytes.fromhex(two)}
    for one, two in (("ec", "ed"), ("ee", "ef"), ("aa", "ab"), ("b0", "b8"))
)
_LIMITS = RunLimits(accesses=20_000, reboots=False)


def handler(vector: int) -> bytes:
    """Write the vector down; end the interrupt at both controllers."""
    return bytes([0x50, 0xB0, vector, 0xAA]) + bytes.fromhex("b020 e6a0 e620 58 cf")


def code_of(steps: list[Step]) -> bytes:
    """What of the steps real-mode code can do: accesses of ports; time is accesses of port 0x80."""
    code = bytearray(_PROLOGUE)
    for step in steps:
        if isinstance(step, Access) and step.space is Space.PIO and step.size in _IN:
            code += _access(step)
        elif isinstance(step, Wait | Until):
            code += bytes.fromhex("b90800 e680 e2fc")  # eight times
    return bytes(code[:_MOST_CODE]) + _EPILOGUE


def _access(step: Access) -> bytes:
    select = b"\xba" + step.address.to_bytes(2, "little")
    if step.value is None:
        return select + _IN[step.size] + _STORE[step.size]
    return select + _SET[step.size] + step.value.to_bytes(step.size, "little") + _OUT[step.size]


def image_of(code: bytes) -> bytes:
    """A firmware with that code and a handler for every vector."""
    handlers = {_HANDLERS + _HANDLER_SIZE * vector: handler(vector) for vector in range(256)}
    return rom(code, at=_START, handlers=handlers)


@dataclass
class Run:
    """The end of a guest: its exit, and the contents of its memory and of the devices."""

    end: str
    log: bytes
    output: bytes
    states: dict[str, bytes]
    handled: int = field(compare=False)


def run(image: bytes, step_ns: int, engine: Engine | None) -> Run:
    """Run it to its end."""
    clock, console = ManualClock(step_ns=step_ns), Console()

    config = PcConfig(image, ram_bytes=2 * MIB)
    machine = pc_machine(config, clock, engine, debug=console, serial=console)
    ram = machine.board.memory.ram
    for vector in range(256):
        entry = (_HANDLERS + _HANDLER_SIZE * vector).to_bytes(2, "little") + b"\x00\xf0"
        ram[4 * vector : 4 * vector + 4] = entry
    outcome = machine.run(_LIMITS)
    now_ns = clock.now_ns()
    end = f"{outcome.reason}, {outcome.detail}, {outcome.accesses} accesses, at {now_ns} ns"
    states = states_of(machine.bus, now_ns)
    handled = sum(count.handled for count in machine.bus.counts())
    return Run(end, bytes(ram[LOG.start : LOG.stop]), bytes(console.output), states, handled)


def random_guest(random: Random) -> list[Step]:
    """What some drivers do, one after the other."""
    drivers = random.sample(DRIVERS, random.choice((3, 6, len(DRIVERS))))
    return [step for _ in range(random.randrange(4, 40)) for step in random.choice(drivers)(random)]


def try_guest(seed: int) -> tuple[str, int]:
    """How the guest of that seed ended, and how many accesses filters answered."""
    random = Random(seed)
    image, step_ns = image_of(code_of(random_guest(random))), random.choice((1, 838, 5_000, 10**6))
    found, expected = run(image, step_ns, engine()), run(image, step_ns, None)
    for name in ("end", "output", "log", "states"):
        with_filters, without = getattr(found, name), getattr(expected, name)
        assert with_filters == without, f"seed {seed}: {name} {_shown(with_filters, without)}"
    return found.end.split(",")[0], found.handled


def _shown(found: object, expected: object) -> str:
    if isinstance(found, str):
        return f"{found} with filters, {expected} without"
    if isinstance(found, dict) and isinstance(expected, dict):
        return f"of {', '.join(name for name in expected if found[name] != expected[name])} differs"
    assert isinstance(found, bytes)
    assert isinstance(expected, bytes)
    pairs = enumerate(zip(found, expected, strict=False))
    at = next((at for at, (a, b) in pairs if a != b), min(len(found), len(expected)))
    return f"differs at byte {at}: {found[at : at + 8].hex()}, {expected[at : at + 8].hex()}"


def search(seed: int, count: int) -> tuple[Counter[str], int]:
    """Run that many guests: how they ended, and what filters answered."""
    ends: Counter[str] = Counter()
    handled = 0
    for number in range(seed, seed + count):
        end, answered = try_guest(number)
        ends[end] += 1
        handled += answered
    return ends, handled


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000)
    options = parser.parse_args()
    ends, handled = search(options.seed, options.count)
    print(f"seeds {options.seed} to {options.seed + options.count - 1}: {dict(ends)}")
    print(f"{handled} accesses answered by filters")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
