// SPDX-License-Identifier: Apache-2.0
//! KVM's part of the virtual machine, its memory, and its vCPUs before they run.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::slice;
use std::sync::Arc;

use crate::kvm::{self, CpuidEntry, EnableCap, MemoryRegion, Msi, Route, Run, Several};
use crate::told::{complain, failed, reason, Told};

pub const MOST_VCPUS: u32 = 8;
const RAM_SIZE: usize = 2 << 20;
const ROM_SIZE: usize = 64 << 10;
const IOAPIC_PINS: usize = 24;
const ROM_BASE: u64 = 0x1_0000_0000 - ROM_SIZE as u64;
const ROM_SHADOW: usize = 0xf0000; // the ROM shows there, too: as RAM, in this VM
const TSS_BASE: u64 = 0xfffb_d000; // what VMX needs; no guest may use it
const MOST_LEAVES: usize = 100;

/// RAM from 0 on, behind it the ROM that ends at 4 GiB. Guests write it while they run.
pub struct Memory(*mut u8);

impl Memory {
    pub const SIZE: usize = RAM_SIZE + ROM_SIZE;

    /// # Safety
    ///
    /// No vCPU runs as long as it is there.
    pub unsafe fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: so many were mapped, for good, and guests are the only others that know them.
        unsafe { slice::from_raw_parts_mut(self.0, Self::SIZE) }
    }
}

pub struct Vm {
    kvm: File,
    fd: Arc<OwnedFd>,
    pub memory: Memory,
}

/// How interrupts get to KVM's local APICs.
pub struct Interrupts(Arc<OwnedFd>);

impl Interrupts {
    /// One that no local APIC takes is lost, as on a bus.
    pub fn send(&self, address_lo: u32, data: u32) {
        let mut msi = Msi {
            address_lo,
            data,
            ..Msi::default()
        };
        // SAFETY: KVM reads a kvm_msi.
        let _ = unsafe { kvm::ioctl_on(self.0.as_fd(), kvm::SIGNAL_MSI, &mut msi) };
    }

    /// What each input would send.
    pub fn route(&self, messages: &[(u32, u32); IOAPIC_PINS]) {
        let mut entries = [Route::default(); IOAPIC_PINS];
        for (number, (entry, (address, data))) in entries.iter_mut().zip(messages).enumerate() {
            *entry = Route::msi(number as u32, *address, *data);
        }
        let (count, flags) = (IOAPIC_PINS as u32, 0);
        let mut routes = Several {
            count,
            flags,
            entries,
        };
        // SAFETY: KVM reads a kvm_irq_routing of so many entries.
        let result = unsafe { kvm::ioctl_on(self.0.as_fd(), kvm::SET_GSI_ROUTING, &mut routes) };
        if result.is_err() {
            complain("KVM takes no routes: level-triggered interrupts come only once");
        }
    }
}

