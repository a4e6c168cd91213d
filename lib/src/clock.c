/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* VM time: the system's clock or the CPU's counter, paused, resumed and moved. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"
#include "clock.h"
#include "vm_time.h"

/* A rate is ns per tick times 2^32. */
#define RATE_ONE ((u64)1 << 32)
#define NS_PER_MS 1000000
#define KHZ_LEAST 1000

int check_clock(const struct lightexit_bus_options *options)
{
	if (options->clock_source > LIGHTEXIT_CLOCK_TSC)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "there is no clock source %" PRIu32,
			      options->clock_source);
	if (options->clock_source != LIGHTEXIT_CLOCK_TSC)
		return LIGHTEXIT_OK;
#ifndef __x86_64__
	return failed(LIGHTEXIT_ERROR_ARGUMENT, "this CPU has no TSC: LIGHTEXIT_CLOCK_MONOTONIC");
#endif
	if (options->tsc_khz < KHZ_LEAST)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a TSC of %" PRIu32 " kHz: KVM_GET_TSC_KHZ says how fast it is",
			      options->tsc_khz);
	return LIGHTEXIT_OK;
}

static int place_clock(struct lightexit_bus *bus, int map_fd)
{
	void *memory = NULL;
	int error;

	if (map_fd) {
		error = map_value(&map_fd, "the clock", sizeof(*bus->clock), &memory);
		if (error)
			return error;
		bus->clock_map_fd = map_fd;
	} else {
		memory = aligned_alloc(64, (sizeof(*bus->clock) + 63) / 64 * 64);
		if (!memory)
			return out_of_memory();
	}
	bus->clock = memory;
	*bus->clock = (struct lightexit_clock){ 0 };
	return LIGHTEXIT_OK;
}

int create_clock(struct lightexit_bus *bus, const struct lightexit_bus_options *options)
{
	int error = place_clock(bus, options->clock_map_fd);

	if (error)
		return error;
	bus->clock_rate = RATE_ONE;
	if (options->clock_source == LIGHTEXIT_CLOCK_TSC) {
		bus->clock_rate = NS_PER_MS * RATE_ONE / options->tsc_khz;
	} else {
		bus->clock->state.gettime = (uintptr_t)clock_gettime;
		bus->clock->state.clock_id = CLOCK_MONOTONIC;
	}
	return LIGHTEXIT_OK;
}

void destroy_clock(struct lightexit_bus *bus)
{
	if (bus->clock_map_fd)
		unmap_value(bus->clock_map_fd, sizeof(*bus->clock), bus->clock);
	else
		free(bus->clock);
}

PUBLIC uint64_t lightexit_clock_now(const struct lightexit_bus *bus)
{
	return clock_now(bus->clock);
}

static void adjust(struct lightexit_bus *bus, bool is_paused, u64 skip_ns)
{
	pthread_mutex_lock(&bus->mutex);
	clock_adjust(bus->clock, is_paused ? 0 : bus->clock_rate, skip_ns);
	pthread_mutex_unlock(&bus->mutex);
}

PUBLIC void lightexit_clock_pause(struct lightexit_bus *bus)
{
	adjust(bus, true, 0);
}

PUBLIC void lightexit_clock_resume(struct lightexit_bus *bus)
{
	adjust(bus, false, 0);
}

PUBLIC void lightexit_clock_skip(struct lightexit_bus *bus, uint64_t ns)
{
	pthread_mutex_lock(&bus->mutex);
	clock_adjust(bus->clock, bus->clock->state.rate, ns);
	pthread_mutex_unlock(&bus->mutex);
}

PUBLIC int lightexit_clock_set(struct lightexit_bus *bus, uint64_t ns)
{
	int error = LIGHTEXIT_OK;

	pthread_mutex_lock(&bus->mutex);
	if (bus->clock->state.rate)
		error = failed(LIGHTEXIT_ERROR_CLOCK,
			       "VM time is running: pause it before it is set");
	else
		clock_adjust(bus->clock, 0, ns - bus->clock->state.base_ns);
	pthread_mutex_unlock(&bus->mutex);
	return error;
}
