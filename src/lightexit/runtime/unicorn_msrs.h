/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * RDMSR, WRMSR, MOV CR8, and MOV to CR4, of which Unicorn takes any bit: it has no hook for them.
 * Code that is translated is searched for their bytes, and has a hook there once it is translated
 * anew. What is found need not be an instruction.
 */
#ifndef LIGHTEXIT_UNICORN_MSRS_H
#define LIGHTEXIT_UNICORN_MSRS_H

#include "unicorn_code.h"
#include "unicorn_segments.h"

/* Places that are nearer to each other, in bytes, are one. */
#define NEAR 32
#define NOWHERE ~0ull

#define LONGEST_INSTRUCTION 15
#define ESCAPE 0x0f
#define WRMSR 0x30
#define RDMSR 0x32
/* MOV to a register from a control register, or the other way; bits of REX. */
#define MOV_FROM_CR 0x20
#define MOV_TO_CR 0x22
#define REX_R 4
#define REX_B 1

typedef struct lightexit_msr_watch msr_watch;

/* One of these instructions: of an MSR, or of a control register and a general one. */
struct access_code {
	u32 length;
	bool is_write;
	u8 control;
	u8 general;
};

PART bool is_rex(u8 byte)
{
	return byte >> 4 == 4;
}

PART bool is_prefix(u8 byte)
{
	return byte == 0x66 || byte == 0x67 || (byte & 0xe7) == 0x26 || (byte & 0xfe) == 0x64 ||
	       (byte & 0xfe) == 0xf2;
}

PART bool is_msr_access(u8 before, u8 byte)
{
	return before == ESCAPE && (byte == WRMSR || byte == RDMSR);
}

/* CR8 and beyond; which of them is in the next byte. */
PART bool is_high_cr_access(u8 prefix, u8 before, u8 byte)
{
	return is_rex(prefix) && prefix & REX_R && before == ESCAPE &&
	       (byte == MOV_FROM_CR || byte == MOV_TO_CR);
}

PART u8 register_of(u8 registers)
{
	return registers >> 3 & 7;
}

PART bool is_cr4_write(u8 before_it, u8 before, u8 byte)
{
	return before_it == ESCAPE && before == MOV_TO_CR && register_of(byte) == 4;
}

PART bool is_wanted(u8 before_it, u8 before, u8 byte)
{
	return is_msr_access(before, byte) || is_high_cr_access(before_it, before, byte) ||
	       is_cr4_write(before_it, before, byte);
}

/* Whether an instruction that is wanted may go on after this byte. */
PART bool is_before_last(u8 before, u8 byte)
{
	return is_prefix(byte) || is_rex(byte) || byte == ESCAPE ||
	       (before == ESCAPE && byte == MOV_TO_CR);
}

/* Unless it is part of one that is known. */
RARE void note_place(msr_watch *msrs, u64 first, u64 last)
{
	struct lightexit_msr_place *place = msrs->places;
	u32 index;

	if (last == NOWHERE)
		return;
	for (index = 0; index < msrs->count; index++, place++)
		if (place->first <= first && place->last >= last)
			return;
	if (index == LIGHTEXIT_MSR_PLACES) {
		msrs->is_full = true;
	} else {
		place->first = first;
		place->last = last;
		msrs->count++;
	}
}

/* Whether places are waiting for hooks. */
PART bool has_new_places(const msr_watch *msrs)
{
	return msrs->count > msrs->hooked || msrs->is_full;
}

/*
 * Notes the places in a block. They are far enough apart that all of any one block have
 * room. In other rings the instructions raise #GP.
 */
PART void find_msrs(const delivery *to, const saved_cpu *cpu, msr_watch *msrs, u64 address, u64 size)
{
	u64 end = address + size, start = address, first = 0, last = NOWHERE;
	const u8 *byte = (const u8 *)0;
	u8 prefix = 0, before = 0;

	_Static_assert(PAGE / NEAR + 2 < LIGHTEXIT_MSR_PLACES, "no block is much longer than a page");
	if (!msrs->is_on || cpu->hidden_flags & RING)
		return;
	for (; address < end; address++, prefix = before, before = *byte++) {
		if (!byte || address % PAGE == 0)
			byte = memory_at(to, cpu, address, 1);
		if (!byte)
			break;
		if (is_wanted(prefix, before, *byte)) {
			if (last == NOWHERE || start > last + NEAR) {
				note_place(msrs, first, last);
				first = start;
			}
			last = address - 1;
		}
		if (!is_before_last(before, *byte))
			start = address + 1;
	}
	note_place(msrs, first, last);
}

/* The byte that names the registers of a MOV. */
PART bool decode_registers(const delivery *to, const saved_cpu *cpu, u64 address, u8 rex,
			   struct access_code *code)
{
	u64 byte;

	if (!load_at(to, cpu, address + code->length, 1, &byte))
		return false;
	code->control = register_of(byte) | (rex & REX_R) << 1;
	code->general = (byte & 7) | (rex & REX_B) << 3;
	code->length++;
	return code->control == 8 || (code->control == 4 && code->is_write);
}

/* Whether one of them is there. */
PART bool decode(const delivery *to, const saved_cpu *cpu, u64 address, struct access_code *code)
{
	bool is_64bit = cpu->hidden_flags & HIDDEN_CS64;
	u64 byte = 0, before = 0, prefix;

	do {
		prefix = before;
		before = byte;
		if (code->length == LONGEST_INSTRUCTION ||
		    !load_at(to, cpu, address + code->length, 1, &byte))
			return false;
		code->length++;
	} while (before != ESCAPE &&
		 (is_prefix(byte) || (is_64bit && is_rex(byte)) || byte == ESCAPE));
	code->is_write = byte == WRMSR || byte == MOV_TO_CR;
	if (before == ESCAPE && (byte == MOV_FROM_CR || byte == MOV_TO_CR))
		return decode_registers(to, cpu, address, is_64bit && is_rex(prefix) ? prefix : 0,
					code);
	return is_msr_access(before, byte);
}

#endif /* LIGHTEXIT_UNICORN_MSRS_H */
