/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The kernel's functions that BPF programs call, by number (linux/bpf.h). */
#ifndef LIGHTEXIT_PROBES_HELPERS_H
#define LIGHTEXIT_PROBES_HELPERS_H

#include <linux/types.h>

#define ANY 0
#define NEW_ONLY 1 /* BPF_NOEXIST */
#define NO_WAKEUP 1 /* BPF_RB_NO_WAKEUP */

static void *(*const find)(const void *map, const void *key) = (void *)1;
static long (*const put)(const void *map, const void *key, const void *value,
			 __u64 flags) = (void *)2;
static __u64 (*const now_ns)(void) = (void *)5;
static __u32 (*const cpu_number)(void) = (void *)8;
static __u64 (*const pid_and_tid)(void) = (void *)14;
static long (*const thread_name)(void *to, __u32 size) = (void *)16;
static long (*const read_kernel)(void *to, __u32 size, const void *from) = (void *)113;
static __u64 (*const jiffies)(void) = (void *)118;
static void *(*const reserve)(const void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*const submit)(void *record, __u64 flags) = (void *)132;

#endif /* LIGHTEXIT_PROBES_HELPERS_H */
