// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! States: a device's registers, which its filters and its model share.

use std::ffi::{c_int, CString};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{align_of, size_of};
use std::ops::{Deref, DerefMut};
use std::ptr;
use std::slice;
use std::sync::Arc;

use lightexit_sys as sys;

use crate::bus::{size_of_u32, OwnedBus};
use crate::{Bus, Error, Result};

/// A struct that a state can hold. `lightexit build --rust` writes them.
///
/// # Safety
///
/// It is `repr(C)`, has no padding, any bytes are a value of it, its alignment is at most 16, and
/// `SIZE` is not less than its size.
pub unsafe trait Layout: Copy + Send + Sync + 'static {
    /// Bytes of the state: more than the struct has where a filter's masked index may reach behind
    /// it.
    const SIZE: usize = size_of::<Self>();
    /// Held against that of filters and of saved bytes, unless it is 0.
    const FINGERPRINT: u64 = 0;
}

struct OwnedState {
    raw: *mut sys::lightexit_state,
    // Behind the state: it goes first.
    _bus: Arc<OwnedBus>,
}

impl Drop for OwnedState {
    fn drop(&mut self) {
        // SAFETY: regions hold their states: none works on it, and nobody has it any more.
        let code = unsafe { sys::lightexit_state_destroy(self.raw) };
        debug_assert_eq!(code, sys::LIGHTEXIT_OK);
    }
}

// SAFETY: any thread may call the library for a state at any time.
unsafe impl Send for OwnedState {}
// SAFETY: as above.
unsafe impl Sync for OwnedState {}

/// A state: what a filter and a model see of a device. Clones are the same state.
///
/// A region holds the states that it works on, hence no filter outlives its own.
pub struct State<T: Layout> {
    owned: Arc<OwnedState>,
    data: PhantomData<T>,
}

impl<T: Layout> Clone for State<T> {
    fn clone(&self) -> Self {
        let owned = Arc::clone(&self.owned);
        let data = PhantomData;
        Self { owned, data }
    }
}

impl<T: Layout> State<T> {
    pub(crate) fn create(bus: &Bus, name: &str, version: u16, map_fd: c_int) -> Result<Self> {
        const { assert!(T::SIZE >= size_of::<T>() && align_of::<T>() <= 16) };
        let Some(name) = CString::new(name).ok().filter(|name| !name.is_empty()) else {
            let sentence = format!("{name:?} is no name of a state: no bytes, or a NUL");
            return Err(Error::Argument(sentence));
        };
        let options = sys::lightexit_state_options {
            struct_size: size_of_u32::<sys::lightexit_state_options>(),
            version: version.into(),
            name: name.as_ptr(),
            size: T::SIZE as u64,
            fingerprint: T::FINGERPRINT,
            map_fd,
            memory_fd: 0,
        };
        let mut raw = ptr::null_mut();
        // SAFETY: the bus exists, and the rest is valid for the call.
        let code = unsafe { sys::lightexit_state_create(bus.owned.raw(), &options, &mut raw) };
        Error::check(code)?;
        let _bus = Arc::clone(&bus.owned);
        let owned = Arc::new(OwnedState { raw, _bus });
        let data = PhantomData;
        Ok(Self { owned, data })
    }

    pub(crate) fn raw(&self) -> *mut sys::lightexit_state {
        self.owned.raw
    }

    /// Where the bytes are: for as long as the state exists.
    fn address(&self) -> *mut u8 {
        // SAFETY: the state exists.
        unsafe { sys::lightexit_state_data(self.raw()) }.cast()
    }

    /// Waits until no filter or model works on it, and holds them off: for timers and other threads
    /// of a model. Filters pass while it is held, models wait.
    ///
    /// A model has its region's states locked already, and waits for ever if it locks them again.
    pub fn lock(&self) -> StateGuard<'_, T> {
        // SAFETY: the state exists.
        unsafe { sys::lightexit_state_lock(self.raw()) };
        StateGuard { state: self }
    }

    /// The same, unless it is held at the moment.
    pub fn try_lock(&self) -> Option<StateGuard<'_, T>> {
        // SAFETY: the state exists.
        let is_locked = unsafe { sys::lightexit_state_try_lock(self.raw()) };
        is_locked.then(|| StateGuard { state: self })
    }

    /// Its name, version, layout and bytes at one moment, with a checksum. It takes the lock.
    pub fn save(&self) -> Vec<u8> {
        // SAFETY: the state exists; where there is no room, nothing is written.
        let size = unsafe { sys::lightexit_state_save(self.raw(), ptr::null_mut(), 0) };
        let mut bytes = vec![0; size];
        // SAFETY: there is room for as many.
        unsafe { sys::lightexit_state_save(self.raw(), bytes.as_mut_ptr().cast(), size) };
        bytes
    }

    /// Takes what [`save`](Self::save) has given, under the lock. Whether a device can be in the
    /// state that it then has is for its model to check.
    ///
    /// # Errors
    ///
    /// [`Error::Saved`] for other or damaged bytes, [`Error::Layout`] for those of another layout.
    pub fn restore(&self, bytes: &[u8]) -> Result<()> {
        let (data, size) = (bytes.as_ptr().cast(), bytes.len());
        // SAFETY: the state exists, and so many bytes may be read.
        Error::check(unsafe { sys::lightexit_state_restore(self.raw(), data, size) })
    }
}

