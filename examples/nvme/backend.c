/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The back end: a process that takes what guests submit, and sleeps where there is nothing.
 *
 *     backend MEMORY BELL ENTRIES SIZE
 *
 * Three descriptors that it has inherited: of the state's memory, of the eventfd, and of the
 * queues' entries (8 bytes each here, and SIZE a queue). It may be killed at any moment and started
 * again: all that it must remember is in the state. It ends with the process that started it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queue.h"

static struct nvme_memory *memory;
static const uint64_t *entries; /* QUEUES times size: the count of entries before each */
static uint32_t size;
static int bell;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "backend: %s: %s\n", what, why);
	exit(1);
}

/* Memory that another process cannot cut off under this one. */
static void *mapped(int fd, size_t bytes, int rights, const char *what)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat facts;
	void *found;

	if (seals < 0 || !(seals & F_SEAL_SHRINK))
		fail(what, "no memfd that is sealed with F_SEAL_SHRINK");
	if (fstat(fd, &facts) || (size_t)facts.st_size < bytes)
		fail(what, "too small for the queues");
	found = mmap(NULL, bytes, rights, MAP_SHARED, fd, 0);
	if (found == MAP_FAILED)
		fail(what, strerror(errno));
	return found;
}

/* The work: that each entry is the one that has to be next. */
static uint32_t wrong_among(uint32_t number, uint64_t first, uint32_t count)
{
	const uint64_t *queue = entries + (uint64_t)number * size;
	uint32_t i, wrong = 0;

	for (i = 0; i < count; i++)
		wrong += queue[(first + i) % size] != first + i;
	return wrong;
}

/* Rings are counted with the tail: of one moment, both say the same. */
static void check_moment(uint32_t number)
{
	uint64_t rings;
	uint32_t tail;

	if (queue_snapshot(memory, number, &tail, &rings) && tail != rings % size)
		memory->state.queues[number].wrong++;
}

/* Whether there was anything. */
static bool serve_all(void)
{
	uint32_t number, count, any = 0;

	for (number = 0; number < QUEUES; number++) {
		struct lightexit_queue *queue = &memory->state.queues[number];

		count = queue_pending(queue, size);
		if (!count)
			continue;
		queue->wrong += wrong_among(number, queue->head, count);
		check_moment(number);
		queue_done(queue, count);
		any |= count;
	}
	return any;
}

static void say_asleep(uint32_t sleeps)
{
	uint32_t number;

	for (number = 0; number < QUEUES; number++)
		queue_sleeps(&memory->state.queues[number], sleeps);
}

static void wait_for_bell(void)
{
	struct pollfd wanted = { .fd = bell, .events = POLLIN };
	uint64_t signals;

	if (poll(&wanted, 1, -1) < 0 && errno != EINTR)
		fail("poll", strerror(errno));
	if (read(bell, &signals, sizeof(signals)) == sizeof(signals))
		memory->state.queues[0].wake_ups++;
}

int main(int argc, char **argv)
{
	int fds[3], i;

	if (argc != 5)
		fail("usage", "backend MEMORY BELL ENTRIES SIZE");
	for (i = 0; i < 3; i++)
		fds[i] = atoi(argv[1 + i]);
	size = (uint32_t)strtoul(argv[4], NULL, 0);
	if (size < 2 || size > 65536)
		fail("SIZE", "2 to 65536 entries");
	memory = mapped(fds[0], sizeof(*memory), PROT_READ | PROT_WRITE, "the state");
	bell = fds[1];
	entries = mapped(fds[2], (size_t)QUEUES * size * sizeof(*entries), PROT_READ, "the entries");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (serve_all())
			continue;
		say_asleep(1);
		full_barrier(); /* or this CPU might look before the VMM can see that it sleeps */
		if (!serve_all())
			wait_for_bell();
		say_asleep(0);
	}
}
