# SPDX-License-Identifier: Apache-2.0
"""The guest of a command line: a firmware, or a kernel with its command line and modules."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lightexit.errors import AuthorError
from lightexit.files import read_file

if TYPE_CHECKING:
    from lightexit.vm.irqchip import Irqchip
    from lightexit.vm.pc import PcConfig

FIRMWARE_MIB, KERNEL_MIB = 16, 256
SEABIOS_ENDS = "No bootable device"


@dataclass(frozen=True)
class GuestOptions:
    """The options as they were given."""

    firmware: Path | None
    kernel: Path | None
    initrd: tuple[Path, ...]
    append: str
    memory_mib: int | None
    cpus: int = 1
    irqchip: Irqchip | None = None


@dataclass(frozen=True)
class Guest:
    """What to boot, its file, and the output that ends it (b"" for none)."""

    config: PcConfig
    file: Path
    memory_mib: int
    ends_with: str = ""


def read_guest(options: GuestOptions) -> Guest:
    """Read all files. Raises AuthorError, and HostError where there is no SeaBIOS."""
    _check(options)
    return _firmware(options) if options.kernel is None else _kernel(options, options.kernel)


def _check(options: GuestOptions) -> None:
    if options.kernel is None and (options.initrd or options.append):
        raise AuthorError(
            f"{'--initrd' if options.initrd else '--append'} without --kernel",
            expected="--kernel FILE: firmware takes neither",
        )


def _firmware(options: GuestOptions) -> Guest:
    from lightexit.vm.firmware import is_seabios, load_firmware, seabios
    from lightexit.vm.pc import PcConfig

    path, mib = options.firmware or seabios(), options.memory_mib or FIRMWARE_MIB
    image = load_firmware(path)
    config = PcConfig(
        image, mib << 20, int(time.time()), cpus=options.cpus, irqchip=options.irqchip
    )
    return Guest(config, path, mib, SEABIOS_ENDS if is_seabios(image) else "")


def _kernel(options: GuestOptions, path: Path) -> Guest:
    from lightexit.vm.boot import KERNELS, BootModule, Payload, needs_firmware, unpacked
    from lightexit.vm.firmware import is_seabios, load_firmware, seabios
    from lightexit.vm.pc import PcConfig

    mib = options.memory_mib or KERNEL_MIB
    most = mib << 20  # a larger file does not fit into guest memory
    image = read_file(path, KERNELS, most, if_larger="more memory for the guest: --memory MIB")
    image = unpacked(image, most)
    modules = tuple(
        BootModule(read_file(file, "a RAM disk or module", most), str(file))
        for file in options.initrd
    )
    payload = Payload(options.append, modules, str(path))
    if not image:
        raise AuthorError(f"{path} is empty", expected="a kernel")
    by_firmware = options.firmware is not None or needs_firmware(image)
    firmware = load_firmware(options.firmware or seabios()) if by_firmware else b""
    config = PcConfig(
        firmware, mib << 20, int(time.time()), image, payload, options.cpus, options.irqchip
    )
    return Guest(config, path, mib, SEABIOS_ENDS if is_seabios(firmware) else "")
