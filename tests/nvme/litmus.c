/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Store buffering: the filter's machine code in one thread, the back end's last look in another, at
 * the same moment. A wake-up is lost where neither sees what the other has just written.
 *
 *     litmus SECONDS: until one is lost, or so long; prints how many rounds there were.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lightexit.h"
#include "queue.h"

#ifdef NO_BARRIER
#define full_barrier() ((void)0)
#endif
#define ENTRIES 65536

static struct nvme_memory memory __attribute__((aligned(64)));
static struct lightexit_queue *const queue = &memory.state.queues[0];
/* Rounds that either side has begun, each on a cache line of its own. */
static struct {
	uint64_t filter __attribute__((aligned(64)));
	uint64_t back_end __attribute__((aligned(64)));
} begun;
static uint32_t sees_tail __attribute__((aligned(64)));

static void meet(uint64_t *mine, const uint64_t *other, uint64_t round)
{
	int spins = 0;

	__atomic_store_n(mine, round, __ATOMIC_RELEASE);
	while (__atomic_load_n(other, __ATOMIC_ACQUIRE) < round)
		if (++spins % 100000 == 0)
			nanosleep(&(struct timespec){ 0 }, NULL);
}

/* Says that it sleeps, and looks again. */
static void *back_end(void *unused)
{
	uint64_t round;

	(void)unused;
	for (round = 2;; round += 2) {
		meet(&begun.back_end, &begun.filter, round);
		queue_sleeps(queue, 1);
		full_barrier();
		sees_tail = __atomic_load_n(&queue->tail, __ATOMIC_ACQUIRE) == 1;
		meet(&begun.back_end, &begun.filter, round + 1);
	}
	return NULL;
}

/* A ring; whether it asks for a signal. */
static bool ring(void)
{
	uint8_t *const states[] = { (uint8_t *)&memory };
	struct lightexit_io_context context = {
		.offset = 0x1000, .data = 1, .size = 4, .is_write = 1,
	};

	if (nvme_ring(&context, states) != LIGHTEXIT_VERDICT_HANDLED)
		abort();
	return context.doorbells;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	pthread_t thread;
	uint64_t round;
	bool signals;

	queue->entries = ENTRIES;
	if (pthread_create(&thread, NULL, back_end, NULL))
		return 2;
	for (round = 2; round % 4096 || time(NULL) < end; round += 2) {
		queue->tail = queue->asleep = 0;
		full_barrier();
		meet(&begun.filter, &begun.back_end, round);
		signals = ring();
		meet(&begun.filter, &begun.back_end, round + 1);
		if (!signals && !sees_tail) {
			printf("lost in round %llu\n", (unsigned long long)round / 2);
			return 1;
		}
	}
	printf("none lost in %llu rounds\n", (unsigned long long)round / 2);
	return 0;
}
