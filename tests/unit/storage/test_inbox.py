"""Work that waits keeps its place; dead letters hold only their own orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from console.core.clock import from_micros
from console.core.errors import Conflict, Refused
from console.core.events import EventError
from console.core.ids import EventId
from console.core.keys import Key, KeyKind
from console.evidence.fingerprint import Group
from console.storage import dead_letters, inbox, messages
from console.storage.database import Database, DriverConnection
from console.storage.dead_letters import DeadLetter
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.messages import Arrival
from console.storage.write import WriteTransaction

_ids = uuid_source()


def _accept(journal: Journal, *raws: bytes, keys: Sequence[Key] = ()) -> None:
    arrivals = [
        Arrival(
            event_id=_ids.event_id(),
            trace_id=_ids.trace_id(),
            received_at=from_micros(1_000_000),
            listener="l",
            peer="p",
            raw=raw,
            sha256="s",
            keys=tuple(keys),
        )
        for raw in raws
    ]
    journal.submit(lambda w: messages.accept(w, arrivals)).result(10)


@pytest.fixture
def reader(database: Database, journal: Journal) -> Iterator[DriverConnection]:
    connection = database.connect_reader()
    yield connection
    connection.close()


def _raws(reader: DriverConnection) -> list[bytes | None]:
    return [p.raw for p in inbox.pending(reader, 100)]


def test_that_pending_work_comes_in_order_with_its_bytes_and_keys(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"1", b"2", b"3", keys=[Key(KeyKind.PLACER, "P-1", "EHR")])
    first, second = inbox.pending(reader, 2)
    assert (first.raw, second.raw) == (b"1", b"2")
    assert first.keys == (Key(KeyKind.PLACER, "P-1", "EHR"),)
    journal.submit(lambda w: inbox.finish(w, [first.seq, second.seq])).result(10)
    assert _raws(reader) == [b"3"]


def test_that_a_released_row_takes_its_old_place(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"1", b"2", b"3")
    second = inbox.pending(reader, 3)[1]
    assert not inbox.any_waiting(reader)
    journal.submit(lambda w: inbox.wait(w, second.seq, "parent")).result(10)
    assert _raws(reader) == [b"1", b"3"]
    assert inbox.any_waiting(reader)
    assert inbox.waiting_for(reader, ["x", "parent"]) == {"parent"}
    released = journal.submit(lambda w: inbox.release(w, "parent")).result(10)
    assert [r.event_id for r in released] == [second.event_id]
    assert _raws(reader) == [b"1", b"2", b"3"]
    assert inbox.pending(reader, 3)[1].attempts == 1


def test_that_a_place_is_never_given_twice(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"1")
    first = inbox.pending(reader, 1)[0]
    journal.submit(lambda w: inbox.finish(w, [first.seq])).result(10)
    _accept(journal, b"2")
    assert inbox.pending(reader, 1)[0].seq > first.seq


def _letter(arrival: inbox.Pending, event_id: str = "dead", place: int | None = None) -> DeadLetter:
    return DeadLetter(
        event_id=EventId(event_id),
        trace_id=arrival.trace_id,
        message_event_id=arrival.event_id,
        arrival=arrival.seq if place is None else place,
        hop="map",
        destination="",
        error=EventError("code-not-mapped", "text", "OBX[1]-3"),
        group=Group("g", "Group"),
        message_type="ORU^R01",
        sender="LAB",
        patient_id="",
        encounter_id="",
        lane="",
        attempts=1,
        first_at=1,
        last_at=1,
    )


def test_that_a_letter_taken_up_goes_before_what_waited_for_it(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"dead", b"follower", b"other")
    dead, follower, _ = inbox.pending(reader, 3)

    def park(write: WriteTransaction) -> None:
        dead_letters.add(write, [_letter(dead)])
        dead_letters.hold(write, ["placer||P1", "filler||F1"], "dead")
        inbox.finish(write, [dead.seq])
        inbox.wait(write, follower.seq, "dead")

    journal.submit(park).result(10)
    assert dead_letters.any_hold(reader)
    assert dead_letters.holder(reader, ["filler||F1"]) == "dead"
    assert dead_letters.holder(reader, ["filler||F2"]) is None
    assert _raws(reader) == [b"other"]
    resolved = journal.submit(lambda w: dead_letters.take_up(w, "dead")).result(10)
    assert resolved.letter.event_id == dead.event_id
    assert [f.event_id for f in resolved.followers] == [follower.event_id]
    assert _raws(reader) == [b"dead", b"follower", b"other"]
    assert not dead_letters.any_hold(reader)
    with pytest.raises(Conflict):
        journal.submit(lambda w: dead_letters.dismiss(w, "dead")).result(10)


def test_that_a_dismissed_letter_lets_its_followers_go(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"dead", b"follower")
    dead, follower = inbox.pending(reader, 2)

    def park(write: WriteTransaction) -> None:
        dead_letters.add(write, [_letter(dead)])
        inbox.finish(write, [dead.seq])
        inbox.wait(write, follower.seq, "dead")

    journal.submit(park).result(10)
    journal.submit(lambda w: dead_letters.dismiss(w, "dead")).result(10)
    assert _raws(reader) == [b"follower"]


def test_that_only_open_letters_of_the_pipeline_can_be_taken_up(journal: Journal, reader: DriverConnection) -> None:
    _accept(journal, b"1")
    (one,) = inbox.pending(reader, 1)
    journal.submit(lambda w: dead_letters.add(w, [_letter(one, "at-delivery", place=0)])).result(10)
    for event_id, code in (("unknown", "no-dead-letter"), ("at-delivery", "not-in-pipeline")):
        with pytest.raises(Refused) as refused:
            journal.submit(lambda w, e=event_id: dead_letters.take_up(w, e)).result(10)
        assert refused.value.code == code


def test_that_an_order_held_by_one_letter_is_not_taken_over_by_another(
    journal: Journal, reader: DriverConnection
) -> None:
    journal.submit(lambda w: dead_letters.hold(w, ["a", "b"], "first")).result(10)
    journal.submit(lambda w: dead_letters.hold(w, ["b", "c"], "second")).result(10)
    assert [dead_letters.holder(reader, [key]) for key in "abc"] == ["first", "first", "second"]


def test_which_keys_name_an_order() -> None:
    placer, filler = Key(KeyKind.PLACER, "p 1", "EHR"), Key(KeyKind.FILLER, "F-1")
    accession, patient = Key(KeyKind.ACCESSION, "A1"), Key(KeyKind.PATIENT, "9")
    several = dead_letters.order_keys([patient, placer, filler, accession, placer], "LAB")
    assert several == ("placer|EHR|P1", "filler|source:LAB|F1")
    assert dead_letters.order_keys([patient, accession], "LAB") == ("accession|source:LAB|A1",)
    assert dead_letters.order_keys([patient], "LAB") == ()
