// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds devices to a VM's I/O bus and removes them.
 *
 * KVM does not export its functions for this, but it does declare the bus: an array, sorted by
 * address, that vCPUs read under SRCU and that is replaced, never changed, under slots_lock.
 */
#include <linux/slab.h>
#include <linux/srcu.h>

#include "attachment.h"

/* Never answers. It replaces a device if there is no memory for a bus without that device. */
static bool is_leftover(const struct kvm_io_device *device)
{
	return device->ops == &container_of(device, struct leftover, device)->none;
}

static int check_place(const struct kvm_io_bus *bus, const struct lightexit_attach *asked)
{
	const struct kvm_io_range *range;

	if (bus->dev_count - bus->ioeventfd_count >= NR_IOBUS_DEVS)
		return -ENOSPC;
	/* A range of length 0 is an ioeventfd for accesses of any size. */
	for (range = bus->range; range < bus->range + bus->dev_count; range++)
		if (range->addr < asked->base + asked->length &&
		    asked->base < range->addr + max(range->len, 1) &&
		    !is_leftover(range->dev))
			return -EEXIST;
	return 0;
}

/* A copy without placeholders, with room for one more entry. */
static struct kvm_io_bus *copy(const struct kvm_io_bus *old)
{
	struct kvm_io_bus *new;
	int i;

	new = kmalloc(struct_size(new, range, old->dev_count + 1), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	*new = *old;
	new->dev_count = 0;
	for (i = 0; i < old->dev_count; i++)
		if (!is_leftover(old->range[i].dev))
			new->range[new->dev_count++] = old->range[i];
	return new;
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

/* In a bus that vCPUs are reading, only a single pointer can be changed. */
static void remove_device(struct kvm_io_bus *bus, struct attachment *at)
{
	int i;

	kvm_iodevice_init(&at->leftover->device, &at->leftover->none);
	for (i = 0; i < bus->dev_count; i++)
		if (bus->range[i].dev == &at->device)
			/* after the placeholder is initialised */
			smp_store_release(&bus->range[i].dev, &at->leftover->device);
	at->leftover = NULL;
}

static void free_bus(struct kvm_io_bus *bus)
{
	int i;

	for (i = 0; i < bus->dev_count; i++)
		if (is_leftover(bus->range[i].dev))
			kfree(container_of(bus->range[i].dev, struct leftover, device));
	kfree(bus);
}

static int edit(struct attachment *at, bool add)
{
	int bus = at->asked.space == LIGHTEXIT_SPACE_PIO ? KVM_PIO_BUS : KVM_MMIO_BUS;
	struct kvm_io_bus *new, *old;
	int error;

	old = rcu_dereference_protected(at->kvm->buses[bus],
					lockdep_is_held(&at->kvm->slots_lock));
	/* KVM drops the whole bus if it cannot allocate a smaller one. */
	if (!old)
		return -ENODEV;
	error = add ? check_place(old, &at->asked) : 0;
	if (error)
		return error;
	if (!add)
		remove_device(old, at);
	new = copy(old);
	if (new && add)
		insert_range(new, at);
	if (new)
		rcu_assign_pointer(at->kvm->buses[bus], new);
	synchronize_srcu_expedited(&at->kvm->srcu);
	if (!new)
		return -ENOMEM;
	free_bus(old);
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
