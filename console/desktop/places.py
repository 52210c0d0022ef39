"""A place is a page and what it shows: the unit of history, of deep links and of `--page`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

SCHEME = "signalbox"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the user is. `params` hold ids only, e.g. `{"encounter": "..."}`, never a name."""

    page: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.page, frozenset(self.params.items())))

    def link(self) -> str:
        """The deep link, e.g. `signalbox://timeline?encounter=118204`."""
        query = urlencode(dict(self.params), quote_via=quote)
        return f"{SCHEME}://{self.page}" + (f"?{query}" if query else "")


def place_from_link(text: str) -> Place | None:
    """Reads a deep link; None when the text is none."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    if parts.scheme != SCHEME or not parts.netloc:
        return None
    return Place(parts.netloc.lower(), dict(parse_qsl(parts.query)))


class History:
    """Back and forward through places, as a browser does it. At most `limit` steps back."""

    def __init__(self, limit: int = 100) -> None:
        self._limit = limit
        self._back: list[Place] = []
        self._forward: list[Place] = []
        self.current: Place | None = None

    def visit(self, place: Place) -> None:
        if place == self.current:
            return
        if self.current is not None:
            self._back.append(self.current)
            del self._back[: -self._limit]
        self._forward.clear()
        self.current = place

    def replace(self, place: Place) -> None:
        """The current place has changed its own subject: remember it without a step."""
        self.current = place

    @property
    def can_go_back(self) -> bool:
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        return bool(self._forward)

    def back(self) -> Place | None:
        return self._step(self._back, self._forward)

    def forward(self) -> Place | None:
        return self._step(self._forward, self._back)

    def _step(self, source: list[Place], target: list[Place]) -> Place | None:
        if not source:
            return None
        if self.current is not None:
            target.append(self.current)
        self.current = source.pop()
        return self.current

    def recent(self) -> list[Place]:
        """Places visited before, newest first, each once."""
        seen: dict[Place, None] = {}
        for place in reversed(self._back):
            seen.setdefault(place)
        return list(seen)
