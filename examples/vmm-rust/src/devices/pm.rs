// SPDX-License-Identifier: Apache-2.0
//! The ACPI PM timer of a PIIX4, at PMBASE 0xb000. The filter answers reads of 32 bits, this model
//! those of other sizes.
//!
//! Not modelled: all other registers of the block, which read 0; overflow events, hence the SCI.

use lightexit::{put_value, Clock, Device};

use super::{Chip, Plan};
use crate::filters::pm::{self, PmState};

const FREQUENCY: u128 = 3_579_545;
const NS: u128 = 1_000_000_000;

pub struct Pm {
    pub clock: Clock,
}

pub fn plan() -> Plan<PmState> {
    Plan {
        name: pm::NAME,
        version: pm::STATE_VERSION,
        power_on: PmState::DEFAULT,
        range: pm::REGION_0,
        filter: Some(pm::READ_TIMER_FILTER),
        map: pm::READ_TIMER_MAPS[0],
    }
}

impl Device for Pm {
    type States = PmState;

    fn read(&self, state: &mut PmState, offset: u64, data: &mut [u8]) {
        let ticks = u128::from(self.clock.now_ns()) * FREQUENCY / NS;
        let timer = (ticks as u32 & state.counter_mask).to_le_bytes();
        let at = offset.checked_sub(pm::REG_PM_TMR).filter(|at| *at < 4);
        put_value(data, 0);
        for (byte, value) in data
            .iter_mut()
            .zip(&timer[at.map_or(4, |at| at as usize)..])
        {
            *byte = *value;
        }
    }

    fn write(&self, _state: &mut PmState, _offset: u64, _data: &[u8]) {}
}

impl Chip for Pm {
    type Registers = PmState;
}
