/* SPDX-License-Identifier: Apache-2.0 */
/* Every function of the API, and what each refuses. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "device.h"

static struct device device;
static struct lightexit_vcpu *vcpu;

static void begin(void)
{
	struct lightexit_region_options options;

	device = (struct device){ 0 };
	CHECK(!lightexit_bus_create(NULL, &device.bus));
	make_state(&device);
	options = region_at(&device, 0x100);
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	CHECK(!lightexit_vcpu_create(device.bus, 0, &vcpu));
}

static void end(void)
{
	lightexit_bus_destroy(device.bus);
	CHECK(device.released == 1);
}

static void test_filter_and_model_answer(void)
{
	struct lightexit_count count;

	begin();
	out(vcpu, 0x100, 6, 4);
	CHECK(in(vcpu, 0x100, 4) == 6 && !device.reads && !device.writes);
	out(vcpu, 0x100, 7, 4);
	CHECK(in(vcpu, 0x100, 4) == 7 && device.writes == 1);
	CHECK(in(vcpu, 0x103, 1) == 0x43 && device.reads == 1);
	count = lightexit_region_count(device.region, 0, true);
	CHECK(count.handled == 1 && count.passed == 1);
	count = lightexit_region_count(device.region, 0, false);
	CHECK(count.handled == 2 && !count.passed);
	count = lightexit_region_count(device.region, 8, false);
	CHECK(!count.handled && !count.passed);
	out(vcpu, 0x104, 7, 4);
	count = lightexit_region_total(device.region, true);
	CHECK(count.handled + count.passed == 3);
	count = lightexit_region_total(device.region, false);
	CHECK(count.handled == 2 && count.passed == 1);
	end();
}

static void test_a_filter_passes_while_its_state_is_held(void)
{
	begin();
	CHECK(lightexit_state_try_lock(device.state));
	CHECK(!lightexit_state_try_lock(device.state));
	lightexit_state_unlock(device.state);
	lightexit_state_lock(device.state);
	lightexit_state_unlock(device.state);
	CHECK(in(vcpu, 0x100, 4) == 0);
	end();
}

static void test_actions(void)
{
	begin();
	in(vcpu, 0x102, 1);
	CHECK(device.lines == (1u << LIGHTEXIT_LINE_RAISE | 1u << (4 + LIGHTEXIT_LINE_LOWER) |
			       1u << (8 + LIGHTEXIT_LINE_PULSE)));
	CHECK(device.rung == 2 && device.requested == 0x31);
	in(vcpu, 0x101, 1);
	CHECK(device.rung == 3);
	end();
}

static void test_an_eventfd_is_rung(void)
{
	int fds[] = { eventfd(0, EFD_NONBLOCK), -1 };
	struct lightexit_region_options options;
	uint64_t rings;

	begin();
	options = region_at(&device, 0x200);
	options.released = NULL;
	options.eventfds = fds;
	options.eventfd_count = 2;
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	in(vcpu, 0x201, 1);
	in(vcpu, 0x201, 1);
	CHECK(read(fds[0], &rings, sizeof(rings)) == sizeof(rings) && rings == 2 && !device.rung);
	fds[1] = fds[0];
	CHECK(!write(fds[0], &(uint64_t){ UINT64_MAX - 1 }, 8) == 0);
	in(vcpu, 0x201, 1); /* full: its reader wakes all the same */
	CHECK(!device.rung);
	close(fds[0]);
	end();
}

static void test_strings_and_widths(void)
{
	uint8_t bytes[6] = { 0 };
	uint64_t wide = 0;

	begin();
	CHECK(lightexit_access(vcpu, &(struct lightexit_access){
					     .address = 0x104,
					     .data = bytes,
					     .count = 3,
					     .size = 2,
				     }));
	CHECK(device.reads == 3 && !memcmp(bytes, "\x44\0\x44\0\x44\0", 6));
	/* Two ports are beyond the region: byte by byte, and those read as ones. */
	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x106, &wide, 4, false));
	CHECK(wide == 0xffff4746);
	end();
}

static void test_what_no_device_has_is_told(void)
{
	uint8_t bytes[4] = { 0 };
	uint64_t value = 0;

	begin();
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x300, &value, 2, false));
	CHECK(value == 0xffff);
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_MMIO, 0x100, &value, 8, true));
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_MSR, 0x100, &value, 8, false));
	CHECK(value == UINT64_MAX);
	CHECK(!lightexit_access(vcpu, &(struct lightexit_access){
					      .address = 0x300,
					      .data = bytes,
					      .count = 4,
					      .size = 1,
				      }));
	CHECK(!memcmp(bytes, "\xff\xff\xff\xff", 4));
	CHECK(in(vcpu, 0x100, 4) == 0); /* and the next one is claimed again */
	end();
}

