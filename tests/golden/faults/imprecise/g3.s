; SPDX-License-Identifier: Apache-2.0
; a pointer that is made and not used, paths meet before: safe, to be accepted
.map state 80
r2 = *(u64 *)(r1 + 0)
r3 = *(u64 *)(r1 + 16)
r2 &= 63
if r3 > 5 goto m
r2 &= 31
m:
r8 = map_value(0) + 16
r8 += r2
r0 = 0
exit
