/* SPDX-License-Identifier: Apache-2.0 */
/* Records some accesses to the file that is its argument, and is killed before it has ended that. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>

#include "device.h"

int main(int argc, char **argv)
{
	struct device device = { 0 };
	struct lightexit_region_options options;
	struct lightexit_vcpu *vcpu;
	uint16_t value = 5;
	int fd;

	CHECK(argc == 2);
	fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
	CHECK(!lightexit_bus_create(NULL, &device.bus));
	make_state(&device);
	options = region_at(&device, 0x100);
	CHECK(!lightexit_region_add(device.bus, &options, &device.region));
	CHECK(!lightexit_record_begin(device.bus, fd));
	CHECK(!lightexit_vcpu_create(device.bus, 3, &vcpu)); /* one that comes later */
	out(vcpu, 0x100, 6, 4);
	CHECK(in(vcpu, 0x100, 4) == 6);
	CHECK(in(vcpu, 0x103, 1) == 0x43);
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x9990, &value, 2, false));
	CHECK(!access_to(vcpu, LIGHTEXIT_SPACE_PIO, 0x9990, &value, 1, true));
	raise(SIGKILL);
	return 1;
}
