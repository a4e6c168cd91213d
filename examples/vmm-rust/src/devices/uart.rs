// SPDX-License-Identifier: Apache-2.0
//! UART: a 16550A at port 0x3f8, whose line is standard output and input. The filter answers reads
//! without a side effect; this model does those, too, and moves the data. It drives input 4.
//!
//! Not modelled: the FIFOs (FCR is ignored, as in an 8250), loopback, modem inputs, errors.

use std::io::{self, Write};
use std::sync::Arc;

use lightexit::{put_value, Device, State};

use super::ioapic::Pin;
use super::{Chip, Plan};
use crate::control::Control;
use crate::filters::uart::{self, UartState};
use crate::told::complain;

const DLAB: u8 = 0x80;
const IER_RDA: u8 = 1;
const IER_THRE: u8 = 2;
const IIR_NONE: u8 = 1;
const IIR_THRE: u8 = 2;
const IIR_RDA: u8 = 4;
const LSR_DR: u8 = 1;
const LSR_IDLE: u8 = 0x60;

pub struct Uart {
    pub state: State<UartState>,
    pub pin: Pin,
    pub control: Arc<Control>,
}

pub fn plan() -> Plan<UartState> {
    Plan {
        name: uart::NAME,
        version: uart::STATE_VERSION,
        power_on: UartState::DEFAULT,
        range: uart::REGION_0,
        filter: Some(uart::READ_STATUS_FILTER),
        map: uart::READ_STATUS_MAPS[0],
    }
}

impl Uart {
    /// Whether it would take a character from outside.
    pub fn has_room(&self) -> bool {
        self.state.lock().count == 0
    }

    pub fn receive(&self, byte: u8) {
        let mut state = self.state.lock();
        state.fifo[0] = byte;
        state.count = 1;
        self.settle(&mut state);
    }

    /// LSR, IIR and the line follow from the rest.
    fn settle(&self, state: &mut UartState) {
        let is_full = state.count != 0;
        state.lsr = LSR_IDLE | if is_full { LSR_DR } else { 0 };
        state.iir = if state.ier & IER_RDA != 0 && is_full {
            IIR_RDA
        } else if state.ier & IER_THRE != 0 && state.thre_pending != 0 {
            IIR_THRE
        } else {
            IIR_NONE
        };
        self.pin.set(state.iir != IIR_NONE);
    }

    /// The character leaves at once: the line falls, and rises again.
    fn transmit(&self, state: &mut UartState, byte: u8) {
        if state.ier & IER_THRE != 0 {
            state.thre_pending = 0;
            self.settle(state);
        }
        let mut line = io::stdout().lock();
        if line.write_all(&[byte]).and_then(|()| line.flush()).is_err() {
            complain("the guest's output is lost: standard output takes nothing");
        }
        state.thre_pending = 1;
    }

    fn take(&self, state: &mut UartState) -> u8 {
        if state.count != 0 {
            state.rbr = state.fifo[0];
            state.count = 0;
            self.settle(state);
            self.control.wake(); // there is room for another one
        }
        state.rbr
    }

    fn identify(&self, state: &mut UartState) -> u8 {
        let iir = state.iir;
        if iir == IIR_THRE {
            state.thre_pending = 0;
            self.settle(state);
        }
        iir
    }
}

fn write_ier(state: &mut UartState, value: u8) {
    if value & !state.ier & IER_THRE != 0 {
        state.thre_pending = 1;
    }
    state.ier = value & 0x0f;
}

impl Device for Uart {
    type States = UartState;

    fn read(&self, state: &mut UartState, offset: u64, data: &mut [u8]) {
        let is_divisor = state.lcr & DLAB != 0;
        let value = match offset {
            uart::REG_RBR_THR | uart::REG_IER if is_divisor => {
                state.divisor.to_le_bytes()[offset as usize]
            }
            uart::REG_RBR_THR => self.take(state),
            uart::REG_IER => state.ier,
            uart::REG_IIR_FCR => self.identify(state),
            uart::REG_LCR => state.lcr,
            uart::REG_MCR => state.mcr,
            uart::REG_LSR => state.lsr,
            uart::REG_MSR => state.msr,
            _ => state.scr,
        };
        put_value(data, value.into());
    }

    fn write(&self, state: &mut UartState, offset: u64, data: &[u8]) {
        let (byte, is_divisor) = (data[0], state.lcr & DLAB != 0);
        match offset {
            uart::REG_RBR_THR | uart::REG_IER if is_divisor => {
                let mut bytes = state.divisor.to_le_bytes();
                bytes[offset as usize] = byte;
                state.divisor = u16::from_le_bytes(bytes);
            }
            uart::REG_RBR_THR => self.transmit(state, byte),
            uart::REG_IER => write_ier(state, byte),
            uart::REG_LCR => state.lcr = byte,
            uart::REG_MCR => state.mcr = byte & 0x0f,
            uart::REG_SCR => state.scr = byte,
            _ => {}
        }
        self.settle(state);
    }
}

impl Chip for Uart {
    type Registers = UartState;
}
