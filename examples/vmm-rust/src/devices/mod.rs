// SPDX-License-Identifier: Apache-2.0
//! What a device of this VMM is: a state, a region with a filter and a model, and its deadlines.

pub mod debug_exit;
pub mod doorbell;
pub mod ioapic;
pub mod pci;
pub mod pit;
pub mod pm;
pub mod uart;

use std::ffi::CStr;
use std::sync::Arc;

use lightexit::{Bus, Count, Device, Filter, Layout, Range, Region, State};
use std::os::fd::BorrowedFd;

use crate::offload::{Loaded, Object};
use crate::told::Told;

pub const NEVER: u64 = u64::MAX;

/// What the VMM asks of a model beside accesses. Times are VM time in ns.
pub trait Chip: Device<States = Self::Registers> {
    type Registers: Layout;

    /// Whether a restored state can be its own.
    fn is_sound(&self, _registers: &Self::Registers) -> bool {
        true
    }

    fn restored(&self, _registers: &Self::Registers) {}

    /// Brings it to the present; when it has something to do next.
    fn advance(&self, _registers: &mut Self::Registers, _now_ns: u64) -> u64 {
        NEVER
    }
}

/// A device to be.
pub struct Plan<T: Layout> {
    /// Of the state: what saved bytes are held against.
    pub name: &'static str,
    pub version: u16,
    pub power_on: T,
    pub range: Range,
    pub filter: Option<Filter<T>>,
    /// Of the state, as libbpf calls it in the filter's object.
    pub map: &'static CStr,
}

impl<T: Layout> Plan<T> {
    /// What is loaded of it for the kernel.
    pub fn object(&self) -> Option<Object> {
        let filter = self.filter.as_ref()?.name();
        let map = self.map;
        Some(Object { filter, map })
    }

    /// Its state: in the kernel's map, where one was loaded.
    pub fn state(&self, bus: &Bus, loaded: Option<&Loaded>) -> Told<State<T>> {
        let made = match loaded {
            None => bus.state(self.name, self.version, self.power_on),
            // SAFETY: no other program than the device's filter has the map.
            Some(loaded) => unsafe { bus.state_in_map(self.name, self.version, loaded.map()?) },
        };
        let state = made.map_err(|error| error.to_string())?;
        *state.lock() = self.power_on;
        Ok(state)
    }
}

/// A device on the bus.
pub struct Fitted<C: Chip> {
    name: &'static str,
    state: State<C::Registers>,
    region: Region,
    chip: Arc<C>,
}

impl<C: Chip> Fitted<C> {
    /// On the bus from then on; `doorbell` is what all the filter's doorbells raise.
    pub fn new(
        bus: &Bus,
        plan: &Plan<C::Registers>,
        state: State<C::Registers>,
        chip: &Arc<C>,
        doorbells: &[BorrowedFd<'_>],
    ) -> Told<Self> {
        let mut builder = Region::builder(plan.range, &state);
        if let Some(filter) = plan.filter {
            builder = builder.filter(filter);
        }
        for (number, fd) in doorbells.iter().enumerate() {
            builder = builder.eventfd(number, *fd);
        }
        let region = builder.add(bus, Arc::clone(chip));
        Ok(Self {
            name: plan.name,
            region: region.map_err(|error| error.to_string())?,
            state,
            chip: Arc::clone(chip),
        })
    }
}

/// Any device on the bus, for what is done with all of them.
pub trait Part {
    fn name(&self) -> &'static str;
    fn region(&self) -> &Region;
    fn save(&self) -> Vec<u8>;
    fn restore(&self, bytes: &[u8]) -> Told<()>;
    fn restored(&self);
    fn advance(&self, now_ns: u64) -> u64;

    /// In the kernel, by its filter, by its model.
    fn counts(&self) -> (u64, u64, u64) {
        let total = |is_write| -> Count { self.region().total(is_write) };
        let (reads, writes) = (total(false), total(true));
        (
            self.region().count_in_kernel().handled,
            reads.handled + writes.handled,
            reads.passed + writes.passed,
        )
    }
}

impl<C: Chip> Part for Fitted<C> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn region(&self) -> &Region {
        &self.region
    }

    fn save(&self) -> Vec<u8> {
        self.state.save()
    }

    fn restore(&self, bytes: &[u8]) -> Told<()> {
        self.state
            .restore(bytes)
            .map_err(|error| error.to_string())?;
        if self.chip.is_sound(&self.state.lock()) {
            return Ok(());
        }
        let name = self.name;
        Err(format!(
            "the state {name} is one that the device cannot be in"
        ))
    }

    fn restored(&self) {
        self.chip.restored(&self.state.lock());
    }

    fn advance(&self, now_ns: u64) -> u64 {
        self.chip.advance(&mut self.state.lock(), now_ns)
    }
}
