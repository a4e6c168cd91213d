// SPDX-License-Identifier: Apache-2.0
//! PCI configuration of a 440FX machine, mechanism #1 at 0xcf8 and 0xcfc: host bridge, PIIX3 ISA
//! bridge and PIIX4 ACPI function. The filter answers the address register, and reads of the data
//! window; this model does those, too, and writes.
//!
//! Not modelled: what registers do (shadow RAM, SMRAM's lock, PMBASE, resets by 0xcf9), base address
//! registers and interrupts, for none of these functions has any.

use lightexit::{put_value, value_of, Device};

use super::{Chip, Plan};
use crate::filters::i440fx::{self, I440fxState};

const WORDS: usize = 64;
const LAST_WORD: usize = 1024 - 1;
const ENABLE: u32 = 0x8000_0000;
const ADDRESS_BITS: u32 = 0x80ff_fffc;
const HOST_BRIDGE: u8 = 1;
const ISA_BRIDGE: u8 = 2;
const ACPI: u8 = 3;

/// Row, word and value.
const POWER_ON: [(u8, usize, u32); 25] = [
    (HOST_BRIDGE, 0x00, 0x1237_8086),
    (HOST_BRIDGE, 0x01, 0x0280_0006),
    (HOST_BRIDGE, 0x02, 0x0600_0002),
    (HOST_BRIDGE, 0x0b, 0x1100_1af4),
    (HOST_BRIDGE, 0x1c, 0x0002_0000),
    (ISA_BRIDGE, 0x00, 0x7000_8086),
    (ISA_BRIDGE, 0x01, 0x0200_0007),
    (ISA_BRIDGE, 0x02, 0x0601_0000),
    (ISA_BRIDGE, 0x03, 0x0080_0000),
    (ISA_BRIDGE, 0x0b, 0x1100_1af4),
    (ISA_BRIDGE, 0x13, 0x0003_004d),
    (ISA_BRIDGE, 0x18, 0x8080_8080),
    (ISA_BRIDGE, 0x1a, 0x0000_0200),
    (ISA_BRIDGE, 0x1c, 0x0000_0080),
    (ISA_BRIDGE, 0x1d, 0x0c0c_0000),
    (ISA_BRIDGE, 0x28, 0x0000_0008),
    (ISA_BRIDGE, 0x2a, 0x0000_000f),
    (ACPI, 0x00, 0x7113_8086),
    (ACPI, 0x01, 0x0280_0000),
    (ACPI, 0x02, 0x0680_0003),
    (ACPI, 0x0b, 0x1100_1af4),
    (ACPI, 0x0f, 0x0000_0100),
    (ACPI, 0x10, 0x0000_0001),
    (ACPI, 0x16, 0x0200_0000),
    (ACPI, 0x24, 0x0000_0001),
];

/// Bits that a guest may write: row, first and last word, and the bits.
const WRITABLE: [(u8, usize, usize, u32); 28] = [
    (HOST_BRIDGE, 0x01, 0x01, 0x0000_0140),
    (HOST_BRIDGE, 0x03, 0x03, 0x0000_f800),
    (HOST_BRIDGE, 0x14, 0x15, 0xffff_ffff),
    (HOST_BRIDGE, 0x16, 0x16, 0x3333_30ff),
    (HOST_BRIDGE, 0x17, 0x17, 0x3333_3333),
    (HOST_BRIDGE, 0x18, 0x19, 0xffff_ffff),
    (HOST_BRIDGE, 0x1a, 0x1a, 0x0000_00ff),
    (HOST_BRIDGE, 0x1c, 0x1c, 0x0078_ffff),
    (HOST_BRIDGE, 0x24, 0x24, 0xff00_00ff),
    (ISA_BRIDGE, 0x01, 0x01, 0x0000_0108),
    (ISA_BRIDGE, 0x13, 0x13, 0xffff_007f),
    (ISA_BRIDGE, 0x18, 0x18, 0x8f8f_8f8f),
    (ISA_BRIDGE, 0x1a, 0x1a, 0xffff_fe00),
    (ISA_BRIDGE, 0x1c, 0x1c, 0x0000_efef),
    (ISA_BRIDGE, 0x1d, 0x1d, 0x8f8f_0000),
    (ISA_BRIDGE, 0x1e, 0x1e, 0x0000_ffff),
    (ISA_BRIDGE, 0x20, 0x20, 0x000f_007f),
    (ISA_BRIDGE, 0x28, 0x29, 0xffff_ffff),
    (ISA_BRIDGE, 0x2a, 0x2a, 0xffff_00ff),
    (ISA_BRIDGE, 0x2b, 0x2b, 0xffff_ffff),
    (ACPI, 0x01, 0x01, 0x0000_0009),
    (ACPI, 0x0f, 0x0f, 0x0000_00ff),
    (ACPI, 0x10, 0x10, 0x0000_ffc0),
    (ACPI, 0x11, 0x1f, 0xffff_ffff),
    (ACPI, 0x20, 0x20, 0x0000_0001),
    (ACPI, 0x24, 0x24, 0x0000_fff0),
    (ACPI, 0x34, 0x34, 0xffff_0000),
    (ACPI, 0x35, 0x35, 0x0000_ffff),
];

