/* SPDX-License-Identifier: Apache-2.0 */
/* All devices together: on the bus, in time, and counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

struct device *const devices[DEVICE_COUNT] = {
	&pit, &pm, &uart, &pci, &ioapic, &doorbell, &debug_exit,
};

uint64_t vm_now(const struct vm *vm)
{
	return lightexit_clock_now(vm->bus);
}

static int add_state(struct vm *vm, struct device *device, int map_fd)
{
	struct lightexit_state_options options = {
		.struct_size = sizeof(options),
		.version = device->version,
		.name = device->name,
		.size = device->state_size,
		.fingerprint = device->fingerprint,
		.map_fd = map_fd,
	};
	int error;

	error = lightexit_state_create(vm->bus, &options, &device->state);
	if (error == LIGHTEXIT_ERROR_MAP) { /* then it is this process's, and so is the filter */
		complain("%s", lightexit_last_error());
		options.map_fd = 0;
		error = lightexit_state_create(vm->bus, &options, &device->state);
	}
	if (error)
		return complain("%s", lightexit_last_error());
	memcpy(state_of(device), device->defaults, device->defaults_size);
	if (device->reset)
		device->reset(device);
	return 0;
}

static int add_region(struct vm *vm, struct device *device, bool with_filters)
{
	struct lightexit_region_options options = device->region;
	int error;

	options.struct_size = sizeof(options);
	options.state_count = 1;
	options.states = &device->state;
	options.opaque = device;
	if (!with_filters)
		options.filter = NULL;
	error = lightexit_region_add(vm->bus, &options, &device->on_bus);
	return error ? complain("%s", lightexit_last_error()) : 0;
}

int devices_add(struct vm *vm, const int *map_fds, bool with_filters)
{
	int i;

	for (i = 0; i < DEVICE_COUNT; i++) {
		devices[i]->vm = vm;
		if (add_state(vm, devices[i], map_fds[i]) ||
		    add_region(vm, devices[i], with_filters))
			return -1;
	}
	return 0;
}

static uint64_t advance(struct device *device)
{
	uint64_t wakeup;

	lightexit_state_lock(device->state);
	device->advance(device, now_of(device));
	wakeup = device->next_wakeup(device);
	lightexit_state_unlock(device->state);
	return wakeup;
}

uint64_t devices_advance(void)
{
	uint64_t wakeup, first = NEVER;
	int i;

	for (i = 0; i < DEVICE_COUNT; i++) {
		wakeup = devices[i]->advance ? advance(devices[i]) : NEVER;
		if (wakeup < first)
			first = wakeup;
	}
	return first;
}

void devices_restored(void)
{
	int i;

	for (i = 0; i < DEVICE_COUNT; i++) {
		if (!devices[i]->restored)
			continue;
		lightexit_state_lock(devices[i]->state);
		devices[i]->restored(devices[i]);
		lightexit_state_unlock(devices[i]->state);
	}
}

void devices_print_counts(void)
{
	struct lightexit_count reads, writes, kernel;
	int i;

	fprintf(stderr, "%-12s %10s %10s %10s\n", "", "in kernel", "by filter", "by model");
	for (i = 0; i < DEVICE_COUNT; i++) {
		reads = lightexit_region_total(devices[i]->on_bus, false);
		writes = lightexit_region_total(devices[i]->on_bus, true);
		kernel = lightexit_region_count_in_kernel(devices[i]->on_bus);
		fprintf(stderr, "%-12s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
			devices[i]->name, kernel.handled, reads.handled + writes.handled,
			reads.passed + writes.passed);
	}
}
