"""A listener's capture as a receiver: the chart its store keeps, or the log of everything that reached it.

The chart says what stands behind a listener that plays a ward's system (copies are left out as its script says). The
log says what came over the wire, copies and all: for a relay that must deliver each thing once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from console.core.errors import InvalidMessage, Refused
from console.harness.listener.capture import CaptureReceiving, about, read_capture
from console.harness.listener.captured import Captured
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.truth import read_truth

_TAKEN = ("AA", "CA")


class CaptureSource:
    """`options`: `as` = `chart` (default) or `log`; for a log `every_version` = `yes` (default) or `no`, and `copies` =
    `once` (default), or `as-sent` for a listener that is the target itself."""

    whole = True
    says_settled = False

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None) -> None:
        """Raises Refused when there is no capture, or an option is none."""
        said = dict(options or {})
        about(folder)
        self.keeping = Keeping(_one_of(said, "as", ("chart", "log")))
        self.every_version = _one_of(said, "every_version", ("yes", "no")) == "yes"
        self.copies_as_sent = _one_of(said, "copies", ("once", "as-sent")) == "as-sent"
        self._folder = folder
        self._chart = CaptureReceiving(folder)
        self.name = self._chart.name if self.keeping is Keeping.CHART else f"the listener's capture ({folder})"
        self.coverage = Coverage(order_kept=True)
        self.asked: dict[str, int] = {}

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        """Everything, whatever the keys."""
        self.asked["capture"] = self.asked.get("capture", 0) + 1
        if self.keeping is Keeping.CHART:
            async for one in self._chart.filed(()):
                yield one
            return
        for message in read_capture(self._folder):
            for one in delivered(message):
                yield one

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """Nothing waits in a capture."""
        nothing: tuple[Held, ...] = ()
        for one in nothing:
            yield one

    async def settled(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def delivered(message: Captured) -> list[Filed]:
    """The results of one message that the listener took; none of one that it refused."""
    if message.refused or message.code not in _TAKEN:
        return []
    try:
        truth = read_truth(message.payload)
    except InvalidMessage:
        return []
    return [
        Filed(
            key=fact.key,
            patients=truth.patients,
            placer=fact.placer,
            value=fact.value,
            unit=fact.unit,
            status=fact.status,
            where=f"capture message {message.number}",
            sequence=message.number,
            control_id=truth.control_id,
        )
        for fact in truth.results
    ]


def _one_of(options: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    said = str(options.get(name, allowed[0]))
    if said not in allowed:
        raise Refused(f"verification option {name} = {said!r} is none of {', '.join(allowed)}.", code="bad-option")
    return said
