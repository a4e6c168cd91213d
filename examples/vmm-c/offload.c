/* SPDX-License-Identifier: Apache-2.0 */
/* Filters inside KVM: loaded by libbpf or lightexit-loader, attached by liblightexit. */
#include "offload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef WITH_LIBBPF
#include <bpf/libbpf.h>

static int load(struct offload *offload, int index, const char *folder)
{
	const struct lightexit_filter *filter = devices[index]->region.filter;
	struct bpf_object *object;
	struct bpf_map *state;
	char path[4096];
	int error;

	snprintf(path, sizeof(path), "%s/%s.bpf.o", folder, filter->name);
	object = bpf_object__open_file(path, NULL);
	error = (int)libbpf_get_error(object);
	if (error)
		return complain("%s: %s", path, strerror(-error));
	error = bpf_object__load(object);
	if (error)
		return complain("%s: bpf(2) does not load it: %s%s", path, strerror(-error),
				error == -EPERM ? ": CAP_BPF is needed" : "");
	state = bpf_object__find_map_by_name(object, devices[index]->map);
	if (!state)
		return complain("%s has no section %s", path, devices[index]->map);
	offload->map_fds[index] = bpf_map__fd(state);
	offload->program_fds[index] = bpf_program__fd(bpf_object__next_program(object, NULL));
	return 0;
}

/* What libbpf has loaded stays until this process ends. */
static int load_all(struct offload *offload, const char *folder)
{
	int i;

	libbpf_set_print(NULL);
	for (i = 0; i < DEVICE_COUNT; i++)
		if (devices[i]->region.filter && load(offload, i, folder))
			return -1;
	offload->clock_fd = lightexit_map_create("clock", sizeof(struct lightexit_clock_state));
	return offload->clock_fd < 0 ? complain("%s", lightexit_last_error()) : 0;
}
#else
static int load_all(struct offload *offload, const char *folder)
{
	(void)offload;
	(void)folder;
	return complain("this build is one without libbpf");
}
#endif

int offload_load(struct offload *offload, const char *folder)
{
	*offload = (struct offload){ 0 };
	if (!load_all(offload, folder))
		return 0;
	*offload = (struct offload){ 0 };
	return -1;
}

static int ask_for(struct offload *offload, int index, struct lightexit_loader *loader)
{
	const struct lightexit_filter *filter = devices[index]->region.filter;

	/* They stay open until this process ends. */
	if (lightexit_loader_load(loader, filter->name, &offload->objects[index]))
		return -1;
	offload->map_fds[index] = lightexit_object_map(offload->objects[index],
						       devices[index]->map);
	return offload->map_fds[index] < 0 ? -1 : 0;
}

static int ask_for_all(struct offload *offload, struct lightexit_loader *loader)
{
	int i;

	for (i = 0; i < DEVICE_COUNT; i++)
		if (devices[i]->region.filter && ask_for(offload, i, loader))
			return -1;
	offload->clock_fd = lightexit_loader_clock(loader);
	return offload->clock_fd < 0 ? -1 : 0;
}

int offload_ask(struct offload *offload, const char *socket)
{
	struct lightexit_loader *loader = NULL;
	int error;

	*offload = (struct offload){ 0 };
	error = lightexit_loader_connect(socket, &loader);
	if (!error)
		error = ask_for_all(offload, loader);
	if (error) {
		complain("%s", lightexit_last_error());
		*offload = (struct offload){ 0 };
	} else {
		offload->module_fd = lightexit_loader_module(loader);
		if (offload->module_fd < 0)
			offload->module_fd = complain("%s", lightexit_last_error());
	}
	lightexit_loader_close(loader);
	return error ? -1 : 0;
}

static void detach_all(void)
{
	int i;

	for (i = 0; i < DEVICE_COUNT; i++)
		lightexit_region_detach(devices[i]->on_bus);
}

static int attach(const struct offload *offload, int index, int vm_fd)
{
	struct lightexit_region *region = devices[index]->on_bus;

	if (offload->objects[index])
		return lightexit_region_attach_object(region, vm_fd, offload->objects[index]);
	if (offload->program_fds[index])
		return lightexit_region_attach(region, vm_fd, offload->program_fds[index]);
	return 0;
}

int offload_attach(const struct offload *offload, struct vm *vm)
{
	int i;

	if (offload->module_fd < 0)
		return -1;
	if (offload->module_fd && lightexit_bus_use_module(vm->bus, offload->module_fd))
		return complain("%s", lightexit_last_error());
	for (i = 0; i < DEVICE_COUNT; i++) {
		if (attach(offload, i, vm->fd)) {
			complain("%s", lightexit_last_error());
			detach_all();
			return -1;
		}
	}
	return 0;
}
