# SPDX-License-Identifier: Apache-2.0
"""The rig's kernel started as on a PC with Secure Boot: OVMF, shim, GRUB, each signed by its maker.

The machine owner's key is put into the firmware's variables as MokManager leaves it there: shim
hands it to the kernel, which then trusts modules that it has signed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kernel.apt import Apt, Unavailable, run
from kernel.guest import stock_image
from kernel.kernels import Kernel, cache, locked

_PACKAGES = ("ovmf", "shim-signed", "shim-helpers-amd64-signed", "grub-efi-amd64-signed")
#: Of shim, whose variables have it as their vendor.
_SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
_GRUB = """\
linux /vmlinuz {arguments}
initrd /initrd
boot
"""


@dataclass(frozen=True)
class Key:
    """A key that signs modules, and its certificate, as `openssl req` writes them."""

    private: Path
    certificate: Path

    def sign(self, module: Path, kernel: Kernel) -> None:
        """Append a signature, as DKMS does."""
        tool = next(kernel.root.glob("usr/*/linux-kbuild-*/scripts/sign-file"))
        run(str(tool), "sha256", str(self.private), str(self.certificate), str(module))


def make_key(folder: Path, name: str) -> Key:
    """A key of one's own. Raises Unavailable."""
    key = Key(folder / f"{name}.key", folder / f"{name}.pem")
    made = ("-newkey", "rsa:2048", "-keyout", str(key.private), "-out", str(key.certificate))
    run("openssl", "req", "-new", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}/", *made)
    return key


@dataclass(frozen=True)
class SecureBoot:
    """Starts kernels on a PC whose owner has enrolled one key; its files are in a folder."""

    folder: Path
    owner: Key

    def __call__(self, kernel: Kernel, initrd: Path, arguments: str) -> Sequence[str]:
        """Arguments for QEMU. Raises Unavailable."""
        packages = _unpacked()
        disk = self._disk(packages, kernel, initrd, arguments)
        firmware = packages / "usr/share/OVMF"
        flash = "if=pflash,format=raw,unit"
        return (
            *("-machine", "smm=on"),
            # The guest's time, not the host's: the kernel does not wait long for certificates.
            *("-icount", "shift=1,sleep=off"),
            *("-global", "driver=cfi.pflash01,property=secure,value=on"),
            *("-drive", f"{flash}=0,readonly=on,file={firmware / 'OVMF_CODE_4M.ms.fd'}"),
            *("-drive", f"{flash}=1,file={self._variables(firmware)}"),
            *("-drive", f"if=none,id=disk,format=raw,readonly=on,file=fat:{disk}"),
            *("-device", "virtio-blk-pci,drive=disk"),
        )

    def _disk(self, packages: Path, kernel: Kernel, initrd: Path, arguments: str) -> Path:
        disk = self.folder / "disk"
        (disk / "EFI/BOOT").mkdir(parents=True)
        (disk / "EFI/debian").mkdir()
        programs = {
            "BOOTX64.EFI": "shim/shimx64.efi.signed",
            "mmx64.efi": "shim/mmx64.efi.signed",
            "grubx64.efi": "grub/x86_64-efi-signed/grubx64.efi.signed",
        }
        for name, path in programs.items():
            shutil.copy(packages / "usr/lib" / path, disk / "EFI/BOOT" / name)
        (disk / "EFI/debian/grub.cfg").write_text(_GRUB.format(arguments=arguments))
        shutil.copy(stock_image(kernel), disk / "vmlinuz")
        shutil.copy(initrd, disk / "initrd")
        return disk

    def _variables(self, firmware: Path) -> Path:
        """Microsoft's keys, as PCs have them; and the owner's."""
        if find_spec("virt") is None:
            raise Unavailable("virt-firmware is not installed, which writes UEFI variables")
        variables = self.folder / "variables"
        files = ("--input", str(firmware / "OVMF_VARS_4M.ms.fd"), "--output", str(variables))
        key = ("--add-mok", _SHIM, str(self.owner.certificate))
        run(sys.executable, "-m", "virt.firmware.vars", *files, *key)
        return variables


def _unpacked() -> Path:
    """The firmware's and the loaders' packages, unpacked."""
    folder = cache() / "secure-boot"
    with locked(folder):
        if not (folder / "complete").exists():
            Apt().unpack([*_PACKAGES], folder)
            (folder / "complete").touch()
    return folder
