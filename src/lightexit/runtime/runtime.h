/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What the files of the native runtime share. Layouts are declared in Python, once. */
#ifndef LIGHTEXIT_RUNTIME_H
#define LIGHTEXIT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lightexit_clock.h"
#include "layouts.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

/* Inlined into each caller, where its arguments are often constant. */
#define PART static inline __attribute__((always_inline))
/* Never inlined: rare code would make the frequent path slower. */
#define RARE static __attribute__((noinline))

/* A function for others to call. Who includes this C in his own decides what it is there. */
#ifndef ENTRY
#define ENTRY
#endif

/* Layouts hold addresses as numbers, because Python writes them. */
#define POINTER(type, address) ((type *)(uintptr_t)(address))

/* Types of the functions whose addresses layouts hold. */
typedef u64 filter_function(struct lightexit_io_context *context, const u64 *maps);
typedef u64 read_function(void *opaque, u64 offset, u64 size);
typedef void write_function(void *opaque, u64 offset, u64 data, u64 size);
typedef void act_function(void *host, struct lightexit_io_context *context);
typedef void notify_function(void);
typedef void trace_function(const struct lightexit_event *event);
typedef u32 access_function(void *vcpu, struct lightexit_io_context *access);
typedef int ioctl_function(int fd, u64 request, ...);
typedef s64 write_file_function(int fd, const void *bytes, u64 size);
typedef int stop_function(void *engine);
typedef int read_register_function(void *engine, int number, void *value);
typedef int write_register_function(void *engine, int number, const void *value);
typedef void leave_function(void *engine, u32 delay);
typedef int saved_function(void *engine, void *saved);
typedef int control_function(void *engine, int what, ...);
typedef int hook_function(void *engine, u64 *handle, int kind, void *called, void *user, u64 first,
			  u64 last, ...);

/* What became of an access of perform_claimed. */
enum { ACCESS_ABSENT, ACCESS_ANSWERED, ACCESS_REFUSED };

struct system_time {
	u64 seconds;
	u64 ns;
};

typedef int gettime_function(u32 clock_id, struct system_time *time);

#endif /* LIGHTEXIT_RUNTIME_H */
