/* SPDX-License-Identifier: Apache-2.0 */
/* One counter, hard-coded and behind lightexit_access(): accesses alone, and around KVM_RUN. */
#include <linux/kvm.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "liblightexit.h"

#define OPTIONS(kind, ...) (&(struct kind){ .struct_size = sizeof(struct kind), __VA_ARGS__ })

/* As bench/kvm_exits.py declares it. */
struct counter {
	uint64_t started_ns;
	uint64_t hz;
	uint64_t written;
	uint64_t writes;
};

static struct counter counter = { .hz = 3579545 };

static uint32_t count(const struct counter *c)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - c->started_ns;
	return (uint32_t)((unsigned __int128)ns * c->hz / 1000000000);
}

/* A device as a VMM has it: found by its address, and not inlined into the loop. */
static __attribute__((noinline)) bool hard_coded(uint64_t address, void *data, bool is_write)
{
	uint32_t value;

	switch (address) {
	case 0x500:
	case 0xd0000000:
		if (is_write)
			return false;
		value = count(&counter);
		memcpy(data, &value, 4);
		return true;
	case 0x504:
	case 0xd0000004:
		if (!is_write)
			return false;
		memcpy(&value, data, 4);
		counter.written = value;
		counter.writes++;
		return true;
	default:
		return false;
	}
}

void loop_hard_coded(const uint64_t *addresses, uint64_t accesses, bool is_write)
{
	uint32_t value = 0;
	uint64_t i;

	for (i = 0; i < accesses; i++)
		hard_coded(addresses[i], &value, is_write);
}

/* The same with a mutex, as a device that several vCPUs reach has one. */
void loop_locked(const uint64_t *addresses, uint64_t accesses, bool is_write)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	uint32_t value = 0;
	uint64_t i;

	for (i = 0; i < accesses; i++) {
		pthread_mutex_lock(&mutex);
		hard_coded(addresses[i], &value, is_write);
		pthread_mutex_unlock(&mutex);
	}
}

void loop_library(struct lightexit_vcpu *vcpu, uint8_t space, const uint64_t *addresses,
		  uint64_t accesses, bool is_write)
{
	uint32_t value = 0;
	struct lightexit_access access = {
		.data = &value, .count = 1, .size = 4, .space = space, .is_write = is_write
	};
	uint64_t i;

	for (i = 0; i < accesses; i++) {
		access.address = addresses[i];
		lightexit_access(vcpu, &access);
	}
}

/* Python's own dispatch, as Unicorn calls it. */
typedef uint32_t port_in_function(void *engine, uint32_t port, uint32_t size, void *vcpu);

void loop_python(port_in_function *port_in, void *vcpu, const uint64_t *addresses,
		 uint64_t accesses)
{
	uint64_t i;

	for (i = 0; i < accesses; i++)
		port_in(NULL, (uint32_t)addresses[i], 4, vcpu);
}

/* ---- around KVM_RUN -------------------------------------------------------------------- */

int run_hard_coded(int fd, struct kvm_run *run, unsigned int last)
{
	while (ioctl(fd, KVM_RUN, 0) >= 0) {
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run->io.port == last)
				return 0;
			hard_coded(run->io.port, (char *)run + run->io.data_offset,
				   run->io.direction);
			break;
		case KVM_EXIT_MMIO:
			hard_coded(run->mmio.phys_addr, run->mmio.data, run->mmio.is_write);
			break;
		default:
			return (int)run->exit_reason;
		}
	}
	return -1;
}

int run_library(int fd, struct kvm_run *run, struct lightexit_vcpu *vcpu, unsigned int last)
{
	struct lightexit_access access = { 0 };

	while (ioctl(fd, KVM_RUN, 0) >= 0) {
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run->io.port == last)
				return 0;
			access.space = LIGHTEXIT_SPACE_PIO;
			access.address = run->io.port;
			access.data = (char *)run + run->io.data_offset;
			access.count = run->io.count;
			access.size = run->io.size;
			access.is_write = run->io.direction;
			break;
		case KVM_EXIT_MMIO:
			access.space = LIGHTEXIT_SPACE_MMIO;
			access.address = run->mmio.phys_addr;
			access.data = run->mmio.data;
			access.count = 1;
			access.size = (uint8_t)run->mmio.len;
			access.is_write = run->mmio.is_write;
			break;
		default:
			return (int)run->exit_reason;
		}
		lightexit_access(vcpu, &access);
	}
	return -1;
}

