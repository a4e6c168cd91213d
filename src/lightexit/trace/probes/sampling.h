/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Which events are looked at.
 *
 * Where the events of a CPU would take more of its time than the ceiling allows, it looks at one
 * batch of them in 2, 4, ... 64, and counts each of them so many times. What came before the first
 * event of a thread in a batch is not known then: that thread is in doubt.
 */
#ifndef LIGHTEXIT_PROBES_SAMPLING_H
#define LIGHTEXIT_PROBES_SAMPLING_H

#include "tables.h"

#define WINDOW 64 /* jiffies */
#define BATCH 16 /* events of a CPU */
#define MOST_SHIFT 6

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

#endif /* LIGHTEXIT_PROBES_SAMPLING_H */
