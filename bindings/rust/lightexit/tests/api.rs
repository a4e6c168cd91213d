// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! What the crate promises, call by call.
#![allow(missing_docs)]

mod common;

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use common::*;
use lightexit::{
    put_value, value_of, Bus, Count, Device, Error, Held, LineChange, Range, Region, Saved, Space,
};

#[test]
fn a_filter_answers_or_the_model_does() {
    let mut all = machine();
    output(&mut all.vcpu, BASE, 6);
    assert_eq!(input(&mut all.vcpu, BASE), 6);
    output(&mut all.vcpu, BASE, 7);
    assert_eq!(input(&mut all.vcpu, BASE), 7);
    assert_eq!(input(&mut all.vcpu, BASE + 3), 0x43);
    assert_eq!(*all.state.lock(), Counter { value: 7, copy: 7 });
    let count = |handled, passed| Count { handled, passed };
    assert_eq!(all.region.count(0, true), count(1, 1));
    assert_eq!(all.region.count(0, false), count(2, 0));
    assert_eq!(all.region.total(false), count(2, 1));
    assert_eq!(all.region.count(100, false), count(0, 0));
    assert_eq!(all.region.count_in_kernel(), count(0, 0));
}

#[test]
fn a_filter_passes_while_the_state_is_held() {
    let mut all = machine();
    let mut guard = all.state.lock();
    assert!(all.state.try_lock().is_none());
    (guard.value, guard.copy) = (9, 9);
    std::thread::scope(|scope| {
        let reads = scope.spawn(|| input(&mut all.vcpu, BASE));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!reads.is_finished());
        drop(guard);
        assert_eq!(reads.join().unwrap(), 9);
    });
    assert_eq!(all.region.total(false).passed, 1);
    assert!(all.state.try_lock().is_some());
}

#[test]
fn accesses_without_a_device_read_all_ones() {
    let mut all = machine();
    let mut data = [0; 2];
    assert!(!all.vcpu.read(Space::Pio, 0x1000, &mut data));
    assert_eq!(data, [0xff; 2]);
    assert!(!all.vcpu.write(Space::Mmio, u64::MAX, &data));
    assert!(!all.vcpu.read(Space::Msr, 0x10, &mut [0; 8]));
}

#[test]
fn strings_are_so_many_accesses_of_one_address() {
    let mut all = machine();
    let mut data = [0; 12];
    assert!(all.vcpu.read_string(Space::Pio, BASE + 3, 4, &mut data));
    assert_eq!(data, [0x43, 0, 0, 0, 0x43, 0, 0, 0, 0x43, 0, 0, 0]);
    let data: Vec<u8> = (0..8).collect();
    assert!(all.vcpu.write_string(Space::Pio, BASE + 3, 2, &data));
    assert_eq!(all.state.lock().value, 0x0706);
    assert_eq!(all.region.total(true).passed, 4);
}

#[test]
fn actions_reach_the_device_and_eventfds() {
    let all = machine();
    extern "C" {
        fn eventfd(initial: u32, flags: i32) -> i32;
    }
    // SAFETY: a new descriptor.
    let fd = unsafe { OwnedFd::from_raw_fd(eventfd(0, 0)) };
    let _region = Region::builder(RANGE.at(0x80), &all.state)
        .filter(filter())
        .eventfd(1, fd.as_fd())
        .add(&all.bus, Arc::new(Model(Arc::clone(&all.seen))))
        .unwrap();
    let mut vcpu = all.vcpu;
    input(&mut vcpu, BASE + 2);
    input(&mut vcpu, 0x82);
    let each = ["line 0 Raise", "line 1 Lower", "line 2 Pulse"];
    let first = [&each[..], &["doorbell 1", "end of 0x31"]].concat();
    let second = [&each[..], &["end of 0x31"]].concat();
    assert_eq!(*all.seen.said.lock().unwrap(), [first, second].concat());
    let mut signals = [0; 8];
    File::from(fd).read_exact(&mut signals).unwrap();
    assert_eq!(u64::from_le_bytes(signals), 1);
}

