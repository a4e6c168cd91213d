/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * The routing tables, which vCPUs read while they change: a word for each port; for memory and
 * MSRs a sorted table, copied on every change.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct table {
	struct retired retired;
	struct lightexit_ranges head;
	struct lightexit_range ranges[];
};

static struct lightexit_addresses *addresses_of(struct lightexit_bus *bus, u8 space)
{
	return space == LIGHTEXIT_SPACE_MMIO ? &bus->tables.memory : &bus->tables.msrs;
}

static struct table *table_of(const struct lightexit_addresses *addresses)
{
	return CONTAINER_OF(POINTER(struct lightexit_ranges, addresses->ranges), struct table, head);
}

static struct table *new_table(struct lightexit_bus *bus, u64 count)
{
	struct table *table;

	table = malloc(sizeof(*table) + count * sizeof(table->ranges[0]));
	if (!table)
		return NULL;
	table->retired = (struct retired){ .free = free, .thing = table };
	table->head.count = count;
	table->head.number = ++bus->tables_published;
	return table;
}

static void publish(struct lightexit_addresses *addresses, struct table *table)
{
	lightexit_store_release(&addresses->ranges, (uintptr_t)&table->head);
}

int create_routes(struct lightexit_bus *bus)
{
	struct lightexit_addresses *both[] = { &bus->tables.memory, &bus->tables.msrs };
	struct table *table;
	size_t i;

	bus->tables.ports = (uintptr_t)bus->ports;
	bus->tables.unclaimed_ports = (uintptr_t)bus->unclaimed_ports;
	for (i = 0; i < COUNT_OF(both); i++) {
		table = new_table(bus, 0);
		if (!table)
			return out_of_memory();
		publish(both[i], table);
		both[i]->places = (uintptr_t)bus->places[i];
	}
	return LIGHTEXIT_OK;
}

void destroy_routes(struct lightexit_bus *bus)
{
	if (bus->tables.memory.ranges)
		free(table_of(&bus->tables.memory));
	if (bus->tables.msrs.ranges)
		free(table_of(&bus->tables.msrs));
}

static int overlaps(const struct lightexit_region *coming, const struct lightexit_window *owner)
{
	const struct lightexit_window *window = &coming->window;

	return failed(LIGHTEXIT_ERROR_OVERLAP,
		      "%" PRIu64 " addresses from %#" PRIx64 " on overlap those of a region with %"
		      PRIu64 " from %#" PRIx64 " on", (uint64_t)window->size,
		      (uint64_t)window->base, (uint64_t)owner->size, (uint64_t)owner->base);
}

/* ---- ports ----------------------------------------------------------------------------- */

static int check_ports(const struct lightexit_bus *bus, const struct lightexit_region *leaving,
		       const struct lightexit_region *coming)
{
	u64 i, owner;

	for (i = 0; i < coming->window.size; i++) {
		owner = bus->ports[coming->window.base + i];
		if (owner && (!leaving || owner != (uintptr_t)&leaving->window))
			return overlaps(coming, POINTER(struct lightexit_window, owner));
	}
	return LIGHTEXIT_OK;
}

static void fill_ports(struct lightexit_bus *bus, const struct lightexit_window *window, u64 from,
		       u64 to)
{
	u64 i, *entry;

	for (i = 0; i < window->size; i++) {
		entry = &bus->ports[window->base + i];
		if (from == *entry || !from)
			lightexit_store_release(entry, to);
	}
}

static int exchange_ports(struct lightexit_bus *bus, struct lightexit_region *leaving,
			  struct lightexit_region *coming)
{
	int error = coming ? check_ports(bus, leaving, coming) : LIGHTEXIT_OK;

	if (error)
		return error;
	if (coming)
		fill_ports(bus, &coming->window, 0, (uintptr_t)&coming->window);
	if (leaving)
		fill_ports(bus, &leaving->window, (uintptr_t)&leaving->window, 0);
	return LIGHTEXIT_OK;
}

/* ---- ranges ---------------------------------------------------------------------------- */

static int check_ranges(const struct table *table, const struct lightexit_region *leaving,
			const struct lightexit_region *coming)
{
	u64 end = coming->window.base + coming->window.size, i;
	const struct lightexit_range *range;

	for (i = 0; i < table->head.count; i++) {
		range = &table->ranges[i];
		if (range->base < end && coming->window.base < range->end &&
		    (!leaving || range->window != (uintptr_t)&leaving->window))
			return overlaps(coming, POINTER(struct lightexit_window, range->window));
	}
	return LIGHTEXIT_OK;
}

/* The ranges of one table and of `coming`, but for that of `leaving`, in order. */
static void merge(struct table *to, const struct table *from,
		  const struct lightexit_region *leaving, const struct lightexit_region *coming)
{
	struct lightexit_range own = { 0 };
	u64 i, count = 0;
	bool is_left = coming;

	if (coming)
		own = (struct lightexit_range){
			.base = coming->window.base,
			.end = coming->window.base + coming->window.size,
			.window = (uintptr_t)&coming->window,
		};
	for (i = 0; i < from->head.count; i++) {
		if (leaving && from->ranges[i].window == (uintptr_t)&leaving->window)
			continue;
		if (is_left && own.base < from->ranges[i].base) {
			to->ranges[count++] = own;
			is_left = false;
		}
		to->ranges[count++] = from->ranges[i];
	}
	if (is_left)
		to->ranges[count++] = own;
}

static int exchange_ranges(struct lightexit_bus *bus, struct lightexit_addresses *addresses,
			   struct lightexit_region *leaving, struct lightexit_region *coming)
{
	struct table *before = table_of(addresses), *after;
	int error = coming ? check_ranges(before, leaving, coming) : LIGHTEXIT_OK;

	if (error)
		return error;
	after = new_table(bus, before->head.count + !!coming - !!leaving);
	if (!after)
		return out_of_memory();
	merge(after, before, leaving, coming);
	publish(addresses, after);
	retire(bus, &before->retired);
	return LIGHTEXIT_OK;
}

int exchange(struct lightexit_bus *bus, struct lightexit_region *leaving,
	     struct lightexit_region *coming)
{
	u8 space = (coming ? coming : leaving)->window.space;

	if (space == LIGHTEXIT_SPACE_PIO)
		return exchange_ports(bus, leaving, coming);
	return exchange_ranges(bus, addresses_of(bus, space), leaving, coming);
}
