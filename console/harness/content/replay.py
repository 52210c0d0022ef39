"""Recorded messages as a source: passed through once, a number of times or without end, as they are or renewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from console.harness.content.marks import Numbers
from console.harness.content.recordings import Recorded
from console.harness.content.renewal import Cut, cut, header_of
from console.harness.content.renewing import Pass, Sources, offset_to
from console.harness.content.stream import CHUNK, Chunk
from console.hl7v2.timestamp import parse_time
from console.synthetic.people import make_person

_MOST_KINDS = 120
_OTHER = "other"
_LANES = 1 << 31
_NOBODY = 1_000_000
_SECOND = 1_000_000_000
_LARGEST_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Manner:
    """How recordings are gone through. `paced`: the recorded times between the messages count (a stream); else they
    are a second apart. `skip`: what cannot be renewed is left out instead of being sent as it is. `repeat` 0: without
    end. `index` is the ingredient's place in the mix, `mark` begins its numbers."""

    renew: bool
    paced: bool
    skip: bool
    marked: bool
    repeat: int
    index: int
    mark: str
    seed: int
    facility: str
    processing_id: str
    first_lane: int


@dataclass(frozen=True, slots=True)
class _Prepared:
    payload: bytes
    cut: Cut | None
    control_id: bytes
    kind: int
    lane: int
    order: int
    after: int


class Replay:
    """`kinds` are the kinds found; `notes` say what was left out or is sent unchanged, for people."""

    def __init__(self, recorded: Sequence[Recorded], manner: Manner, starts: datetime) -> None:
        self._manner = manner
        self._starts = starts
        cuts = [cut(one.payload) for one in recorded]
        bare = [one.origin for one, made in zip(recorded, cuts, strict=True) if manner.renew and made is None]
        self.notes: tuple[str, ...] = ()
        if bare:
            done = "left out" if manner.skip else "sent as they are, with the numbers they were recorded with"
            self.notes = (f"{len(bare)} of {len(recorded)} messages cannot be renewed and are {done}: {_some(bare)}",)
        self._groups, self._sexes = _groups([made for made in cuts if made is not None])
        kept = [
            (one, made)
            for one, made in zip(recorded, cuts, strict=True)
            if made is not None or not (manner.renew and manner.skip)
        ]
        self.kinds, self._messages, self._first = self._prepare(kept)
        self._length = (self._messages[-1].after if self._messages else 0) + _SECOND

    def _prepare(self, kept: Sequence[tuple[Recorded, Cut | None]]) -> tuple[tuple[str, ...], list[_Prepared], bytes]:
        headers = [header_of(one.payload) for one, _ in kept]
        names = [_kind(header.message_type) if header else _OTHER for header in headers]
        common = [name for name, _ in Counter(names).most_common(_MOST_KINDS)]
        kinds = [name for name in dict.fromkeys(names) if name in common]
        if len(kinds) < len(set(names)) and _OTHER not in kinds:
            kinds.append(_OTHER)
        orders: dict[bytes, int] = {}
        made: list[_Prepared] = []
        first, begun, latest = b"", None, 0
        for position, ((one, parts), header, name) in enumerate(zip(kept, headers, names, strict=True)):
            time = header.message_time.encode("utf-8", "surrogateescape") if header else b""
            moment = parse_time(time.decode("ascii", "replace").strip(), self._starts.tzinfo or UTC)
            if begun is None and moment is not None:
                first, begun = time, moment
            if self._manner.paced and begun is not None and moment is not None:
                latest = max(latest, int((moment - begun) / timedelta(microseconds=1)) * 1000)
            order = orders.setdefault(parts.order, len(orders) + 1) if parts and parts.order else 0
            made.append(
                _Prepared(
                    one.payload,
                    parts,
                    header.control_id.encode("utf-8", "surrogateescape") if header else b"",
                    kinds.index(name if name in kinds else _OTHER),
                    self._lane(parts, position),
                    order,
                    latest if self._manner.paced else position * _SECOND,
                )
            )
        self._orders = len(orders)
        return tuple(kinds), made, first

    def _lane(self, parts: Cut | None, position: int) -> int:
        """The patient's number over the whole set; a message about nobody has a lane of its own."""
        for identifiers, _ in parts.persons if parts else ():
            if identifiers:
                return self._groups[min(identifiers)]
        return _NOBODY + position

    def chunks(self) -> Iterator[Chunk]:
        """All messages of every pass, in the order they were recorded."""
        manner = self._manner
        control_ids = Numbers(f"{manner.mark}-")
        face = lru_cache(maxsize=5_000)(partial(make_person, manner.seed))
        sources = Sources(
            manner.seed,
            manner.mark,
            manner.facility,
            manner.processing_id,
            self._starts.tzinfo or UTC,
            self._groups,
            self._sexes,
            face,
            manner.marked,
        )
        width = _NOBODY + len(self._messages)
        number = 0
        chunk, size = Chunk(), 0
        while self._messages and (not manner.repeat or number < manner.repeat):
            begins = number * self._length
            starts = self._starts + timedelta(microseconds=begins // 1000)
            renewed = Pass(sources, number, offset_to(self._first, starts))
            for one in self._messages:
                payload, control_id, turn = one.payload, one.control_id, 0
                if one.cut is not None and manner.renew:
                    control_id = control_ids.take().encode()
                    payload, turn = renewed.render(one.cut, control_id), number
                chunk.payloads.append(payload)
                chunk.control_ids.append(control_id)
                chunk.lanes.append(manner.first_lane + (turn * width + one.lane) % _LANES)
                order = (manner.index << 40) + turn * self._orders + one.order if one.order else 0
                chunk.orders.append(order)
                chunk.kinds.append(one.kind)
                chunk.after.append(begins + one.after)
                size += len(payload)
                if len(chunk) >= CHUNK or size >= _LARGEST_CHUNK:
                    yield chunk
                    chunk, size = Chunk(), 0
            number += 1
        if len(chunk):
            yield chunk


def _groups(cuts: Sequence[Cut]) -> tuple[dict[bytes, int], dict[int, str]]:
    """Which identifiers mean the same patient: those that stand in one PID together, or in a PID and its MRG."""
    parent: dict[bytes, bytes] = {}

    def root(identifier: bytes) -> bytes:
        while parent[identifier] != identifier:
            parent[identifier] = parent[parent[identifier]]
            identifier = parent[identifier]
        return identifier

    for made in cuts:
        for identifiers, _ in made.persons:
            ordered = sorted(identifiers)
            for identifier in ordered:
                parent.setdefault(identifier, identifier)
                parent[root(identifier)] = root(ordered[0])
    numbers: dict[bytes, int] = {}
    groups = {identifier: numbers.setdefault(root(identifier), len(numbers)) for identifier in parent}
    sexes: dict[int, str] = {}
    for made in cuts:
        for identifiers, sex in made.persons:
            if identifiers and sex:
                sexes.setdefault(groups[min(identifiers)], sex)
    return groups, sexes


def _kind(message_type: str) -> str:
    """MSH-9 as a name: short, printable ASCII."""
    shown = "".join(c for c in message_type if c.isascii() and (c.isalnum() or c in "^_"))[:16]
    return shown or _OTHER


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
