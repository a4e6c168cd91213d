/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device of eight queues at 0xd0000000, whose doorbell is the filter of examples/doorbell: it
 * wakes the consumer by an eventfd, but only one that sleeps. The consumer is this VMM's main loop.
 *
 *     0x00  write: 1 makes the device ready; read: whether it is
 *     0x10  read: the queues whose consumer sleeps, a bit each
 *     0x20 + 4 * queue  read: how often the queue was rung
 *     0x50  write: ring the queue of this number
 */
#include "notify.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "vm.h"

#define BASE 0xd0000000
#define READY 0x00
#define ASLEEP 0x10
#define RINGS 0x20
#define NOTIFY 0x50
#define QUEUES 8

static const struct lightexit_doorbell_state defaults = LIGHTEXIT_DOORBELL_STATE_DEFAULTS;
static const struct lightexit_filter filter = NOTIFY_FILTER;
static int eventfds[QUEUES]; /* one, under eight numbers */

static uint32_t asleep(const struct lightexit_doorbell_state *state)
{
	uint32_t bits = 0, i;

	for (i = 0; i < QUEUES; i++)
		bits |= (uint32_t)!!state->queues[i].asleep << i;
	return bits;
}

static uint64_t doorbell_read(void *opaque, uint64_t offset, uint64_t size)
{
	const struct lightexit_doorbell_state *state = state_of(opaque);

	(void)size;
	if (offset == READY)
		return state->ready;
	if (offset == ASLEEP)
		return asleep(state);
	if (offset >= RINGS && offset < RINGS + 4 * QUEUES)
		return state->queues[(offset - RINGS) / 4].rings;
	return 0;
}

static void ring(struct lightexit_doorbell_state *state, uint64_t number)
{
	if (number >= QUEUES || !state->ready)
		return;
	state->queues[number].rings++;
	if (state->queues[number].asleep) {
		state->queues[number].asleep = 0;
		eventfd_write(eventfds[number], 1);
	}
}

static void doorbell_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct lightexit_doorbell_state *state = state_of(opaque);

	(void)size;
	if (offset == READY)
		state->ready = value & 1;
	else if (offset == NOTIFY)
		ring(state, value);
}

int doorbell_open(void)
{
	int i, fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	for (i = 0; i < QUEUES; i++)
		eventfds[i] = fd;
	doorbell.region.eventfds = eventfds;
	doorbell.region.eventfd_count = QUEUES;
	return fd;
}

/* What a real one would take from the queues it takes here; then it sleeps again. */
void doorbell_serve(void)
{
	struct lightexit_doorbell_state *state = state_of(&doorbell);
	eventfd_t signals;
	int i;

	eventfd_read(eventfds[0], &signals);
	lightexit_state_lock(doorbell.state);
	for (i = 0; i < QUEUES; i++)
		state->queues[i].asleep = 1;
	lightexit_state_unlock(doorbell.state);
}

struct device doorbell = {
	.name = "doorbell",
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = NOTIFY_DEVICE_SIZE,
	.fingerprint = NOTIFY_DEVICE_FINGERPRINT,
	.version = 1,
	.map = NOTIFY_DEVICE_MAP,
	.region = {
		.space = LIGHTEXIT_SPACE_MMIO,
		.base = BASE,
		.size = 0x1000,
		.register_width = 4,
		.filter = &filter,
		.read = doorbell_read,
		.write = doorbell_write,
	},
};