static void test_memory_and_msrs(void)
{
	struct lightexit_region_options options;
	struct lightexit_region *memory, *msr;
	uint64_t value = 8;

	begin();
	options = region_at(&device, 0xfee00000);
	options.space = LIGHTEXIT_SPACE_MMIO;
	options.released = NULL;
	CHECK(!lightexit_region_add(device.bus, &options, &memory));
	options.space = LIGHTEXIT_SPACE_MSR;
	options.base = 0x10;
	CHECK(!lightexit_region_add(device.bus, &options, &msr));
	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_MMIO, 0xfee00000, &value, 8, true));
	value = 0;
	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_MSR, 0x10, &value, 8, false) && value == 8);
	CHECK(access_to(vcpu, LIGHTEXIT_SPACE_MSR, 0x17, &value, 8, false) && value == 0x47);
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_MSR, 0x18, &value, 8, false));
	end();
}

static void test_regions_come_and_go(void)
{
	struct lightexit_region_options options;
	struct lightexit_region *other;
	uint64_t value;

	begin();
	options = region_at(&device, 0x100);
	REFUSED(lightexit_region_add(device.bus, &options, &other), LIGHTEXIT_ERROR_OVERLAP,
		"8 addresses from 0x100 on overlap");
	options.filter = NULL;
	CHECK(!lightexit_region_replace(device.region, &options, &other));
	CHECK(device.released == 1 && in(vcpu, 0x104, 4) == 0x44);
	REFUSED(lightexit_state_destroy(device.state), LIGHTEXIT_ERROR_IN_USE, "1 regions work on");
	CHECK(!lightexit_region_remove(other) && device.released == 2);
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x100, &value, 4, false));
	CHECK(!lightexit_bus_reclaim(device.bus));
	CHECK(!lightexit_state_destroy(device.state));
	CHECK(!lightexit_region_remove(NULL) && !lightexit_state_destroy(NULL));
	lightexit_vcpu_destroy(vcpu);
	lightexit_vcpu_destroy(NULL);
	lightexit_bus_destroy(device.bus);
	lightexit_bus_destroy(NULL);
}

static uint64_t remove_itself(void *opaque, uint64_t offset, uint64_t size)
{
	struct device *self = opaque;

	(void)offset;
	(void)size;
	CHECK(!lightexit_region_remove(self->region));
	CHECK(!self->released && lightexit_bus_reclaim(self->bus));
	REFUSED(lightexit_region_remove(self->region), LIGHTEXIT_ERROR_ARGUMENT, "removed before");
	REFUSED(lightexit_region_attach(self->region, 0, 0), LIGHTEXIT_ERROR_ARGUMENT,
		"removed before");
	return 1;
}

static void test_a_model_may_remove_its_own_region(void)
{
	struct lightexit_region_options options;

	begin();
	options = region_at(&device, 0x200);
	options.read = remove_itself;
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	CHECK(in(vcpu, 0x203, 1) == 1 && !device.released);
	CHECK(!lightexit_bus_reclaim(device.bus) && device.released == 1);
	lightexit_bus_destroy(device.bus);
	CHECK(device.released == 2);
}

static void destroy_state(void *opaque)
{
	CHECK(!lightexit_state_destroy(((struct device *)opaque)->state));
}

static void test_a_state_may_end_with_its_region(void)
{
	struct lightexit_region_options options;

	device = (struct device){ 0 };
	CHECK(!lightexit_bus_create(NULL, &device.bus));
	make_state(&device);
	options = region_at(&device, 0x100);
	options.released = destroy_state;
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	CHECK(!lightexit_region_remove(device.region));
	lightexit_bus_destroy(device.bus);
}

