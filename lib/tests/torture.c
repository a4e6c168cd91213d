/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vCPUs read and write one counter, a timer thread changes it under its lock, regions come and go,
 * states are saved: nothing tears, nothing is lost, nothing is used after it was freed.
 *
 *     torture SECONDS [fences]
 */
#include <pthread.h>
#include <time.h>

#include "device.h"

#define VCPUS 3

static struct device device;
static bool is_over;
static uint64_t accesses[VCPUS], changes, saves;

static bool goes_on(void)
{
	return !__atomic_load_n(&is_over, __ATOMIC_RELAXED);
}

/* A counter that anybody writes is even, and rises; what a guest reads never falls. */
static void *run_vcpu(void *argument)
{
	uint32_t index = *(uint32_t *)argument;
	struct lightexit_vcpu *vcpu;
	uint64_t last = 0, value, data;

	CHECK(!lightexit_vcpu_create(device.bus, index, &vcpu));
	while (goes_on()) {
		value = in(vcpu, 0x100, 8);
		CHECK(value >= last);
		last = value;
		data = 0;
		access_to(vcpu, LIGHTEXIT_SPACE_MMIO, 0x1000 + 8 * (value % 64), &data, 4, false);
		access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x203, &data, 1, false);
		accesses[index] += 3;
	}
	lightexit_vcpu_destroy(vcpu);
	return NULL;
}

static void *run_timer(void *unused)
{
	struct counter *counter = counter_of(&device);

	while (goes_on()) {
		lightexit_state_lock(device.state);
		CHECK(counter->value == counter->copy);
		counter->value += 2;
		counter->copy += 2;
		lightexit_state_unlock(device.state);
	}
	return unused;
}

static void *run_saver(void *unused)
{
	struct lightexit_saved saved;
	struct counter counter;
	uint8_t bytes[256];
	size_t size;

	while (goes_on()) {
		size = lightexit_state_save(device.state, bytes, sizeof(bytes));
		CHECK(!lightexit_saved_look(bytes, size, &saved));
		memcpy(&counter, saved.data, sizeof(counter));
		CHECK(counter.value == counter.copy);
		lightexit_clock_pause(device.bus);
		lightexit_clock_resume(device.bus);
		saves++;
	}
	return unused;
}

/* Memory that its model has read after it was released would be found by a sanitizer. */
static void free_device(void *opaque)
{
	memset(opaque, 0xff, sizeof(struct device));
	free(opaque);
}

static struct lightexit_region *add(uint64_t base, uint32_t space)
{
	struct device *other = calloc(1, sizeof(*other));
	struct lightexit_region_options options;
	struct lightexit_region *region;

	CHECK(other);
	other->state = device.state;
	options = region_at(&device, base);
	options.space = space;
	options.opaque = other;
	options.filter = base & 16 ? &count_filter : NULL;
	options.released = free_device;
	CHECK(!lightexit_region_add(device.bus, &options, &region));
	return region;
}

static void *run_manager(void *unused)
{
	struct lightexit_region *memory, *port;
	uint64_t number;

	for (number = 0; goes_on(); number++) {
		memory = add(0x1000 + 8 * (number % 64), LIGHTEXIT_SPACE_MMIO);
		port = add(0x200, LIGHTEXIT_SPACE_PIO);
		CHECK(!lightexit_region_remove(memory));
		CHECK(!lightexit_region_remove(port));
		changes += 4;
	}
	return unused;
}

int main(int count, char **arguments)
{
	bool fences = count > 2 && !strcmp(arguments[2], "fences");
	void *(*others[])(void *) = { run_timer, run_saver, run_manager };
	struct timespec time = { .tv_sec = count > 1 ? atoi(arguments[1]) : 1 };
	struct lightexit_region_options options;
	uint32_t i, indices[VCPUS];
	pthread_t threads[VCPUS + 3];

	CHECK(!lightexit_bus_create(OPTIONS(lightexit_bus_options, .vcpus = VCPUS,
					    .flags = fences ? LIGHTEXIT_BUS_FLAG_FENCES : 0),
				    &device.bus));
	make_state(&device);
	options = region_at(&device, 0x100);
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	lightexit_clock_resume(device.bus);
	for (i = 0; i < VCPUS; i++) {
		indices[i] = i;
		CHECK(!pthread_create(&threads[i], NULL, run_vcpu, &indices[i]));
	}
	for (; i < VCPUS + 3; i++)
		CHECK(!pthread_create(&threads[i], NULL, others[i - VCPUS], NULL));
	nanosleep(&time, NULL);
	__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
	for (i = 0; i < VCPUS + 3; i++)
		CHECK(!pthread_join(threads[i], NULL));
	lightexit_bus_destroy(device.bus);
	printf("%llu accesses, %llu regions came or went, %llu saved\n",
	       (unsigned long long)(accesses[0] + accesses[1] + accesses[2]),
	       (unsigned long long)changes, (unsigned long long)saves);
	return 0;
}
