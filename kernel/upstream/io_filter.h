/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A prototype of what KVM could have: registers of devices, answered by BPF of type struct_ops.
 *
 *	device.c	the KVM device: from file descriptors to a range of the VM's bus
 *	ops.c		the struct_ops type: what the verifier is told, which programs are taken
 *	access.c	one access: version words, the filter, its doorbells
 *	unexported.c	KVM's functions that a module has to look for; in KVM there is no such file
 */
#ifndef _IO_FILTER_H
#define _IO_FILTER_H

#include <kvm/iodev.h>
#include <linux/bpf.h>
#include <linux/eventfd.h>
#include <linux/kvm_host.h>

#include "kvm_io_filter_uapi.h"
#include "uapi/lightexit_seqcount.h"

#define IO_FILTER_DOORBELLS 32

/* The filter changes state: it runs under the version words as a try-lock. */
#define KVM_IO_FILTER_WRITES_STATE BIT(0)

/*
 * What BPF implements. access() answers with LIGHTEXIT_VERDICT_HANDLED, or the access goes to user
 * space. It is called by vCPUs, any number of them at the same time.
 */
struct kvm_io_filter_ops {
	u32 (*access)(struct lightexit_io_context *ctx);
	u32 flags;
	struct list_head registered; /* ours */
};

/* The values of a filter's maps that have version words, in the order of their addresses. */
struct io_filter_states {
	struct lightexit_state_header *headers[8];
	unsigned int count;
};

struct io_filter {
	struct kvm_io_device device;
	struct kvm *kvm;
	const struct kvm_io_filter_ops *ops; /* NULL: no range yet */
	struct kvm_io_filter_range range;
	struct io_filter_states states;
	u32 armed; /* doorbells that have an eventfd */
	struct eventfd_ctx *doorbells[IO_FILTER_DOORBELLS];
	/* Each access writes one of them; the fields above are only read. */
	atomic64_t handled ____cacheline_aligned_in_smp;
	atomic64_t passed ____cacheline_aligned_in_smp;
};

/* ops.c: get() takes a reference, which bpf_struct_ops_put() gives back. */
int io_filter_ops_init(void);
const struct kvm_io_filter_ops *io_filter_ops_get(u32 map_fd);
int io_filter_ops_states(const struct kvm_io_filter_ops *ops, struct io_filter_states *states);

/* access.c */
extern const struct kvm_io_device_ops io_filter_device_ops;

/* unexported.c: KVM's functions by their own names, after io_filter_find_kvm() has found them. */
struct unexported {
	int (*kvm_register_device_ops)(const struct kvm_device_ops *ops, u32 type);
	int (*kvm_io_bus_register_dev)(struct kvm *kvm, enum kvm_bus bus, gpa_t addr, int len,
				       struct kvm_io_device *device);
	int (*kvm_io_bus_unregister_dev)(struct kvm *kvm, enum kvm_bus bus,
					 struct kvm_io_device *device);
};

extern struct unexported io_filter_kvm;
int io_filter_find_kvm(void);

#endif /* _IO_FILTER_H */
