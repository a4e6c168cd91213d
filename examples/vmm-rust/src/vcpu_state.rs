// SPDX-License-Identifier: Apache-2.0
//! What KVM keeps of a vCPU: read from it into a snapshot, or the other way.

use std::ffi::c_ulong;
use std::io::Result;
use std::os::fd::AsFd;

use crate::kvm::{self, pair, MsrEntry, Several};
use crate::snapshot::Snapshot;
use crate::told::{failed, Told};
use crate::vm::Kept;

/// A name, and the numbers of the ioctls that get and set so many bytes.
type Part = (&'static str, (c_ulong, c_ulong), usize);

const fn part(name: &'static str, get: c_ulong, set: c_ulong, size: usize) -> Part {
    (name, pair(get, set, size), size)
}

/// In the order in which KVM wants them: which local APIC there is depends on the registers.
const PARTS: [Part; 7] = [
    part("sregs", 0x83, 0x84, 312),
    part("regs", 0x81, 0x82, 144),
    part("fpu", 0x8c, 0x8d, 416),
    part("debug", 0xa1, 0xa2, 128),
    part("lapic", 0x8e, 0x8f, LARGEST),
    part("events", 0x9f, 0xa0, 64),
    part("mp_state", 0x98, 0x99, 4),
];
const LARGEST: usize = 1024;

/// Intel SDM volume 4; EFER and the APIC's base are among the special registers.
const MSRS: [u32; 10] = [
    0x10, // TSC
    0x174,
    0x175,
    0x176, // SYSENTER
    0x277, // PAT
    0xc000_0081,
    0xc000_0082,
    0xc000_0083,
    0xc000_0084, // SYSCALL
    0xc000_0102, // KERNEL_GS_BASE
];

/// As large as the largest part, and aligned as any.
#[repr(C, align(8))]
struct Room([u8; LARGEST]);

impl Kept {
    /// All of this vCPU's items, in either direction.
    pub fn items(&self, snapshot: &mut Snapshot) -> Told<()> {
        for each in &PARTS {
            self.part(snapshot, each)?;
        }
        self.msrs(snapshot)
    }

    fn part(&self, snapshot: &mut Snapshot, (name, (get, set), size): &Part) -> Told<()> {
        let name = format!("vcpu{}.{name}", self.index);
        let mut room = Room([0; LARGEST]);
        // SAFETY: KVM reads or writes as many bytes as the numbers say, at most a Room.
        let call = |request, room: &mut Room| -> Result<_> {
            // SAFETY: as above.
            unsafe { kvm::ioctl_on(self.fd.as_fd(), request, room) }
        };
        if snapshot.is_saving {
            call(*get, &mut room).map_err(failed(&format!("KVM does not say {name}")))?;
        }
        snapshot.item(&name, &mut room.0[..*size])?;
        if !snapshot.is_saving {
            call(*set, &mut room).map_err(failed(&format!("KVM does not take {name}")))?;
        }
        Ok(())
    }

    fn msr(&self, request: c_ulong, index: u32, data: u64) -> Told<u64> {
        let reserved = 0;
        let mut one = Several {
            count: 1,
            flags: 0,
            entries: [MsrEntry {
                index,
                reserved,
                data,
            }],
        };
        // SAFETY: KVM reads, and of the one request writes, a kvm_msrs of one entry.
        match unsafe { kvm::ioctl_on(self.fd.as_fd(), request, &mut one) } {
            Ok(1) => Ok(one.entries[0].data),
            _ => Err(format!(
                "vCPU {} has no MSR {index:#x} in this KVM",
                self.index
            )),
        }
    }

    fn msrs(&self, snapshot: &mut Snapshot) -> Told<()> {
        let mut bytes = [0; 8 * MSRS.len()];
        if snapshot.is_saving {
            for (index, at) in MSRS.iter().zip(bytes.chunks_exact_mut(8)) {
                at.copy_from_slice(&self.msr(kvm::GET_MSRS, *index, 0)?.to_le_bytes());
            }
        }
        snapshot.item(&format!("vcpu{}.msrs", self.index), &mut bytes)?;
        if !snapshot.is_saving {
            for (index, at) in MSRS.iter().zip(bytes.chunks_exact(8)) {
                self.msr(kvm::SET_MSRS, *index, lightexit::value_of(at))?;
            }
        }
        Ok(())
    }
}
