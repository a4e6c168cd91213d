/* SPDX-License-Identifier: Apache-2.0 */
/* States in memory that other processes map: what is shared, and what is refused. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"

#define WHOLE (sizeof(struct lightexit_state_header) + sizeof(struct counter))

static struct device device;
static struct lightexit_vcpu *vcpu;

static struct lightexit_state_options options(int memory_fd)
{
	return (struct lightexit_state_options){
		.struct_size = sizeof(struct lightexit_state_options),
		.name = "counter",
		.size = sizeof(struct counter),
		.fingerprint = 7,
		.memory_fd = memory_fd,
	};
}

static void begin(int fd)
{
	struct lightexit_state_options wanted = options(fd);
	struct lightexit_region_options region;

	device = (struct device){ 0 };
	CHECK(!lightexit_bus_create(NULL, &device.bus));
	CHECK(!lightexit_state_create(device.bus, &wanted, &device.state));
	region = region_at(&device, 0x100);
	CHECK(!lightexit_region_add(device.bus, &region, &device.region));
	CHECK(!lightexit_vcpu_create(device.bus, 0, &vcpu));
}

static void end(void)
{
	lightexit_bus_destroy(device.bus);
}

/* In another process, as a consumer would; it changes the counter only if all is as it should. */
static void other_process_sees(int fd, uint64_t value, uint64_t leaves)
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct lightexit_state_header *header = mmap(NULL, WHOLE, PROT_READ | PROT_WRITE,
							     MAP_SHARED, fd, 0);
		struct counter *counter = (void *)(header + 1);

		if (header != MAP_FAILED && counter->value == value && ftruncate(fd, 0))
			counter->value = counter->copy = leaves;
		raise(SIGKILL);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

static void test_both_sides_work_on_the_same_bytes(void)
{
	int fd = lightexit_memory_create("counter", sizeof(struct counter));

	CHECK(fd > 0);
	begin(fd);
	out(vcpu, 0x100, 42, 4);
	other_process_sees(fd, 42, 66);
	CHECK(in(vcpu, 0x100, 4) == 66);
	CHECK(!lightexit_state_destroy(NULL));
	end();
	close(fd);
}

static void test_what_it_holds_outlives_a_vmm(void)
{
	int fd = lightexit_memory_create("counter", sizeof(struct counter));

	begin(fd);
	out(vcpu, 0x100, 8, 4);
	lightexit_state_lock(device.state); /* and is killed there */
	end();
	begin(fd);
	CHECK(in(vcpu, 0x100, 4) == 8);
	CHECK(lightexit_state_try_lock(device.state));
	lightexit_state_unlock(device.state);
	end();
	close(fd);
}

static int unsealed(uint64_t size)
{
	int fd = memfd_create("counter", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	CHECK(fd > 0 && !ftruncate(fd, (off_t)size));
	return fd;
}

static void refused(int fd, int code, const char *words)
{
	struct lightexit_state_options wanted = options(fd);
	struct lightexit_state *state;

	REFUSED(lightexit_state_create(device.bus, &wanted, &state), code, words);
}

static void test_what_is_refused(void)
{
	int fd = unsealed(WHOLE), small = unsealed(WHOLE - 1), read_only, ends[2];
	struct lightexit_state_options wanted = options(fd);
	struct lightexit_state *state;
	char path[64];

	CHECK(!lightexit_bus_create(NULL, &device.bus) && !pipe(ends));
	refused(fd, LIGHTEXIT_ERROR_MAP, "is not sealed with F_SEAL_SHRINK");
	CHECK(!fcntl(small, F_ADD_SEALS, F_SEAL_SHRINK));
	refused(small, LIGHTEXIT_ERROR_MAP, "has 31 bytes: 32 are needed, header included");
	refused(ends[0], LIGHTEXIT_ERROR_MAP, "is no memfd (a BPF map is given as map_fd)");
	refused(12345, LIGHTEXIT_ERROR_MAP, "is not open");
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	refused(read_only, LIGHTEXIT_ERROR_MAP, "cannot be mapped");
	wanted.map_fd = fd;
	REFUSED(lightexit_state_create(device.bus, &wanted, &state), LIGHTEXIT_ERROR_ARGUMENT,
		"has both map_fd and memory_fd");
	REFUSED(lightexit_memory_create("", 0), LIGHTEXIT_ERROR_ARGUMENT, "of no size");
	REFUSED(lightexit_memory_create(NULL, 8), LIGHTEXIT_ERROR_ARGUMENT, "without a name");
	lightexit_bus_destroy(device.bus);
	close(fd), close(small), close(read_only), close(ends[0]), close(ends[1]);
}

static void test_it_is_no_map_for_the_kernel(void)
{
	int fd = lightexit_memory_create("counter", sizeof(struct counter));

	begin(fd);
	REFUSED(lightexit_region_attach(device.region, 0, 0), LIGHTEXIT_ERROR_MAP,
		"the state counter is in no BPF map");
	end();
	close(fd);
}

int main(void)
{
	test_both_sides_work_on_the_same_bytes();
	test_what_it_holds_outlives_a_vmm();
	test_what_is_refused();
	test_it_is_no_map_for_the_kernel();
	puts("all tests passed");
	return 0;
}
