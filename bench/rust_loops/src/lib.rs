// SPDX-License-Identifier: Apache-2.0
//! One counter in plain Rust, on a bus of devices in plain Rust, and behind the crate lightexit:
//! accesses alone, and around KVM_RUN. bench/rust_bus.py calls the loops.
#![deny(unsafe_op_in_unsafe_fn)]

mod devices;
mod guest;

use std::hint::black_box;
use std::slice;

use devices::{hard_coded, Lightexit, PlainBus};

/// Who answers.
pub enum Rival {
    HardCoded,
    Plain(PlainBus),
    Lightexit(Lightexit),
}

impl Rival {
    #[inline]
    fn read(&mut self, space: u8, address: u64, data: &mut [u8]) {
        match self {
            Self::HardCoded => hard_coded(address, data, false),
            Self::Plain(bus) => bus.read(address, data),
            Self::Lightexit(bus) => bus.read(space, address, data),
        }
    }

    #[inline]
    fn write(&mut self, space: u8, address: u64, data: &mut [u8]) {
        match self {
            Self::HardCoded => hard_coded(address, data, true),
            Self::Plain(bus) => bus.write(address, data),
            Self::Lightexit(bus) => bus.write(space, address, data),
        }
    }
}

/// The device without a bus.
#[no_mangle]
pub extern "C" fn make_hard_coded() -> *mut Rival {
    Box::into_raw(Box::new(Rival::HardCoded))
}

/// The device on a bus as VMMs in Rust have it, `pairs` times.
#[no_mangle]
pub extern "C" fn make_plain(base: u64, step: u64, pairs: u64) -> *mut Rival {
    Box::into_raw(Box::new(Rival::Plain(PlainBus::new(base, step, pairs))))
}

/// The device on the crate's bus, `pairs` times, with filters at these addresses.
///
/// # Safety
///
/// They are native code of bench/kvm_exits.py's filters, and stay.
#[no_mangle]
pub unsafe extern "C" fn make_lightexit(
    reader: usize,
    writer: usize,
    space: u8,
    base: u64,
    step: u64,
    pairs: u64,
) -> *mut Rival {
    // SAFETY: as the caller says.
    let bus = unsafe { Lightexit::new([reader, writer], space, base, step, pairs) };
    Box::into_raw(Box::new(Rival::Lightexit(bus)))
}

/// Accesses each of the addresses once.
///
/// # Safety
///
/// `rival` is of one of the functions above, and nobody else's for the call; `addresses` are `count`.
#[no_mangle]
pub unsafe extern "C" fn run_loop(
    rival: *mut Rival,
    space: u8,
    addresses: *const u64,
    count: u64,
    is_write: bool,
) {
    // SAFETY: as the caller says.
    let (rival, addresses) = unsafe {
        (
            &mut *rival,
            slice::from_raw_parts(addresses, count as usize),
        )
    };
    let mut data = [0; 4];
    for address in addresses {
        let data = black_box(&mut data);
        if is_write {
            rival.write(space, *address, data);
        } else {
            rival.read(space, *address, data);
        }
    }
}
