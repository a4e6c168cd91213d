/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to tell another process a value that a guest writes; that process; loops that do so. */

#include <linux/kvm.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "liblightexit.h"

#define BASE 0xd0001000
#define QUEUES 8

/* As examples/nvme/device.py has it; `seen` and `woken` are beside it, for the measurement. */
struct queue {
	uint32_t tail;
	uint32_t entries;
	uint64_t rings;
	uint8_t mine[48];

	uint64_t head;
	uint32_t asleep;
	uint32_t wake_ups;
};

struct seen {
	uint32_t tail;
	uint32_t woken;
	uint64_t signals; /* writes of the eventfd, messages */
	uint64_t work_ns; /* for each value seen */
};

enum way {
	FLAGGED,	/* in shared memory; an eventfd for one that sleeps */
	SIGNALLED,	/* in shared memory; an eventfd for each ring */
	SENT,		/* in a message on a socket */
};

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Work that what it has seen makes. */
static void work(uint64_t ns)
{
	struct timespec begun, now;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((uint64_t)(now.tv_sec - begun.tv_sec) * 1000000000 + (uint64_t)now.tv_nsec <
	       (uint64_t)begun.tv_nsec + ns);
}

static void sees(struct seen *seen, uint32_t tail)
{
	__atomic_store_n(&seen->tail, tail, __ATOMIC_RELEASE);
	if (seen->work_ns)
		work(seen->work_ns);
}

/* How many signals there were is what an eventfd gives. */
static void wait_on(int fd, struct seen *seen)
{
	uint64_t signals;

	if (read(fd, &signals, sizeof(signals)) <= 0)
		return;
	seen->signals += signals;
	__atomic_store_n(&seen->woken, seen->woken + 1, __ATOMIC_RELEASE);
}

static void consume_flagged(int fd, const uint32_t *tail, struct seen *seen, uint32_t *asleep)
{
	for (;;) {
		while (load(tail) != seen->tail)
			sees(seen, load(tail));
		__atomic_store_n(asleep, 1, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (load(tail) == seen->tail)
			wait_on(fd, seen);
		__atomic_store_n(asleep, 0, __ATOMIC_RELAXED);
	}
}

static void consume_signalled(int fd, const uint32_t *tail, struct seen *seen)
{
	for (;;) {
		wait_on(fd, seen);
		sees(seen, load(tail));
	}
}

static void consume_sent(int fd, struct seen *seen)
{
	uint32_t value = 0;

	for (;;) {
		if (read(fd, &value, sizeof(value)) <= 0)
			continue;
		seen->signals++;
		seen->woken++;
		sees(seen, value);
	}
}

/* The other process. Where the tail is read from, `tail`, and what says that it sleeps. */
pid_t start_consumer(enum way way, int fd, const uint32_t *tail, struct seen *seen,
		     uint32_t *asleep)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	switch (way) {
	case FLAGGED:
		consume_flagged(fd, tail, seen, asleep);
		break;
	case SIGNALLED:
		consume_signalled(fd, tail, seen);
		break;
	case SENT:
		consume_sent(fd, seen);
	}
	_exit(1);
}

/* Until it has seen `tail`: whether it has within ten seconds. */
bool wait_seen(const struct seen *seen, uint32_t tail)
{
	int tries;

	for (tries = 0; tries < 1000000 && load(&seen->tail) != tail; tries++)
		usleep(10);
	return load(&seen->tail) == tail;
}

static void tell(enum way way, int fd, struct queue *queue, uint32_t value)
{
	uint64_t one = 1;

	if (way == SENT) {
		if (write(fd, &value, sizeof(value)) < 0)
			_exit(1);
		return;
	}
	__atomic_store_n(&queue->tail, value, __ATOMIC_RELEASE);
	queue->rings++;
	if (way == FLAGGED) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (!load(&queue->asleep))
			return;
		__atomic_store_n(&queue->asleep, 0, __ATOMIC_RELAXED);
	}
	if (write(fd, &one, sizeof(one)) < 0)
		_exit(1);
}

/* A device model that does nothing else; how many exits there were until a write to port `last`. */
uint64_t run_guest(int vcpu, struct kvm_run *run, enum way way, int fd, struct queue *queue,
		   unsigned last)
{
	uint64_t exits = 0;
	uint32_t value;

	for (;; exits++) {
		if (ioctl(vcpu, KVM_RUN, 0) < 0)
			return (uint64_t)-1;
		if (run->exit_reason == KVM_EXIT_IO && run->io.port == last)
			return exits;
		if (run->exit_reason != KVM_EXIT_MMIO)
			return (uint64_t)-1;
		memcpy(&value, run->mmio.data, sizeof(value));
		tell(way, fd, queue, value);
	}
}

/* The same without a guest: so many rings from that tail on. */
void ring_hard_coded(enum way way, int fd, struct queue *queue, uint32_t tail, uint32_t rings)
{
	while (rings--)
		tell(way, fd, queue, tail = (tail + 1) % queue->entries);
}

/* A model that is never asked. */
static uint64_t read_model(void *opaque, uint64_t offset, uint64_t size)
{
	(void)opaque, (void)offset, (void)size;
	_exit(1);
}

static void write_model(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	(void)opaque, (void)offset, (void)value, (void)size;
	_exit(1);
}

/* The doorbells on a bus of liblightexit's, and a vCPU; NULL where that is refused. */
struct lightexit_vcpu *make_bus(uint64_t (*run)(struct lightexit_io_context *, uint8_t *const *),
				uint64_t size, int memory_fd, int bell)
{
	struct lightexit_filter filter = {
		.abi_version = LIGHTEXIT_ABI_VERSION,
		.flags = LIGHTEXIT_ATTACH_FLAG_WRITES_STATE, .name = "ring", .run = run,
		.worst_case = 50, .state_count = 1, .states = { { .name = "nvme", .size = size } },
	};
	int bells[QUEUES] = { bell, bell, bell, bell, bell, bell, bell, bell };
	struct lightexit_vcpu *vcpu = NULL;
	struct lightexit_region *region;
	struct lightexit_state *state;
	struct lightexit_bus *bus;

	if (lightexit_bus_create(NULL, &bus) ||
	    lightexit_state_create(bus, &(struct lightexit_state_options){
		.struct_size = sizeof(struct lightexit_state_options), .name = "nvme",
		.size = size, .memory_fd = memory_fd }, &state) ||
	    lightexit_region_add(bus, &(struct lightexit_region_options){
		.struct_size = sizeof(struct lightexit_region_options),
		.space = LIGHTEXIT_SPACE_MMIO, .base = BASE, .size = 8 * QUEUES, .offset = 0x1000,
		.register_width = 4, .states = &state, .state_count = 1, .filter = &filter,
		.read = read_model, .write = write_model, .eventfds = bells, .eventfd_count = QUEUES }, &region) ||
	    lightexit_vcpu_create(bus, 0, &vcpu))
		return NULL;
	return vcpu;
}

void ring_bus(struct lightexit_vcpu *vcpu, uint32_t tail, uint32_t rings, uint32_t entries)
{
	while (rings--) {
		tail = (tail + 1) % entries;
		lightexit_access(vcpu, &(struct lightexit_access){
			.address = BASE, .data = &tail, .count = 1, .size = sizeof(tail),
			.space = LIGHTEXIT_SPACE_MMIO, .is_write = 1 });
	}
}
