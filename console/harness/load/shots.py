"""What goes onto the wire, in order: content with the planned faults in it. One shot is one row of the ledger.

`load.faults` makes shots from content; the worker sends them. A shot without a `Special` is an ordinary frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from console.harness.scenario.model import FaultKind

FAULTS: tuple[FaultKind, ...] = tuple(FaultKind)
"""The ledger's column `fault` is 1 + the index in here; 0 is none."""


class Way(StrEnum):
    """How the bytes of a shot leave."""

    PLAIN = "plain"
    NOT_AT_ALL = "not-at-all"
    BYTE_BY_BYTE = "byte-by-byte"
    SLOWLY = "slowly"  # spread over `amount` seconds
    SPLIT = "split"  # in the pieces of `cuts`, `amount` seconds apart
    WITH_NEXT = "with-next"  # held until the next shot of the connection, then both in one write
    CLOSE_BEFORE = "close-before"  # connect anew, close, and the shot goes out on the connection after that
    CLOSE_DURING = "close-during"  # half the bytes, then close; the sender then sends the whole frame again
    CLOSE_AFTER = "close-after"  # all the bytes, then close without waiting; sent again afterwards
    RESET_AFTER = "reset-after"  # all the bytes, then RST; sent again afterwards


@dataclass(frozen=True, slots=True)
class Special:
    """What is out of the ordinary with a shot. `expected`: what a sound receiver may do: answer codes (`AA`, `AE`,
    `AR`, `CE`, `CR`), `close`, `silence`; empty: an ordinary positive answer. `broken`: `AA` or `CA` would be wrong.
    `damaged`: the payload no longer says what its content meant, though a receiver need not see that: an answer may be
    positive, and nothing in it can be demanded afterwards."""

    fault: FaultKind
    way: Way = Way.PLAIN
    amount: float = 0.0
    cuts: tuple[int, ...] = ()
    broken: bool = False
    damaged: bool = False
    expected: tuple[str, ...] = ()
    note: str = ""


@dataclass(slots=True)
class Shots:
    """Parallel lists, one entry a shot. `frames` are the bytes as they go out, VT and FS CR included. `control_ids` are
    MSH-10 as sent (b'' where there is none). `origins` number the content messages. `delays` (nanoseconds) and
    `specials` are by index in this chunk. `after`: see content.stream.Chunk. `due`: when each is to be sent, in
    nanoseconds since the start (delays not added); empty in the closed model. What faults add to the content (copies,
    garbage) is due with the message it stands at, so faults move no other message's time."""

    frames: list[bytes] = field(default_factory=list)
    control_ids: list[bytes] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    due: list[int] = field(default_factory=list)
    delays: dict[int, int] = field(default_factory=dict)
    specials: dict[int, Special] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frames)
