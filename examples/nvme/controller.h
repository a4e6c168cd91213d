/* SPDX-License-Identifier: Apache-2.0 */
/* The VMM's side: the doorbells on a liblightexit bus. */
#ifndef NVME_CONTROLLER_H
#define NVME_CONTROLLER_H

#include <liblightexit.h>

#include "queue.h"

#define NVME_BASE 0xd0000000

struct controller {
	struct lightexit_state *state;
	struct lightexit_region *region;
	int memory_fd, bell;	/* for the back end */
};

/* With QUEUES queues of `size` entries. `use_filter`, or the model answers all. */
int controller_create(struct controller *controller, struct lightexit_bus *bus, uint32_t size,
		      bool use_filter);

/* The guest writes the new tail of a queue. */
static inline void ring_doorbell(struct lightexit_vcpu *vcpu, uint32_t number, uint32_t tail)
{
	lightexit_access(vcpu, &(struct lightexit_access){
		.address = NVME_BASE + 8 * number, .data = &tail, .count = 1, .size = 4,
		.space = LIGHTEXIT_SPACE_MMIO, .is_write = 1 });
}

#endif /* NVME_CONTROLLER_H */
