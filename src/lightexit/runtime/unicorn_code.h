/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Which memory holds code that Unicorn has translated.
 *
 * Unicorn has a page's first store look for such code, and later ones as well, but only where the
 * TLB has the page as executable at the address that is stored to, or where a hook for memory covers
 * it. So a hook, which is never called, has to cover all code: else stores would leave a stale
 * translation, by another address of it, or before the TLB has seen a fetch by this one.
 */
#ifndef LIGHTEXIT_UNICORN_CODE_H
#define LIGHTEXIT_UNICORN_CODE_H

#include "unicorn_memory.h"

#define HOOK_FETCH_PROT (1 << 9)
#define FLUSH_TLB 0x4000000b
#define REMOVE_CODE 0x48000009

#define LARGEST_FRAME 48ull

#define TOP (1ull << 32)

struct translated {
	u64 address; /* linear */
	u16 instructions;
	u16 size;
};

/* Stores to this block look for code from now on, whatever addresses have been used for it. */
RARE void watch_block(void *engine, const delivery *to, u64 block)
{
	hook_function *hook = POINTER(hook_function, to->hook_add);
	control_function *control = POINTER(control_function, to->control);
	u64 handle, start = block * LIGHTEXIT_CODE_BLOCK;

	POINTER(u8, to->blocks)[block] = 1;
	hook(engine, &handle, HOOK_FETCH_PROT, POINTER(void, to->refuse), (void *)0,
	     start, start + LIGHTEXIT_CODE_BLOCK - 1);
	control(engine, FLUSH_TLB);
}

PART void note_page(void *engine, const delivery *to, const saved_cpu *cpu, u64 linear)
{
	u64 physical;

	if (!translate(to, cpu, linear, &physical) || physical >= TOP)
		return;
	POINTER(u8, to->code)[physical / PAGE] = 1;
	if (!POINTER(u8, to->blocks)[physical / LIGHTEXIT_CODE_BLOCK])
		watch_block(engine, to, physical / LIGHTEXIT_CODE_BLOCK);
}

PART void note_code(void *engine, const delivery *to, const saved_cpu *cpu,
		    const struct translated *code)
{
	u64 last = code->address + code->size - 1;

	note_page(engine, to, cpu, code->address);
	if (code->address / PAGE != last / PAGE)
		note_page(engine, to, cpu, last);
}

/* Forgets code where the latest frame has been pushed. */
PART void forget_code(void *engine, const delivery *to, const saved_cpu *cpu)
{
	u64 physical;

	if (translate(to, cpu, to->frame, &physical) && physical < TOP &&
	    POINTER(u8, to->code)[physical / PAGE])
		POINTER(control_function, to->control)(engine, REMOVE_CODE, to->frame,
						       to->frame + LARGEST_FRAME);
}

#endif /* LIGHTEXIT_UNICORN_CODE_H */
