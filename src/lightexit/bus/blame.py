# SPDX-License-Identifier: Apache-2.0
"""Errors of device models, shown at the lines that their author wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Protocol

from lightexit import plugins
from lightexit.errors import AuthorError, HostError, InternalError, LightexitError, Location


class OverdueCall(BaseException):
    """Raised in a model's method that does not return, where it is at the moment."""


class NamedModel(Protocol):
    """A model, as far as messages are concerned."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...


#: Errors whose own message is sufficient. A guest's output may go to a full disk or a closed pipe:
#: that is an error of the host, not of a line of the model.
_NOT_THE_MODELS = (AuthorError, InternalError, HostError, BrokenPipeError)


def described(model: NamedModel, error: BaseException) -> BaseException:
    """What a model has raised, as an error that names the model and shows its line."""
    where = _raised_at(model, error.__traceback__)
    if isinstance(error, OverdueCall):
        steps = _steps(error.__traceback__)
        methods = [step.tb_frame for step in steps if _is_method_of(model, step)]
        return _overdue(model, methods[0].f_code.co_name if methods else "a method", where)
    if not isinstance(error, Exception):
        return error
    if isinstance(error, _NOT_THE_MODELS):
        if isinstance(error, LightexitError) and not isinstance(error, HostError):
            error.where = error.where or where
        return error
    failed = f"the model of {_named(model)} failed: {type(error).__name__}: {error}"
    failure = _culprit(model)(failed, where=where)
    failure.__cause__ = error
    return failure


def wrong_answer(model: NamedModel, offset: int, size: int, value: object) -> LightexitError:
    """A model has answered a read of `size` bytes with something else."""
    most = (1 << 8 * size) - 1
    hint = "int(...)"
    if value is None:
        hint = "a return at the end of every path"
    elif isinstance(value, int):
        hint = f"& {most:#x}"
    bytes_ = "1 byte" if size == 1 else f"{size} bytes"
    return _culprit(model)(
        f"the model of {_named(model)} answers {_shown(value)} to a read of {bytes_} at offset "
        f"{offset:#x}",
        where=_method_place(model) or place_of(model),
        expected=f"an int of 0 to {most:#x}",
        hint=hint,
    )


def overdue(model: NamedModel, frames: Sequence[FrameType]) -> LightexitError:
    """A call of a model's has not returned; `frames` are its thread's, the innermost first."""
    own = [each for each in frames if _first_argument(each) is model]
    files = {each.f_code.co_filename for each in own}
    inner = [each for each in frames if each.f_code.co_filename in files]
    method = own[-1].f_code.co_name if own else "a method"
    return _overdue(model, method, Location.of_frame(inner[0]) if inner else None)


def _overdue(model: NamedModel, method: str, where: Location | None) -> LightexitError:
    return _culprit(model)(
        f"the model of {_named(model)} does not return from {method}",
        where=where,
        expected="bounded work, whatever the guest does and however much time has passed",
    )


def _named(model: NamedModel) -> str:
    """What to call it; with its distribution, if it is of another one."""
    if _culprit(model) is InternalError:
        return model.name
    origin = plugins.origin(plugins.DEVICES, type(model))
    return f"{model.name} of the distribution {origin}" if origin else model.name


def place_of(model: object) -> Location | None:
    """Where a model's class begins, or such a class; None where its source is not known."""
    import inspect

    kind = model if isinstance(model, type) else type(model)
    try:
        file, (_, line) = inspect.getsourcefile(kind), inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return None
    return Location.of_line(file, line) if file else None


def _culprit(model: object) -> Callable[..., LightexitError]:
    """Whose move it is: ours where the model is one of lightexit's own, else its author's."""
    return InternalError if type(model).__module__.startswith("lightexit.") else AuthorError


def _method_place(model: object) -> Location | None:
    code = getattr(getattr(model, "read", None), "__code__", None)
    return Location.of_line(code.co_filename, code.co_firstlineno) if code else None


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value) if value > 9 else str(int(value))
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _raised_at(model: object, trace: TracebackType | None) -> Location | None:
    """The innermost line in a file of the model's: what it called is not its author's.

    Where a method was replaced by a function, the outermost line that is not lightexit's.
    """
    steps = _steps(trace)
    own = {_file(step) for step in steps if _is_method_of(model, step)}
    inner = [step for step in reversed(steps) if _file(step) in own]
    outer = [step for step in steps if not _module(step).startswith("lightexit.")]
    for step in inner or outer:
        return Location.of_frame(step.tb_frame, step.tb_lasti)
    return None


def _steps(trace: TracebackType | None) -> list[TracebackType]:
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    return steps


def _file(step: TracebackType) -> str:
    return step.tb_frame.f_code.co_filename


def _module(step: TracebackType) -> str:
    return str(step.tb_frame.f_globals.get("__name__", ""))


def _is_method_of(model: object, step: TracebackType) -> bool:
    return _first_argument(step.tb_frame) is model


def _first_argument(frame: FrameType) -> object:
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
