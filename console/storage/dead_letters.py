"""Dead letters: messages that stopped and wait for a person, and the orders they hold back.

A message that stopped for a reason we can mend (a code without a map, the gate, a fault of ours) will be taken up again
with the same bytes, so it holds the orders it names: their later messages wait, and a correction is never filed before
what it corrects. One that stopped for the sender's fault holds nobody: the same bytes will never do, and the next
message of the order is likely the repair. Nor does a message without an order number (ADT, a document, an
appointment): each carries its whole content, and a refused admission must not keep a patient's results from the ward.
A letter is resolved by taking its message up again at its old place, or by dismissing it; either lets go what waited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from console.core.errors import Conflict, Refused
from console.core.events import EventError
from console.core.ids import EventId, TraceId
from console.core.keys import Key, KeyKind, fold_key
from console.core.test_traffic import is_test_traffic
from console.evidence.fingerprint import Group
from console.storage import inbox
from console.storage.database import DriverConnection
from console.storage.inbox import Waiting
from console.storage.write import WriteTransaction

_COLUMNS = (
    "event_id",
    "trace_id",
    "message_event_id",
    "arrival",
    "hop",
    "destination",
    "code",
    "text",
    "path",
    "group_key",
    "group_title",
    "message_type",
    "sender",
    "patient_id",
    "encounter_id",
    "lane",
    "attempts",
    "first_at",
    "last_at",
    "state",
    "bundle",
    "test",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """`event_id` is that of message.dead_lettered; `arrival` the message's place in the inbox (0: it failed at
    delivery, and `bundle` is what could not be delivered). Times in microseconds. `test`: traffic of the harness."""

    event_id: EventId
    trace_id: TraceId
    message_event_id: EventId | str
    arrival: int
    hop: str
    destination: str
    error: EventError
    group: Group
    message_type: str
    sender: str
    patient_id: str
    encounter_id: str
    lane: str
    attempts: int
    first_at: int
    last_at: int
    bundle: bytes | None = None
    test: bool = False


OURS_TO_MEND: Final = frozenset({"code-not-mapped", "gate", "bug"})
"""Codes of failures that go away with a map, a setting or an update of ours, the message being as it is."""


def order_keys(keys: Iterable[Key], sender: str) -> tuple[str, ...]:
    """The numbers that name a message's orders: placer and filler; accession only when there is neither (one accession
    may serve several orders). A number without an assigner is its sender's own."""
    found = list(keys)
    kinds = (KeyKind.PLACER, KeyKind.FILLER)
    named = [key for key in found if key.kind in kinds] or [key for key in found if key.kind is KeyKind.ACCESSION]
    return tuple(
        dict.fromkeys(
            f"{k.kind.value}|{k.assigner or f'source:{sender}'}|{fold_key(k.value)}" for k in named if k.value
        )
    )


def add(write: WriteTransaction, letters: Sequence[DeadLetter]) -> None:
    write.insert(
        "dead_letters",
        _COLUMNS,
        [
            (
                letter.event_id,
                letter.trace_id,
                letter.message_event_id,
                letter.arrival,
                letter.hop,
                letter.destination,
                letter.error.code,
                letter.error.text,
                letter.error.path,
                letter.group.key,
                letter.group.title,
                letter.message_type,
                letter.sender,
                letter.patient_id,
                letter.encounter_id,
                letter.lane,
                letter.attempts,
                letter.first_at,
                letter.last_at,
                "open",
                letter.bundle,
                int(letter.test),
            )
            for letter in letters
        ],
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose message a trace is about, as far as it is known."""

    event_id: str
    message_type: str
    sender: str
    patient_id: str
    encounter_id: str
    test: bool = False


def origin(reader: DriverConnection | WriteTransaction, trace_id: str) -> Origin:
    """What a letter says of the message behind a trace."""
    row = reader.execute(
        "SELECT m.event_id, m.message_type, m.sending_application, m.sending_facility, t.patient_id, t.encounter_id"
        " FROM messages m LEFT JOIN traces t ON t.trace_id = m.trace_id WHERE m.trace_id = ? LIMIT 1",
        (trace_id,),
    ).fetchone()
    if row is None:
        return Origin("", "", "", "", "")
    return Origin(row[0], row[1], row[2] or row[3], row[4] or "", row[5] or "", is_test_traffic(row[3]))


def hold(write: WriteTransaction, keys: Sequence[str], event_id: str) -> None:
    """The orders wait for this letter, unless they wait for an earlier one already."""
    write.insert(
        "order_holds", ("order_key", "event_id"), [(key, event_id) for key in keys], conflict="ON CONFLICT DO NOTHING"
    )


def any_hold(reader: DriverConnection) -> bool:
    """Whether any order is held at all: most of the time none is, and then nobody need ask further."""
    return reader.execute("SELECT 1 FROM order_holds LIMIT 1").fetchone() is not None


def holder(reader: DriverConnection, keys: Sequence[str]) -> str | None:
    """The dead letter that holds any of these orders."""
    for key in keys:
        row = reader.execute("SELECT event_id FROM order_holds WHERE order_key = ?", (key,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What resolving a letter set free: the message itself when it was taken up, and those that waited for it."""

    letter: Waiting
    taken_up: bool
    followers: tuple[Waiting, ...]


def take_up(write: WriteTransaction, event_id: str) -> Resolved:
    """Puts the message of a letter back at its old place in the inbox, ahead of what waited for it.

    Raises Refused when the letter is unknown or failed at delivery, Conflict when somebody resolved it before.
    """
    return _resolve(write, event_id, taken_up=True)


def dismiss(write: WriteTransaction, event_id: str) -> Resolved:
    """Closes a letter without trying again. Raises as `take_up`."""
    return _resolve(write, event_id, taken_up=False)


def _resolve(write: WriteTransaction, event_id: str, *, taken_up: bool) -> Resolved:
    row = write.execute(
        "SELECT trace_id, message_event_id, arrival, attempts, state FROM dead_letters WHERE event_id = ?", (event_id,)
    ).fetchone()
    if row is None:
        raise Refused(
            "There is no dead letter with this id. Reload the list of failures.",
            code="no-dead-letter",
            event_id=event_id,
        )
    trace_id, message_event_id, arrival, attempts, state = row
    if state != "open":
        raise Conflict("Somebody resolved this dead letter before.", code="already-resolved", event_id=event_id)
    if taken_up and not arrival:
        raise Refused(
            "This message failed at delivery, not before: it is mapped already.",
            code="not-in-pipeline",
            event_id=event_id,
        )
    letter = Waiting(arrival, EventId(message_event_id), TraceId(trace_id))
    write.execute("UPDATE dead_letters SET state = 'resolved' WHERE event_id = ?", (event_id,))
    write.execute("DELETE FROM order_holds WHERE event_id = ?", (event_id,))
    if taken_up:
        inbox.put_back(write, letter, attempts=attempts)
    return Resolved(letter, taken_up, tuple(inbox.release(write, event_id)))
