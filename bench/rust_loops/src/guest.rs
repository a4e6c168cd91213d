// SPDX-License-Identifier: Apache-2.0
//! The same around KVM_RUN.

use std::ffi::{c_int, c_ulong};
use std::slice;

use crate::Rival;

const RUN: c_ulong = 0xae80;
const EXIT_IO: u32 = 2;
const EXIT_MMIO: u32 = 6;
const PIO: u8 = 0;
const MMIO: u8 = 1;

extern "C" {
    fn ioctl(fd: c_int, request: c_ulong, number: c_ulong) -> c_int;
}

/// Where members of struct kvm_run are.
const REASON: usize = 8;
const UNION: usize = 32;

/// # Safety
///
/// There is a T at this place of what `run` points to.
unsafe fn member<T: Copy>(run: *mut u8, at: usize) -> T {
    // SAFETY: as the caller says; members are aligned in a page.
    unsafe { run.add(at).cast::<T>().read() }
}

/// Until the guest accesses port `last`: 0, or the exit that it ended with.
///
/// # Safety
///
/// `rival` is of one of the functions in lib.rs, and nobody else's for the call; `fd` is a vCPU's,
/// and `run` what it shares.
#[no_mangle]
pub unsafe extern "C" fn run_guest(fd: c_int, run: *mut u8, rival: *mut Rival, last: u16) -> c_int {
    // SAFETY: as the caller says.
    let rival = unsafe { &mut *rival };
    // SAFETY: the vCPU's descriptor.
    while unsafe { ioctl(fd, RUN, 0) } >= 0 {
        // SAFETY: members of struct kvm_run, which KVM does not write now.
        let reason: u32 = unsafe { member(run, REASON) };
        // SAFETY: as above.
        let (at, size, address, is_write, space) = unsafe {
            match reason {
                EXIT_IO => {
                    let [direction, size]: [u8; 2] = member(run, UNION);
                    let (port, at): (u16, u64) = (member(run, UNION + 2), member(run, UNION + 8));
                    (at as usize, size.into(), port.into(), direction, PIO)
                }
                EXIT_MMIO => {
                    let (address, size): (u64, u32) = (member(run, UNION), member(run, UNION + 16));
                    (
                        UNION + 8,
                        size as usize,
                        address,
                        member(run, UNION + 20),
                        MMIO,
                    )
                }
                _ => return reason as c_int,
            }
        };
        if space == PIO && address == u64::from(last) {
            return 0;
        }
        // SAFETY: the element of this access.
        let data = unsafe { slice::from_raw_parts_mut(run.add(at), size) };
        if is_write == 0 {
            rival.read(space, address, data);
        } else {
            rival.write(space, address, data);
        }
    }
    -1
}
