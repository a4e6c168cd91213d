# SPDX-License-Identifier: Apache-2.0
"""Terminal control sequences in all untrusted text, and which of them reach the terminal.

Guests print them; objects, sources, files, folders and words of the command line hold them or are
called so. Every command runs on a pseudo-terminal, and all that arrives there is looked at.

`python -m laws.terminal --count N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NoReturn

from isa.llvm import compile_object
from lightexit import cli

# So that no command has to.
from lightexit.cli import app as _app  # noqa: F401
from lightexit.engine import native as _native  # noqa: F401
from lightexit.vm import pc as _pc  # noqa: F401
from lightexit.vm import unicorn as _unicorn  # noqa: F401

Words = tuple[bytes | str, ...]

#: What a message may send besides text: to the next line, and to a tab stop.
PLAIN = "\n\t"
#: What a guest's console may: back to the start of the line, too.
CONSOLE = PLAIN + "\r"
#: Cursor hidden, screen erased, colours, title, alternate screen, line drawing, a report asked
#: for, C1 controls of one byte and in UTF-8, text from right to left, a string without its end.
_SEQUENCES = (
    b"\x1b[?25l",
    b"\x1b[2J\x1b[H",
    b"\x1b[31;8m",
    b"\x1b]0;title\x07",
    b"\x1b[?1049h",
    b"\x1b(0\x0e",
    b"\x1b[6n",
    b"\x9b2J",
    b"\xc2\x9b2J",
    "\u202e\u2066\u200b".encode(),
    b"\x1bP+q544e\x1b",
    b"\x07\x08\x0b\x0c\x7f\xff\xc3",
    b"\r\x1b[K",
)


def hostile(random: Random) -> bytes:
    """Some 20 to 60 bytes of such, of noise and of text, with no NUL, slash or colon."""
    parts = [
        random.choice((random.choice(_SEQUENCES), random.randbytes(3), b"text", "ä€".encode()))
        for _ in range(random.randrange(4, 9))
    ]
    noise = b"".join(parts).translate(None, b"\0/:")
    return b"\x1b[?25l" + noise


def worked(seen: bytes, plain: str = PLAIN) -> list[str]:
    """What of these bytes is no plain text: characters, and what is not UTF-8."""
    text = seen.replace(b"\r\n", b"\n").decode(errors="surrogateescape")
    return sorted({ascii(c) for c in text if not c.isprintable() and c not in plain})


@dataclass(frozen=True)
class Seen:
    """What a command left on its terminal, and its status."""

    status: int
    output: bytes


def on_terminal(*words: bytes | str, folder: Path, cache: bytes) -> Seen:
    """Run `lightexit` in `folder`, on a terminal of its own, with that cache."""
    process, terminal = pty.fork()
    if process == 0:
        os.environb[b"XDG_CACHE_HOME"] = cache
        _become(words, folder)
    with os.fdopen(terminal, "rb", buffering=0):
        output = b"".join(_until_closed(terminal))
    _, status = os.waitpid(process, 0)
    return Seen(os.waitstatus_to_exitcode(status), output)


def _become(words: Words, folder: Path) -> NoReturn:
    """What a new process would do, but for the start of Python."""
    status = 255
    try:
        os.chdir(folder)
        sys.argv = ["lightexit", *map(os.fsdecode, words)]
        cli.main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(status)


def _until_closed(terminal: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # EIO: the last one who had it open has closed it
        while data := os.read(terminal, 65536):
            yield data


def printing(text: bytes) -> bytes:
    """A flat kernel that prints `text` on the debug console, then on the serial port, and ends."""
    head = 39

    def put(port: int) -> bytes:
        esi, ecx = (value.to_bytes(4, "little") for value in (0x10_0000 + head, len(text)))
        dx = port.to_bytes(2, "little")
        return b"\xbe" + esi + b"\xb9" + ecx + b"\x66\xba" + dx + b"\xf3\x6e"  # rep outsb

    code = put(0x402) + put(0x3F8) + bytes.fromhex("66baf400 ee fa f4")
    assert len(code) == head
    return code + text


def an_object(name: bytes) -> bytes:
    """An eBPF object whose program, state and source file are called so."""
    quoted = "".join(f"\\{byte:02X}" for byte in name)
    return compile_object(_IR.replace("NAME", quoted))


_IR = """
@"NAME.state" = external global [64 x i8], align 8
define i64 @"NAME"(ptr %context) section "filters" !dbg !4 {
  %v = load volatile i64, ptr @"NAME.state", align 8, !dbg !8
  %field = getelementptr i8, ptr %context, i64 8
  %w = load volatile i64, ptr %field, align 8, !dbg !8
  %quotient = udiv i64 %v, %w, !dbg !8
  ret i64 %quotient, !dbg !8
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "NAME.c", directory: "NAME")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 2, !"Dwarf Version", i32 4}
!4 = distinct !DISubprogram(name: "NAME", file: !1, line: 1, type: !5, unit: !0,
  spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{null}
!8 = !DILocation(line: 2, column: 8, scope: !4)
"""


def commands(random: Random, folder: Path) -> list[Words]:
    """Every command, on files in `folder` that are hostile, and with words that are."""
    name = hostile(random)
    where = os.fsencode(folder) + b"/" + name
    line = hostile(random).decode(errors="ignore").translate({10: "", 13: "", 0: ""})
    files: dict[bytes, bytes] = {
        b".kernel": printing(random.randbytes(200) + hostile(random)),
        b".o": an_object(hostile(random)),
        b".import.py": f"x = 1 // 0  # {line}\n".encode(),
        b".raise.py": f"raise ValueError({line!r})\n".encode(),
        b".syntax.py": f"def {line}:\n".encode(),
        b".s": f"r0 = {line}\nexit\n".encode(),
        b".noise.s": hostile(random),
        b".good.s": b"r0 = 0\nexit\n",
        b".bin": bytes(12),
    }
    for suffix, content in files.items():
        Path(os.fsdecode(where + suffix)).write_bytes(content)
    programs = [where + suffix for suffix in files if suffix != b".kernel"]
    ones = [(command, file) for command in ("verify", "disasm", "compile") for file in programs]
    return [
        *ones,
        ("verify", "--trace", where + b".o"),
        ("verify", "--json", where + b".o"),
        ("verify", where + b".o:" + name),
        ("asm", where + b".good.s"),
        ("asm", where + b".good.s", "-o", where + b"/none"),
        ("header", where + b".import.py"),
        ("header", where),
        *_runs(where),
        (name,),
        ("verify", b"--" + name),
        ("verify", "a", name),
        ("run", "--engine", name),
        ("run", "--seconds", name),
    ]


def _runs(where: bytes) -> list[Words]:
    run = ("run", "--seconds", "2", "--kernel", where + b".kernel")
    return [
        run,
        (*run, "--no-filters", "--json", where + b"/none"),
        (*run, "--append", where),
        (*run, "--initrd", where),
        ("run", "--kernel", where),
        ("run", "--kernel", where + b".o"),
        ("run", "--firmware", where),
        ("run", "--firmware", where + b".bin"),
    ]


def search(seed: int) -> Iterator[tuple[Words, Seen]]:
    """Every command once, each with what came of it."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = os.fsencode(folder) + b"/" + hostile(random)
        for words in (*commands(random, folder), ("cache",), ("cache", "--clear")):
            yield words, on_terminal(*words, folder=folder, cache=cache)


def unwanted(words: Words, seen: Seen) -> list[str]:
    """What a command has sent to its terminal that it may not."""
    return worked(seen.output, CONSOLE if words[0] == "run" else PLAIN)


def main() -> None:
    """Look at many, and show what is no plain text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=10)
    given = parser.parse_args()
    looked = found = 0
    for seed in range(given.first, given.first + given.count):
        for words, seen in search(seed):
            looked += 1
            if controls := unwanted(words, seen):
                found += 1
                print(f"seed {seed}: {words!r}: {', '.join(controls)}")
    print(f"{looked} commands, {found} that put more than plain text on the terminal")


if __name__ == "__main__":
    main()
