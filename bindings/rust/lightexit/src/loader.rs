// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! lightexit-loader: filters in the kernel for a process that may not call bpf(2).

use std::ffi::{c_int, CStr};
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use lightexit_sys as sys;

use crate::{Error, Result};

/// A descriptor, or an error.
fn checked(fd: c_int) -> Result<c_int> {
    Error::check(fd.min(0))?;
    Ok(fd)
}

/// A connection to lightexit-loader. What it has given stays when it is dropped.
///
/// No function of it waits for longer than 30 s. The loader hangs up after 30 s without a request.
pub struct Loader(*mut sys::lightexit_loader);

// SAFETY: it is for one thread at a time, and not Sync.
unsafe impl Send for Loader {}

impl Loader {
    /// Connects to the socket of this path; `None` stands for `/run/lightexit/loader.sock`.
    ///
    /// # Errors
    ///
    /// [`Error::NoLoader`], [`Error::Rights`].
    pub fn connect(path: Option<&CStr>) -> Result<Self> {
        let path = path.map_or(ptr::null(), CStr::as_ptr);
        let mut raw = ptr::null_mut();
        // SAFETY: the path is a C string, or stands for the usual one.
        Error::check(unsafe { sys::lightexit_loader_connect(path, &mut raw) })?;
        Ok(Self(raw))
    }

    /// Programs and maps of the loader's `NAME.bpf.o`: maps of this process's own, each time.
    ///
    /// # Errors
    ///
    /// [`Error::Loader`], [`Error::NoLoader`], [`Error::Argument`] for a name that cannot be.
    pub fn load(&mut self, name: &CStr) -> Result<LoadedObject> {
        let mut raw = ptr::null_mut();
        // SAFETY: the connection exists, and the name is a C string.
        let code = unsafe { sys::lightexit_loader_load(self.0, name.as_ptr(), &mut raw) };
        Error::check(code)?;
        Ok(LoadedObject(raw))
    }

    /// A map for the clock of a bus: [`BusOptions::clock_map`](crate::BusOptions::clock_map).
    ///
    /// # Errors
    ///
    /// [`Error::Loader`], [`Error::NoLoader`].
    pub fn clock(&mut self) -> Result<OwnedFd> {
        // SAFETY: the connection exists.
        let fd = checked(unsafe { sys::lightexit_loader_clock(self.0) })?;
        // SAFETY: it is new, and nobody else's.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    /// The kernel module's device, opened: [`Bus::use_module`](crate::Bus::use_module).
    ///
    /// # Errors
    ///
    /// [`Error::NoModule`], [`Error::Loader`], [`Error::NoLoader`].
    pub fn module(&mut self) -> Result<OwnedFd> {
        // SAFETY: the connection exists.
        let fd = checked(unsafe { sys::lightexit_loader_module(self.0) })?;
        // SAFETY: it is new, and nobody else's.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        // SAFETY: nobody has it any more.
        unsafe { sys::lightexit_loader_close(self.0) };
    }
}

/// What lightexit-loader has loaded. States and attachments duplicate its descriptors.
pub struct LoadedObject(*mut sys::lightexit_object);

// SAFETY: it is for one thread at a time, and not Sync.
unsafe impl Send for LoadedObject {}

impl LoadedObject {
    pub(crate) fn raw(&self) -> *const sys::lightexit_object {
        self.0
    }

    /// The map of a state, as libbpf calls it: of a module of `lightexit build --rust` in `MAPS`.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] where it has none.
    pub fn map(&self, name: &CStr) -> Result<BorrowedFd<'_>> {
        // SAFETY: the object exists, and the name is a C string.
        let fd = checked(unsafe { sys::lightexit_object_map(self.0, name.as_ptr()) })?;
        // SAFETY: it is open until the object is closed.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }

    /// A program of it.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] where it has none.
    pub fn program(&self, name: &CStr) -> Result<BorrowedFd<'_>> {
        // SAFETY: the object exists, and the name is a C string.
        let fd = checked(unsafe { sys::lightexit_object_program(self.0, name.as_ptr()) })?;
        // SAFETY: it is open until the object is closed.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }
}

impl Drop for LoadedObject {
    fn drop(&mut self) {
        // SAFETY: nobody has it any more.
        unsafe { sys::lightexit_object_close(self.0) };
    }
}
