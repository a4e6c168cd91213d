/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What Unicorn calls besides the dispatch routine: at the start of every block of guest code, at
 * software interrupts and exceptions, and at SYSCALL, which it does not emulate.
 */
#include "runtime.h"

#define INTERRUPT_FLAG (1 << 9)

/* In most blocks neither a stop nor an interrupt is requested: one load checks both. */
PART bool is_idle(const struct lightexit_watch *watch)
{
	_Static_assert(offsetof(struct lightexit_watch, stop) == 0, "two words, aligned as one");
	_Static_assert(offsetof(struct lightexit_watch, interrupt) == 4, "two words, as one");
	return !lightexit_load((const u64 *)watch);
}

PART void stop(void *engine, const struct lightexit_watch *watch)
{
	POINTER(stop_function, watch->emu_stop)(engine);
}

PART bool takes_interrupts(void *engine, struct lightexit_watch *watch)
{
	read_register_function *read = POINTER(read_register_function, watch->reg_read);

	read(engine, watch->flags_register, &watch->flags);
	return watch->flags & INTERRUPT_FLAG;
}

/* Whether an interrupt is pending that the guest accepts at this block. */
PART bool is_interrupted(void *engine, struct lightexit_watch *watch)
{
	if (!lightexit_load(&watch->interrupt))
		return false;
	/* The block after STI or MOV SS is one instruction long and takes no interrupt. */
	if (watch->skip_block) {
		watch->skip_block = 0;
		return false;
	}
	return takes_interrupts(engine, watch);
}

/*
 * Stops the guest if a stop was requested, or if an interrupt is pending and the guest accepts
 * interrupts. Both words are levels, so a request that comes early is not lost.
 */
void at_block(void *engine, u64 address, u32 size, struct lightexit_watch *watch)
{
	if (!is_idle(watch) && (lightexit_load(&watch->stop) || is_interrupted(engine, watch))) {
		watch->is_stopped = 1;
		stop(engine, watch);
		return;
	}
	watch->previous_end = address + size;
}

/* Stores the interrupt's number; it is delivered once the guest has stopped. */
void at_interrupt(void *engine, u32 vector, struct lightexit_watch *watch)
{
	watch->vector = vector;
	watch->is_trapped = 1;
	stop(engine, watch);
}

/* SYSCALL is emulated once the guest has stopped. */
void at_syscall(void *engine, struct lightexit_watch *watch)
{
	watch->is_syscall = 1;
	stop(engine, watch);
}
