// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
/*
 * BPF programs for KVM's tracepoints: who accesses which register, and who answers.
 *
 * Each function without `static` is the program of the raw tracepoint of its name, and `args` are
 * the arguments of that tracepoint (TP_PROTO in arch/x86/kvm/trace.h and trace/events/kvm.h).
 *
 * A read that user space answers is told after the exit to user space, a write before it. So a
 * write waits in its thread's entry until the next event shows who answered. One order is open:
 * a write to a port, one exit, a read of a port. The exit belongs to one of the two, and who
 * answered is taken from accesses of these registers where it was certain (`read_is_kvms`).
 *
 * Where the events of a CPU would take more of its time than the ceiling allows, it looks at one
 * batch of them in 2, 4, ... 64, and counts each of them so many times. What came before the first
 * event of a thread in a batch is not known then: that thread is in doubt.
 */
#include "helpers.h"
#include "layouts.h"

#define inline_always static inline __attribute__((always_inline))
#define called static __attribute__((noinline))

/* KVM_EXIT_* of linux/kvm.h. */
enum { EXIT_IO = 2, EXIT_MMIO = 6, EXIT_RDMSR = 29, EXIT_WRMSR = 30 };
/* Of kvm_mmio. */
enum { UNSATISFIED_READ, MEMORY_READ, MEMORY_WRITE };
enum { PIO = LIGHTEXIT_SPACE_PIO, MMIO = LIGHTEXIT_SPACE_MMIO, MSR = LIGHTEXIT_SPACE_MSR };
enum { KVM = LIGHTEXIT_ANSWERED_BY_KVM, USER = LIGHTEXIT_ANSWERED_BY_USER };
enum { CERTAINLY_KVM = 1, CERTAINLY_USER = 2 };
/* Of `line` in struct lightexit_thread. */
enum { LINE_NONE, LINE_SET, LINE_MASKED, LINE_TAKEN };

#define UNKNOWN (~0ULL)
#define UNKNOWN_MSR 0xffffffffU
#define WINDOW 64 /* jiffies */
#define BATCH 16 /* events of a CPU */
#define MOST_SHIFT 6
#define MOST_ELEMENTS 64 /* of a string instruction, whose values are recorded */

extern char registers, threads, vms, lines, apic, cpus, ring;
extern volatile struct lightexit_probe_config config;

typedef struct lightexit_thread thread;
typedef struct lightexit_seen_access access;

inline_always __u32 what(__u32 space, __u32 size, __u32 is_write)
{
	return space | (size & 0xff) << 8 | (is_write ? 1 : 0) << 16;
}

inline_always __u32 space_of(const access *seen)
{
	return seen->what & 0xff;
}

inline_always struct lightexit_cpu_state *this_cpu(void)
{
	__u32 key = 0;

	return find(&cpus, &key);
}

inline_always void lost(__u64 accesses, int is_record)
{
	struct lightexit_cpu_state *cpu = this_cpu();

	if (!cpu)
		return;
	if (is_record)
		cpu->no_record += accesses;
	else
		cpu->no_room += accesses;
}

/* How much to look at from now on, where as many events come as in the window that has ended. */
called int new_window(struct lightexit_cpu_state *cpu, __u32 tick)
{
	__u64 now = now_ns(), events = cpu->seen - cpu->since_seen;
	__u64 allowed = (now - cpu->since_ns) / 1000 * config.ceiling / 1000;
	__u32 shift = 0;

	if (cpu->since)
		while (shift < MOST_SHIFT &&
		       (events >> shift) * config.look_ns + events * config.skip_ns > allowed)
			shift++;
	cpu->shift = shift;
	cpu->since_ns = now;
	cpu->since = tick;
	cpu->since_seen = cpu->seen;
	if (shift)
		config.sampled = tick;
	return 0;
}

/* How this event is looked at: each counts for 2**shift, and all of a batch are, or none. */
struct look {
	__u32 tick, batch, shift;
};

inline_always int is_looked_at(struct look *look)
{
	struct lightexit_cpu_state *cpu;

	look->tick = jiffies();
	look->batch = 0;
	look->shift = 0;
	if (!config.ceiling)
		return 1;
	cpu = this_cpu();
	if (!cpu)
		return 0;
	if (look->tick - cpu->since >= WINDOW)
		new_window(cpu, look->tick);
	look->batch = cpu->seen++ / BATCH;
	look->shift = cpu->shift;
	/* A golden section of all numbers: those that are chosen are spread evenly. */
	return (__u64)(look->batch * 0x9e3779b1U) >> (32 - look->shift) == 0;
}

