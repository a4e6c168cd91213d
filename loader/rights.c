/* SPDX-License-Identifier: Apache-2.0 */
/* All rights are given up but CAP_BPF: with CAP_PERFMON, Linux would not mask indices. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader.h"

static const struct __user_cap_header_struct this_thread = { _LINUX_CAPABILITY_VERSION_3, 0 };

/* The bounding set; where CAP_SETPCAP is missing, whoever started this has seen to it. */
static void drop_bounds(void)
{
	int capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
		if (capability != CAP_BPF)
			prctl(PR_CAPBSET_DROP, capability);
}

static int become(const char *name)
{
	const struct passwd *user = getpwnam(name);

	if (!user)
		return complain("there is no user %s", name);
	if (prctl(PR_SET_KEEPCAPS, 1) || initgroups(name, user->pw_gid) ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		return complain("this process cannot become %s: %s", name, strerror(errno));
	return 0;
}

static int keep_only_bpf(void)
{
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int half = CAP_TO_INDEX(CAP_BPF);

	sets[half].effective = sets[half].permitted = CAP_TO_MASK(CAP_BPF);
	if (syscall(SYS_capset, &this_thread, sets))
		return complain("CAP_BPF is needed: start it as root, or with "
				"AmbientCapabilities=CAP_BPF");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return 0;
}

int drop_rights(const char *user)
{
	drop_bounds();
	if ((user && become(user)) || keep_only_bpf())
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0))
		return complain("rights cannot be given up: %s", strerror(errno));
	return 0;
}
