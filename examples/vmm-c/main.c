/* SPDX-License-Identifier: Apache-2.0 */
/* A small VMM on /dev/kvm whose devices' fast paths are filters. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "offload.h"
#include "sandbox.h"
#include "snapshot.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000
#define USUAL_NS (100 * NS_PER_MS) /* before a snapshot, where nothing is said */

static const char usage[] =
	"Usage: vmm [OPTION]... GUEST\n"
	"       vmm [OPTION]... --restore FILE\n"
	"  --engine native|in-kernel  where filters run (native)\n"
	"  --objects DIR              where NAME.bpf.o are, for in-kernel (build/filters)\n"
	"  --loader SOCKET            in-kernel without rights, by lightexit-loader\n"
	"  --no-filters               the models answer all\n"
	"  --cpus N                   how many vCPUs (1)\n"
	"  --snapshot FILE            saves the VM and ends, after --after MS of VM time (100)\n"
	"  --restore FILE             goes on with a saved VM\n"
	"  --counts                   says at the end who answered how many accesses\n"
	"Standard input and output are the guest's serial port. Exit status: 0, 1 for an error,\n"
	"2 where the guest says that it has failed.\n";

struct options {
	const char *guest, *snapshot, *restore, *objects, *loader;
	uint64_t after_ns;
	uint32_t cpus;
	bool in_kernel, no_filters, counts;
};

/* ---- the command line ------------------------------------------------------------------ */

static int number(const char *name, const char *text, uint32_t most, uint32_t *value)
{
	char *end;
	unsigned long found = strtoul(text, &end, 10);

	if (*end || end == text || !found || found > most)
		return complain("--%s %s: a number from 1 to %u is wanted", name, text, most);
	*value = (uint32_t)found;
	return 0;
}

static int take_engine(struct options *options, const char *name)
{
	options->in_kernel = !strcmp(name, "in-kernel");
	if (options->in_kernel || !strcmp(name, "native"))
		return 0;
	return complain("--engine %s: native or in-kernel is wanted", name);
}

static int take_option(struct options *options, int option)
{
	uint32_t ms;

	switch (option) {
	case 'e':
		return take_engine(options, optarg);
	case 'o':
		options->objects = optarg;
		return 0;
	case 'l':
		options->loader = optarg;
		options->in_kernel = true;
		return 0;
	case 'f':
		options->no_filters = true;
		return 0;
	case 'c':
		return number("cpus", optarg, MOST_VCPUS, &options->cpus);
	case 's':
		options->snapshot = optarg;
		return 0;
	case 'a':
		if (number("after", optarg, 3600000, &ms))
			return -1;
		options->after_ns = (uint64_t)ms * NS_PER_MS;
		return 0;
	case 'r':
		options->restore = optarg;
		return 0;
	default:
		options->counts = true;
		return 0;
	}
}

static int check_options(const struct options *options)
{
	if (!options->guest == !options->restore)
		return complain("a guest's image is wanted, or --restore FILE: see vmm --help");
	if (options->restore && options->cpus)
		return complain("--cpus with --restore: the snapshot has as many as it has");
	if (options->after_ns && !options->snapshot)
		return complain("--after without --snapshot FILE: there is nothing to save");
	if (options->in_kernel && options->no_filters)
		return complain("--no-filters with --engine in-kernel or --loader: there is "
				"nothing to run");
	return 0;
}

static int parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "engine", required_argument, NULL, 'e' },
		{ "objects", required_argument, NULL, 'o' },
		{ "loader", required_argument, NULL, 'l' },
		{ "no-filters", no_argument, NULL, 'f' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "snapshot", required_argument, NULL, 's' },
		{ "after", required_argument, NULL, 'a' },
		{ "restore", required_argument, NULL, 'r' },
		{ "counts", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			exit(0);
		}
		if (option == ':')
			return complain("%s: its value is missing", argv[optind - 1]);
		if (option == '?')
			return complain("%s: no such option: see vmm --help", argv[optind - 1]);
		if (take_option(options, option))
			return -1;
	}
	if (optind < argc)
		options->guest = argv[optind++];
	if (optind < argc)
		return complain("%s: one guest is enough", argv[optind]);
	return check_options(options);
}

/* ---- the main loop: time, input, the doorbell's consumer -------------------------------- */

