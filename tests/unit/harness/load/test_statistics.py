"""What the figures count and leave out, and that it makes no difference how often one looks."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from console.harness.load.follower import Follower
from console.harness.load.ledger import AnswerCode, Control, Flag, Ledger, Outcome, WorkerState
from console.harness.load.shots import FAULTS
from console.harness.load.statistics import BROKEN, DROPPED, LENIENT, SOUND, Statistics
from console.harness.scenario.model import FaultKind
from tests.builders.harness_ledger import MS, Row, ledger_of, write_row


def fault(kind: FaultKind) -> int:
    return FAULTS.index(kind) + 1


def looked(path: Path) -> Statistics:
    statistics = Statistics([path])
    statistics.look(last=True)
    return statistics


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger-0.bin"


def test_that_the_answer_time_counts_from_the_plan_and_the_service_time_from_the_send(path: Path) -> None:
    statistics = looked(ledger_of(path, [Row.accepted(10, 400, 410, Flag.QUEUED)]))
    assert statistics.answer.percentiles(100) == [400 * MS]
    assert statistics.service.percentiles(100) == [10 * MS]
    statistics.close()


def test_that_lag_is_only_ours_and_never_the_receivers_or_a_faults(path: Path) -> None:
    rows = [
        Row.accepted(10, 12, 20),
        Row.accepted(10, 500, 520, Flag.QUEUED),
        Row.accepted(10, 900, 920, fault=fault(FaultKind.DELAY)),
        Row.accepted(10, 900, 920, fault=fault(FaultKind.SLOW_LORIS)),
        Row.accepted(10, 700, 720, Flag.WARM_UP),
        Row(10, 300, 320, Outcome.ACCEPTED, AnswerCode.AA, size=5_000_000),
    ]
    statistics = looked(ledger_of(path, rows))
    assert (statistics.lag.total, statistics.lag.highest) == (1, 2 * MS)
    statistics.close()


def test_that_warming_up_is_counted_and_left_out_of_latencies(path: Path) -> None:
    statistics = looked(ledger_of(path, [Row.accepted(10, 10, 90, Flag.WARM_UP), Row.accepted(200, 200, 205)]))
    assert statistics.answer.total == statistics.service.total == 1
    assert statistics.answer.highest == 5 * MS
    assert statistics.answers()["AA"] == 2
    assert statistics.sent_after_warm_up.count == 1
    assert statistics.second(0).answered == 2
    statistics.close()


def test_that_each_second_has_its_own_counts_and_percentiles(path: Path) -> None:
    rows = [Row.accepted(n * 10, n * 10 + 1, n * 10 + (5 if n < 100 else 900)) for n in range(1, 200)]
    statistics = looked(ledger_of(path, rows))
    first, second, third = statistics.series()
    assert (first.planned, second.planned, third.planned) == (99, 100, 0)
    assert (first.sent, second.sent) == (99, 100)
    assert first.answered + second.answered + third.answered == 199
    assert first.p50 == pytest.approx(5, rel=0.001)
    assert third.p99 == pytest.approx(900, rel=0.001)
    statistics.close()


def test_that_what_a_message_was_meant_to_be_decides_where_it_counts(path: Path) -> None:
    rows = [
        Row.accepted(1, 1, 2),
        Row(1, 1, 2, Outcome.REJECTED, AnswerCode.AR, fault(FaultKind.NO_VT), Flag.BROKEN),
        Row(1, 1, 2, Outcome.FAILED, AnswerCode.AE, fault(FaultKind.TRUNCATE)),
        Row(0, 0, 0, Outcome.NOT_SENT, fault=fault(FaultKind.DROP)),
    ]
    statistics = looked(ledger_of(path, rows))
    told = {kind: int(statistics.tally[:, kind].sum()) for kind in (SOUND, BROKEN, LENIENT, DROPPED)}
    assert told == {SOUND: 1, BROKEN: 1, LENIENT: 1, DROPPED: 1}
    assert statistics.second(0).planned == 3, "what is dropped on purpose was never planned to be sent"
    statistics.close()


def test_that_a_late_answer_moves_a_message_and_brings_its_time(path: Path) -> None:
    ledger_of(path, [Row(1, 1, 0, Outcome.NO_ANSWER), Row(1, 1, 9, Outcome.WRONG_ID, AnswerCode.AA)])
    statistics = Statistics([path])
    statistics.look()
    assert statistics.answers()["none"] == 1
    assert statistics.answers()["wrong id"] == 1
    assert statistics.answer.total == 0
    with Ledger(path, writable=True) as ledger:
        write_row(ledger, 0, Row(1, 1, 3000, Outcome.LATE, AnswerCode.AA))
        write_row(ledger, 1, Row.accepted(1, 1, 11))
    statistics.look()
    assert statistics.answers() == looked(path).answers()
    assert statistics.answers()["late"] == 1
    assert statistics.answers()["none"] == statistics.answers()["wrong id"] == 0
    assert statistics.answer.total == 2
    assert statistics.second(3).answered == 1
    statistics.close()


def test_that_a_row_whose_code_is_still_being_written_waits(path: Path) -> None:
    ledger_of(path, [Row(1, 1, 2, Outcome.ACCEPTED)])
    statistics = Statistics([path])
    statistics.look()
    assert sum(statistics.answers().values()) == 0
    with Ledger(path, writable=True) as ledger:
        ledger.column("code")[0] = AnswerCode.AA
    statistics.look()
    assert statistics.answers()["AA"] == 1
    statistics.close()


def test_that_looking_often_while_it_is_written_gives_what_one_look_at_the_end_does(path: Path) -> None:
    generator = random.Random(5)
    count = 3000
    outcomes = [o for o in Outcome if o is not Outcome.PENDING]
    with Ledger.create(path, count, {"run": "H-TEST"}) as ledger:
        statistics = Statistics([path])
        open_rows: list[int] = []
        made = 0
        now = 0.0
        while made < count or open_rows:
            now += generator.uniform(1, 400)
            for _ in range(generator.randint(0, 60)):
                if made < count:
                    flags = generator.choice([0, 0, Flag.WARM_UP, Flag.QUEUED, Flag.BROKEN])
                    write_row(ledger, made, Row(now - 0.5, 0, 0, fault=generator.choice([0, 0, 1, 5, 6]), flags=flags))
                    open_rows.append(made)
                    made += 1
            ledger.words[Control.ROWS] = made
            for row in generator.sample(open_rows, min(len(open_rows), generator.randint(0, 70))):
                if not ledger.column("sent")[row]:
                    ledger.column("sent")[row] = int((now + generator.random()) * MS)
                    continue
                outcome = generator.choice(outcomes)
                soft = outcome not in (
                    Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.LATE, Outcome.NOT_SENT,
                    Outcome.NO_CONNECTION,
                )  # fmt: skip
                ledger.column("answered")[row] = int((now + 1) * MS)
                ledger.column("outcome")[row] = outcome
                ledger.column("code")[row] = generator.randint(1, 7)
                if not soft or made == count:
                    open_rows.remove(row)
            if generator.random() < 0.5:
                statistics.look()
        statistics.look()
    whole = looked(path)
    assert np.array_equal(statistics.tally, whole.tally)
    assert statistics.series() == whole.series()
    for name in ("answer", "service", "lag"):
        mine, theirs = getattr(statistics, name), getattr(whole, name)
        assert np.array_equal(mine.counts, theirs.counts), name
    assert statistics.spread() == whole.spread()
    assert statistics.out_of_order == whole.out_of_order
    assert statistics.sent == whole.sent
    assert statistics.planned_free == whole.planned_free
    statistics.close()
    whole.close()


def test_that_only_new_and_changed_seconds_are_told_again(path: Path) -> None:
    ledger_of(path, [Row.accepted(500, 501, 502), Row(1500, 1501), Row.accepted(1600, 1601, 1602)])
    statistics = Statistics([path])
    statistics.look(at_s=1.7)
    assert [second.at_s for second in statistics.news(1)] == [0]
    assert [second.at_s for second in statistics.news(2)] == [1]
    assert statistics.news(2) == []
    with Ledger(path, writable=True) as ledger:
        write_row(ledger, 1, Row.accepted(1500, 1501, 3900))
    statistics.look(at_s=4.1)
    assert [second.at_s for second in statistics.news(4)] == [2, 3]
    statistics.close()


def test_that_the_spread_holds_every_answer_after_warm_up(path: Path) -> None:
    rows = [Row.accepted(1, 1, 1 + ms) for ms in (0.2, 0.9, 4, 4, 80, 2_000)]
    statistics = looked(ledger_of(path, rows))
    spread = statistics.spread()
    assert sum(count for _, count in spread) == 6
    assert dict(spread)[5.0] == 2
    assert spread == sorted(spread)
    statistics.close()


def test_that_a_follower_forgets_what_is_decided_and_waits_for_a_ledger_that_is_not_there(path: Path) -> None:
    follower = Follower(path)
    assert follower.look() is None
    assert follower.state is WorkerState.STARTING
    path.write_bytes(b"")
    assert not follower.there
    ledger_of(path, [Row.accepted(1, 1, 2), Row(1, 1)])
    assert follower.look() is not None
    assert follower.open_rows == 1
    follower.close()
    follower.close()
    assert follower.look() is None
