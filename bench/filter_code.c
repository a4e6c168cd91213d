/* SPDX-License-Identifier: Apache-2.0 */
/* `read_counter` of filter_code.py as a C programmer writes it; compiled behind the C header. */

#define FREQUENCY 1193182ull
#define NS 1000000000ull

/* now_ns * FREQUENCY / NS without 128-bit numbers: exact, as (NS - 1) * FREQUENCY fits 64 bits */
static inline __u64 ticks(__u64 now_ns)
{
	return now_ns / NS * FREQUENCY + now_ns % NS * FREQUENCY / NS;
}

__u64 read_counter(struct lightexit_io_context *ctx, unsigned char *const *values)
{
	struct lightexit_pit_state *pit = (void *)(values[0] + sizeof(struct lightexit_state_header));
	struct lightexit_counter *counter;
	__u32 value;

	if (ctx->is_write || ctx->offset >= 3)
		return LIGHTEXIT_VERDICT_PASS;
	counter = &pit->counters[ctx->offset];
	if (counter->latched || counter->mode != 2 || !counter->reload)
		return LIGHTEXIT_VERDICT_PASS;
	value = counter->reload - (ticks(ctx->now_ns) - counter->origin) % counter->reload;
	if (counter->msb_next)
		value >>= 8;
	ctx->data = value & 0xff;
	if (counter->both_bytes)
		counter->msb_next = !counter->msb_next;
	return LIGHTEXIT_VERDICT_HANDLED;
}
