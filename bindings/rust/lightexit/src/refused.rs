// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! What must not compile: each next to its twin that does.
//!
//! A filter works on states of its own type only:
//!
//! ```
//! # use lightexit::*;
//! fn put<D: Device<States = u32>>(bus: &Bus, state: &State<u32>, filter: Filter<u32>, device: D) {
//!     let range = Range::new(Space::Pio, 0x92, 1);
//!     let _region = Region::builder(range, state).filter(filter).add(bus, device);
//! }
//! ```
//! ```compile_fail,E0271
//! # use lightexit::*;
//! fn put<D: Device<States = u32>>(bus: &Bus, state: &State<u32>, filter: Filter<u64>, device: D) {
//!     let range = Range::new(Space::Pio, 0x92, 1);
//!     let _region = Region::builder(range, state).filter(filter).add(bus, device);
//! }
//! ```
//!
//! So does a device:
//!
//! ```compile_fail,E0271
//! # use lightexit::*;
//! fn put<D: Device<States = u64>>(bus: &Bus, state: &State<u32>, device: D) {
//!     let range = Range::new(Space::Pio, 0x92, 1);
//!     let _region = Region::builder(range, state).add(bus, device);
//! }
//! ```
//!
//! A vCPU may go to another thread, but is only one's at a time:
//!
//! ```
//! # use lightexit::*;
//! fn move_there(mut vcpu: Vcpu) {
//!     std::thread::spawn(move || vcpu.write(Space::Pio, 0x92, &[1]));
//! }
//! ```
//! ```compile_fail,E0277
//! # use lightexit::*;
//! fn share(vcpu: &Vcpu) {
//!     std::thread::scope(|scope| { scope.spawn(|| { let _there: &Vcpu = vcpu; }); });
//! }
//! ```
//! ```compile_fail,E0499
//! # use lightexit::*;
//! fn both(vcpu: &mut Vcpu) {
//!     std::thread::scope(|scope| {
//!         scope.spawn(|| vcpu.write(Space::Pio, 0x92, &[1]));
//!         scope.spawn(|| vcpu.write(Space::Pio, 0x92, &[1]));
//!     });
//! }
//! ```
//!
//! A state's bytes are there under its lock:
//!
//! ```
//! # use lightexit::*;
//! fn copied(state: &State<u32>) -> u32 {
//!     *state.lock()
//! }
//! ```
//! ```compile_fail,E0515
//! # use lightexit::*;
//! fn kept(state: &State<u32>) -> &u32 {
//!     &*state.lock()
//! }
//! ```
//! ```compile_fail,E0505
//! # use lightexit::*;
//! fn gone(state: State<u32>) {
//!     let guard = state.lock();
//!     drop(state);
//!     drop(guard);
//! }
//! ```
//!
//! A model does not keep what its callback was lent:
//!
//! ```compile_fail
//! # use lightexit::*;
//! # use std::sync::Mutex;
//! struct Thief(Mutex<Option<&'static mut u32>>);
//!
//! impl Device for Thief {
//!     type States = u32;
//!     fn read(&self, state: &mut u32, _offset: u64, _data: &mut [u8]) {
//!         *self.0.lock().unwrap() = Some(state);
//!     }
//!     fn write(&self, _state: &mut u32, _offset: u64, _data: &[u8]) {}
//! }
//! ```
//!
//! A device of several vCPUs is `Sync`:
//!
//! ```
//! # use lightexit::*;
//! # use std::sync::Mutex;
//! struct Counter(Mutex<u32>);
//!
//! impl Device for Counter {
//!     type States = ();
//!     fn read(&self, _: (), _offset: u64, _data: &mut [u8]) {}
//!     fn write(&self, _: (), _offset: u64, _data: &[u8]) {}
//! }
//! ```
//! ```compile_fail,E0277
//! # use lightexit::*;
//! # use std::cell::Cell;
//! struct Counter(Cell<u32>);
//!
//! impl Device for Counter {
//!     type States = ();
//!     fn read(&self, _: (), _offset: u64, _data: &mut [u8]) {}
//!     fn write(&self, _: (), _offset: u64, _data: &[u8]) {}
//! }
//! ```
//!
//! A region that was removed is not asked any more:
//!
//! ```compile_fail,E0382
//! # use lightexit::*;
//! fn removed(region: Region) -> Count {
//!     let _ = region.remove();
//!     region.total(false)
//! }
//! ```
//!
//! A state holds plain bytes only, and only who writes `unsafe` says that a struct is that:
//!
//! ```compile_fail,E0277
//! # use lightexit::*;
//! fn make(bus: &Bus) {
//!     let _ = bus.state("names", 1, String::new());
//! }
//! ```
//! ```compile_fail,E0200
//! # use lightexit::*;
//! #[derive(Clone, Copy)]
//! struct Registers { control: u8 }
//! impl Layout for Registers {}
//! ```
