"""What a listener has told: the newest snapshot, its latest messages and seconds. No Qt, no I/O."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from console.core.errors import InvalidMessage
from console.desktop.models.draft_message import Draft
from console.desktop.models.message_tree import Node
from console.hl7v2.charset import codec_of
from console.hl7v2.peek import peek

MESSAGES_KEPT = 500
SECONDS_KEPT = 60


class LiveListener:
    """Takes the lines of `harness listen --live-json`."""

    def __init__(self) -> None:
        self.snapshot: Mapping[str, Any] = {}
        """As `ListenerSnapshot.as_json` gives it; {} before the first."""
        self.messages: deque[Mapping[str, Any]] = deque(maxlen=MESSAGES_KEPT)
        """Oldest first."""
        self.seconds: deque[int] = deque(maxlen=SECONDS_KEPT)
        """Messages received in each of the last seconds."""

    def take_line(self, line: bytes) -> bool:
        """One line; whether it was one of a listener's."""
        try:
            body = json.loads(line)
        except ValueError:
            return False
        if not isinstance(body, dict) or body.get("type") not in ("listener", "summary"):
            return False
        self.messages.extend(body.get("messages", ()))
        self.seconds.extend(int(second["received"]) for second in body.get("series", ()))
        self.snapshot = {**self.snapshot, **body, "type": "listener"}
        return True

    @property
    def address(self) -> str:
        return str(self.snapshot.get("mllp", ""))

    @property
    def state(self) -> str:
        return str(self.snapshot.get("state", ""))

    def count(self, name: str) -> int:
        return int(self.snapshot.get(name, 0))

    def counts(self, name: str) -> Mapping[str, int]:
        """`types`, `answers`, `rules`, `findings` or `lab`."""
        found = self.snapshot.get(name, {})
        return found if isinstance(found, Mapping) else {}

    def message(self, number: str) -> Mapping[str, Any] | None:
        """One of the latest messages by its number."""
        return next((one for one in self.messages if str(one["number"]) == number), None)


def message_nodes(raw: str) -> list[Node]:
    """The tree of a message given as text; nothing for what is no message."""
    payload = raw.encode("utf-8", "replace")
    try:
        charset = peek(payload).charset
    except InvalidMessage:
        return []
    payload = raw.encode(codec_of(charset.partition("~")[0]) or "utf-8", "replace")
    return Draft(payload).nodes()
