/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Regions that KVM answers, by way of the kernel module. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/major.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"

static const char device[] = "/dev/lightexit";

static int cannot_open(int error)
{
	if (error == EACCES || error == EPERM)
		return failed(LIGHTEXIT_ERROR_RIGHTS,
			      "%s is not open to this user: it is for the group kvm, as /dev/kvm is",
			      device);
	return failed(LIGHTEXIT_ERROR_NO_MODULE, "%s: %s: is lightexit.ko loaded?", device,
		      strerror(error));
}

int check_module(int fd)
{
	struct stat facts;
	int version = -1;

	if (!fstat(fd, &facts) && S_ISCHR(facts.st_mode) && major(facts.st_rdev) == MISC_MAJOR)
		version = ioctl(fd, LIGHTEXIT_COMMAND_VERSION);
	if (version < 0)
		return failed(LIGHTEXIT_ERROR_NO_MODULE, "descriptor %d is not that of %s", fd,
			      device);
	if (version != LIGHTEXIT_ABI_VERSION)
		return failed(LIGHTEXIT_ERROR_ABI,
			      "the kernel module speaks version %d of the contract, this library %d",
			      version, LIGHTEXIT_ABI_VERSION);
	return LIGHTEXIT_OK;
}

/* A new descriptor of the module, of this library's version; or an error. */
static int open_module(const struct lightexit_bus *bus)
{
	int error, fd = bus->module_fd ? fcntl(bus->module_fd, F_DUPFD_CLOEXEC, 3) :
					 open(device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return cannot_open(errno);
	error = check_module(fd);
	if (!error)
		return fd;
	close(fd);
	return error;
}

PUBLIC int lightexit_bus_use_module(struct lightexit_bus *bus, int module_fd)
{
	int error = module_fd ? check_module(module_fd) : LIGHTEXIT_OK;
	int copy = !error && module_fd ? fcntl(module_fd, F_DUPFD_CLOEXEC, 3) : 0;

	if (error)
		return error;
	if (copy < 0)
		return cannot_open(errno);
	pthread_mutex_lock(&bus->mutex);
	if (bus->module_fd)
		close(bus->module_fd);
	bus->module_fd = copy;
	pthread_mutex_unlock(&bus->mutex);
	return LIGHTEXIT_OK;
}

static const char *refusal(int error)
{
	switch (error) {
	case EBADF:
		return "one of the descriptors is not open, or of another kind";
	case EPERM:
		return "the virtual machine is gone, or another process's";
	case EEXIST:
		return "something in the kernel answers these addresses already";
	case ENOSPC:
		return "the virtual machine has as many devices in the kernel as it can";
	case EOPNOTSUPP:
		return "the program does more than compute, or is under the GPL";
	case EINVAL:
		return "the range, a descriptor or the program is not valid";
	default:
		return strerror(error);
	}
}

static int check_maps(const struct lightexit_region *region)
{
	u32 i;

	for (i = 0; i < region->filter.state_count; i++)
		if (!region->states[i]->map_fd)
			return failed(LIGHTEXIT_ERROR_MAP, "the state %s is in no BPF map",
				      region->states[i]->name);
	if (region->window.reads_clock && !region->bus->clock_map_fd)
		return failed(LIGHTEXIT_ERROR_MAP,
			      "the filter %s reads time, and the bus's clock is in no BPF map",
			      region->filter.name);
	return LIGHTEXIT_OK;
}

static int check_region(const struct lightexit_region *region)
{
	if (was_removed(region))
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "the region was removed before");
	if (!region->window.filter)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "the region has no filter");
	if (region->window.space == LIGHTEXIT_SPACE_MSR)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "KVM has no bus for MSRs");
	if (region->attachment)
		return failed(LIGHTEXIT_ERROR_IN_USE, "the region is attached already");
	return check_maps(region);
}

static void fill_request(struct lightexit_attach *request, const struct lightexit_region *region)
{
	const struct lightexit_window *window = &region->window;
	u32 i;

	*request = (struct lightexit_attach){
		.size = sizeof(*request),
		.flags = region->filter.flags,
		.space = window->space,
		.base = window->base,
		.length = window->size,
		.offset = window->offset,
		.register_width = (u32)window->register_width,
		.clock_fd = (u32)region->bus->clock_map_fd,
	};
	for (i = 0; i < LIGHTEXIT_MOST_DOORBELLS; i++)
		request->doorbells[i] = window->native_doorbells >> i & 1 ? window->eventfds[i] :
									    ~0u;
}

static int ask_module(struct lightexit_region *region, struct lightexit_attach *request)
{
	int module = open_module(region->bus), fd, error;

	if (module < 0)
		return module;
	fd = ioctl(module, LIGHTEXIT_COMMAND_ATTACH, request);
	error = errno;
	close(module);
	if (fd < 0)
		return failed(LIGHTEXIT_ERROR_MODULE, "the kernel module does not attach %s: %s",
			      region->filter.name, refusal(error));
	region->attachment = fd;
	return LIGHTEXIT_OK;
}

static int attach(struct lightexit_region *region, int vm_fd, int program_fd,
		  const struct lightexit_object *object)
{
	struct lightexit_attach request;
	int error;

	pthread_mutex_lock(&region->bus->mutex);
	error = check_region(region);
	if (!error)
		error = object ? check_object(region, object, &program_fd) :
				 check_program(region, program_fd);
	if (!error) {
		fill_request(&request, region);
		request.vm_fd = (u32)vm_fd;
		request.program_fd = (u32)program_fd;
		error = ask_module(region, &request);
	}
	pthread_mutex_unlock(&region->bus->mutex);
	return error;
}

PUBLIC int lightexit_region_attach(struct lightexit_region *region, int vm_fd, int program_fd)
{
	return attach(region, vm_fd, program_fd, NULL);
}

PUBLIC int lightexit_region_attach_object(struct lightexit_region *region, int vm_fd,
					  const struct lightexit_object *object)
{
	if (!object)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "there is no object to attach");
	return attach(region, vm_fd, -1, object);
}

void detach(struct lightexit_region *region)
{
	if (region->attachment)
		close(region->attachment);
	region->attachment = 0;
}

PUBLIC void lightexit_region_detach(struct lightexit_region *region)
{
	pthread_mutex_lock(&region->bus->mutex);
	detach(region);
	pthread_mutex_unlock(&region->bus->mutex);
}

PUBLIC struct lightexit_count
lightexit_region_count_in_kernel(const struct lightexit_region *region)
{
	struct lightexit_statistics statistics = { 0 };
	struct lightexit_count count = { 0 };
	ssize_t size = 0;

	pthread_mutex_lock(&region->bus->mutex); /* or it is detached, and the descriptor another */
	if (region->attachment)
		size = read(region->attachment, &statistics, sizeof(statistics));
	pthread_mutex_unlock(&region->bus->mutex);
	if (size != sizeof(statistics))
		return count;
	count.handled = statistics.handled;
	count.passed = statistics.passed;
	return count;
}
