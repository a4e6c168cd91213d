; SPDX-License-Identifier: Apache-2.0
; fetch_add on a known stack slot gives the known number: safe, to be accepted
.map state 80
*(u64 *)(r10 - 8) = 5
r2 = 1
r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)
r8 = map_value(0) + 16
r8 += r2
r0 = *(u8 *)(r8 + 0)
r0 = 0
exit