/* The entry of a key; a new one is a copy of `blank`. 0 where there is no room. */
inline_always void *entry_of(const void *map, const void *key, const volatile void *blank)
{
	void *found = find(map, key);

	if (found)
		return found;
	put(map, key, (const void *)blank, NEW_ONLY);
	return find(map, key);
}

inline_always int is_watched(__u32 pid)
{
	return !config.filtered || find(&vms, &pid);
}

/* What is known of the thread that is running; 0 where it is not watched. */
inline_always thread *any_thread(__u32 pid, __u32 tid)
{
	thread *own = entry_of(&threads, &tid, &config.no_thread);

	if (!own)
		lost(1, config.records);
	else if (own->pid != pid) { /* it is new, or the number is another thread's now */
		own->pid = pid;
		own->pending = 0;
		own->exit_space = 0;
		own->unsatisfied = 0;
		own->line = LINE_NONE;
		own->batch = 0;
	}
	return own;
}

/* One entry more of the table of registers for a VM, if it has not `most` of them already. */
inline_always int has_room(__u32 pid, __u64 most)
{
	struct lightexit_watched_vm *vm = entry_of(&vms, &pid, &config.no_vm);

	if (!vm || vm->registers >= most)
		return 0;
	__sync_fetch_and_add(&vm->registers, 1);
	return 1;
}

/* What an address is counted as. The VGA's memory is no registers: 32 KiB of it are one. */
inline_always __u64 counted_as(__u64 address, __u32 what)
{
	if ((what & 0xff) == MMIO && address >= 0xa0000 && address < 0xc0000)
		return address & ~0x7fffULL;
	return address;
}

/* A VM whose guest accesses very many addresses gets one entry for 4,096 of them, size 0. */
called struct lightexit_access_tally *tally_of(__u64 address, __u32 what)
{
	struct lightexit_access_tally *found;
	struct lightexit_register_key key;
	__u64 id = pid_and_tid();

	key.address = counted_as(address, what);
	key.pid = id >> 32;
	key.tid = id;
	key.what = what;
	key.zero = 0;
	found = find(&registers, &key);
	if (found)
		return found;
	if (has_room(key.pid, LIGHTEXIT_MOST_REGISTERS_OF_VM))
		return entry_of(&registers, &key, &config.no_tally);
	key.address &= ~0xfffULL;
	key.what &= ~0xff00U;
	found = find(&registers, &key);
	if (found || !has_room(key.pid, LIGHTEXIT_MOST_REGISTERS_OF_VM + LIGHTEXIT_MOST_PAGES_OF_VM))
		return found;
	return entry_of(&registers, &key, &config.no_tally);
}

called int record(const access *seen, __u32 answer, __u64 duration)
{
	struct lightexit_access_record *to = reserve(&ring, sizeof(*to), 0);
	__u64 id = pid_and_tid();

	if (!to) {
		lost(seen->count, 1);
		return 0;
	}
	to->time_ns = seen->time_ns;
	to->address = seen->address;
	to->value = seen->value;
	to->duration_ns = duration;
	to->pid = id >> 32;
	to->tid = id;
	to->what = seen->what | answer << 24;
	to->count = seen->count;
	to->has_value = seen->has_value;
	to->zero = 0;
	submit(to, NO_WAKEUP);
	return 0;
}

inline_always void count(const thread *own, __u32 answer, __u64 duration, __u32 certain)
{
	struct lightexit_access_tally *found = tally_of(own->access.address, own->access.what);
	__u64 accesses = (__u64)own->access.count << own->shift;
	struct lightexit_tally *tally;

	if (!found) {
		lost(accesses, 0);
		return;
	}
	tally = answer == USER ? &found->user : &found->kvm;
	tally->accesses += accesses;
	if (duration != UNKNOWN) {
		tally->timed += accesses;
		tally->time_ns += duration << own->shift;
	}
	if (certain)
		found->certain |= answer == USER ? CERTAINLY_USER : CERTAINLY_KVM;
}

/* The thread's access is over: `answer` did it. */
called int settle(thread *own, __u32 answer, __u64 duration, __u32 certain)
{
	own->pending = 0;
	own->told = 1 + answer;
	count(own, answer, duration, certain);
	if (config.records)
		record(&own->access, answer, duration);
	return 0;
}

