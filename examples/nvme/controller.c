/* SPDX-License-Identifier: Apache-2.0 */
/* The doorbells' model, as device.py has it, and where the state's memory and the eventfd go. */
#include "controller.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "nvme.h"

static const struct lightexit_filter filter = NVME_REGION_0_FILTER;

static uint64_t read_model(void *opaque, uint64_t offset, uint64_t size)
{
	(void)opaque;
	(void)offset;
	(void)size;
	return 0;
}

/* What the filter has left: a state that was held, a value that is none, other queues. */
static void write_model(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct controller *controller = opaque;
	struct lightexit_nvme_state *nvme = lightexit_state_data(controller->state);
	uint64_t index = (offset - NVME_REGION_0_OFFSET) / 4;
	struct lightexit_queue *queue = &nvme->queues[index / 2];

	if (index & 1)
		return;
	if (size != 4 || value >= queue->entries) {
		nvme->invalid++;
		return;
	}
	__atomic_store_n(&queue->tail, (uint32_t)value, __ATOMIC_RELEASE);
	queue->rings++;
	eventfd_write(controller->bell, 1); /* asleep or not: it then looks at all queues */
}

static int add_region(struct controller *controller, struct lightexit_bus *bus, bool use_filter)
{
	int bells[QUEUES], i;

	for (i = 0; i < QUEUES; i++)
		bells[i] = controller->bell;
	return lightexit_region_add(bus, &(struct lightexit_region_options){
		.struct_size = sizeof(struct lightexit_region_options),
		.space = NVME_REGION_0_SPACE, .base = NVME_BASE, .size = NVME_REGION_0_SIZE,
		.offset = NVME_REGION_0_OFFSET,
		.register_width = NVME_REGION_0_REGISTER_WIDTH,
		.states = &controller->state, .state_count = 1,
		.filter = use_filter ? &filter : NULL,
		.read = read_model, .write = write_model, .opaque = controller,
		.eventfds = bells, .eventfd_count = QUEUES }, &controller->region);
}

int controller_create(struct controller *controller, struct lightexit_bus *bus, uint32_t size,
		      bool use_filter)
{
	struct lightexit_nvme_state *nvme;
	int error, i;

	controller->memory_fd = lightexit_memory_create(NVME_NAME, NVME_STATE_SIZE);
	if (controller->memory_fd < 0)
		return controller->memory_fd;
	controller->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	error = lightexit_state_create(bus, &(struct lightexit_state_options){
		.struct_size = sizeof(struct lightexit_state_options),
		.name = NVME_NAME, .size = NVME_STATE_SIZE,
		.fingerprint = NVME_STATE_FINGERPRINT, .version = NVME_STATE_VERSION,
		.memory_fd = controller->memory_fd }, &controller->state);
	if (error)
		return error;
	nvme = lightexit_state_data(controller->state);
	for (i = 0; i < QUEUES; i++)
		nvme->queues[i].entries = size;
	return add_region(controller, bus, use_filter);
}
