# SPDX-License-Identifier: Apache-2.0
"""Test kernels that others wrote, on lightexit's back ends and in QEMU on the same host.

    python -m guests.kernels FOLDER                        # all *.flat there, on every side
    python -m guests.kernels FOLDER --only apic --sides qemu-kvm,unicorn --seconds 60 --cpus 2

Each kernel is a Multiboot image that prints lines of `PASS:`, `FAIL:` and `SKIP:` to the first
serial port, and writes its result to port 0xf4: what kvm-unit-tests builds. The table says of each
side how many passed and failed, and how the run ended; below it, for each of ours, the first line
that is not as in QEMU with KVM, the yardstick of this host.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

YARDSTICK = "qemu-kvm"
_MACHINE = (
    "-machine pc -m 256 -display none -serial stdio -monitor none"
    " -device pc-testdev -device isa-debug-exit,iobase=0xf4,iosize=4"
)
_QEMU = f"qemu-system-x86_64 {_MACHINE}"
_OURS = f"{sys.executable} -m lightexit run --exit-status --device pc-testdev"
#: How a side is called, and its command; {cpus} and {seconds} are put in.
SIDES = {
    "qemu-tcg": f"{_QEMU} -accel tcg -cpu max -smp {{cpus}}",
    YARDSTICK: f"{_QEMU} -accel kvm -cpu qemu64,+x2apic,+tsc-deadline,+rdtscp -smp {{cpus}}",
    "unicorn": f"{_OURS} --backend unicorn --seconds {{seconds}}",
    "kvm-off": f"{_OURS} --backend kvm --irqchip off --seconds {{seconds}}",
    "kvm-split": f"{_OURS} --backend kvm --irqchip split --seconds {{seconds}} --cpus {{cpus}}",
    "kvm-kernel": f"{_OURS} --backend kvm --irqchip kernel --seconds {{seconds}} --cpus {{cpus}}",
}
#: Kernels that go on after a reset: for all others one means that they failed.
REBOOTING = ("init", "s3")
#: What a run may take besides, to start and to compile; ours may be two runs, QEMU's has firmware.
_MORE_S = 20.0
_VERDICT = re.compile(r"^(PASS|FAIL|SKIP): (.*)$", re.MULTILINE)
_ENDED = re.compile(r"^(?:run ended|lightexit): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """One kernel on one side: its verdicts in their order, the exit status (None: the limit
    was reached), why it ended as far as that is said, and its seconds."""

    verdicts: tuple[tuple[str, str], ...]
    status: int | None
    reason: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        passed, failed = (self._count(verdict) for verdict in ("PASS", "FAIL"))
        return f"{passed}/{failed}, {_ended(self)}"

    def _count(self, verdict: str) -> int:
        return sum(found == verdict for found, _ in self.verdicts)


def read(output: str, status: int | None, seconds: float = 0.0) -> Outcome:
    """What a side printed."""
    output = output.replace("\r", "")
    reasons = _ENDED.findall(output)
    verdicts = tuple((verdict, text) for verdict, text in _VERDICT.findall(output))
    return Outcome(verdicts, status, reasons[-1] if reasons else "", seconds)


def run(kernel: Path, side: str, cpus: int, seconds: float) -> Outcome:
    """One kernel on one side, ended after so many seconds of guest's run."""
    command = SIDES[side].format(cpus=cpus, seconds=seconds).split()
    is_qemu = side.startswith("qemu")
    if kernel.stem not in REBOOTING:
        command.append("-no-reboot" if is_qemu else "--no-reboot")
    limit = (1 if is_qemu else 2) * (seconds + _MORE_S)
    start = time.monotonic()
    with subprocess.Popen(
        [*command, "-kernel" if is_qemu else "--kernel", str(kernel)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
        text=True,
    ) as process:
        try:
            output, status = process.communicate(timeout=limit)[0], process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, status = process.communicate()[0], None
    return read(output, status, time.monotonic() - start)


def difference(outcome: Outcome, yardstick: Outcome) -> str:
    """The first thing in which an outcome is not as the yardstick; empty where nothing is.

    Numbers in a verdict's text are what was measured: only its words are compared."""
    for ours, theirs in zip_longest(outcome.verdicts, yardstick.verdicts):
        if ours is None or theirs is None or _words(ours) != _words(theirs):
            return _contrast(ours, theirs, outcome)
    if outcome.status != yardstick.status:
        return f"ends: {outcome.reason or _ended(outcome)}, not with {_ended(yardstick)}"
    return ""


def _ended(outcome: Outcome) -> str:
    return "limit" if outcome.status is None else f"exit {outcome.status}"


def _contrast(
    ours: tuple[str, str] | None, theirs: tuple[str, str] | None, outcome: Outcome
) -> str:
    if ours is None:
        assert theirs is not None
        return f"ends before “{': '.join(theirs)}”: {outcome.reason or _ended(outcome)}"
    return f"“{': '.join(ours)}”, not “{': '.join(theirs) if theirs else 'nothing more'}”"


def _words(verdict: tuple[str, str]) -> tuple[str, str]:
    return verdict[0], re.sub(r"\b(0x)?[0-9a-f]*\d[0-9a-f]*\b", "#", verdict[1])


def table(outcomes: Mapping[str, Mapping[str, Outcome]], sides: Sequence[str]) -> Iterable[str]:
    """A Markdown table of all kernels, and a list of the differences."""
    yield f"| kernel | {' | '.join(sides)} |"
    yield "|---" * (len(sides) + 1) + "|"
    for kernel, found in outcomes.items():
        yield f"| {kernel} | {' | '.join(str(found[side]) for side in sides)} |"
    yield ""
    for kernel, found in outcomes.items():
        for side in sides:
            if YARDSTICK in found and not side.startswith("qemu"):
                differs = difference(found[side], found[YARDSTICK])
                if differs:
                    yield f"- {kernel}, {side}: {differs}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="names of kernels, with commas; default: all")
    parser.add_argument("--sides", default=",".join(SIDES), help="with commas; default: all")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each run")
    parser.add_argument("--cpus", type=int, default=1, help="where a side can have several")
    given = parser.parse_args(arguments)
    sides, wanted = given.sides.split(","), set(filter(None, given.only.split(",")))
    unknown = [side for side in sides if side not in SIDES]
    if unknown:
        parser.error(f"no side {', '.join(unknown)}: there are {', '.join(SIDES)}")
    kernels = sorted(given.folder.glob("*.flat"))
    kernels = [kernel for kernel in kernels if not wanted or kernel.stem in wanted]
    if not kernels:
        parser.error(f"no kernel *.flat in {given.folder}")
    outcomes: dict[str, dict[str, Outcome]] = {}
    for kernel in kernels:
        outcomes[kernel.stem] = {}
        for side in sides:
            outcome = run(kernel, side, given.cpus, given.seconds)
            outcomes[kernel.stem][side] = outcome
            print(f"{kernel.stem}, {side}: {outcome}, {outcome.seconds:.1f} s", file=sys.stderr)
    print("\n".join(table(outcomes, sides)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
