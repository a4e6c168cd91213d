// SPDX-License-Identifier: Apache-2.0
//! One counter of the 8254: a function of its state and the tick.

use crate::devices::NEVER;
use crate::filters::pit::PitCounter;

const LSB: u8 = 1;
const MSB: u8 = 2;
const BOTH: u8 = 3;
/// What a count of 0 stands for.
const MOST: u32 = 0x10000;

fn mode(counter: &PitCounter) -> u8 {
    match counter.control >> 1 & 7 {
        mode @ 6.. => mode & 3,
        mode => mode,
    }
}

fn access(counter: &PitCounter) -> u8 {
    counter.control >> 4
}

fn elapsed(counter: &PitCounter, tick: u64) -> u64 {
    match counter.running {
        0 => counter.origin,
        _ => tick.wrapping_sub(counter.origin),
    }
}

/// The tick of a period at which OUT falls, in modes 2 and 3.
fn low_from(counter: &PitCounter) -> u64 {
    let reload = u64::from(counter.reload);
    match mode(counter) {
        2 => reload - 1,
        _ => (reload + 1) >> 1,
    }
}

pub fn output(counter: &PitCounter, tick: u64) -> bool {
    let (counted, reload) = (elapsed(counter, tick), u64::from(counter.reload));
    if counter.loaded == 0 {
        return mode(counter) != 0;
    }
    if mode(counter) == 0 {
        return counted >= reload;
    }
    counter.running == 0 || reload == 1 || counted % reload < low_from(counter)
}

fn shown(counter: &PitCounter, tick: u64) -> u16 {
    let (counted, reload) = (elapsed(counter, tick), u64::from(counter.reload));
    if mode(counter) == 0 {
        return reload.wrapping_sub(counted) as u16;
    }
    let mut phase = counted % reload;
    if mode(counter) == 2 {
        return (reload - phase) as u16;
    }
    if phase >= low_from(counter) {
        phase -= low_from(counter);
    }
    (reload - reload % 2).wrapping_sub(2 * phase) as u16
}

pub fn latch(counter: &mut PitCounter, tick: u64) {
    if counter.unread == 0 {
        counter.latch = shown(counter, tick);
        counter.unread = if access(counter) == BOTH { 2 } else { 1 };
    }
}

pub fn read(counter: &mut PitCounter, tick: u64) -> u8 {
    let (mut value, access) = (counter.latch, access(counter));
    let is_high;
    if counter.unread != 0 {
        is_high = counter.unread == 1 && access != LSB;
        counter.unread -= 1;
    } else {
        value = shown(counter, tick);
        is_high = access == MSB || counter.msb_read_next != 0;
        counter.msb_read_next = (access == BOTH && !is_high).into();
    }
    value.to_le_bytes()[usize::from(is_high)]
}

/// A control word: the counting element stands still until a count comes.
pub fn program(counter: &mut PitCounter, control: u8, tick: u64) {
    let held = u32::from(shown(counter, tick));
    *counter = PitCounter {
        control: control & 0x3f,
        gate: counter.gate,
        reload: if held == 0 { MOST } else { held },
        ..PitCounter::DEFAULT
    };
}

/// When the count just written is to be loaded.
fn schedule(counter: &mut PitCounter, tick: u64) {
    let mut end = u64::from(counter.reload);
    let phase = elapsed(counter, tick) % end;
    if mode(counter) == 0 || counter.loaded == 0 {
        counter.due = tick + 1;
    } else if counter.running != 0 {
        if mode(counter) == 3 && phase < low_from(counter) {
            end = low_from(counter);
        }
        counter.due = tick + end - phase;
    }
}

pub fn write(counter: &mut PitCounter, value: u8, tick: u64) {
    let (access, mut raw) = (access(counter), u32::from(value));
    if mode(counter) == 0 {
        // Already the first byte stops it.
        counter.origin = elapsed(counter, tick);
        counter.running = 0;
        counter.loaded = 0;
        counter.due = NEVER;
    }
    if access == BOTH && counter.msb_write_next == 0 {
        counter.first_byte = value;
        counter.msb_write_next = 1;
        return;
    }
    if access != LSB {
        let low = if access == BOTH {
            counter.first_byte
        } else {
            0
        };
        raw = raw << 8 | u32::from(low);
    }
    counter.msb_write_next = 0;
    counter.null_count = 1;
    counter.count = if raw == 0 { MOST } else { raw };
    schedule(counter, tick);
}

/// The count register moves into the counting element, at the tick `due`.
pub fn load(counter: &mut PitCounter) {
    let is_low = mode(counter) == 3 && counter.loaded != 0 && !output(counter, counter.due);
    counter.reload = counter.count;
    counter.null_count = 0;
    counter.loaded = 1;
    counter.running = counter.gate;
    counter.origin = 0;
    if counter.running != 0 {
        let begun = if is_low { low_from(counter) } else { 0 };
        counter.origin = counter.due.wrapping_sub(begun);
    }
    counter.due = NEVER;
}

/// The first tick after `tick` at which OUT is another.
pub fn next_inversion(counter: &PitCounter, tick: u64) -> u64 {
    let (counted, mut end) = (elapsed(counter, tick), u64::from(counter.reload));
    if counter.loaded == 0 || counter.running == 0 {
        return NEVER;
    }
    if mode(counter) == 0 {
        return if counted < end {
            tick + end - counted
        } else {
            NEVER
        };
    }
    let phase = counted % end;
    if phase < low_from(counter) {
        end = low_from(counter);
    }
    if counter.reload == 1 {
        NEVER
    } else {
        tick + end - phase
    }
}
