/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Generated from src/lightexit/abi by `make header`; do not edit. */
#ifndef _UAPI_LIGHTEXIT_H
#define _UAPI_LIGHTEXIT_H

#ifdef __bpf__
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
#else
#include <linux/types.h>
#endif

#define LIGHTEXIT_ABI_VERSION 1

enum lightexit_verdict {
	LIGHTEXIT_VERDICT_PASS = 0,
	LIGHTEXIT_VERDICT_HANDLED = 1,
};

enum lightexit_space {
	LIGHTEXIT_SPACE_PIO = 0,
	LIGHTEXIT_SPACE_MMIO = 1,
	LIGHTEXIT_SPACE_MSR = 2,
};

enum lightexit_apic_mode {
	LIGHTEXIT_APIC_MODE_FIXED = 0,
	LIGHTEXIT_APIC_MODE_LOWEST_PRIORITY = 1,
	LIGHTEXIT_APIC_MODE_SMI = 2,
	LIGHTEXIT_APIC_MODE_NMI = 4,
	LIGHTEXIT_APIC_MODE_INIT = 5,
	LIGHTEXIT_APIC_MODE_STARTUP = 6,
	LIGHTEXIT_APIC_MODE_EXTINT = 7,
};

enum lightexit_apic_flag {
	LIGHTEXIT_APIC_FLAG_LOGICAL = 8,
	LIGHTEXIT_APIC_FLAG_LEVEL = 128,
};

enum lightexit_request {
	LIGHTEXIT_REQUEST_APIC_MESSAGE = 1,
	LIGHTEXIT_REQUEST_EOI = 2,
};

enum lightexit_command {
	LIGHTEXIT_COMMAND_VERSION = 57600,
	LIGHTEXIT_COMMAND_ATTACH = 57601,
};

enum lightexit_attach_flag {
	LIGHTEXIT_ATTACH_FLAG_READS_CLOCK = 1,
	LIGHTEXIT_ATTACH_FLAG_WRITES_STATE = 2,
	LIGHTEXIT_ATTACH_FLAG_PASSES_READS = 4,
	LIGHTEXIT_ATTACH_FLAG_PASSES_WRITES = 8,
};

struct lightexit_io_context {
	__u64 offset;
	__u64 data;
	__u64 now_ns;
	__u32 vcpu;
	__u8 size;
	__u8 is_write;
	__u8 space;
	__u8 abi_version;
	__u32 doorbells;
	__u32 raised_lines;
	__u32 lowered_lines;
	__u32 pulsed_lines;
	__u32 apic_destination;
	__u8 apic_vector;
	__u8 apic_mode;
	__u8 eoi_vector;
	__u8 requests;
	__u64 reserved;
};

struct lightexit_state_header {
	__u64 version;
	__u64 fingerprint;
};

struct lightexit_clock_state {
	__u64 base_ns;
	__u64 origin;
	__u64 rate;
	__u64 step_ns;
	__u64 gettime;
	__u32 clock_id;
};

struct lightexit_attach {
	__u32 size;
	__u32 flags;
	__u32 vm_fd;
	__u32 program_fd;
	__u32 clock_fd;
	__u32 space;
	__u64 base;
	__u64 length;
	__u64 offset;
	__u32 register_width;
	__u32 reserved;
	__u32 doorbells[32];
};

struct lightexit_statistics {
	__u64 handled;
	__u64 passed;
};

#ifdef __bpf__

/*
 * A filter, the host calls it for an access:
 *
 *	LIGHTEXIT_FILTER(read_counter, context)
 *	{
 *		return LIGHTEXIT_VERDICT_PASS;
 *	}
 */
#define LIGHTEXIT_FILTER(name, context)                                        \
	__attribute__((section("syscall"), used)) __u64 name(                  \
		struct lightexit_io_context *context __attribute__((unused)))

/*
 * A state that filters share with the device model; its fields are name.state.FIELD. It is alone
 * in its section, of which libbpf makes a map.
 */
#define LIGHTEXIT_STATE(type, name)                                            \
	struct {                                                               \
		struct lightexit_state_header header;                          \
		type state;                                                    \
	} name __attribute__((section(".data." #name), used))

/* For libbpf. The kernel module accepts no GPL-compatible license. */
#define LIGHTEXIT_LICENSE(text)                                                \
	char lightexit_license[] __attribute__((section("license"), used)) = text

/* A function that filters call: static inline, and expanded where it is called. */
#define LIGHTEXIT_INLINE static inline __attribute__((always_inline))

/*
 * All accesses to memory before it come before all after it, as by smp_mb(). BPF has no fence: an
 * atomic operation that fetches orders them, here on a word of the filter's own stack.
 */
LIGHTEXIT_INLINE void lightexit_full_barrier(void)
{
	volatile __u64 word = 0;

	__sync_lock_test_and_set(&word, 0);
}

#endif /* __bpf__ */

#endif /* _UAPI_LIGHTEXIT_H */
