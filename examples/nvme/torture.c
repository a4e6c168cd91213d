/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests that ring, and a back end that is killed and started again all the time.
 *
 *     torture BACKEND RINGS [VCPUS [MILLISECONDS]]
 *
 * Each vCPU submits entries to a queue of its own, in bursts of random length, a ring for each entry.
 * After a burst it waits until the back end has done them all: a wake-up that got lost shows as a
 * wait without an end. Every MILLISECONDS on average (default 20; 0: never) the back end is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "controller.h"

#define SIZE 65536
#define BURST 127
#define PATIENCE_S 30

static struct controller controller;
static struct lightexit_bus *bus;
static struct lightexit_nvme_state *nvme;
static volatile uint64_t *entries;
static char *back_end[6]; /* its command line */
static int running;

struct guest {
	pthread_t thread;
	struct lightexit_vcpu *vcpu;
	uint64_t rings, rung, bursts;
	uint32_t number;
	bool is_lost;
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "torture: %s: %s\n", what, why);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Until at most `most` entries are left to do. */
static bool waited(const struct guest *guest, uint64_t most)
{
	const uint64_t *head = &nvme->queues[guest->number].head;
	double end = 0;
	int tries;

	for (tries = 0; guest->rung - __atomic_load_n(head, __ATOMIC_ACQUIRE) > most; tries++) {
		if (tries < 1000)
			continue;
		sched_yield();
		if (!end)
			end = now() + PATIENCE_S;
		if (tries % 1024 == 0 && now() > end)
			return false;
	}
	return true;
}

static bool submit(struct guest *guest)
{
	if (!waited(guest, SIZE - 2))
		return false;
	entries[(uint64_t)guest->number * SIZE + guest->rung % SIZE] = guest->rung;
	guest->rung++;
	ring_doorbell(guest->vcpu, guest->number, (uint32_t)(guest->rung % SIZE));
	return true;
}

static void *run_guest(void *argument)
{
	struct guest *guest = argument;
	unsigned int seed = guest->number + 1;
	uint64_t burst;

	while (guest->rung < guest->rings && !guest->is_lost) {
		burst = 1 + (uint64_t)rand_r(&seed) % BURST;
		while (burst-- && guest->rung < guest->rings && !guest->is_lost)
			guest->is_lost = !submit(guest);
		guest->is_lost = guest->is_lost || !waited(guest, 0);
		guest->bursts++;
	}
	__atomic_fetch_sub(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static pid_t start_back_end(void)
{
	pid_t child = fork();

	if (child < 0)
		fail("fork", strerror(errno));
	if (!child) {
		execv(back_end[0], back_end);
		_exit(127);
	}
	return child;
}

static void kill_back_end(pid_t child)
{
	int status;

	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		fail(back_end[0], "it ended by itself");
}

/* Until the guests are done; how often it was killed. */
static uint64_t kill_and_restart(unsigned int milliseconds)
{
	unsigned int seed = 77;
	uint64_t kills = 0;
	pid_t child = start_back_end();

	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE)) {
		usleep(milliseconds ? 1 + (unsigned int)rand_r(&seed) % (2000 * milliseconds) : 1000);
		if (!milliseconds)
			continue;
		kill_back_end(child);
		kills++;
		child = start_back_end();
	}
	kill_back_end(child);
	return kills;
}

static int inherited(int fd)
{
	if (fcntl(fd, F_SETFD, 0))
		fail("a descriptor", strerror(errno));
	return fd;
}

static void share(char *program)
{
	size_t bytes = (size_t)QUEUES * SIZE * sizeof(*entries);
	int fd = memfd_create("entries", MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK))
		fail("the entries", strerror(errno));
	entries = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (entries == MAP_FAILED)
		fail("the entries", strerror(errno));
	back_end[0] = program;
	if (asprintf(&back_end[1], "%d", inherited(controller.memory_fd)) < 0 ||
	    asprintf(&back_end[2], "%d", inherited(controller.bell)) < 0 ||
	    asprintf(&back_end[3], "%d", fd) < 0 || asprintf(&back_end[4], "%d", SIZE) < 0)
		fail("memory", strerror(errno));
}

static int report(const struct guest *guests, uint32_t count, uint64_t kills, double seconds)
{
	struct lightexit_count total = lightexit_region_total(controller.region, true);
	uint64_t rung = 0, done = 0, bursts = 0, wrong = nvme->invalid;
	uint32_t i, lost = 0;

	for (i = 0; i < count; i++) {
		rung += guests[i].rung;
		bursts += guests[i].bursts;
		lost += guests[i].is_lost;
		done += nvme->queues[i].head;
		wrong += nvme->queues[i].wrong;
	}
	printf("%" PRIu64 " rings in %.1f s, %.0f a second: %" PRIu64 " by the filter, %" PRIu64
	       " by the model\n", rung, seconds, (double)rung / seconds, total.handled, total.passed);
	printf("%" PRIu64 " entries done, %" PRIu64 " wrong; %" PRIu64 " bursts, %" PRIu32
	       " not done to their end\n", done, wrong, bursts, lost);
	printf("back end: killed %" PRIu64 " times, woken %" PRIu32 " times\n", kills,
	       nvme->queues[0].wake_ups);
	return lost || wrong || done != rung || total.handled + total.passed != rung;
}

int main(int argc, char **argv)
{
	uint32_t vcpus = argc > 3 ? (uint32_t)atoi(argv[3]) : 2, i;
	struct guest guests[QUEUES] = { 0 };
	uint64_t kills;
	double begun;

	if (argc < 3 || argc > 5 || !vcpus || vcpus > QUEUES)
		fail("usage", "torture BACKEND RINGS [VCPUS [MILLISECONDS]]");
	if (lightexit_bus_create(NULL, &bus) || controller_create(&controller, bus, SIZE, true))
		fail("the controller", lightexit_last_error());
	nvme = lightexit_state_data(controller.state);
	share(argv[1]);
	running = (int)vcpus;
	begun = now();
	for (i = 0; i < vcpus; i++) {
		guests[i].number = i;
		guests[i].rings = strtoull(argv[2], NULL, 0) / vcpus;
		if (lightexit_vcpu_create(bus, i, &guests[i].vcpu) ||
		    pthread_create(&guests[i].thread, NULL, run_guest, &guests[i]))
			fail("a vCPU", lightexit_last_error());
	}
	kills = kill_and_restart(argc > 4 ? (unsigned int)atoi(argv[4]) : 20);
	for (i = 0; i < vcpus; i++)
		pthread_join(guests[i].thread, NULL);
	return report(guests, vcpus, kills, now() - begun);
}
