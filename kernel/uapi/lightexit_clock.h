/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * VM time, as VMM and kernel module compute it: base_ns + (ticks - origin) * rate / 2^32.
 *
 * Adjusting the clock is a write. A reader that meets one gives up, as with any state.
 */
#ifndef _UAPI_LIGHTEXIT_CLOCK_H
#define _UAPI_LIGHTEXIT_CLOCK_H

#include "lightexit_seqcount.h"

#ifdef __KERNEL__
#include <linux/math64.h>

#define lightexit_scaled(ticks, rate) mul_u64_u64_shr(ticks, rate, 32)
#else
#define lightexit_scaled(ticks, rate) ((__u64)((unsigned __int128)(ticks) * (rate) >> 32))
#endif

/* A state's header, followed by the clock. */
struct lightexit_clock {
	struct lightexit_state_header header;
	struct lightexit_clock_state state;
};

/* VM time in ns for a counter value; a value before the origin counts as the origin. */
static inline __u64 lightexit_clock_at(const struct lightexit_clock *clock, __u64 ticks)
{
	__u64 origin = lightexit_load(&clock->state.origin);
	__u64 elapsed = ticks > origin ? ticks - origin : 0;

	return lightexit_load(&clock->state.base_ns) +
	       lightexit_scaled(elapsed, lightexit_load(&clock->state.rate));
}

/* VM time in ns; false while the clock is being adjusted. */
static inline bool lightexit_read_clock(const struct lightexit_clock *clock, __u64 ticks,
					__u64 *now_ns)
{
	__u64 version = lightexit_load_acquire(&clock->header.version); /* before the clock */

	*now_ns = lightexit_clock_at(clock, ticks);
	lightexit_read_fence(); /* the clock before its version */
	return !(version & 1) && version == lightexit_load(&clock->header.version);
}

#endif /* _UAPI_LIGHTEXIT_CLOCK_H */
