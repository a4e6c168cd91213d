/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Accesses that no device answers. */
#ifndef LIGHTEXIT_UNCLAIMED_H
#define LIGHTEXIT_UNCLAIMED_H

#include "access.h"
#include "windows.h"

/*
 * The counter of an unclaimed address, or NULL: one of the eight entries from its hash on, that of
 * the address or a free one. An entry is never reused for another address.
 */
PART struct lightexit_place *place_of(const struct lightexit_addresses *addresses, u64 address)
{
	struct lightexit_place *places = POINTER(struct lightexit_place, addresses->places);
	struct lightexit_place *place;
	u64 i, held, first = address * SPREAD >> LIGHTEXIT_PLACES_SHIFT;

	if (!~address)
		return NULL;
	for (i = 0; i < 8; i++) {
		place = &places[(first + i) % LIGHTEXIT_PLACES];
		held = lightexit_load(&place->name);
		if (!held && __atomic_compare_exchange_n(&place->name, &held, ~address, false,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return place;
		if (held == ~address)
			return place;
	}
	return NULL;
}

/* The counter of an access that no device answers: that of its first address. */
PART u64 *unclaimed_count(struct lightexit_tables *bus, u8 space, u64 address, bool is_write)
{
	struct lightexit_addresses *addresses;
	struct lightexit_place *place;

	if (space == LIGHTEXIT_SPACE_PIO)
		return POINTER(u64, bus->unclaimed_ports) + (2 * (address & 0xffff) | is_write);
	addresses = space == LIGHTEXIT_SPACE_MMIO ? &bus->memory : &bus->msrs;
	place = place_of(addresses, address);
	if (place)
		return is_write ? &place->writes : &place->reads;
	return is_write ? &addresses->other_writes : &addresses->other_reads;
}

/* Nothing drives the wires, so a read sees all ones. */
RARE u64 unclaimed(struct lightexit_vcpu *vcpu, u8 space, u64 address, u64 size,
		   bool is_write, u64 data)
{
	struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	struct access access = { .size = size, .is_write = is_write, .space = space };

	vcpu->unclaimed = true;
	__atomic_fetch_add(unclaimed_count(bus, space, address, is_write), 1, __ATOMIC_RELAXED);
	trace(vcpu, LIGHTEXIT_TRACE_POINT_UNCLAIMED, &access, address, is_write ? data : ~(u64)0);
	return mask(size);
}

#endif /* LIGHTEXIT_UNCLAIMED_H */
