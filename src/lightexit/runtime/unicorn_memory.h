/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Guest memory as the CPU itself sees it, with the rights of ring 0: linear addresses. Its
 * definition is vm/paging.py. Reference: Intel SDM volume 3, sections 4.3 to 4.5.
 */
#ifndef LIGHTEXIT_UNICORN_MEMORY_H
#define LIGHTEXIT_UNICORN_MEMORY_H

#include "runtime.h"

#define PAGE 4096ull
#define PG (1ull << 31)
#define CR4_PSE (1 << 4)
#define CR4_PAE (1 << 5)
#define EFER_LMA (1 << 10)
#define ENTRY_PRESENT 1
#define ENTRY_LARGE (1 << 7)
#define ENTRY_ADDRESS 0x000ffffffffff000ull

typedef struct lightexit_delivery delivery;
typedef struct lightexit_saved_cpu saved_cpu;

/* The host's memory behind a physical address; a null pointer where not all of it is in a slot. */
PART u8 *host_of(const delivery *to, u64 address, u64 size)
{
	const struct lightexit_slot *slot = POINTER(struct lightexit_slot, to->slots);
	u32 index;

	for (index = 0; index < to->slot_count; index++, slot++)
		if (address >= slot->start && address - slot->start + size <= slot->size)
			return POINTER(u8, slot->host) + (address - slot->start);
	return (u8 *)0;
}

PART u64 load_le(const u8 *bytes, u32 size)
{
	u64 value = 0;

	while (size--)
		value = value << 8 | bytes[size];
	return value;
}

PART void store_le(u8 *bytes, u64 value, u32 size)
{
	for (; size--; value >>= 8)
		*bytes++ = (u8)value;
}

/* How a CPU translates addresses: its first table, and what the tables look like. */
struct walk {
	u64 table;
	u32 entry_size;
	u32 index_bits;
	u32 shift; /* lowest bit of the first table's index */
	u32 largest; /* lowest bit of the index whose entries may be pages */
};

PART struct walk walk_of(const saved_cpu *cpu)
{
	u64 cr3 = cpu->control[3];

	if (cpu->efer & EFER_LMA)
		return (struct walk){ cr3 & ENTRY_ADDRESS, 8, 9, 39, 30 };
	if (cpu->control[4] & CR4_PAE)
		return (struct walk){ cr3 & ~0x1full, 8, 9, 30, 21 };
	return (struct walk){ cr3 & ~0xfffull, 4, 10, 22, cpu->control[4] & CR4_PSE ? 22 : 12 };
}

/* Whether a linear address is mapped, and to which physical one. */
RARE bool translate(const delivery *to, const saved_cpu *cpu, u64 linear, u64 *physical)
{
	struct walk at = walk_of(cpu);
	u64 entry, within;
	const u8 *place;

	if (!(cpu->control[0] & PG)) {
		*physical = (u32)linear;
		return true;
	}
	for (;; at.shift -= at.index_bits) {
		place = host_of(to, at.table + at.entry_size *
				(linear >> at.shift & ((1u << at.index_bits) - 1)), at.entry_size);
		if (!place)
			return false;
		entry = load_le(place, at.entry_size);
		if (!(entry & ENTRY_PRESENT))
			return false;
		if (at.shift == 12 || (at.shift <= at.largest && entry & ENTRY_LARGE))
			break;
		at.table = entry & ENTRY_ADDRESS;
	}
	within = (1ull << at.shift) - 1;
	*physical = (entry & ENTRY_ADDRESS & ~within) | (linear & within);
	return true;
}

/* Memory by its linear address; a null pointer for what is not there, or lies in two pages. */
PART u8 *memory_at(const delivery *to, const saved_cpu *cpu, u64 linear, u32 size)
{
	u64 physical;

	if (linear % PAGE + size > PAGE || !translate(to, cpu, linear, &physical))
		return (u8 *)0;
	return host_of(to, physical, size);
}

PART bool load_at(const delivery *to, const saved_cpu *cpu, u64 linear, u32 size, u64 *value)
{
	const u8 *bytes = memory_at(to, cpu, linear, size);

	if (bytes)
		*value = load_le(bytes, size);
	return bytes;
}

#endif /* LIGHTEXIT_UNICORN_MEMORY_H */
