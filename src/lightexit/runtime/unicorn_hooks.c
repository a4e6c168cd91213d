/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What Unicorn calls besides the dispatch routine: at requests to leave guest code (or at the start
 * of every block of it, where Unicorn's inside is not known), at software interrupts and exceptions,
 * at SYSCALL, which it does not emulate, at RDTSC and RDTSCP, when it has translated code, and at
 * RDMSR, WRMSR and MOV of CR4 and CR8 in that.
 */
/* VM time is only read here: its functions for others are dispatch.c's. */
#define ENTRY static inline
#include "unicorn_delivery.h"
#include "unicorn_inside.h"
#include "unicorn_msrs.h"
#include "vm_time.h"

#define TSC 0x10
/* 0x800 to 0x8ff. */
#define X2APIC 8
#define TSC_AUX 0xc0000103
#define NOTHING ~0u
#define GENERAL_PROTECTION 13
/* Bits of CR4 that the emulated CPU, AMD's EPYC, has (AMD64 manual volume 2, section 3.1.3). */
#define CR4_KNOWN (0x7ff | 1 << 16 | 1 << 18 | 1 << 20 | 1 << 21)
/* Of the hidden flags: the shadow of STI or MOV SS; from an NMI to the IRET that ends it. */
#define HIDDEN_INHIBIT (1 << 3)
#define HIDDEN2_NMI (1 << 2)

/* In most blocks no stop, interrupt, NMI or look is requested: one load checks all. */
PART bool is_idle(const struct lightexit_watch *watch)
{
	_Static_assert(offsetof(struct lightexit_watch, stop) == 0, "two words, aligned as one");
	_Static_assert(offsetof(struct lightexit_watch, interrupt) == 4, "two words, as one");
	_Static_assert(offsetof(struct lightexit_watch, nmi) == 6, "the other half of a word");
	_Static_assert(offsetof(struct lightexit_watch, look) == 7, "the other half of a word");
	return !lightexit_load((const u64 *)watch);
}

PART void stop(void *engine, const struct lightexit_watch *watch)
{
	POINTER(stop_function, watch->emu_stop)(engine);
}

PART u64 read_flags(void *engine, struct lightexit_watch *watch)
{
	read_register_function *read = POINTER(read_register_function, watch->reg_read);

	watch->flags = 0;
	read(engine, watch->flags_register, &watch->flags);
	return watch->flags;
}

/* Whether Unicorn's own CPU is worked on, and its function for interrupts is replaced. */
PART bool is_inside(const delivery *to)
{
	return to->leave;
}

/* Whether the CPU takes an interrupt before its next instruction. */
PART bool accepts(void *engine, struct lightexit_watch *watch)
{
	const saved_cpu *cpu = POINTER(saved_cpu, POINTER(delivery, watch->delivery)->saved);

	return !(cpu->hidden_flags & HIDDEN_INHIBIT) && read_flags(engine, watch) & FLAGS_IF;
}

/* Whether an interrupt is pending that the guest accepts at this block. */
PART bool is_interrupted(void *engine, struct lightexit_watch *watch)
{
	if (!lightexit_load(&watch->interrupt))
		return false;
	if (is_inside(POINTER(delivery, watch->delivery)))
		return accepts(engine, watch);
	/* The block after STI or MOV SS is one instruction long and takes no interrupt. */
	if (watch->skip_block) {
		watch->skip_block = 0;
		return false;
	}
	return read_flags(engine, watch) & FLAGS_IF;
}

/* The CPU as it is, where its layout is known; else a null pointer. */
PART saved_cpu *save(void *engine, const struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);

	if (!to->is_known)
		return (saved_cpu *)0;
	POINTER(saved_function, to->save)(engine, POINTER(void, to->saved));
	return POINTER(saved_cpu, to->saved);
}

PART bool ends_nmi(void *engine, const struct lightexit_watch *watch)
{
	const saved_cpu *cpu;

	if (!lightexit_load(&watch->nmi))
		return false;
	cpu = save(engine, watch);
	return !cpu || !(cpu->hidden_flags2 & HIDDEN2_NMI);
}

