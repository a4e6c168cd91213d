/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Regions: checked, put on the bus, and taken off it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* As bus/counters.py counts. */
#define MOST_COUNTERS 4096
#define CACHE_LINE 64

_Static_assert(COUNT_OF(((struct lightexit_window *)0)->maps) == LIGHTEXIT_MOST_STATES,
	       "as runtime/layout.py has it");
_Static_assert(COUNT_OF(((struct lightexit_window *)0)->eventfds) == LIGHTEXIT_MOST_DOORBELLS,
	       "as abi/context.py has it");

/* ---- checks ---------------------------------------------------------------------------- */

/* How many addresses a space has; the end of a range of memory is kept in 64 bits. */
static u64 limit_of(u32 space)
{
	switch (space) {
	case LIGHTEXIT_SPACE_PIO:
		return (u64)1 << 16;
	case LIGHTEXIT_SPACE_MMIO:
		return ~(u64)0;
	default:
		return (u64)1 << 32;
	}
}

static int check_place(const struct lightexit_region_options *options)
{
	u64 limit;

	if (options->space > LIGHTEXIT_SPACE_MSR)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "there is no space %" PRIu32,
			      options->space);
	limit = limit_of(options->space);
	if (!options->size || options->base >= limit || options->size > limit - options->base)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "%" PRIu64 " addresses from %#" PRIx64 " on: at least one, all below %#"
			      PRIx64, options->size, options->base, (uint64_t)limit);
	if (options->offset + options->size - 1 < options->offset)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "offsets from %#" PRIx64 " on do not fit 64 bits", options->offset);
	return LIGHTEXIT_OK;
}

static int check_width(const struct lightexit_region_options *options)
{
	u32 width = options->register_width;

	if (!width)
		return LIGHTEXIT_OK;
	if (width > 8 || width & (width - 1) || (options->size | options->offset) & (width - 1))
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a register width of %" PRIu32 " for %" PRIu64 " bytes from offset %"
			      PRIu64 " on: 1, 2, 4 or 8 that divides both, or 0", width,
			      options->size, options->offset);
	if (options->space == LIGHTEXIT_SPACE_MSR)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a register width for MSRs: each is a register of 8 bytes");
	return LIGHTEXIT_OK;
}

static int check_state(const struct lightexit_filter *filter, u32 index,
		       const struct lightexit_state *state)
{
	const struct lightexit_filter_state *wanted = &filter->states[index];
	bool is_known = wanted->fingerprint && state->fingerprint;

	if (wanted->size > state->size)
		return failed(LIGHTEXIT_ERROR_STATE,
			      "the filter %s works on a state of %" PRIu64 " bytes, %s has %" PRIu64,
			      filter->name, wanted->size, state->name, (uint64_t)state->size);
	if (is_known && wanted->fingerprint != state->fingerprint)
		return failed(LIGHTEXIT_ERROR_STATE,
			      "the filter %s was built for another layout of its state %s than %s "
			      "has", filter->name, wanted->name, state->name);
	return LIGHTEXIT_OK;
}

static int check_filter(const struct lightexit_region_options *options)
{
	const struct lightexit_filter *filter = options->filter;
	int error = LIGHTEXIT_OK;
	u32 i;

	if (!filter)
		return LIGHTEXIT_OK;
	if (filter->abi_version != LIGHTEXIT_ABI_VERSION)
		return failed(LIGHTEXIT_ERROR_ABI,
			      "the filter %s was built for version %" PRIu32 " of the contract, this "
			      "library speaks %d: build it anew", filter->name, filter->abi_version,
			      LIGHTEXIT_ABI_VERSION);
	if (filter->state_count > options->state_count)
		return failed(LIGHTEXIT_ERROR_STATE,
			      "the filter %s works on %" PRIu32 " states, the region has %" PRIu32,
			      filter->name, filter->state_count, options->state_count);
	for (i = 0; !error && i < filter->state_count; i++)
		error = check_state(filter, i, options->states[i]);
	return error;
}

static int check_states(const struct lightexit_bus *bus,
			const struct lightexit_region_options *options)
{
	u32 i;

	if (options->state_count > LIGHTEXIT_MOST_STATES)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "%" PRIu32 " states, at most %d can be",
			      options->state_count, LIGHTEXIT_MOST_STATES);
	for (i = 0; i < options->state_count; i++)
		if (!options->states[i] || options->states[i]->bus != bus)
			return failed(LIGHTEXIT_ERROR_ARGUMENT,
				      "state %" PRIu32 " of the region is none of its bus", i);
	return check_filter(options);
}

