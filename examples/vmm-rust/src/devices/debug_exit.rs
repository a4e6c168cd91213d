// SPDX-License-Identifier: Apache-2.0
//! isa-debug-exit: a guest ends the run by what it writes to port 0xf4. It has no filter.

use std::sync::Arc;

use lightexit::{put_value, value_of, Device, Range, Space};

use super::{Chip, Plan};
use crate::control::Control;

pub struct DebugExit {
    pub control: Arc<Control>,
}

pub fn plan() -> Plan<u32> {
    Plan {
        name: "debug_exit",
        version: 1,
        power_on: 0,
        range: Range::new(Space::Pio, 0xf4, 4),
        filter: None,
        map: c"",
    }
}

impl Device for DebugExit {
    type States = u32;

    fn read(&self, _value: &mut u32, _offset: u64, data: &mut [u8]) {
        put_value(data, 0);
    }

    /// QEMU's device of this name ends with 2 * value + 1, and 1 is what errors end with here.
    fn write(&self, value: &mut u32, _offset: u64, data: &[u8]) {
        *value = value_of(data) as u32;
        self.control.end(if *value == 0 { 0 } else { 2 });
    }
}

impl Chip for DebugExit {
    type Registers = u32;
}
