/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Delivery of interrupts and exceptions, and SYSCALL, on a saved CPU. Its definition is
 * vm/x86.py, which does what this does not: whatever raises a fault itself, and what is rare.
 * Reference: Intel SDM volume 3, sections 6.10 to 6.14 and 21.1.4.
 */
#ifndef LIGHTEXIT_UNICORN_DELIVERY_H
#define LIGHTEXIT_UNICORN_DELIVERY_H

#include "unicorn_segments.h"

#define PE 1
#define EFER_SCE 1
#define FLAGS_TF (1 << 8)
#define FLAGS_IF (1 << 9)
#define FLAGS_NT (1 << 14)
#define FLAGS_RF (1 << 16)
#define FLAGS_VM (1 << 17)
#define FLAGS_AC (1 << 18)
#define FLAGS_FIXED 2
/* Of general registers. */
enum { RAX, RCX, RDX, RSP = 4, R11 = 11 };
/* Stack pointers in a task state segment: of 64 bits, of 32 (section 7.2). */
#define TSS_RSP0 4
#define TSS_IST1 0x24
#define TSS_ESP0 4
#define MOST_ITEMS 6
/* Exceptions with an error code. */
#define CODED (1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17)

/* Those of the class of faults, whose instruction is executed again (section 6.15). */
#define FAULTS (1 << 0 | 7 << 5 | 0x1f << 10 | 3 << 16 | 7 << 19)

struct event {
	u32 vector;
	bool is_software;
	bool is_fault;
	bool has_code;
	u32 code;
};

struct gate {
	u16 selector;
	u64 offset;
	u32 item_size;
	bool clears_if;
};

/* What is pushed, and where: from the top of `stack` down. */
struct frame {
	u64 items[MOST_ITEMS];
	u32 count;
	u64 base; /* of the stack segment */
	u64 top;
	u64 mask; /* bits of the stack pointer that are used */
};

PART void add_item(struct frame *frame, u64 item)
{
	frame->items[frame->count++] = item;
}

/* The flags that are pushed (Intel SDM volume 3, section 18.3.1.1). */
PART u64 pushed_flags(const struct event *event, u64 flags)
{
	return event->is_fault ? flags | FLAGS_RF : flags;
}

PART bool push_items(delivery *to, const saved_cpu *cpu, struct frame *frame, u32 size)
{
	u64 top = frame->top;
	u8 *bytes;
	u32 index;

	for (index = 0; index < frame->count; index++) {
		top = (top - size) & frame->mask;
		bytes = memory_at(to, cpu, frame->base + top, size);
		if (!bytes)
			return false;
		store_le(bytes, frame->items[index], size);
	}
	frame->top = (frame->top & ~frame->mask) | top;
	to->frame = frame->base + top;
	return true;
}

PART void go_on_at(saved_cpu *cpu, const struct gate *gate, u64 stack, u64 *flags)
{
	cpu->general[RSP] = stack;
	cpu->rip = gate->offset;
	*flags &= ~(u64)(FLAGS_TF | FLAGS_NT | FLAGS_RF | FLAGS_AC);
	if (gate->clears_if)
		*flags &= ~(u64)FLAGS_IF;
}

PART bool find_entry(const delivery *to, const saved_cpu *cpu, u32 vector, u32 size, u64 *entry)
{
	u32 place = vector * size;

	return place + size - 1 <= cpu->idt.limit &&
	       load_at(to, cpu, cpu->idt.base + place, size < 8 ? size : 8, entry);
}

PART u32 ring_of(const saved_cpu *cpu)
{
	return cpu->segments[CS].selector & RING;
}

/* Whether this event may go through the gate of such a kind: 16 bits or 32. */
PART bool is_gate(u64 entry, const struct event *event, u32 ring)
{
	u32 kind = entry >> 40 & 0x17; /* bit 3: 32 bits */

	return entry >> 47 & 1 && (kind == 6 || kind == 7) &&
	       !(event->is_software && (entry >> 45 & RING) < ring);
}

