// SPDX-License-Identifier: Apache-2.0
//! A small VMM on /dev/kvm whose devices' fast paths are filters.

mod control;
mod devices;
mod filters;
mod kvm;
mod machine;
mod offload;
mod options;
mod snapshot;
mod told;
mod vcpu;
mod vcpu_state;
mod vm;

use std::env;
use std::fs::File;
use std::io::{stdin, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::process::ExitCode;
use std::time::Duration;

use devices::NEVER;
use kvm::{PollFd, POLLIN};
use machine::{Board, Machine};
use offload::Offload;
use options::{Options, USAGE};
use told::{complain, failed, Told};

const NS_PER_MS: u64 = 1_000_000;
/// Before a snapshot, where nothing is said.
const USUAL_MS: u32 = 100;

/// Until the guest ends, or VM time is `until_ns`.
fn serve(machine: &Machine, until_ns: u64) -> Told<()> {
    let input = stdin().as_fd().try_clone_to_owned();
    let mut input = Some(File::from(input.map_err(failed("standard input"))?));
    let (control, clock) = (&machine.control, machine.bus.clock());
    let board = &machine.board;
    while control.status().is_none() {
        control.wakeup().clear();
        let wakeup = board.advance(&clock).min(until_ns);
        let now = clock.now_ns();
        if now >= until_ns {
            break;
        }
        let listens = input.as_ref().filter(|_| board.uart.has_room());
        let fds = [
            Some(control.wakeup().fd()),
            Some(board.doorbell.signal.fd()),
        ];
        let fds = fds.into_iter().chain([listens.map(AsFd::as_fd)]).flatten();
        let mut fds: Vec<_> = fds
            .map(|fd| PollFd {
                fd: fd.as_raw_fd(),
                events: POLLIN,
                revents: 0,
            })
            .collect();
        let time = (wakeup != NEVER).then(|| Duration::from_nanos(wakeup.saturating_sub(now)));
        kvm::poll(&mut fds, time);
        if fds[1].revents != 0 {
            board.doorbell.serve();
        }
        if fds.get(2).is_some_and(|fd| fd.revents != 0) && !feed(machine, input.as_mut()) {
            input = None;
        }
    }
    Ok(())
}

/// One character for the UART; false at the end of the input.
fn feed(machine: &Machine, input: Option<&mut File>) -> bool {
    let mut byte = [0];
    let read = input.map(|input| input.read(&mut byte));
    let is_there = matches!(read, Some(Ok(1)));
    if is_there {
        machine.board.uart.receive(byte[0]);
    }
    is_there
}

/// One that can be carried on without is no error.
fn prepare_engine(options: &Options) -> Option<Offload> {
    if !options.in_kernel {
        return None;
    }
    let folder = options.objects.as_deref().unwrap_or(env!("FILTERS"));
    let result = match &options.loader {
        Some(socket) => Offload::ask(socket, &Board::objects()),
        None => Offload::load(folder, &Board::objects()),
    };
    match result {
        Ok(offload) => Some(offload),
        Err(sentence) => {
            complain(&sentence);
            complain("the native engine runs the filters");
            None
        }
    }
}

fn build(options: &Options, offload: Option<&Offload>) -> Told<Machine> {
    let snapshot = options.restore.as_deref().map(snapshot::open).transpose()?;
    let cpus = snapshot.as_ref().map(|snapshot| snapshot.vcpus);
    let cpus = cpus.or(options.cpus).unwrap_or(1);
    let mut machine = Machine::new(cpus, offload, !options.no_filters)?;
    match snapshot {
        Some(snapshot) => snapshot.restore(&mut machine)?,
        None => machine
            .vm
            .load(options.guest.as_deref().unwrap_or_default())?,
    }
    Ok(machine)
}

/// The exit status.
fn finish(machine: &mut Machine, options: &Options) -> u8 {
    machine.pause();
    machine.bus.clock().pause();
    let status = match (machine.control.status(), &options.snapshot) {
        (None, path) => save(machine, path.as_deref().unwrap_or_default()),
        (Some(0), Some(_)) => {
            complain("the guest has ended before its snapshot was due: there is none");
            0
        }
        (Some(status), _) => status,
    };
    if options.counts {
        machine.board.print_counts();
    }
    machine.quit();
    status
}

fn save(machine: &mut Machine, path: &str) -> u8 {
    match snapshot::save(machine, path) {
        Ok(()) => 0,
        Err(sentence) => {
            complain(&sentence);
            1
        }
    }
}

fn run(options: &Options) -> Told<u8> {
    let offload = prepare_engine(options);
    let mut machine = build(options, offload.as_ref())?;
    if let Some(offload) = &offload {
        if let Err(sentence) = machine.board.attach(offload, machine.vm.fd()) {
            complain(&sentence);
            complain("the native engine runs the filters");
        }
    }
    machine.start()?;
    machine.bus.clock().resume();
    machine.resume();
    let after = u64::from(options.after_ms.unwrap_or(USUAL_MS)) * NS_PER_MS;
    let end = options
        .snapshot
        .as_ref()
        .map(|_| machine.bus.clock().now_ns().saturating_add(after));
    serve(&machine, end.unwrap_or(NEVER))?;
    Ok(finish(&mut machine, options))
}

fn main() -> ExitCode {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(sentence) => {
            complain(&sentence);
            return ExitCode::FAILURE;
        }
    };
    if options.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    run(&options).map_or_else(
        |sentence| {
            complain(&sentence);
            ExitCode::FAILURE
        },
        ExitCode::from,
    )
}
