// SPDX-License-Identifier: Apache-2.0
/*
 * The only process of a stock kernel that runs as the rig's guest: says at the debug port what
 * its clock is and, at moments that the host sees too, what that shows; polls it in between; and
 * ends the run.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEBUG_PORT 0x402
#define EXIT_PORT 0xf4
#define STAMPS 16
#define SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

typedef unsigned long long u64;

static void say(const char *format, ...)
{
	char text[128], *at;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (at = text; *at; at++)
		outb(*at, DEBUG_PORT);
}

static u64 now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/* The first character is the moment that the time belongs to. */
static void stamp(void)
{
	u64 time = now(CLOCK_MONOTONIC);

	outb('@', DEBUG_PORT);
	say("%llu\n", time);
}

static void stamps(void)
{
	int i;

	for (i = 0; i < STAMPS; i++)
		stamp();
}

static void say_source(void)
{
	char name[64] = "unknown\n";
	int file;

	mkdir("/sys", 0755);
	mount("none", "/sys", "sysfs", 0, NULL);
	file = open(SOURCE, O_RDONLY);
	if (file >= 0 && read(file, name, sizeof(name) - 1) < 0)
		exit(1);
	say("clocksource %s", name);
}

static void poll(u64 duration)
{
	u64 begun = now(CLOCK_MONOTONIC), time = begun, before;
	unsigned long reads = 0, backwards = 0;

	outb('#', DEBUG_PORT);
	do {
		before = time;
		time = now(CLOCK_MONOTONIC);
		backwards += time < before;
		reads++;
	} while (time - begun < duration);
	outb('#', DEBUG_PORT);
	say("reads %lu\nbackwards %lu\n", reads, backwards);
}

/* The kernel hands words of its command line that it does not know, SECONDS=10, to its first
 * process as its environment.
 */
int main(void)
{
	const char *seconds = getenv("SECONDS");

	if (iopl(3))
		return 1;
	outb('#', DEBUG_PORT);
	say_source();
	say("date %llu\n", now(CLOCK_REALTIME));
	stamps();
	poll((seconds ? atoi(seconds) : 1) * 1000000000ull);
	stamps();
	outb(0, EXIT_PORT);
	return 0;
}
