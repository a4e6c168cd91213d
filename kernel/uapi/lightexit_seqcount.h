/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * The version words of states: a seqcount whose writers try-lock.
 *
 * A version is even while there is no writer. A writer changes it from even to odd by
 * compare-and-swap, or gives up; when done, it sets the next even number. A reader reads it before
 * and after, and gives up if it was odd or has changed. Neither ever spins: giving up means PASS,
 * and the device model answers. Only the model, which cannot pass, waits for its lock.
 *
 * `headers` names the states of one filter or model, in ascending order of their addresses, so
 * that all take them in the same order. Versions only grow, so their sum is unchanged only if
 * each of them is.
 *
 * For the kernel, and for C11 or later with the __atomic builtins of gcc and clang.
 */
#ifndef _UAPI_LIGHTEXIT_SEQCOUNT_H
#define _UAPI_LIGHTEXIT_SEQCOUNT_H

#include "lightexit.h"

#ifdef __KERNEL__
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

#define lightexit_load(p)		READ_ONCE(*(p))
#define lightexit_load_acquire(p)	smp_load_acquire(p)
#define lightexit_store_release(p, v)	smp_store_release(p, v)
#define lightexit_read_fence()		smp_rmb()
#define lightexit_swap_acquire(p, old, new)	(cmpxchg_acquire(p, old, new) == (old))
#else
#include <stdbool.h>

#define lightexit_load(p)		__atomic_load_n(p, __ATOMIC_RELAXED)
#define lightexit_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define lightexit_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
/* ThreadSanitizer does not support fences; the acquire loads around them suffice for it. */
#ifdef __SANITIZE_THREAD__
#define lightexit_read_fence()		((void)0)
#else
#define lightexit_read_fence()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif

static inline bool lightexit_swap_acquire(__u64 *p, __u64 seen, __u64 wanted)
{
	return __atomic_compare_exchange_n(p, &seen, wanted, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}
#endif

typedef struct lightexit_state_header *const *lightexit_headers;

/* Never a sum of versions: these are all even. */
#define LIGHTEXIT_BUSY (~(__u64)0)

/* The sum of the versions, or LIGHTEXIT_BUSY if there is a writer. */
static inline __u64 lightexit_read_begin(lightexit_headers headers, unsigned int count)
{
	__u64 version, odd = 0, sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		version = lightexit_load_acquire(&headers[i]->version); /* before the state */
		odd |= version;
		sum += version;
	}
	return odd & 1 ? LIGHTEXIT_BUSY : sum;
}

/* Whether there was a write since lightexit_read_begin() returned `sum`: discard what was read. */
static inline bool lightexit_read_retry(lightexit_headers headers, unsigned int count, __u64 sum)
{
	lightexit_read_fence(); /* the state before its version */
	return lightexit_read_begin(headers, count) != sum;
}

/* From even to odd, if it is even. */
static inline bool lightexit_try_lock_one(struct lightexit_state_header *header)
{
	__u64 version = lightexit_load(&header->version);

	return !(version & 1) && lightexit_swap_acquire(&header->version, version, version | 1);
}

static inline void lightexit_unlock(lightexit_headers headers, unsigned int count)
{
	__u64 *version;

	while (count--) {
		version = &headers[count]->version;
		/* the state before its version */
		lightexit_store_release(version, lightexit_load(version) + 1);
	}
}

/* All of them or none. */
static inline bool lightexit_try_lock(lightexit_headers headers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!lightexit_try_lock_one(headers[i])) {
			lightexit_unlock(headers, i);
			return false;
		}
	}
	return true;
}

#endif /* _UAPI_LIGHTEXIT_SEQCOUNT_H */
