/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Segments of a saved CPU, and the flags that Unicorn derives from them.
 * Reference: Intel SDM volume 3, section 3.4.5 (descriptors).
 */
#ifndef LIGHTEXIT_UNICORN_SEGMENTS_H
#define LIGHTEXIT_UNICORN_SEGMENTS_H

#include "unicorn_memory.h"

enum { CS = 1, SS = 2, DS = 3, ES = 0 };

#define RING 3
/* Hidden flags: of code and stack, 32 bits wide; some base is not 0; 64-bit code. */
#define HIDDEN_CS32 (1 << 4)
#define HIDDEN_SS32 (1 << 5)
#define HIDDEN_BASES (1 << 6)
#define HIDDEN_CS64 (1 << 15)
/* Of a segment's flags. */
#define SEGMENT_ACCESSED (1 << 8)
#define SEGMENT_WRITABLE (1 << 9)
#define SEGMENT_CONFORMING (1 << 10)
#define SEGMENT_CODE (1 << 11)
#define SEGMENT_NO_SYSTEM (1 << 12)
#define SEGMENT_PRESENT (1 << 15)
#define SEGMENT_LONG (1 << 21)
#define SEGMENT_32 (1 << 22)
#define SEGMENT_PAGES (1 << 23)
#define FLAT_CODE 0x00af9b00 /* present, ring 0, execute and read, 64 bits */
#define FLAT_DATA 0x00cf9300 /* present, ring 0, read and write, 32 bits */

PART struct lightexit_segment flat(u16 selector, u32 flags)
{
	return (struct lightexit_segment){ .selector = selector, .limit = ~0u, .flags = flags };
}

PART u32 privilege_of(const struct lightexit_segment *segment)
{
	return segment->flags >> 13 & RING;
}

/* Reads a segment's descriptor; false where it is not in the global table. */
PART bool find_segment(const delivery *to, const saved_cpu *cpu, u16 selector,
		       struct lightexit_segment *segment)
{
	u64 entry;

	if (selector & 4 || !(selector & ~3) || (u32)(selector | 7) > cpu->gdt.limit ||
	    !load_at(to, cpu, cpu->gdt.base + (selector & ~7), 8, &entry))
		return false;
	segment->selector = selector;
	segment->base = (u32)((entry >> 16 & 0xffffff) | (entry >> 32 & 0xff000000));
	segment->limit = (entry & 0xffff) | (entry >> 32 & 0xf0000);
	segment->flags = entry >> 32;
	if (segment->flags & SEGMENT_PAGES)
		segment->limit = segment->limit << 12 | 0xfff;
	return segment->flags & SEGMENT_PRESENT && segment->flags & SEGMENT_NO_SYSTEM;
}

PART bool has_bases(const saved_cpu *cpu)
{
	const struct lightexit_segment *segments = cpu->segments;

	return segments[DS].base | segments[ES].base | segments[SS].base;
}

/* The ring `privilege` with these segments of code and stack, outside real mode. */
PART void enter_ring(saved_cpu *cpu, struct lightexit_segment code,
		     struct lightexit_segment stack, u32 privilege)
{
	u32 hidden = cpu->hidden_flags & ~(RING | HIDDEN_CS32 | HIDDEN_SS32 | HIDDEN_BASES |
					   HIDDEN_CS64);

	cpu->segments[CS] = code;
	cpu->segments[SS] = stack;
	if (cpu->efer & EFER_LMA && code.flags & SEGMENT_LONG)
		hidden |= HIDDEN_CS64 | HIDDEN_CS32 | HIDDEN_SS32;
	else
		hidden |= (code.flags & SEGMENT_32 ? HIDDEN_CS32 : HIDDEN_BASES) |
			  (stack.flags & SEGMENT_32 ? HIDDEN_SS32 : 0) |
			  (has_bases(cpu) ? HIDDEN_BASES : 0);
	cpu->hidden_flags = hidden | privilege;
}

#endif /* LIGHTEXIT_UNICORN_SEGMENTS_H */
