/* SPDX-License-Identifier: Apache-2.0 */
/* What KVM keeps of a vCPU: read from it into a snapshot, or the other way. */
#include "snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

/* In the order in which KVM wants them: which local APIC there is depends on the registers. */
static const struct {
	const char *name;
	unsigned long get, set;
	size_t size;
} parts[] = {
	{ "sregs", KVM_GET_SREGS, KVM_SET_SREGS, sizeof(struct kvm_sregs) },
	{ "regs", KVM_GET_REGS, KVM_SET_REGS, sizeof(struct kvm_regs) },
	{ "fpu", KVM_GET_FPU, KVM_SET_FPU, sizeof(struct kvm_fpu) },
	{ "debug", KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS, sizeof(struct kvm_debugregs) },
	{ "lapic", KVM_GET_LAPIC, KVM_SET_LAPIC, sizeof(struct kvm_lapic_state) },
	{ "events", KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, sizeof(struct kvm_vcpu_events) },
	{ "mp_state", KVM_GET_MP_STATE, KVM_SET_MP_STATE, sizeof(struct kvm_mp_state) },
};

/* Intel SDM volume 4; EFER and the APIC's base are among the special registers. */
static const uint32_t msrs[] = {
	0x10, /* TSC */
	0x174, 0x175, 0x176, /* SYSENTER */
	0x277, /* PAT */
	0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, /* SYSCALL */
	0xc0000102, /* KERNEL_GS_BASE */
};
#define MSR_COUNT (sizeof(msrs) / sizeof(msrs[0]))

static int part_item(struct snapshot *snapshot, struct vcpu *vcpu, size_t index)
{
	bool is_saving = snapshot_is_saving(snapshot);
	uint8_t bytes[4096] = { 0 };
	char name[24];

	_Static_assert(sizeof(struct kvm_lapic_state) <= sizeof(bytes), "the largest part");
	snprintf(name, sizeof(name), "vcpu%u.%s", vcpu->index, parts[index].name);
	if (is_saving && ioctl(vcpu->fd, parts[index].get, bytes))
		return complain("KVM does not say %s: %s", name, strerror(errno));
	if (snapshot_item(snapshot, name, bytes, parts[index].size))
		return -1;
	if (!is_saving && ioctl(vcpu->fd, parts[index].set, bytes))
		return complain("KVM does not take %s: %s", name, strerror(errno));
	return 0;
}

static int msr_ioctl(const struct vcpu *vcpu, unsigned long request, uint32_t index,
		     uint64_t *value)
{
	union {
		struct kvm_msrs head;
		uint8_t room[sizeof(struct kvm_msrs) + sizeof(struct kvm_msr_entry)];
	} one;

	memset(&one, 0, sizeof(one));
	one.head.nmsrs = 1;
	one.head.entries[0] = (struct kvm_msr_entry){ .index = index, .data = *value };
	if (ioctl(vcpu->fd, request, &one) != 1)
		return complain("vCPU %u has no MSR %#x in this KVM", vcpu->index, index);
	*value = one.head.entries[0].data;
	return 0;
}

static int msr_items(struct snapshot *snapshot, struct vcpu *vcpu)
{
	bool is_saving = snapshot_is_saving(snapshot);
	uint64_t values[MSR_COUNT] = { 0 };
	char name[24];
	size_t i;

	for (i = 0; is_saving && i < MSR_COUNT; i++)
		if (msr_ioctl(vcpu, KVM_GET_MSRS, msrs[i], &values[i]))
			return -1;
	snprintf(name, sizeof(name), "vcpu%u.msrs", vcpu->index);
	if (snapshot_item(snapshot, name, values, sizeof(values)))
		return -1;
	for (i = 0; !is_saving && i < MSR_COUNT; i++)
		if (msr_ioctl(vcpu, KVM_SET_MSRS, msrs[i], &values[i]))
			return -1;
	return 0;
}

int vcpu_items(struct snapshot *snapshot, struct vcpu *vcpu)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (part_item(snapshot, vcpu, i))
			return -1;
	return msr_items(snapshot, vcpu);
}