/* ---- real mode ----------------------------------------------------------------------- */

PART bool enter_real(delivery *to, saved_cpu *cpu, const struct event *event, u64 *flags)
{
	struct lightexit_segment *code = &cpu->segments[CS];
	struct frame frame = { .base = cpu->segments[SS].base, .top = cpu->general[RSP],
			       .mask = 0xffff };
	struct gate gate = { .clears_if = true };
	u64 entry;

	if (!find_entry(to, cpu, event->vector, 4, &entry))
		return false;
	gate.offset = entry & 0xffff;
	add_item(&frame, *flags);
	add_item(&frame, code->selector);
	add_item(&frame, cpu->rip);
	if (!push_items(to, cpu, &frame, 2))
		return false;
	code->selector = entry >> 16;
	code->base = code->selector << 4;
	go_on_at(cpu, &gate, frame.top, flags);
	return true;
}

/* ---- protected mode ------------------------------------------------------------------ */

PART bool find_gate(const delivery *to, const saved_cpu *cpu, const struct event *event,
		    struct gate *gate)
{
	u64 entry;

	if (!find_entry(to, cpu, event->vector, 8, &entry) ||
	    !is_gate(entry, event, ring_of(cpu)))
		return false;
	gate->selector = entry >> 16;
	gate->offset = entry & 0xffff;
	gate->item_size = 2;
	gate->clears_if = !(entry >> 40 & 1);
	if (entry >> 43 & 1) {
		gate->offset |= entry >> 32 & 0xffff0000;
		gate->item_size = 4;
	}
	return true;
}

/* The stack that the task state segment has for an inner ring. */
PART bool find_stack(const delivery *to, const saved_cpu *cpu, u32 ring,
		     struct lightexit_segment *stack, u64 *pointer)
{
	u64 place = cpu->task.base + TSS_ESP0 + 8 * ring, selector;

	return load_at(to, cpu, place, 4, pointer) && load_at(to, cpu, place + 4, 2, &selector) &&
	       find_segment(to, cpu, selector, stack) && (selector & RING) == ring &&
	       privilege_of(stack) == ring &&
	       (stack->flags & (SEGMENT_CODE | SEGMENT_WRITABLE)) == SEGMENT_WRITABLE;
}

PART bool push_protected(delivery *to, const saved_cpu *cpu, const struct event *event,
			 struct frame *frame, u64 flags, u32 size)
{
	add_item(frame, pushed_flags(event, flags));
	add_item(frame, cpu->segments[CS].selector);
	add_item(frame, cpu->rip);
	if (event->has_code)
		add_item(frame, event->code);
	return push_items(to, cpu, frame, size);
}

PART bool enter_protected(delivery *to, saved_cpu *cpu, const struct event *event,
			  u64 *flags)
{
	struct lightexit_segment code, stack = cpu->segments[SS];
	struct frame frame = { .top = cpu->general[RSP] };
	u32 ring = ring_of(cpu), inner = ring;
	struct gate gate;
	bool wide;

	if (*flags & FLAGS_VM || ring != (cpu->hidden_flags & RING) ||
	    !find_gate(to, cpu, event, &gate) ||
	    !find_segment(to, cpu, gate.selector, &code) || !(code.flags & SEGMENT_CODE))
		return false;
	if (!(code.flags & SEGMENT_CONFORMING))
		inner = privilege_of(&code);
	wide = cpu->hidden_flags & HIDDEN_SS32;
	if (inner < ring) {
		if (!find_stack(to, cpu, inner, &stack, &frame.top))
			return false;
		wide = stack.flags & SEGMENT_32;
		add_item(&frame, cpu->segments[SS].selector);
		add_item(&frame, cpu->general[RSP]);
	} else if (inner > ring || gate.selector != cpu->segments[CS].selector) {
		return false;
	}
	frame.base = stack.base;
	frame.mask = wide ? 0xffffffff : 0xffff;
	if (!push_protected(to, cpu, event, &frame, *flags, gate.item_size))
		return false;
	code.selector = (gate.selector & ~RING) | inner;
	if (inner < ring)
		enter_ring(cpu, code, stack, inner);
	go_on_at(cpu, &gate, frame.top, flags);
	return true;
}

