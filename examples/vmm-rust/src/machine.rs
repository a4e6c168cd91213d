// SPDX-License-Identifier: Apache-2.0
//! The whole machine: KVM's part, the bus, all devices on it, and the vCPUs' threads.

use std::os::fd::BorrowedFd;
use std::os::unix::thread::JoinHandleExt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use lightexit::{Bus, BusOptions, Clock, Layout, State};

use crate::control::{Control, Order, Signal};
use crate::devices::debug_exit::DebugExit;
use crate::devices::doorbell::{Doorbell, QUEUES};
use crate::devices::ioapic::{IoApic, Pin};
use crate::devices::pci::Pci;
use crate::devices::pit::Pit;
use crate::devices::pm::Pm;
use crate::devices::uart::Uart;
use crate::devices::{self, Chip, Fitted, Part, Plan, NEVER};
use crate::kvm;
use crate::offload::{Object, Offload};
use crate::told::Told;
use crate::vcpu::Loop;
use crate::vm::{Kept, Vm, MOST_VCPUS};

const PIT_PIN: usize = 2;
const UART_PIN: usize = 4;

/// All devices.
pub struct Board {
    parts: Vec<Box<dyn Part>>,
    pub ioapic: Arc<IoApic>,
    pub uart: Arc<Uart>,
    pub doorbell: Arc<Doorbell>,
}

pub struct Machine {
    pub board: Board,
    pub kept: Vec<Arc<Kept>>,
    pub bus: Bus,
    pub vm: Vm,
    pub control: Arc<Control>,
    threads: Vec<JoinHandle<()>>,
}

/// What devices are put on the bus with.
struct Fitter<'a> {
    bus: &'a Bus,
    offload: Option<&'a Offload>,
    with_filters: bool,
    parts: Vec<Box<dyn Part>>,
}

impl Fitter<'_> {
    fn state<T: Layout>(&self, plan: &Plan<T>) -> Told<State<T>> {
        let loaded = self.offload.zip(plan.object());
        plan.state(
            self.bus,
            loaded.and_then(|(offload, object)| offload.find(&object)),
        )
    }

    fn fit<C: Chip>(
        &mut self,
        mut plan: Plan<C::Registers>,
        state: State<C::Registers>,
        chip: &Arc<C>,
        doorbells: &[BorrowedFd<'_>],
    ) -> Told<()> {
        if !self.with_filters {
            plan.filter = None;
        }
        let fitted = Fitted::new(self.bus, &plan, state, chip, doorbells)?;
        self.parts.push(Box::new(fitted));
        Ok(())
    }
}

impl Board {
    /// What is loaded into the kernel.
    pub fn objects() -> Vec<Object> {
        let all = [
            devices::pit::plan().object(),
            devices::pm::plan().object(),
            devices::uart::plan().object(),
            devices::pci::plan().object(),
            devices::ioapic::plan().object(),
            devices::doorbell::plan().object(),
        ];
        all.into_iter().flatten().collect()
    }

    fn new(fitter: Fitter<'_>, vm: &Vm, control: &Arc<Control>) -> Told<Self> {
        let ioapic = Arc::new(IoApic {
            state: fitter.state(&devices::ioapic::plan())?,
            interrupts: vm.interrupts(),
        });
        let doorbell = Arc::new(Doorbell {
            state: fitter.state(&devices::doorbell::plan())?,
            signal: Signal::new()?,
        });
        let uart = Arc::new(Uart {
            state: fitter.state(&devices::uart::plan())?,
            pin: pin(&ioapic, UART_PIN),
            control: Arc::clone(control),
        });
        let board = Self {
            parts: Vec::new(),
            ioapic,
            uart,
            doorbell,
        };
        board.filled(fitter, control)
    }

    /// In the order of the table of counts, and of snapshots.
    fn filled(mut self, mut fitter: Fitter<'_>, control: &Arc<Control>) -> Told<Self> {
        let (plan, clock): (_, Clock) = (devices::pit::plan(), fitter.bus.clock());
        let pit = Arc::new(Pit {
            clock: clock.clone(),
            pin: pin(&self.ioapic, PIT_PIN),
            control: Arc::clone(control),
        });
        let state = fitter.state(&plan)?;
        fitter.fit(plan, state, &pit, &[])?;
        let plan = devices::pm::plan();
        let state = fitter.state(&plan)?;
        fitter.fit(plan, state, &Arc::new(Pm { clock }), &[])?;
        let state = self.uart.state.clone();
        fitter.fit(devices::uart::plan(), state, &self.uart, &[])?;
        let plan = devices::pci::plan();
        let state = fitter.state(&plan)?;
        fitter.fit(plan, state, &Arc::new(Pci), &[])?;
        let state = self.ioapic.state.clone();
        fitter.fit(devices::ioapic::plan(), state, &self.ioapic, &[])?;
        let state = self.doorbell.state.clone();
        let signals = [self.doorbell.signal.fd(); QUEUES];
        fitter.fit(devices::doorbell::plan(), state, &self.doorbell, &signals)?;
        let control = Arc::clone(control);
        let plan = devices::debug_exit::plan();
        let state = fitter.state(&plan)?;
        fitter.fit(plan, state, &Arc::new(DebugExit { control }), &[])?;
        self.parts = fitter.parts;
        Ok(self)
    }

