/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Errors: a sentence for each code, and what it was the last time. */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

static const char *const texts[] = {
	[-LIGHTEXIT_OK] = "no error",
	[-LIGHTEXIT_ERROR_ARGUMENT] = "an argument has a value that the function does not take",
	[-LIGHTEXIT_ERROR_MEMORY] = "there is no memory left",
	[-LIGHTEXIT_ERROR_ABI] = "the filter was built for another version of lightexit's contract",
	[-LIGHTEXIT_ERROR_STATE] = "the states are not those that the filter was built for",
	[-LIGHTEXIT_ERROR_OVERLAP] = "another region has some of these addresses",
	[-LIGHTEXIT_ERROR_IN_USE] = "it is still in use",
	[-LIGHTEXIT_ERROR_SAVED] = "the saved bytes are damaged, or not those of a state",
	[-LIGHTEXIT_ERROR_LAYOUT] = "the saved bytes are of another layout",
	[-LIGHTEXIT_ERROR_MAP] = "that is no BPF map, or sealed memfd, that can be the memory of it",
	[-LIGHTEXIT_ERROR_NO_MODULE] = "lightexit's kernel module is not loaded",
	[-LIGHTEXIT_ERROR_RIGHTS] = "the kernel does not let this process do it",
	[-LIGHTEXIT_ERROR_MODULE] = "the kernel does not take it",
	[-LIGHTEXIT_ERROR_PROGRAM] = "that is no BPF program, or not the region's filter",
	[-LIGHTEXIT_ERROR_CLOCK] = "VM time is running, or is of a kind that the kernel cannot read",
	[-LIGHTEXIT_ERROR_NO_LOADER] = "lightexit-loader is not there, or does not answer",
	[-LIGHTEXIT_ERROR_LOADER] = "lightexit-loader refuses it, or does not make sense",
};

static _Thread_local char last[512] = "no error";

PUBLIC const char *lightexit_error_text(int error)
{
	if (error > 0 || error <= -(int)COUNT_OF(texts))
		return "that is no error code of lightexit";
	return texts[-error];
}

PUBLIC const char *lightexit_last_error(void)
{
	return last;
}

PUBLIC const char *lightexit_version(void)
{
	return LIBLIGHTEXIT_VERSION;
}

int failed(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(last, sizeof(last), format, arguments);
	va_end(arguments);
	return error;
}

int out_of_memory(void)
{
	return failed(LIGHTEXIT_ERROR_MEMORY, "%s", lightexit_error_text(LIGHTEXIT_ERROR_MEMORY));
}
