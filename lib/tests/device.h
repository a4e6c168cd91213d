/* SPDX-License-Identifier: Apache-2.0 */
/* A device for tests: a counter that its filter reads, and writes where it is even. */
#ifndef DEVICE_H
#define DEVICE_H

#include "check.h"

struct counter {
	uint64_t value;
	uint64_t copy; /* the same, but for a moment */
};

struct device {
	struct lightexit_bus *bus;
	struct lightexit_state *state;
	struct lightexit_region *region;
	uint64_t reads, writes, released;
	uint32_t lines, rung, requested;
};

/* Offset 0: the counter, read and, unless odd, set. 1: doorbell 0. 2: all actions. 3: passes. */
static uint64_t count(struct lightexit_io_context *context, uint8_t *const *states)
{
	volatile struct counter *counter = (void *)(states[0] + sizeof(struct lightexit_state_header));

	switch (context->offset) {
	case 0:
		if (!context->is_write)
			context->data = counter->value;
		else if (context->data & 1)
			return LIGHTEXIT_VERDICT_PASS;
		else
			counter->value = counter->copy = context->data;
		return LIGHTEXIT_VERDICT_HANDLED;
	case 1:
		context->doorbells = 1;
		context->data = context->now_ns;
		return LIGHTEXIT_VERDICT_HANDLED;
	case 2:
		context->raised_lines = 1;
		context->lowered_lines = 2;
		context->pulsed_lines = 4;
		context->doorbells = 2;
		context->requests = LIGHTEXIT_REQUEST_EOI;
		context->eoi_vector = 0x31;
		context->data = 0;
		return LIGHTEXIT_VERDICT_HANDLED;
	default:
		return LIGHTEXIT_VERDICT_PASS;
	}
}

static const struct lightexit_filter count_filter = {
	.abi_version = LIGHTEXIT_ABI_VERSION,
	.flags = LIGHTEXIT_ATTACH_FLAG_WRITES_STATE | LIGHTEXIT_ATTACH_FLAG_READS_CLOCK,
	.name = "count",
	.run = count,
	.worst_case = 20,
	.state_count = 1,
	.states = { { .name = "counter", .size = sizeof(struct counter), .fingerprint = 7 } },
};

static inline struct counter *counter_of(struct device *device)
{
	return lightexit_state_data(device->state);
}

static uint64_t model_read(void *opaque, uint64_t offset, uint64_t size)
{
	struct device *device = opaque;

	(void)size;
	device->reads++;
	CHECK(counter_of(device)->value == counter_of(device)->copy);
	return offset ? 0x40 + offset : counter_of(device)->value;
}

static void model_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct device *device = opaque;

	(void)offset;
	(void)size;
	device->writes++;
	counter_of(device)->value = value;
	counter_of(device)->copy = value;
}

static void on_line(void *opaque, uint32_t number, enum lightexit_line_change change)
{
	((struct device *)opaque)->lines |= 1u << (4 * number + change);
}

static void on_doorbell(void *opaque, uint32_t number)
{
	((struct device *)opaque)->rung |= 1u << number;
}

static void on_request(void *opaque, const struct lightexit_io_context *context)
{
	((struct device *)opaque)->requested = context->eoi_vector;
}

static void on_release(void *opaque)
{
	((struct device *)opaque)->released++;
}

static inline void make_state(struct device *device)
{
	CHECK(!lightexit_state_create(device->bus,
				      OPTIONS(lightexit_state_options, .name = "counter",
					      .size = sizeof(struct counter), .fingerprint = 7),
				      &device->state));
}

/* Eight ports from `base` on. */
static inline struct lightexit_region_options region_at(struct device *device, uint64_t base)
{
	return (struct lightexit_region_options){
		.struct_size = sizeof(struct lightexit_region_options),
		.space = LIGHTEXIT_SPACE_PIO,
		.base = base,
		.size = 8,
		.state_count = 1,
		.states = &device->state,
		.filter = &count_filter,
		.read = model_read,
		.write = model_write,
		.line = on_line,
		.doorbell = on_doorbell,
		.request = on_request,
		.released = on_release,
		.opaque = device,
	};
}

static inline bool access_to(struct lightexit_vcpu *vcpu, uint8_t space, uint64_t address,
			     void *data, uint8_t size, bool is_write)
{
	return lightexit_access(vcpu, &(struct lightexit_access){
					      .address = address,
					      .data = data,
					      .count = 1,
					      .size = size,
					      .space = space,
					      .is_write = is_write,
				      });
}

static inline uint64_t in(struct lightexit_vcpu *vcpu, uint64_t port, uint8_t size)
{
	uint64_t value = 0;

	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_PIO, port, &value, size, false));
	return value;
}

static inline void out(struct lightexit_vcpu *vcpu, uint64_t port, uint64_t value, uint8_t size)
{
	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_PIO, port, &value, size, true));
}

#endif /* DEVICE_H */
