// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Several vCPUs at once, while regions come and go: nothing tears, and all devices go.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use lightexit::{Bus, BusOptions, Region, Vcpu};

const VCPUS: u32 = 3;

fn traffic(mut vcpu: Vcpu, is_over: &AtomicBool) -> u64 {
    let mut accesses = 0;
    while !is_over.load(Ordering::Relaxed) {
        output(&mut vcpu, BASE, accesses as u32);
        input(&mut vcpu, BASE);
        input(&mut vcpu, BASE + 3);
        accesses += 3;
    }
    accesses
}

fn torture(options: &BusOptions<'_>) {
    let bus = Bus::with(options).unwrap();
    let state = bus.state("counter", 1, Counter::default()).unwrap();
    let seen = Arc::new(Seen::default());
    let builder = || Region::builder(RANGE, &state).filter(filter());
    let mut region = builder().add(&bus, Model(Arc::clone(&seen))).unwrap();
    let (is_over, mut replaced) = (AtomicBool::new(false), 0);
    let accesses: u64 = thread::scope(|scope| {
        let vcpus = (0..VCPUS).map(|index| bus.vcpu(index).unwrap());
        let threads: Vec<_> = vcpus
            .map(|vcpu| scope.spawn(|| traffic(vcpu, &is_over)))
            .collect();
        let end = Instant::now() + Duration::from_millis(300);
        while Instant::now() < end {
            builder()
                .replace(&mut region, Model(Arc::clone(&seen)))
                .unwrap();
            replaced += 1;
            let guard = state.lock();
            assert_eq!(guard.value, guard.copy);
        }
        is_over.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert!(accesses > 0 && replaced > 0);
    drop(region);
    assert!(!bus.reclaim());
    assert_eq!(seen.dropped(), replaced + 1);
}

#[test]
fn nothing_tears() {
    torture(&BusOptions::new());
}

#[test]
fn nothing_tears_without_membarrier() {
    torture(&BusOptions::new().fences());
}
