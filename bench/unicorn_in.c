/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit: a hook for one device, around its twin in filter_code.c, which stands before this.
 * Time and the state's version word are as the bus has them; nothing is routed, nothing counted.
 */

#include "lightexit_clock.h"

struct place {
	const struct lightexit_clock *clock;
	unsigned char *values[1];
	__u64 passed;
};

static lightexit_headers headers(const struct place *place)
{
	return (lightexit_headers)place->values;
}

__u32 pit_in(void *engine, __u32 port, int size, struct place *place)
{
	struct lightexit_io_context ctx = { .offset = port - 0x40, .size = size };
	__u64 verdict;

	(void)engine;
	if (!lightexit_read_clock(place->clock, __builtin_ia32_rdtsc(), &ctx.now_ns) ||
	    !lightexit_try_lock(headers(place), 1))
		return place->passed++, ~0u;
	verdict = pit_read_or_latch(&ctx, place->values);
	lightexit_unlock(headers(place), 1);
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0u);
}

__u32 port92_in(void *engine, __u32 port, int size, struct place *place)
{
	struct lightexit_io_context ctx = { .offset = port - 0x92, .size = size };
	__u64 before = lightexit_read_begin(headers(place), 1), verdict;

	(void)engine;
	verdict = port92_read_control(&ctx, place->values);
	if (before == LIGHTEXIT_BUSY || lightexit_read_retry(headers(place), 1, before))
		return place->passed++, ~0u;
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0u);
}

/* `offset` counts from the end of a memory of 2 MiB on. */
__u64 virtio_read(void *engine, __u64 offset, unsigned int size, struct place *place)
{
	struct lightexit_io_context ctx = {
		.offset = offset + (2 << 20) - 0xfeb00000, .size = size, .space = LIGHTEXIT_SPACE_MMIO
	};
	__u64 before = lightexit_read_begin(headers(place), 1), verdict;

	(void)engine;
	verdict = virtio_mmio_read_interrupts(&ctx, place->values);
	if (before == LIGHTEXIT_BUSY || lightexit_read_retry(headers(place), 1, before))
		return place->passed++, ~0ull;
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0ull);
}
