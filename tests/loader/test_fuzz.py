# SPDX-License-Identifier: Apache-2.0
"""Any bytes and any descriptors, both ways, under sanitizers: a refusal, and nothing left open."""

from __future__ import annotations

import os
import random
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import scale
from counter.device import read_counter
from doorbell.filter import notify
from lib.test_c import built, run
from lightexit.build.bpf import filter_object
from loader import fake
from loader.daemon import SANITIZE, Loader, program, running
from loader.wire import (
    ANSWER_SIZE,
    HEAD,
    ITEM,
    VERSION,
    Command,
    Connection,
    Item,
    Status,
    request,
)

OBJECTS = {"counter": filter_object(read_counter), "doorbell": filter_object(notify)}
WORDS = (0, 1, 2, 3, 4, 7, 16, 17, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
MESSAGES = scale.full(50_000)
ANSWERS = scale.full(20_000)


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Words that are others, bits that are, an end that is."""
    changed = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        if rng.random() < 0.5:
            at = 4 * rng.randrange(min(len(changed), 256) // 4)
            changed[at : at + 4] = rng.choice(WORDS).to_bytes(4, "little")
        else:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.1:
        return bytes(changed[: rng.randrange(len(changed))])
    return bytes(changed) + rng.randbytes(rng.choice((0, 0, 0, 0, 0, 0, 1, 5000)))


# To the loader


def message(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.1:
        return rng.randbytes(rng.randrange(1, 200))
    name = rng.choice((b"counter", b"doorbell", b"nothing", b"", b"../counter", b"a" * 64))
    made = request(rng.choice((*Command, 0, 4)), name, rng.choice((0, 0, 0, 1)))
    return made if kind < 0.3 else damaged(rng, made)


def tell(rng: random.Random, connection: Connection) -> Status | None:
    """One message, some with descriptors; None where the loader has hung up."""
    told = message(rng)
    if rng.random() < 0.05:
        with suppress(OSError):
            socket.send_fds(connection.socket, [told or b"x"], [0, 1][: rng.randrange(1, 3)])
        return None
    if not told:
        return None
    answer = connection.ask(told)
    if answer is None:
        return None
    answer.close()
    assert answer.version == VERSION
    return answer.status


def test_a_loader_that_is_told_anything() -> None:
    rng = random.Random(1)
    many = program(f"-O1 -g -Werror {SANITIZE} -DMOST_OBJECTS=0xffffffff -DMOST_BYTES=0xfffffff0")
    with running(OBJECTS, built=many) as loader:
        before, seen = loader.descriptors(), set()
        left = MESSAGES
        while left:
            with Connection(loader.socket) as connection:
                for _ in range(rng.randrange(1, 20)):
                    left -= left > 0
                    status = tell(rng, connection)
                    seen.add(status)
                    if status in (None, Status.MALFORMED, Status.OTHER_VERSION):
                        break
        check_it_is_well(loader, before)
    assert seen >= {None, Status.OK, Status.MALFORMED, Status.OTHER_VERSION, Status.NO_OBJECT}


def check_it_is_well(loader: Loader, descriptors: int) -> None:
    with Connection(loader.socket) as connection:
        answer = connection.load("counter")
        assert answer.status == Status.OK
        answer.close()
    assert loader.settled(descriptors + 1)  # that of this process
    assert "ERROR" not in loader.said()


# To the client


def answer(rng: random.Random, good: list[Item], null: int) -> fake.Reply | None:
    """Something like an answer to any of the client's requests; None hangs up."""
    kind = rng.random()
    if kind < 0.03:
        return None
    if kind < 0.1:
        return fake.Reply(rng.randbytes(rng.randrange(1, 2 * ANSWER_SIZE)))
    wanted = rng.choice((good[:2], good[:2], good[2:], [good[0]] * rng.randrange(18)))
    items = [(each.kind, each.name, each.size, each.fd) for each in wanted]
    head = HEAD.pack(ANSWER_SIZE, VERSION, 0, 0, len(items), 0)
    body = b"".join(ITEM.pack(k, size, name.encode()) for k, name, size, _ in items)
    data = (head + body).ljust(ANSWER_SIZE, b"\0")[:ANSWER_SIZE]
    fds = [null if rng.random() < 0.1 else fd for *_, fd in items]
    if rng.random() < 0.1:
        fds = fds[1:] if rng.random() < 0.5 else [*fds, null]
    return fake.Reply(data if kind < 0.3 else damaged(rng, data) or b"x", fds)


@contextmanager
def descriptors() -> Iterator[list[Item]]:
    """A program, its state and a clock, of the loader's."""
    with running(OBJECTS) as loader, Connection(loader.socket) as connection:
        code, state = connection.load("counter").items
        (clock,) = connection.must(request(Command.CLOCK)).items
    named = [code._replace(name="program"), state._replace(name="state"), clock]
    yield named
    for each in named:
        os.close(each.fd)


def test_a_client_that_is_answered_anything(tmp_path: Path) -> None:
    rng, path = random.Random(2), tmp_path / "socket"
    built_client = built("fuzz_answers.c", tmp_path, "-fsanitize=address,undefined")
    null = os.open("/dev/null", os.O_RDWR)
    with (
        descriptors() as good,
        fake.listening(path, lambda _: answer(rng, good, null)),
    ):
        said = run(built_client, str(path), str(ANSWERS // 4))
    os.close(null)
    found = re.fullmatch(rf"(\d+) of {4 * (ANSWERS // 4)} taken\n", said)
    assert found is not None
    assert 0 < int(found[1]) < ANSWERS / 2
