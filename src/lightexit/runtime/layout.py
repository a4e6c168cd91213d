# SPDX-License-Identifier: Apache-2.0
"""What the native runtime works on: declared here, printed as `layouts.h` for its C.

Addresses and table entries are u64. What is read on every access comes first.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.abi import DOORBELLS, Array, Struct, array, u8, u16, u32, u64

#: How many states a region may have, its model's own among them.
MOST_STATES = 8


class Addresses(Struct):
    """A space whose regions are found by search, and counts of accesses without a device."""

    ranges: u64  # a `Ranges` with its entries
    places: u64  # PLACES times a `Place`
    other_reads: u64  # of addresses that have no place
    other_writes: u64


class Tables(Struct):
    """What a bus is made of. `ports` has 65,536 entries, each a `Window` or 0."""

    ports: u64
    memory: Addresses
    msrs: Addresses
    watched: bool  # accesses are timed or traced, or the clock steps with each: rarely
    timed: bool
    unclaimed_ports: u64  # 65,536 times a count of reads, a count of writes
    relax: u64  # void relax(void): called now and then while waiting for a lock
    trace: u64  # void trace(const Event *), or 0; only where accesses are watched


class TracePoint(IntEnum):
    """Where an access is: it comes in, pieces of it are answered, it goes out."""

    ACCESS_IN = 0
    #: By the filter.
    HANDLED = 1
    #: Answered by the model.
    PASSED = 2
    UNCLAIMED = 3
    ACCESS_OUT = 4


class Event(Struct):
    """The record of a trace point. `data` is the value written, or the value read so far; `ticks`
    is how long filter or model took, 0 at all other points."""

    address: u64
    data: u64
    ticks: u64
    vcpu: u32
    point: u8
    space: u8
    size: u8
    is_write: bool


#: How many addresses of a space where no device is are counted apart: a power of two.
PLACES = 1024


class Place(Struct):
    """Accesses of an address where no device is; `name` is the address with all bits inverted,
    0 for a free entry."""

    name: u64
    reads: u64
    writes: u64


class Ranges(Struct):
    """Head of a table of ranges, sorted by address; the `Range` entries follow.

    No two tables of a bus have the same `number`, which is never 0.
    """

    count: u64
    number: u64


class Range(Struct):
    """The addresses from `base` up to, not including, `end` belong to `window`."""

    base: u64
    end: u64
    window: u64


class Window(Struct):
    """The native face of one region."""

    base: u64
    size: u64
    offset: u64
    filter: u64  # u64 filter(IoContext *, u8 *const *map_values), or 0
    lock_count: u64
    counters: u64
    lane_size: u64  # bytes from one lane's counters to the next lane's
    counter_shift: u64
    register_width: u64
    space: u8
    writes_state: bool
    reads_clock: bool
    opaque: u64  # handed to the model's two functions
    read_model: u64  # u64 read(void *opaque, u64 offset, u64 size)
    write_model: u64  # void write(void *opaque, u64 offset, u64 value, u64 size)
    host: u64  # handed to `act`
    act: u64  # void act(void *host, IoContext *)
    write_file: u64  # ssize_t write(int, const void *, size_t), or 0 without eventfds
    maps: Array[u64] = array(u64, MOST_STATES)
    # The states' headers, each once, in the order in which all take them.
    locks: Array[u64] = array(u64, MOST_STATES)
    native_doorbells: u32  # those that are eventfds, a bit each
    eventfds: Array[u32] = array(u32, DOORBELLS)
    refused: bool  # the model has refused this access, to an MSR; it holds the lock


class Counter(Struct):
    """Accesses of one register in one direction: by the filter, by the model."""

    handled: u64
    passed: u64
    handled_ticks: u64
    passed_ticks: u64


#: How many MMIO windows a vCPU remembers: a power of two. Those in use touch memory, no others.
FOUND = 4096


class Found(Struct):
    """A window that a vCPU found in the table `number`: good for as long as that one is in use."""

    number: u64
    window: u64


class Vcpu(Struct):
    """Who accesses. Each has counters (a lane) of its own, so none are lost or contended.

    `ports` is the bus's own, here again, where it takes one load less.
    """

    ports: u64
    clock: u64
    bus: u64
    budget: u64  # accesses left until `expired` is called
    expired: u64  # void expired(void)
    lane: u64
    index: u32
    unclaimed: bool  # set where no device has any of an access; to be cleared by who looks
    refused: bool  # the same where a model refuses an access to an MSR
    found: Array[Found] = array(Found, FOUND)  # by a hash of the address


class Aperture(Struct):
    """Guest-physical addresses from `base` on, as one vCPU sees them."""

    vcpu: u64
    base: u64


class Loop(Struct):
    """What the KVM run loop works with."""

    ioctl: u64  # int ioctl(int fd, unsigned long request, ...)
    access: u64  # of the dispatch routine
    vcpu: u64
    shared: u64  # struct kvm_run
    entries: u64
    tpr: u64  # the register TPR of a local APIC among the devices, a byte, or 0
    fd: u32


class Watch(Struct):
    """What Unicorn's hooks poll. `stop` and `interrupt` are levels, set from any thread; `nmi` says
    that an NMI waits for the end of the one before, `look` that places of MSR accesses may have to
    be hooked before a block runs."""

    stop: u32
    interrupt: u16
    nmi: u8
    look: u8
    skip_block: u32
    is_stopped: u32
    is_trapped: u32
    vector: u32
    previous_end: u64
    emu_stop: u64  # uc_err uc_emu_stop(uc_engine *)
    reg_read: u64  # uc_err uc_reg_read(uc_engine *, int, void *)
    flags_register: u32
    is_syscall: u32
    flags: u64
    delivery: u64  # a `Delivery`
    msrs: u64  # a `MsrWatch`


class Segment(Struct):
    """A segment register, or a table's, as Unicorn keeps it; `flags` are bits 32 to 63 of its
    descriptor."""

    selector: u32
    base: u64
    limit: u32
    flags: u32


#: Of a saved context: bytes before the CPU itself begins.
SAVED_HEAD = 40


class SavedCpu(Struct):
    """What Unicorn 2.1.4 saves of a CPU, as far as it is used here. No interface promises it: it
    is tried before it is used (vm/unicorn/context.py)."""

    head: Array[u8] = array(u8, SAVED_HEAD)
    general: Array[u64] = array(u64, 16)  # RAX, RCX, RDX, RBX, RSP and so on
    rip: u64
    flags: Array[u64] = array(u64, 5)  # as Unicorn computes them, late: not used
    hidden_flags: u32
    hidden_flags2: u32
    segments: Array[Segment] = array(Segment, 6)
    ldt: Segment
    task: Segment
    gdt: Segment
    idt: Segment
    control: Array[u64] = array(u64, 5)  # CR0 to CR4
    other: Array[u8] = array(u8, 128)
    efer: u64
    vectors: Array[u8] = array(u8, 4224)
    star: u64
    vm_hsave: u64
    lstar: u64
    cstar: u64
    fmask: u64
    msrs: Array[u8] = array(u8, 520)
    error_code: u32
    is_software: u32
    next_rip: u64
    debug: Array[u64] = array(u64, 12)
    pending: u32


class Slot(Struct):
    """`size` bytes of guest memory from the physical address `start` on, and where they are."""

    start: u64
    size: u64
    host: u64


#: Code is looked after in blocks of so many bytes of memory, a power of two.
CODE_BLOCK = 1 << 16


class Delivery(Struct):
    """What native delivery of interrupts works with."""

    saved: u64  # a `SavedCpu`: a copy, or the CPU's own
    save: u64  # uc_err uc_context_save(uc_engine *, uc_context *), or nothing
    restore: u64  # uc_err uc_context_restore(uc_engine *, uc_context *), or nothing
    reg_write: u64  # uc_err uc_reg_write(uc_engine *, int, const void *)
    control: u64  # uc_err uc_ctl(uc_engine *, uc_control_type, ...)
    hook_add: u64
    refuse: u64  # bool refuse(void), which returns false
    slots: u64
    slot_count: u32
    is_known: bool  # `SavedCpu` is as it is here
    frame: u64  # linear address of the latest one
    code: u64  # a byte for each page below 4 GiB: whether code of it has been translated
    blocks: u64  # a byte for each block of CODE_BLOCK bytes, likewise
    rax: u32  # Unicorn's numbers of registers
    rdx: u32
    rcx: u32
    msr: u32
    clock: u64
    leave: u64  # void leave(uc_engine *, u32 0): ends a block if a stop was requested; or null


#: Where a bus has CR8, a device's register of 8 bytes: no guest's access to memory gets there.
CR8 = 1 << 63

#: More places than any kernel has. Each takes time in all that is translated later.
MSR_PLACES = 256


class MsrPlace(Struct):
    """Linear addresses between which an RDMSR, WRMSR or MOV of CR4 or CR8 may begin, both included:
    prefixes, and others nearby."""

    first: u64
    last: u64


class MsrWatch(Struct):
    """Where in the guest's code hooks are to be, for the MSRs and the CR8 that devices have."""

    vcpu: u64
    access: u64  # of the dispatch routine
    rip: u32  # Unicorn's number of the register
    is_on: bool  # a device has an MSR
    is_full: bool  # there was one place more
    is_announced: bool  # Unicorn tells of what it translates; not before a block has ended
    count: u32  # of places, the first `hooked` of them with hooks
    hooked: u32
    places: Array[MsrPlace] = array(MsrPlace, MSR_PLACES)
