# SPDX-License-Identifier: Apache-2.0
"""NAME.h: what C and C++ are told of one filter's object.

Any number of them may be included together, with lightexit.h and liblightexit.h or without.
"""

from __future__ import annotations

from collections.abc import Iterable

from lightexit.abi import IoContext, StateHeader, Verdict
from lightexit.abi.header import c_tag
from lightexit.build.built_filter import BuiltFilter, structs_of
from lightexit.build.constants import Constant, constants, initializer
from lightexit.build.structs import declarations

GENERATED = "Made by `lightexit build`; do not edit."


def guarded(name: str, body: Iterable[str]) -> str:
    """A whole header; `name` is that of its guard."""
    guard = f"LIGHTEXIT_{name}_H"
    lines = f"/* {GENERATED} */\n#ifndef {guard}\n#define {guard}\n"
    return f"{lines}\n{''.join(body)}\n#endif /* {guard} */\n"


def defines(constants: Iterable[Constant]) -> str:
    """A line each."""
    return "".join(f"#define {name} {value}\n" for name, value in constants)


def filter_header(subject: BuiltFilter) -> str:
    """The text of a filter's header. Raises AuthorError for what has no name in C."""
    parts = [
        "#include <stdint.h>\n",
        declarations(structs_of(subject)),
        '\n#ifdef __cplusplus\nextern "C" {\n#endif\n\n',
        _prototype(subject),
        "\n#ifdef __cplusplus\n}\n#endif\n\n",
        defines(constants(subject)),
        f"\n/* Of a struct lightexit_filter, which liblightexit.h declares. */\n"
        f"{defines([initializer(subject)])}",
    ]
    return guarded(f"FILTER_{subject.macro}", parts)


def _prototype(subject: BuiltFilter) -> str:
    arguments = f"struct {c_tag(IoContext)} *context, uint8_t *const *states"
    return (
        f"struct {c_tag(IoContext)};\n\n{_comment(subject)}"
        f"uint64_t {subject.symbol}({arguments});\n"
    )


def _comment(subject: BuiltFilter) -> str:
    says = [
        f"Answers one access: {Verdict.HANDLED.value}, or {Verdict.PASS.value} for what the device "
        "model is to answer.",
        "It takes no lock: whoever calls it looks at the states' version words.",
    ]
    for index, state in enumerate(subject.states):
        says.append(
            f"states[{index}], {state.name}: struct {c_tag(StateHeader)}, behind it struct "
            f"{c_tag(state.kind)}."
        )
    return "/*\n" + "".join(f" * {each}\n" for each in says) + " */\n"
