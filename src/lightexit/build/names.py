# SPDX-License-Identifier: Apache-2.0
"""Whether names of Python's may stand in C and C++, at the places where a header has them."""

from __future__ import annotations

import re
from collections.abc import Callable

from lightexit.abi.header import PREFIX
from lightexit.errors import AuthorError, Location


def words(text: str) -> frozenset[str]:
    """Those of a text, however they are laid out."""
    return frozenset(text.split())


#: C23 and C++23, and what compilers and standard headers define as macros.
_WORDS = words(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
    char32_t class co_await co_return co_yield compl concept const consteval constexpr constinit
    const_cast continue decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
    nullptr operator or or_eq private protected public register reinterpret_cast requires restrict
    return short signed sizeof static static_assert static_cast struct switch template this
    thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using
    virtual void volatile wchar_t while xor xor_eq
    EOF NULL errno i386 linux offsetof stderr stdin stdout unix
    """
)
#: Functions of libc with names as a filter might have them: linked into a program, a filter of
#: that name would be called in their place.
_FUNCTIONS = words(
    """
    abort abs accept access alarm atexit bind calloc ceil chdir clock close connect div dup exit exp
    floor fork free getc index ioctl kill link listen log main malloc memchr memcmp memcpy memmove
    memset mmap nice open pause pipe poll pow putc puts raise rand read realloc recv remove rename
    rewind rint round select send setup signal sleep socket stat sync syscall system time times
    truncate unlink wait write
    """
)
#: What our headers call their structs and enums, without the prefix.
OWN_TAGS = words(
    """
    access apic_flag apic_mode attach attach_flag bus bus_flag bus_options clock clock_source
    clock_state command count error filter filter_state io_context line_change loader loader_answer
    loader_command loader_item loader_kind loader_request loader_status object region
    region_options replay_device replay_space replay_window request saved space state state_header
    state_options statistics vcpu verdict
    """
)
#: Headers of C, POSIX and lightexit: beside ours, a compiler might take ours for them.
_HEADERS = words(
    """
    aio assert byteswap complex ctype dirent dlfcn elf endian errno fcntl features fenv float glob
    inttypes liblightexit lightexit limits link locale malloc math memory mntent monetary mqueue
    netdb poll pthread pwd random sched search semaphore setjmp signal spawn stdalign stdarg
    stdatomic stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string strings syscall
    syslog tar termios tgmath threads time uchar unistd utime wchar wctype
    """
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = re.compile(r"__|_[A-Z]")
#: Finds a place in a source: looked for only where something is wrong.
Where = Callable[[], Location | None]


def check_part(name: str, what: str, where: Where) -> None:
    """Raises AuthorError where `name`, as `what` is called, cannot be a part of a name in C.

    `where` finds the place to mark.
    """
    if not _IDENTIFIER.fullmatch(name):
        raise _refused(f"{what} is called {name}, which is no name in C", where)


def check_member(name: str, what: str, where: Where) -> None:
    """Likewise, where a member of a struct is to be called so."""
    check_part(name, what, where)
    if name in _WORDS:
        found = f"{what} is called {name}, a word of C or C++, or one that their headers define"
        raise _refused(found, where)
    if _RESERVED.match(name):
        raise _refused(f"{what} is called {name}, which C reserves for compilers", where)


def check_struct(name: str, tag: str, where: Where) -> None:
    """Likewise for a Struct, which is `struct tag`."""
    check_part(name, "a Struct", where)
    if tag.removeprefix(PREFIX) in OWN_TAGS:
        raise AuthorError(
            f"the Struct {name} is struct {tag} in C, as one of lightexit's own",
            where=where(),
            expected=f"a name of the device's, such as Pit{name}",
            advice="rename it",
        )


def check_function(name: str, what: str, where: Where) -> None:
    """Likewise for a function that everybody can call."""
    check_member(name, what, where)
    if name in _FUNCTIONS or name.startswith(PREFIX):
        owner = "lightexit" if name.startswith(PREFIX) else "C"
        raise AuthorError(
            f"{what} is called {name}, as a function of {owner}'s own library",
            where=where(),
            expected="a name that no other function of a program has",
            advice=f"rename it, such as read_counter; or make it the filter of a device: there it "
            f"is called DEVICE_{name}",
        )


def check_header(name: str, what: str, where: Where) -> None:
    """Raises AuthorError where NAME.h would stand in the way of a system's header."""
    if name.lower() in _HEADERS:
        raise _refused(f"{what} would be declared in {name}.h, as a header of C is called", where)


def _refused(found: str, where: Where) -> AuthorError:
    return AuthorError(
        found,
        where=where(),
        expected="a name that C and C++ take: letters a to z, digits, single underscores",
        advice="rename it",
    )


def macro(name: str) -> str:
    """A name as it begins the names of constants: `read_counter` gives READ_COUNTER."""
    return name.strip("_").upper()
