# SPDX-License-Identifier: Apache-2.0
"""Programs made to cost a verifier much: long, deep, wide, or alike in all but one place.

Each function takes a size, roughly in instructions, and returns assembler text. Whatever it says,
the answer must come within a few seconds and some hundred MiB: see `docs/verifier.md`.
"""

from __future__ import annotations

from collections.abc import Callable

HEAD = "r6 = r1\nr2 = *(u64 *)(r6 + 8)\nr3 = *(u64 *)(r6 + 0)\n"
END = "r0 = 0\nexit\n"


def straight(size: int) -> str:
    """No branch at all."""
    body = "".join(f"r2 += r3\nr3 ^= {n}\n" for n in range(size // 2))
    return HEAD + body + END


def branches(size: int) -> str:
    """Branches on one number, that all meet at once."""
    return HEAD + "".join(f"if r2 == {n} goto +0\n" for n in range(size)) + END


def ladder(size: int) -> str:
    """Each step doubles the paths, and each path has another number in the end."""
    steps = "".join(f"if r2 & {1 << n % 31} goto +1\nr3 += {n}\n" for n in range(size // 2))
    return HEAD + steps + "*(u64 *)(r6 + 8) = r3\n" + END


def exits(size: int) -> str:
    """Many ways to one end, with another register written on each."""
    steps = "".join(
        f"if r2 == {n} goto out\nr{4 + n % 2} = {n}\n" for n in range(min(size, 30_000) // 2)
    )
    return HEAD + steps + "out: " + END


def copies(size: int) -> str:
    """512 copies of one byte on the stack, and branches that teach something about all of them."""
    spill = "".join(f"*(u8 *)(r10 - {n}) = r4\n" for n in range(1, 513))
    teach = "".join(f"if r4 == {n % 250} goto +0\n" for n in range(max(size - 600, 1)))
    read = "r5 = *(u8 *)(r10 - 512)\nif r5 == 7 goto +0\n"
    return HEAD + "r4 = *(u8 *)(r6 + 8)\n" + spill + teach + read + END


def frames(size: int) -> str:
    """Eight functions deep, all the stack full of copies, and a ladder at the bottom."""
    text = [HEAD, "r1 = r2\n"]
    for depth in range(8):
        text += [f"*(u64 *)(r10 - {8 * k}) = r1\n" for k in range(1, 9)]
        text += [f"if r1 == {n} goto +0\n" for n in range(20)]
        if depth < 7:
            text += [f"call f{depth + 1}\n", f"r1 = *(u64 *)(r10 - {8 * 3})\n"]
        else:
            text += [f"if r1 & {1 << n % 31} goto +1\nr1 += {n}\n" for n in range(size // 2)]
        text += [END]
        if depth < 7:
            text += [f"f{depth + 1}: "]
    return "".join(text)


def too_deep(size: int) -> str:
    """Frames that do not fit the stack together: 64 copies in each of eight."""
    per_frame = min(max(size // 16, 8), 64)
    text = [HEAD, "r1 = r2\n"]
    for depth in range(8):
        text += [f"*(u64 *)(r10 - {8 * k}) = r1\n" for k in range(1, per_frame + 1)]
        text += [f"if r1 == {n} goto +0\n" for n in range(64)]
        text += [f"call f{depth + 1}\n{END}f{depth + 1}: "] if depth < 7 else [END]
    return "".join(text)


def calls(size: int) -> str:
    """Every function calls the next one many times."""
    each = max(size // 8, 2)
    text = [HEAD]
    for depth in range(8):
        body = (
            "".join(f"r1 = {n}\ncall f{depth + 1}\n" for n in range(each // 2)) if depth < 7 else ""
        )
        text += [body, END, f"f{depth + 1}: " if depth < 7 else ""]
    return "".join(text)


def nested(size: int) -> str:
    """Loops within loops, as deep as registers and stack go."""
    depth = min(size // 8, 40)
    text = [HEAD]
    for n in range(depth):
        text += [f"*(u64 *)(r10 - {8 * (n + 1)}) = 0\nloop{n}:\n"]
    text += ["r2 += r3\n"]
    for n in reversed(range(depth)):
        at = 8 * (n + 1)
        text += [f"r4 = *(u64 *)(r10 - {at})\nr4 += 1\n*(u64 *)(r10 - {at}) = r4\n"]
        text += [f"if r4 < 4 goto loop{n}\n"]
    return "".join(text) + END


def loops(size: int) -> str:
    """One loop after the other."""
    body = "".join(
        f"r4 = 0\nloop{n}: r4 += 1\nif r4 < 1000 goto loop{n}\n" for n in range(size // 3)
    )
    return HEAD + body + END


def back(size: int) -> str:
    """Jumps back and forth, each round needing another byte of the stack."""
    fill = "".join(f"*(u8 *)(r10 - {n}) = 0\n" for n in range(1, 513))
    count = min(size // 4, 7000)
    heads = "".join(
        f"head{n}: r4 = *(u8 *)(r10 - {n % 512 + 1})\nif r4 == {n % 256} goto +1\nr4 = 0\n"
        for n in range(count)
    )
    tails = "".join(f"if r2 == {n} goto head{n}\n" for n in range(count))
    return HEAD + fill + heads + tails + END


def counted(size: int) -> str:
    """A loop of many rounds with a branch inside, that counts."""
    return f"""{HEAD}r4 = 0
        r5 = 0
        loop: r3 = *(u64 *)(r6 + 8)
        if r3 & 1 goto odd
        r5 += 1
        odd: r4 += 1
        if r4 < {size} goto loop
        *(u64 *)(r6 + 8) = r5
        {END}"""


def halving(size: int) -> str:
    """A loop that ends for a reason nobody guesses."""
    body = "".join(f"*(u64 *)(r10 - {8 * n}) = r2\n" for n in range(1, min(size, 64)))
    return f"""{HEAD}{body}if r2 == 0 goto done
        loop: r3 = r2
        r3 += -1
        r2 &= r3
        if r2 != 0 goto loop
        done: {END}"""


def products(size: int) -> str:
    """Multiplications of numbers of which little is known."""
    step = "r2 |= 1\nr3 *= r2\nr2 ^= r3\nr3 >>= 1\n"
    return HEAD + step * (size // 4) + END


def look_ups(size: int) -> str:
    """Pointers that may be null, met on many paths. Needs `Limits.helpers`."""
    look_up = "r2 = r10\nr2 += -8\nr1 = map_by_idx(0)\ncall 1\n"
    steps = "".join(
        f"{look_up}r1 = *(u64 *)(r6 + 0)\nif r1 & {1 << n % 31} goto +1\nr{7 + n % 3} = r0\n"
        for n in range(size // 7)
    )
    return f".map state 80\nr6 = r1\nr7 = 0\nr8 = 0\nr9 = 0\n*(u64 *)(r10 - 8) = 0\n{steps}{END}"


WORST: dict[str, Callable[[int], str]] = {
    each.__name__: each
    for each in (
        straight,
        branches,
        ladder,
        exits,
        copies,
        frames,
        too_deep,
        calls,
        nested,
        loops,
        back,
        counted,
        halving,
        products,
        look_ups,
    )
}
