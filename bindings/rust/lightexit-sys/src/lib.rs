// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Declarations of `liblightexit.h` and `lightexit.h`, under their names in C.
//!
//! What each is for, and what callers owe it, say the headers; the crate `lightexit` is the safe way
//! to use them. A test of this crate has a C compiler compare all layouts and numbers.
#![allow(non_camel_case_types)]
#![allow(missing_docs)] // as the headers have them
#![no_std]

use core::ffi::{c_char, c_int, c_void};
use core::marker::{PhantomData, PhantomPinned};

/// The version of the header that these declarations are of.
pub const LIBLIGHTEXIT_VERSION: &str = "1.0";

// ---- lightexit.h: the contract between filters and their hosts --------------------------------

pub const LIGHTEXIT_ABI_VERSION: u32 = 1;

pub const LIGHTEXIT_VERDICT_PASS: u64 = 0;
pub const LIGHTEXIT_VERDICT_HANDLED: u64 = 1;

pub const LIGHTEXIT_SPACE_PIO: u32 = 0;
pub const LIGHTEXIT_SPACE_MMIO: u32 = 1;
pub const LIGHTEXIT_SPACE_MSR: u32 = 2;

pub const LIGHTEXIT_APIC_MODE_FIXED: u8 = 0;
pub const LIGHTEXIT_APIC_MODE_LOWEST_PRIORITY: u8 = 1;
pub const LIGHTEXIT_APIC_MODE_SMI: u8 = 2;
pub const LIGHTEXIT_APIC_MODE_NMI: u8 = 4;
pub const LIGHTEXIT_APIC_MODE_INIT: u8 = 5;
pub const LIGHTEXIT_APIC_MODE_STARTUP: u8 = 6;
pub const LIGHTEXIT_APIC_MODE_EXTINT: u8 = 7;
pub const LIGHTEXIT_APIC_FLAG_LOGICAL: u8 = 8;
pub const LIGHTEXIT_APIC_FLAG_LEVEL: u8 = 128;

pub const LIGHTEXIT_REQUEST_APIC_MESSAGE: u8 = 1;
pub const LIGHTEXIT_REQUEST_EOI: u8 = 2;

