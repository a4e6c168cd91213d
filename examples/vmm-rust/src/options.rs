// SPDX-License-Identifier: Apache-2.0
//! The command line.

use crate::told::Told;
use crate::vm::MOST_VCPUS;

pub const USAGE: &str = "\
Usage: vmm [OPTION]... GUEST
       vmm [OPTION]... --restore FILE
  --engine native|in-kernel  where filters run (native)
  --loader SOCKET            in-kernel without bpf(2), by lightexit-loader
  --objects DIR              where NAME.bpf.o are, for in-kernel (those of the build)
  --no-filters               the models answer all
  --cpus N                   how many vCPUs (1)
  --snapshot FILE            saves the VM and ends, after --after MS of VM time (100)
  --restore FILE             goes on with a saved VM
  --counts                   says at the end who answered how many accesses
Standard input and output are the guest's serial port. Exit status: 0, 1 for an error,
2 where the guest says that it has failed.
";
const MOST_MS: u32 = 3_600_000;

#[derive(Default)]
pub struct Options {
    pub guest: Option<String>,
    pub snapshot: Option<String>,
    pub restore: Option<String>,
    pub objects: Option<String>,
    pub loader: Option<String>,
    pub after_ms: Option<u32>,
    pub cpus: Option<u32>,
    pub in_kernel: bool,
    pub no_filters: bool,
    pub counts: bool,
    pub help: bool,
}

fn number(name: &str, text: &str, most: u32) -> Told<u32> {
    let found = text.parse().ok().filter(|found| (1..=most).contains(found));
    found.ok_or_else(|| format!("{name} {text}: a number from 1 to {most} is wanted"))
}

fn engine(text: &str) -> Told<bool> {
    match text {
        "in-kernel" => Ok(true),
        "native" => Ok(false),
        _ => Err(format!("--engine {text}: native or in-kernel is wanted")),
    }
}

impl Options {
    pub fn parse(words: impl Iterator<Item = String>) -> Told<Self> {
        let (mut options, mut words) = (Self::default(), words);
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                options.take(&word, &mut words)?;
            } else if options.guest.is_none() {
                options.guest = Some(word);
            } else {
                return Err(format!("{word}: one guest is enough"));
            }
        }
        if !options.help {
            options.check()?;
        }
        Ok(options)
    }

    fn take(&mut self, word: &str, rest: &mut impl Iterator<Item = String>) -> Told<()> {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let mut value = || {
            let found = value.take().or_else(|| rest.next());
            found.ok_or_else(|| format!("{name}: its value is missing"))
        };
        match name {
            "--engine" => self.in_kernel = engine(&value()?)?,
            "--objects" => self.objects = Some(value()?),
            "--loader" => {
                self.loader = Some(value()?);
                self.in_kernel = true;
            }
            "--no-filters" => self.no_filters = true,
            "--cpus" => self.cpus = Some(number(name, &value()?, MOST_VCPUS)?),
            "--snapshot" => self.snapshot = Some(value()?),
            "--after" => self.after_ms = Some(number(name, &value()?, MOST_MS)?),
            "--restore" => self.restore = Some(value()?),
            "--counts" => self.counts = true,
            "--help" => self.help = true,
            _ => return Err(format!("{word}: no such option: see vmm --help")),
        }
        Ok(())
    }

    fn check(&self) -> Told<()> {
        let sentence = if self.guest.is_none() == self.restore.is_none() {
            "a guest's image is wanted, or --restore FILE: see vmm --help"
        } else if self.restore.is_some() && self.cpus.is_some() {
            "--cpus with --restore: the snapshot has as many as it has"
        } else if self.after_ms.is_some() && self.snapshot.is_none() {
            "--after without --snapshot FILE: there is nothing to save"
        } else if self.in_kernel && self.no_filters {
            "--no-filters with --engine in-kernel or --loader: there is nothing to run"
        } else {
            return Ok(());
        };
        Err(sentence.into())
    }
}
