"""Nothing is acknowledged before it is on the disk: the intake over a real journal, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from console.core.events import Event, EventError, Kind
from console.engine.intake import Intake
from console.engine.judgement import Judge
from console.engine.listener import Exchange
from console.engine.settings import EngineSettings
from console.hl7v2.acknowledgment import Acknowledgment, parse_ack
from console.hl7v2.framing import Frame
from console.storage.database import Database, DriverConnection, open_database
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from tests.builders.engine_process import message
from tests.builders.events import START, JournalBuilder


class _Line:
    """A connection that only remembers what it was told to send."""

    peer = "127.0.0.1:1"

    class listener:
        name = "mllp"

    def __init__(self) -> None:
        self.late: list[bytes] = []
        self.told = asyncio.Event()

    def answered(self) -> None:
        self.told.set()

    def say(self, payload: bytes) -> bool:
        self.late.append(payload)
        self.told.set()
        return True


class _Watched(Journal):
    """Notes what had been answered when each commit began; can be told to fail commits."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.before_commit: Callable[[], None] = lambda: None

    def _commit(self, connection: DriverConnection) -> None:
        self.before_commit()
        super()._commit(connection)


class _Desk:
    """An intake, its journal, and questions to both."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(folder / "journal.db")
        self.journal = _Watched(self.database)
        ids = uuid_source()
        self.intake = Intake(self.journal, Judge(EngineSettings(), ids, listener="mllp"), ids, clock=lambda: START)
        self.journal.start()

    def say(self, *payloads: bytes) -> list[Exchange]:
        exchanges = [Exchange(_Line(), Frame(payload), START) for payload in payloads]  # type: ignore[arg-type]
        for exchange in exchanges:
            self.intake.receive(exchange)
        return exchanges

    async def ask(self, *payloads: bytes) -> list[Acknowledgment]:
        return [await _answer(exchange) for exchange in self.say(*payloads)]

    def rows(self, sql: str) -> list[Any]:
        with self.database.reader() as reader:
            return [tuple(row) for row in reader.exec_driver_sql(sql)]

    async def settle(self) -> None:
        """Journals the notes, and waits for it."""
        self.intake.flush()
        await asyncio.wrap_future(self.journal.submit_background(lambda _w: None))


async def _answer(exchange: Exchange) -> Acknowledgment:
    await asyncio.wait_for(exchange._connection.told.wait(), 10)  # type: ignore[attr-defined]
    assert exchange.settled is not None
    return parse_ack(exchange.settled[0]) if exchange.settled else Acknowledgment("", "")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[_Desk]:
    opened = _Desk(tmp_path)
    yield opened
    opened.intake.flush()
    await asyncio.to_thread(opened.journal.stop)
    opened.database.close()


async def test_that_no_answer_leaves_before_the_commit(desk: _Desk) -> None:
    exchanges: list[Exchange] = []
    answered: list[int] = []
    desk.journal.before_commit = lambda: answered.append(sum(e.settled is not None for e in exchanges))
    exchanges += desk.say(*[message(f"C{n}") for n in range(20)])
    for exchange in exchanges:
        assert (await _answer(exchange)).code == "AA"
    assert answered[0] == 0
    assert len(desk.rows("SELECT 1 FROM messages")) == 20


async def test_that_what_came_in_one_turn_is_one_commit(desk: _Desk) -> None:
    before = desk.journal.commits
    await desk.ask(*[message(f"C{n}") for n in range(50)])
    assert desk.journal.commits - before == 1


async def test_that_a_duplicate_gets_the_same_answer_and_makes_no_work(desk: _Desk) -> None:
    first, again = await desk.ask(message("C1"), message("C1"))
    assert (first.code, first.control_id) == (again.code, again.control_id) == ("AA", "C1")
    (third,) = await desk.ask(message("C1"))
    assert third.code == "AA"
    assert len(desk.rows("SELECT 1 FROM inbox")) == 1
    assert len(desk.rows("SELECT 1 FROM events WHERE kind = 'message.duplicate_received'")) == 2


async def test_that_a_store_that_cannot_be_written_means_ae_and_the_next_message_is_taken(desk: _Desk) -> None:
    from sqlcipher3 import dbapi2

    def fail() -> None:
        desk.journal.before_commit = lambda: None
        error = dbapi2.OperationalError("database or disk is full")
        error.sqlite_errorcode = 13
        raise error

    desk.journal.before_commit = fail
    answers = await desk.ask(
        message("C1"), message("C2", more_header="|||AL|NE"), message("C3", more_header="|||NE|AL")
    )
    assert [answer.code for answer in answers] == ["AE", "CE", "CE"]
    assert "again" in answers[0].text
    assert desk.rows("SELECT 1 FROM messages") == []
    (again,) = await desk.ask(message("C1"))
    assert again.code == "AA"


async def test_that_a_journal_that_has_stopped_means_ae(desk: _Desk) -> None:
    await asyncio.to_thread(desk.journal.stop)
    (answer,) = await desk.ask(message("C1"))
    assert answer.code == "AE"


async def test_that_given_answers_are_noted_in_the_trace(desk: _Desk) -> None:
    await desk.ask(message("C1"), b"hello", message("C2", more_header="|||NE|AL"))
    await desk.settle()
    rows = desk.rows(
        "SELECT json_extract(a.detail, '$.code'), a.state, r.kind, a.payload_sha256 <> '' FROM events a"
        " JOIN events r ON r.event_id = a.causation_id AND r.trace_id = a.trace_id"
        " WHERE a.kind = 'message.acknowledged' ORDER BY a.seq"
    )
    assert rows == [
        ("AA", "accepted", "message.received", 1),
        ("AR", "refused", "message.quarantined", 1),
        ("none", "accepted", "message.received", 0),
    ]


async def test_that_a_message_our_judging_fails_on_is_kept_and_refused(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise IndexError("ours")

    monkeypatch.setattr(desk.intake._judge, "judge", broken)
    (answer,) = await desk.ask(message("C1"))
    assert answer.code == "AR"
    assert desk.rows("SELECT raw FROM messages") == [(message("C1"),)]
    assert desk.rows("SELECT kind FROM events WHERE kind <> 'message.acknowledged'") == [("message.quarantined",)]


async def test_that_a_message_that_cannot_be_stored_as_it_is_is_set_aside_and_spares_the_others(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = desk.intake._judge.judge

    def spoiled(*given: Any, **named: Any) -> Any:
        judgement = judge(*given, **named)
        if judgement.verdicts[0].arrival.control_id == "BAD":
            judgement.verdicts[0].arrival.detail["object"] = object()
        return judgement

    monkeypatch.setattr(desk.intake._judge, "judge", spoiled)
    good, bad, other = await desk.ask(message("C1"), message("BAD"), message("C2"))
    assert [good.code, bad.code, other.code] == ["AA", "AR", "AA"]
    assert desk.rows("SELECT raw FROM messages WHERE ack_code = 'AR'") == [(message("BAD"),)]


def _decide(kind: Kind, trace_id: str, error: EventError | None = None) -> Event:
    builder = JournalBuilder()
    builder.add(Kind.RECEIVED)
    event = builder.add(kind, trace_id, error=error)
    named = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return Event(**(named | {"event_id": uuid_source().event_id()}))


@pytest.mark.parametrize(
    ("wanted", "kind", "code"),
    [
        ("AL", Kind.MAPPED, "AA"),
        ("AL", Kind.RECORDED, "AA"),
        ("AL", Kind.DEAD_LETTERED, "AE"),
        ("SU", Kind.MAPPED, "AA"),
        ("SU", Kind.DEAD_LETTERED, ""),
        ("ER", Kind.MAPPED, ""),
        ("ER", Kind.DEAD_LETTERED, "AE"),
        ("NE", Kind.DEAD_LETTERED, ""),
    ],
)
async def test_that_enhanced_mode_hears_of_the_outcome_when_it_asked(
    desk: _Desk, wanted: str, kind: Kind, code: str
) -> None:
    (exchange,) = desk.say(message("C1", more_header=f"|||AL|{wanted}"))
    assert (await _answer(exchange)).code == "CA"
    line: Any = exchange._connection
    line.told.clear()
    ((trace_id,),) = desk.rows("SELECT trace_id FROM messages")
    error = EventError("code-not-mapped", "no map") if kind is Kind.DEAD_LETTERED else None
    await asyncio.wrap_future(desk.journal.submit(lambda write: write.append([_decide(kind, trace_id, error)])))
    if code:
        await asyncio.wait_for(line.told.wait(), 10)
    else:
        await asyncio.sleep(0.02)
    assert [parse_ack(payload).code for payload in line.late] == ([code] if code else [])


async def test_that_a_duplicate_makes_no_second_promise(desk: _Desk) -> None:
    await desk.ask(message("C1", more_header="|||AL|AL"))
    (exchange,) = desk.say(message("C1", more_header="|||AL|AL"))
    assert (await _answer(exchange)).code == "CA"
    assert len(_open(desk)) == 1


def _open(desk: _Desk) -> Sequence[str]:
    return list(desk.intake._late._open)


def _batch(*payloads: bytes) -> bytes:
    head = b"FHS|^~\\&|LAB|N|SB|H|||||F9\rBHS|^~\\&|LAB|N|SB|H|||||B9\r"
    return head + b"".join(payloads) + b"BTS|%d\rFTS|1\r" % len(payloads)


async def test_that_a_batch_is_answered_in_one_frame_with_one_answer_per_message(desk: _Desk) -> None:
    (exchange,) = desk.say(_batch(message("C1"), message(""), message("C3")))
    await _answer(exchange)
    assert exchange.settled is not None
    (answer,) = exchange.settled
    lines = answer.decode().split("\r")
    assert [line[:3] for line in lines if line] == [
        "FHS", "BHS", "MSH", "MSA", "MSH", "MSA", "ERR", "MSH", "MSA", "BTS", "FTS",
    ]  # fmt: skip
    assert lines[0].split("|")[2:6] == ["SB", "H", "LAB", "N"]
    assert lines[0].split("|")[11] == "F9"
    assert lines[1].split("|")[11] == "B9"
    said = [line for line in lines if line.startswith("MSA")]
    assert (said[0], said[2]) == ("MSA|AA|C1", "MSA|AA|C3")
    assert lines[-3] == "BTS|3"
    assert len(desk.rows("SELECT 1 FROM inbox")) == 2
    await desk.settle()
    kinds = [row[0] for row in desk.rows("SELECT kind FROM events ORDER BY seq")]
    assert kinds[:2] == ["message.received", "message.recorded"]


async def test_that_a_batch_in_which_nobody_wants_an_answer_gets_none(desk: _Desk) -> None:
    (exchange,) = desk.say(_batch(message("C1", more_header="|||NE|AL")))
    await _answer(exchange)
    assert exchange.settled == ()


async def test_that_a_batch_larger_than_a_commit_is_answered_when_all_of_it_is_stored(desk: _Desk) -> None:
    count = 700
    (exchange,) = desk.say(_batch(*[message(f"L{n}") for n in range(count)]))
    await _answer(exchange)
    assert exchange.settled is not None
    assert exchange.settled[0].count(b"MSA|AA|") == count
    assert desk.rows("SELECT count(*) FROM inbox") == [(count,)]


async def test_that_messages_glued_into_one_frame_are_answered_in_frames_of_their_own(desk: _Desk) -> None:
    (exchange,) = desk.say(message("C1") + message("C2"))
    await _answer(exchange)
    assert exchange.settled is not None
    assert [parse_ack(payload).control_id for payload in exchange.settled] == ["C1", "C2"]


async def test_that_an_answer_our_writing_fails_on_holds_up_nobody(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = desk.intake._acknowledgment

    def broken(verdict: Any, *rest: Any) -> bytes:
        if verdict.arrival.control_id == "BAD":
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "ours")
        return write(verdict, *rest)

    monkeypatch.setattr(desk.intake, "_acknowledgment", broken)
    bad, good = await desk.ask(message("BAD"), message("C2"))
    assert (bad.code, good.code) == ("", "AA")
    assert len(desk.rows("SELECT 1 FROM messages")) == 2
