// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port 0x92 as a filter for the prototype: what a selftest's program would be.
 *
 *	clang -O2 -g -target bpf -I.. -c (this file)
 *	bpftool struct_ops register (its object) /sys/fs/bpf
 */
#include "uapi/lightexit.h"

#define SEC(name) __attribute__((section(name), used))

/* libbpf finds the kernel's own by this name; members that are not here are 0. */
struct kvm_io_filter_ops {
	__u32 (*access)(struct lightexit_io_context *ctx);
	__u32 flags;
};

struct port92 {
	__u8 control;
};

LIGHTEXIT_STATE(struct port92, port92) = { .state = { .control = 2 } };
LIGHTEXIT_LICENSE("GPL");

SEC("struct_ops/access") __u32 read_control(__u64 *arguments)
{
	struct lightexit_io_context *ctx = (void *)arguments[0];

	if (ctx->is_write || ctx->offset)
		return LIGHTEXIT_VERDICT_PASS;
	ctx->data = port92.state.control;
	return LIGHTEXIT_VERDICT_HANDLED;
}

SEC(".struct_ops.link") struct kvm_io_filter_ops filter = {
	.access = (void *)read_control,
};