impl Vm {
    pub fn new() -> Told<Self> {
        let kvm = OpenOptions::new().read(true).write(true).open("/dev/kvm");
        let kvm = kvm.map_err(failed("/dev/kvm"))?;
        let fd = kvm::ioctl_fd(kvm.as_fd(), kvm::CREATE_VM, 0);
        let fd = fd.map_err(failed("KVM makes no virtual machine"))?;
        split_irqchip(fd.as_fd())?;
        let memory = kvm::map(Memory::SIZE, None).map_err(failed("no memory for the guest"))?;
        map_memory(fd.as_fd(), 0, 0, memory, RAM_SIZE)?;
        // SAFETY: the ROM lies behind the RAM.
        let rom = unsafe { memory.add(RAM_SIZE) };
        map_memory(fd.as_fd(), 1, ROM_BASE, rom, ROM_SIZE)?;
        Ok(Self {
            kvm,
            fd: Arc::new(fd),
            memory: Memory(memory),
        })
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    pub fn interrupts(&self) -> Interrupts {
        Interrupts(Arc::clone(&self.fd))
    }

    /// A guest's image: the ROM.
    pub fn load(&mut self, path: &str) -> Told<()> {
        let file = File::open(path).map_err(failed(path))?;
        let mut image = Vec::new();
        let read = file.take(ROM_SIZE as u64 + 1).read_to_end(&mut image);
        read.map_err(failed(path))?;
        if image.len() != ROM_SIZE {
            let wanted = "whose last 16 are the reset vector";
            return Err(format!("{path} is no image of {ROM_SIZE} bytes, {wanted}"));
        }
        // SAFETY: no vCPU runs yet.
        let bytes = unsafe { self.memory.bytes() };
        bytes[RAM_SIZE..].copy_from_slice(&image);
        bytes[ROM_SHADOW..ROM_SHADOW + ROM_SIZE].copy_from_slice(&image);
        Ok(())
    }

    pub fn vcpu(&self, index: u32) -> Told<Kept> {
        let size = kvm::ioctl(self.kvm.as_fd(), kvm::GET_VCPU_MMAP_SIZE, 0);
        let size = size.map_err(failed("KVM makes no vCPU"))?;
        let fd = kvm::ioctl_fd(self.fd(), kvm::CREATE_VCPU, index.into());
        let fd = fd.map_err(failed("KVM makes no vCPU"))?;
        let run = kvm::map(size as usize, Some(fd.as_fd()));
        let run = run.map_err(failed("a vCPU cannot be mapped"))?.cast();
        self.set_cpuid(fd.as_fd(), index)?;
        Ok(Kept {
            index,
            size: size as usize,
            fd,
            run,
        })
    }

    /// What the host's KVM supports; leaf 1 has the vCPU's number.
    fn set_cpuid(&self, vcpu: BorrowedFd<'_>, index: u32) -> Told<()> {
        let mut cpuid = Several {
            count: MOST_LEAVES as u32,
            flags: 0,
            entries: [CpuidEntry::default(); MOST_LEAVES],
        };
        // SAFETY: KVM fills in a kvm_cpuid2 of at most so many entries.
        unsafe { kvm::ioctl_on(self.kvm.as_fd(), kvm::GET_SUPPORTED_CPUID, &mut cpuid) }
            .map_err(failed("KVM_GET_SUPPORTED_CPUID"))?;
        for leaf in cpuid.entries.iter_mut().filter(|leaf| leaf.function == 1) {
            leaf.ebx = (leaf.ebx & 0x00ff_ffff) | index << 24;
        }
        // SAFETY: KVM reads it.
        unsafe { kvm::ioctl_on(vcpu, kvm::SET_CPUID2, &mut cpuid) }
            .map_err(failed("KVM_SET_CPUID2"))?;
        Ok(())
    }
}

/// PIC and I/O APIC are this VMM's, the local APICs KVM's.
fn split_irqchip(vm: BorrowedFd<'_>) -> Told<()> {
    let mut split = EnableCap {
        cap: kvm::CAP_SPLIT_IRQCHIP,
        flags: 0,
        args: [IOAPIC_PINS as u64, 0, 0, 0],
        padding: [0; 64],
    };
    let wrong = failed("this KVM has no split irqchip");
    kvm::ioctl(vm, kvm::SET_TSS_ADDR, TSS_BASE).map_err(&wrong)?;
    // SAFETY: KVM reads a kvm_enable_cap.
    unsafe { kvm::ioctl_on(vm, kvm::ENABLE_CAP, &mut split) }.map_err(&wrong)?;
    Ok(())
}

fn map_memory(vm: BorrowedFd<'_>, slot: u32, at: u64, memory: *mut u8, size: usize) -> Told<()> {
    let mut region = MemoryRegion {
        slot,
        guest_phys_addr: at,
        memory_size: size as u64,
        userspace_addr: memory.addr() as u64,
        ..MemoryRegion::default()
    };
    // SAFETY: the memory is mapped for good, and only Memory knows it.
    unsafe { kvm::ioctl_on(vm, kvm::SET_USER_MEMORY_REGION, &mut region) }
        .map_err(|error| format!("KVM takes no memory: {}", reason(&error)))?;
    Ok(())
}

/// What KVM keeps of a vCPU, and what it shares.
pub struct Kept {
    pub index: u32,
    pub fd: OwnedFd,
    pub run: *mut Run,
    /// Of what is mapped at `run`.
    pub size: usize,
}

// SAFETY: the mapping stays; its users see to who looks when.
unsafe impl Send for Kept {}
// SAFETY: as above: a vCPU's thread looks while it is not in the guest, others at immediate_exit.
unsafe impl Sync for Kept {}
