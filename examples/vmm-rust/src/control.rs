// SPDX-License-Identifier: Apache-2.0
//! What threads tell each other: to run, to pause, to end; and that there is something to look at.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::kvm;
use crate::told::{failed, Told};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Run,
    Pause,
    Quit,
}

struct State {
    order: Order,
    /// vCPUs that wait for another order.
    parked: usize,
    /// What the guest, or a failure, has ended the run with.
    status: Option<u8>,
}

/// Shared by the main loop, the vCPUs and the devices.
pub struct Control {
    state: Mutex<State>,
    changed: Condvar,
    wakeup: Signal,
}

/// An eventfd.
pub struct Signal(File);

impl Signal {
    pub fn new() -> Told<Self> {
        let fd = kvm::eventfd().map_err(failed("no eventfd"))?;
        Ok(Self(fd.into()))
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// One that is full wakes its reader all the same.
    pub fn raise(&self) {
        let _ = (&self.0).write(&1u64.to_ne_bytes());
    }

    /// Whether it was raised or not, it is not any more.
    pub fn clear(&self) {
        let _ = (&self.0).read(&mut [0; 8]);
    }
}

impl Control {
    pub fn new() -> Told<Self> {
        let (order, parked, status) = (Order::Pause, 0, None);
        Ok(Self {
            state: Mutex::new(State {
                order,
                parked,
                status,
            }),
            changed: Condvar::new(),
            wakeup: Signal::new()?,
        })
    }

    /// Of a thread that has panicked, what it has left is whole: nothing here can panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run ends with this status, unless it has ended.
    pub fn end(&self, status: u8) {
        self.state().status.get_or_insert(status);
        self.wake();
    }

    pub fn status(&self) -> Option<u8> {
        self.state().status
    }

    /// Has the main loop look at deadlines and inputs again.
    pub fn wake(&self) {
        self.wakeup.raise();
    }

    pub fn wakeup(&self) -> &Signal {
        &self.wakeup
    }

    pub fn order(&self, order: Order) {
        self.state().order = order;
        self.changed.notify_all();
    }

    /// Waits until so many vCPUs do.
    pub fn wait_for_parked(&self, vcpus: usize) {
        let state = self.state();
        drop(self.changed.wait_while(state, |state| state.parked < vcpus));
    }

    /// Waits while the order is to pause, a vCPU that is over for good until the end; whether to go
    /// on.
    pub fn park(&self, is_over: bool) -> bool {
        let mut state = self.state();
        state.parked += 1;
        self.changed.notify_all();
        let waits = |state: &mut State| match state.order {
            Order::Pause => true,
            Order::Run => is_over,
            Order::Quit => false,
        };
        let waited = self.changed.wait_while(state, waits);
        state = waited.unwrap_or_else(PoisonError::into_inner);
        state.parked -= 1;
        state.order != Order::Quit
    }
}