/* The next event of a thread is no exit for its write, if it has one that waits. */
inline_always void settle_write(thread *own)
{
	if (!own->pending)
		return;
	settle(own, own->exit_space ? USER : KVM, UNKNOWN, 1);
	own->exit_space = 0;
}

inline_always int is_kvms_own(__u64 address, __u32 what)
{
	if ((what & 0xff) == MMIO)
		return address >> 20 == 0xfee || address >> 12 == 0xfec00;
	return (address >= 0x20 && address <= 0x21) || (address >= 0x40 && address <= 0x43) ||
	       (address >= 0xa0 && address <= 0xa1) || (address >= 0x4d0 && address <= 0x4d1) ||
	       address == 0x61;
}

/* Who answers this register, by what was certain; else KVM its interrupt controllers and PIT. */
called int usual_answer(__u64 address, __u32 what)
{
	const struct lightexit_access_tally *tally = tally_of(address, what);

	if (tally && tally->certain == CERTAINLY_KVM)
		return KVM;
	if (tally && tally->certain == CERTAINLY_USER)
		return USER;
	return is_kvms_own(address, what) ? KVM : USER;
}

/* Nothing is known of the thread's events before this one. */
inline_always void in_doubt(thread *own)
{
	if (own->pending)
		settle(own, usual_answer(own->access.address, own->access.what), UNKNOWN, 0);
	own->exit_space = 0;
	own->exit_ns = 0;
	own->left_ns = 0;
	own->unsatisfied = 0;
	own->in_doubt = 1;
}

/* What is known of the thread that is running; 0 where this event is not looked at. */
inline_always thread *this_thread(void)
{
	struct look look;
	thread *own;
	__u32 pid;
	__u64 id;

	if (!is_looked_at(&look))
		return 0;
	id = pid_and_tid();
	pid = id >> 32;
	if (!is_watched(pid))
		return 0;
	own = any_thread(pid, id);
	if (!own)
		return 0;
	look.batch = look.batch << 8 | (cpu_number() & 0xff);
	own->shift = look.shift;
	own->in_doubt = 0;
	if (own->batch != look.batch && config.sampled && look.tick - config.sampled < 4 * WINDOW)
		in_doubt(own);
	own->batch = look.batch;
	return own;
}

inline_always void see(thread *own, __u64 address, __u32 what, __u32 count)
{
	own->access.address = address;
	own->access.time_ns = now_ns();
	own->access.what = what;
	own->access.count = count;
	own->access.has_value = 0;
	own->access.value = 0;
}

inline_always void see_value(thread *own, const void *at)
{
	__u32 size = own->access.what >> 8 & 0xff;
	__u64 value = 0;

	if (!config.records || size > sizeof(value))
		return;
	if (read_kernel(&value, size, at) == 0) {
		own->access.value = value;
		own->access.has_value = 1;
	}
}

/* After a write to a port and one exit: whether KVM answered the read that ends here. */
inline_always int read_is_kvms(const thread *own, __u64 port, __u32 what)
{
	const struct lightexit_access_tally *write =
		tally_of(own->access.address, own->access.what);
	const struct lightexit_access_tally *read = tally_of(port, what);

	if ((!read || !read->certain) && write && write->certain == CERTAINLY_USER)
		return 1;
	if ((!read || !read->certain) && write && write->certain == CERTAINLY_KVM)
		return 0;
	return usual_answer(port, what) == KVM;
}

/* What an instruction with `rep` has read: counted together, recorded one by one. Of the last ones
 * of very many there is one record, without values: loops make the kernel's verifier slow. */
called int settle_string(thread *own, __u32 answer, __u64 duration, __u32 certain, const char *data)
{
	__u32 left = own->access.count, size = own->access.what >> 8 & 0xff, i;

	own->told = 1 + answer;
	count(own, answer, duration, certain);
	if (duration != UNKNOWN)
		duration /= left;
	own->access.count = 1;
	for (i = 0; i < MOST_ELEMENTS && left; i++, left--) {
		see_value(own, data + i * size);
		record(&own->access, answer, duration);
	}
	own->access.count = left;
	own->access.has_value = 0;
	if (left)
		record(&own->access, answer, duration);
	return 0;
}

