"""The store behind the listener: a fold over the messages it took, with the defects its script plants.

A good store files each result once, under its patient, lets no older version win over a newer one, and takes the same
message twice for once. A defect is one lasting exception to that, in the results of one message, chosen by the seed and
noted: what is lost stays lost, what stands twice stays so, whatever comes later. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from random import Random
from typing import Any

from console.core.errors import InvalidMessage
from console.harness.listener.script import Defect, DefectKind, Script
from console.harness.verdict.filed import Filed, Key
from console.harness.verdict.truth import MessageTruth, ResultFact, read_truth
from console.harness.verdict.versions import FINAL, WITHDRAWN, finality
from console.hl7v2.timestamp import has_zone, parse_time

Note = Callable[[dict[str, Any]], None]
Patients = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Entry:
    """What stands for one key. `copies` are further records of the same result, `frozen`: it never changes again,
    `misfiled` the wrong patient that it keeps."""

    record: Filed
    issued: str
    time: str
    copies: list[Filed]
    frozen: bool = False
    misfiled: Patients | None = None

    def says(self, fact: ResultFact) -> bool:
        return (self.record.value, self.record.unit, self.record.status) == (fact.value, fact.unit, fact.status)

    def yields_to(self, fact: ResultFact, time: str) -> bool:
        """Whether a new statement stands over this one: by finality, then by its own times, then because it came
        later."""
        old, new = finality(self.record.status or "") or FINAL, finality(fact.status) or FINAL
        if old != new and WITHDRAWN not in (old, new):
            return new > old
        for mine, theirs in ((self.issued, fact.issued), (self.time, time)):
            before, after = parse_time(mine, UTC), parse_time(theirs, UTC)
            if before is None or after is None or before == after or has_zone(mine) != has_zone(theirs):
                continue
            return after > before
        return True


class Chart:
    """Takes messages in the order they were accepted. `note` hears of each planted defect: kind, number and control id
    of the message, the keys it touches, and the other message of a swap."""

    def __init__(self, script: Script, note: Note = lambda defect: None) -> None:
        self._ignores = script.filing.ignore_duplicates
        self._entries: dict[Key, _Entry] = {}
        self._lost: set[Key] = set()
        self._known: set[bytes] = set()
        self._planned = [_Planned(defect, script.seed) for defect in script.filing.defects]
        self._taken = 0
        self._sequence = 0
        self._waiting: tuple[int, MessageTruth] | None = None
        self._note = note

    def take(self, number: int, payload: bytes) -> None:
        """Files message `number` of the capture. What cannot be read or holds no result changes nothing."""
        try:
            truth = read_truth(payload)
        except InvalidMessage:
            return
        if not truth.results:
            return
        # the same MSH-10 with other bytes is another message: senders that reuse control ids would lose results
        identity = hashlib.sha256(payload).digest()
        again = identity in self._known
        if again and self._ignores:
            return
        self._known.add(identity)
        self._taken += 1
        planned = [one for one in self._planned if one.meets(self._taken)]
        self._file(number, truth, planned, again=again)

    def close(self) -> None:
        """No message comes any more: one that waited to be swapped is filed as it is."""
        if self._waiting is not None:
            (number, truth), self._waiting = self._waiting, None
            self._apply(number, truth)

    def filed(self) -> list[Filed]:
        """One record a result, more where one was filed again, in the order of filing."""
        records = [one for entry in self._entries.values() for one in (entry.record, *entry.copies)]
        return sorted(records, key=lambda one: one.sequence)

    def _file(self, number: int, truth: MessageTruth, planned: Sequence[_Planned], *, again: bool) -> None:
        if self._waiting is not None:
            (first_number, first), self._waiting = self._waiting, None
            if self._is_new(truth) and self._is_new(first) and not set(first.patients) & set(truth.patients):
                self._swap(first_number, first, number, truth)
                for one in planned:
                    one.owed += 1
                return
            self._apply(first_number, first)
            self._put_off(DefectKind.SWAP_PATIENTS)
        for one in planned:
            if not self._can(one.kind, truth):
                one.owed += 1
            elif one.kind is DefectKind.SWAP_PATIENTS:
                self._waiting = (number, truth)
                return
            else:
                self._plant(one.kind, number, truth)
                return
        self._apply(number, truth, again=again)

    def _put_off(self, kind: DefectKind) -> None:
        next(one for one in self._planned if one.kind is kind).owed += 1

    def _can(self, kind: DefectKind, truth: MessageTruth) -> bool:
        """Whether the defect would show in this message, and in nothing that a defect already touched."""
        if kind is not DefectKind.STALE:
            return self._is_new(truth) and bool(truth.patients)
        for fact in truth.results:
            known = self._entries.get(fact.key)
            if known is None or known.frozen or known.copies or known.misfiled or known.says(fact):
                return False
            if not known.yields_to(fact, truth.time):
                return False
        return True

    def _is_new(self, truth: MessageTruth) -> bool:
        return not any(fact.key in self._entries or fact.key in self._lost for fact in truth.results)

    def _plant(self, kind: DefectKind, number: int, truth: MessageTruth) -> None:
        keys = [fact.key for fact in truth.results]
        match kind:
            case DefectKind.LOSE:
                self._lost.update(keys)
            case DefectKind.STALE:
                for key in keys:
                    self._entries[key].frozen = True
            case _:
                self._apply(number, truth)
                for key in keys:
                    self._copy(key, self._entries[key].record, "filed twice")
        self._note(
            {"kind": kind.value, "number": number, "control_id": truth.control_id, "keys": list(map(list, keys))}
        )

    def _swap(self, first_number: int, first: MessageTruth, number: int, truth: MessageTruth) -> None:
        for at, one, wrong in ((first_number, first, truth.patients), (number, truth, first.patients)):
            self._apply(at, one, misfiled=wrong)
        self._note(
            {
                "kind": DefectKind.SWAP_PATIENTS.value,
                "number": first_number,
                "control_id": first.control_id,
                "keys": [list(fact.key) for fact in first.results],
                "other_number": number,
                "other_control_id": truth.control_id,
                "other_keys": [list(fact.key) for fact in truth.results],
            }
        )

    def _apply(
        self, number: int, truth: MessageTruth, *, misfiled: Patients | None = None, again: bool = False
    ) -> None:
        for fact in truth.results:
            if fact.key in self._lost:
                continue
            known = self._entries.get(fact.key)
            if known is None:
                record = self._record(number, truth, fact, misfiled)
                self._entries[fact.key] = _Entry(record, fact.issued, truth.time, [], misfiled=misfiled)
            elif again and known.says(fact):
                self._copy(fact.key, known.record, f"filed again with message {number}")
            elif not known.frozen and not known.says(fact) and known.yields_to(fact, truth.time):
                known.record = self._record(number, truth, fact, known.misfiled)
                known.issued, known.time = fact.issued, truth.time

    def _copy(self, key: Key, record: Filed, words: str) -> None:
        self._sequence += 1
        again = replace(record, sequence=self._sequence, where=f"{record.where}, {words}")
        self._entries[key].copies.append(again)

    def _record(self, number: int, truth: MessageTruth, fact: ResultFact, misfiled: Patients | None) -> Filed:
        self._sequence += 1
        return Filed(
            key=fact.key,
            patients=misfiled or truth.patients,
            placer=fact.placer,
            value=fact.value,
            unit=fact.unit,
            status=fact.status,
            where=f"capture message {number}",
            sequence=self._sequence,
            control_id=truth.control_id,
        )


class _Planned:
    """In which results messages a defect comes. `owed`: those that could not show it, for the next that can."""

    def __init__(self, defect: Defect, seed: int) -> None:
        self.kind = defect.kind
        self.owed = 0
        chosen = _one_in(defect.one_in, Random(f"{seed}/filing/{defect.kind}"))
        self._numbers: Iterator[int] = iter(sorted(defect.numbers)) if defect.numbers else chosen
        self._next = next(self._numbers, 0)

    def meets(self, number: int) -> bool:
        if number == self._next:
            self._next = next(self._numbers, 0)
            return True
        if self.owed:
            self.owed -= 1
            return True
        return False


def _one_in(count: int, random: Random) -> Iterator[int]:
    """One number of 1..count, one of count+1..2*count, and so on."""
    start = 1
    while True:
        yield start + random.randrange(count)
        start += count
