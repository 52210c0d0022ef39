"""The live figures of a listener: what `harness listen --live-json` prints, one JSON object a line, 4 Hz.

The desktop and the terminal view draw from nothing else. `series` and `messages` hold what is new since the last
snapshot; everything else is whole. Commands go the other way on standard input, one a line: `outage on [KIND]`,
`outage off`, `answer CODE`, `answer script`, `silence on`, `silence off`, `stop`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

NEWEST = 50
"""The most messages in one snapshot."""
MOST_RAW = 256 * 1024
"""The most bytes of raw text in one snapshot; messages beyond it come without."""


@dataclass(frozen=True, slots=True)
class Second:
    """One second since the listener was ready: messages received and answers given in it."""

    at_s: int
    received: int
    answered: int


@dataclass(frozen=True, slots=True)
class LatestMessage:
    """One message that came. `at` RFC 3339, `at_s` since the listener was ready; `code` is MSA-1 of its answer, `` for
    none; `rule` what decided; `raw` its text (bytes outside of UTF-8 as `\ufffd`), `` where there was no room."""

    number: int
    at: str
    at_s: float
    connection: int
    control_id: str
    kind: str
    size: int
    code: str
    rule: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What looking into the messages has found. `looked_at` of all messages: under a flood not every one is looked at
    while it runs.

    `duplicates`: messages that came before byte for byte; `same_results`: other messages all of whose results (filler,
    code, sub-id, value, status) came before; `backwards`: messages of a patient whose MSH-7 is before that of the last;
    `gaps`: numbers missing in MSH-10 of senders that count."""

    looked_at: int = 0
    duplicates: int = 0
    same_results: int = 0
    backwards: int = 0
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class ListenerSnapshot:
    """Everything there is to show now. `state`: listening, outage, silent, answering (a person's answer for all),
    trouble, stopped. `answers` by MSA-1, `none` for no answer; `rules` by name, in the order of the script."""

    name: str
    mllp: str
    state: str
    elapsed_s: float
    received: int = 0
    answered: int = 0
    waiting: int = 0
    refused: int = 0
    connections: int = 0
    opened: int = 0
    turned_away: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    received_per_s: float = 0.0
    answered_per_s: float = 0.0
    types: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    planted: int = 0
    lab: dict[str, int] = field(default_factory=dict)
    capture: str = ""
    captured: int = 0
    series: list[Second] = field(default_factory=list)
    messages: list[LatestMessage] = field(default_factory=list)
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"type": "listener", **asdict(self)}

    def summary(self) -> dict[str, Any]:
        """What is said at the end: the same without what was new."""
        body = asdict(self)
        for name in ("series", "messages", "text", "received_per_s", "answered_per_s"):
            del body[name]
        return {"type": "summary", **body}
