/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The locks of states, as models and their hosts take them: they wait, filters never do. */
#ifndef LIGHTEXIT_LOCKS_H
#define LIGHTEXIT_LOCKS_H

#include "runtime.h"

/* Takes all locks, spinning; every 4,096 rounds relax() lets other threads run. */
ENTRY void lock(lightexit_headers headers, u64 count, notify_function *relax)
{
	u64 i, round;

	for (i = 0; i < count; i++)
		for (round = 1; !lightexit_try_lock_one(headers[i]); round++)
			if (round % 4096 == 0)
				relax();
}

ENTRY void unlock(lightexit_headers headers, u64 count)
{
	lightexit_unlock(headers, count);
}

PART lightexit_headers locks_of(const struct lightexit_window *window)
{
	return (lightexit_headers)window->locks;
}

#endif /* LIGHTEXIT_LOCKS_H */