pub const LIGHTEXIT_ATTACH_FLAG_READS_CLOCK: u32 = 1;
pub const LIGHTEXIT_ATTACH_FLAG_WRITES_STATE: u32 = 2;
pub const LIGHTEXIT_ATTACH_FLAG_PASSES_READS: u32 = 4;
pub const LIGHTEXIT_ATTACH_FLAG_PASSES_WRITES: u32 = 8;

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct lightexit_io_context {
    pub offset: u64,
    pub data: u64,
    pub now_ns: u64,
    pub vcpu: u32,
    pub size: u8,
    pub is_write: u8,
    pub space: u8,
    pub abi_version: u8,
    pub doorbells: u32,
    pub raised_lines: u32,
    pub lowered_lines: u32,
    pub pulsed_lines: u32,
    pub apic_destination: u32,
    pub apic_vector: u8,
    pub apic_mode: u8,
    pub eoi_vector: u8,
    pub requests: u8,
    pub reserved: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct lightexit_state_header {
    pub version: u64,
    pub fingerprint: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct lightexit_clock_state {
    pub base_ns: u64,
    pub origin: u64,
    pub rate: u64,
    pub step_ns: u64,
    pub gettime: u64,
    pub clock_id: u32,
}

// ---- liblightexit.h ---------------------------------------------------------------------------

macro_rules! opaque {
    ($($name:ident),*) => {$(
        /// Known to the library only.
        #[repr(C)]
        pub struct $name {
            _data: [u8; 0],
            _not_mine: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}

opaque!(
    lightexit_bus,
    lightexit_state,
    lightexit_region,
    lightexit_vcpu,
    lightexit_loader,
    lightexit_object
);

pub const LIGHTEXIT_OK: c_int = 0;
pub const LIGHTEXIT_ERROR_ARGUMENT: c_int = -1;
pub const LIGHTEXIT_ERROR_MEMORY: c_int = -2;
pub const LIGHTEXIT_ERROR_ABI: c_int = -3;
pub const LIGHTEXIT_ERROR_STATE: c_int = -4;
pub const LIGHTEXIT_ERROR_OVERLAP: c_int = -5;
pub const LIGHTEXIT_ERROR_IN_USE: c_int = -6;
pub const LIGHTEXIT_ERROR_SAVED: c_int = -7;
pub const LIGHTEXIT_ERROR_LAYOUT: c_int = -8;
pub const LIGHTEXIT_ERROR_MAP: c_int = -9;
pub const LIGHTEXIT_ERROR_NO_MODULE: c_int = -10;
pub const LIGHTEXIT_ERROR_RIGHTS: c_int = -11;
pub const LIGHTEXIT_ERROR_MODULE: c_int = -12;
pub const LIGHTEXIT_ERROR_CLOCK: c_int = -13;
pub const LIGHTEXIT_ERROR_PROGRAM: c_int = -14;
pub const LIGHTEXIT_ERROR_NO_LOADER: c_int = -15;
pub const LIGHTEXIT_ERROR_LOADER: c_int = -16;

pub const LIGHTEXIT_MOST_STATES: usize = 8;
pub const LIGHTEXIT_MOST_DOORBELLS: usize = 32;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_filter_state {
    pub name: *const c_char,
    pub size: u64,
    pub fingerprint: u64,
}

/// Native code of a filter, and what was proved of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_filter {
    pub abi_version: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub run: Option<
        unsafe extern "C" fn(context: *mut lightexit_io_context, states: *const *mut u8) -> u64,
    >,
    pub worst_case: u32,
    pub state_count: u32,
    pub states: [lightexit_filter_state; LIGHTEXIT_MOST_STATES],
}

pub const LIGHTEXIT_CLOCK_MONOTONIC: u32 = 0;
pub const LIGHTEXIT_CLOCK_TSC: u32 = 1;
pub const LIGHTEXIT_BUS_FLAG_FENCES: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct lightexit_bus_options {
    pub struct_size: u32,
    pub vcpus: u32,
    pub clock_source: u32,
    pub tsc_khz: u32,
    pub clock_map_fd: c_int,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_state_options {
    pub struct_size: u32,
    pub version: u32,
    pub name: *const c_char,
    pub size: u64,
    pub fingerprint: u64,
    pub map_fd: c_int,
    pub memory_fd: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_saved {
    pub name: *const c_char,
    pub data: *const c_void,
    pub fingerprint: u64,
    pub now_ns: u64,
    pub name_size: u32,
    pub size: u32,
    pub version: u32,
    pub reserved: u32,
}

/// An enum in C. Numbers that none of these are come from no library of this version.
pub type lightexit_line_change = u32;
pub const LIGHTEXIT_LINE_LOWER: lightexit_line_change = 0;
pub const LIGHTEXIT_LINE_RAISE: lightexit_line_change = 1;
pub const LIGHTEXIT_LINE_PULSE: lightexit_line_change = 2;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_region_options {
    pub struct_size: u32,
    pub space: u32,
    pub base: u64,
    pub size: u64,
    pub offset: u64,
    pub register_width: u32,
    pub state_count: u32,
    pub states: *const *mut lightexit_state,
    pub filter: *const lightexit_filter,
    pub read: Option<unsafe extern "C" fn(opaque: *mut c_void, offset: u64, size: u64) -> u64>,
    pub write:
        Option<unsafe extern "C" fn(opaque: *mut c_void, offset: u64, value: u64, size: u64)>,
    pub line: Option<
        unsafe extern "C" fn(opaque: *mut c_void, number: u32, change: lightexit_line_change),
    >,
    pub doorbell: Option<unsafe extern "C" fn(opaque: *mut c_void, number: u32)>,
    pub request:
        Option<unsafe extern "C" fn(opaque: *mut c_void, context: *const lightexit_io_context)>,
    pub released: Option<unsafe extern "C" fn(opaque: *mut c_void)>,
    pub opaque: *mut c_void,
    pub eventfds: *const c_int,
    pub eventfd_count: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct lightexit_count {
    pub handled: u64,
    pub passed: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lightexit_access {
    pub address: u64,
    pub data: *mut c_void,
    pub count: u32,
    pub size: u8,
    pub space: u8,
    pub is_write: u8,
    pub reserved: u8,
}

extern "C" {
    pub fn lightexit_error_text(error: c_int) -> *const c_char;
    pub fn lightexit_last_error() -> *const c_char;
    pub fn lightexit_version() -> *const c_char;

    pub fn lightexit_bus_create(
        options: *const lightexit_bus_options,
        bus: *mut *mut lightexit_bus,
    ) -> c_int;
    pub fn lightexit_bus_destroy(bus: *mut lightexit_bus);
    pub fn lightexit_bus_reclaim(bus: *mut lightexit_bus) -> bool;

    pub fn lightexit_clock_now(bus: *const lightexit_bus) -> u64;
    pub fn lightexit_clock_pause(bus: *mut lightexit_bus);
    pub fn lightexit_clock_resume(bus: *mut lightexit_bus);
    pub fn lightexit_clock_skip(bus: *mut lightexit_bus, ns: u64);
    pub fn lightexit_clock_set(bus: *mut lightexit_bus, ns: u64) -> c_int;

    pub fn lightexit_state_create(
        bus: *mut lightexit_bus,
        options: *const lightexit_state_options,
        state: *mut *mut lightexit_state,
    ) -> c_int;
    pub fn lightexit_state_destroy(state: *mut lightexit_state) -> c_int;
    pub fn lightexit_state_data(state: *const lightexit_state) -> *mut c_void;
    pub fn lightexit_state_lock(state: *mut lightexit_state);
    pub fn lightexit_state_try_lock(state: *mut lightexit_state) -> bool;
    pub fn lightexit_state_unlock(state: *mut lightexit_state);
    pub fn lightexit_state_save(
        state: *mut lightexit_state,
        bytes: *mut c_void,
        capacity: usize,
    ) -> usize;
    pub fn lightexit_state_restore(
        state: *mut lightexit_state,
        bytes: *const c_void,
        size: usize,
    ) -> c_int;
    pub fn lightexit_saved_look(
        bytes: *const c_void,
        size: usize,
        saved: *mut lightexit_saved,
    ) -> c_int;

    pub fn lightexit_region_add(
        bus: *mut lightexit_bus,
        options: *const lightexit_region_options,
        region: *mut *mut lightexit_region,
    ) -> c_int;
    pub fn lightexit_region_remove(region: *mut lightexit_region) -> c_int;
    pub fn lightexit_region_replace(
        leaving: *mut lightexit_region,
        options: *const lightexit_region_options,
        region: *mut *mut lightexit_region,
    ) -> c_int;
    pub fn lightexit_region_count(
        region: *const lightexit_region,
        offset: u64,
        is_write: bool,
    ) -> lightexit_count;
    pub fn lightexit_region_total(
        region: *const lightexit_region,
        is_write: bool,
    ) -> lightexit_count;
    pub fn lightexit_record_begin(bus: *mut lightexit_bus, fd: c_int) -> c_int;
    pub fn lightexit_record_end(bus: *mut lightexit_bus) -> u64;
    pub fn lightexit_region_attach(
        region: *mut lightexit_region,
        vm_fd: c_int,
        program_fd: c_int,
    ) -> c_int;
    pub fn lightexit_region_detach(region: *mut lightexit_region);
    pub fn lightexit_region_count_in_kernel(region: *const lightexit_region) -> lightexit_count;

    pub fn lightexit_vcpu_create(
        bus: *mut lightexit_bus,
        index: u32,
        vcpu: *mut *mut lightexit_vcpu,
    ) -> c_int;
    pub fn lightexit_vcpu_destroy(vcpu: *mut lightexit_vcpu);
    pub fn lightexit_access(vcpu: *mut lightexit_vcpu, access: *const lightexit_access) -> bool;

    pub fn lightexit_map_create(name: *const c_char, size: u64) -> c_int;
    pub fn lightexit_memory_create(name: *const c_char, size: u64) -> c_int;
    pub fn lightexit_bus_use_module(bus: *mut lightexit_bus, module_fd: c_int) -> c_int;

    pub fn lightexit_loader_connect(
        path: *const c_char,
        loader: *mut *mut lightexit_loader,
    ) -> c_int;
    pub fn lightexit_loader_close(loader: *mut lightexit_loader);
    pub fn lightexit_loader_load(
        loader: *mut lightexit_loader,
        name: *const c_char,
        object: *mut *mut lightexit_object,
    ) -> c_int;
    pub fn lightexit_loader_clock(loader: *mut lightexit_loader) -> c_int;
    pub fn lightexit_loader_module(loader: *mut lightexit_loader) -> c_int;
    pub fn lightexit_object_program(object: *const lightexit_object, name: *const c_char) -> c_int;
    pub fn lightexit_object_map(object: *const lightexit_object, name: *const c_char) -> c_int;
    pub fn lightexit_object_close(object: *mut lightexit_object);
    pub fn lightexit_region_attach_object(
        region: *mut lightexit_region,
        vm_fd: c_int,
        object: *const lightexit_object,
    ) -> c_int;
}
