/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* What a patch would add to <linux/kvm.h>. */
#ifndef _KVM_IO_FILTER_UAPI_H
#define _KVM_IO_FILTER_UAPI_H

#include <linux/types.h>

/*
 * For KVM_CREATE_DEVICE. A patch would add a number of its own; the prototype cannot enlarge KVM's
 * table of devices, and takes the place of one that x86 has not got.
 */
#define KVM_DEV_TYPE_IO_FILTER		KVM_DEV_TYPE_ARM_PV_TIME

/*
 * Groups of KVM_SET_DEVICE_ATTR and KVM_GET_DEVICE_ATTR.
 *
 * EVENTFD (set, before RANGE): attribute n is doorbell n; addr points to an eventfd (__s32).
 * RANGE (set, once, attribute 0): from now on the filter answers; until the device is closed.
 * COUNTS (get, attribute 0)
 */
#define KVM_DEV_IO_FILTER_EVENTFD	0
#define KVM_DEV_IO_FILTER_RANGE		1
#define KVM_DEV_IO_FILTER_COUNTS	2

#define KVM_IO_FILTER_PIO		0
#define KVM_IO_FILTER_MMIO		1

struct kvm_io_filter_range {
	__u32 filter_fd;	/* of a map of type struct_ops that is registered */
	__u32 bus;		/* KVM_IO_FILTER_PIO or KVM_IO_FILTER_MMIO */
	__u64 addr;
	__u64 len;
	__u64 offset;		/* what the filter is told of the first address */
	__u32 width;		/* of registers: other accesses pass; 0: all are for the filter */
	__u32 reserved;
};

struct kvm_io_filter_counts {
	__u64 handled;
	__u64 passed;
};

#endif /* _KVM_IO_FILTER_UAPI_H */
