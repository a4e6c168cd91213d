// SPDX-License-Identifier: Apache-2.0
//! A device of eight queues at 0xd0000000, whose doorbell is the filter of examples/doorbell: it
//! wakes the consumer by an eventfd, but only one that sleeps. The consumer is this VMM's main loop.
//!
//! ```text
//! 0x00  write: 1 makes the device ready; read: whether it is
//! 0x10  read: the queues whose consumer sleeps, a bit each
//! 0x20 + 4 * queue  read: how often the queue was rung
//! 0x50  write: ring the queue of this number
//! ```

use lightexit::{put_value, value_of, Device, Range, Space, State};

use super::{Chip, Plan};
use crate::control::Signal;
use crate::filters::notify::{DoorbellState, NOTIFY_FILTER, NOTIFY_MAPS};

const READY: u64 = 0x00;
const ASLEEP: u64 = 0x10;
const RINGS: u64 = 0x20;
const NOTIFY: u64 = 0x50;
pub const QUEUES: usize = 8;

pub struct Doorbell {
    pub state: State<DoorbellState>,
    /// One, under eight numbers.
    pub signal: Signal,
}

pub fn plan() -> Plan<DoorbellState> {
    Plan {
        name: "doorbell",
        version: 1,
        power_on: DoorbellState::DEFAULT,
        range: Range::new(Space::Mmio, 0xd000_0000, 0x1000).register_width(4),
        filter: Some(NOTIFY_FILTER),
        map: NOTIFY_MAPS[0],
    }
}

impl Doorbell {
    /// What a real one would take from the queues it takes here; then it sleeps again.
    pub fn serve(&self) {
        self.signal.clear();
        for queue in &mut self.state.lock().queues {
            queue.asleep = 1;
        }
    }

    fn ring(&self, state: &mut DoorbellState, number: u64) {
        let ready = state.ready != 0;
        let queue = state.queues.get_mut(number as usize).filter(|_| ready);
        let Some(queue) = queue else { return };
        queue.rings = queue.rings.wrapping_add(1);
        if queue.asleep != 0 {
            queue.asleep = 0;
            self.signal.raise();
        }
    }
}

fn asleep(state: &DoorbellState) -> u64 {
    let bits = state.queues.iter().enumerate();
    bits.map(|(number, queue)| u64::from(queue.asleep != 0) << number)
        .sum()
}

impl Device for Doorbell {
    type States = DoorbellState;

    fn read(&self, state: &mut DoorbellState, offset: u64, data: &mut [u8]) {
        let queue = offset.wrapping_sub(RINGS) / 4;
        let value = match offset {
            READY => state.ready.into(),
            ASLEEP => asleep(state),
            _ => state
                .queues
                .get(queue as usize)
                .map_or(0, |queue| queue.rings.into()),
        };
        put_value(data, value);
    }

    fn write(&self, state: &mut DoorbellState, offset: u64, data: &[u8]) {
        match offset {
            READY => state.ready = data[0] & 1,
            NOTIFY => self.ring(state, value_of(data)),
            _ => {}
        }
    }
}

impl Chip for Doorbell {
    type Registers = DoorbellState;
}
