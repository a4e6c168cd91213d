# SPDX-License-Identifier: Apache-2.0
"""What the BPF programs share with this side: declared here, printed as `layouts.h` for their C."""

from __future__ import annotations

from enum import IntEnum

from lightexit.abi import Struct, u8, u32, u64

#: Entries of the tables, in which the kernel sets memory aside when they are made.
MOST_REGISTERS = 65536
MOST_THREADS = 16384
MOST_VMS = 4096
MOST_APIC_REGISTERS = 16384
MOST_LINES = 8192
#: Registers of one VM, so that a guest which probes all ports leaves room for others; and entries
#: more, which stand for 4,096 addresses each.
MOST_REGISTERS_OF_VM = 12288
MOST_PAGES_OF_VM = 4096


class AnsweredBy(IntEnum):
    """Who answered an access, as far as KVM's tracepoints tell."""

    KVM = 0
    USER = 1


class RegisterKey(Struct):
    """A register as one thread accesses it. Of `what`, the lowest byte is the space, then come the
    size in bytes and 1 for a write. As the thread is part of it, no two CPUs write the same entry
    at a time, and the table need not be one per CPU."""

    address: u64
    pid: u32
    tid: u32
    what: u32
    zero: u32


class Tally(Struct):
    """Accesses that one of KVM and VMM answered; `time_ns` is what the `timed` of them took."""

    accesses: u64
    timed: u64
    time_ns: u64


class AccessTally(Struct):
    """The accesses of a register. Bits of `certain` are set (1: KVM, 2: VMM) where the order of
    events left no doubt about who answered."""

    kvm: Tally
    user: Tally
    certain: u64


class LineTallyKey(Struct):
    """An interrupt input; `pid` is the process that set it."""

    pid: u32
    gsi: u32


class LineTally(Struct):
    """How often it was set, and how often all interrupt controllers had it masked."""

    changes: u64
    masked: u64


class ApicTallyKey(Struct):
    """A register of a local APIC."""

    pid: u32
    tid: u32
    offset: u32
    is_write: u32


class ApicTally(Struct):
    """How often it was accessed."""

    accesses: u64


class ThreadKey(Struct):
    """A thread."""

    tid: u32


class VmKey(Struct):
    """The process of a VM."""

    pid: u32


class SeenAccess(Struct):
    """An access that a tracepoint has told. `what` is as in RegisterKey."""

    address: u64
    time_ns: u64
    value: u64
    count: u32
    what: u32
    has_value: u32
    zero: u32


class Thread(Struct):
    """What is known of a thread between two of its events.

    `exit_space` is 1 + the space of an exit to user space that no access was found for yet, and
    `exit_ns` its time, 0 where that is not known. `batch` is that of the last event.
    """

    access: SeenAccess
    exit_ns: u64
    left_ns: u64  # when the guest was left, where `whole_exits`; else 0
    pid: u32
    gsi: u32
    batch: u32
    pending: u8  # `access` is a write, and it is not known yet who answers it
    exit_space: u8
    unsatisfied: u8  # KVM could not answer a read of memory
    line: u8  # of `gsi`: 1 was set; 2 a controller had it masked; 3 a controller took it
    shift: u8  # each access counts for 2**shift
    told: u8  # since then `access` was counted: 1 + who answered it
    in_doubt: u8  # events of it before this one may not have been looked at


class WatchedVm(Struct):
    """A process with vCPUs, and how many entries of the table of registers are its own."""

    registers: u64


class ProbeConfig(Struct):
    """What the programs are told, and what a new entry of each table is."""

    filtered: u32  # only processes that the table of VMs has
    records: u32  # accesses go to the ring buffer one by one, too
    whole_exits: u32  # accesses are timed from the exit of the guest to its entry
    ceiling: u32  # of each CPU's time, in millionths; 0: every event is looked at
    look_ns: u32  # what an event costs that is looked at
    skip_ns: u32  # what one costs that is not
    sampled: u32  # the jiffy in which a CPU last decided to skip some
    no_thread: Thread
    no_tally: AccessTally
    no_line: LineTally
    no_vm: WatchedVm
    no_apic: ApicTally


class CpuState(Struct):
    """Of one CPU: what was lost, accesses without room in a table or in the ring buffer; and its
    window of time, at whose end it decides how much to look at: one batch of its events of
    2**`shift`. `since` is the jiffy, and `since_seen` the number of events, at its start."""

    no_room: u64
    no_record: u64
    seen: u64
    since_seen: u64
    since_ns: u64
    since: u32
    shift: u32


class AccessRecord(Struct):
    """One access in the ring buffer, 56 bytes.

    `time_ns` (CLOCK_MONOTONIC) is when KVM told of it: of a read at its end, of a write before it
    is answered. `what` is as in RegisterKey, and its highest byte tells who answered. `duration_ns`
    is 2**64 - 1 where it is not known. `count` is more than 1 for accesses of one instruction whose
    values are not known.
    """

    time_ns: u64
    address: u64
    value: u64
    duration_ns: u64
    pid: u32
    tid: u32
    what: u32
    count: u32
    has_value: u32
    zero: u32


class RecordSlot(Struct):
    """A record as it is in the ring buffer, 64 bytes; the first two fields are the kernel's."""

    head: u32
    page: u32
    record: AccessRecord
