/* SPDX-License-Identifier: Apache-2.0 */
/* The list of system calls is an allow list: what is in none of its lines kills the process. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm.h"

#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##action)
#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define MASK(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)

#define ALLOW(call) IF_EQUAL(SYS_##call, 0, 1), RETURN(ALLOW)
/* With an argument of which these bits have this value. */
#define ALLOW_WHERE(call, argument, bits, value) \
	IF_EQUAL(SYS_##call, 0, 5), LOAD(args[argument]), MASK(bits), IF_EQUAL(value, 0, 1), \
	RETURN(ALLOW), RETURN(KILL_PROCESS)
#define FAIL(call, error) IF_EQUAL(SYS_##call, 0, 1), RETURN(ERRNO | (error))

#define TYPE_BITS 0xff00 /* of an ioctl's number */
#define TYPE(number) ((number) & TYPE_BITS)

static struct sock_filter filter[] = {
	LOAD(arch), IF_EQUAL(AUDIT_ARCH_X86_64, 1, 0), RETURN(KILL_PROCESS), LOAD(nr),
	/* While the guest runs. */
	IF_EQUAL(SYS_ioctl, 0, 7),
		LOAD(args[1]), IF_EQUAL(TCGETS, 3, 0), MASK(TYPE_BITS),
		IF_EQUAL(TYPE(KVM_RUN), 1, 0), IF_EQUAL(TYPE(LIGHTEXIT_COMMAND_ATTACH), 0, 1),
		RETURN(ALLOW), RETURN(KILL_PROCESS),
	ALLOW(futex), ALLOW(read), ALLOW(write), ALLOW(ppoll), ALLOW(rt_sigreturn),
	ALLOW(clock_gettime), ALLOW(sched_yield), ALLOW(membarrier), ALLOW(restart_syscall),
	ALLOW(tgkill), ALLOW(getpid), ALLOW(gettid),
	/* Memory: none that can be executed. */
	ALLOW_WHERE(mmap, 2, PROT_EXEC, 0), ALLOW_WHERE(mprotect, 2, PROT_EXEC, 0),
	ALLOW(munmap), ALLOW(mremap), ALLOW(madvise), ALLOW(brk), ALLOW(getrandom),
	/* Threads, and no processes. */
	ALLOW_WHERE(clone, 0, CLONE_THREAD, CLONE_THREAD), FAIL(clone3, ENOSYS),
	ALLOW(set_robust_list), ALLOW(rseq), ALLOW(rt_sigprocmask), ALLOW(rt_sigaction),
	ALLOW(exit), ALLOW(exit_group),
	/* The loader; files: KVM, the guest, snapshots, /proc/self/fdinfo. */
	ALLOW_WHERE(socket, 0, ~0u, AF_UNIX), ALLOW(setsockopt), ALLOW(connect), ALLOW(sendto),
	ALLOW(recvmsg), ALLOW(openat), ALLOW(close), ALLOW(fstat), ALLOW(newfstatat),
	ALLOW(lseek), ALLOW(fcntl), ALLOW(eventfd2), ALLOW(rename), ALLOW(unlink),
	RETURN(KILL_PROCESS),
};

static int drop_capabilities(void)
{
	struct __user_cap_header_struct this_thread = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &this_thread, none);
}

int sandbox_enter(void)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || drop_capabilities() ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return complain("this process cannot give up its rights: %s", strerror(errno));
	return 0;
}