impl<T: Layout> fmt::Debug for State<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "State({} bytes)", T::SIZE)
    }
}

/// A state that is locked: what it holds. Dropping it unlocks.
pub struct StateGuard<'a, T: Layout> {
    state: &'a State<T>,
}

impl<T: Layout> StateGuard<'_, T> {
    /// All bytes, those behind the struct included.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: so many there are, of a struct without padding, and the lock is held.
        unsafe { slice::from_raw_parts(self.state.address(), T::SIZE) }
    }

    /// The same, to change: any bytes are a value.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and nobody else has the guard.
        unsafe { slice::from_raw_parts_mut(self.state.address(), T::SIZE) }
    }
}

impl<T: Layout> Deref for StateGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: a T is there, as Layout promises, and the lock is held.
        unsafe { &*self.state.address().cast() }
    }
}

impl<T: Layout> DerefMut for StateGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and nobody else has the guard.
        unsafe { &mut *self.state.address().cast() }
    }
}

impl<T: Layout> Drop for StateGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the state exists, and its lock is this guard's.
        unsafe { sys::lightexit_state_unlock(self.state.raw()) };
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The states of a region: one [`Layout`], or up to four in a tuple, or none: `()`.
pub trait States: sealed::Sealed + Sized + 'static {
    /// The states themselves: `State<T>`, or a tuple of these.
    type Handles: Clone + Send + Sync;
    /// What a model gets: `&mut T`, or a tuple of these.
    type Held<'a>;

    #[doc(hidden)]
    fn raw(handles: &Self::Handles) -> Vec<*mut sys::lightexit_state>;

    /// # Safety
    ///
    /// The locks of all of them are held as long as what it gives, and no two are the same.
    #[doc(hidden)]
    unsafe fn held(handles: &Self::Handles) -> Self::Held<'_>;
}

/// What a model of a region with these states gets: see [`States::Held`].
pub type Held<'a, S> = <S as States>::Held<'a>;

impl sealed::Sealed for () {}

impl States for () {
    type Handles = ();
    type Held<'a> = ();

    fn raw((): &()) -> Vec<*mut sys::lightexit_state> {
        Vec::new()
    }

    unsafe fn held((): &()) {}
}

impl<T: Layout> sealed::Sealed for T {}

impl<T: Layout> States for T {
    type Handles = State<T>;
    type Held<'a> = &'a mut T;

    fn raw(handles: &State<T>) -> Vec<*mut sys::lightexit_state> {
        vec![handles.raw()]
    }

    unsafe fn held(handles: &State<T>) -> &mut T {
        // SAFETY: a T is there, as Layout promises; the lock is held, as the caller does.
        unsafe { &mut *handles.address().cast() }
    }
}

macro_rules! several_states {
    ($($type:ident $number:tt),*) => {
        impl<$($type: Layout),*> sealed::Sealed for ($($type,)*) {}

        impl<$($type: Layout),*> States for ($($type,)*) {
            type Handles = ($(State<$type>,)*);
            type Held<'a> = ($(&'a mut $type,)*);

            fn raw(handles: &Self::Handles) -> Vec<*mut sys::lightexit_state> {
                vec![$(handles.$number.raw()),*]
            }

            unsafe fn held(handles: &Self::Handles) -> Self::Held<'_> {
                // SAFETY: as for one; they are different ones.
                unsafe { ($(&mut *handles.$number.address().cast::<$type>(),)*) }
            }
        }
    };
}

several_states!(A 0, B 1);
several_states!(A 0, B 1, C 2);
several_states!(A 0, B 1, C 2, D 3);

/// What saved bytes hold: for a VMM that converts an older layout by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved<'a> {
    /// The state's name.
    pub name: &'a [u8],
    /// The state's bytes.
    pub data: &'a [u8],
    /// Of the layout.
    pub fingerprint: u64,
    /// Of the layout.
    pub version: u32,
    /// VM time when they were saved.
    pub now_ns: u64,
}

impl<'a> Saved<'a> {
    /// Looks into what [`State::save`] has given.
    ///
    /// # Errors
    ///
    /// [`Error::Saved`] for other or damaged bytes.
    pub fn look(bytes: &'a [u8]) -> Result<Self> {
        let mut found = std::mem::MaybeUninit::<sys::lightexit_saved>::zeroed();
        let (data, size) = (bytes.as_ptr().cast(), bytes.len());
        // SAFETY: so many bytes may be read.
        Error::check(unsafe { sys::lightexit_saved_look(data, size, found.as_mut_ptr()) })?;
        // SAFETY: it was filled in, and is plain numbers and pointers.
        let found = unsafe { found.assume_init() };
        // SAFETY: both lie within `bytes`, as the library has checked.
        let part = |at: *const u8, size: u32| unsafe { slice::from_raw_parts(at, size as usize) };
        Ok(Self {
            name: part(found.name.cast(), found.name_size),
            data: part(found.data.cast(), found.size),
            fingerprint: found.fingerprint,
            version: found.version,
            now_ns: found.now_ns,
        })
    }
}
