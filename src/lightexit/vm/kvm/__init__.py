# SPDX-License-Identifier: Apache-2.0
"""Guests on the host's own CPUs, through Linux's /dev/kvm.

From below: `structs` (the kernel's layouts), `ioctl` (requests and errors), `system`, `vm` and
`vcpu` (the three kinds of file descriptor), `cpuid` (what a CPU says that it is), `interrupts` and
`doorbell` (what KVM does without us), `exits` (what made KVM_RUN return), `loop` (the run loops),
`cpu` and `backend` (what a machine sees); `attach` (lightexit's own module) and `offload` (whole
regions by it). Importing any of it needs no Linux; opening /dev/kvm does.
"""
