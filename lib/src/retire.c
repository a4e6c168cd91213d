/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What vCPUs may still be using is freed once each was seen outside of any access since.
 *
 * A vCPU notes that it is on the bus by a plain store, before it loads anything from there. That
 * no load comes before that store is not for it to order, 20 ns an access, but for membarrier(2)
 * here: afterwards the note is seen, or the vCPU sees the bus as it is by now.
 */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

bool register_membarrier(void)
{
	return !syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

/* Whether it was done: until then nobody is known to be outside. */
static bool order(const struct lightexit_bus *bus)
{
	return bus->fences || !syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

void retire(struct lightexit_bus *bus, struct retired *retired)
{
	retired->epoch = ++bus->epoch;
	retired->next = bus->retired;
	bus->retired = retired;
}

/* By an exchange where the vCPU's note is one: of these two, the later one sees the earlier. */
static bool is_outside(const struct lightexit_bus *bus, struct vcpu *vcpu)
{
	if (bus->fences)
		return !__atomic_fetch_add(&vcpu->depth, 0, __ATOMIC_SEQ_CST);
	return !__atomic_load_n(&vcpu->depth, __ATOMIC_ACQUIRE);
}

/* The last epoch of which no vCPU can be using anything. */
static u64 oldest_epoch(struct lightexit_bus *bus)
{
	u64 oldest = bus->epoch;
	struct vcpu *vcpu;
	u32 i;

	for (i = 0; i < bus->most_vcpus; i++) {
		vcpu = bus->vcpus[i];
		if (!vcpu)
			continue;
		if (is_outside(bus, vcpu))
			vcpu->quiescent_at = bus->epoch;
		if (vcpu->quiescent_at < oldest)
			oldest = vcpu->quiescent_at;
	}
	return oldest;
}

/* The list has its newest first. */
struct retired *take_reclaimable(struct lightexit_bus *bus)
{
	struct retired **at = &bus->retired, *found;
	u64 oldest;

	if (!bus->retired || !order(bus))
		return NULL;
	oldest = oldest_epoch(bus);
	while (*at && (*at)->epoch > oldest)
		at = &(*at)->next;
	found = *at;
	*at = NULL;
	return found;
}

void free_all(struct retired *list)
{
	struct retired *next;

	for (; list; list = next) {
		next = list->next;
		list->free(list->thing);
	}
}

PUBLIC bool lightexit_bus_reclaim(struct lightexit_bus *bus)
{
	struct retired *found;
	bool is_left;

	pthread_mutex_lock(&bus->mutex);
	found = take_reclaimable(bus);
	is_left = bus->retired;
	pthread_mutex_unlock(&bus->mutex);
	free_all(found);
	return is_left;
}