static int check_options(const struct lightexit_bus *bus,
			 const struct lightexit_region_options *options)
{
	int error;

	if (options->struct_size != sizeof(*options) || options->reserved)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "struct_size of a region's options is %" PRIu32 ", not %zu, or "
			      "`reserved` is not 0", options->struct_size, sizeof(*options));
	if (!options->read || !options->write)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a region needs a model: both `read` and `write`");
	if (options->eventfd_count > LIGHTEXIT_MOST_DOORBELLS)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "%" PRIu32 " eventfds, at most %d can be",
			      options->eventfd_count, LIGHTEXIT_MOST_DOORBELLS);
	error = check_place(options);
	if (!error)
		error = check_width(options);
	return error ? error : check_states(bus, options);
}

/* ---- actions --------------------------------------------------------------------------- */

static void change_lines(const struct lightexit_region *region, u32 lines,
			 enum lightexit_line_change change)
{
	for (; lines && region->options.line; lines &= lines - 1)
		region->options.line(region->options.opaque, (u32)__builtin_ctz(lines), change);
}

static void ring(const struct lightexit_region *region, u32 doorbells)
{
	u64 one = 1;
	u32 number;

	for (; doorbells; doorbells &= doorbells - 1) {
		number = (u32)__builtin_ctz(doorbells);
		/* A counter that is full wakes its reader all the same. */
		if (region->window.native_doorbells >> number & 1)
			(void)!write((int)region->window.eventfds[number], &one, sizeof(one));
		else if (region->options.doorbell)
			region->options.doorbell(region->options.opaque, number);
	}
}

static void act(void *host, struct lightexit_io_context *context)
{
	const struct lightexit_region *region = host;

	change_lines(region, context->raised_lines, LIGHTEXIT_LINE_RAISE);
	change_lines(region, context->lowered_lines, LIGHTEXIT_LINE_LOWER);
	change_lines(region, context->pulsed_lines, LIGHTEXIT_LINE_PULSE);
	ring(region, context->doorbells);
	if (context->requests && region->options.request)
		region->options.request(region->options.opaque, context);
}

/* ---- making ---------------------------------------------------------------------------- */

static void free_region(struct lightexit_region *region)
{
	u32 i;

	for (i = 0; i < LIGHTEXIT_MOST_DOORBELLS; i++)
		if (region->window.native_doorbells >> i & 1)
			close((int)region->window.eventfds[i]);
	free(POINTER(void, region->window.counters));
	free(region);
}