/* Whether places are to be hooked. Blocks that nobody has announced are searched here. */
PART bool has_places(void *engine, u64 address, u32 size, const struct lightexit_watch *watch)
{
	msr_watch *msrs = POINTER(msr_watch, watch->msrs);
	const saved_cpu *cpu;

	if (!watch->look)
		return false;
	cpu = msrs->is_announced ? (saved_cpu *)0 : save(engine, watch);
	if (cpu)
		find_msrs(POINTER(delivery, watch->delivery), cpu, msrs, address, size);
	return has_new_places(msrs);
}

/*
 * Stops the guest if places are to be hooked, if a stop was requested, if an NMI is pending and the
 * one before has ended, or if an interrupt is pending and the guest accepts interrupts. All are
 * levels, so a request that comes early is not lost. Whether it has.
 */
PART bool look_up(void *engine, u64 address, u32 size, struct lightexit_watch *watch)
{
	if (is_idle(watch) || (!has_places(engine, address, size, watch) &&
			       !lightexit_load(&watch->stop) && !ends_nmi(engine, watch) &&
			       !is_interrupted(engine, watch)))
		return false;
	watch->is_stopped = 1;
	stop(engine, watch);
	return true;
}

/* Unicorn's hook for blocks, where its inside is not known. */
void at_block(void *engine, u64 address, u32 size, struct lightexit_watch *watch)
{
	if (!look_up(engine, address, size, watch))
		watch->previous_end = address + size;
}

/* As smp_mb() on x86-64, where alone this is used. ThreadSanitizer knows no fences. */
PART void full_barrier(void)
{
	volatile u64 word = 0;

	__atomic_exchange_n(&word, 0, __ATOMIC_SEQ_CST);
}

/*
 * Instead of Unicorn's own function for interrupts: called between blocks that do not go on to the
 * next one by themselves, so after instructions that may enable interrupts, and soon after a
 * request to leave them. No block is longer than a page and an instruction.
 */
bool at_request(u8 *cpu, int request)
{
	struct lightexit_watch *watch = pointer_at(cpu, CPU_OPAQUE);
	const delivery *to = POINTER(delivery, watch->delivery);
	const saved_cpu *own = POINTER(saved_cpu, to->saved);

	(void)request;
	/* What has stopped the guest already is seen to first. */
	if (watch->is_trapped || watch->is_syscall)
		return false;
	/* Unicorn has taken the request back: not after what is looked at here. */
	full_barrier();
	look_up(pointer_at(cpu, CPU_ENGINE), own->segments[CS].base + own->rip,
		PAGE + LONGEST_INSTRUCTION, watch);
	return false;
}

/* ---- delivery ------------------------------------------------------------------------ */

PART void restore(void *engine, const struct lightexit_watch *watch, u64 flags)
{
	const delivery *to = POINTER(delivery, watch->delivery);

	POINTER(saved_function, to->restore)(engine, POINTER(void, to->saved));
	POINTER(write_register_function, to->reg_write)(engine, watch->flags_register, &flags);
}

PART bool deliver(void *engine, const struct event *event, saved_cpu *cpu,
		  struct lightexit_watch *watch)
{
	delivery *to = POINTER(delivery, watch->delivery);
	u64 flags = read_flags(engine, watch);

	if (!enter(to, cpu, event, &flags))
		return false;
	restore(engine, watch, flags);
	forget_code(engine, to, cpu);
	return true;
}

/* Delivers an external interrupt while the guest is stopped; false: it has to be done in Python. */
bool deliver_external(void *engine, u32 vector, struct lightexit_watch *watch)
{
	struct event event = { .vector = vector };
	saved_cpu *cpu = save(engine, watch);

	return cpu && deliver(engine, &event, cpu, watch);
}

PART bool deliver_trap(void *engine, u32 vector, struct lightexit_watch *watch)
{
	saved_cpu *cpu = save(engine, watch);
	struct event event = { .vector = vector };

	if (!cpu)
		return false;
	event.is_software = cpu->is_software;
	if (!event.is_software) {
		/* Unicorn never forgets it, and makes a later one a double fault. */
		cpu->pending = NOTHING;
		event.has_code = vector < 32 && CODED >> vector & 1;
		event.is_fault = vector < 32 && FAULTS >> vector & 1;
		event.code = cpu->error_code;
	}
	return deliver(engine, &event, cpu, watch);
}

/* What is not delivered here is delivered once the guest has stopped. */
void at_interrupt(void *engine, u32 vector, struct lightexit_watch *watch)
{
	if (deliver_trap(engine, vector, watch))
		return;
	watch->vector = vector;
	watch->is_trapped = 1;
	stop(engine, watch);
}

