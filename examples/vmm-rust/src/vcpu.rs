// SPDX-License-Identifier: Apache-2.0
//! A vCPU's loop: enter the guest, have its access answered, enter it again.

use std::io::{Error, ErrorKind};
use std::mem::offset_of;
use std::os::fd::AsFd;
use std::slice;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::Arc;

use lightexit::{Space, Vcpu};

use crate::control::Control;
use crate::devices::ioapic::IoApic;
use crate::kvm::{self, Exit, Io, Run};
use crate::told::{complain, reason, Told};
use crate::vm::Kept;

/// What a vCPU's thread works with.
pub struct Loop {
    pub kept: Arc<Kept>,
    /// Its end of the bus.
    pub bus: Vcpu,
    pub ioapic: Arc<IoApic>,
    pub control: Arc<Control>,
}

impl Kept {
    fn immediate_exit(&self) -> &AtomicU8 {
        let at = self
            .run
            .cast::<u8>()
            .wrapping_add(offset_of!(Run, immediate_exit));
        // SAFETY: it is mapped for good, and an atomic to all in this process.
        unsafe { AtomicU8::from_ptr(at) }
    }

    /// KVM_RUN completes the access that the vCPU is in, and returns.
    pub fn interrupt(&self) {
        self.immediate_exit().store(1, Ordering::SeqCst);
    }
}

impl Loop {
    /// Until the order is to quit.
    pub fn run(mut self) {
        let mut is_over = false;
        while self.control.park(is_over) {
            if is_over {
                continue;
            }
            if let Err(sentence) = self.enter() {
                complain(&sentence);
                is_over = true;
                self.control.end(1);
            }
        }
    }

    /// Until another order comes, or the guest cannot go on.
    fn enter(&mut self) -> Told<()> {
        loop {
            match kvm::ioctl(self.kept.fd.as_fd(), kvm::RUN, 0) {
                Ok(_) => self.answer()?,
                Err(error) => return self.interrupted(&error),
            }
        }
    }

    /// KVM_RUN was interrupted: for another order, or by a signal of somebody else's.
    fn interrupted(&self, error: &Error) -> Told<()> {
        if !matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) {
            return Err(format!(
                "vCPU {}: KVM_RUN: {}",
                self.kept.index,
                reason(error)
            ));
        }
        // First this, then a look at the order: one that comes in between interrupts again.
        self.kept.immediate_exit().store(0, Ordering::SeqCst);
        Ok(())
    }

    fn answer(&mut self) -> Told<()> {
        let run = self.kept.run;
        // SAFETY: the vCPU is not in the guest: KVM does not write it.
        let (reason, exit) = unsafe { ((*run).exit_reason, &mut (*run).exit) };
        match reason {
            // SAFETY: this member is the one that KVM has filled in for this reason.
            kvm::EXIT_IO => self.port(unsafe { exit.io }),
            kvm::EXIT_MMIO => self.memory(exit),
            // SAFETY: as above.
            kvm::EXIT_IOAPIC_EOI => self.ioapic.end_of_interrupt(unsafe { exit.eoi_vector }),
            kvm::EXIT_INTR => {}
            _ => return Err(self.other(reason, exit)),
        }
        Ok(())
    }

    fn port(&mut self, io: Io) {
        let (at, size) = (io.data_offset as usize, io.size.into());
        let count = size * io.count as usize;
        assert!(
            at + count <= self.kept.size,
            "KVM's data lie in what it shares"
        );
        let data = self.kept.run.cast::<u8>().wrapping_add(at);
        // SAFETY: so many bytes are there, and KVM does not write them now.
        let data = unsafe { slice::from_raw_parts_mut(data, count) };
        if io.direction == 0 {
            self.bus.read_string(Space::Pio, io.port.into(), size, data);
        } else {
            self.bus
                .write_string(Space::Pio, io.port.into(), size, data);
        }
    }

    fn memory(&mut self, exit: &mut Exit) {
        // SAFETY: this member is the one that KVM has filled in for this reason.
        let mmio = unsafe { &mut exit.mmio };
        let data = &mut mmio.data[..mmio.len as usize];
        if mmio.is_write == 0 {
            self.bus.read(Space::Mmio, mmio.address, data);
        } else {
            self.bus.write(Space::Mmio, mmio.address, data);
        }
    }

    /// What an exit says with which the guest cannot go on.
    fn other(&self, reason: u32, exit: &Exit) -> String {
        let index = self.kept.index;
        match reason {
            kvm::EXIT_SHUTDOWN => format!("vCPU {index} has shut down (triple fault)"),
            kvm::EXIT_INTERNAL_ERROR => {
                // SAFETY: as above.
                let suberror = unsafe { exit.suberror };
                format!("vCPU {index}: KVM gives up, with suberror {suberror}")
            }
            _ => format!("vCPU {index}: KVM exit {reason}, which this VMM does not know"),
        }
    }
}
