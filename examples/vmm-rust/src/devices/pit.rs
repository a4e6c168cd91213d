// SPDX-License-Identifier: Apache-2.0
//! PIT: the 8254 at ports 0x40 to 0x43. The filter answers reads and the command to latch a count;
//! this model does the same, takes control words and counts, and drives input 2 of the I/O APIC.
//!
//! Not modelled: BCD, modes 1, 4 and 5 (such control words are ignored), the read-back command, and
//! the gate of counter 2, which is low: port 0x61 is not there.

mod counter;

use std::sync::Arc;

use lightexit::{put_value, Clock, Device};

use super::ioapic::Pin;
use super::{Chip, Plan, NEVER};
use crate::control::Control;
use crate::filters::pit::{self, PitCounter, PitState};

const FREQUENCY: u128 = 1_193_182;
const NS: u128 = 1_000_000_000;
const COUNTERS: usize = 3;
const ACCESS_BITS: u8 = 0x30;

pub struct Pit {
    pub clock: Clock,
    pub pin: Pin,
    pub control: Arc<Control>,
}

/// The gates of counters 0 and 1 are tied high.
pub fn plan() -> Plan<PitState> {
    let mut power_on = PitState::DEFAULT;
    power_on.counters[0].gate = 1;
    power_on.counters[1].gate = 1;
    Plan {
        name: pit::NAME,
        version: pit::STATE_VERSION,
        power_on,
        range: pit::REGION_0,
        filter: Some(pit::READ_OR_LATCH_FILTER),
        map: pit::READ_OR_LATCH_MAPS[0],
    }
}

fn ticks(ns: u64) -> u64 {
    (u128::from(ns) * FREQUENCY / NS) as u64
}

fn is_modelled(control: u8) -> bool {
    let mode = control >> 1 & 7;
    control & 1 == 0 && (mode == 0 || mode & 2 != 0)
}

impl Pit {
    fn drive(&self, state: &mut PitState, tick: u64) {
        let counter = &state.counters[0];
        self.pin.set(counter::output(counter, tick));
        state.wakeup = counter::next_inversion(counter, tick).min(counter.due);
    }

    /// The edges up to `tick`: two of them, the rest in one step.
    fn catch_up(&self, state: &mut PitState, tick: u64) {
        for _ in 0..2 {
            if state.wakeup <= tick {
                self.drive(state, state.wakeup);
            }
        }
        if state.wakeup <= tick {
            self.drive(state, tick);
        }
    }

    fn counter_at<'a>(
        &self,
        state: &'a mut PitState,
        index: usize,
        tick: u64,
    ) -> &'a mut PitCounter {
        let due = state.counters[index].due;
        if due <= tick {
            if index == 0 {
                self.catch_up(state, due.wrapping_sub(1));
            }
            counter::load(&mut state.counters[index]);
            if index == 0 {
                self.drive(state, due);
            }
        }
        &mut state.counters[index]
    }

    fn advance_to(&self, state: &mut PitState, tick: u64) {
        self.counter_at(state, 0, tick);
        self.catch_up(state, tick);
    }

    fn write_control(&self, state: &mut PitState, value: u8, tick: u64) {
        let index = usize::from(value >> 6);
        if index == COUNTERS {
            return;
        }
        if value & ACCESS_BITS == 0 {
            counter::latch(self.counter_at(state, index, tick), tick);
        } else if is_modelled(value) {
            self.advance_to(state, tick);
            counter::program(self.counter_at(state, index, tick), value, tick);
            self.drive(state, tick);
        }
    }
}

impl Device for Pit {
    type States = PitState;

    fn read(&self, state: &mut PitState, offset: u64, data: &mut [u8]) {
        let (index, tick) = (offset as usize, ticks(self.clock.now_ns()));
        if index >= COUNTERS {
            return put_value(data, 0xff);
        }
        let value = counter::read(self.counter_at(state, index, tick), tick);
        put_value(data, value.into());
    }

    fn write(&self, state: &mut PitState, offset: u64, data: &[u8]) {
        let tick = ticks(self.clock.now_ns());
        if offset == pit::REG_CONTROL {
            self.write_control(state, data[0], tick);
        } else {
            self.advance_to(state, tick);
            let counter = self.counter_at(state, offset as usize, tick);
            counter::write(counter, data[0], tick);
            self.drive(state, tick);
        }
        self.control.wake();
    }
}

impl Chip for Pit {
    type Registers = PitState;

    /// Counts are divisors: none is 0, nor comes to be.
    fn is_sound(&self, state: &PitState) -> bool {
        let is_sound =
            |each: &PitCounter| each.reload != 0 && (each.due == NEVER || each.count != 0);
        state.counters.iter().all(is_sound)
    }

    fn advance(&self, state: &mut PitState, now_ns: u64) -> u64 {
        self.advance_to(state, ticks(now_ns));
        match state.wakeup {
            NEVER => NEVER,
            tick => (u128::from(tick) * NS).div_ceil(FREQUENCY) as u64,
        }
    }
}
