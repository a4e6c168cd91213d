// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's functions that are not exported, found by means of kprobes. The prototype only: a part of
 * KVM calls them. A CPU with indirect branch tracking would stop these calls.
 */
#include <linux/kprobes.h>

#include "io_filter.h"

struct unexported io_filter_kvm;

static void *find(const char *name)
{
	struct kprobe probe = { .symbol_name = name };

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return probe.addr;
}

int io_filter_find_kvm(void)
{
	io_filter_kvm.kvm_register_device_ops = find("kvm_register_device_ops");
	io_filter_kvm.kvm_io_bus_register_dev = find("kvm_io_bus_register_dev");
	io_filter_kvm.kvm_io_bus_unregister_dev = find("kvm_io_bus_unregister_dev");
	return io_filter_kvm.kvm_register_device_ops && io_filter_kvm.kvm_io_bus_register_dev &&
	       io_filter_kvm.kvm_io_bus_unregister_dev ? 0 : -ENOENT;
}