PART bool call_system(void *engine, struct lightexit_watch *watch)
{
	saved_cpu *cpu = save(engine, watch);
	u64 flags;

	if (!cpu)
		return false;
	flags = read_flags(engine, watch);
	if (!enter_system(POINTER(delivery, watch->delivery), cpu, &flags))
		return false;
	restore(engine, watch, flags);
	return true;
}

void at_syscall(void *engine, struct lightexit_watch *watch)
{
	if (call_system(engine, watch))
		return;
	watch->is_syscall = 1;
	stop(engine, watch);
}

/* ---- time ---------------------------------------------------------------------------- */

/* The lower half of a general register; the upper one becomes 0. */
PART void write_half(void *engine, const delivery *to, u32 general, u32 value)
{
	saved_cpu *own = POINTER(saved_cpu, to->saved);
	u32 number = general == RAX ? to->rax : general == RDX ? to->rdx : to->rcx;
	u64 wide = value;

	if (is_inside(to))
		own->general[general] = wide;
	else
		POINTER(write_register_function, to->reg_write)(engine, number, &wide);
}

/* The time-stamp counter counts VM time, in ns: it stands still while the machine does. */
bool at_rdtsc(void *engine, struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);
	u64 now = clock_now(POINTER(struct lightexit_clock, to->clock));

	write_half(engine, to, RAX, (u32)now);
	write_half(engine, to, RDX, now >> 32);
	return true;
}

bool at_rdtscp(void *engine, struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);
	struct { u32 number; u64 value; } auxiliary;

	auxiliary.number = TSC_AUX;
	auxiliary.value = 0;
	POINTER(read_register_function, watch->reg_read)(engine, to->msr, &auxiliary);
	write_half(engine, to, RCX, (u32)auxiliary.value);
	return at_rdtsc(engine, watch);
}

/* ---- translated code ----------------------------------------------------------------- */

/* Instead of a copy's saving and restoring, where the CPU's own registers are changed. */
u32 nothing(void)
{
	return 0;
}

/* For the hooks that only mark memory: no fetch is allowed by them. */
bool refuse(void)
{
	return false;
}

/* `before` ran last: the very first code is announced as such only. */
void at_translated(void *engine, const struct translated *code, const struct translated *before,
		   struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);
	const saved_cpu *cpu = POINTER(saved_cpu, to->saved);
	msr_watch *msrs = POINTER(msr_watch, watch->msrs);

	POINTER(saved_function, to->save)(engine, POINTER(void, to->saved));
	note_code(engine, to, cpu, code);
	note_code(engine, to, cpu, before);
	find_msrs(to, cpu, msrs, code->address, code->size);
	msrs->is_announced = true;
	watch->look = has_new_places(msrs);
	/* Before what is new runs; at_block does it where that is called. */
	if (watch->look && is_inside(to)) {
		watch->is_stopped = 1;
		stop(engine, watch);
	}
}

/* ---- MSRs and CR8 ---------------------------------------------------------------------------- */

/* The time-stamp counter is what RDTSC reads. No CPU has x2APIC registers by itself. */
PART u32 answer_msr(const delivery *to, const msr_watch *msrs, struct lightexit_io_context *access)
{
	u32 answer;

	if (access->offset == TSC && !access->is_write) {
		access->data = clock_now(POINTER(struct lightexit_clock, to->clock));
		return ACCESS_ANSWERED;
	}
	answer = POINTER(access_function, msrs->access)(POINTER(void, msrs->vcpu), access);
	return answer == ACCESS_ABSENT && access->offset >> 8 == X2APIC ? ACCESS_REFUSED : answer;
}

PART u32 access_msr(void *engine, const delivery *to, const msr_watch *msrs, const saved_cpu *cpu,
		    bool is_write)
{
	struct lightexit_io_context access = {
		.space = LIGHTEXIT_SPACE_MSR,
		.offset = (u32)cpu->general[RCX],
		.size = sizeof(u64),
		.is_write = is_write,
		.data = is_write ? (u32)cpu->general[RAX] | cpu->general[RDX] << 32 : 0,
	};
	u32 answer = answer_msr(to, msrs, &access);

	if (answer == ACCESS_ANSWERED && !is_write) {
		write_half(engine, to, RAX, (u32)access.data);
		write_half(engine, to, RDX, access.data >> 32);
	}
	return answer;
}

