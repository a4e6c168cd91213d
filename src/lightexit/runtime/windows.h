/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Which window an address belongs to: by port, by a search among ranges, by what was found before. */
#ifndef LIGHTEXIT_WINDOWS_H
#define LIGHTEXIT_WINDOWS_H

#include "runtime.h"

PART bool contains(const struct lightexit_window *window, u64 address)
{
	return address - window->base < window->size;
}

PART struct lightexit_window *at_port(const struct lightexit_vcpu *vcpu, u64 port)
{
	const u64 *table = POINTER(u64, vcpu->ports);

	return POINTER(struct lightexit_window, lightexit_load_acquire(&table[port & 0xffff]));
}

/* The range that contains an address, or NULL. */
RARE struct lightexit_window *search(const struct lightexit_ranges *table, u64 address)
{
	const struct lightexit_range *ranges = (const void *)(table + 1);
	u64 low = 0, high = table->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (ranges[middle].base > address)
			high = middle;
		else
			low = middle + 1;
	}
	if (!low || address >= ranges[low - 1].end)
		return NULL;
	return POINTER(struct lightexit_window, ranges[low - 1].window);
}

/* 2^64 divided by the golden ratio: multiplicative hash that spreads neighbours over all slots. */
#define SPREAD 11400714819323198485u

/* The window at an address, or NULL. A cached result is valid for this generation of the table. */
PART struct lightexit_window *at_address(struct lightexit_vcpu *vcpu,
					 const struct lightexit_tables *bus, u64 address)
{
	const struct lightexit_ranges *table;
	struct lightexit_window *window;
	struct lightexit_found *found;

	table = POINTER(struct lightexit_ranges, lightexit_load_acquire(&bus->memory.ranges));
	found = &vcpu->found[(address >> 8) * SPREAD >> LIGHTEXIT_FOUND_SHIFT];
	if (found->number == table->number) {
		window = POINTER(struct lightexit_window, found->window);
		if (contains(window, address))
			return window;
	}
	window = search(table, address);
	if (window) {
		found->window = (uintptr_t)window;
		found->number = table->number;
	}
	return window;
}

/* The window at an MSR, or NULL. Not cached: few MSRs have devices. */
PART struct lightexit_window *at_msr(const struct lightexit_tables *bus, u64 number)
{
	u64 table = lightexit_load_acquire(&bus->msrs.ranges);

	return search(POINTER(struct lightexit_ranges, table), number);
}

PART struct lightexit_window *route(struct lightexit_vcpu *vcpu, const struct lightexit_tables *bus,
				    u8 space, u64 address)
{
	switch (space) {
	case LIGHTEXIT_SPACE_PIO:
		return at_port(vcpu, address);
	case LIGHTEXIT_SPACE_MMIO:
		return at_address(vcpu, bus, address);
	default:
		return at_msr(bus, address);
	}
}

/* How many addresses an access covers: an MSR has 8 bytes at one address. */
PART u64 extent(u8 space, u64 size)
{
	return space == LIGHTEXIT_SPACE_MSR ? 1 : size;
}

/* The first window that an access touches, or NULL. */
RARE struct lightexit_window *touched(struct lightexit_vcpu *vcpu,
				      const struct lightexit_tables *bus, u8 space, u64 address,
				      u64 size)
{
	struct lightexit_window *window = NULL;
	u64 left = extent(space, size);

	for (; left && !window; left--, address++)
		window = route(vcpu, bus, space, address);
	return window;
}

#endif /* LIGHTEXIT_WINDOWS_H */
