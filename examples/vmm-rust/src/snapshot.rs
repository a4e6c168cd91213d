// SPDX-License-Identifier: Apache-2.0
//! A whole VM in a file, as examples/vmm-c writes it: a head with a checksum, then items, each with
//! a name and a size. One function names the items of a VM in their order, for both directions.

use std::fs::{self, File};
use std::io::Write;

use crate::machine::Machine;
use crate::told::{failed, Told};
use crate::vm::{Memory, MOST_VCPUS};

const MAGIC: u64 = 0x504e_534d_4d56_434c; // LCVMMSNP
const FORMAT: u32 = 1;
const MOST_BYTES: usize = 2 * Memory::SIZE;
const HEAD: usize = 32;
const NAME: usize = 24;
const ITEM: usize = NAME + 8;

/// A snapshot that is being written or read.
pub struct Snapshot {
    path: String,
    /// Where vCPUs and clock go to, or come from.
    pub is_saving: bool,
    pub vcpus: u32,
    items: Vec<u8>,
    at: usize,
}

/// FNV-1a: finds damage, and is no defence against anybody.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn number<const SIZE: usize>(bytes: &[u8], at: usize) -> [u8; SIZE] {
    bytes[at..at + SIZE].try_into().expect("so many")
}

// ---- items ------------------------------------------------------------------------------------

impl Snapshot {
    /// The next item: written from `data`, or copied there if it has this name and size.
    pub fn item(&mut self, name: &str, data: &mut [u8]) -> Told<()> {
        if self.is_saving {
            self.put(name, data);
            Ok(())
        } else {
            self.get(name, data)
        }
    }

    fn put(&mut self, name: &str, data: &[u8]) {
        let mut head = [0; ITEM];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[NAME..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.items.extend_from_slice(&head);
        self.items.extend_from_slice(data);
    }

    fn get(&mut self, name: &str, data: &mut [u8]) -> Told<()> {
        let (path, left) = (&self.path, &self.items[self.at..]);
        let Some((head, left)) = left.split_at_checked(ITEM) else {
            return Err(format!("{path} ends before {name}"));
        };
        let found = head[..NAME - 1]
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or(head);
        let (found, size) = (
            String::from_utf8_lossy(found),
            u64::from_le_bytes(number(head, NAME)),
        );
        let wanted = data.len();
        if found != name || size != wanted as u64 {
            return Err(format!(
                "{path} is a snapshot of another VM: {found} of {size} bytes, where this one has \
                 {name} of {wanted}"
            ));
        }
        let Some(content) = left.get(..wanted) else {
            return Err(format!("{path} ends within {name}"));
        };
        data.copy_from_slice(content);
        self.at += ITEM + wanted;
        Ok(())
    }

    fn all(&mut self, machine: &mut Machine) -> Told<()> {
        self.clock(machine)?;
        for part in machine.board.parts() {
            // The library's own format within this one: with the fingerprint of the layout.
            let mut bytes = part.save();
            self.item(part.name(), &mut bytes)?;
            if !self.is_saving {
                let restored = part.restore(&bytes);
                restored.map_err(|sentence| format!("{}: {sentence}", self.path))?;
            }
        }
        for kept in &machine.kept {
            kept.items(self)?;
        }
        // SAFETY: vCPUs are paused while a VM is saved, or run not yet.
        let memory = unsafe { machine.vm.memory.bytes() };
        self.item("memory", memory)
    }

    fn clock(&mut self, machine: &Machine) -> Told<()> {
        let clock = machine.bus.clock();
        let mut now = clock.now_ns().to_le_bytes();
        self.item("clock", &mut now)?;
        if self.is_saving {
            return Ok(());
        }
        let set = clock.set(u64::from_le_bytes(now));
        set.map_err(|error| format!("{}: {error}", self.path))
    }
}

// ---- to a file --------------------------------------------------------------------------------

/// The file is there whole, or as it was. vCPUs and clock are paused.
pub fn save(machine: &mut Machine, path: &str) -> Told<()> {
    let mut snapshot = Snapshot {
        path: path.into(),
        is_saving: true,
        vcpus: machine.kept.len() as u32,
        items: Vec::new(),
        at: 0,
    };
    // What the doorbell's eventfd holds is in no file: its consumer has seen it before.
    machine.board.doorbell.serve();
    snapshot.all(machine)?;
    let new = format!("{path}.new");
    if let Err(sentence) = snapshot.write(&new) {
        return Err(format!("{new}: {sentence}"));
    }
    fs::rename(&new, path).map_err(|error| {
        let _ = fs::remove_file(&new);
        failed(path)(error)
    })
}

impl Snapshot {
    fn write(&self, path: &str) -> Told<()> {
        let strip = |sentence: String| sentence.trim_start_matches(": ").to_owned();
        let mut file = File::create(path).map_err(failed("")).map_err(strip)?;
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(self.vcpus.to_le_bytes());
        bytes.extend((self.items.len() as u64).to_le_bytes());
        bytes.extend(checksum(&self.items).to_le_bytes());
        let written = file
            .write_all(&bytes)
            .and_then(|()| file.write_all(&self.items));
        written.map_err(|error| {
            let _ = fs::remove_file(path);
            strip(failed("")(error))
        })
    }
}

// ---- from a file ------------------------------------------------------------------------------

/// The file is read and checked; its `vcpus` are how many the VM needs.
pub fn open(path: &str) -> Told<Snapshot> {
    let bytes = fs::read(path).map_err(failed(path))?;
    let nobodys = || format!("{path} is no snapshot of this VMM");
    let (head, items) = bytes.split_at_checked(HEAD).ok_or_else(nobodys)?;
    let [magic, _, size, sum] = [0, 8, 16, 24].map(|at| u64::from_le_bytes(number(head, at)));
    let [format, vcpus] = [8, 12].map(|at| u32::from_le_bytes(number(head, at)));
    if magic != MAGIC || size > MOST_BYTES as u64 {
        return Err(nobodys());
    }
    if format != FORMAT {
        return Err(format!(
            "{path} is of format {format}, this VMM knows {FORMAT}"
        ));
    }
    if vcpus == 0 || vcpus > MOST_VCPUS {
        return Err(format!(
            "{path} has {vcpus} vCPUs, this VMM at most {MOST_VCPUS}"
        ));
    }
    if items.len() as u64 != size || checksum(items) != sum {
        return Err(format!("{path} is damaged: its checksum does not fit"));
    }
    Ok(Snapshot {
        path: path.into(),
        is_saving: false,
        vcpus,
        items: items.to_vec(),
        at: 0,
    })
}

impl Snapshot {
    /// Into a VM that has not run yet.
    pub fn restore(mut self, machine: &mut Machine) -> Told<()> {
        self.all(machine)?;
        if self.at != self.items.len() {
            return Err(format!("{} goes on behind its last item", self.path));
        }
        machine.board.parts().for_each(|part| part.restored());
        Ok(())
    }
}
