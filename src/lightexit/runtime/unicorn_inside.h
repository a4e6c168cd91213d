/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Parts of Unicorn 2.1.4's x86 CPU that no interface offers, its TLB among them. Who uses this checks
 * the places first (vm/unicorn/inside.py).
 */
#ifndef LIGHTEXIT_UNICORN_INSIDE_H
#define LIGHTEXIT_UNICORN_INSIDE_H

#include "unicorn_memory.h"

#define FETCH 2

/* Offsets: in a CPU, of a word for others' use, its engine, its class, and a table's head for each
 * mode; in a class. */
#define CPU_OPAQUE 0x8170
#define CPU_ENGINE 0x81a8
#define CPU_CLASS 0x81b0
#define CPU_TABLES 0x8a10
#define CLASS_OWN_FILL 0x50

typedef bool fill_function(void *cpu, u64 address, int size, int access, int mode, bool probe,
			   u64 from);

PART void *pointer_at(const u8 *cpu, u32 offset)
{
	return *(void *const *)(cpu + offset);
}

struct tlb_table {
	u64 mask; /* of an entry's offset */
	u8 *entries;
};

/* Linear addresses of a page by access, with flags; all ones where there is no such access. */
struct tlb_entry {
	u64 read;
	u64 write;
	u64 code;
	u64 rest[5];
};

PART fill_function *own_fill(const u8 *cpu)
{
	return (fill_function *)pointer_at(pointer_at(cpu, CPU_CLASS), CLASS_OWN_FILL);
}

PART struct tlb_entry *entry_of(u8 *cpu, u64 address, int mode)
{
	const struct tlb_table *table = (const struct tlb_table *)(cpu + CPU_TABLES) + mode;

	return (struct tlb_entry *)(table->entries +
				    (address / PAGE * sizeof(struct tlb_entry) & table->mask));
}

#endif /* LIGHTEXIT_UNICORN_INSIDE_H */
