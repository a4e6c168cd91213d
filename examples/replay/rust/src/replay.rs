// SPDX-License-Identifier: Apache-2.0
//! What lightexit_replay.h declares, and the way from there to a trait.

use std::ffi::{c_char, c_void};

pub const VERSION: u32 = 1;
pub const PIO: u32 = 0;

#[repr(C)]
pub struct Window {
    pub base: u64,
    pub size: u64,
    pub space: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Device {
    pub version: u32,
    pub window_count: u32,
    pub windows: *const Window,
    pub name: *const c_char,
    pub open: extern "C" fn() -> *mut c_void,
    pub read: unsafe extern "C" fn(*mut c_void, u32, u64, u32, u64) -> u64,
    pub write: unsafe extern "C" fn(*mut c_void, u32, u64, u32, u64, u64),
    pub state: unsafe extern "C" fn(*mut c_void, *mut c_char, usize) -> usize,
    pub close: unsafe extern "C" fn(*mut c_void),
}

// SAFETY: its pointers are to constants, which nobody writes.
unsafe impl Sync for Device {}

/// A device model, as it is at power-on by default.
pub trait Model: Default {
    /// A read of `size` bytes at VM time `now_ns`.
    fn read(&mut self, window: u32, offset: u64, size: u32, now_ns: u64) -> u64;
    /// A write of `size` bytes.
    fn write(&mut self, window: u32, offset: u64, size: u32, value: u64, now_ns: u64);
    /// "NAME VALUE" lines.
    fn state(&self) -> String;
}

pub extern "C" fn open<M: Model>() -> *mut c_void {
    Box::into_raw(Box::<M>::default()).cast()
}

/// # Safety
/// `model` is what `open` has given; so for the others.
pub unsafe extern "C" fn read<M: Model>(
    model: *mut c_void,
    window: u32,
    offset: u64,
    size: u32,
    now_ns: u64,
) -> u64 {
    // SAFETY: the caller's promise; there is one thread.
    let model = unsafe { &mut *model.cast::<M>() };
    model.read(window, offset, size, now_ns)
}

/// # Safety
/// See `read`.
pub unsafe extern "C" fn write<M: Model>(
    model: *mut c_void,
    window: u32,
    offset: u64,
    size: u32,
    value: u64,
    now_ns: u64,
) {
    // SAFETY: the caller's promise; there is one thread.
    let model = unsafe { &mut *model.cast::<M>() };
    model.write(window, offset, size, value, now_ns);
}

/// # Safety
/// See `read`; `text` has room for `capacity` bytes.
pub unsafe extern "C" fn state<M: Model>(
    model: *mut c_void,
    text: *mut c_char,
    capacity: usize,
) -> usize {
    // SAFETY: the caller's promise; there is one thread.
    let told = unsafe { &*model.cast::<M>() }.state();
    let length = told.len().min(capacity.saturating_sub(1));
    if capacity > 0 {
        // SAFETY: `length` and the 0 behind it are within `capacity`.
        unsafe {
            text.copy_from_nonoverlapping(told.as_ptr().cast(), length);
            *text.add(length) = 0;
        }
    }
    told.len()
}

/// # Safety
/// See `read`; nothing is called after it.
pub unsafe extern "C" fn close<M: Model>(model: *mut c_void) {
    // SAFETY: `open` has made it by Box, and nobody uses it any more.
    drop(unsafe { Box::from_raw(model.cast::<M>()) });
}
