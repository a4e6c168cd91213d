// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Regions: a range of addresses, and who answers there.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::Arc;

use lightexit_sys as sys;

use crate::bus::{size_of_u32, OwnedBus};
use crate::device::{callbacks, OnBus};
use crate::state::States;
use crate::{Bus, Device, Error, Filter, LoadedObject, Result};

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Space {
    /// A port: 0 to 0xffff.
    Pio = 0,
    /// A guest-physical address.
    Mmio = 1,
    /// The number of a model-specific register.
    Msr = 2,
}

/// A range of addresses of a device: a constant, as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// What kind of addresses these are.
    pub space: Space,
    /// The first.
    pub base: u64,
    /// How many: bytes, of MSRs registers.
    pub size: u64,
    /// Of the device's register at `base`.
    pub offset: u64,
    /// Accesses are cut into registers of 1, 2, 4 or 8 bytes; or 0.
    pub register_width: u32,
}

impl Range {
    /// Of registers from offset 0 on that have no width.
    pub const fn new(space: Space, base: u64, size: u64) -> Self {
        Self {
            space,
            base,
            size,
            offset: 0,
            register_width: 0,
        }
    }

    /// Accesses are cut into registers of this width.
    #[must_use]
    pub const fn register_width(mut self, bytes: u32) -> Self {
        self.register_width = bytes;
        self
    }

    /// The register at `base` is that of this offset.
    #[must_use]
    pub const fn offset(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }

    /// The same range elsewhere.
    #[must_use]
    pub const fn at(mut self, base: u64) -> Self {
        self.base = base;
        self
    }
}

/// A region to be: the range, the states, a filter if there is one, and eventfds.
pub struct RegionBuilder<'a, S: States> {
    range: Range,
    states: &'a S::Handles,
    filter: Option<Filter<S>>,
    eventfds: Vec<c_int>,
    lent: PhantomData<BorrowedFd<'a>>,
}

impl<'a, S: States> RegionBuilder<'a, S> {
    /// Who answers first.
    #[must_use]
    pub fn filter(mut self, filter: Filter<S>) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Doorbell `number` writes this eventfd: at most 32 have numbers. It is duplicated.
    #[must_use]
    pub fn eventfd(mut self, number: usize, fd: BorrowedFd<'a>) -> Self {
        let least = self.eventfds.len().max(number.saturating_add(1).min(33));
        self.eventfds.resize(least, -1);
        self.eventfds[number.min(32)] = fd.as_raw_fd();
        self
    }

    /// From then on `device` answers.
    ///
    /// # Errors
    ///
    /// [`Error::Overlap`] where another region has some of the addresses; [`Error::Argument`] for
    /// addresses that cannot be, states of another bus or the same state twice; [`Error::Abi`] and
    /// [`Error::State`] for a filter that does not fit. The device is dropped.
    pub fn add<D: Device<States = S>>(self, bus: &Bus, device: D) -> Result<Region> {
        let raw = self.make(device, |options, made| {
            // SAFETY: the bus exists, the options are valid for the call, and callbacks() made
            // what stays of them.
            unsafe { sys::lightexit_region_add(bus.owned.raw(), options, made) }
        })?;
        let bus = Arc::clone(&bus.owned);
        Ok(Region { raw, bus })
    }

    /// `device` takes the place of the region's, of the same addresses: no access falls between.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); then all is as it was.
    pub fn replace<D: Device<States = S>>(self, region: &mut Region, device: D) -> Result<()> {
        let leaving = region.raw;
        region.raw = self.make(device, |options, made| {
            // SAFETY: as above; the region that leaves is one that was not removed.
            unsafe { sys::lightexit_region_replace(leaving, options, made) }
        })?;
        Ok(())
    }

    fn make<D: Device<States = S>>(
        self,
        device: D,
        call: impl FnOnce(&sys::lightexit_region_options, *mut *mut sys::lightexit_region) -> c_int,
    ) -> Result<*mut sys::lightexit_region> {
        let states = S::raw(self.states);
        if (1..states.len()).any(|index| states[..index].contains(&states[index])) {
            let sentence = "a region has the same state twice";
            return Err(Error::Argument(sentence.into()));
        }
        let on_bus = Box::into_raw(Box::new(OnBus::<D> {
            device,
            states: self.states.clone(),
        }));
        let filter = self.filter.as_ref();
        let mut options = callbacks::<D>(on_bus.cast());
        options.struct_size = size_of_u32::<sys::lightexit_region_options>();
        options.space = self.range.space as u32;
        options.base = self.range.base;
        options.size = self.range.size;
        options.offset = self.range.offset;
        options.register_width = self.range.register_width;
        options.state_count = states.len() as u32;
        options.states = states.as_ptr();
        options.filter = filter.map_or(ptr::null(), |filter| ptr::from_ref(filter.raw()));
        options.eventfds = self.eventfds.as_ptr();
        options.eventfd_count = self.eventfds.len() as u32;
        let mut made = ptr::null_mut();
        let result = Error::check(call(&options, &mut made));
        if result.is_err() {
            // SAFETY: it was made above, and the library has not taken it.
            drop(unsafe { Box::from_raw(on_bus) });
        }
        result.map(|()| made)
    }
}

