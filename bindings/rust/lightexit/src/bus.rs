// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! The bus that regions, states and vCPUs are on, and VM time.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::Arc;

use lightexit_sys as sys;

use crate::{Error, Layout, Result, State, Vcpu};

/// The library's bus. All that is on it holds one of these: it goes when nothing is left.
pub(crate) struct OwnedBus(*mut sys::lightexit_bus);

impl OwnedBus {
    pub(crate) fn raw(&self) -> *mut sys::lightexit_bus {
        self.0
    }
}

impl Drop for OwnedBus {
    fn drop(&mut self) {
        // SAFETY: regions, states and vCPUs hold the bus: there are none any more.
        unsafe { sys::lightexit_bus_destroy(self.0) };
    }
}

// SAFETY: any thread may call the library for a bus at any time.
unsafe impl Send for OwnedBus {}
// SAFETY: as above.
unsafe impl Sync for OwnedBus {}

/// A bus: what [`Region`](crate::Region)s, [`State`]s and [`Vcpu`]s are made on.
///
/// Clones are the same bus. It goes with the last of all these.
#[derive(Clone)]
pub struct Bus {
    pub(crate) owned: Arc<OwnedBus>,
}

/// How a bus is to be, where that is not as usual.
#[derive(Clone, Debug, Default)]
pub struct BusOptions<'fd> {
    raw: sys::lightexit_bus_options,
    map: PhantomData<BorrowedFd<'fd>>,
}

impl<'fd> BusOptions<'fd> {
    /// As usual: at most 256 vCPUs, and VM time by CLOCK_MONOTONIC.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many vCPUs there can be.
    #[must_use]
    pub fn vcpus(mut self, most: u32) -> Self {
        self.raw.vcpus = most;
        self
    }

    /// VM time by the CPU's cycle counter, of so many cycles a ms: x86 only, and invariant.
    #[must_use]
    pub fn tsc(mut self, khz: u32) -> Self {
        self.raw.clock_source = sys::LIGHTEXIT_CLOCK_TSC;
        self.raw.tsc_khz = khz;
        self
    }

    /// The BPF map for the clock, [`clock_map`](crate::kernel::clock_map), for filters in the
    /// kernel. It is duplicated.
    #[must_use]
    pub fn clock_map(mut self, map: BorrowedFd<'fd>) -> Self {
        self.raw.clock_map_fd = map.as_raw_fd();
        self
    }

    /// For a process that may not call membarrier(2): an access costs a fence more.
    #[must_use]
    pub fn fences(mut self) -> Self {
        self.raw.flags |= sys::LIGHTEXIT_BUS_FLAG_FENCES;
        self
    }
}

impl Bus {
    /// An empty bus as usual. Its VM time is paused, and 0.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`].
    pub fn new() -> Result<Self> {
        Self::with(&BusOptions::new())
    }

    /// An empty bus. Its VM time is paused, and 0.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`], [`Error::Clock`], [`Error::Map`] for options that cannot be.
    pub fn with(options: &BusOptions<'_>) -> Result<Self> {
        let mut raw = options.raw;
        raw.struct_size = size_of_u32::<sys::lightexit_bus_options>();
        let mut bus = ptr::null_mut();
        // SAFETY: both are valid for the call.
        Error::check(unsafe { sys::lightexit_bus_create(&raw, &mut bus) })?;
        let owned = Arc::new(OwnedBus(bus));
        Ok(Self { owned })
    }

    /// A state in memory of this process, with this value. `version` is of its layout, and saved.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for a name of no bytes, of more than 255 or with a NUL.
    pub fn state<T: Layout>(&self, name: &str, version: u16, value: T) -> Result<State<T>> {
        let state = State::create(self, name, version, 0)?;
        *state.lock() = value;
        Ok(state)
    }

    /// A state in a BPF map, for filters in the kernel, with what the map holds. The descriptor is
    /// duplicated.
    ///
    /// # Safety
    ///
    /// While the state exists, only filters that keep to the version word in front of it may write
    /// the map: those of `lightexit build`, attached by [`Region::attach`](crate::Region::attach).
    ///
    /// # Errors
    ///
    /// [`Error::Map`] for a descriptor of something else, or a map that is too small.
    pub unsafe fn state_in_map<T: Layout>(
        &self,
        name: &str,
        version: u16,
        map: BorrowedFd<'_>,
    ) -> Result<State<T>> {
        let fd: c_int = map.as_raw_fd();
        if fd == 0 {
            let sentence = "descriptor 0 stands for no map: duplicate it";
            return Err(Error::Map(sentence.into()));
        }
        State::create(self, name, version, fd)
    }

    /// A vCPU, `index` in actions and counters: below [`BusOptions::vcpus`], and no other's.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for an index that cannot be, [`Error::InUse`] for another's.
    pub fn vcpu(&self, index: u32) -> Result<Vcpu> {
        Vcpu::create(self, index)
    }

    /// Attaches this bus's regions by an open descriptor of /dev/lightexit, which is duplicated:
    /// for a process that may not open it. [`Loader::module`](crate::Loader::module) gives one.
    ///
    /// # Errors
    ///
    /// [`Error::NoModule`], [`Error::Abi`] for a descriptor of something else.
    pub fn use_module(&self, module: BorrowedFd<'_>) -> Result<()> {
        let fd = module.as_raw_fd();
        // SAFETY: the bus exists, and the library looks at what the descriptor is.
        Error::check(unsafe { sys::lightexit_bus_use_module(self.owned.raw(), fd) })
    }

    /// VM time.
    pub fn clock(&self) -> Clock {
        Clock { bus: self.clone() }
    }

    /// Drops the devices of regions that were removed and no vCPU is in any more; whether any is
    /// left. Adding and removing regions does the same.
    pub fn reclaim(&self) -> bool {
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_bus_reclaim(self.owned.raw()) }
    }
}

/// VM time of a [`Bus`], in ns. Any thread may use it at any time.
#[derive(Clone)]
pub struct Clock {
    bus: Bus,
}

impl Clock {
    /// VM time. It never goes back but by [`set`](Self::set).
    pub fn now_ns(&self) -> u64 {
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_clock_now(self.bus.owned.raw()) }
    }

    /// VM time stands still. Pausing twice is as pausing once.
    pub fn pause(&self) {
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_clock_pause(self.bus.owned.raw()) }
    }

    /// VM time goes on.
    pub fn resume(&self) {
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_clock_resume(self.bus.owned.raw()) }
    }

    /// VM time is later from now on: what a VM missed while it was saved, for instance.
    pub fn skip(&self, ns: u64) {
        // SAFETY: the bus exists.
        unsafe { sys::lightexit_clock_skip(self.bus.owned.raw(), ns) }
    }

    /// Sets VM time of a restored VM.
    ///
    /// # Errors
    ///
    /// [`Error::Clock`] while it runs.
    pub fn set(&self, ns: u64) -> Result<()> {
        // SAFETY: the bus exists.
        Error::check(unsafe { sys::lightexit_clock_set(self.bus.owned.raw(), ns) })
    }
}

/// What the library wants as `struct_size`.
pub(crate) const fn size_of_u32<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}
