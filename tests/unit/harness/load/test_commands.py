"""What is said to a run arrives in order, whoever says it."""

from __future__ import annotations

import os
import signal

from console.harness.load.commands import Commands, Say


def heard(data: bytes, *, end_means_gone: bool = True) -> list[Say | None]:
    reading, writing = os.pipe()
    commands = Commands()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        thread = commands.listen_to(pipe, end_means_gone=end_means_gone)
        os.write(writing, data)
        os.close(writing)
        thread.join(5.0)
    said: list[Say | None] = []
    while not said or said[-1] is not None:
        said.append(commands.next(0.0))
    return said[:-1]


def test_that_lines_become_commands_and_the_end_means_gone() -> None:
    assert heard(b"pause\n RESUME \nwhat?\n\nstop\n") == [Say.PAUSE, Say.RESUME, Say.STOP, Say.GONE]


def test_that_the_end_may_mean_nothing() -> None:
    assert heard(b"pause\n", end_means_gone=False) == [Say.PAUSE]


def test_that_gone_cannot_be_said() -> None:
    assert heard(b"gone\nabort\n" + b"x" * 200_000 + b"\n", end_means_gone=False) == [Say.ABORT]


def test_that_the_second_interrupt_aborts_and_handlers_are_put_back() -> None:
    commands, before = Commands(), signal.getsignal(signal.SIGINT)
    with commands.interrupts():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    assert [commands.next(1.0), commands.next(1.0)] == [Say.STOP, Say.ABORT]
    assert signal.getsignal(signal.SIGINT) is before
