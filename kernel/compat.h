/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that the module builds for, and nothing else. */
#ifndef LIGHTEXIT_COMPAT_H
#define LIGHTEXIT_COMPAT_H

#include <linux/eventfd.h>
#include <linux/version.h>

static inline void compat_eventfd_signal(struct eventfd_ctx *eventfd)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(eventfd);
#else
	eventfd_signal(eventfd, 1);
#endif
}

#endif /* LIGHTEXIT_COMPAT_H */
