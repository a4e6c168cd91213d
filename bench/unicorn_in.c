/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit: a hook for one device, around its twin in filter_code.c, which stands before this.
 * Time and the state's version word are as the bus has them; nothing is routed, nothing counted.
 */

struct place {
	const struct lightexit_state_header *clock;
	unsigned char *values[1];
	__u64 passed;
};

static __u64 now(const struct lightexit_state_header *header)
{
	const struct lightexit_clock_state *clock = (const void *)(header + 1);
	__u64 version, time;

	do {
		version = __atomic_load_n(&header->version, __ATOMIC_ACQUIRE);
		time = __builtin_ia32_rdtsc() - clock->origin;
		time = clock->base_ns + ((unsigned __int128)time * clock->rate >> 32);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (version & 1 || version != __atomic_load_n(&header->version, __ATOMIC_RELAXED));
	return time;
}

static int try_lock(__u64 *version)
{
	__u64 seen = __atomic_load_n(version, __ATOMIC_RELAXED);

	return !(seen & 1) && __atomic_compare_exchange_n(version, &seen, seen | 1, 0,
							  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

__u32 pit_in(void *engine, __u32 port, int size, struct place *place)
{
	struct lightexit_io_context ctx = {
		.offset = port - 0x40, .size = size, .now_ns = now(place->clock)
	};
	__u64 *version = &((struct lightexit_state_header *)place->values[0])->version;
	__u64 verdict;

	(void)engine;
	if (!try_lock(version))
		return place->passed++, ~0u;
	verdict = pit_fast(&ctx, place->values);
	__atomic_store_n(version, *version + 1, __ATOMIC_RELEASE);
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0u);
}

__u32 port92_in(void *engine, __u32 port, int size, struct place *place)
{
	struct lightexit_io_context ctx = { .offset = port - 0x92, .size = size };
	__u64 *version = &((struct lightexit_state_header *)place->values[0])->version;
	__u64 before = __atomic_load_n(version, __ATOMIC_ACQUIRE), verdict;

	(void)engine;
	verdict = port92_read_control(&ctx, place->values);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (before & 1 || before != __atomic_load_n(version, __ATOMIC_RELAXED))
		return place->passed++, ~0u;
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0u);
}

/* `offset` counts from the end of a memory of 2 MiB on. */
__u64 virtio_read(void *engine, __u64 offset, unsigned int size, struct place *place)
{
	struct lightexit_io_context ctx = {
		.offset = offset + (2 << 20) - 0xfeb00000, .size = size, .space = LIGHTEXIT_SPACE_MMIO
	};
	__u64 *version = &((struct lightexit_state_header *)place->values[0])->version;
	__u64 before = __atomic_load_n(version, __ATOMIC_ACQUIRE), verdict;

	(void)engine;
	verdict = virtio_mmio_read_interrupts(&ctx, place->values);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (before & 1 || before != __atomic_load_n(version, __ATOMIC_RELAXED))
		return place->passed++, ~0ull;
	return verdict == HANDLED ? ctx.data : (place->passed++, ~0ull);
}

/* A guest that is to be stopped or interrupted needs a hook at every block of its code. */
void at_block(void *engine, __u64 address, __u32 size, void *user)
{
	(void)engine, (void)address, (void)size, (void)user;
}
