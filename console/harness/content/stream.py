"""What content gives to the load: messages in chunks, in an order that depends on the scenario and the seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

CHUNK = 256
"""The usual number of messages in a chunk: enough to make drawing cheap, few enough not to hold up a send."""


@dataclass(slots=True)
class Chunk:
    """Parallel lists, one entry a message. `payloads` are unframed. `lanes` number the patients (messages of one lane
    keep their order when connections are bound to patients), `orders` the orders (0: none). `kinds` index
    `MessageSource.kinds`. `after` is empty, or the hospital time in nanoseconds since the first message, for the
    recorded pace."""

    payloads: list[bytes] = field(default_factory=list)
    control_ids: list[bytes] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.payloads)


class MessageSource(Protocol):
    """Content that can be read from its beginning any number of times, always with the same bytes."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the message kinds (`ORU^R01`), at most 255."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """All messages from the first one on; endless unless the content ends."""
        ...
