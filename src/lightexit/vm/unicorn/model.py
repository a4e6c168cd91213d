# SPDX-License-Identifier: Apache-2.0
"""Which CPU is emulated."""

from __future__ import annotations

from typing import Any

from unicorn import UC_ARCH_X86, x86_const
from unicorn.unicorn_py3.unicorn import Uc


def new_emulator(mode: int) -> Any:
    """An emulator of AMD's EPYC, without what Unicorn lacks.

    With Unicorn's own choice, an Intel Haswell, Linux changes CR3 twice in each system call
    against Meltdown, and each time Unicorn forgets all translated addresses.
    """
    uc: Any = Uc(UC_ARCH_X86, mode)
    uc.ctl_set_cpu_model(x86_const.UC_CPU_X86_EPYC)
    return uc