static void test_vm_time(void)
{
	uint64_t before, later;

	begin();
	CHECK(lightexit_clock_now(device.bus) == 0);
	CHECK(!lightexit_clock_set(device.bus, 5000) && in(vcpu, 0x101, 4) == 5000);
	lightexit_clock_skip(device.bus, 10);
	CHECK(in(vcpu, 0x101, 4) == 5010);
	lightexit_clock_resume(device.bus);
	before = in(vcpu, 0x101, 4);
	usleep(2000);
	later = lightexit_clock_now(device.bus);
	CHECK(before >= 5010 && later >= before + 2000000);
	REFUSED(lightexit_clock_set(device.bus, 0), LIGHTEXIT_ERROR_CLOCK, "VM time is running");
	lightexit_clock_skip(device.bus, 1000000000);
	CHECK(lightexit_clock_now(device.bus) >= later + 1000000000);
	lightexit_clock_pause(device.bus);
	before = lightexit_clock_now(device.bus);
	lightexit_clock_pause(device.bus);
	usleep(1000);
	CHECK(lightexit_clock_now(device.bus) == before);
	CHECK(!lightexit_clock_set(device.bus, 3) && lightexit_clock_now(device.bus) == 3);
	end();
}

static void test_a_tsc(void)
{
	struct lightexit_bus *bus;

#ifdef __x86_64__
	uint64_t before;

	CHECK(!lightexit_bus_create(OPTIONS(lightexit_bus_options,
					    .clock_source = LIGHTEXIT_CLOCK_TSC,
					    .tsc_khz = 1000000), &bus));
	lightexit_clock_resume(bus);
	before = lightexit_clock_now(bus);
	usleep(1000);
	CHECK(lightexit_clock_now(bus) > before);
	lightexit_bus_destroy(bus);
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options,
					     .clock_source = LIGHTEXIT_CLOCK_TSC), &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "KVM_GET_TSC_KHZ");
#else
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options,
					     .clock_source = LIGHTEXIT_CLOCK_TSC), &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "no TSC");
#endif
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options, .clock_source = 2), &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "no clock source 2");
}

static void test_saved_states(void)
{
	uint8_t bytes[256], small[8];
	struct lightexit_saved saved;
	size_t size;

	begin();
	CHECK(!lightexit_clock_set(device.bus, 99));
	counter_of(&device)->value = counter_of(&device)->copy = 1234;
	size = lightexit_state_save(device.state, small, sizeof(small));
	CHECK(size == 56 + 7 + sizeof(struct counter) + 4);
	CHECK(lightexit_state_save(device.state, bytes, sizeof(bytes)) == size);
	CHECK(!lightexit_saved_look(bytes, size, &saved));
	CHECK(saved.size == sizeof(struct counter) && saved.fingerprint == 7 && saved.now_ns == 99);
	CHECK(saved.name_size == 7 && !memcmp(saved.name, "counter", 7));
	counter_of(&device)->value = 0;
	CHECK(!lightexit_state_restore(device.state, bytes, size));
	CHECK(counter_of(&device)->value == 1234);
	bytes[70] ^= 1;
	REFUSED(lightexit_state_restore(device.state, bytes, size), LIGHTEXIT_ERROR_SAVED,
		"its checksum does not fit");
	REFUSED(lightexit_state_restore(device.state, bytes, size - 1), LIGHTEXIT_ERROR_SAVED,
		"82 bytes long, its head says 83");
	REFUSED(lightexit_state_restore(device.state, bytes, 3), LIGHTEXIT_ERROR_SAVED,
		"3 bytes are no saved state");
	bytes[0] = 0;
	REFUSED(lightexit_state_restore(device.state, bytes, size), LIGHTEXIT_ERROR_SAVED,
		"no saved state");
	CHECK(counter_of(&device)->value == 1234);
	end();
}

static void test_other_layouts_are_refused(void)
{
	struct lightexit_state *other;
	uint8_t bytes[256];
	size_t size;

	begin();
	size = lightexit_state_save(device.state, bytes, sizeof(bytes));
	CHECK(!lightexit_state_create(device.bus,
				      OPTIONS(lightexit_state_options, .name = "counter",
					      .size = sizeof(struct counter), .fingerprint = 8),
				      &other));
	REFUSED(lightexit_state_restore(other, bytes, size), LIGHTEXIT_ERROR_LAYOUT, "(0x8), saved");
	CHECK(!lightexit_state_destroy(other));
	CHECK(!lightexit_state_create(device.bus,
				      OPTIONS(lightexit_state_options, .name = "timer",
					      .size = sizeof(struct counter), .fingerprint = 7),
				      &other));
	REFUSED(lightexit_state_restore(other, bytes, size), LIGHTEXIT_ERROR_SAVED, "than timer");
	end();
}