/* ---- long mode ----------------------------------------------------------------------- */

/* Where the frame begins: the gate's stack (IST), that of ring 0, or the one in use. */
PART bool find_top(const delivery *to, const saved_cpu *cpu, u32 number, u64 *top)
{
	u64 place = cpu->task.base + (number ? TSS_IST1 + 8 * (number - 1) : TSS_RSP0);

	*top = 0;
	if ((number || ring_of(cpu)) && !load_at(to, cpu, place, 8, top))
		return false;
	*top = (*top ? *top : cpu->general[RSP]) & ~0xfull;
	return true;
}

PART bool find_long_gate(const delivery *to, const saved_cpu *cpu, const struct event *event,
			 struct gate *gate, u32 *number)
{
	u64 entry, upper;

	if (!find_entry(to, cpu, event->vector, 16, &entry) || !(entry >> 43 & 1) ||
	    !is_gate(entry, event, ring_of(cpu)) ||
	    !load_at(to, cpu, cpu->idt.base + 16 * event->vector + 8, 4, &upper))
		return false;
	gate->selector = entry >> 16;
	gate->offset = (entry & 0xffff) | (entry >> 32 & 0xffff0000) | upper << 32;
	gate->clears_if = !(entry >> 40 & 1);
	*number = entry >> 32 & 7;
	return !(gate->selector & 4) && gate->selector & ~RING &&
	       (u32)(gate->selector | 7) <= cpu->gdt.limit;
}

PART bool enter_long(delivery *to, saved_cpu *cpu, const struct event *event, u64 *flags)
{
	u32 ring = ring_of(cpu), number;
	struct frame frame = { .mask = ~0ull };
	struct gate gate;

	if (!find_long_gate(to, cpu, event, &gate, &number) ||
	    ring != (cpu->hidden_flags & RING) ||
	    (!ring && gate.selector != cpu->segments[CS].selector) ||
	    !find_top(to, cpu, number, &frame.top))
		return false;
	add_item(&frame, cpu->segments[SS].selector);
	add_item(&frame, cpu->general[RSP]);
	if (!push_protected(to, cpu, event, &frame, *flags, 8))
		return false;
	if (ring)
		enter_ring(cpu, flat(gate.selector & ~RING, FLAT_CODE),
			   (struct lightexit_segment){ 0 }, 0);
	go_on_at(cpu, &gate, frame.top, flags);
	return true;
}

/* ---- all of them --------------------------------------------------------------------- */

PART bool enter(delivery *to, saved_cpu *cpu, const struct event *event, u64 *flags)
{
	if (!(cpu->control[0] & PE))
		return enter_real(to, cpu, event, flags);
	if (cpu->control[0] & PG && cpu->efer & EFER_LMA)
		return enter_long(to, cpu, event, flags);
	return enter_protected(to, cpu, event, flags);
}

/* SYSCALL of two bytes, from 64-bit code (SDM volume 2). Unicorn then steps over it. */
PART bool enter_system(const delivery *to, saved_cpu *cpu, u64 *flags)
{
	u16 selector = cpu->star >> 32 & 0xfffc;
	u64 code;

	if (!(cpu->hidden_flags & HIDDEN_CS64) || !(cpu->efer & EFER_SCE) ||
	    !load_at(to, cpu, cpu->rip, 2, &code) || code != 0x050f)
		return false;
	cpu->general[RCX] = cpu->rip + 2;
	cpu->general[R11] = *flags;
	enter_ring(cpu, flat(selector, FLAT_CODE), flat(selector + 8, FLAT_DATA), 0);
	cpu->rip = cpu->lstar - 2;
	*flags = (*flags & ~cpu->fmask) | FLAGS_FIXED;
	return true;
}

#endif /* LIGHTEXIT_UNICORN_DELIVERY_H */
