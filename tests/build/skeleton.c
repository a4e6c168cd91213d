// SPDX-License-Identifier: Apache-2.0
/* A program in C with a filter's object in it, by the skeleton that bpftool makes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "types.h"

#include "notify.skel.h"

static int ring(int program, uint64_t number)
{
	struct lightexit_io_context context = {
		.offset = 0x50, .data = number, .size = 2, .is_write = 1, .abi_version = 1,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &context, .ctx_size_in = sizeof(context));

	if (bpf_prog_test_run_opts(program, &run))
		return -1;
	printf("verdict %u, doorbells %#x\n", run.retval, context.doorbells);
	return 0;
}

int main(void)
{
	struct notify_bpf *filter = notify_bpf__open();
	struct lightexit_doorbell_state *state;
	int program, failed = 1;

	if (!filter)
		return 1;
	/* The defaults are those of the source; what is set now is there when it is loaded. */
	printf("asleep %d, ready %d\n", filter->data_device->device.state.queues[3].asleep,
	       filter->data_device->device.state.ready);
	filter->data_device->device.state.ready = 1;
	if (!notify_bpf__load(filter)) {
		state = &filter->data_device->device.state;
		program = bpf_program__fd(filter->progs.notify);
		failed = ring(program, 3) || ring(program, 3) || ring(program, 8);
		printf("asleep %d, rings %u\n", state->queues[3].asleep, state->queues[3].rings);
		state->queues[3].asleep = 1; /* seen by the program: the map is mapped */
		failed = failed || ring(program, 3);
	}
	notify_bpf__destroy(filter);
	return failed;
}
