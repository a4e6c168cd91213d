/* SPDX-License-Identifier: Apache-2.0 */
/* Without a right to bpf(2): gets a map of the loader, and a refusal of what it does not have. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <liblightexit.h>

static int failed(const char *what)
{
	printf("%s: %s\n", what, lightexit_last_error());
	return 1;
}

int main(void)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
				      .value_size = 8, .max_entries = 1 };
	struct lightexit_loader *loader;
	struct lightexit_object *object;

	if (syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)) >= 0) {
		printf("this process may call bpf(2)\n");
		return 1;
	}
	if (lightexit_loader_connect(NULL, &loader))
		return failed("not connected");
	if (lightexit_loader_clock(loader) < 0)
		return failed("no map");
	if (!lightexit_loader_load(loader, "absent", &object))
		return failed("an object that is not there");
	printf("a map is here; %s\n", lightexit_last_error());
	lightexit_loader_close(loader);
	return 0;
}
