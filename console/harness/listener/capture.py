"""Reading a capture: every whole record so far, also while the listener still writes; and what its store then held."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from console.core.errors import EnvironmentFault, Refused
from console.harness.listener.captured import (
    ABOUT,
    CODES,
    DEFECTS,
    FRAMES,
    INDEX,
    RECORD,
    SCRIPT,
    Captured,
    CaptureFlag,
)
from console.harness.listener.filing import Chart
from console.harness.listener.reading import read_script
from console.harness.listener.script import Script
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key

_AT_ONCE = 4096


def read_capture(folder: Path, *, after: int = 0) -> Iterator[Captured]:
    """Every message of a capture in the order of arrival, from number `after` + 1 on. A record that is only half on the
    disk, or whose bytes are not there, ends it. Raises Refused (code `not-found`) where there is no capture,
    EnvironmentFault when it cannot be read."""
    rules = about(folder).get("rules", [])
    try:
        with open(folder / INDEX, "rb") as index, open(folder / FRAMES, "rb") as frames:
            index.seek(after * RECORD.size)
            number = after
            at = -1
            while block := index.read(_AT_ONCE * RECORD.size):
                for record in RECORD.iter_unpack(block[: len(block) // RECORD.size * RECORD.size]):
                    at_ns, offset, size, connection, sequence, rule, code, flags = record
                    number += 1
                    if offset != at:
                        frames.seek(offset)
                    payload = frames.read(size)
                    if len(payload) < size:
                        return
                    at = offset + size
                    yield Captured(
                        number, at_ns, connection, sequence, payload,
                        CODES[code] if code < len(CODES) else "",
                        rules[rule] if rule < len(rules) else "",
                        CaptureFlag(flags),
                    )  # fmt: skip
    except OSError as error:
        raise _unreadable(folder, error) from error


def count(folder: Path) -> int:
    """Whole records so far."""
    try:
        return (folder / INDEX).stat().st_size // RECORD.size
    except OSError as error:
        raise _unreadable(folder, error) from error


def about(folder: Path) -> dict[str, Any]:
    """What the listener wrote of itself. Raises like `read_capture`."""
    try:
        body = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(f"{folder} holds no capture.", code="not-found") from None
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from error
    if not isinstance(body, dict):
        raise _unreadable(folder, ValueError("no table"))
    return body


def script_of(folder: Path) -> Script:
    """The script that was played. Raises like `read_script`."""
    text = (folder / SCRIPT).stat().st_size if (folder / SCRIPT).exists() else 0
    return read_script(folder / SCRIPT) if text else Script()


def planted(folder: Path) -> list[dict[str, Any]]:
    """The filing defects that the script planted, as they were noted: what a verdict must find, and nothing else."""
    try:
        lines = (folder / DEFECTS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(folder, error) from error
    return [json.loads(line) for line in lines if line.endswith("}")]


def chart(folder: Path) -> Chart:
    """The store behind the listener after everything in the capture, defects included."""
    made = Chart(script_of(folder))
    for message in read_capture(folder):
        if message.filed:
            made.take(message.number, message.payload)
    made.close()
    return made


def filed(folder: Path) -> list[Filed]:
    """What the store holds: one record a result, as it stands after the last message."""
    return chart(folder).filed()


class CaptureReceiving:
    """A capture as a system that can be asked what it filed (verdict.filed.Receiving)."""

    def __init__(self, folder: Path) -> None:
        self.name = f"the listener's store ({folder})"
        self.keeping = Keeping.CHART
        self.whole = True
        self.coverage = Coverage(order_kept=True)
        self.asked: dict[str, int] = {}
        self._folder = folder

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        """Everything, or what stands under the orders of these keys."""
        self.asked["capture"] = self.asked.get("capture", 0) + 1
        orders = {key[0] for key in keys}
        for one in filed(self._folder):
            if not orders or one.key[0] in orders:
                yield one

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """Nothing waits here."""
        for _ in ():
            yield _

    async def settled(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def _unreadable(folder: Path, error: Exception) -> EnvironmentFault:
    reason = getattr(error, "strerror", None) or error
    return EnvironmentFault(
        f"The capture in {folder} cannot be read: {reason}.", code="capture-unreadable", retryable=False
    )