pub struct Pci;

pub fn plan() -> Plan<I440fxState> {
    Plan {
        name: i440fx::NAME,
        version: i440fx::STATE_VERSION,
        power_on: power_on(),
        range: i440fx::REGION_0,
        filter: Some(i440fx::ACCESS_CONFIGURATION_FILTER),
        map: i440fx::ACCESS_CONFIGURATION_MAPS[0],
    }
}

fn power_on() -> I440fxState {
    let mut state = I440fxState::DEFAULT;
    state.rows[0x00] = HOST_BRIDGE;
    state.rows[0x08] = ISA_BRIDGE;
    state.rows[0x0b] = ACPI;
    state.config[..WORDS].fill(u32::MAX); // who is not there
    for (row, word, value) in POWER_ON {
        state.config[usize::from(row) * WORDS + word] = value;
    }
    state
}

fn mask_of(selected: usize) -> u32 {
    let (row, word) = (selected / WORDS, selected % WORDS);
    let is_its = |each: &&(u8, usize, usize, u32)| {
        usize::from(each.0) == row && (each.1..=each.2).contains(&word)
    };
    WRITABLE.iter().find(is_its).map_or(0, |each| each.3)
}

fn write_address(state: &mut I440fxState, value: u32) {
    state.address = value & ADDRESS_BITS;
    let [word, function, bus, _] = value.to_le_bytes();
    state.selected = 0;
    if value & ENABLE != 0 && bus == 0 {
        let row = usize::from(state.rows[usize::from(function)]);
        state.selected = ((row * WORDS + usize::from(word >> 2)) & LAST_WORD) as u16;
    }
    state.data = state.config[usize::from(state.selected)];
}

fn write_data(state: &mut I440fxState, at: usize, data: &[u8]) {
    let selected = usize::from(state.selected);
    let (mut bytes, mut lanes) = ([0; 4], [0; 4]);
    for (index, byte) in data
        .iter()
        .enumerate()
        .take_while(|(index, _)| at + index < 4)
    {
        (bytes[at + index], lanes[at + index]) = (*byte, 0xff);
    }
    let mask = u32::from_le_bytes(lanes) & mask_of(selected);
    state.data = (state.data & !mask) | (u32::from_le_bytes(bytes) & mask);
    state.config[selected] = state.data;
}

impl Device for Pci {
    type States = I440fxState;

    fn read(&self, state: &mut I440fxState, offset: u64, data: &mut [u8]) {
        if offset == i440fx::REG_CONFIG_ADDRESS && data.len() == 4 {
            return put_value(data, state.address.into());
        }
        let window = (u64::from(state.data) << 32 | 0xffff_00ff).to_le_bytes();
        for (index, byte) in data.iter_mut().enumerate() {
            *byte = window.get(offset as usize + index).copied().unwrap_or(0xff);
        }
    }

    fn write(&self, state: &mut I440fxState, offset: u64, data: &[u8]) {
        if offset == i440fx::REG_CONFIG_ADDRESS && data.len() == 4 {
            write_address(state, value_of(data) as u32);
        } else if offset >= i440fx::REG_CONFIG_DATA {
            write_data(state, offset as usize & 3, data);
        }
    }
}

impl Chip for Pci {
    type Registers = I440fxState;

    /// Nothing points behind the last word.
    fn is_sound(&self, state: &I440fxState) -> bool {
        let rows_are = state
            .rows
            .iter()
            .all(|row| usize::from(*row) <= LAST_WORD / WORDS);
        rows_are && usize::from(state.selected) <= LAST_WORD
    }
}
