/* SPDX-License-Identifier: GPL-2.0-only */
/* One attachment: a program that answers accesses to a range of one VM's bus. */
#ifndef LIGHTEXIT_ATTACHMENT_H
#define LIGHTEXIT_ATTACHMENT_H

#include <kvm/iodev.h>
#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/eventfd.h>
#include <linux/kvm_host.h>

#include "uapi/lightexit.h"

#define DOORBELLS ARRAY_SIZE(((struct lightexit_attach *)0)->doorbells)

struct attachment {
	struct kvm_io_device device;
	struct lightexit_attach asked;
	struct kvm *kvm;
	struct bpf_prog *program;
	struct file *clock_file;
	struct lightexit_state_header *clock;
	struct lightexit_state_header *states[8];
	unsigned int state_count;
	bool writes_state;
	u32 armed; /* doorbells that have an eventfd */
	struct eventfd_ctx *doorbells[DOORBELLS];
	atomic64_t handled;
	atomic64_t passed;
};

/* attach.c: returns a file descriptor; closing it detaches. */
int lightexit_attach(const struct lightexit_attach __user *user);

/* bus.c: when it returns 0, no vCPU can see the old bus any more. */
int lightexit_bus_edit(struct attachment *at, bool add);

/* run.c */
extern const struct kvm_io_device_ops lightexit_device_ops;

#endif /* LIGHTEXIT_ATTACHMENT_H */
