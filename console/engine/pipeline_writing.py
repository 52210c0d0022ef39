"""One batch of the pipeline, written: events, inbox, projections and outbox in the same transaction, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.core.clock import to_micros
from console.core.events import Event
from console.engine.passage import Passage
from console.storage import dead_letters, encounters, inbox, orders, outbox, patients, resource_state
from console.storage.dead_letters import DeadLetter
from console.storage.inbox import Waiting
from console.storage.orders import Mention
from console.storage.write import WriteTransaction

Released = Callable[[Waiting, str], Event]
"""Makes the message.released of a row; the second argument says because of what."""


def write_batch(
    write: WriteTransaction,
    passages: Sequence[Passage],
    *,
    destinations: Sequence[str],
    now: int,
    released: Released,
    somebody_waits: bool,
) -> None:
    """Writes what the messages came to. `now` in microseconds. `somebody_waits` False spares the look for waiters."""
    through = [passage for passage in passages if passage.came_through]
    dead = [passage for passage in passages if passage.death is not None]
    write.append([event for passage in passages for event in passage.events])
    inbox.finish(write, [p.pending.seq for p in passages if not p.waits_for])
    resource_state.put(write, [row for p in through for row in p.rows])
    patients.put(write, [fact for p in through for fact in p.patients], now)
    _write_encounters(write, passages)
    orders.put_aliases(write, [alias for p in through for alias in p.aliases])
    orders.put(
        write,
        [
            Mention(fact, p.patient_id, p.encounter_id, p.pending.received_at)
            for p in through
            if p.outcome is not None
            for fact in p.outcome.orders
        ],
    )
    _write_parcels(write, through, destinations, now)
    dead_letters.add(write, [_letter(p, now) for p in dead])
    for passage in passages:  # in their order: who comes first holds
        if passage.holds_orders_for:
            dead_letters.hold(write, passage.order_keys, passage.holds_orders_for)
        if passage.waits_for:
            inbox.wait(write, passage.pending.seq, passage.waits_for)
    if somebody_waits or any(passage.waits_for for passage in passages):
        _release(write, through, released)


def _write_encounters(write: WriteTransaction, passages: Sequence[Passage]) -> None:
    facts = [
        (fact, p.pending.received_at)
        for p in passages
        if p.came_through and p.outcome is not None
        for fact in p.outcome.encounters
    ]
    encounters.put(write, facts)
    told = {fact.encounter_id for fact, _ in facts}
    encounters.touch(
        write,
        [(p.encounter_id, p.pending.received_at) for p in passages if p.encounter_id and p.encounter_id not in told],
    )


def _write_parcels(write: WriteTransaction, through: Sequence[Passage], destinations: Sequence[str], now: int) -> None:
    rows = []
    for passage in through:
        parcel = passage.parcel
        if parcel is not None:
            entries = outbox.entries_json(parcel.entries)
            rows += [
                (
                    destination,
                    passage.pending.trace_id,
                    parcel.event_id,
                    " ".join(passage.lanes),
                    parcel.bundle,
                    entries,
                    parcel.sha256,
                    now,
                )
                for destination in destinations
            ]
    outbox.add(write, rows)


def _letter(passage: Passage, now: int) -> DeadLetter:
    death, pending = passage.death, passage.pending
    assert death is not None
    return DeadLetter(
        event_id=death.event_id,
        trace_id=pending.trace_id,
        message_event_id=pending.event_id,
        arrival=pending.seq,
        hop=death.hop.value,
        destination="",
        error=death.error,
        group=death.group,
        message_type=pending.message_type,
        sender=pending.sender,
        patient_id=passage.patient_id,
        encounter_id=passage.encounter_id,
        lane=passage.lanes[0],
        attempts=pending.attempts + 1,
        first_at=to_micros(passage.events[0].occurred_at),
        last_at=now,
        test=pending.test,
    )


def _release(write: WriteTransaction, through: Sequence[Passage], released: Released) -> None:
    """Lets go what waited for something these messages provide."""
    provided = {name: passage for passage in through for name in passage.provides}
    for name in sorted(inbox.waiting_for(write, provided)):
        because = f"What it waited for came with {provided[name].pending.event_id}."
        write.append([released(row, because) for row in inbox.release(write, name)])
