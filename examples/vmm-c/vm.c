/* SPDX-License-Identifier: Apache-2.0 */
/* Making the virtual machine, and stopping and starting its vCPUs. */
#define _GNU_SOURCE
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define IOAPIC_PINS 24
#define ROM_BASE (0x100000000ull - ROM_SIZE)
#define ROM_SHADOW 0xf0000 /* the ROM shows there, too: as RAM, in this VM */
#define TSS_BASE 0xfffbd000 /* what VMX needs; no guest may use it */
#define MOST_LEAVES 100

int complain(const char *format, ...)
{
	va_list arguments;

	fputs("vmm: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return -1;
}

/* ---- making ---------------------------------------------------------------------------- */

static int open_kvm(struct vm *vm)
{
	/* PIC and I/O APIC are this VMM's, the local APICs KVM's. */
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { IOAPIC_PINS } };

	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		return complain("/dev/kvm: %s", strerror(errno));
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return complain("KVM makes no virtual machine: %s", strerror(errno));
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, TSS_BASE) || ioctl(vm->fd, KVM_ENABLE_CAP, &split))
		return complain("this KVM has no split irqchip: %s", strerror(errno));
	return 0;
}

static int map_memory(struct vm *vm, uint32_t slot, uint64_t at, uint8_t *memory, uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = at,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
		return complain("KVM takes no memory: %s", strerror(errno));
	return 0;
}

int vm_create(struct vm *vm)
{
	*vm = (struct vm){ .status = -1, .order = PAUSE };
	pthread_mutex_init(&vm->mutex, NULL);
	pthread_cond_init(&vm->changed, NULL);
	if (open_kvm(vm))
		return -1;
	vm->wakeup_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	vm->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	if (vm->wakeup_fd < 0 || vm->memory == MAP_FAILED)
		return complain("no memory for the guest: %s", strerror(errno));
	if (map_memory(vm, 0, 0, vm->memory, RAM_SIZE))
		return -1;
	return map_memory(vm, 1, ROM_BASE, vm->memory + RAM_SIZE, ROM_SIZE);
}

int vm_load(struct vm *vm, const char *path)
{
	uint8_t *rom = vm->memory + RAM_SIZE;
	FILE *file = fopen(path, "rbe");
	size_t size;

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	size = fread(rom, 1, ROM_SIZE, file);
	if (size != ROM_SIZE || fgetc(file) != EOF) {
		fclose(file);
		return complain("%s is no image of %u bytes, whose last 16 are the reset vector",
				path, ROM_SIZE);
	}
	fclose(file);
	memcpy(vm->memory + ROM_SHADOW, rom, ROM_SIZE);
	return 0;
}

/* What the host's KVM supports; leaf 1 has the vCPU's number. */
static int set_cpuid(struct vcpu *vcpu)
{
	union {
		struct kvm_cpuid2 head;
		uint8_t room[sizeof(struct kvm_cpuid2) +
			     MOST_LEAVES * sizeof(struct kvm_cpuid_entry2)];
	} cpuid;
	struct kvm_cpuid_entry2 *leaf = cpuid.head.entries;
	uint32_t i;

	memset(&cpuid, 0, sizeof(cpuid));
	cpuid.head.nent = MOST_LEAVES;

	if (ioctl(vcpu->vm->kvm, KVM_GET_SUPPORTED_CPUID, &cpuid))
		return complain("KVM_GET_SUPPORTED_CPUID: %s", strerror(errno));
	for (i = 0; i < cpuid.head.nent; i++, leaf++)
		if (leaf->function == 1)
			leaf->ebx = (leaf->ebx & 0xffffff) | vcpu->index << 24;
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid))
		return complain("KVM_SET_CPUID2: %s", strerror(errno));
	return 0;
}

static int add_vcpu(struct vm *vm, struct vcpu *vcpu)
{
	int size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	vcpu->vm = vm;
	vcpu->index = vm->vcpu_count;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, vcpu->index);
	if (vcpu->fd < 0 || size <= 0)
		return complain("KVM makes no vCPU: %s", strerror(errno));
	vcpu->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		return complain("a vCPU cannot be mapped: %s", strerror(errno));
	if (lightexit_vcpu_create(vm->bus, vcpu->index, &vcpu->access))
		return complain("%s", lightexit_last_error());
	vm->vcpu_count++;
	return set_cpuid(vcpu);
}

int vm_add_vcpus(struct vm *vm, uint32_t count)
{
	while (vm->vcpu_count < count)
		if (add_vcpu(vm, &vm->vcpus[vm->vcpu_count]))
			return -1;
	return 0;
}

/* ---- stopping and starting ------------------------------------------------------------- */

static void ignore(int number)
{
	(void)number;
}

int vm_start(struct vm *vm)
{
	struct sigaction action = { .sa_handler = ignore };
	uint32_t i;

	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < vm->vcpu_count; i++)
		if (pthread_create(&vm->vcpus[i].thread, NULL, vcpu_thread, &vm->vcpus[i]))
			return complain("no thread for vCPU %u", i);
	return 0;
}

static void give_order(struct vm *vm, enum order order)
{
	uint32_t i;

	pthread_mutex_lock(&vm->mutex);
	vm->order = order;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->mutex);
	if (order == RUN)
		return;
	for (i = 0; i < vm->vcpu_count; i++) {
		/* KVM_RUN then completes the access that the vCPU is in, and returns. */
		__atomic_store_n(&vm->vcpus[i].run->immediate_exit, 1, __ATOMIC_SEQ_CST);
		pthread_kill(vm->vcpus[i].thread, SIGUSR1);
	}
}

void vm_pause(struct vm *vm)
{
	give_order(vm, PAUSE);
	pthread_mutex_lock(&vm->mutex);
	while (vm->parked < vm->vcpu_count)
		pthread_cond_wait(&vm->changed, &vm->mutex);
	pthread_mutex_unlock(&vm->mutex);
}

void vm_resume(struct vm *vm)
{
	give_order(vm, RUN);
}

void vm_quit(struct vm *vm)
{
	uint32_t i;

	give_order(vm, QUIT);
	for (i = 0; i < vm->vcpu_count; i++)
		pthread_join(vm->vcpus[i].thread, NULL);
}

void vm_end(struct vm *vm, int status)
{
	pthread_mutex_lock(&vm->mutex);
	if (vm->status < 0)
		vm->status = status;
	pthread_mutex_unlock(&vm->mutex);
	vm_wake(vm);
}

int vm_status(struct vm *vm)
{
	int status;

	pthread_mutex_lock(&vm->mutex);
	status = vm->status;
	pthread_mutex_unlock(&vm->mutex);
	return status;
}

void vm_wake(struct vm *vm)
{
	eventfd_write(vm->wakeup_fd, 1);
}
