# SPDX-License-Identifier: Apache-2.0
"""The programs in the kernel, their tables, and what keeps them attached."""

from __future__ import annotations

import errno
import mmap
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from lightexit.abi import Struct
from lightexit.engine.kernel.bpf import (
    RAW_TRACEPOINT,
    ArrayMap,
    BpfMap,
    Descriptor,
    MapShape,
    Refused,
    load_program,
)
from lightexit.engine.kernel.maps import CpuValue, HashMap, Ring
from lightexit.engine.kernel.tracepoints import attach, runs
from lightexit.isa import Program
from lightexit.trace.probes import layout
from lightexit.trace.probes.processes import has_ended
from lightexit.trace.probes.programs import programs
from lightexit.trace.probes.refusals import check_host, explained, missing_tracepoints

#: Nothing can be told without these; the others show more.
ESSENTIAL = ("kvm_userspace_exit", "kvm_pio", "kvm_mmio")
#: These are passed at every exit, whatever it is about.
WHOLE_EXITS = ("kvm_exit", "kvm_entry")
#: What an event costs, the kernel's way to the program and back included: measured by
#: `bench/probes.py` on a slow machine.
LOOK_NS, SKIP_NS = 600, 100
#: So many may be of threads that have ended, in processes that have not.
MANY_THREADS = 1024
#: Bytes, where nothing is recorded.
NO_RING = mmap.PAGESIZE

#: Structs that have a field `pid`.
_OfProcess = (
    layout.RegisterKey | layout.ApicTallyKey | layout.LineTallyKey | layout.VmKey | layout.Thread
)


class ProbeTables:
    """The maps that programs share with this process. Raises Refused."""

    def __init__(self, ring_size: int) -> None:
        self.registers = _hash(
            "registers", layout.RegisterKey, layout.AccessTally, layout.MOST_REGISTERS
        )
        self.apic = _hash("apic", layout.ApicTallyKey, layout.ApicTally, layout.MOST_APIC_REGISTERS)
        self.lines = _hash("lines", layout.LineTallyKey, layout.LineTally, layout.MOST_LINES)
        self.threads = _hash("threads", layout.ThreadKey, layout.Thread, layout.MOST_THREADS)
        self.vms = _hash("vms", layout.VmKey, layout.WatchedVm, layout.MOST_VMS)
        self.cpus = CpuValue("cpus", layout.CpuState.layout.size)
        self.ring = Ring("ring", ring_size)
        self._config = ArrayMap("config", layout.ProbeConfig.layout.size)
        self.config = layout.ProbeConfig.from_buffer(memoryview(self._config.mapping))

    def by_process(self) -> list[tuple[HashMap, type[_OfProcess]]]:
        """The tables, and for each what tells whose an entry is: its key, or a Thread."""
        return [
            (self.registers, layout.RegisterKey),
            (self.apic, layout.ApicTallyKey),
            (self.lines, layout.LineTallyKey),
            (self.vms, layout.VmKey),
            (self.threads, layout.Thread),
        ]

    def map(self, name: str) -> BpfMap:
        """The map that the programs call so."""
        found: BpfMap = self._config if name == "config" else getattr(self, name)
        return found


def _hash(name: str, key: type[Struct], value: type[Struct], entries: int) -> HashMap:
    return HashMap(name, MapShape(key.layout.size, value.layout.size, entries))


class ProbeOptions(NamedTuple):
    """What the programs are to do. `ceiling` is the most that events may cost, in percent of each
    CPU's time, 0 for none; with `whole_exits`, accesses are timed from exit to entry; a
    `ring_size` other than NO_RING has them recorded one by one."""

    ceiling: float = 0
    whole_exits: bool = False
    ring_size: int = NO_RING


class Attached:
    """Programs at KVM's tracepoints. `missing` are the tracepoints that this kernel lacks.

    With `pids`, only VMs of these processes are looked at. Raises HostError.
    """

    def __init__(self, pids: Collection[int], options: ProbeOptions) -> None:
        check_host()
        with _told("create the tables for counts"):
            self.tables = ProbeTables(options.ring_size)
            for pid in pids:
                self.tables.vms.put(struct.pack("<I", pid), bytes(layout.WatchedVm.layout.size))
        config = self.tables.config
        config.filtered, config.records = bool(pids), options.ring_size != NO_RING
        config.ceiling = round(options.ceiling * 10_000)
        config.whole_exits = options.whole_exits
        config.look_ns, config.skip_ns = LOOK_NS, SKIP_NS
        self.missing: list[str] = []
        #: By tracepoint.
        self.programs: dict[str, Descriptor] = {}
        self._links: list[Descriptor] = []
        # An access is told by the exits first.
        for program in sorted(programs(), key=lambda each: each.name not in ESSENTIAL[:1]):
            if options.whole_exits or program.name not in WHOLE_EXITS:
                self._attach(program)
        if lacking := [name for name in ESSENTIAL if name in self.missing]:
            self.close()
            raise missing_tracepoints(lacking)

    def _attach(self, program: Program) -> None:
        maps = [self.tables.map(each.name) for each in program.maps]
        with _told(f"load the program for the tracepoint {program.name}"):
            loaded = load_program(program.name, program.code, maps, None, RAW_TRACEPOINT)
        try:
            with _told(f"attach to the tracepoint {program.name}", errno.ENOENT):
                self._links.append(attach(loaded, program.name))
        except Refused:
            self.missing.append(program.name)
        else:
            self.programs[program.name] = loaded

    def cpus(self) -> list[layout.CpuState]:
        """What each CPU has lost, and how much it looks at."""
        return [layout.CpuState.view(bytearray(each)) for each in self.tables.cpus.read()]

    def recursive(self) -> int:
        """Events that came while a program was running on that CPU already: they were not seen."""
        return sum(runs(each).recursive for each in self.programs.values())

    def forget_ended(self) -> set[int]:
        """Give back what the tables hold of processes that have ended; which these were."""
        threads = [
            (int.from_bytes(key, "little"), layout.Thread.view(bytearray(value)).pid)
            for key, value in self.tables.threads.items()
        ]
        vms = {int.from_bytes(key, "little") for key, _ in self.tables.vms.items()}
        ended = {pid for pid in vms | {pid for _, pid in threads} if has_ended(pid)}
        if ended:
            self._forget(ended)
        if len(threads) > MANY_THREADS:
            for tid, pid in threads:
                if pid not in ended and has_ended(tid):
                    self.tables.threads.drop(tid.to_bytes(4, "little"))
        return ended

    def _forget(self, pids: Collection[int]) -> None:
        for table, kind in self.tables.by_process():
            for key, value in table.items():
                view = kind.view(bytearray(value if kind is layout.Thread else key))
                if view.pid in pids:
                    table.drop(key)

    def close(self) -> None:
        """Take the programs away; the tables stay."""
        self._links.clear()


@contextmanager
def _told(purpose: str, passed: int = 0) -> Iterator[None]:
    """What Refused means here; that with the error number `passed` is raised as it is."""
    try:
        yield
    except Refused as refusal:
        if refusal.number == passed:
            raise
        raise explained(purpose, refusal.number, refusal.log) from refusal
