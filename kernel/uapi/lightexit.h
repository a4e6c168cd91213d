/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Generated from src/lightexit/abi by `make header`; do not edit. */
#ifndef _UAPI_LIGHTEXIT_H
#define _UAPI_LIGHTEXIT_H

#include <linux/types.h>

#define LIGHTEXIT_ABI_VERSION 1

enum lightexit_verdict {
	LIGHTEXIT_VERDICT_PASS = 0,
	LIGHTEXIT_VERDICT_HANDLED = 1,
};

enum lightexit_space {
	LIGHTEXIT_SPACE_PIO = 0,
	LIGHTEXIT_SPACE_MMIO = 1,
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

enum lightexit_request {
	LIGHTEXIT_REQUEST_APIC_MESSAGE = 1,
	LIGHTEXIT_REQUEST_EOI = 2,
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
	__u64 reserved;
};

#endif /* _UAPI_LIGHTEXIT_H */