/* One character for the UART; false at the end of the input. */
static bool feed(void)
{
	uint8_t byte;

	if (read(STDIN_FILENO, &byte, 1) != 1)
		return false;
	uart_receive(byte);
	return true;
}

static void wait_for(struct pollfd *fds, nfds_t count, uint64_t ns)
{
	struct timespec time = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	if (ppoll(fds, count, ns == NEVER ? NULL : &time, NULL) < 0)
		fds[0].revents = fds[1].revents = fds[2].revents = 0;
}

/* Until the guest ends, or VM time is `until_ns`. */
static void serve(struct vm *vm, int doorbell_fd, uint64_t until_ns)
{
	struct pollfd fds[] = {
		{ .fd = vm->wakeup_fd, .events = POLLIN },
		{ .fd = doorbell_fd, .events = POLLIN },
		{ .fd = STDIN_FILENO },
	};
	uint64_t wakeup, now;
	eventfd_t signals;

	while (vm_status(vm) < 0) {
		eventfd_read(vm->wakeup_fd, &signals);
		wakeup = devices_advance();
		now = vm_now(vm);
		if (now >= until_ns)
			return;
		if (until_ns < wakeup)
			wakeup = until_ns;
		fds[2].events = uart_has_room() ? POLLIN : 0;
		wait_for(fds, fds[2].events ? 3 : 2,
			 wakeup == NEVER ? NEVER : wakeup > now ? wakeup - now : 0);
		if (fds[1].revents)
			doorbell_serve();
		if (fds[2].events && fds[2].revents && !feed())
			fds[2].fd = -1;
	}
}

/* ---- a run ------------------------------------------------------------------------------ */

/* One that can be carried on without is no error. */
static void prepare_engine(const struct options *options, struct offload *offload)
{
	int error = 0;

	*offload = (struct offload){ 0 };
	if (options->loader)
		error = offload_ask(offload, options->loader);
	else if (options->in_kernel)
		error = offload_load(offload, options->objects);
	if (error)
		complain("the native engine runs the filters");
}

static int build(struct vm *vm, const struct options *options, const struct offload *offload)
{
	struct lightexit_bus_options bus = {
		.struct_size = sizeof(bus),
		.vcpus = MOST_VCPUS,
		.clock_map_fd = offload->clock_fd,
	};
	struct snapshot *snapshot = NULL;
	uint32_t cpus = options->cpus ? options->cpus : 1;

	if (options->restore && snapshot_open(options->restore, &snapshot, &cpus))
		return -1;
	if (vm_create(vm))
		return -1;
	if (lightexit_bus_create(&bus, &vm->bus))
		return complain("%s", lightexit_last_error());
	if (devices_add(vm, offload->map_fds, !options->no_filters) || vm_add_vcpus(vm, cpus))
		return -1;
	return snapshot ? snapshot_restore(vm, snapshot) : vm_load(vm, options->guest);
}

static int finish(struct vm *vm, const struct options *options)
{
	int status;

	vm_pause(vm);
	lightexit_clock_pause(vm->bus);
	status = vm_status(vm);
	if (status < 0)
		status = snapshot_save(vm, options->snapshot) ? 1 : 0;
	else if (options->snapshot && !status)
		complain("the guest has ended before its snapshot was due: there is none");
	if (options->counts)
		devices_print_counts();
	vm_quit(vm);
	lightexit_bus_destroy(vm->bus);
	return status;
}

/* VM time that ends the run. */
static uint64_t end_of_run(const struct vm *vm, const struct options *options)
{
	if (!options->snapshot)
		return NEVER;
	return vm_now(vm) + (options->after_ns ? options->after_ns : USUAL_NS);
}

static int run(const struct options *options)
{
	int doorbell_fd = doorbell_open();
	struct offload offload;
	struct vm vm;

	if (options->loader && sandbox_enter())
		return 1;
	prepare_engine(options, &offload);
	if (build(&vm, options, &offload))
		return 1;
	if (offload.clock_fd && offload_attach(&offload, &vm))
		complain("the native engine runs the filters");
	if (vm_start(&vm))
		return 1;
	lightexit_clock_resume(vm.bus);
	vm_resume(&vm);
	serve(&vm, doorbell_fd, end_of_run(&vm, options));
	return finish(&vm, options);
}

int main(int argc, char **argv)
{
	struct options options = { .objects = "build/filters" };

	return parse(argc, argv, &options) ? 1 : run(&options);
}
