# SPDX-License-Identifier: Apache-2.0
"""The crate lightexit: ns per access against the same device in plain Rust.

A counter that is read, by CLOCK_MONOTONIC on every side, and a register that is written. In plain
Rust it is hard-coded, and once more as buses of VMMs in Rust have it: `Arc<Mutex<dyn BusDevice>>`
in a BTreeMap. First in loops of Rust alone, then around KVM_RUN. Variants run in turns, forwards
and backwards; medians count, of times and of the ratios within a turn. The hard-coded device is
there twice: their ratio is the noise. Goal: at most 1.05 times the hard-coded device with KVM_RUN
around.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench import kvm_exits
from bench._kvm import kvm_name, no_kvm
from bench._ratio import Ratio
from bench._rivals import (
    ACCESSES,
    KINDS,
    ROUNDS,
    STEP,
    addresses_of,
    base_of,
    compare_guests,
    filters,
    register,
    report_guests,
    timed,
)
from bench._turns import in_turns
from bench.kvm_exits import LAST, Kind, Variant, machine
from lightexit.abi import Space
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vm import KvmVm

CRATE = Path(__file__).parent / "rust_loops"
#: Pairs of regions, as a VMM of some size has them.
PAIRS = 12
MOST_AROUND_RUN = 1.05


@contextmanager
def compiled() -> Iterator[Any]:
    """The loops; None where there is no cargo."""
    if shutil.which("cargo") is None or shutil.which("cc") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        own = {"CARGO_TARGET_DIR": folder, "LIGHTEXIT_SYS_BUNDLED": "1"}
        command = ["cargo", "build", "-q", "--release", "--offline"]
        subprocess.run(command, cwd=CRATE, env={**os.environ, **own}, check=True)
        code = ctypes.CDLL(str(Path(folder) / "release/librust_loops.so"))
        for name in ("make_hard_coded", "make_plain", "make_lightexit"):
            getattr(code, name).restype = ctypes.c_void_p
        yield code


class Rivals:
    """The same device, three times, in a space."""

    def __init__(self, code: Any, space: Space) -> None:
        self.filters, base = filters(), base_of(space)
        addresses = [ctypes.c_size_t(each.address) for each in self.filters]
        place = [ctypes.c_uint64(each) for each in (base, STEP, PAIRS)]
        self.hard = ctypes.c_void_p(code.make_hard_coded())
        self.plain = ctypes.c_void_p(code.make_plain(*place))
        self.crate = ctypes.c_void_p(code.make_lightexit(*addresses, int(space), *place))


def loops(code: Any, space: Space, is_write: bool) -> list[tuple[str, Callable[[], float]]]:
    """What is compared without a guest; the hard-coded device comes first."""
    rivals, count = Rivals(code, space), ctypes.c_uint64(ACCESSES)
    base = register(space, is_write)
    here = addresses_of([base])
    spread = addresses_of([base + STEP * each for each in Random(1).sample(range(PAIRS), 8)])

    def run(rival: ctypes.c_void_p, where: Any) -> Callable[[], float]:
        def loop() -> None:
            _ = rivals
            code.run_loop(rival, int(space), where, count, is_write)

        return partial(timed, loop)

    return [
        ("hard-coded in Rust", run(rivals.hard, here)),
        ("its twin", run(rivals.hard, here)),
        ("a bus in plain Rust, one register", run(rivals.plain, here)),
        ("the crate, one register", run(rivals.crate, here)),
        ("a bus in plain Rust, 8 in turn", run(rivals.plain, spread)),
        ("the crate, 8 in turn", run(rivals.crate, spread)),
    ]


#: Each line of the crate's, and the line that it is held against.
HELD = {3: 2, 5: 4}


def compare(code: Any, space: Space, is_write: bool) -> list[tuple[str, float, float, float]]:
    """Name, median ns, the ratio to hard-coded, and that to the line that it is held against."""
    rivals = loops(code, space, is_write)
    rounds = in_turns(ROUNDS, [ns for _, ns in rivals])
    return [
        (
            name,
            median(turn[index] for turn in rounds),
            median(turn[index] / turn[0] for turn in rounds),
            median(turn[index] / turn[HELD.get(index, 0)] for turn in rounds),
        )
        for index, (name, _) in enumerate(rivals)
    ]


def guests(code: Any, kind: Kind) -> list[Variant]:
    """The same device in a loop around KVM_RUN."""
    rivals = Rivals(code, Space.PIO if kind.port else Space.MMIO)

    def variant(name: str, rival: ctypes.c_void_p) -> Variant:
        vm = KvmVm(Kvm())
        memory, vcpu = machine(vm), vm.add_vcpu()

        def run() -> object:
            _ = rivals
            return code.run_guest(vcpu.fd, ctypes.c_void_p(vcpu.address), rival, LAST)

        return Variant(name, vcpu, memory, run)

    return [
        variant("hard-coded in Rust", rivals.hard),
        variant("its twin", rivals.hard),
        variant("a bus in plain Rust", rivals.plain),
        variant("the crate", rivals.crate),
    ]


def ratios() -> list[Ratio]:
    """For docs/: nothing without cargo."""
    with compiled() as code:
        return [] if code is None else list(_ratios(code))


def _ratios(code: Any) -> Iterator[Ratio]:
    for space, is_write in KINDS:
        group = f"Rust, {space.name} {'write' if is_write else 'read'}"
        found = compare(code, space, is_write)
        for index, other in HELD.items():
            name, held = found[index][0], found[other][0].split(",")[0]
            yield Ratio(group, f"{name} / {held}", found[index][3])
    for kind in () if no_kvm() else kvm_exits.KINDS:
        for row in compare_guests(guests(code, kind), kind)[1:]:
            group = f"Rust, {kvm_name()}, {kind.name}"
            goal = MOST_AROUND_RUN if row.name == "the crate" else None
            yield Ratio(group, f"{row.name} / hard-coded", row.ratio, goal)


def main() -> None:
    with compiled() as code:
        if code is None:
            print("cargo or cc is not installed: nothing is measured")
            return
        for space, is_write in KINDS:
            print(f"{space.name} {'write' if is_write else 'read'}")
            for name, ns, ratio, held in compare(code, space, is_write):
                print(f"  {name:36}{ns:8.2f} ns{ratio:8.2f}{held:8.2f}")
        for kind in () if no_kvm() else kvm_exits.KINDS:
            report_guests(compare_guests(guests(code, kind), kind), kind)


if __name__ == "__main__":
    main()