/* Bits 4 to 63 are reserved (Intel SDM volume 3, section 11.8.6). */
PART u32 access_cr8(void *engine, struct lightexit_watch *watch, const msr_watch *msrs,
		    saved_cpu *cpu, const struct access_code *code)
{
	u64 *general = &cpu->general[code->general];
	struct lightexit_io_context access = {
		.space = LIGHTEXIT_SPACE_MMIO,
		.offset = LIGHTEXIT_CR8,
		.size = sizeof(u64),
		.is_write = code->is_write,
		.data = code->is_write ? *general : 0,
	};
	u32 answer;

	if (access.data >> 4)
		return ACCESS_REFUSED;
	answer = POINTER(access_function, msrs->access)(POINTER(void, msrs->vcpu), &access);
	if (answer == ACCESS_ANSWERED && !code->is_write) {
		*general = access.data;
		restore(engine, watch, read_flags(engine, watch));
	}
	return answer;
}

PART bool is_cr4(const saved_cpu *cpu, u64 value)
{
	if (!(cpu->hidden_flags & HIDDEN_CS64))
		value = (u32)value;
	return !(value & ~(u64)CR4_KNOWN);
}

PART void go_to(void *engine, const delivery *to, const msr_watch *msrs, u64 place)
{
	POINTER(write_register_function, to->reg_write)(engine, msrs->rip, &place);
}

/* #GP at this instruction. What cannot be delivered here is once the guest has stopped. */
PART void protect(void *engine, saved_cpu *cpu, const msr_watch *msrs,
		  struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);
	struct event event = {
		.vector = GENERAL_PROTECTION, .has_code = true, .is_fault = true
	};

	if (deliver(engine, &event, cpu, watch)) {
		go_to(engine, to, msrs, cpu->rip);
		return;
	}
	cpu->is_software = cpu->error_code = 0;
	restore(engine, watch, read_flags(engine, watch));
	watch->vector = GENERAL_PROTECTION;
	watch->is_trapped = 1;
	stop(engine, watch);
}

/* What no device has is left to Unicorn. */
PART void do_access(void *engine, u64 address, struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);
	const msr_watch *msrs = POINTER(msr_watch, watch->msrs);
	saved_cpu *cpu = save(engine, watch);
	struct access_code code = { 0 };
	u32 answer;

	/* Another hook, of a place that overlaps this one, has done it if the CPU is elsewhere. */
	if (!cpu || cpu->hidden_flags & RING ||
	    cpu->segments[CS].base + cpu->rip != address || !decode(to, cpu, address, &code))
		return;
	if (code.control == 4)
		answer = is_cr4(cpu, cpu->general[code.general]) ? ACCESS_ABSENT : ACCESS_REFUSED;
	else
		answer = code.control ? access_cr8(engine, watch, msrs, cpu, &code) :
					access_msr(engine, to, msrs, cpu, code.is_write);
	if (answer == ACCESS_ANSWERED)
		go_to(engine, to, msrs, cpu->rip + code.length);
	else if (answer == ACCESS_REFUSED)
		protect(engine, cpu, msrs, watch);
}

/* Signature of Unicorn's hook for code. */
void at_msr_place(void *engine, u64 address, u32 size, struct lightexit_watch *watch)
{
	const delivery *to = POINTER(delivery, watch->delivery);

	(void)size;
	do_access(engine, address, watch);
	/* Blocks without checks would go on with the instruction that was done, or that faults. */
	if (is_inside(to))
		POINTER(leave_function, to->leave)(engine, 0);
}

/* ---- translated addresses ------------------------------------------------------------ */

/*
 * Instead of Unicorn's own function, which it calls: has the CPU's TLB translate an address. Where
 * that is for data, the page is not executable there until code is fetched from it. So stores to it
 * need not look for translated code each time; the hooks over code see to those that do.
 */
bool at_fill(void *cpu, u64 address, int size, int access, int mode, bool probe, u64 from)
{
	bool is_there = own_fill(cpu)(cpu, address, size, access, mode, probe, from);
	struct tlb_entry *entry;

	if (is_there && access != FETCH) {
		entry = entry_of(cpu, address, mode);
		if (entry->code == (address & ~(PAGE - 1)))
			entry->code = ~0ull;
	}
	return is_there;
}
