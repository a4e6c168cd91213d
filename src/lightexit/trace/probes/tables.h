/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The maps, and what is in them of the thread that is running. */
#ifndef LIGHTEXIT_PROBES_TABLES_H
#define LIGHTEXIT_PROBES_TABLES_H

#include "helpers.h"
#include "layouts.h"

#define inline_always static inline __attribute__((always_inline))
/* A function of its own in the bytecode: the kernel's verifier follows it at each call. */
#define called static __attribute__((noinline, unused))

enum { PIO = LIGHTEXIT_SPACE_PIO, MMIO = LIGHTEXIT_SPACE_MMIO, MSR = LIGHTEXIT_SPACE_MSR };
enum { KVM = LIGHTEXIT_ANSWERED_BY_KVM, USER = LIGHTEXIT_ANSWERED_BY_USER };
enum { CERTAINLY_KVM = 1, CERTAINLY_USER = 2 };
/* Of `line` in struct lightexit_thread. */
enum { LINE_NONE, LINE_SET, LINE_MASKED, LINE_TAKEN };

#define UNKNOWN (~0ULL)
#define UNKNOWN_MSR 0xffffffffU

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

#endif /* LIGHTEXIT_PROBES_TABLES_H */
