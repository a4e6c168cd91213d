/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* VM time: read, and adjusted. Its layout and how it is computed: lightexit_clock.h. */
#ifndef LIGHTEXIT_VM_TIME_H
#define LIGHTEXIT_VM_TIME_H

#include "runtime.h"

PART u64 cycles(void)
{
#ifdef __clang__
	return __builtin_readcyclecounter();
#elif defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#else
	return 0; /* such a clock has gettime */
#endif
}

/* The counter behind VM time: the CPU's cycle counter, or clock_gettime() in ns. */
ENTRY u64 ticks(const struct lightexit_clock *clock)
{
	gettime_function *gettime = POINTER(gettime_function, clock->state.gettime);
	struct system_time time;

	if (!gettime)
		return cycles();
	gettime(clock->state.clock_id, &time);
	return time.seconds * 1000000000 + time.ns;
}

/* VM time in ns, for a model: it cannot pass, so it waits while the clock is being adjusted. */
ENTRY u64 clock_now(const struct lightexit_clock *clock)
{
	u64 now_ns;

	while (!lightexit_read_clock(clock, ticks(clock), &now_ns))
		;
	return now_ns;
}

/*
 * Changes the rate of VM time from now on and adds skip_ns to it: time never goes back. One caller
 * at a time.
 */
ENTRY void clock_adjust(struct lightexit_clock *clock, u64 rate, u64 skip_ns)
{
	struct lightexit_clock_state *state = &clock->state;
	u64 now, base_ns;

	__atomic_fetch_add(&clock->header.version, 1, __ATOMIC_SEQ_CST);
	now = ticks(clock);
	base_ns = lightexit_clock_at(clock, now) + skip_ns;
	__atomic_store_n(&state->base_ns, base_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&state->origin, now, __ATOMIC_RELAXED);
	__atomic_store_n(&state->rate, rate, __ATOMIC_RELAXED);
	__atomic_fetch_add(&clock->header.version, 1, __ATOMIC_SEQ_CST);
}

#endif /* LIGHTEXIT_VM_TIME_H */