/// Accesses of registers, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Answered by the filter.
    pub handled: u64,
    /// Passed on to the model; of the kernel's: passed on to this process.
    pub passed: u64,
}

impl From<sys::lightexit_count> for Count {
    fn from(count: sys::lightexit_count) -> Self {
        Self {
            handled: count.handled,
            passed: count.passed,
        }
    }
}

/// A region on a bus. Dropping it removes it: no access that begins from then on reaches it.
///
/// Its device is dropped when accesses in flight are over: by then, or when regions are added or
/// removed, a vCPU goes, or by [`Bus::reclaim`].
#[must_use = "it answers as long as it is kept"]
pub struct Region {
    raw: *mut sys::lightexit_region,
    bus: Arc<OwnedBus>,
}

// SAFETY: any thread may call the library for a region at any time.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// A region to be, of these addresses, and of these states: a `&State<T>`, a reference to a
    /// tuple of states, or `&()`.
    pub fn builder<S: States>(range: Range, states: &S::Handles) -> RegionBuilder<'_, S> {
        RegionBuilder {
            range,
            states,
            filter: None,
            eventfds: Vec::new(),
            lent: PhantomData,
        }
    }

    /// Accesses of the register at an offset in this process. A region of more than 4,096 registers
    /// counts neighbours together; offsets outside of it have seen none.
    pub fn count(&self, offset: u64, is_write: bool) -> Count {
        // SAFETY: the region was not removed.
        unsafe { sys::lightexit_region_count(self.raw, offset, is_write) }.into()
    }

    /// Those of all of its registers.
    pub fn total(&self, is_write: bool) -> Count {
        // SAFETY: the region was not removed.
        unsafe { sys::lightexit_region_total(self.raw, is_write) }.into()
    }

    /// Has KVM answer by the region's own filter, `NAME.bpf.o`, loaded over the maps of its states
    /// ([`Bus::state_in_map`]), for the virtual machine `vm`. What it passes on comes here.
    ///
    /// # Errors
    ///
    /// [`Error::Map`], [`Error::Program`], [`Error::State`] for what is not the region's filter over
    /// its states; [`Error::NoModule`], [`Error::Rights`], [`Error::Module`]. Then all is answered
    /// here, as before.
    pub fn attach(&self, vm: BorrowedFd<'_>, program: BorrowedFd<'_>) -> Result<()> {
        let (vm, program) = (vm.as_raw_fd(), program.as_raw_fd());
        // SAFETY: the region was not removed, and the kernel checks the descriptors.
        Error::check(unsafe { sys::lightexit_region_attach(self.raw, vm, program) })
    }

    /// The same by the program of an object that lightexit-loader has loaded, without bpf(2).
    ///
    /// # Errors
    ///
    /// As [`attach`](Self::attach).
    pub fn attach_object(&self, vm: BorrowedFd<'_>, object: &LoadedObject) -> Result<()> {
        let (vm, object) = (vm.as_raw_fd(), object.raw());
        // SAFETY: the region was not removed, the object exists, and the kernel checks the rest.
        Error::check(unsafe { sys::lightexit_region_attach_object(self.raw, vm, object) })
    }

    /// KVM answers no more.
    pub fn detach(&self) {
        // SAFETY: the region was not removed.
        unsafe { sys::lightexit_region_detach(self.raw) };
    }

    /// What the kernel answered, and passed on, since it was attached; zeros if it is not.
    pub fn count_in_kernel(&self) -> Count {
        // SAFETY: the region was not removed.
        unsafe { sys::lightexit_region_count_in_kernel(self.raw) }.into()
    }

    /// As dropping it, but for the error.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`]: then it answers as long as anything holds the bus.
    pub fn remove(self) -> Result<()> {
        let region = mem::ManuallyDrop::new(self);
        // SAFETY: the field is not used again: what it was in is not dropped.
        let _bus = unsafe { ptr::read(&region.bus) };
        // SAFETY: the region was not removed, and the bus is held until the end.
        Error::check(unsafe { sys::lightexit_region_remove(region.raw) })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // Without memory for a table without it, it stays as it is, and its bus with it.
        // SAFETY: the region was not removed, and the bus is held until after this.
        unsafe { sys::lightexit_region_remove(self.raw) };
    }
}
