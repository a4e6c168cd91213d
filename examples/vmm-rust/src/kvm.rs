// SPDX-License-Identifier: Apache-2.0
//! The part of <linux/kvm.h> that this VMM uses, and the calls of libc that std has not.

use std::ffi::{c_int, c_ulong, c_void};
use std::io::{Error, Result};
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

const KVM: c_ulong = 0xae << 8;

const fn write(number: c_ulong, size: usize) -> c_ulong {
    1 << 30 | (size as c_ulong) << 16 | KVM | number
}

const fn read(number: c_ulong, size: usize) -> c_ulong {
    2 << 30 | (size as c_ulong) << 16 | KVM | number
}

/// A request whose argument is a number, and no address.
pub struct Plain(c_ulong);

pub const CREATE_VM: Plain = Plain(KVM | 0x01);
pub const GET_VCPU_MMAP_SIZE: Plain = Plain(KVM | 0x04);
pub const GET_SUPPORTED_CPUID: c_ulong = 3 << 30 | 8 << 16 | KVM | 0x05;
pub const CREATE_VCPU: Plain = Plain(KVM | 0x41);
pub const SET_USER_MEMORY_REGION: c_ulong = write(0x46, size_of::<MemoryRegion>());
pub const SET_TSS_ADDR: Plain = Plain(KVM | 0x47);
pub const SET_GSI_ROUTING: c_ulong = write(0x6a, 8);
pub const RUN: Plain = Plain(KVM | 0x80);
pub const GET_MSRS: c_ulong = 3 << 30 | 8 << 16 | KVM | 0x88;
pub const SET_MSRS: c_ulong = write(0x89, 8);
pub const SET_CPUID2: c_ulong = write(0x90, 8);
pub const ENABLE_CAP: c_ulong = write(0xa3, size_of::<EnableCap>());
pub const SIGNAL_MSI: c_ulong = write(0xa5, size_of::<Msi>());

/// Numbers of a pair of ioctls that read and write `size` bytes of a vCPU.
pub const fn pair(get: c_ulong, set: c_ulong, size: usize) -> (c_ulong, c_ulong) {
    (read(get, size), write(set, size))
}

pub const CAP_SPLIT_IRQCHIP: u32 = 121;
pub const EXIT_IO: u32 = 2;
pub const EXIT_MMIO: u32 = 6;
pub const EXIT_SHUTDOWN: u32 = 8;
pub const EXIT_INTR: u32 = 10;
pub const EXIT_INTERNAL_ERROR: u32 = 17;
pub const EXIT_IOAPIC_EOI: u32 = 26;
const ROUTING_MSI: u32 = 2;

#[repr(C)]
#[derive(Default)]
pub struct MemoryRegion {
    pub slot: u32,
    pub flags: u32,
    pub guest_phys_addr: u64,
    pub memory_size: u64,
    pub userspace_addr: u64,
}

#[repr(C)]
pub struct EnableCap {
    pub cap: u32,
    pub flags: u32,
    pub args: [u64; 4],
    pub padding: [u8; 64],
}

#[repr(C)]
#[derive(Default)]
pub struct Msi {
    pub address_lo: u32,
    pub address_hi: u32,
    pub data: u32,
    pub flags: u32,
    pub padding: [u32; 4],
}