/* ---- the bus --------------------------------------------------------------------------- */

static uint64_t read_model(void *opaque, uint64_t offset, uint64_t size)
{
	(void)opaque;
	(void)offset;
	(void)size;
	abort(); /* all of it is the filters' */
}

static void write_model(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	(void)value;
	read_model(opaque, offset, size);
}

typedef uint64_t run_function(struct lightexit_io_context *context, uint8_t *const *states);

static void add(struct lightexit_bus *bus, struct lightexit_state *state, run_function *run,
		uint32_t space, uint64_t base, uint32_t flags)
{
	struct lightexit_filter filter = {
		.abi_version = LIGHTEXIT_ABI_VERSION,
		.flags = flags,
		.name = "counter",
		.run = run,
		.state_count = 1,
		.states = { { .name = "counter", .size = sizeof(struct counter) } },
	};
	struct lightexit_region *region;

	if (lightexit_region_add(bus,
				 OPTIONS(lightexit_region_options, .space = space, .base = base,
					 .size = 4, .offset = base & 4, .state_count = 1,
					 .states = &state, .filter = &filter, .read = read_model,
					 .write = write_model),
				 &region))
		abort();
}

/*
 * So many pairs of a register to be read and one to be written, `step` bytes apart. Time is
 * CLOCK_MONOTONIC, or the TSC where its rate is given.
 */
struct lightexit_bus *make_bus(run_function *reader, run_function *writer, uint32_t space,
			       uint64_t base, uint64_t step, uint64_t pairs, uint32_t tsc_khz)
{
	struct lightexit_state *state;
	struct lightexit_bus *bus;
	uint64_t i;

	if (lightexit_bus_create(OPTIONS(lightexit_bus_options, .vcpus = 2, .tsc_khz = tsc_khz,
					 .clock_source = tsc_khz ? LIGHTEXIT_CLOCK_TSC :
								   LIGHTEXIT_CLOCK_MONOTONIC),
				 &bus) ||
	    lightexit_state_create(bus,
				   OPTIONS(lightexit_state_options, .name = "counter",
					   .size = sizeof(struct counter)),
				   &state))
		abort();
	memcpy(lightexit_state_data(state), &counter, sizeof(counter));
	for (i = 0; i < pairs; i++, base += step) {
		add(bus, state, reader, space, base, LIGHTEXIT_ATTACH_FLAG_READS_CLOCK);
		add(bus, state, writer, space, base + 4, LIGHTEXIT_ATTACH_FLAG_WRITES_STATE);
	}
	lightexit_clock_resume(bus);
	return bus;
}

/* ---- two threads ----------------------------------------------------------------------- */

struct work {
	struct lightexit_vcpu *vcpu;
	const uint64_t *addresses;
	uint64_t accesses;
	uint64_t repeats;
};

static void *work(void *argument)
{
	struct work *work = argument;
	uint64_t i;

	for (i = 0; i < work->repeats; i++)
		loop_library(work->vcpu, LIGHTEXIT_SPACE_PIO, work->addresses, work->accesses,
			     false);
	return NULL;
}

/* ns that `threads` of one or two take, all doing the same. */
uint64_t loop_threads(struct lightexit_vcpu **vcpus, unsigned int threads,
		      const uint64_t *addresses, uint64_t accesses, uint64_t repeats)
{
	struct timespec begun, ended;
	struct work works[2];
	pthread_t running[2];
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (i = 0; i < threads; i++) {
		works[i] = (struct work){ vcpus[i], addresses, accesses, repeats };
		pthread_create(&running[i], NULL, work, &works[i]);
	}
	for (i = 0; i < threads; i++)
		pthread_join(running[i], NULL);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	return (uint64_t)(ended.tv_sec - begun.tv_sec) * 1000000000 +
	       (uint64_t)(ended.tv_nsec - begun.tv_nsec);
}
