// SPDX-License-Identifier: Apache-2.0
//! I/O APIC: a 82093AA with an EOI register (version 0x20) at 0xfec00000. The filter answers the
//! index, reads of the table, and masking where nothing waits to be sent; this model does all. The
//! local APICs are KVM's: messages go there by KVM_SIGNAL_MSI.

use std::sync::Arc;

use lightexit::{put_value, value_of, Device, State};

use super::{Chip, Plan};
use crate::filters::ioapic::{self, IoApicState, RedirectionEntry};
use crate::vm::Interrupts;

const PINS: usize = 24;
const VERSION: u32 = 0x20 | (PINS as u32 - 1) << 16;
const INDEX_ID: u8 = 0;
const INDEX_VERSION: u8 = 1;
const INDEX_ARBITRATION: u8 = 2;
const INDEX_TABLE: u8 = 0x10;

const LOGICAL: u32 = 1 << 11;
const REMOTE_IRR: u32 = 1 << 14;
const LEVEL: u32 = 1 << 15;
const MASKED: u32 = 1 << 16;
const LOW_WRITABLE: u32 = 0x1_afff;
const HIGH_WRITABLE: u32 = 0xff00_0000;
const ID_WRITABLE: u32 = 0x0f00_0000;

const APIC_BASE: u32 = 0xfee0_0000;
const MESSAGE_LOGICAL: u32 = 1 << 2;
const MESSAGE_ASSERT: u32 = 1 << 14;

pub struct IoApic {
    pub state: State<IoApicState>,
    pub interrupts: Interrupts,
}

/// An input of it. Its lock is not held where one is set, that of another device may be.
pub struct Pin {
    pub chip: Arc<IoApic>,
    pub number: usize,
}

impl Pin {
    pub fn set(&self, level: bool) {
        self.chip.set_line(self.number, level);
    }
}

pub fn plan() -> Plan<IoApicState> {
    Plan {
        name: ioapic::NAME,
        version: ioapic::STATE_VERSION,
        power_on: IoApicState::DEFAULT,
        range: ioapic::REGION_0,
        filter: Some(ioapic::ACCESS_REDIRECTIONS_FILTER),
        map: ioapic::ACCESS_REDIRECTIONS_MAPS[0],
    }
}

/// Whether an entry waits for an EOI between its messages: those of modes fixed and lowest.
fn is_level(entry: &RedirectionEntry) -> bool {
    entry.low & LEVEL != 0 && (entry.low >> 8 & 7) <= 1
}

/// Address and data of what an input sends (Intel SDM volume 3, section 11.11).
fn message(entry: &RedirectionEntry) -> (u32, u32) {
    let mut address = APIC_BASE | (entry.high >> 24) << 12;
    let mut data = entry.low & 0x7ff;
    if entry.low & LOGICAL != 0 {
        address |= MESSAGE_LOGICAL;
    }
    if is_level(entry) {
        data |= LEVEL | MESSAGE_ASSERT;
    }
    (address, data)
}

impl IoApic {
    fn send(&self, entry: &RedirectionEntry) {
        let (address, data) = message(entry);
        self.interrupts.send(address, data);
    }

    /// From the routes KVM knows of which vectors it has to tell the ends.
    fn tell_routes(&self, state: &IoApicState) {
        self.interrupts
            .route(&state.table.map(|entry| message(&entry)));
    }

    fn settle(&self, state: &mut IoApicState, pin: usize) {
        let is_up = state.levels >> pin & 1 != 0;
        let entry = &mut state.table[pin];
        if is_level(entry) && entry.low & (MASKED | REMOTE_IRR) == 0 && is_up {
            entry.low |= REMOTE_IRR;
            self.send(entry);
        }
    }

    fn set_line(&self, pin: usize, level: bool) {
        let state = &mut *self.state.lock();
        if (state.levels >> pin & 1 != 0) == level {
            return;
        }
        state.levels ^= 1 << pin;
        let entry = &state.table[pin];
        if level && !is_level(entry) && entry.low & MASKED == 0 {
            self.send(entry);
        }
        self.settle(state, pin);
    }

    /// A local APIC has broadcast the end of an interrupt.
    pub fn end_of_interrupt(&self, vector: u8) {
        self.end(&mut self.state.lock(), vector);
    }

    fn end(&self, state: &mut IoApicState, vector: u8) {
        for pin in 0..PINS {
            let entry = &mut state.table[pin];
            if entry.low & REMOTE_IRR != 0 && entry.low as u8 == vector {
                entry.low &= !REMOTE_IRR;
                self.settle(state, pin);
            }
        }
    }

    fn write_entry(&self, state: &mut IoApicState, word: usize, value: u32) {
        let entry = &mut state.table[word / 2];
        let before = *entry;
        if word % 2 == 1 {
            entry.high = value & HIGH_WRITABLE;
        } else {
            let kept = if value & LEVEL != 0 { REMOTE_IRR } else { 0 };
            entry.low = (value & LOW_WRITABLE) | (entry.low & kept);
        }
        let changed = (before.low ^ entry.low) & !(MASKED | REMOTE_IRR);
        if before.high != entry.high || changed != 0 {
            self.tell_routes(state);
        }
        self.settle(state, word / 2);
    }
}

/// Which word of the table is selected, if one is.
fn selected(state: &IoApicState) -> Option<usize> {
    let word = usize::from(state.select.checked_sub(INDEX_TABLE)?);
    (word < 2 * PINS).then_some(word)
}

fn read_word(state: &IoApicState) -> u32 {
    if let Some(word) = selected(state) {
        let entry = &state.table[word / 2];
        return if word % 2 == 1 { entry.high } else { entry.low };
    }
    match state.select {
        INDEX_ID | INDEX_ARBITRATION => state.id,
        INDEX_VERSION => VERSION,
        _ => 0,
    }
}

impl Device for IoApic {
    type States = IoApicState;

    fn read(&self, state: &mut IoApicState, offset: u64, data: &mut [u8]) {
        let value = match (offset, data.len()) {
            (ioapic::REG_SELECT, _) => state.select.into(),
            (ioapic::REG_WINDOW, 4) => read_word(state),
            _ => 0,
        };
        put_value(data, value.into());
    }

    fn write(&self, state: &mut IoApicState, offset: u64, data: &[u8]) {
        let value = value_of(data) as u32;
        match (offset, data.len(), selected(state)) {
            (ioapic::REG_SELECT, _, _) => state.select = value as u8,
            (ioapic::REG_EOI, 4, _) => self.end(state, value as u8),
            (ioapic::REG_WINDOW, 4, Some(word)) => self.write_entry(state, word, value),
            (ioapic::REG_WINDOW, 4, None) if state.select == INDEX_ID => {
                state.id = value & ID_WRITABLE;
            }
            _ => {}
        }
    }
}

impl Chip for IoApic {
    type Registers = IoApicState;

    fn restored(&self, state: &IoApicState) {
        self.tell_routes(state);
    }
}
