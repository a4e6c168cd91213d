# SPDX-License-Identifier: Apache-2.0
"""Debian's Linux to power-off on Unicorn, with filters and without, against QEMU's TCG.

The same kernel, command line, RAM and initial RAM disk, whose only program reads the clock by
the ACPI PM timer and powers off. CPU times count (user and system), as /proc has them, so that
others on the machine count little. Needs gcc, qemu-system-x86_64, and the kernel: KERNEL names its
file; without, Debian's is downloaded. Goals: the boot at most 3 times TCG's, the clock 2 times.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS, CALLS, MEMORY_MIB = 5, 200_000, 256
PACKAGE = "linux-image-6.1.0-57-cloud-amd64"
APPEND = "console=ttyS0 clocksource=acpi_pm panic=-1 quiet"
BEGIN, END = b"clock: begin", b"clock: end"
SIDES = ("Unicorn, filters", "Unicorn, models", "TCG, one thread")
HERE = Path(__file__)
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print times and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kernel = _kernel(folder)
        disk = folder / "initrd"
        disk.write_bytes(_archive(_program(folder)))
        found: dict[str, list[tuple[float, float, float]]] = {side: [] for side in SIDES}
        for _ in range(ROUNDS):
            for side in SIDES:
                found[side].append(_run(_command(side, kernel, disk)))
    shown = {side: [median(each) for each in zip(*found[side], strict=True)] for side in SIDES}
    for side, (wall, boot, call) in shown.items():
        print(f"{side:18} {wall:6.2f} s  CPU {boot:6.2f} s  clock_gettime {call * 1e6:6.2f} us")
    ours, models, tcg = (shown[side] for side in SIDES)
    print(f"boot: {ours[1] / tcg[1]:.2f} of TCG's CPU time (goal: 3)")
    print(f"clock_gettime: {ours[2] / tcg[2]:.2f} of TCG's (goal: 2)")
    print(f"filters: {1 - ours[1] / models[1]:.0%} of the whole boot's CPU time less")


def _command(side: str, kernel: Path, disk: Path) -> list[str]:
    if side != SIDES[2]:
        return [sys.executable, "-m", "bench.linux_boot", side, str(kernel), str(disk)]
    qemu = "qemu-system-x86_64 -accel tcg,thread=single -nodefaults -display none -serial stdio"
    files = ["-m", str(MEMORY_MIB), "-kernel", str(kernel), "-initrd", str(disk)]
    return [*qemu.split(), "-no-reboot", *files, "-append", APPEND]


def _run(command: list[str]) -> tuple[float, float, float]:
    """Seconds: of the run; of CPU time, less the clock's part; of CPU time a call."""
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as guest:
        assert guest.stdout is not None
        at: dict[bytes, float] = {}
        for line in guest.stdout:
            at |= {mark: _cpu_s(guest.pid) for mark in (BEGIN, END) if mark in line}
        _, _, usage = os.wait4(guest.pid, 0)
        guest.returncode = 0
    clock_s = at[END] - at[BEGIN]
    cpu_s = usage.ru_utime + usage.ru_stime
    return time.monotonic() - begun, cpu_s - clock_s, clock_s / CALLS


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _kernel(folder: Path) -> Path:
    if named := os.environ.get("KERNEL"):
        return Path(named)
    subprocess.run(["apt-get", "download", "-q", PACKAGE], cwd=folder, check=True)
    package = next(folder.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", package, folder / "x"], check=True)
    return next(folder.glob("x/boot/vmlinuz-*"))


def _program(folder: Path) -> bytes:
    made = folder / "init"
    source = HERE.with_suffix(".c")
    subprocess.run(["gcc", "-O2", "-static", f"-DCALLS={CALLS}", source, "-o", made], check=True)
    return made.read_bytes()


def _archive(program: bytes) -> bytes:
    """A cpio archive ("newc") with one file, /init."""
    return _entry("init", 0o100755, program) + _entry("TRAILER!!!", 0, b"")


def _entry(name: str, mode: int, data: bytes) -> bytes:
    numbers = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = "070701" + "".join(f"{number:08X}" for number in numbers)
    return _padded(head.encode() + name.encode() + b"\0") + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _guest(side: str, kernel: Path, disk: Path) -> None:
    """What runs for a side of ours: the PC, its serial port on stdout."""
    from lightexit.bus.clock import HostClock
    from lightexit.engine.native import NativeEngine
    from lightexit.vm.backends import find
    from lightexit.vm.boot import BootModule, Payload
    from lightexit.vm.console import Console
    from lightexit.vm.machine import RunLimits
    from lightexit.vm.pc import PcConfig, pc_machine

    def show(data: bytes) -> None:
        os.write(1, data)

    payload = Payload(APPEND, (BootModule(disk.read_bytes(), str(disk)),), str(kernel))
    image = kernel.read_bytes()
    config = PcConfig(b"", MEMORY_MIB << 20, int(time.time()), image, payload)
    engine = NativeEngine() if side == SIDES[0] else None
    serial = Console(show)
    with pc_machine(
        config, HostClock(), engine, backend=find("unicorn"), debug=serial, serial=serial
    ) as machine:
        machine.run(RunLimits(seconds=300))


if __name__ == "__main__":
    _guest(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
