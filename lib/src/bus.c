/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The bus and its vCPUs: made, and taken apart. */
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "clock.h"
#include "record.h"

#define VCPUS 256
#define MOST_VCPUS 4096
#define ALL_FLAGS LIGHTEXIT_BUS_FLAG_FENCES

/* What it is where the caller says nothing. */
static const struct lightexit_bus_options defaults = { .struct_size = sizeof(defaults) };

void give_way(void)
{
	sched_yield();
}

static int check_options(const struct lightexit_bus_options *options)
{
	if (options->struct_size != sizeof(*options))
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "struct_size of the bus's options is %" PRIu32 ", not %zu",
			      options->struct_size, sizeof(*options));
	if (options->vcpus > MOST_VCPUS)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "%" PRIu32 " vCPUs, at most %d can be",
			      options->vcpus, MOST_VCPUS);
	if (options->flags & ~(uint32_t)ALL_FLAGS)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "unknown flags of a bus: %#" PRIx32,
			      options->flags & ~(uint32_t)ALL_FLAGS);
	return check_clock(options);
}

static int fill(struct lightexit_bus *bus, const struct lightexit_bus_options *options)
{
	int error;

	bus->most_vcpus = options->vcpus ? options->vcpus : VCPUS;
	bus->fences = options->flags & LIGHTEXIT_BUS_FLAG_FENCES || !register_membarrier();
	bus->tables.relax = (uintptr_t)give_way;
	bus->tables.trace = (uintptr_t)record_event;
	error = create_clock(bus, options);
	return error ? error : create_routes(bus);
}

static void free_bus(struct lightexit_bus *bus)
{
	destroy_routes(bus);
	destroy_clock(bus);
	if (bus->module_fd)
		close(bus->module_fd);
	if (bus->record_fd)
		close(bus->record_fd);
	pthread_mutex_destroy(&bus->mutex);
	free(bus);
}

PUBLIC int lightexit_bus_create(const struct lightexit_bus_options *options,
				struct lightexit_bus **made)
{
	u32 vcpus;
	struct lightexit_bus *bus;
	int error;

	if (!options)
		options = &defaults;
	error = check_options(options);
	if (error)
		return error;
	vcpus = options->vcpus ? options->vcpus : VCPUS;
	bus = calloc(1, sizeof(*bus) + vcpus * sizeof(bus->vcpus[0]));
	if (!bus)
		return out_of_memory();
	pthread_mutex_init(&bus->mutex, NULL);
	error = fill(bus, options);
	if (error) {
		free_bus(bus);
		return error;
	}
	*made = bus;
	return LIGHTEXIT_OK;
}

/* Nobody is on the bus any more: all that is retired goes at once. */
PUBLIC void lightexit_bus_destroy(struct lightexit_bus *bus)
{
	struct lightexit_region *region, *next;
	struct retired *retired;
	u32 i;

	if (!bus)
		return;
	retired = bus->retired;
	bus->retired = NULL;
	free_all(retired);
	for (region = bus->regions; region; region = next) {
		next = region->next;
		region_destroy(region);
	}
	while (bus->states)
		lightexit_state_destroy(bus->states);
	for (i = 0; i < bus->most_vcpus; i++)
		free(bus->vcpus[i]);
	free_bus(bus);
}

/* ---- vCPUs ----------------------------------------------------------------------------- */

static void fill_vcpu(struct vcpu *vcpu, struct lightexit_bus *bus, u32 index)
{
	vcpu->bus = bus;
	vcpu->fences = bus->fences;
	vcpu->recorded = bus->recorded;
	vcpu->quiescent_at = bus->epoch;
	vcpu->runtime.ports = bus->tables.ports;
	vcpu->runtime.clock = (uintptr_t)bus->clock;
	vcpu->runtime.bus = (uintptr_t)&bus->tables;
	vcpu->runtime.lane = index;
	vcpu->runtime.index = index;
}

PUBLIC int lightexit_vcpu_create(struct lightexit_bus *bus, uint32_t index,
				 struct lightexit_vcpu **made)
{
	struct vcpu *vcpu;
	int error = LIGHTEXIT_OK;

	if (index >= bus->most_vcpus)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "vCPU %" PRIu32 " on a bus for %" PRIu32, index, bus->most_vcpus);
	vcpu = calloc(1, sizeof(*vcpu));
	if (!vcpu)
		return out_of_memory();
	pthread_mutex_lock(&bus->mutex);
	if (bus->vcpus[index]) {
		error = failed(LIGHTEXIT_ERROR_IN_USE, "there is a vCPU %" PRIu32 " already", index);
	} else {
		fill_vcpu(vcpu, bus, index);
		bus->vcpus[index] = vcpu;
	}
	pthread_mutex_unlock(&bus->mutex);
	if (error)
		free(vcpu);
	else
		*made = &vcpu->runtime;
	return error;
}

PUBLIC void lightexit_vcpu_destroy(struct lightexit_vcpu *runtime)
{
	struct lightexit_bus *bus;
	struct vcpu *vcpu;

	if (!runtime)
		return;
	vcpu = CONTAINER_OF(runtime, struct vcpu, runtime);
	bus = vcpu->bus;
	pthread_mutex_lock(&bus->mutex);
	bus->vcpus[vcpu->runtime.index] = NULL;
	pthread_mutex_unlock(&bus->mutex);
	free(vcpu);
}
