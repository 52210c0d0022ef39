"""The look-ahead: shots become rows, in order, with what is known of them already written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.load.feeder import feed, portions
from console.harness.load.ledger import Flag, Ledger
from console.harness.load.lines import Outlet
from console.harness.load.shots import FAULTS, Shots, Special
from console.harness.load.supply import REMEMBERED, Supply
from console.harness.scenario.model import FaultKind

OUTLET = Outlet()


def shots(first: int, count: int) -> Shots:
    numbers = range(first, first + count)
    return Shots(
        frames=[b"\x0b" + b"x" * n + b"\x1c\r" for n in range(count)],
        control_ids=[b"%06d" % n for n in numbers],
        lanes=[n % 7 for n in numbers],
        origins=list(numbers),
        kinds=[n % 2 for n in numbers],
        due=[n * 1000 for n in numbers],
    )


def supply(ledger: Ledger, stream: Iterator[Shots], most: int = 1 << 30) -> Supply:
    return Supply(ledger, stream, lambda lanes, kinds: list(repeat(OUTLET, len(lanes))), most=most)


def test_that_rows_follow_the_shots_and_carry_what_is_known(tmp_path: Path) -> None:
    broken = Special(FaultKind.NO_FS, broken=True)
    second = shots(4, 3)
    second.specials[1] = broken
    second.delays[2] = 5
    with Ledger.create(tmp_path / "l", 100, {}) as ledger:
        made = supply(ledger, iter([shots(0, 4), Shots(), second]))
        taken = []
        while made.turn():
            taken.append((made.entries[made.at][0], made.due[made.at]))
            made.at += 1
        assert taken == [(n, n * 1000) for n in range(7)]
        assert made.begun == 7
        assert made.drained
        assert ledger.array("origin", 0, 7).tolist() == list(range(7))
        assert ledger.array("size", 0, 7).tolist() == [3, 4, 5, 6, 3, 4, 5]
        assert ledger.array("kind", 0, 7).tolist() == [0, 1, 0, 1, 0, 1, 0]
        assert ledger.array("fault", 0, 7).tolist()[5] == FAULTS.index(FaultKind.NO_FS) + 1
        assert ledger.array("flags", 0, 7).tolist()[5] == Flag.BROKEN
        assert made.specials == {5: broken}
        assert made.delays == {6: 5}


def test_that_a_run_ends_where_the_ledger_does(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "l", 10, {}) as ledger:
        made = supply(ledger, (shots(n, 4) for n in range(0, 1000, 4)))
        rows = 0
        while made.turn():
            rows += len(made.entries)
            made.at = len(made.entries)
        assert rows == 10


def test_that_ending_forgets_what_was_not_taken(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "l", 100, {}) as ledger:
        made = supply(ledger, iter([shots(0, 10), shots(10, 10)]))
        made.turn()
        made.at = 3
        made.end()
        assert made.begun == 3
        assert made.drained
        assert not made.turn()


def test_that_control_ids_are_remembered_for_long_enough(tmp_path: Path) -> None:
    total = 3 * REMEMBERED
    with Ledger.create(tmp_path / "l", total, {}) as ledger:
        made = supply(ledger, (shots(n, 256) for n in range(0, total, 256)))
        assert made.row_of(b"000000") is None
        while made.turn():
            made.at = len(made.entries)
            if made.rows == 512:
                assert made.row_of(b"000300") == 300
        assert made.row_of(b"%06d" % (total - 1)) == total - 1
        assert made.row_of(b"%06d" % (total - REMEMBERED + 256)) == total - REMEMBERED + 256
        assert made.row_of(b"") is None
        assert made.row_of(b"nobody") is None


@pytest.mark.parametrize("size", [1, 3, 10, 64])
def test_that_portions_are_the_chunk(size: int) -> None:
    chunk = shots(0, 10)
    chunk.specials[4] = Special(FaultKind.DROP)
    chunk.delays[9] = 7
    parts = list(portions(chunk, size))
    assert [frame for part in parts for frame in part.frames] == chunk.frames
    assert [due for part in parts for due in part.due] == chunk.due
    assert [at for part in parts for at in part.specials] == [4 % size]
    assert sum(len(part.delays) for part in parts) == 1


def test_that_a_feeder_says_why_it_ends() -> None:
    def torn() -> Iterator[Shots]:
        yield shots(0, 2)
        raise Refused("There is no such template.", code="no-template")

    whole, failed = io.BytesIO(), io.BytesIO()
    feed(iter([shots(0, 2)]), whole)
    feed(torn(), failed)
    assert whole.getvalue().endswith(b"N.")
    assert b"There is no such template." in failed.getvalue()
