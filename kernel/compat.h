/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that the module builds for: written for the newest. */
#ifndef LIGHTEXIT_COMPAT_H
#define LIGHTEXIT_COMPAT_H

#include <linux/eventfd.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define eventfd_signal(eventfd) eventfd_signal(eventfd, 1)
#endif

#endif /* LIGHTEXIT_COMPAT_H */