    pub fn parts(&self) -> impl Iterator<Item = &dyn Part> {
        self.parts.iter().map(|part| &**part)
    }

    /// Brings all devices to the present; when the next of them has something to do.
    pub fn advance(&self, clock: &Clock) -> u64 {
        let wakeups = self.parts().map(|part| part.advance(clock.now_ns()));
        wakeups.min().unwrap_or(NEVER)
    }

    /// Has KVM answer by what was loaded: all devices, or none.
    pub fn attach(&self, offload: &Offload, vm: BorrowedFd<'_>) -> Told<()> {
        for (part, object) in self.parts().zip(Self::objects()) {
            let Some(loaded) = offload.find(&object) else {
                continue;
            };
            if let Err(error) = loaded.attach(part.region(), vm) {
                self.parts().for_each(|part| part.region().detach());
                return Err(error.to_string());
            }
        }
        Ok(())
    }

    /// Who answered how many accesses, on standard error.
    pub fn print_counts(&self) {
        eprintln!(
            "{:12} {:>10} {:>10} {:>10}",
            "", "in kernel", "by filter", "by model"
        );
        for part in self.parts() {
            let (kernel, filter, model) = part.counts();
            eprintln!("{:12} {kernel:>10} {filter:>10} {model:>10}", part.name());
        }
    }
}

fn pin(chip: &Arc<IoApic>, number: usize) -> Pin {
    let chip = Arc::clone(chip);
    Pin { chip, number }
}

impl Machine {
    /// Paused, at power-on.
    pub fn new(cpus: u32, offload: Option<&Offload>, with_filters: bool) -> Told<Self> {
        let (vm, control) = (Vm::new()?, Arc::new(Control::new()?));
        let mut options = BusOptions::new().vcpus(MOST_VCPUS);
        if let Some(offload) = offload {
            options = options.clock_map(offload.clock());
        }
        let bus = Bus::with(&options).map_err(|error| error.to_string())?;
        if let Some(module) = offload.and_then(Offload::module) {
            bus.use_module(module).map_err(|error| error.to_string())?;
        }
        let fitter = Fitter {
            bus: &bus,
            offload,
            with_filters,
            parts: Vec::new(),
        };
        let board = Board::new(fitter, &vm, &control)?;
        let kept = (0..cpus).map(|index| vm.vcpu(index).map(Arc::new));
        Ok(Self {
            board,
            kept: kept.collect::<Told<_>>()?,
            bus,
            vm,
            control,
            threads: Vec::new(),
        })
    }

    /// The vCPUs' threads, paused.
    pub fn start(&mut self) -> Told<()> {
        kvm::ignore_kicks();
        for kept in &self.kept {
            let each = Loop {
                kept: Arc::clone(kept),
                bus: self
                    .bus
                    .vcpu(kept.index)
                    .map_err(|error| error.to_string())?,
                ioapic: Arc::clone(&self.board.ioapic),
                control: Arc::clone(&self.control),
            };
            self.threads.push(thread::spawn(move || each.run()));
        }
        Ok(())
    }

    /// All vCPUs have finished the access that they were in, and wait.
    pub fn pause(&self) {
        self.interrupt(Order::Pause);
        self.control.wait_for_parked(self.kept.len());
    }

    pub fn resume(&self) {
        self.control.order(Order::Run);
    }

    pub fn quit(&mut self) {
        self.interrupt(Order::Quit);
        for thread in self.threads.drain(..) {
            // One that has panicked has said so.
            let _ = thread.join();
        }
    }

    fn interrupt(&self, order: Order) {
        self.control.order(order);
        for (kept, thread) in self.kept.iter().zip(&self.threads) {
            kept.interrupt();
            // SAFETY: the thread was not joined: it is among those of this machine.
            unsafe { kvm::kick(thread.as_pthread_t()) };
        }
    }
}