static void refused_region(struct lightexit_region_options options, int code, const char *words)
{
	struct lightexit_region *region = NULL;

	REFUSED(lightexit_region_add(device.bus, &options, &region), code, words);
	CHECK(!region);
}

#define REFUSED_REGION(code, words, member, ...) \
	do { \
		struct lightexit_region_options wrong = region_at(&device, 0x200); \
		wrong.member = __VA_ARGS__; \
		refused_region(wrong, code, words); \
	} while (0)

static void test_regions_that_are_refused(void)
{
	struct lightexit_filter foreign = count_filter, large = count_filter, other = count_filter;
	int closed = 12345;

	foreign.abi_version = 99;
	large.states[0].size = 1000;
	other.states[0].fingerprint = 8;
	begin();
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "struct_size", struct_size, 8);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "`reserved` is not 0", reserved, 1);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "no space 3", space, 3);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "all below 0x10000", base, 0xfffc);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "at least one", size, 0);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "64 bits", offset, UINT64_MAX);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "register width of 3", register_width, 3);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "both `read` and `write`", read, NULL);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "at most 8", state_count, 9);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "at most 32", eventfd_count, 33);
	REFUSED_REGION(LIGHTEXIT_ERROR_STATE, "1 states, the region has 0", state_count, 0);
	REFUSED_REGION(LIGHTEXIT_ERROR_ABI, "version 99", filter, &foreign);
	REFUSED_REGION(LIGHTEXIT_ERROR_STATE, "1000 bytes, counter has 16", filter, &large);
	REFUSED_REGION(LIGHTEXIT_ERROR_STATE, "another layout of its state", filter, &other);
	REFUSED_REGION(LIGHTEXIT_ERROR_ARGUMENT, "is none of its bus", states,
		       &(struct lightexit_state *){ NULL });
	{
		struct lightexit_region_options wrong = region_at(&device, 0x200);

		wrong.eventfds = &closed;
		wrong.eventfd_count = 1;
		refused_region(wrong, LIGHTEXIT_ERROR_ARGUMENT, "descriptor 12345, of doorbell 0");
	}
	CHECK(!lightexit_state_destroy(NULL));
	end();
}

static void test_other_things_that_are_refused(void)
{
	struct lightexit_state *state;
	struct lightexit_vcpu *other;
	struct lightexit_bus *bus;

	begin();
	REFUSED(lightexit_bus_create(&(struct lightexit_bus_options){ 0 }, &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "struct_size");
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options, .vcpus = 5000), &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "at most 4096");
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options, .flags = 2), &bus),
		LIGHTEXIT_ERROR_ARGUMENT, "unknown flags");
	REFUSED(lightexit_bus_create(OPTIONS(lightexit_bus_options, .clock_map_fd = 2), &bus),
		LIGHTEXIT_ERROR_MAP, "no BPF array map");
	REFUSED(lightexit_vcpu_create(device.bus, 256, &other), LIGHTEXIT_ERROR_ARGUMENT,
		"on a bus for 256");
	REFUSED(lightexit_vcpu_create(device.bus, 0, &other), LIGHTEXIT_ERROR_IN_USE,
		"a vCPU 0 already");
	REFUSED(lightexit_state_create(device.bus, OPTIONS(lightexit_state_options, .size = 1),
				       &state), LIGHTEXIT_ERROR_ARGUMENT, "without a name");
	REFUSED(lightexit_state_create(device.bus, OPTIONS(lightexit_state_options, .name = "x"),
				       &state), LIGHTEXIT_ERROR_ARGUMENT, "has 0 bytes");
	REFUSED(lightexit_state_create(device.bus,
				       OPTIONS(lightexit_state_options, .name = "x", .size = 1,
					       .version = 70000), &state),
		LIGHTEXIT_ERROR_ARGUMENT, "version 70000");
	REFUSED(lightexit_state_create(device.bus,
				       OPTIONS(lightexit_state_options, .name = "x", .size = 1,
					       .map_fd = 12345), &state),
		LIGHTEXIT_ERROR_MAP, "is not open");
	REFUSED(lightexit_map_create("", 0), LIGHTEXIT_ERROR_ARGUMENT, "of no size");
	end();
}

