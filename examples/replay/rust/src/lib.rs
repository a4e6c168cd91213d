// SPDX-License-Identifier: Apache-2.0
//! Two registers of a PC for `lightexit replay --library`: port 0x92 and the ACPI PM timer.

mod replay;

use replay::{Device, Model, Window, PIO, VERSION};

const PORT92: u32 = 0;
const FREQUENCY: u128 = 3_579_545;
const A20: u8 = 2;

static WINDOWS: [Window; 2] = [
    Window {
        base: 0x92,
        size: 1,
        space: PIO,
        reserved: 0,
    },
    Window {
        base: 0x608,
        size: 4,
        space: PIO,
        reserved: 0,
    },
];

struct Pc {
    control: u8,
    /// That the guest saw last.
    ticks: u32,
}

impl Default for Pc {
    fn default() -> Self {
        Self {
            control: A20,
            ticks: 0,
        }
    }
}

impl Model for Pc {
    fn read(&mut self, window: u32, offset: u64, size: u32, now_ns: u64) -> u64 {
        if window == PORT92 {
            return self.control.into();
        }
        let ticks = u128::from(now_ns) * FREQUENCY / 1_000_000_000;
        self.ticks = ticks as u32 & 0xff_ffff;
        u64::from(self.ticks) >> (8 * offset) & ((1 << (8 * size)) - 1)
    }

    fn write(&mut self, window: u32, _: u64, _: u32, value: u64, _: u64) {
        if window == PORT92 {
            self.control = value as u8;
        }
    }

    fn state(&self) -> String {
        format!("control {:#x}\nticks {}\n", self.control, self.ticks)
    }
}

static DEVICE: Device = Device {
    version: VERSION,
    window_count: 2,
    windows: WINDOWS.as_ptr(),
    name: c"pc".as_ptr(),
    open: replay::open::<Pc>,
    read: replay::read::<Pc>,
    write: replay::write::<Pc>,
    state: replay::state::<Pc>,
    close: replay::close::<Pc>,
};

/// What `lightexit replay` asks for.
#[no_mangle]
pub extern "C" fn lightexit_replay_export() -> *const Device {
    &DEVICE
}
