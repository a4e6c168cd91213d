// SPDX-License-Identifier: Apache-2.0
//! The counter as bench/kvm_exits.py has it, three times.

use std::collections::BTreeMap;
use std::ffi::{c_int, CStr};
use std::mem::transmute;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use lightexit::sys::{
    lightexit_filter, lightexit_filter_state, LIGHTEXIT_ABI_VERSION,
    LIGHTEXIT_ATTACH_FLAG_READS_CLOCK, LIGHTEXIT_ATTACH_FLAG_WRITES_STATE,
};
use lightexit::{Bus, Device, Filter, IoContext, Layout, Range, Region, Space, Vcpu};

const HZ: u64 = 3_579_545;
const NS: u128 = 1_000_000_000;
const NAME: &CStr = c"counter";

#[repr(C)]
#[derive(Clone, Copy)]
struct Counter {
    started_ns: u64,
    hz: u64,
    written: u64,
    writes: u64,
}

// SAFETY: four integers.
unsafe impl Layout for Counter {}

const COUNTER: Counter = Counter {
    started_ns: 0,
    hz: HZ,
    written: 0,
    writes: 0,
};

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
}

fn ticks(counter: &Counter) -> [u8; 4] {
    let mut now = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: CLOCK_MONOTONIC, and a place for it.
    unsafe { clock_gettime(1, &mut now) };
    let ns = now.seconds as u64 * NS as u64 + now.nanoseconds as u64 - counter.started_ns;
    ((u128::from(ns) * u128::from(counter.hz) / NS) as u32).to_le_bytes()
}

/// A device as one VMM has it: found by its address, not inlined, and its registers atomic, for
/// several vCPUs may come.
#[inline(never)]
pub fn hard_coded(address: u64, data: &mut [u8], is_write: bool) {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    static WRITES: AtomicU64 = AtomicU64::new(0);
    match (address, is_write) {
        (0x500 | 0xd000_0000, false) => data.copy_from_slice(&ticks(&COUNTER)),
        (0x504 | 0xd000_0004, true) => {
            WRITTEN.store(lightexit::value_of(data), Relaxed);
            WRITES.store(WRITES.load(Relaxed) + 1, Relaxed);
        }
        _ => {}
    }
}

/// What the buses of VMMs in Rust have in common: a trait, behind a mutex, in a map of ranges.
trait BusDevice: Send {
    fn read(&mut self, offset: u64, data: &mut [u8]);
    fn write(&mut self, offset: u64, data: &[u8]);
}

impl BusDevice for Counter {
    fn read(&mut self, _offset: u64, data: &mut [u8]) {
        data.copy_from_slice(&ticks(self));
    }

    fn write(&mut self, _offset: u64, data: &[u8]) {
        self.written = lightexit::value_of(data);
        self.writes += 1;
    }
}

type Shared = Arc<Mutex<dyn BusDevice>>;

/// First addresses, and how many there are.
pub struct PlainBus(BTreeMap<u64, (u64, Shared)>);

impl PlainBus {
    pub fn new(base: u64, step: u64, pairs: u64) -> Self {
        let device: Shared = Arc::new(Mutex::new(COUNTER));
        let bases = (0..pairs).map(|pair| base + pair * step);
        let all = bases.flat_map(|base| [base, base + 4]);
        Self(all.map(|at| (at, (4, Arc::clone(&device)))).collect())
    }

    fn find(&self, address: u64) -> Option<(u64, &Shared)> {
        let (base, (size, device)) = self.0.range(..=address).next_back()?;
        let offset = address - base;
        (offset < *size).then_some((offset, device))
    }

    #[inline(never)]
    pub fn read(&self, address: u64, data: &mut [u8]) {
        if let Some((offset, device)) = self.find(address) {
            device.lock().unwrap().read(offset, data);
        }
    }

    #[inline(never)]
    pub fn write(&self, address: u64, data: &[u8]) {
        if let Some((offset, device)) = self.find(address) {
            device.lock().unwrap().write(offset, data);
        }
    }
}

/// The model, which is never asked: all of it is the filters'.
struct Model;

impl Device for Model {
    type States = Counter;

    fn read(&self, _counter: &mut Counter, _offset: u64, _data: &mut [u8]) {
        panic!("the model was asked");
    }

    fn write(&self, _counter: &mut Counter, _offset: u64, _data: &[u8]) {
        panic!("the model was asked");
    }
}

/// The crate's bus, and a vCPU of it.
pub struct Lightexit {
    vcpu: Vcpu,
    _regions: Vec<Region>,
}

fn space_of(space: u8) -> Space {
    if space == Space::Pio as u8 {
        Space::Pio
    } else {
        Space::Mmio
    }
}

type Run = unsafe extern "C" fn(*mut IoContext, *const *mut u8) -> u64;

/// # Safety
///
/// As for the function that makes the bus.
unsafe fn filter(code: usize, flags: u32) -> Filter<Counter> {
    let none = lightexit_filter_state {
        name: ptr::null(),
        size: 0,
        fingerprint: 0,
    };
    let mut states = [none; 8];
    states[0].name = NAME.as_ptr();
    states[0].size = Counter::SIZE as u64;
    // SAFETY: as the caller says: code of that signature, which keeps to what a filter may do.
    unsafe {
        Filter::new(lightexit_filter {
            abi_version: LIGHTEXIT_ABI_VERSION,
            flags,
            name: NAME.as_ptr(),
            run: Some(transmute::<usize, Run>(code)),
            worst_case: 0,
            state_count: 1,
            states,
        })
    }
}

impl Lightexit {
    /// # Safety
    ///
    /// `code` are a reader and a writer: filters on a Counter.
    pub unsafe fn new(code: [usize; 2], space: u8, base: u64, step: u64, pairs: u64) -> Self {
        let bus = Bus::new().unwrap();
        let state = bus.state("counter", 1, COUNTER).unwrap();
        let flags = [
            LIGHTEXIT_ATTACH_FLAG_READS_CLOCK,
            LIGHTEXIT_ATTACH_FLAG_WRITES_STATE,
        ];
        let mut regions = Vec::new();
        for at in (0..pairs).map(|pair| base + pair * step) {
            for (index, offset) in [0, 4].into_iter().enumerate() {
                // SAFETY: as the caller says.
                let filter = unsafe { filter(code[index], flags[index]) };
                let range = Range::new(space_of(space), at + offset, 4).offset(offset);
                let builder = Region::builder(range, &state).filter(filter);
                regions.push(builder.add(&bus, Model).unwrap());
            }
        }
        bus.clock().resume();
        Self {
            vcpu: bus.vcpu(0).unwrap(),
            _regions: regions,
        }
    }

    #[inline(never)]
    pub fn read(&mut self, space: u8, address: u64, data: &mut [u8]) {
        self.vcpu.read(space_of(space), address, data);
    }

    #[inline(never)]
    pub fn write(&mut self, space: u8, address: u64, data: &[u8]) {
        self.vcpu.write(space_of(space), address, data);
    }
}
