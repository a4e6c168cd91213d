/* SPDX-License-Identifier: Apache-2.0 */
/* --loader: what this process gives up before it connects to lightexit-loader. */
#ifndef SANDBOX_H
#define SANDBOX_H

/*
 * No privileges by execve(2), no capabilities, and a seccomp filter that kills the process for any
 * system call that this VMM does not make: bpf(2) is one of them. Returns 0; or -1, and has said
 * why.
 */
int sandbox_enter(void);

#endif /* SANDBOX_H */
