"""Whether what was accepted one after the other was filed one after the other, patient by patient. Pure.

A finding needs two results of one patient of which the first was answered before the second was sent, and the second
was filed before the first. What was in flight at the same time has no order.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np


class OrderKept:
    """Collects (person, first sent, last answered, place in the receiver's order); 36 bytes each. `ticket` names the
    entry for the evidence."""

    def __init__(self) -> None:
        self._person = array("q")
        self._sent = array("q")
        self._answered = array("q")
        self._sequence = array("q")
        self._ticket = array("l")

    def __len__(self) -> int:
        return len(self._person)

    def note(self, person: int, sent: int, answered: int, sequence: int, ticket: int) -> None:
        self._person.append(person)
        self._sent.append(sent)
        self._answered.append(answered)
        self._sequence.append(sequence)
        self._ticket.append(ticket)

    def take(self, other: OrderKept, *, offset: int) -> None:
        """Adds another's entries, their tickets moved on by `offset`."""
        self._person += other._person
        self._sent += other._sent
        self._answered += other._answered
        self._sequence += other._sequence
        self._ticket += array("l", (ticket + offset for ticket in other._ticket))

    def broken(self) -> Iterator[tuple[int, int, int]]:
        """For each person whose order was not kept: (person, ticket of what was filed too late, ticket of what was
        filed before it though accepted after it)."""
        if not self._person:
            return
        person = np.frombuffer(self._person, dtype=np.int64)
        sent = np.frombuffer(self._sent, dtype=np.int64)
        answered = np.frombuffer(self._answered, dtype=np.int64)
        sequence = np.frombuffer(self._sequence, dtype=np.int64)
        ticket = np.frombuffer(self._ticket, dtype=np.dtype("l"))
        place = np.lexsort((sequence, person))
        bounds = np.flatnonzero(np.diff(person[place])) + 1
        for part in np.split(place, bounds):
            if len(part) < 2:
                continue
            # the latest `sent` among those filed before: what was answered before it and filed after it is late
            high = np.maximum.accumulate(sent[part])
            late = np.flatnonzero((answered[part][1:] <= high[:-1]) & (sequence[part][1:] > sequence[part][:-1]))
            if len(late):
                at = int(late[0]) + 1
                before = int(np.argmax(sent[part][:at]))
                if sequence[part[before]] < sequence[part[at]]:
                    yield int(person[part[0]]), int(ticket[part[at]]), int(ticket[part[before]])