#[test]
fn a_panic_of_a_model_goes_on_behind_the_library() {
    let mut all = machine();
    let mut data = [0; 2];
    let call = || all.vcpu.read_string(Space::Pio, BASE + 7, 1, &mut data);
    let payload = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    let said = payload.downcast_ref::<String>().unwrap();
    assert!(said.contains("the model panics"), "{said}");
    assert_eq!(data, [0xff; 2]);
    // Once, though there were two accesses; the state is not held, and all goes on.
    assert_eq!(all.seen.reads.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert!(all.state.try_lock().is_some());
    assert_eq!(input(&mut all.vcpu, BASE + 3), 0x43);
}

#[test]
fn a_device_is_dropped_with_its_region() {
    let all = machine();
    drop(all.region);
    assert_eq!(all.seen.dropped(), 1);
    let mut vcpu = all.vcpu;
    assert!(!vcpu.read(Space::Pio, BASE, &mut [0]));
    let region = Region::builder(RANGE, &all.state).add(&all.bus, Model(Arc::clone(&all.seen)));
    assert_eq!(region.unwrap().remove(), Ok(()));
    assert_eq!(all.seen.dropped(), 2);
    assert!(!all.bus.reclaim());
}

#[test]
fn handles_may_go_in_any_order() {
    for order in 0..4 {
        let all = machine();
        let (region, state, seen) = (all.region, all.state, all.seen);
        let (mut vcpu, bus) = (all.vcpu, all.bus);
        match order {
            0 => drop((state, bus)),
            1 => drop((bus, state)),
            2 => drop(state),
            _ => drop(bus),
        }
        assert_eq!(input(&mut vcpu, BASE), 0);
        if order % 2 == 0 {
            drop((region, vcpu));
        } else {
            drop((vcpu, region));
        }
        assert_eq!(seen.dropped(), 1);
    }
}

/// It removes its own region from within an access: it is dropped when that is over.
struct Leaving(std::sync::Mutex<Option<Region>>, Arc<Seen>);

impl Device for Arc2 {
    type States = ();
    fn read(&self, (): (), _offset: u64, _data: &mut [u8]) {
        drop(self.0 .0.lock().unwrap().take());
        assert_eq!(self.0 .1.dropped(), 0);
    }
    fn write(&self, (): (), _offset: u64, _data: &[u8]) {}
}

struct Arc2(Arc<Leaving>);

impl Drop for Arc2 {
    fn drop(&mut self) {
        self.0
             .1
            .dropped
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

#[test]
fn a_region_may_go_while_an_access_is_in_it() {
    let bus = Bus::new().unwrap();
    let seen = Arc::new(Seen::default());
    let leaving = Arc::new(Leaving(Default::default(), Arc::clone(&seen)));
    let region = Region::builder(RANGE, &()).add(&bus, Arc2(Arc::clone(&leaving)));
    *leaving.0.lock().unwrap() = Some(region.unwrap());
    let mut vcpu = bus.vcpu(0).unwrap();
    input(&mut vcpu, BASE);
    assert_eq!(seen.dropped(), 0);
    drop(bus);
    drop(vcpu);
    assert_eq!(seen.dropped(), 1);
}

#[test]
fn one_region_takes_the_place_of_another() {
    let mut all = machine();
    let next = Arc::new(Seen::default());
    let builder = Region::builder(RANGE.at(0x50), &all.state);
    let result = builder.replace(&mut all.region, Model(Arc::clone(&next)));
    assert!(matches!(result, Err(Error::Argument(_))), "{result:?}");
    assert_eq!((all.seen.dropped(), next.dropped()), (0, 1));
    let builder = Region::builder(RANGE, &all.state);
    builder
        .replace(&mut all.region, Model(Arc::clone(&next)))
        .unwrap();
    assert_eq!((all.seen.dropped(), next.dropped()), (1, 1));
    assert_eq!(input(&mut all.vcpu, BASE + 3), 0x43);
    assert_eq!(all.region.total(false).passed, 1);
}

#[test]
fn states_are_saved_and_restored() {
    let all = machine();
    all.state.lock().bytes_mut()[23] = 5;
    all.state.lock().value = 1;
    let saved = all.state.save();
    all.bus.clock().set(77).unwrap();
    let other = machine();
    other.state.restore(&saved).unwrap();
    assert_eq!(other.state.lock().bytes()[23], 5);
    assert_eq!(other.state.lock().value, 1);
    let found = Saved::look(&saved).unwrap();
    assert_eq!((found.name, found.fingerprint), (&b"counter"[..], 7));
    assert_eq!((found.version, found.now_ns, found.data.len()), (1, 0, 24));
    assert_eq!(Saved::look(&all.state.save()).unwrap().now_ns, 77);
}

#[test]
fn vm_time_stands_still_until_it_is_resumed() {
    let bus = Bus::new().unwrap();
    let clock = bus.clock();
    assert_eq!((clock.now_ns(), clock.now_ns()), (0, 0));
    clock.skip(5);
    clock.resume();
    assert!(matches!(clock.set(1), Err(Error::Clock(_))));
    let now = clock.now_ns();
    assert!(now > 5 && clock.now_ns() > now);
    clock.pause();
    clock.set(9).unwrap();
    assert_eq!(clock.now_ns(), 9);
}

/// Two states: a write copies the first to the second.
struct Pair;

impl Device for Pair {
    type States = (u32, u64);

    fn read(&self, (first, second): Held<'_, (u32, u64)>, offset: u64, data: &mut [u8]) {
        put_value(
            data,
            if offset == 0 {
                (*first).into()
            } else {
                *second
            },
        );
    }

    fn write(&self, (first, second): (&mut u32, &mut u64), _offset: u64, data: &[u8]) {
        *second = (*first).into();
        *first = value_of(data) as u32;
    }
}

#[test]
fn a_region_may_have_several_states() {
    let bus = Bus::new().unwrap();
    let states = (bus.state("a", 1, 1).unwrap(), bus.state("b", 1, 2).unwrap());
    let _region = Region::builder(RANGE, &states).add(&bus, Pair).unwrap();
    let mut vcpu = bus.vcpu(0).unwrap();
    output(&mut vcpu, BASE, 0x55);
    assert_eq!(input(&mut vcpu, BASE), 0x55);
    assert_eq!(input(&mut vcpu, BASE + 4), 1);
}

#[test]
fn changes_of_lines_have_names() {
    let each = [LineChange::Lower, LineChange::Raise, LineChange::Pulse];
    assert_eq!(format!("{each:?}"), "[Lower, Raise, Pulse]");
    let range = Range::new(Space::Mmio, 0x1000, 8)
        .register_width(4)
        .offset(16);
    assert_eq!(
        (range.offset, range.register_width, range.at(0).base),
        (16, 4, 0)
    );
}