/* A read ends: the exit to user space that it caused, if it did, came first. */
inline_always void settle_read(thread *own, int by_user, __u32 certain, const void *data)
{
	__u32 answer = by_user ? USER : KVM;
	__u64 duration = UNKNOWN;

	if (by_user && own->exit_ns && !config.whole_exits)
		duration = own->access.time_ns - own->exit_ns;
	own->exit_space = 0;
	own->unsatisfied = 0;
	if (own->access.count > 1 && config.records) {
		settle_string(own, answer, duration, certain, data);
		return;
	}
	see_value(own, data);
	settle(own, answer, duration, certain);
}

inline_always void read_port(thread *own, __u64 port, __u32 what, __u32 count, const void *data)
{
	int by_user = own->exit_space == PIO + 1;
	int certain = !own->in_doubt;

	if (own->in_doubt)
		by_user = usual_answer(port, what) == USER;
	if (own->pending && by_user && space_of(&own->access) == PIO) {
		by_user = !read_is_kvms(own, port, what);
		certain = 0;
		settle(own, by_user ? KVM : USER, UNKNOWN, 0);
	} else {
		settle_write(own);
	}
	see(own, port, what, count);
	settle_read(own, by_user, certain, data);
}

int kvm_pio(const __u64 *args)
{
	__u32 is_write = args[0], size = args[2], count = args[3];
	__u64 port = args[1] & 0xffff;
	thread *own = this_thread();

	if (!own)
		return 0;
	if (!is_write) {
		read_port(own, port, what(PIO, size, 0), count, (const void *)args[4]);
		return 0;
	}
	settle_write(own);
	see(own, port, what(PIO, size, 1), count);
	see_value(own, (const void *)args[4]);
	own->pending = 1;
	own->exit_space = 0;
	return 0;
}

int kvm_mmio(const __u64 *args)
{
	__u32 kind = args[0], size = args[1];
	__u64 address = args[2];
	thread *own = this_thread();
	int by_user;

	if (!own)
		return 0;
	settle_write(own);
	if (kind == UNSATISFIED_READ) {
		own->unsatisfied = 1;
		own->exit_space = 0;
		return 0;
	}
	see(own, address, what(MMIO, size, kind == MEMORY_WRITE), 1);
	if (kind == MEMORY_READ) {
		by_user = own->unsatisfied && own->exit_space == MMIO + 1;
		if (own->in_doubt)
			by_user = usual_answer(address, own->access.what) == USER;
		settle_read(own, by_user, !own->in_doubt, (const void *)args[3]);
		return 0;
	}
	see_value(own, (const void *)args[3]);
	own->pending = 1;
	own->exit_space = 0;
	own->unsatisfied = 0;
	return 0;
}

int kvm_msr(const __u64 *args)
{
	thread *own = this_thread();

	if (!own)
		return 0;
	settle_write(own);
	see(own, args[1] & 0xffffffff, what(MSR, 8, args[0] & 0xff), 1);
	own->access.value = args[2];
	own->access.has_value = !(args[3] & 0xff); /* else the guest gets a fault */
	settle(own, KVM, UNKNOWN, 1);
	return 0;
}

/* A doorbell without data: its size is not told. */
int kvm_fast_mmio(const __u64 *args)
{
	thread *own = this_thread();

	if (!own)
		return 0;
	settle_write(own);
	see(own, args[0], what(MMIO, 0, 1), 1);
	settle(own, KVM, UNKNOWN, 1);
	return 0;
}

inline_always __u32 exit_space_of(__u32 reason, int error)
{
	if (error < 0)
		return 0;
	if (reason == EXIT_IO)
		return PIO + 1;
	if (reason == EXIT_MMIO)
		return MMIO + 1;
	return reason == EXIT_RDMSR || reason == EXIT_WRMSR ? MSR + 1 : 0;
}

/* kvm_msr is silent where the VMM answers, so that only the exit is known. */
inline_always void msr_exit(thread *own, __u32 reason)
{
	settle_write(own);
	see(own, UNKNOWN_MSR, what(MSR, 8, reason == EXIT_WRMSR), 1);
	settle(own, USER, UNKNOWN, 1);
	own->exit_space = 0;
}

/* Whether the exit is the one of the write that waits. */
inline_always int takes_write(thread *own, __u32 space)
{
	if (own->exit_space) { /* the exit before this one was its */
		settle_write(own);
		return 0;
	}
	if (space != space_of(&own->access) + 1) {
		settle_write(own);
		return 0;
	}
	own->exit_space = space;
	if (space == MMIO + 1)
		settle_write(own);
	else
		own->exit_ns = now_ns();
	return 1;
}

