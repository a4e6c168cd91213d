// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! A device for tests: a counter that its filter reads, and writes where it is even.
#![allow(missing_docs, dead_code)]

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use lightexit::sys::*;
use lightexit::{
    put_value, value_of, Bus, Device, Filter, IoContext, Layout, LineChange, Range, Region, Space,
    State, Vcpu,
};

pub const BASE: u64 = 0x40;
pub const RANGE: Range = Range::new(Space::Pio, BASE, 8);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counter {
    pub value: u64,
    /// The same, but for a moment.
    pub copy: u64,
}

// SAFETY: two integers.
unsafe impl Layout for Counter {
    const SIZE: usize = 24;
    const FINGERPRINT: u64 = 7;
}

/// Offset 0: the counter, read and, unless odd, set. 1: doorbell 0. 2: all actions. 3: passes.
unsafe extern "C" fn count(context: *mut lightexit_io_context, states: *const *mut u8) -> u64 {
    // SAFETY: what the library calls it with: behind the header of the state is a Counter.
    let (context, counter) = unsafe {
        let header = size_of::<lightexit_state_header>();
        (&mut *context, (*states).add(header).cast::<Counter>())
    };
    match (context.offset, context.is_write) {
        // SAFETY: as above; what others write meanwhile is not used.
        (0, 0) => context.data = unsafe { ptr::read_volatile(&raw const (*counter).value) },
        (0, _) if context.data & 1 == 0 => {
            let (value, copy) = (context.data, context.data);
            // SAFETY: as above, and the state is locked for a filter that writes.
            unsafe { ptr::write_volatile(counter, Counter { value, copy }) };
        }
        (1, _) => {
            context.doorbells = 1;
            context.data = context.now_ns;
        }
        (2, _) => {
            context.raised_lines = 1;
            context.lowered_lines = 2;
            context.pulsed_lines = 4;
            context.doorbells = 2;
            context.requests = LIGHTEXIT_REQUEST_EOI;
            context.eoi_vector = 0x31;
            context.data = 0;
        }
        _ => return LIGHTEXIT_VERDICT_PASS,
    }
    LIGHTEXIT_VERDICT_HANDLED
}

pub fn raw_filter() -> lightexit_filter {
    let none = lightexit_filter_state {
        name: ptr::null(),
        size: 0,
        fingerprint: 0,
    };
    let mut states = [none; LIGHTEXIT_MOST_STATES];
    states[0] = lightexit_filter_state {
        name: c"counter".as_ptr(),
        size: 16,
        fingerprint: 7,
    };
    lightexit_filter {
        abi_version: LIGHTEXIT_ABI_VERSION,
        flags: LIGHTEXIT_ATTACH_FLAG_WRITES_STATE | LIGHTEXIT_ATTACH_FLAG_READS_CLOCK,
        name: c"count".as_ptr(),
        run: Some(count),
        worst_case: 20,
        state_count: 1,
        states,
    }
}

pub fn filter() -> Filter<Counter> {
    // SAFETY: count() keeps to what a filter may do.
    unsafe { Filter::new(raw_filter()) }
}

/// What a device has seen; it says when it goes.
#[derive(Default)]
pub struct Seen {
    pub reads: AtomicU64,
    pub writes: AtomicU64,
    pub dropped: AtomicU64,
    pub said: Mutex<Vec<String>>,
}

impl Seen {
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::SeqCst)
    }

    fn say(&self, what: String) {
        self.said.lock().unwrap().push(what);
    }
}

pub struct Model(pub Arc<Seen>);

impl Device for Model {
    type States = Counter;

    fn read(&self, counter: &mut Counter, offset: u64, data: &mut [u8]) {
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        assert_eq!(counter.value, counter.copy);
        assert_ne!(offset, 7, "the model panics");
        put_value(
            data,
            if offset == 0 {
                counter.value
            } else {
                0x40 + offset
            },
        );
    }

    fn write(&self, counter: &mut Counter, _offset: u64, data: &[u8]) {
        self.0.writes.fetch_add(1, Ordering::SeqCst);
        counter.value = value_of(data);
        counter.copy = counter.value;
    }

    fn line(&self, number: u32, change: LineChange) {
        self.0.say(format!("line {number} {change:?}"));
    }

    fn doorbell(&self, number: u32) {
        self.0.say(format!("doorbell {number}"));
    }

    fn request(&self, context: &IoContext) {
        self.0.say(format!("end of {:#x}", context.eoi_vector));
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// A bus with the device on it.
pub struct Machine {
    pub region: Region,
    pub state: State<Counter>,
    pub vcpu: Vcpu,
    pub seen: Arc<Seen>,
    pub bus: Bus,
}

pub fn machine() -> Machine {
    let bus = Bus::new().unwrap();
    let state = bus.state("counter", 1, Counter::default()).unwrap();
    let seen = Arc::new(Seen::default());
    let region = Region::builder(RANGE, &state)
        .filter(filter())
        .add(&bus, Model(Arc::clone(&seen)))
        .unwrap();
    let vcpu = bus.vcpu(0).unwrap();
    Machine {
        region,
        state,
        vcpu,
        seen,
        bus,
    }
}

pub fn input(vcpu: &mut Vcpu, port: u64) -> u64 {
    let mut data = [0; 4];
    assert!(vcpu.read(Space::Pio, port, &mut data));
    value_of(&data)
}

pub fn output(vcpu: &mut Vcpu, port: u64, value: u32) {
    assert!(vcpu.write(Space::Pio, port, &value.to_le_bytes()));
}
