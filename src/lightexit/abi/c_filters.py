# SPDX-License-Identifier: Apache-2.0
"""What filters in C are declared with: a part of the C header, for clang's BPF target only."""

from __future__ import annotations

MACROS = """#ifdef __bpf__

/*
 * A filter, the host calls it for an access:
 *
 *	LIGHTEXIT_FILTER(read_counter, context)
 *	{
 *		return LIGHTEXIT_VERDICT_PASS;
 *	}
 */
#define LIGHTEXIT_FILTER(name, context)                                        \\
	__attribute__((section("syscall"), used)) __u64 name(                  \\
		struct lightexit_io_context *context __attribute__((unused)))

/*
 * A state that filters share with the device model; its fields are name.state.FIELD. It is alone
 * in its section, of which libbpf makes a map.
 */
#define LIGHTEXIT_STATE(type, name)                                            \\
	struct {                                                               \\
		struct lightexit_state_header header;                          \\
		type state;                                                    \\
	} name __attribute__((section(".data." #name), used))

/* For libbpf. The kernel module accepts no GPL-compatible license. */
#define LIGHTEXIT_LICENSE(text)                                                \\
	char lightexit_license[] __attribute__((section("license"), used)) = text

/* A function that filters call: static inline, and expanded where it is called. */
#define LIGHTEXIT_INLINE static inline __attribute__((always_inline))

/*
 * All accesses to memory before it come before all after it, as by smp_mb(). BPF has no fence: an
 * atomic operation that fetches orders them, here on a word of the filter's own stack.
 */
LIGHTEXIT_INLINE void lightexit_full_barrier(void)
{
	volatile __u64 word = 0;

	__sync_lock_test_and_set(&word, 0);
}

#endif /* __bpf__ */
"""
