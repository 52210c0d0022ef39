"""Server-sent events taken apart, sans I/O (html.spec.whatwg.org, 9.2.6: interpreting an event stream)."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One dispatched event. `id` is the last id seen, '' before the first."""

    id: str
    kind: str
    data: str


class EventStreamParser:
    """Bytes in, events out; state survives any chunking.

    `comments` counts comment lines, which servers send as heartbeats. Raises ValueError for a line without end.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._after_cr = False
        self._first = True
        self._id = ""
        self._kind = ""
        self._data: list[str] = []
        self.comments = 0

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events completed by these bytes."""
        events: list[ServerEvent] = []
        for line in self._lines(chunk):
            event = self._take(line)
            if event is not None:
                events.append(event)
        return events

    def _lines(self, chunk: bytes) -> list[str]:
        """Lines end in CR, LF or CRLF; a CR at the end of a chunk may be half of a CRLF."""
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[:1] == b"\n":
                chunk = chunk[1:]
        buffer = self._rest + chunk
        if self._first and len(buffer) >= 3:
            self._first = False
            buffer = buffer.removeprefix(b"\xef\xbb\xbf")
        pieces = buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        self._rest = pieces.pop()
        if len(self._rest) > LONGEST_LINE:
            raise ValueError("a line of the event stream has no end")
        return [piece.decode("utf-8", "replace") for piece in pieces]

    def _take(self, line: str) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            self.comments += 1
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._id = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        kind, data = self._kind or "message", self._data
        self._kind, self._data = "", []
        return ServerEvent(self._id, kind, "\n".join(data)) if data else None
