# SPDX-License-Identifier: Apache-2.0
"""Which VM a process is, and which vCPU a thread: what /proc says to everybody, with no right to
trace the process.

Command lines and thread names are their owner's: of any length and any bytes. What is kept of them
is short; a name is made safe (`lightexit.shown`) where it is shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lightexit.abi import Space
from lightexit.trace.command_lines import Told, told
from lightexit.trace.names import RegisterName, name_of
from lightexit.trace.names.maps import AddressMap
from lightexit.trace.names.registers import NamedWindow

PROC = Path("/proc")
#: What is said for the VMM of a process that had ended before it was looked at.
UNKNOWN = "?"
#: Bytes that are read of a command line; what a name comes after in libvirt's are hundreds.
_MOST = 1 << 17
#: How VMMs call the threads of their vCPUs: QEMU (debug-threads=on), cloud-hypervisor, Firecracker,
#: crosvm, kvmtool.
_VCPU = re.compile(rb"(?:CPU |vcpu|fc_vcpu |crosvm_vcpu|kvm-vcpu-)(\d{1,5})(?:/KVM)?")
#: Fields of /proc/PID/stat behind the command's name, from 0: when it started, and the time that
#: it has run a guest's code (proc(5): 22 and 43).
_STARTED, _GUEST_TIME = 19, 40


@dataclass(frozen=True, slots=True)
class Vm:
    """A VM, by the process that runs it.

    `name` is what its owner called it, any text: made safe where it is shown. `vmm` is "qemu",
    "cloud-hypervisor", "firecracker", "crosvm", "kvmtool", "lightexit", or the command's name;
    `machine` is QEMU's, "" where the command line names none. `labels` say where KubeVirt has it.
    """

    pid: int
    name: str
    vmm: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    machine: str = ""
    uuid: str = ""


def vm_of(pid: int) -> Vm | None:
    """The VM that process `pid` runs; None once it has ended.

    That it runs one is for the caller to know: any process gets an answer.
    """
    command = _read(PROC / str(pid) / "comm", 64)
    if command is None:
        return None
    line = _read(PROC / str(pid) / "cmdline", _MOST) or b""
    return _vm(pid, told(_text(command.rstrip(b"\n")), [_text(word) for word in line.split(b"\0")]))


def _vm(pid: int, seen: Told) -> Vm:
    return Vm(pid, seen.name or f"pid {pid}", seen.vmm, seen.labels, seen.machine, seen.uuid)


def vcpu_of(pid: int, tid: int) -> int:
    """The number of the vCPU that thread `tid` of process `pid` runs; -1 where it is not known.

    By the thread's name, else its place among the threads that have run a guest's code.
    """
    name = _read(PROC / str(pid) / "task" / str(tid) / "comm", 64) or b""
    found = _VCPU.fullmatch(name.rstrip(b"\n"))
    if found:
        return int(found[1])
    vcpus = [each for each in _threads(pid) if _stat(pid, each, _GUEST_TIME)]
    return vcpus.index(tid) if tid in vcpus else -1


def running() -> list[Vm]:
    """The VMs on this host whose VMM is one of those known, by process."""
    found = (vm_of(pid) for pid in _numbers(PROC))
    return [vm for vm in found if vm is not None and vm.vmm in KNOWN]


KNOWN = frozenset(("qemu", "cloud-hypervisor", "firecracker", "crosvm", "kvmtool", "lightexit"))


class Vms:
    """The VMs and vCPUs that were asked for, remembered: also those that have ended."""

    def __init__(
        self,
        find: Callable[[int], Vm | None] = vm_of,
        find_vcpu: Callable[[int, int], int] = vcpu_of,
    ) -> None:
        self._find, self._find_vcpu = find, find_vcpu
        self._found: dict[int, tuple[Vm, int]] = {}
        self._vcpus: dict[tuple[int, int], int] = {}
        self._maps: dict[int, AddressMap] = {}

    def learn(self, pid: int, windows: Iterable[NamedWindow]) -> None:
        """Take over what the VMM of process `pid` says of its machine's addresses."""
        self._maps[pid] = AddressMap(windows)

    def name(self, vm: Vm, space: Space, address: int, is_write: bool) -> RegisterName:
        """What a register of the VM is called: as its VMM says, else as its kind of machine has
        it."""
        own = self._maps.get(vm.pid)
        found = own.name(space, address, is_write) if own is not None else None
        return found if found and found.device else name_of(vm, space, address, is_write)

    def vm(self, pid: int) -> Vm:
        """The VM of process `pid`; where that had ended before it was first asked for, one of
        which nothing else is known."""
        known = self._found.get(pid)
        if known is not None:
            return known[0]
        vm = self._find(pid) or Vm(pid, f"pid {pid}", UNKNOWN)
        self._found[pid] = vm, _started(pid)
        return vm

    def vcpu(self, pid: int, tid: int) -> int:
        """The number of the vCPU of thread `tid`; -1 where it is not known."""
        number = self._vcpus.get((pid, tid), -1)
        if number < 0:
            number = self._vcpus[pid, tid] = self._find_vcpu(pid, tid)
        return number

    def has_ended(self, pid: int) -> bool:
        """Whether the process that `vm` told of is no more, whoever has its number now."""
        known = self._found.get(pid)
        return known is not None and _started(pid) != known[1]

    def forget(self, pids: Iterable[int]) -> None:
        """Drop what is known of these, as of processes whose numbers may go to others."""
        gone = set(pids)
        self._maps = {pid: each for pid, each in self._maps.items() if pid not in gone}
        self._found = {pid: known for pid, known in self._found.items() if pid not in gone}
        self._vcpus = {key: each for key, each in self._vcpus.items() if key[0] not in gone}


def _started(pid: int) -> int:
    """When it started, in clock ticks since the host's boot; 0 for what is no process."""
    return _stat(pid, pid, _STARTED)


def _stat(pid: int, tid: int, index: int) -> int:
    """A field of /proc/PID/task/TID/stat; 0 for what is no thread."""
    read = _read(PROC / str(pid) / "task" / str(tid) / "stat", 4096) or b""
    fields = read.rpartition(b")")[2].split()
    return int(fields[index]) if len(fields) > index else 0


def _threads(pid: int) -> list[int]:
    return sorted(_numbers(PROC / str(pid) / "task"))


def _numbers(folder: Path) -> list[int]:
    try:
        return [int(name) for name in os.listdir(folder) if name.isascii() and name.isdigit()]
    except OSError:
        return []


def _read(path: Path, most: int) -> bytes | None:
    """At most `most` bytes of a file; None where it is gone or may not be read."""
    try:
        with path.open("rb", buffering=0) as file:
            return file.read(most)
    except OSError:
        return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
