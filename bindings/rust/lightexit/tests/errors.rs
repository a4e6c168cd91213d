// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! What the crate refuses, and what it says of it.
#![allow(missing_docs)]

mod common;

use std::fs::File;
use std::os::fd::AsFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use common::*;
use lightexit::{kernel, Bus, BusOptions, Device, Error, Filter, Region, Saved, Space};

#[test]
fn accesses_that_cannot_be_panic() {
    let mut all = machine();
    let mut said = |space, address, size: usize, bytes: usize| {
        let mut data = vec![0; bytes];
        let call = || all.vcpu.read_string(space, address, size, &mut data);
        let payload = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        payload.downcast_ref::<String>().unwrap().clone()
    };
    assert_eq!(said(Space::Pio, 0, 0, 0), "an access of 0 bytes");
    assert_eq!(said(Space::Pio, 0, 9, 9), "an access of 9 bytes");
    assert_eq!(said(Space::Msr, 0, 4, 4), "an access of 4 bytes");
    assert_eq!(said(Space::Pio, 0x10040, 1, 1), "there is no port 0x10040");
    assert_eq!(said(Space::Pio, 0, 4, 6), "6 bytes of elements of 4");
    assert_eq!(said(Space::Pio, 0, 4, 0), "0 bytes of elements of 4");
}

#[test]
fn saved_bytes_of_another_are_refused() {
    let all = machine();
    let saved = all.state.save();
    let mut damaged = saved.clone();
    damaged[60] ^= 1;
    let error = all.state.restore(&damaged).unwrap_err();
    assert!(matches!(error, Error::Saved(_)));
    assert_eq!(
        error.to_string(),
        "the saved state is damaged: its checksum does not fit"
    );
    assert!(matches!(Saved::look(&saved[1..]), Err(Error::Saved(_))));
    assert!(matches!(Saved::look(&[]), Err(Error::Saved(_))));
    let wide = all.bus.state("counter", 2, [0u64; 4]).unwrap();
    assert!(matches!(wide.restore(&saved), Err(Error::Layout(_))));
}

struct Twice;

impl Device for Twice {
    type States = (u32, u32);
    fn read(&self, _: (&mut u32, &mut u32), _offset: u64, _data: &mut [u8]) {}
    fn write(&self, _: (&mut u32, &mut u32), _offset: u64, _data: &[u8]) {}
}

#[test]
fn errors_say_what_it_was() {
    let all = machine();
    let model = || Model(Arc::clone(&all.seen));
    let said = |result: lightexit::Result<Region>| result.map(drop).unwrap_err();
    let error = said(Region::builder(RANGE.at(BASE + 4), &all.state).add(&all.bus, model()));
    assert!(
        matches!(&error, Error::Overlap(text) if text.contains("0x44")),
        "{error}"
    );
    let error = said(Region::builder(RANGE.at(0xffff), &all.state).add(&all.bus, model()));
    assert!(matches!(error, Error::Argument(_)));
    let other = Bus::new().unwrap();
    let error = said(Region::builder(RANGE.at(0x50), &all.state).add(&other, model()));
    assert_eq!(
        error.to_string(),
        "state 0 of the region is none of its bus"
    );
    let state = other.state("twice", 1, 0).unwrap();
    let error = said(Region::builder(RANGE, &(state.clone(), state)).add(&other, Twice));
    assert_eq!(
        error,
        Error::Argument("a region has the same state twice".into())
    );
    assert!(matches!(all.bus.vcpu(0).map(drop), Err(Error::InUse(_))));
    assert!(matches!(
        all.bus.vcpu(256).map(drop),
        Err(Error::Argument(_))
    ));
    for name in ["", "a\0b"] {
        assert!(matches!(
            all.bus.state(name, 1, 0).map(drop),
            Err(Error::Argument(_))
        ));
    }
    let options = BusOptions::new().vcpus(5000);
    assert!(matches!(
        Bus::with(&options).map(drop),
        Err(Error::Argument(_))
    ));
    assert_eq!(all.seen.dropped(), 3);
}

#[test]
fn filters_that_do_not_fit_are_refused() {
    let all = machine();
    let refused = |change: &dyn Fn(&mut lightexit::sys::lightexit_filter)| {
        let mut raw = raw_filter();
        change(&mut raw);
        // SAFETY: the library refuses it, and calls nothing.
        let filter: Filter<Counter> = unsafe { Filter::new(raw) };
        let builder = Region::builder(RANGE.at(0x50), &all.state).filter(filter);
        builder
            .add(&all.bus, Model(Arc::clone(&all.seen)))
            .map(drop)
            .unwrap_err()
    };
    assert!(matches!(refused(&|raw| raw.abi_version = 9), Error::Abi(_)));
    assert!(matches!(
        refused(&|raw| raw.states[0].size = 25),
        Error::State(_)
    ));
    assert!(matches!(
        refused(&|raw| raw.states[0].fingerprint = 8),
        Error::State(_)
    ));
    assert!(matches!(
        refused(&|raw| raw.state_count = 2),
        Error::State(_)
    ));
    assert_eq!(
        format!("{:?}", filter()),
        "Filter(count, at most 20 instructions)"
    );
}

#[test]
fn doorbells_have_numbers_below_32() {
    let all = machine();
    let file = File::open("/dev/null").unwrap();
    for number in [32, usize::MAX] {
        let builder = Region::builder(RANGE.at(0x50), &all.state).eventfd(number, file.as_fd());
        let error = builder
            .add(&all.bus, Model(Arc::clone(&all.seen)))
            .map(drop)
            .unwrap_err();
        assert_eq!(error.to_string(), "33 eventfds, at most 32 can be");
    }
}

#[test]
fn without_maps_or_module_nothing_is_attached() {
    let all = machine();
    let file = File::open("/dev/null").unwrap();
    let error = all.region.attach(file.as_fd(), file.as_fd()).unwrap_err();
    assert_eq!(
        error,
        Error::Map("the state counter is in no BPF map".into())
    );
    // SAFETY: it is refused.
    let result = unsafe { all.bus.state_in_map::<u32>("x", 1, file.as_fd()) };
    assert!(matches!(result.map(drop), Err(Error::Map(_))));
    if let Err(error) = kernel::clock_map() {
        assert!(
            matches!(error, Error::Rights(_) | Error::Module(_)),
            "{error}"
        );
    }
    all.region.detach();
}

#[test]
fn a_state_may_be_a_map_of_the_kernel() {
    let map = match kernel::state_map::<Counter>(c"counter") {
        Ok(map) => map,
        Err(error) => {
            eprintln!("skipped: {error}");
            return;
        }
    };
    let bus = Bus::new().unwrap();
    // SAFETY: no program has the map.
    let (first, second) = unsafe {
        let first = bus
            .state_in_map::<Counter>("first", 1, map.as_fd())
            .unwrap();
        (
            first,
            bus.state_in_map::<Counter>("second", 1, map.as_fd())
                .unwrap(),
        )
    };
    first.lock().value = 5;
    assert_eq!(second.lock().value, 5);
    // SAFETY: as above.
    let wide = unsafe { bus.state_in_map::<[u64; 64]>("wide", 1, map.as_fd()) };
    assert!(matches!(wide.map(drop), Err(Error::Map(_))));
}
