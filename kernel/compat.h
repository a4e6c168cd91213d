/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between the supported kernels. The module is written for the newest. */
#ifndef LIGHTEXIT_COMPAT_H
#define LIGHTEXIT_COMPAT_H

#include <linux/bpf.h>
#include <linux/eventfd.h>
#include <linux/version.h>

#ifndef BPF_MEMSX
#define BPF_MEMSX 0x80 /* since 6.6 */
#endif

/* Where a map's values contain kernel objects; NULL if they contain none. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define kernel_objects(map) ((map)->off_arr)
#else
#define kernel_objects(map) ((map)->record)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define eventfd_signal(eventfd) eventfd_signal(eventfd, 1)
#endif

#endif /* LIGHTEXIT_COMPAT_H */
