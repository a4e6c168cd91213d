// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Verified filters for device registers, in a VMM written in Rust.
//!
//! A VMM describes its devices' register ranges once, each with a [`Device`] and, if it has one, a
//! [`Filter`] that `lightexit build --rust` has made, and makes one call for each exit,
//! [`Vcpu::read`] or [`Vcpu::write`]. The filter answers in the vCPU's own loop (or in KVM:
//! [`Region::attach`]), or passes the access on to the device.
//!
//! ```
//! use lightexit::{put_value, value_of, Bus, Device, Range, Region, Space};
//!
//! /// Port 0x92: one register, which a filter may read.
//! struct Port92;
//!
//! impl Device for Port92 {
//!     type States = u8;
//!
//!     fn read(&self, control: &mut u8, _offset: u64, data: &mut [u8]) {
//!         put_value(data, (*control).into());
//!     }
//!
//!     fn write(&self, control: &mut u8, _offset: u64, data: &[u8]) {
//!         *control = value_of(data) as u8; // and A20, and the reset
//!     }
//! }
//!
//! # fn main() -> lightexit::Result<()> {
//! let bus = Bus::new()?;
//! let control = bus.state("port92", 1, 0u8)?;
//! let range = Range::new(Space::Pio, 0x92, 1).register_width(1);
//! // .filter(port92::READ_CONTROL), of a port92.rs that `lightexit build --rust` has written.
//! let region = Region::builder(range, &control).add(&bus, Port92)?;
//!
//! let mut vcpu = bus.vcpu(0)?;
//! assert!(vcpu.write(Space::Pio, 0x92, &[2]));
//! let mut value = [0];
//! assert!(vcpu.read(Space::Pio, 0x92, &mut value));
//! assert_eq!(value, [2]);
//! assert_eq!(region.total(false).passed, 1);
//! # Ok(())
//! # }
//! ```
//!
//! What may not be, does not compile: a filter on a state of another type; a vCPU in two threads;
//! a device's registers without the lock. A region holds its states, and the bus is there as long
//! as anything is on it.

mod bus;
mod device;
mod error;
mod filter;
pub mod kernel;
mod loader;
#[cfg(doctest)]
mod refused;
mod region;
mod state;
mod vcpu;

pub use lightexit_sys as sys;

pub use bus::{Bus, BusOptions, Clock};
pub use device::{put_value, value_of, Device, IoContext, LineChange};
pub use error::{Error, Result};
pub use filter::Filter;
pub use loader::{LoadedObject, Loader};
pub use region::{Count, Range, Region, RegionBuilder, Space};
pub use state::{Held, Layout, Saved, State, StateGuard, States};
pub use vcpu::Vcpu;

macro_rules! plain_layouts {
    ($($type:ty),*) => {
        // SAFETY: any bytes are a value of an integer, and it has no padding.
        $(unsafe impl Layout for $type {})*
    };
}

plain_layouts!(u8, u16, u32, u64, i8, i16, i32, i64);

// SAFETY: as of its elements, one after the other.
unsafe impl<T: Layout, const COUNT: usize> Layout for [T; COUNT] {}
