/* SPDX-License-Identifier: Apache-2.0 */
/* examples/doorbell in C: a filter that changes shared state and asks for an action. */
#include <lightexit.h>

#define QUEUE_NOTIFY 0x50
#define QUEUES 8

struct lightexit_queue {
	__u8 asleep;
	__u32 rings;
};

struct lightexit_doorbell_state {
	__u8 ready;
	struct lightexit_queue queues[QUEUES];
};

LIGHTEXIT_STATE(struct lightexit_doorbell_state, device);
LIGHTEXIT_LICENSE("Apache-2.0");

/* Wake the consumer of the queue whose number the guest writes, if it sleeps. */
LIGHTEXIT_FILTER(notify, context)
{
	__u64 number = context->data;
	struct lightexit_queue *queue;

	if (!context->is_write || context->offset != QUEUE_NOTIFY)
		return LIGHTEXIT_VERDICT_PASS;
	if (number >= QUEUES || !device.state.ready)
		return LIGHTEXIT_VERDICT_PASS;
	queue = &device.state.queues[number];
	queue->rings++;
	if (queue->asleep) {
		queue->asleep = 0;
		context->doorbells |= 1u << number;
	}
	return LIGHTEXIT_VERDICT_HANDLED;
}
