# SPDX-License-Identifier: Apache-2.0
"""Subjects by name: what a command line, and a printed test, call a device."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from lightexit.errors import AuthorError
from lightexit.imports import import_file, import_module
from lightexit.targets import Finder, Target, find_target
from lightexit.targets.target import not_given
from lightexit.targets.values import can_be_given
from lightexit.targets.words import split
from lightexit.testing.subject import Subject, subject_of


@functools.cache
def subject_named(text: str) -> Subject:
    """The subject that a TARGET names; each is made once.

    That is a device as `run --device` takes it (`lamp.py:Lamp,level=3`, `package.module:Lamp`,
    `lamp`), or a `Subject` or a class of tests (`test_lamp.py:TestLamp`), which say more.
    Raises what `find_target` raises, and AuthorError for values where a subject has its own.
    """
    head, values = split(text)
    path, colon, attribute = head.rpartition(":")
    if not colon:
        return _of_target(find_target(text))
    file = Path(path).resolve() if path.endswith(".py") else None
    module = import_file(Path(path)) if file else import_module(path)
    found = getattr(module, attribute, None)
    if isinstance(found, Subject) or callable(getattr(found, "subject", None)):
        if values:
            key, value = next(iter(values.items()))
            raise AuthorError(
                f"{key}={value}, and {attribute} is no device but says how one is tested",
                expected=f"{head}, and Subject(..., settings=...) there",
            )
        return subject_of(found)
    return _of_target(find_target(text, Finder({file: module} if file else {})))


def _of_target(target: Target) -> Subject:
    for each in target.asked:
        needed = each.is_required and can_be_given(each.kind)
        if needed and each.name not in target.arguments:
            raise not_given(target, each)
    subject = Subject(target.found.maker, settings=target.arguments)
    at: Any = None
    if target.bases or target.found.origin == "lightexit":
        at = target.place(subject.example.devices[0])
    return Subject(target.found.maker, at, target.arguments)