/// Behind a head of two words: how many there are, and flags.
#[repr(C)]
pub struct Several<T, const MOST: usize> {
    pub count: u32,
    pub flags: u32,
    pub entries: [T; MOST],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct CpuidEntry {
    pub function: u32,
    pub index: u32,
    pub flags: u32,
    pub eax: u32,
    pub ebx: u32,
    pub ecx: u32,
    pub edx: u32,
    pub padding: [u32; 3],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct MsrEntry {
    pub index: u32,
    pub reserved: u32,
    pub data: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Route {
    gsi: u32,
    kind: u32,
    flags: u32,
    padding: u32,
    address_lo: u32,
    address_hi: u32,
    data: u32,
    rest: [u32; 5],
}

impl Route {
    /// Interrupt `gsi` is this message.
    pub fn msi(gsi: u32, address_lo: u32, data: u32) -> Self {
        Self {
            gsi,
            kind: ROUTING_MSI,
            address_lo,
            data,
            ..Self::default()
        }
    }
}

/// `struct kvm_run`, as far as it is looked at. KVM writes it while the vCPU is in the guest.
#[repr(C)]
pub struct Run {
    pub request_interrupt_window: u8,
    pub immediate_exit: u8,
    padding: [u8; 6],
    pub exit_reason: u32,
    flags: u32,
    cr8: u64,
    apic_base: u64,
    pub exit: Exit,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union Exit {
    pub io: Io,
    pub mmio: Mmio,
    pub suberror: u32,
    pub eoi_vector: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Io {
    pub direction: u8,
    pub size: u8,
    pub port: u16,
    pub count: u32,
    pub data_offset: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Mmio {
    pub address: u64,
    pub data: [u8; 8],
    pub len: u32,
    pub is_write: u8,
}

#[repr(C)]
pub struct PollFd {
    pub fd: c_int,
    pub events: i16,
    pub revents: i16,
}

pub const POLLIN: i16 = 1;
const SIGUSR1: c_int = 10;
const EFD_NONBLOCK_CLOEXEC: c_int = 0o2004000;
const PROT_READ_WRITE: c_int = 3;
const MAP_SHARED: c_int = 1;
const MAP_PRIVATE_ANONYMOUS: c_int = 0x22;

mod c {
    use super::{c_int, c_ulong, c_void, PollFd};

    #[repr(C)]
    pub struct Timespec {
        pub seconds: i64,
        pub nanoseconds: i64,
    }

    #[repr(C)]
    pub struct Sigaction {
        pub handler: extern "C" fn(c_int),
        pub mask: [u64; 16],
        pub flags: c_int,
        pub restorer: usize,
    }

    extern "C" {
        pub fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
        pub fn mmap(
            at: *mut c_void,
            size: usize,
            protection: c_int,
            flags: c_int,
            fd: c_int,
            offset: i64,
        ) -> *mut c_void;
        pub fn eventfd(initial: u32, flags: c_int) -> c_int;
        pub fn ppoll(
            fds: *mut PollFd,
            count: c_ulong,
            time: *const Timespec,
            mask: *const c_void,
        ) -> c_int;
        pub fn sigaction(number: c_int, new: *const Sigaction, old: *mut Sigaction) -> c_int;
        pub fn pthread_kill(thread: c_ulong, number: c_int) -> c_int;
    }
}

fn checked(result: c_int) -> Result<c_int> {
    if result < 0 {
        Err(Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// An ioctl with a number, or with none: 0.
pub fn ioctl(fd: BorrowedFd<'_>, request: Plain, number: c_ulong) -> Result<c_int> {
    // SAFETY: these requests take numbers.
    checked(unsafe { c::ioctl(fd.as_raw_fd(), request.0, number) })
}

/// An ioctl that makes a descriptor.
pub fn ioctl_fd(fd: BorrowedFd<'_>, request: Plain, number: c_ulong) -> Result<OwnedFd> {
    let made = ioctl(fd, request, number)?;
    // SAFETY: it is new, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

/// An ioctl on a struct.
///
/// # Safety
///
/// It reads and writes a T, and no memory that this names in a way that Rust does not know of.
pub unsafe fn ioctl_on<T>(fd: BorrowedFd<'_>, request: c_ulong, on: &mut T) -> Result<c_int> {
    // SAFETY: as the caller says.
    checked(unsafe { c::ioctl(fd.as_raw_fd(), request, ptr::from_mut(on)) })
}

/// Memory of this process, or what a descriptor shares; until the process ends.
pub fn map(size: usize, fd: Option<BorrowedFd<'_>>) -> Result<*mut u8> {
    let (flags, fd) = match fd {
        Some(fd) => (MAP_SHARED, fd.as_raw_fd()),
        None => (MAP_PRIVATE_ANONYMOUS, -1),
    };
    // SAFETY: it maps where nothing is.
    let found = unsafe { c::mmap(ptr::null_mut(), size, PROT_READ_WRITE, flags, fd, 0) };
    if found.addr() == usize::MAX {
        return Err(Error::last_os_error());
    }
    Ok(found.cast())
}

/// An eventfd that does not block.
pub fn eventfd() -> Result<OwnedFd> {
    // SAFETY: numbers only.
    let fd = checked(unsafe { c::eventfd(0, EFD_NONBLOCK_CLOEXEC) })?;
    // SAFETY: it is new, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Waits for one of these, or for the time; where a signal comes in between, nothing has happened.
pub fn poll(fds: &mut [PollFd], time: Option<Duration>) {
    let time = time.map(|time| c::Timespec {
        seconds: time.as_secs() as i64,
        nanoseconds: time.subsec_nanos().into(),
    });
    let at = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: so many there are, and the time is valid for the call.
    if unsafe { c::ppoll(fds.as_mut_ptr(), fds.len() as c_ulong, at, ptr::null()) } < 0 {
        fds.iter_mut().for_each(|fd| fd.revents = 0);
    }
}

extern "C" fn ignore(_: c_int) {}

/// SIGUSR1 does nothing but interrupt KVM_RUN.
pub fn ignore_kicks() {
    let action = c::Sigaction {
        handler: ignore,
        mask: [0; 16],
        flags: 0,
        restorer: 0,
    };
    // SAFETY: the handler does nothing, which any signal handler may.
    unsafe { c::sigaction(SIGUSR1, &action, ptr::null_mut()) };
}

/// Interrupts KVM_RUN of a thread.
///
/// # Safety
///
/// The thread was not joined yet.
pub unsafe fn kick(thread: c_ulong) {
    // SAFETY: as the caller says.
    unsafe { c::pthread_kill(thread, SIGUSR1) };
}
