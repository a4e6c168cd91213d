// SPDX-License-Identifier: GPL-2.0-only
/*
 * From file descriptors to an attachment, and back.
 *
 * Every take_*() checks one object that user space names and takes a reference to it. put_all()
 * drops all references, whether or not the later ones were taken.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "attachment.h"

/* A program that reads time gets CLOCK_MONOTONIC. */
#define NO_CLOCK (-1)

#define ALL_FLAGS (LIGHTEXIT_ATTACH_FLAG_READS_CLOCK | LIGHTEXIT_ATTACH_FLAG_WRITES_STATE | \
		   LIGHTEXIT_ATTACH_FLAG_PASSES_READS | LIGHTEXIT_ATTACH_FLAG_PASSES_WRITES)

static bool is_valid(const struct lightexit_attach *asked)
{
	u64 limit = asked->space == LIGHTEXIT_SPACE_PIO ? U16_MAX + 1 : U64_MAX;

	return !(asked->flags & ~ALL_FLAGS) && !asked->reserved &&
	       asked->space <= LIGHTEXIT_SPACE_MMIO &&
	       asked->length > 0 && asked->length <= INT_MAX &&
	       asked->base < limit && asked->length <= limit - asked->base &&
	       asked->register_width <= sizeof(u64) &&
	       (!asked->register_width || is_power_of_2(asked->register_width));
}

/* file_is_kvm() is not exported. Files that users open are never on this file system. */
static bool is_anon(const struct file *file, const char *name)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, name);
}

static int take_vm(struct attachment *at)
{
	struct file *file = fget(at->asked.vm_fd);
	struct kvm *kvm;
	int error = 0;

	if (!file)
		return -EBADF;
	kvm = file->private_data;
	if (!is_anon(file, "kvm-vm"))
		error = -EINVAL;
	else if (kvm->mm != current->mm || !kvm_get_kvm_safe(kvm))
		error = -EPERM;
	else
		at->kvm = kvm;
	fput(file);
	return error;
}

static int take_clock(struct attachment *at)
{
	if (!(at->asked.flags & LIGHTEXIT_ATTACH_FLAG_READS_CLOCK) ||
	    (int)at->asked.clock_fd == NO_CLOCK)
		return 0;
	at->clock_file = fget(at->asked.clock_fd);
	if (!at->clock_file)
		return -EBADF;
	if (!is_anon(at->clock_file, "bpf-map"))
		return -EINVAL;
	if (!(at->clock_file->f_mode & FMODE_READ))
		return -EACCES;
	at->clock = (void *)lightexit_map_value(at->clock_file->private_data,
						sizeof(struct lightexit_clock_state));
	return at->clock ? 0 : -EINVAL;
}

static int take_doorbells(struct attachment *at)
{
	struct eventfd_ctx *eventfd;
	int i;

	for (i = 0; i < DOORBELLS; i++) {
		if ((int)at->asked.doorbells[i] < 0)
			continue;
		eventfd = eventfd_ctx_fdget(at->asked.doorbells[i]);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
		at->doorbells[i] = eventfd;
		at->armed |= BIT(i);
	}
	return 0;
}

static void put_all(struct attachment *at)
{
	int i;

	for (i = 0; i < DOORBELLS; i++)
		if (at->doorbells[i])
			eventfd_ctx_put(at->doorbells[i]);
	if (at->clock_file)
		fput(at->clock_file);
	if (at->program)
		bpf_prog_put(at->program);
	if (at->kvm)
		kvm_put_kvm(at->kvm);
	kfree(at->leftover);
	kfree(at);
}

static ssize_t attachment_read(struct file *file, char __user *user, size_t size, loff_t *unused)
{
	struct attachment *at = file->private_data;
	struct lightexit_statistics statistics = {
		.handled = atomic64_read(&at->handled),
		.passed = atomic64_read(&at->passed),
	};
	loff_t start = 0;

	return simple_read_from_buffer(user, size, &start, &statistics, sizeof(statistics));
}

static int attachment_release(struct inode *inode, struct file *file)
{
	lightexit_bus_edit(file->private_data, false);
	put_all(file->private_data);
	return 0;
}

static const struct file_operations attachment_fops = {
	.owner = THIS_MODULE,
	.read = attachment_read,
	.release = attachment_release,
};

/* Last, because another thread may close the descriptor as soon as it exists. */
static int publish(struct attachment *at)
{
	int fd, error = lightexit_bus_edit(at, true);

	if (error)
		return error;
	fd = anon_inode_getfd("lightexit", &attachment_fops, at, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		lightexit_bus_edit(at, false);
	return fd;
}

/* A longer struct is a newer version: the fields that we do not know must be zero. */
static int copy_asked(struct lightexit_attach *asked, const struct lightexit_attach __user *user)
{
	u32 size;

	if (get_user(size, &user->size))
		return -EFAULT;
	if (size < sizeof(*asked))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(asked, sizeof(*asked), user, size) ?:
	       (is_valid(asked) ? 0 : -EINVAL);
}

int lightexit_attach(const struct lightexit_attach __user *user)
{
	struct attachment *at = kzalloc(sizeof(*at), GFP_KERNEL_ACCOUNT);
	int result;

	if (!at)
		return -ENOMEM;
	kvm_iodevice_init(&at->device, &lightexit_device_ops);
	at->leftover = kzalloc(sizeof(*at->leftover), GFP_KERNEL_ACCOUNT);
	result = (at->leftover ? 0 : -ENOMEM) ?: copy_asked(&at->asked, user) ?: take_vm(at) ?:
		 lightexit_take_program(at) ?: take_clock(at) ?: take_doorbells(at) ?: publish(at);
	if (result < 0)
		put_all(at);
	return result;
}
