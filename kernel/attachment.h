/* SPDX-License-Identifier: GPL-2.0-only */
/* One attachment: a program that answers accesses to a range of one VM's bus. */
#ifndef LIGHTEXIT_ATTACHMENT_H
#define LIGHTEXIT_ATTACHMENT_H

#include <kvm/iodev.h>
#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/cache.h>
#include <linux/eventfd.h>
#include <linux/kvm_host.h>

#include "uapi/lightexit_clock.h"

#define DOORBELLS ARRAY_SIZE(((struct lightexit_attach *)0)->doorbells)

/* Placeholder for a removed device, if there is no memory for a smaller bus. */
struct leftover {
	struct kvm_io_device device;
	struct kvm_io_device_ops none;
};

struct attachment {
	struct kvm_io_device device;
	struct leftover *leftover;
	struct lightexit_attach asked;
	struct kvm *kvm;
	struct bpf_prog *program;
	struct file *clock_file;
	struct lightexit_clock *clock;
	struct lightexit_state_header *states[8];
	unsigned int state_count;
	bool writes_state;
	u32 armed; /* doorbells that have an eventfd */
	struct eventfd_ctx *doorbells[DOORBELLS];
	/* Each access writes one of them; the fields above are only read. */
	atomic64_t handled ____cacheline_aligned_in_smp;
	atomic64_t passed ____cacheline_aligned_in_smp;
};

/* attach.c: returns a file descriptor; closing it detaches. */
int lightexit_attach(const struct lightexit_attach __user *user);

/* program.c */
int lightexit_take_program(struct attachment *at);
struct lightexit_state_header *lightexit_map_value(struct bpf_map *map, size_t size);

/* bus.c: after removal no vCPU can reach the device, whatever is returned. */
int lightexit_bus_edit(struct attachment *at, bool add);

/* run.c */
extern const struct kvm_io_device_ops lightexit_device_ops;

#endif /* LIGHTEXIT_ATTACHMENT_H */
