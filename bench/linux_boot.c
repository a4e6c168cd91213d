/* SPDX-License-Identifier: Apache-2.0 */
/* The only program of a Linux guest: reads the clock CALLS times, between two lines, and powers off. */
#include <stdio.h>
#include <sys/reboot.h>
#include <time.h>

int main(void)
{
	struct timespec now;
	int call;

	puts("clock: begin");
	fflush(stdout);
	for (call = 0; call < CALLS; call++)
		clock_gettime(CLOCK_MONOTONIC, &now);
	puts("clock: end");
	fflush(stdout);
	return reboot(RB_POWER_OFF);
}
