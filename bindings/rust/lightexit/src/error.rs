// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
//! What can fail, each with the sentence that the library has for it.

use std::ffi::{c_int, CStr};
use std::fmt;

use lightexit_sys as sys;

/// A failure. What failed has then changed nothing.
///
/// Each holds one sentence with names and numbers, which is what `Display` shows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A value that the function does not take.
    Argument(String),
    /// No memory left.
    Memory(String),
    /// A filter built for another version of the contract.
    Abi(String),
    /// States that are not those of the filter.
    State(String),
    /// Addresses that another region has.
    Overlap(String),
    /// Something that others still need.
    InUse(String),
    /// Saved bytes that are damaged, or of another kind.
    Saved(String),
    /// Saved bytes of another layout.
    Layout(String),
    /// A descriptor of no fitting BPF map or memfd.
    Map(String),
    /// The kernel module is not loaded.
    NoModule(String),
    /// The kernel does not let this process do it.
    Rights(String),
    /// The kernel module, or bpf(2), refuses.
    Module(String),
    /// A clock that is running, or that the kernel cannot read.
    Clock(String),
    /// A descriptor that is not that of the region's filter.
    Program(String),
    /// lightexit-loader is not there, or does not answer.
    NoLoader(String),
    /// lightexit-loader refuses, or its answer is none.
    Loader(String),
    /// A code of a later version of the library.
    Other(String),
}

/// What most functions of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Of a code that this thread was just given.
    fn last(code: c_int) -> Self {
        // SAFETY: it returns a string of this thread, good until its next failure.
        let sentence = unsafe { CStr::from_ptr(sys::lightexit_last_error()) };
        let sentence = sentence.to_string_lossy().into_owned();
        match code {
            sys::LIGHTEXIT_ERROR_ARGUMENT => Self::Argument(sentence),
            sys::LIGHTEXIT_ERROR_MEMORY => Self::Memory(sentence),
            sys::LIGHTEXIT_ERROR_ABI => Self::Abi(sentence),
            sys::LIGHTEXIT_ERROR_STATE => Self::State(sentence),
            sys::LIGHTEXIT_ERROR_OVERLAP => Self::Overlap(sentence),
            sys::LIGHTEXIT_ERROR_IN_USE => Self::InUse(sentence),
            sys::LIGHTEXIT_ERROR_SAVED => Self::Saved(sentence),
            sys::LIGHTEXIT_ERROR_LAYOUT => Self::Layout(sentence),
            sys::LIGHTEXIT_ERROR_MAP => Self::Map(sentence),
            sys::LIGHTEXIT_ERROR_NO_MODULE => Self::NoModule(sentence),
            sys::LIGHTEXIT_ERROR_RIGHTS => Self::Rights(sentence),
            sys::LIGHTEXIT_ERROR_MODULE => Self::Module(sentence),
            sys::LIGHTEXIT_ERROR_CLOCK => Self::Clock(sentence),
            sys::LIGHTEXIT_ERROR_PROGRAM => Self::Program(sentence),
            sys::LIGHTEXIT_ERROR_NO_LOADER => Self::NoLoader(sentence),
            sys::LIGHTEXIT_ERROR_LOADER => Self::Loader(sentence),
            _ => Self::Other(sentence),
        }
    }

    /// An error for a code that is one.
    pub(crate) fn check(code: c_int) -> Result<()> {
        if code == sys::LIGHTEXIT_OK {
            Ok(())
        } else {
            Err(Self::last(code))
        }
    }

    fn sentence(&self) -> &str {
        match self {
            Self::Argument(sentence)
            | Self::Memory(sentence)
            | Self::Abi(sentence)
            | Self::State(sentence)
            | Self::Overlap(sentence)
            | Self::InUse(sentence)
            | Self::Saved(sentence)
            | Self::Layout(sentence)
            | Self::Map(sentence)
            | Self::NoModule(sentence)
            | Self::Rights(sentence)
            | Self::Module(sentence)
            | Self::Clock(sentence)
            | Self::Program(sentence)
            | Self::NoLoader(sentence)
            | Self::Loader(sentence)
            | Self::Other(sentence) => sentence,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.sentence())
    }
}

impl std::error::Error for Error {}
