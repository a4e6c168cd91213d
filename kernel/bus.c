// SPDX-License-Identifier: GPL-2.0-only
/*
 * In and out of a VM's I/O bus.
 *
 * KVM does not export its functions for this, but it does declare the bus: an array, sorted by
 * address, that vCPUs read under SRCU and that is replaced, never changed, under slots_lock.
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include "attachment.h"

static struct kvm_io_bus *bus_of(struct attachment *at)
{
	return rcu_dereference_protected(at->kvm->buses[at->bus],
					 lockdep_is_held(&at->kvm->slots_lock));
}

static void replace_bus(struct attachment *at, struct kvm_io_bus *old, struct kvm_io_bus *new)
{
	rcu_assign_pointer(at->kvm->buses[at->bus], new);
	synchronize_srcu_expedited(&at->kvm->srcu);
	kfree(old);
}

/* A range of length 0 is a doorbell for accesses of any size. */
static bool overlaps(const struct kvm_io_range *range, const struct lightexit_attach *asked)
{
	return range->addr < asked->base + asked->length &&
	       asked->base < range->addr + max(range->len, 1);
}

/* Where the range belongs on the bus, or an error. */
static int find_place(const struct kvm_io_bus *bus, const struct lightexit_attach *asked)
{
	int i, place = 0;

	if (bus->dev_count - bus->ioeventfd_count >= NR_IOBUS_DEVS)
		return -ENOSPC;
	for (i = 0; i < bus->dev_count; i++) {
		if (overlaps(&bus->range[i], asked))
			return -EEXIST;
		if (bus->range[i].addr < asked->base)
			place = i + 1;
	}
	return place;
}

static int insert(struct attachment *at)
{
	struct kvm_io_bus *new, *old = bus_of(at);
	int place;

	if (!old)
		return -ENODEV;
	place = find_place(old, &at->asked);
	if (place < 0)
		return place;
	new = kmalloc(struct_size(new, range, old->dev_count + 1), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	memcpy(new, old, struct_size(old, range, place));
	new->dev_count = old->dev_count + 1;
	new->range[place] = (struct kvm_io_range) {
		.addr = at->asked.base,
		.len = at->asked.length,
		.dev = &at->device,
	};
	memcpy(&new->range[place + 1], &old->range[place],
	       (old->dev_count - place) * sizeof(*old->range));
	replace_bus(at, old, new);
	return 0;
}

/* Detaching must not fail, and a bus of 1,000 devices is 24 KiB. */
static struct kvm_io_bus *surely_allocate(size_t size)
{
	struct kvm_io_bus *bus;

	while (!(bus = kmalloc(size, GFP_KERNEL)))
		msleep(20);
	return bus;
}

static void remove(struct attachment *at)
{
	struct kvm_io_bus *new, *old = bus_of(at);
	int i, place;

	/* KVM drops a whole bus where memory for a smaller one is missing. */
	for (place = 0; old && place < old->dev_count; place++)
		if (old->range[place].dev == &at->device)
			break;
	if (!old || place == old->dev_count)
		return;
	new = surely_allocate(struct_size(new, range, old->dev_count - 1));
	memcpy(new, old, struct_size(old, range, place));
	new->dev_count = old->dev_count - 1;
	for (i = place; i < new->dev_count; i++)
		new->range[i] = old->range[i + 1];
	replace_bus(at, old, new);
}

int lightexit_bus_insert(struct attachment *at)
{
	int error;

	mutex_lock(&at->kvm->slots_lock);
	error = insert(at);
	mutex_unlock(&at->kvm->slots_lock);
	return error;
}

void lightexit_bus_remove(struct attachment *at)
{
	mutex_lock(&at->kvm->slots_lock);
	remove(at);
	mutex_unlock(&at->kvm->slots_lock);
}
