/* SPDX-License-Identifier: Apache-2.0 */
/* The limit: a loop around KVM_RUN with the device's arithmetic written into it. */

#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

struct counter {
	uint64_t started_ns;
	uint64_t hz;
	uint64_t written;
	uint64_t writes;
};

static uint32_t count(const struct counter *c)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t ns = now.tv_sec * 1000000000ull + now.tv_nsec - c->started_ns;

	return (unsigned __int128)ns * c->hz / 1000000000;
}

static void perform(struct counter *c, int is_write, void *data)
{
	uint32_t value;

	if (is_write) {
		memcpy(&value, data, 4);
		c->written = value;
		c->writes++;
	} else {
		value = count(c);
		memcpy(data, &value, 4);
	}
}

/* Returns the exit reason that ends the run; a write to `last` ends it as well. */
int run_guest(int fd, struct kvm_run *run, struct counter *c, unsigned last)
{
	for (;;) {
		if (ioctl(fd, KVM_RUN, 0) < 0)
			return -1;
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run->io.port == last)
				return KVM_EXIT_IO;
			perform(c, run->io.direction, (char *)run + run->io.data_offset);
			break;
		case KVM_EXIT_MMIO:
			perform(c, run->mmio.is_write, run->mmio.data);
			break;
		default:
			return run->exit_reason;
		}
	}
}
