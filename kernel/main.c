// SPDX-License-Identifier: GPL-2.0-only
/*
 * lightexit: a guest's accesses to device registers, answered inside KVM by a BPF program.
 *
 *	(here)		/dev/lightexit
 *	attach.c	from file descriptors to an attachment, and back
 *	program.c	which programs and maps are accepted
 *	bus.c		adding devices to a VM's I/O bus and removing them
 *	run.c		one access: version words, registers, the program, its actions
 *	compat.h	differences between kernels
 *	uapi/		what user space sees, generated from the Python sources
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "attachment.h"

static long lightexit_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	if (command == LIGHTEXIT_COMMAND_VERSION)
		return LIGHTEXIT_ABI_VERSION;
	if (command == LIGHTEXIT_COMMAND_ATTACH)
		return lightexit_attach((const void __user *)argument);
	return -ENOTTY;
}

static const struct file_operations lightexit_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = lightexit_ioctl,
};

/* As /dev/kvm: for root, and for the group that 60-lightexit.rules sets. */
static struct miscdevice lightexit_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lightexit",
	.mode = 0660,
	.fops = &lightexit_fops,
};

module_misc_device(lightexit_device);

MODULE_DESCRIPTION("Device registers of KVM guests, answered by BPF programs");
MODULE_LICENSE("GPL");
