// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! For filters inside KVM: maps that the kernel has.

use std::ffi::CStr;
use std::mem::size_of;
use std::os::fd::{FromRawFd, OwnedFd};

use lightexit_sys as sys;

use crate::{Error, Layout, Result};

fn map(name: &CStr, size: usize) -> Result<OwnedFd> {
    // SAFETY: the name is a C string.
    let fd = unsafe { sys::lightexit_map_create(name.as_ptr(), size as u64) };
    Error::check(fd.min(0))?;
    // SAFETY: it is new, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A BPF map for the clock of a bus. It needs CAP_BPF.
///
/// # Errors
///
/// [`Error::Rights`], [`Error::Module`] where bpf(2) refuses.
pub fn clock_map() -> Result<OwnedFd> {
    map(c"clock", size_of::<sys::lightexit_clock_state>())
}

/// A BPF map for a state, where libbpf has made none. It needs CAP_BPF.
///
/// # Errors
///
/// [`Error::Rights`], [`Error::Module`] where bpf(2) refuses.
pub fn state_map<T: Layout>(name: &CStr) -> Result<OwnedFd> {
    map(name, T::SIZE)
}
