/* SPDX-License-Identifier: Apache-2.0 */
/* The fast path of devices/pit.py as a C programmer writes it; compiled behind the C header. */

#define FREQUENCY 1193182ull
#define NS 1000000000ull

/* now_ns * FREQUENCY / NS, exact because (NS - 1) * FREQUENCY is below 2^64 */
static inline __u64 ticks(__u64 now_ns)
{
	return now_ns / NS * FREQUENCY + now_ns % NS * FREQUENCY / NS;
}

static inline unsigned mode_of(const struct lightexit_counter *c)
{
	unsigned mode = c->control >> 1 & 7;

	return mode > 5 ? mode & 3 : mode;
}

static inline __u64 element(const struct lightexit_counter *c, __u64 tick)
{
	__u64 counted = c->running ? tick - c->origin : c->origin;
	__u64 modulus = c->control & 1 ? 10000 : 0x10000;
	__u64 half = ((__u64)c->reload + 1) >> 1;
	__u64 phase;

	switch (mode_of(c)) {
	case 2:
		return c->reload - counted % c->reload;
	case 3:
		phase = counted % c->reload;
		return (c->reload & ~1u) - 2 * (phase >= half ? phase - half : phase);
	default:
		return c->reload + modulus - counted % modulus;
	}
}

static inline unsigned shown(const struct lightexit_counter *c, __u64 tick)
{
	__u64 value = element(c, tick);

	if (!(c->control & 1))
		return value & 0xffff;
	value %= 10000;
	return value / 1000 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
}

static inline __u8 read_counter(struct lightexit_counter *c, __u64 tick)
{
	unsigned access = c->control >> 4, value, msb;

	if (c->status_latched) {
		c->status_latched = 0;
		return c->status;
	}
	if (c->unread) {
		msb = c->unread == 1 && access != 1;
		c->unread--;
		return msb ? c->latch >> 8 : c->latch;
	}
	value = shown(c, tick);
	msb = access == 2 || (access == 3 && c->msb_read_next);
	if (access == 3)
		c->msb_read_next = !msb;
	return msb ? value >> 8 : value;
}

__u64 read_fast(struct lightexit_io_context *ctx, unsigned char *const *values)
{
	struct lightexit_pit_state *pit = (void *)(values[0] + sizeof(struct lightexit_state_header));
	struct lightexit_counter *c;
	__u64 tick;

	if (ctx->is_write || ctx->offset >= 3)
		return LIGHTEXIT_VERDICT_PASS;
	c = &pit->counters[ctx->offset];
	tick = ticks(ctx->now_ns);
	if (c->due <= tick)
		return LIGHTEXIT_VERDICT_PASS;
	ctx->data = read_counter(c, tick);
	return LIGHTEXIT_VERDICT_HANDLED;
}
