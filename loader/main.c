/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lightexit-loader: loads filters into the kernel for processes that may not call bpf(2), and hands
 * their descriptors over.
 *
 *	main.c		the command line
 *	socket.c	the socket, systemd's or its own
 *	rights.c	gives up all rights but CAP_BPF
 *	serve.c		connections and their requests
 *	processes.c	who has been given how much
 *	file.c		an object's file: root's, and below the folder
 *	objects.c	what is loaded, and the answer
 */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loader.h"

#define OBJECTS "/usr/lib/lightexit/filters"

static const char usage[] =
	"Usage: lightexit-loader [OPTION]...\n"
	"  --socket PATH   where it listens (" LIGHTEXIT_LOADER_SOCKET ");\n"
	"                  not for a socket that systemd hands over\n"
	"  --group NAME    whose members may connect, if it makes the socket (lightexit)\n"
	"  --objects DIR   where NAME.bpf.o are: root's, and for nobody else to write\n"
	"                  (" OBJECTS ")\n"
	"  --user NAME     becomes this user; CAP_BPF is kept\n"
	"It needs CAP_BPF and keeps no other capability.\n";

struct options {
	const char *socket, *group, *objects, *user;
};

int complain(const char *format, ...)
{
	va_list arguments;

	fputs("lightexit-loader: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return -1;
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case 's':
		options->socket = optarg;
		break;
	case 'g':
		options->group = optarg;
		break;
	case 'o':
		options->objects = optarg;
		break;
	case 'u':
		options->user = optarg;
		break;
	default:
		fputs(usage, stdout);
		exit(0);
	}
}

static int parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "group", required_argument, NULL, 'g' },
		{ "objects", required_argument, NULL, 'o' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		if (option == ':')
			return complain("%s: its value is missing", argv[optind - 1]);
		if (option == '?')
			return complain("%s: no such option: see --help", argv[optind - 1]);
		take_option(options, option);
	}
	if (optind < argc)
		return complain("%s: no such argument: see --help", argv[optind]);
	return 0;
}

/* A descriptor for each connection, and one for each process. */
static void raise_limit_of_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct options options = { .objects = OBJECTS };
	int listening, folder;

	if (parse(argc, argv, &options))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	raise_limit_of_descriptors();
	folder = open_folder(options.objects);
	if (folder < 0)
		return 1;
	listening = listening_socket(options.socket, options.group);
	if (listening < 0 || drop_rights(options.user))
		return 1;
	return serve(listening, folder);
}
