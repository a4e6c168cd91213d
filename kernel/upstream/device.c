// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM device: KVM_CREATE_DEVICE, then attributes; closing it takes the range off the bus.
 *
 * kvm->slots_lock orders all attributes. KVM itself sees to it that only the VM's own process
 * sets any (-EIO to others).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "io_filter.h"

static enum kvm_bus bus_of(const struct io_filter *filter)
{
	return filter->range.bus == KVM_IO_FILTER_PIO ? KVM_PIO_BUS : KVM_MMIO_BUS;
}

static bool is_valid(const struct kvm_io_filter_range *range)
{
	u64 limit = range->bus == KVM_IO_FILTER_PIO ? U16_MAX + 1 : U64_MAX;

	return range->bus <= KVM_IO_FILTER_MMIO && !range->reserved && range->len > 0 &&
	       range->len <= INT_MAX && range->addr < limit && range->len <= limit - range->addr &&
	       range->width <= sizeof(u64) && (!range->width || is_power_of_2(range->width));
}

/* KVM lets ranges overlap, and searches its bus as if they never did. */
static bool is_free(const struct kvm_io_bus *bus, const struct kvm_io_filter_range *asked)
{
	const struct kvm_io_range *range;

	for (range = bus->range; range < bus->range + bus->dev_count; range++)
		if (range->addr < asked->addr + asked->len &&
		    asked->addr < range->addr + max(range->len, 1))
			return false;
	return true;
}

static int join_bus(struct io_filter *filter)
{
	struct kvm_io_bus *bus = kvm_get_bus(filter->kvm, bus_of(filter));

	if (!bus)
		return -ENODEV;
	if (!is_free(bus, &filter->range))
		return -EEXIST;
	return io_filter_kvm.kvm_io_bus_register_dev(filter->kvm, bus_of(filter),
						     filter->range.addr, filter->range.len,
						     &filter->device);
}

static int set_range(struct io_filter *filter, const void __user *user)
{
	const struct kvm_io_filter_ops *ops;
	int error;

	if (filter->ops)
		return -EBUSY;
	if (copy_from_user(&filter->range, user, sizeof(filter->range)))
		return -EFAULT;
	if (!is_valid(&filter->range))
		return -EINVAL;
	ops = io_filter_ops_get(filter->range.filter_fd);
	if (IS_ERR(ops))
		return PTR_ERR(ops);
	filter->states.count = 0;
	filter->ops = ops;
	error = io_filter_ops_states(ops, &filter->states) ?: join_bus(filter);
	if (error) {
		filter->ops = NULL;
		bpf_struct_ops_put(ops);
	}
	return error;
}

static int set_eventfd(struct io_filter *filter, u64 number, const void __user *user)
{
	struct eventfd_ctx *eventfd;
	s32 fd;

	if (number >= IO_FILTER_DOORBELLS)
		return -ENXIO;
	if (filter->ops || filter->doorbells[number])
		return -EBUSY;
	if (copy_from_user(&fd, user, sizeof(fd)))
		return -EFAULT;
	eventfd = eventfd_ctx_fdget(fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	filter->doorbells[number] = eventfd;
	filter->armed |= BIT(number);
	return 0;
}

static int set_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	guard(mutex)(&dev->kvm->slots_lock);
	if (attr->group == KVM_DEV_IO_FILTER_EVENTFD)
		return set_eventfd(dev->private, attr->attr, u64_to_user_ptr(attr->addr));
	if (attr->group == KVM_DEV_IO_FILTER_RANGE && !attr->attr)
		return set_range(dev->private, u64_to_user_ptr(attr->addr));
	return -ENXIO;
}

static int get_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	struct io_filter *filter = dev->private;
	struct kvm_io_filter_counts counts = {
		.handled = atomic64_read(&filter->handled),
		.passed = atomic64_read(&filter->passed),
	};

	if (attr->group != KVM_DEV_IO_FILTER_COUNTS || attr->attr)
		return -ENXIO;
	return copy_to_user(u64_to_user_ptr(attr->addr), &counts, sizeof(counts)) ? -EFAULT : 0;
}

static int has_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	if (attr->group == KVM_DEV_IO_FILTER_EVENTFD)
		return attr->attr < IO_FILTER_DOORBELLS ? 0 : -ENXIO;
	return attr->group <= KVM_DEV_IO_FILTER_COUNTS && !attr->attr ? 0 : -ENXIO;
}

static int create(struct kvm_device *dev, u32 type)
{
	struct io_filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL_ACCOUNT);

	if (!filter)
		return -ENOMEM;
	kvm_iodevice_init(&filter->device, &io_filter_device_ops);
	filter->kvm = dev->kvm;
	dev->private = filter;
	return 0;
}

/* Once it is off the bus no vCPU is within the filter: KVM waits for them, and only then frees. */
static void release(struct kvm_device *dev)
{
	struct io_filter *filter = dev->private;
	int i;

	if (filter->ops) {
		mutex_lock(&dev->kvm->slots_lock);
		io_filter_kvm.kvm_io_bus_unregister_dev(dev->kvm, bus_of(filter), &filter->device);
		mutex_unlock(&dev->kvm->slots_lock);
		bpf_struct_ops_put(filter->ops);
	}
	for (i = 0; i < IO_FILTER_DOORBELLS; i++)
		if (filter->doorbells[i])
			eventfd_ctx_put(filter->doorbells[i]);
	kfree(filter);
	kfree(dev);
}

static const struct kvm_device_ops device_ops = {
	.name = "kvm-io-filter",
	.create = create,
	.release = release,
	.set_attr = set_attr,
	.get_attr = get_attr,
	.has_attr = has_attr,
};

/* There is no exit: KVM's devices do not hold modules. */
static int __init io_filter_init(void)
{
	return io_filter_find_kvm() ?: io_filter_ops_init() ?:
	       io_filter_kvm.kvm_register_device_ops(&device_ops, KVM_DEV_TYPE_IO_FILTER);
}
module_init(io_filter_init);

MODULE_DESCRIPTION("Prototype: device registers of KVM guests, answered by BPF struct_ops");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("BPF_INTERNAL");
