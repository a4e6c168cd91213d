/* SPDX-License-Identifier: Apache-2.0 */
/* A VMM's bus with the doorbell of notify.h, which answers what is sent to it, line by line. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <liblightexit.h>
#include "notify.h"

#define BASE 0x10000000ull

static uint64_t read_model(void *opaque, uint64_t offset, uint64_t size)
{
	(void)opaque;
	printf("read %" PRIu64 " at %#" PRIx64 "\n", size, offset);
	return offset;
}

static void write_model(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct lightexit_doorbell_state *device = lightexit_state_data(opaque);
	int i;

	printf("write %" PRIu64 " at %#" PRIx64 "\n", size, offset);
	device->ready = value & 1;
	for (i = 0; i < 8; i++)
		device->queues[i].asleep = value >> 1 & 1;
}

static void ring(void *opaque, uint32_t number)
{
	(void)opaque;
	printf("rings %" PRIu32 "\n", number);
}

static void show(const struct lightexit_state *state)
{
	const unsigned char *bytes = lightexit_state_data(state);
	size_t i;

	for (i = 0; i < NOTIFY_DEVICE_SIZE; i++)
		printf("%02x", bytes[i]);
	printf("\n");
}

int main(void)
{
	static const struct lightexit_filter filter = NOTIFY_FILTER;
	static const struct lightexit_doorbell_state first = LIGHTEXIT_DOORBELL_STATE_DEFAULTS;
	struct lightexit_state_options state_options = {
		.struct_size = sizeof(state_options), .name = "doorbell", .version = 1,
		.size = NOTIFY_DEVICE_SIZE, .fingerprint = NOTIFY_DEVICE_FINGERPRINT,
	};
	struct lightexit_region_options options = {
		.struct_size = sizeof(options), .space = LIGHTEXIT_SPACE_MMIO, .base = BASE,
		.size = 0x100, .register_width = 4, .state_count = 1, .filter = &filter,
		.read = read_model, .write = write_model, .doorbell = ring,
	};
	struct lightexit_region *region;
	struct lightexit_count count;
	struct lightexit_state *state;
	struct lightexit_vcpu *vcpu;
	struct lightexit_bus *bus;
	unsigned int is_write, size;
	uint64_t offset, value;

	if (lightexit_bus_create(NULL, &bus) ||
	    lightexit_state_create(bus, &state_options, &state)) {
		puts(lightexit_last_error());
		return 1;
	}
	options.states = &state;
	options.opaque = state;
	memcpy(lightexit_state_data(state), &first, sizeof(first));
	if (lightexit_region_add(bus, &options, &region) ||
	    lightexit_vcpu_create(bus, 0, &vcpu)) {
		puts(lightexit_last_error());
		return 1;
	}
	while (scanf("%u %" SCNu64 " %u %" SCNu64, &is_write, &offset, &size, &value) == 4) {
		lightexit_access(vcpu, &(struct lightexit_access){
			.space = LIGHTEXIT_SPACE_MMIO, .address = BASE + offset, .data = &value,
			.count = 1, .size = (uint8_t)size, .is_write = (uint8_t)is_write });
		printf("%" PRIu64 " ", value);
		show(state);
	}
	count = lightexit_region_count(region, 0x50, true);
	printf("handled %" PRIu64 ", passed %" PRIu64 "\n", count.handled, count.passed);
	lightexit_bus_destroy(bus);
	return 0;
}
