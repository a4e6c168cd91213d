; SPDX-License-Identifier: Apache-2.0
; Limits(helpers={1}). r7 and r6 are two lookups' results. Where the paths meet,
; either r9 is r6 (one null symbol) or r9 is r7 (another). The path that is explored
; first has r9 == r6; its finished state is taken to cover the other one.
.map m 32
    r8 = r1
    *(u64 *)(r10 - 8) = 0
    r2 = r10
    r2 += -8
    r1 = map_by_idx(0)
    call 1
    r9 = r0
    r2 = r10
    r2 += -8
    r1 = map_by_idx(0)
    call 1
    r6 = r0
    r8 = *(u32 *)(r8 + 24)
    if r8 > 7 goto meet
    r9 = r6
meet:
    if r9 == 0 goto out
    r0 = *(u64 *)(r6 + 16)
out:
    r0 = 0
    exit
