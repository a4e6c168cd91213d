// SPDX-License-Identifier: GPL-2.0-only
/*
 * In and out of a VM's I/O bus.
 *
 * KVM does not export its functions for this, but it does declare the bus: an array, sorted by
 * address, that vCPUs read under SRCU and that is replaced, never changed, under slots_lock.
 */
#include <linux/slab.h>
#include <linux/srcu.h>

#include "attachment.h"

static int check_place(const struct kvm_io_bus *bus, const struct lightexit_attach *asked)
{
	const struct kvm_io_range *range;

	if (bus->dev_count - bus->ioeventfd_count >= NR_IOBUS_DEVS)
		return -ENOSPC;
	/* A range of length 0 is a doorbell for accesses of any size. */
	for (range = bus->range; range < bus->range + bus->dev_count; range++)
		if (range->addr < asked->base + asked->length &&
		    asked->base < range->addr + max(range->len, 1))
			return -EEXIST;
	return 0;
}

static void insert_range(struct kvm_io_bus *bus, struct attachment *at)
{
	int place = bus->dev_count++;

	for (; place && bus->range[place - 1].addr > at->asked.base; place--)
		bus->range[place] = bus->range[place - 1];
	bus->range[place] = (struct kvm_io_range) {
		.addr = at->asked.base,
		.len = at->asked.length,
		.dev = &at->device,
	};
}

static void drop_range(struct kvm_io_bus *bus, const struct attachment *at)
{
	int i, left = 0;

	for (i = 0; i < bus->dev_count; i++)
		if (bus->range[i].dev != &at->device)
			bus->range[left++] = bus->range[i];
	bus->dev_count = left;
}

static int edit(struct attachment *at, bool add)
{
	int bus = at->asked.space == LIGHTEXIT_SPACE_PIO ? KVM_PIO_BUS : KVM_MMIO_BUS;
	struct kvm_io_bus *new, *old;
	int error;

	old = rcu_dereference_protected(at->kvm->buses[bus],
					lockdep_is_held(&at->kvm->slots_lock));
	/* KVM drops a whole bus where it finds no memory for a smaller one. */
	if (!old)
		return -ENODEV;
	error = add ? check_place(old, &at->asked) : 0;
	if (error)
		return error;
	new = kmalloc(struct_size(new, range, old->dev_count + 1), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	memcpy(new, old, struct_size(old, range, old->dev_count));
	if (add)
		insert_range(new, at);
	else
		drop_range(new, at);
	rcu_assign_pointer(at->kvm->buses[bus], new);
	synchronize_srcu_expedited(&at->kvm->srcu);
	kfree(old);
	return 0;
}

int lightexit_bus_edit(struct attachment *at, bool add)
{
	int error;

	mutex_lock(&at->kvm->slots_lock);
	error = edit(at, add);
	mutex_unlock(&at->kvm->slots_lock);
	return error;
}
