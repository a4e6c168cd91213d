/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What filters ask for: eventfds are signalled here, all else is the window's own function. */
#ifndef LIGHTEXIT_ACTIONS_H
#define LIGHTEXIT_ACTIONS_H

#include "runtime.h"

/* Writes 1 to an eventfd; returns whether the write succeeded. */
PART bool signal_one(const struct lightexit_window *window, int number)
{
	write_file_function *write = POINTER(write_file_function, window->write_file);
	u64 one = 1;

	return write(window->eventfds[number], &one, sizeof(one)) == sizeof(one);
}

/*
 * Signals eventfds, if no other action is requested; returns whether all is done. If a write fails,
 * the eventfds not signalled yet are left to Python, which decides whether that is an error.
 */
PART bool signal_all(const struct lightexit_window *window, struct lightexit_io_context *context)
{
	u32 lines = context->raised_lines | context->lowered_lines | context->pulsed_lines;

	if (lines | context->requests | (context->doorbells & ~window->native_doorbells))
		return false;
	for (; context->doorbells; context->doorbells &= context->doorbells - 1)
		if (!signal_one(window, __builtin_ctz(context->doorbells)))
			return false;
	return true;
}

/* Eventfds are written here, all other actions are carried out by Python. */
RARE void carry_out(const struct lightexit_window *window, struct lightexit_io_context *context)
{
	if (!signal_all(window, context))
		POINTER(act_function, window->act)(POINTER(void, window->host), context);
}

PART void act(const struct lightexit_window *window, struct lightexit_io_context *context)
{
	if (context->doorbells | context->raised_lines | context->lowered_lines |
	    context->pulsed_lines | context->requests)
		carry_out(window, context);
}

#endif /* LIGHTEXIT_ACTIONS_H */
