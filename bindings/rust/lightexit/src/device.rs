// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! What a device is, and how the library calls it. No panic goes through the library's C.

use std::any::Any;
use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::process::abort;
use std::ptr;
use std::sync::Arc;

use lightexit_sys as sys;

use crate::state::{Held, States};

/// What a filter has written of an access: see `lightexit.h`.
pub type IoContext = sys::lightexit_io_context;

/// What is to happen to an interrupt line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// It falls.
    Lower,
    /// It rises.
    Raise,
    /// It rises and falls.
    Pulse,
}

/// A device model: who answers what a filter passes on, or all accesses where there is no filter.
///
/// `read` and `write` are called in the vCPU's thread, with the locks of all the region's states
/// held: `states` is what they guard. `offset` is that of the register; `data` has 1 to 8 bytes in
/// guest order, or the register width.
///
/// ```
/// use lightexit::{put_value, value_of, Device};
///
/// struct Scratch;
///
/// impl Device for Scratch {
///     type States = u64;
///
///     fn read(&self, scratch: &mut u64, _offset: u64, data: &mut [u8]) {
///         put_value(data, *scratch);
///     }
///
///     fn write(&self, scratch: &mut u64, _offset: u64, data: &[u8]) {
///         *scratch = value_of(data);
///     }
/// }
/// ```
///
/// The others carry out what filters ask for. They are called with or without these locks, and may
/// take those of other states; none may wait for another vCPU.
///
/// A panic of any of them goes on in [`Vcpu::read`](crate::Vcpu::read) or whichever function made
/// the access, once the library has returned; states are unlocked, as the device has left them.
pub trait Device: Send + Sync + 'static {
    /// The states of its region: one [`Layout`](crate::Layout), a tuple of them, or `()`.
    type States: States;

    /// A read: `data` is to be filled in.
    fn read(&self, states: Held<'_, Self::States>, offset: u64, data: &mut [u8]);

    /// A write of `data`.
    fn write(&self, states: Held<'_, Self::States>, offset: u64, data: &[u8]);

    /// A filter changes an interrupt line.
    fn line(&self, number: u32, change: LineChange) {
        let _ = (number, change);
    }

    /// A filter rings a doorbell that has no eventfd.
    fn doorbell(&self, number: u32) {
        let _ = number;
    }

    /// A filter sends an APIC message, or ends an interrupt: `context.requests`.
    fn request(&self, context: &IoContext) {
        let _ = context;
    }
}

/// A device that others have, too: a main loop, for instance.
impl<D: Device> Device for Arc<D> {
    type States = D::States;

    fn read(&self, states: Held<'_, Self::States>, offset: u64, data: &mut [u8]) {
        (**self).read(states, offset, data);
    }

    fn write(&self, states: Held<'_, Self::States>, offset: u64, data: &[u8]) {
        (**self).write(states, offset, data);
    }

    fn line(&self, number: u32, change: LineChange) {
        (**self).line(number, change);
    }

    fn doorbell(&self, number: u32) {
        (**self).doorbell(number);
    }

    fn request(&self, context: &IoContext) {
        (**self).request(context);
    }
}

/// Fills `data` with the low bytes of a value, in guest order; those behind the eighth with 0.
pub fn put_value(data: &mut [u8], value: u64) {
    let bytes = value.to_le_bytes();
    for (index, byte) in data.iter_mut().enumerate() {
        *byte = bytes.get(index).copied().unwrap_or(0);
    }
}

/// The value of up to eight bytes in guest order.
pub fn value_of(data: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let size = data.len().min(bytes.len());
    bytes[..size].copy_from_slice(&data[..size]);
    u64::from_le_bytes(bytes)
}

/// A device with the states that it works on: what the library calls its `opaque`.
pub(crate) struct OnBus<D: Device> {
    pub(crate) device: D,
    pub(crate) states: <D::States as States>::Handles,
}

// ---- panics -----------------------------------------------------------------------------------

type Payload = Box<dyn Any + Send>;

thread_local! {
    /// What a device has panicked with, while the library is on the stack; else null.
    static PANIC: Cell<*mut Payload> = const { Cell::new(ptr::null_mut()) };
}

/// Calls a device, unless one has panicked in this access already.
fn guarded<R>(usual: R, call: impl FnOnce() -> R) -> R {
    if !PANIC.get().is_null() {
        return usual;
    }
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result,
        Err(payload) => {
            PANIC.set(Box::into_raw(Box::new(payload)));
            usual
        }
    }
}

