/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What a region has answered: each vCPU counts for itself, here they are added up. */
#include "internal.h"

/* Those numbered `from` to before `to` of each vCPU, of one direction. */
static struct lightexit_count add_up(const struct lightexit_region *region, u64 from, u64 to,
				     bool is_write)
{
	const struct lightexit_window *window = &region->window;
	const struct lightexit_counter *counters;
	struct lightexit_count sum = { 0 };
	u64 lane, i;

	for (lane = 0; lane < region->bus->most_vcpus; lane++) {
		counters = POINTER(const struct lightexit_counter,
				   window->counters + lane * window->lane_size);
		for (i = from; i < to; i++) {
			sum.handled += lightexit_load(&counters[2 * i + is_write].handled);
			sum.passed += lightexit_load(&counters[2 * i + is_write].passed);
		}
	}
	return sum;
}

PUBLIC struct lightexit_count lightexit_region_count(const struct lightexit_region *region,
						     uint64_t offset, bool is_write)
{
	u64 distance = offset - region->window.offset;
	u64 number = distance >> region->window.counter_shift;

	if (distance >= region->window.size)
		return (struct lightexit_count){ 0 };
	return add_up(region, number, number + 1, is_write);
}

PUBLIC struct lightexit_count lightexit_region_total(const struct lightexit_region *region,
						     bool is_write)
{
	u64 last = (region->window.size - 1) >> region->window.counter_shift;

	return add_up(region, 0, last + 1, is_write);
}
