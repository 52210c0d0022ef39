"""What a person decides about a dead letter: take its message up again, or leave it and let go what waits for it.

A journal job, so that the decision, the events that tell of it and the rows it sets free are one commit. A message
that is taken up goes the ordinary road from its old place in the inbox, as a new attempt in the same trace.
"""

from __future__ import annotations

from console.core.clock import Clock
from console.core.ids import UuidSource
from console.engine.pipeline import released_event
from console.storage import dead_letters
from console.storage.dead_letters import Resolved
from console.storage.write import WriteTransaction


def take_up(write: WriteTransaction, event_id: str, *, ids: UuidSource, clock: Clock) -> Resolved:
    """Maps the message of the letter again, before those that waited for it.

    Raises Refused when there is no such letter or it failed at delivery, Conflict when it was resolved before.
    """
    resolved = dead_letters.take_up(write, event_id)
    released = [released_event(resolved.letter, "Taken up again.", ids=ids, clock=clock)]
    released += [
        released_event(row, f"The dead letter {event_id} it waited for is taken up again.", ids=ids, clock=clock)
        for row in resolved.followers
    ]
    write.append(released)
    return resolved


def dismiss(write: WriteTransaction, event_id: str, *, ids: UuidSource, clock: Clock) -> Resolved:
    """Closes the letter without trying again; what waited for it goes on. Raises as `take_up`."""
    resolved = dead_letters.dismiss(write, event_id)
    because = f"The dead letter {event_id} it waited for was dismissed."
    write.append([released_event(row, because, ids=ids, clock=clock) for row in resolved.followers])
    return resolved
