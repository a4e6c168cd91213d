# SPDX-License-Identifier: Apache-2.0
"""One device access of a nested guest, instruction by instruction: how many where.

python -m kernel.steps "PIO write" "filter that rings"    (in tests/, PYTHONPATH=../src:.:..)

Kind and row are those of kernel/figures.py. A plugin of QEMU keeps the addresses that are executed
from one access to the next. The kernel's are counted by function; those of the module by the
function of its source, although the compiler has made them one.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.kvm_exits import CODE
from kernel import rig
from kernel.figures import COUNTING
from kernel.inside.count import PIT_READ
from kernel.kernels import fetch

#: The read follows five instructions of two bytes, which set the counter up.
_PIT_SETUP = 10
_USER_END = 1 << 47
#: Above it all are functions that have come and gone: the program's.
_LONGEST_FUNCTION = 1 << 15
_MODULE = "lightexit"


@dataclass(frozen=True)
class Symbol:
    """A function of the running kernel."""

    address: int
    name: str
    module: str


class Symbols:
    """All functions, from /proc/kallsyms."""

    def __init__(self, text: str) -> None:
        found = re.findall(r"^(\w+) [tTwW] (\S+)(?:\t\[(\w+)\])?$", text, re.MULTILINE)
        symbols = [Symbol(int(address, 16), name, module) for address, name, module in found]
        self.symbols = sorted(symbols, key=lambda each: each.address)
        self.addresses = [each.address for each in self.symbols]

    def at(self, address: int) -> Symbol | None:
        """The function that an address belongs to."""
        found = self.symbols[bisect_right(self.addresses, address) - 1]
        return found if 0 <= address - found.address < _LONGEST_FUNCTION else None


class Sources:
    """The module's functions by address, as its debugging information has them."""

    def __init__(self, module: Path) -> None:
        self.module = module
        lines = _output("nm", str(module)).splitlines()
        found = [line.split() for line in lines if re.match(r"\w+ [tT] ", line)]
        self.offsets = {name: int(address, 16) for address, _, name in found}

    def name(self, symbol: Symbol, address: int) -> str:
        """The innermost function of the module's own source."""
        offset = self.offsets[symbol.name] + address - symbol.address
        said = _output("addr2line", "-i", "-f", "-e", str(self.module), hex(offset)).splitlines()
        pairs = zip(said[::2], said[1::2], strict=True)
        return next(name for name, place in pairs if "/include/" not in place)


def steps(trace: list[int], symbols: Symbols, sources: Sources) -> Iterator[str]:
    """Where each instruction of a trace is."""
    for address in trace:
        symbol = symbols.at(address)
        if address < CODE + 0x1000:
            yield "the guest"
        elif address < _USER_END:
            yield "user space"
        elif symbol is None:
            yield "the program"
        elif symbol.module == _MODULE:
            yield f"lightexit: {sources.name(symbol, address)}"
        else:
            yield symbol.name


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def trace(kind: str, row: str, series: str) -> tuple[rig.Result, list[int]]:
    """A run of that row in the rig; `reports` are the kernel's symbols."""
    at = CODE + (_PIT_SETUP if kind == PIT_READ.name else 0)
    with tempfile.TemporaryDirectory() as name:
        plugin, out = Path(name) / "trace.so", Path(name) / "out"
        source = Path(__file__).with_name("trace.c")
        _output("gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(plugin), str(source))
        count = shlex.join([sys.executable, "-m", "kernel.inside.count", "--only", kind, row])
        lines = f"{count}\ncat /proc/kallsyms > {rig.SHARE}/reports\n"
        extra = (*COUNTING, "-plugin", f"{plugin},at={at},out={out}")
        result = rig.run(rig.environment() + lines, series=series, timeout_s=540, extra=extra)
        addresses = out.read_text().split() if out.exists() else []
        return result, [int(address, 16) for address in addresses]


def main() -> int:
    """Run one row and print where its instructions are, in the order in which they first come."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host-kernel", default="6.1", help="its series: 6.1, 6.12, newest")
    parser.add_argument("kind", help='a table of kernel/figures.py: "PIO write"')
    parser.add_argument("row", help='a row of it: "filter that rings"')
    asked = parser.parse_args()
    result, addresses = trace(asked.kind, asked.row, asked.host_kernel)
    if not addresses:
        print(f"no such access was seen\n{result.output}{result.console}", file=sys.stderr)
        return 1
    sources = Sources(rig.build_module(fetch(asked.host_kernel)))
    counts = Counter(steps(addresses, Symbols(result.reports), sources))
    for where, count in counts.items():
        print(f"{count:6}  {where}")
    print(f"{counts.total():6}  in all")
    return 0


if __name__ == "__main__":
    sys.exit(rig.exit_status(main))
