/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of device.py in C: clang -target bpf -O2 -g -c -Ikernel/uapi examples/nvme/ring.c */
#include <lightexit.h>

#define DOORBELLS 0x1000
#define STRIDE 4
#define QUEUES 8

struct lightexit_queue {
	__u32 tail;
	__u32 entries;
	__u64 rings;
	__u8 mine[48];

	__u64 head;
	__u32 asleep;
	__u32 wake_ups;
	__u64 wrong;
	__u8 theirs[40];
};

struct lightexit_nvme_state {
	__u64 invalid;
	__u8 before[40];
	struct lightexit_queue queues[QUEUES];
};

LIGHTEXIT_STATE(struct lightexit_nvme_state, nvme);
LIGHTEXIT_LICENSE("Apache-2.0");

/* Store the tail, and wake the back end if it sleeps. */
LIGHTEXIT_FILTER(ring, context)
{
	__u64 index = (context->offset - DOORBELLS) / STRIDE;
	struct lightexit_queue *queue;

	if (!context->is_write || context->offset < DOORBELLS)
		return LIGHTEXIT_VERDICT_PASS;
	if (index & 1 || index >= 2 * QUEUES)
		return LIGHTEXIT_VERDICT_PASS;
	queue = &nvme.state.queues[index >> 1];
	if (context->data >= queue->entries)
		return LIGHTEXIT_VERDICT_PASS;
	queue->tail = context->data;
	queue->rings++;
	lightexit_full_barrier();
	if (queue->asleep == 1) {
		queue->asleep = 0;
		context->doorbells |= 1u << (index >> 1);
	}
	return LIGHTEXIT_VERDICT_HANDLED;
}
