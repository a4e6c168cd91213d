; SPDX-License-Identifier: Apache-2.0
; a bounded number stored through a copy of r10, paths meet before the store: safe, to be accepted
.map state 80
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r1 + 16)
r2 &= 63
if r3 > 5 goto m
r2 &= 31
m:
r4 = r10
r4 += -8
*(u64 *)(r4 + 0) = r2
r5 = *(u64 *)(r10 - 8)
r8 = map_value(0) + 16
r8 += r5
r0 = *(u8 *)(r8 + 0)
r0 = 0
exit
