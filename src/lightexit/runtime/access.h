/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* One access, and the trace points that it passes. */
#ifndef LIGHTEXIT_ACCESS_H
#define LIGHTEXIT_ACCESS_H

#include "runtime.h"

/*
 * One access, of 1 to 8 bytes; data is 0 for a read. The compiler keeps it in registers as long as
 * its address is not taken: so rare functions take its members.
 */
struct access {
	u64 address;
	u64 data;
	u64 size;
	bool is_write;
	u8 space;
};

/* Only the low bytes of the value, as many as the access has, are valid. */
struct answer {
	u64 value;
	bool by_filter;
};

PART u64 mask(u64 size)
{
	return ~(u64)0 >> (64 - 8 * size);
}

/* Calls the listener, if there is one; elapsed is in ticks, of an answer. */
RARE void trace_timed(const struct lightexit_vcpu *vcpu, enum lightexit_trace_point point,
		      const struct access *access, u64 address, u64 data, u64 elapsed)
{
	const struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	struct lightexit_event event;

	if (!bus->trace)
		return;
	event = (struct lightexit_event){
		.address = address,
		.data = data & mask(access->size),
		.ticks = elapsed,
		.vcpu = vcpu->index,
		.point = point,
		.space = access->space,
		.size = access->size,
		.is_write = access->is_write,
	};

	POINTER(trace_function, bus->trace)(&event);
}

/* At a point that is no answer. */
PART void trace(const struct lightexit_vcpu *vcpu, enum lightexit_trace_point point,
		const struct access *access, u64 address, u64 data)
{
	trace_timed(vcpu, point, access, address, data, 0);
}

#endif /* LIGHTEXIT_ACCESS_H */
