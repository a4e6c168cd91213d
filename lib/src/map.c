/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* BPF maps as memory: what filters in the kernel and the VMM share. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

int check_map(int fd, const char *name, u64 size)
{
	struct facts facts;

	if (!read_facts(fd, &facts))
		return failed(LIGHTEXIT_ERROR_MAP, "descriptor %d, for %s, is not open", fd, name);
	if (facts.map_type != BPF_MAP_TYPE_ARRAY || facts.max_entries != 1 ||
	    !(facts.map_flags & BPF_F_MMAPABLE))
		return failed(LIGHTEXIT_ERROR_MAP,
			      "descriptor %d, for %s, is no BPF array map of one value that can be "
			      "mapped", fd, name);
	if (facts.value_size < size)
		return failed(LIGHTEXIT_ERROR_MAP,
			      "the map for %s has a value of %u bytes: %" PRIu64 " are needed, "
			      "header included", name, facts.value_size, (uint64_t)size);
	return LIGHTEXIT_OK;
}

static size_t mapped_size(u64 size)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

int map_pages(int *fd, const char *name, u64 size, void **memory)
{
	int copy = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		return failed(LIGHTEXIT_ERROR_MAP, "the memory for %s: %s", name, strerror(errno));
	*memory = mmap(NULL, mapped_size(size), PROT_READ | PROT_WRITE, MAP_SHARED, copy, 0);
	if (*memory == MAP_FAILED) {
		close(copy);
		return failed(LIGHTEXIT_ERROR_MAP, "the memory for %s cannot be mapped: %s", name,
			      strerror(errno));
	}
	*fd = copy;
	return LIGHTEXIT_OK;
}

int map_value(int *fd, const char *name, u64 size, void **memory)
{
	int error = check_map(*fd, name, size);

	return error ? error : map_pages(fd, name, size, memory);
}

void unmap_value(int fd, u64 size, void *memory)
{
	munmap(memory, mapped_size(size));
	close(fd);
}

/* A map's name has letters, digits, dots and underscores only, and 15 of them. */
static void copy_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i]; i++) {
		bool is_plain = (name[i] >= '0' && name[i] <= '9') ||
				(name[i] >= 'A' && name[i] <= 'Z') ||
				(name[i] >= 'a' && name[i] <= 'z') || name[i] == '.';

		to[i] = is_plain ? name[i] : '_';
	}
}

PUBLIC int lightexit_map_create(const char *name, uint64_t size)
{
	union bpf_attr attributes;
	u64 value_size = sizeof(struct lightexit_state_header) + size;
	int fd;

	if (!name || !size || size > (u64)256 << 20)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a map without a name, or of no size, or of more than 256 MiB");
	memset(&attributes, 0, sizeof(attributes));
	attributes.map_type = BPF_MAP_TYPE_ARRAY;
	attributes.key_size = sizeof(u32);
	attributes.value_size = (u32)value_size;
	attributes.max_entries = 1;
	attributes.map_flags = BPF_F_MMAPABLE;
	copy_name(attributes.map_name, sizeof(attributes.map_name), name);
	fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));
	if (fd >= 0)
		return fd;
	if (errno == EPERM || errno == EACCES)
		return failed(LIGHTEXIT_ERROR_RIGHTS, "a map for %s needs CAP_BPF", name);
	return failed(LIGHTEXIT_ERROR_MODULE, "bpf(2) makes no map for %s: %s", name,
		      strerror(errno));
}
