// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! Filters: native code of `lightexit build`, tied to the types of the states that it works on.

use std::ffi::CStr;
use std::fmt;
use std::marker::PhantomData;

use lightexit_sys as sys;

use crate::state::States;

/// A filter that works on states of the types `S`: one [`Layout`](crate::Layout), or a tuple of
/// them, or `()`.
///
/// `lightexit build --rust` writes them as constants. A region takes no filter of other states.
pub struct Filter<S: States> {
    raw: sys::lightexit_filter,
    states: PhantomData<fn(S)>,
}

impl<S: States> Filter<S> {
    /// The filter that this struct describes.
    ///
    /// # Safety
    ///
    /// - `raw.run` stays where it is for good, and any thread may call it at any time.
    /// - It reads and writes its context and, of the states' bytes, as many as `raw.states` says;
    ///   it writes states only if `raw.flags` has `LIGHTEXIT_ATTACH_FLAG_WRITES_STATE`.
    /// - The names are C strings that stay for good. The states are those of `S`, in their order.
    ///
    /// What `lightexit build` makes keeps all that: its verifier has proved it of the bytecode.
    pub const unsafe fn new(raw: sys::lightexit_filter) -> Self {
        let states = PhantomData;
        Self { raw, states }
    }

    /// The struct: what was proved of it, and how its states are called in `NAME.bpf.o`.
    pub const fn raw(&self) -> &sys::lightexit_filter {
        &self.raw
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        // SAFETY: a C string that stays for good, as new() demands.
        let name = unsafe { CStr::from_ptr(self.raw.name) };
        name.to_str().unwrap_or("a filter")
    }

    /// How many instructions any run executes at most.
    pub const fn worst_case(&self) -> u32 {
        self.raw.worst_case
    }
}

impl<S: States> Clone for Filter<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: States> Copy for Filter<S> {}

impl<S: States> fmt::Debug for Filter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Filter({}, at most {} instructions)",
            self.name(),
            self.worst_case()
        )
    }
}

// SAFETY: it is read only, as are the code and the strings that it points to.
unsafe impl<S: States> Send for Filter<S> {}
// SAFETY: as above.
unsafe impl<S: States> Sync for Filter<S> {}