/* What needs the module is tested where there is one; here, that it is told what is missing. */
static void test_attaching_without_what_it_needs(void)
{
	struct lightexit_region_options options;
	struct lightexit_region *plain;

	begin();
	options = region_at(&device, 0x200);
	options.filter = NULL;
	options.released = NULL;
	CHECK(!lightexit_region_add(device.bus, &options, &plain));
	REFUSED(lightexit_region_attach(plain, 0, 0), LIGHTEXIT_ERROR_ARGUMENT, "has no filter");
	REFUSED(lightexit_region_attach(device.region, 0, 0), LIGHTEXIT_ERROR_MAP,
		"the state counter is in no BPF map");
	lightexit_region_detach(device.region);
	CHECK(!lightexit_region_count_in_kernel(device.region).handled);
	CHECK(in(vcpu, 0x100, 4) == 0); /* it goes on as it was */
	end();
}

/* The bytes of a file that was recorded to. */
static long recorded(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	CHECK(file && !fseek(file, 0, SEEK_END));
	size = ftell(file);
	fclose(file);
	return size;
}

static void test_accesses_are_recorded(void)
{
	char path[] = "/tmp/lightexit-record-XXXXXX";
	int fd = mkstemp(path), full;

	begin();
	CHECK(lightexit_record_end(device.bus) == 0);
	REFUSED(lightexit_record_begin(device.bus, 12345), LIGHTEXIT_ERROR_ARGUMENT,
		"descriptor 12345 cannot be written to: Bad file descriptor");
	CHECK(!lightexit_record_begin(device.bus, fd));
	REFUSED(lightexit_record_begin(device.bus, fd), LIGHTEXIT_ERROR_IN_USE,
		"the bus is recorded already");
	CHECK(recorded(path) == 128);
	out(vcpu, 0x100, 6, 4);
	CHECK(in(vcpu, 0x100, 4) == 6);
	CHECK(in(vcpu, 0x103, 1) == 0x43);
	CHECK(recorded(path) == 128 + 3 * 56);
	CHECK(lightexit_record_end(device.bus) == 0);
	in(vcpu, 0x100, 4);
	CHECK(recorded(path) == 128 + 3 * 56);
	full = open("/dev/full", O_WRONLY);
	if (full >= 0)
		REFUSED(lightexit_record_begin(device.bus, full), LIGHTEXIT_ERROR_ARGUMENT,
			"No space left on device");
	CHECK(!ftruncate(fd, 0));
	CHECK(!lightexit_record_begin(device.bus, fd)); /* a second time, to the same descriptor */
	in(vcpu, 0x100, 4);
	CHECK(lightexit_record_end(device.bus) == 0);
	close(full);
	close(fd);
	unlink(path);
	end();
}

static void test_texts(void)
{
	int code;

	for (code = 0; code >= LIGHTEXIT_ERROR_LOADER; code--)
		CHECK(strlen(lightexit_error_text(code)) > 7);
	CHECK(strstr(lightexit_error_text(1), "no error code"));
	CHECK(strstr(lightexit_error_text(LIGHTEXIT_ERROR_LOADER - 1), "no error code"));
	CHECK(!strcmp(lightexit_version(), LIBLIGHTEXIT_VERSION));
}

static void test_fences_in_place_of_membarrier(void)
{
	struct lightexit_region_options options;

	device = (struct device){ 0 };
	CHECK(!lightexit_bus_create(OPTIONS(lightexit_bus_options,
					    .flags = LIGHTEXIT_BUS_FLAG_FENCES), &device.bus));
	make_state(&device);
	options = region_at(&device, 0x100);
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	CHECK(!lightexit_vcpu_create(device.bus, 5, &vcpu));
	CHECK(in(vcpu, 0x100, 4) == 0);
	CHECK(!lightexit_region_remove(device.region) && device.released == 1);
	lightexit_bus_destroy(device.bus);
}

int main(void)
{
	test_filter_and_model_answer();
	test_a_filter_passes_while_its_state_is_held();
	test_actions();
	test_an_eventfd_is_rung();
	test_strings_and_widths();
	test_what_no_device_has_is_told();
	test_memory_and_msrs();
	test_regions_come_and_go();
	test_a_model_may_remove_its_own_region();
	test_a_state_may_end_with_its_region();
	test_vm_time();
	test_a_tsc();
	test_saved_states();
	test_other_layouts_are_refused();
	test_regions_that_are_refused();
	test_other_things_that_are_refused();
	test_attaching_without_what_it_needs();
	test_accesses_are_recorded();
	test_texts();
	test_fences_in_place_of_membarrier();
	puts("all tests passed");
	return 0;
}