/// Goes on with a panic of a device; for whoever has called the library.
#[inline]
pub(crate) fn go_on() {
    let payload = PANIC.get();
    if !payload.is_null() {
        resume(payload);
    }
}

#[cold]
fn resume(payload: *mut Payload) -> ! {
    PANIC.set(ptr::null_mut());
    // SAFETY: guarded() made it of a box, and it is taken once.
    let payload = unsafe { Box::from_raw(payload) };
    resume_unwind(*payload)
}

// ---- what the library calls -------------------------------------------------------------------

/// # Safety
///
/// `opaque` is of a region of this kind of device that was not released.
unsafe fn of<'a, D: Device>(opaque: *mut c_void) -> &'a OnBus<D> {
    // SAFETY: as the caller says.
    unsafe { &*opaque.cast() }
}

unsafe extern "C" fn read<D: Device>(opaque: *mut c_void, offset: u64, size: u64) -> u64 {
    // SAFETY: the library calls it with its region's.
    let on_bus = unsafe { of::<D>(opaque) };
    guarded(!0, || {
        let mut bytes = [0; 8];
        let size = bytes.len().min(size as usize);
        // SAFETY: the library holds the locks of the region's states, which differ.
        let states = unsafe { D::States::held(&on_bus.states) };
        on_bus.device.read(states, offset, &mut bytes[..size]);
        u64::from_le_bytes(bytes)
    })
}

unsafe extern "C" fn write<D: Device>(opaque: *mut c_void, offset: u64, value: u64, size: u64) {
    // SAFETY: the library calls it with its region's.
    let on_bus = unsafe { of::<D>(opaque) };
    guarded((), || {
        let bytes = value.to_le_bytes();
        let size = bytes.len().min(size as usize);
        // SAFETY: the library holds the locks of the region's states, which differ.
        let states = unsafe { D::States::held(&on_bus.states) };
        on_bus.device.write(states, offset, &bytes[..size]);
    });
}

unsafe extern "C" fn line<D: Device>(
    opaque: *mut c_void,
    number: u32,
    change: sys::lightexit_line_change,
) {
    // SAFETY: the library calls it with its region's.
    let on_bus = unsafe { of::<D>(opaque) };
    let change = match change {
        sys::LIGHTEXIT_LINE_LOWER => LineChange::Lower,
        sys::LIGHTEXIT_LINE_RAISE => LineChange::Raise,
        _ => LineChange::Pulse,
    };
    guarded((), || on_bus.device.line(number, change));
}

unsafe extern "C" fn doorbell<D: Device>(opaque: *mut c_void, number: u32) {
    // SAFETY: the library calls it with its region's.
    let on_bus = unsafe { of::<D>(opaque) };
    guarded((), || on_bus.device.doorbell(number));
}

unsafe extern "C" fn request<D: Device>(opaque: *mut c_void, context: *const IoContext) {
    // SAFETY: the library calls it with its region's, and with a context for the call.
    let (on_bus, context) = unsafe { (of::<D>(opaque), &*context) };
    guarded((), || on_bus.device.request(context));
}

/// The device goes. There is nobody who could go on with a panic: it ends the process.
unsafe extern "C" fn released<D: Device>(opaque: *mut c_void) {
    // SAFETY: region.rs made it of a box, and the library is done with it.
    let on_bus = unsafe { Box::from_raw(opaque.cast::<OnBus<D>>()) };
    if catch_unwind(AssertUnwindSafe(|| drop(on_bus))).is_err() {
        abort();
    }
}

/// Options of a region with only its callbacks set.
pub(crate) fn callbacks<D: Device>(opaque: *mut c_void) -> sys::lightexit_region_options {
    sys::lightexit_region_options {
        struct_size: 0,
        space: 0,
        base: 0,
        size: 0,
        offset: 0,
        register_width: 0,
        state_count: 0,
        states: ptr::null(),
        filter: ptr::null(),
        read: Some(read::<D>),
        write: Some(write::<D>),
        line: Some(line::<D>),
        doorbell: Some(doorbell::<D>),
        request: Some(request::<D>),
        released: Some(released::<D>),
        opaque,
        eventfds: ptr::null(),
        eventfd_count: 0,
        reserved: 0,
    }
}
