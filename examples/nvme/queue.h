/* SPDX-License-Identifier: Apache-2.0 */
/* A submission queue as both processes see it: struct lightexit_queue of `lightexit build`. */
#ifndef NVME_QUEUE_H
#define NVME_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "lightexit_seqcount.h"
#include "nvme_ring.h"

#define QUEUES 8

/* What both processes map: the state, and the header with its lock before it. */
struct nvme_memory {
	struct lightexit_state_header header;
	struct lightexit_nvme_state state;
};

/* All accesses before it come before all after it: smp_mb(). */
static inline void full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* How many entries wait, for the back end; `entries` is its own knowledge of the queue's size. */
static inline uint32_t queue_pending(const struct lightexit_queue *queue, uint32_t entries)
{
	uint32_t tail = __atomic_load_n(&queue->tail, __ATOMIC_ACQUIRE); /* before the entries */

	if (tail >= entries)
		return 0; /* not of this queue: a guest cannot do that, only who has the memory */
	return (uint32_t)((tail + entries - queue->head % entries) % entries);
}

/* So many are done: after this a back end that is killed does not do them again. */
static inline void queue_done(struct lightexit_queue *queue, uint32_t count)
{
	__atomic_store_n(&queue->head, queue->head + count, __ATOMIC_RELEASE);
}

/* Before the back end waits it says so, and looks at all queues again. */
static inline void queue_sleeps(struct lightexit_queue *queue, uint32_t sleeps)
{
	__atomic_store_n(&queue->asleep, sleeps, __ATOMIC_RELAXED);
}

/*
 * Several words of one moment, without the lock: false where the VMM was always busy, or has died
 * within an access. A back end then goes on with the tail alone.
 */
static inline bool queue_snapshot(struct nvme_memory *memory, uint32_t number, uint32_t *tail,
				  uint64_t *rings)
{
	struct lightexit_state_header *const header = &memory->header;
	const struct lightexit_queue *queue = &memory->state.queues[number];
	uint64_t version;
	int tries;

	for (tries = 0; tries < 100; tries++) {
		version = lightexit_read_begin(&header, 1);
		*tail = __atomic_load_n(&queue->tail, __ATOMIC_RELAXED);
		*rings = __atomic_load_n(&queue->rings, __ATOMIC_RELAXED);
		if (version != LIGHTEXIT_BUSY && !lightexit_read_retry(&header, 1, version))
			return true;
	}
	return false;
}

#endif /* NVME_QUEUE_H */