int kvm_userspace_exit(const __u64 *args)
{
	__u32 reason = args[0], space = exit_space_of(reason, args[1]);
	thread *own = this_thread();

	if (!own)
		return 0;
	if (space == MSR + 1) {
		msr_exit(own, reason);
		return 0;
	}
	if (own->in_doubt) { /* whose exit it is shows nowhere: what follows is in doubt, too */
		own->batch--;
		return 0;
	}
	if (own->pending && takes_write(own, space))
		return 0;
	own->exit_space = space == MMIO + 1 && !own->unsatisfied ? 0 : space;
	own->exit_ns = now_ns();
	return 0;
}

int kvm_exit(const __u64 *args)
{
	thread *own = this_thread();

	(void)args;
	if (!own || own->in_doubt)
		return 0;
	settle_write(own);
	own->left_ns = now_ns();
	own->told = 0;
	return 0;
}

int kvm_entry(const __u64 *args)
{
	struct lightexit_access_tally *found;
	struct lightexit_tally *tally;
	thread *own = this_thread();

	(void)args;
	if (!own)
		return 0;
	settle_write(own);
	if (own->told && own->left_ns) {
		found = tally_of(own->access.address, own->access.what);
		if (found) {
			tally = own->told == 1 + USER ? &found->user : &found->kvm;
			tally->timed += (__u64)own->access.count << own->shift;
			tally->time_ns += (now_ns() - own->left_ns) << own->shift;
		}
	}
	own->left_ns = 0;
	return 0;
}

int kvm_apic(const __u64 *args)
{
	struct lightexit_apic_tally *counted;
	struct lightexit_apic_tally_key key;
	__u64 id = pid_and_tid();
	struct look look;

	if (!is_looked_at(&look))
		return 0;
	key.pid = id >> 32;
	key.tid = id;
	key.offset = args[1];
	key.is_write = (args[0] & 0xffffffff) ? 1 : 0;
	if (!is_watched(key.pid))
		return 0;
	counted = entry_of(&apic, &key, &config.no_apic);
	if (counted)
		counted->accesses += 1ULL << look.shift;
	else
		lost(1ULL << look.shift, 0);
	return 0;
}

/* The thread of KVM's PIT is none of the VMM: "kvm-pit/" and the VMM's number is its name. */
inline_always int is_kvms_pit(void)
{
	__u64 name[2];

	return thread_name(name, sizeof(name)) == 0 && name[0] == 0x2f7469702d6d766bULL;
}

inline_always struct lightexit_line_tally *line_of(__u32 pid, __u32 gsi)
{
	struct lightexit_line_tally_key key;

	key.pid = pid;
	key.gsi = gsi;
	return entry_of(&lines, &key, &config.no_line);
}

int kvm_set_irq(const __u64 *args)
{
	__u64 id = pid_and_tid();
	struct lightexit_line_tally *tally;
	__u32 pid = id >> 32;
	struct look look;
	thread *own;

	if (!is_looked_at(&look))
		return 0;
	if (!is_watched(pid) && !is_kvms_pit())
		return 0;
	own = any_thread(pid, id);
	tally = line_of(pid, args[0]);
	if (!own || !tally)
		return 0;
	own->gsi = args[0];
	own->line = LINE_SET;
	own->shift = look.shift;
	__sync_fetch_and_add(&tally->changes, 1ULL << look.shift);
	return 0;
}

/* An interrupt controller has got what kvm_set_irq told of in this thread. */
inline_always void at_controller(int is_masked)
{
	__u64 id = pid_and_tid();
	__u32 tid = id;
	thread *own = find(&threads, &tid);
	struct lightexit_line_tally *tally;

	if (!own || own->line == LINE_NONE || own->line == LINE_TAKEN)
		return;
	if (is_masked && own->line == LINE_MASKED)
		return;
	tally = line_of(own->pid, own->gsi);
	if (tally && is_masked)
		__sync_fetch_and_add(&tally->masked, 1ULL << own->shift);
	else if (tally && own->line == LINE_MASKED)
		__sync_fetch_and_add(&tally->masked, -(1ULL << own->shift));
	own->line = is_masked ? LINE_MASKED : LINE_TAKEN;
}

int kvm_pic_set_irq(const __u64 *args)
{
	__u32 pin = args[1] & 7, masked_pins = args[3];

	at_controller(masked_pins >> pin & 1);
	return 0;
}

int kvm_ioapic_set_irq(const __u64 *args)
{
	at_controller(args[0] >> 16 & 1);
	return 0;
}
