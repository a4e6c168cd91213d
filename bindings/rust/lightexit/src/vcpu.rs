// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! vCPUs, and their accesses.

use std::ptr;
use std::sync::Arc;

use lightexit_sys as sys;

use crate::bus::OwnedBus;
use crate::device::go_on;
use crate::{Bus, Error, Result, Space};

/// A vCPU: what exits are answered by. It may be moved to another thread, and is one's at a time.
pub struct Vcpu {
    raw: *mut sys::lightexit_vcpu,
    bus: Arc<OwnedBus>,
}

// SAFETY: it is one thread's at a time. It is not Sync.
unsafe impl Send for Vcpu {}

impl Vcpu {
    pub(crate) fn create(bus: &Bus, index: u32) -> Result<Self> {
        let mut raw = ptr::null_mut();
        // SAFETY: the bus exists, and the place for the vCPU is valid for the call.
        let code = unsafe { sys::lightexit_vcpu_create(bus.owned.raw(), index, &mut raw) };
        Error::check(code)?;
        let bus = Arc::clone(&bus.owned);
        Ok(Self { raw, bus })
    }

    /// A read of one element: `data` is 1 to 8 bytes, of an MSR 8, and is filled in in guest order.
    ///
    /// True if a device has (some of) these addresses and all of it was answered. False if none
    /// has: then `data` is all ones, and the VMM may ask elsewhere.
    ///
    /// # Panics
    ///
    /// For another number of bytes, or a port above 0xffff; or where a device's model does.
    #[inline]
    pub fn read(&mut self, space: Space, address: u64, data: &mut [u8]) -> bool {
        let size = data.len();
        self.read_string(space, address, size, data)
    }

    /// A write of one element, likewise.
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read).
    #[inline]
    pub fn write(&mut self, space: Space, address: u64, data: &[u8]) -> bool {
        self.write_string(space, address, data.len(), data)
    }

    /// `rep ins`: as many elements of `size` bytes as `data` has room for, all of one address.
    ///
    /// # Panics
    ///
    /// As [`read`](Self::read), or where `data` is not so many whole elements, or none.
    #[inline]
    pub fn read_string(
        &mut self,
        space: Space,
        address: u64,
        size: usize,
        data: &mut [u8],
    ) -> bool {
        let count = elements(space, address, size, data.len());
        // SAFETY: so many bytes may be written, and elements() has checked the rest.
        unsafe { self.access(space, address, data.as_mut_ptr(), size, count, false) }
    }

    /// `rep outs`, likewise.
    ///
    /// # Panics
    ///
    /// As [`read_string`](Self::read_string).
    #[inline]
    pub fn write_string(&mut self, space: Space, address: u64, size: usize, data: &[u8]) -> bool {
        let count = elements(space, address, size, data.len());
        // SAFETY: so many bytes may be read, of a write the library changes none, and elements()
        // has checked the rest.
        unsafe { self.access(space, address, data.as_ptr().cast_mut(), size, count, true) }
    }

    /// # Safety
    ///
    /// `data` is `count` elements of `size` bytes, of as many as elements() allows.
    #[inline]
    unsafe fn access(
        &mut self,
        space: Space,
        address: u64,
        data: *mut u8,
        size: usize,
        count: u32,
        is_write: bool,
    ) -> bool {
        let access = sys::lightexit_access {
            address,
            data: data.cast(),
            count,
            size: size as u8,
            space: space as u8,
            is_write: is_write.into(),
            reserved: 0,
        };
        // SAFETY: the vCPU exists, this is its only user, and the access is what it says.
        let is_answered = unsafe { sys::lightexit_access(self.raw, &access) };
        go_on();
        is_answered
    }
}

/// How many elements of `size` bytes there are. The library checks nothing of it.
#[inline]
fn elements(space: Space, address: u64, size: usize, bytes: usize) -> u32 {
    let is_size = (1..=8).contains(&size) && (space != Space::Msr || size == 8);
    assert!(is_size, "an access of {size} bytes");
    let is_address = space != Space::Pio || address <= 0xffff;
    assert!(is_address, "there is no port {address:#x}");
    if bytes == size {
        return 1;
    }
    let is_whole = bytes % size == 0 && (1..=u32::MAX as usize).contains(&(bytes / size));
    assert!(is_whole, "{bytes} bytes of elements of {size}");
    (bytes / size) as u32
}

impl Drop for Vcpu {
    fn drop(&mut self) {
        // SAFETY: nobody has it any more; the bus is held until after this.
        unsafe { sys::lightexit_vcpu_destroy(self.raw) };
        // What only this vCPU may have been in can go now.
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_bus_reclaim(self.bus.raw()) };
    }
}