static int take_eventfds(struct lightexit_window *window,
			 const struct lightexit_region_options *options)
{
	u32 i;
	int fd;

	window->write_file = (uintptr_t)write;
	for (i = 0; i < options->eventfd_count; i++) {
		if (options->eventfds[i] < 0)
			continue;
		fd = fcntl(options->eventfds[i], F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return failed(LIGHTEXIT_ERROR_ARGUMENT,
				      "descriptor %d, of doorbell %" PRIu32 ": %s",
				      options->eventfds[i], i, strerror(errno));
		window->eventfds[i] = (u32)fd;
		window->native_doorbells |= 1u << i;
	}
	return LIGHTEXIT_OK;
}

static int take_counters(struct lightexit_window *window, u32 lanes)
{
	u64 shift = window->register_width ? (u64)__builtin_ctzll(window->register_width) : 0;
	void *counters;

	while (window->size >> shift > MOST_COUNTERS)
		shift++;
	window->counter_shift = shift;
	window->lane_size = 2 * (((window->size - 1) >> shift) + 1) *
			    sizeof(struct lightexit_counter);
	window->lane_size = (window->lane_size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	counters = calloc(lanes, window->lane_size);
	if (!counters)
		return out_of_memory();
	window->counters = (uintptr_t)counters;
	return LIGHTEXIT_OK;
}

/* Each header once, in ascending order: the same for everybody. */
static void add_lock(struct lightexit_window *window, u64 header)
{
	u64 i, at = 0;

	while (at < window->lock_count && window->locks[at] < header)
		at++;
	if (at < window->lock_count && window->locks[at] == header)
		return;
	for (i = window->lock_count++; i > at; i--)
		window->locks[i] = window->locks[i - 1];
	window->locks[at] = header;
}

static void fill_window(struct lightexit_region *region)
{
	const struct lightexit_region_options *options = &region->options;
	struct lightexit_window *window = &region->window;
	u32 i;

	window->base = options->base;
	window->size = options->size;
	window->offset = options->offset;
	window->space = (u8)options->space;
	window->register_width = options->register_width;
	window->opaque = (uintptr_t)options->opaque;
	window->read_model = (uintptr_t)options->read;
	window->write_model = (uintptr_t)options->write;
	window->host = (uintptr_t)region;
	window->act = (uintptr_t)act;
	for (i = 0; i < options->state_count; i++) {
		region->states[i] = options->states[i];
		window->maps[i] = (uintptr_t)options->states[i]->header;
		add_lock(window, window->maps[i]);
	}
	if (!options->filter)
		return;
	region->filter = *options->filter;
	window->filter = (uintptr_t)region->filter.run;
	window->writes_state = !!(region->filter.flags & LIGHTEXIT_ATTACH_FLAG_WRITES_STATE);
	window->reads_clock = !!(region->filter.flags & LIGHTEXIT_ATTACH_FLAG_READS_CLOCK);
}

static void release(void *thing)
{
	struct lightexit_region *region = thing;
	struct lightexit_bus *bus = region->bus;
	u32 i;

	pthread_mutex_lock(&bus->mutex);
	for (i = 0; i < region->options.state_count; i++)
		region->states[i]->users--;
	pthread_mutex_unlock(&bus->mutex);
	/* It may destroy the states, too. */
	if (region->options.released)
		region->options.released(region->options.opaque);
	free_region(region);
}

static int make(struct lightexit_bus *bus, const struct lightexit_region_options *options,
		struct lightexit_region **made)
{
	u64 size = (sizeof(struct lightexit_region) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	struct lightexit_region *region;
	int error;

	region = aligned_alloc(CACHE_LINE, size);
	if (!region)
		return out_of_memory();
	memset(region, 0, size);
	region->bus = bus;
	region->options = *options;
	region->retired = (struct retired){ .free = release, .thing = region };
	fill_window(region);
	error = take_counters(&region->window, bus->most_vcpus);
	if (!error)
		error = take_eventfds(&region->window, options);
	if (error) {
		free_region(region);
		return error;
	}
	*made = region;
	return LIGHTEXIT_OK;
}

/* ---- on the bus, and off it ------------------------------------------------------------ */

static void comes(struct lightexit_region *region)
{
	u32 i;

	region->next = region->bus->regions;
	region->bus->regions = region;
	for (i = 0; i < region->options.state_count; i++)
		region->states[i]->users++;
}

static void leaves(struct lightexit_region *region)
{
	struct lightexit_region **at;

	detach(region);
	for (at = &region->bus->regions; *at != region; at = &(*at)->next)
		;
	*at = region->next;
	retire(region->bus, &region->retired);
}

/* Either may be NULL. */
static int change(struct lightexit_bus *bus, struct lightexit_region *leaving,
		  struct lightexit_region *coming)
{
	struct retired *freed;
	int error;

	pthread_mutex_lock(&bus->mutex);
	if (leaving && was_removed(leaving))
		error = failed(LIGHTEXIT_ERROR_ARGUMENT, "the region was removed before");
	else
		error = exchange(bus, leaving, coming);
	if (!error && coming)
		comes(coming);
	if (!error && leaving)
		leaves(leaving);
	freed = take_reclaimable(bus);
	pthread_mutex_unlock(&bus->mutex);
	free_all(freed);
	return error;
}

static int come(struct lightexit_bus *bus, struct lightexit_region *leaving,
		const struct lightexit_region_options *options, struct lightexit_region **made)
{
	struct lightexit_region *region = NULL;
	int error;

	error = check_options(bus, options);
	if (error)
		return error;
	error = make(bus, options, &region);
	if (error)
		return error;
	error = change(bus, leaving, region);
	if (error) {
		free_region(region);
		return error;
	}
	*made = region;
	return LIGHTEXIT_OK;
}

PUBLIC int lightexit_region_add(struct lightexit_bus *bus,
				const struct lightexit_region_options *options,
				struct lightexit_region **made)
{
	return come(bus, NULL, options, made);
}

PUBLIC int lightexit_region_replace(struct lightexit_region *leaving,
				    const struct lightexit_region_options *options,
				    struct lightexit_region **made)
{
	if (options->space != leaving->window.space || options->base != leaving->window.base ||
	    options->size != leaving->window.size)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "%" PRIu64 " addresses from %#" PRIx64 " on in place of %" PRIu64
			      " from %#" PRIx64 " on: a replacement has the same",
			      options->size, options->base, (uint64_t)leaving->window.size,
			      (uint64_t)leaving->window.base);
	return come(leaving->bus, leaving, options, made);
}

PUBLIC int lightexit_region_remove(struct lightexit_region *region)
{
	return region ? change(region->bus, region, NULL) : LIGHTEXIT_OK;
}

void region_destroy(struct lightexit_region *region)
{
	detach(region);
	release(region);
}
