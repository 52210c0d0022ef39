"""Why failures belong together: the same hop, destination, reason and place, whatever the message.

What differs from message to message (positions of repetitions, ids, long numbers) is taken out; what names the fault
(a code without a map, an element) stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from console.core.events import EventError

_POSITION = re.compile(r"\[\d+\]")
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_HEXADECIMAL = re.compile(r"\b(?=\w*\d)[0-9a-fA-F]{16,}\b")
_LONG_NUMBER = re.compile(r"\b\d{6,}\b")


@dataclass(frozen=True, slots=True)
class Group:
    """`key` is stable and short; `title` a sentence for a list of failures."""

    key: str
    title: str

    def as_json(self) -> dict[str, str]:
        return {"key": self.key, "title": self.title}


def group_of(error: EventError, *, hop: str, destination: str = "") -> Group:
    """The group an error belongs to."""
    text = _general(error.text)
    path = _POSITION.sub("", error.path)
    key = sha256("\x1f".join((hop, destination, error.code, path, text)).encode()).hexdigest()[:16]
    where = f" ({destination})" if destination else ""
    return Group(key, f"{text[:1].upper()}{text[1:]}{where}" if text else f"{error.code}{where}")


def _general(text: str) -> str:
    text = _UUID.sub("…", _POSITION.sub("", text))
    return _LONG_NUMBER.sub("…", _HEXADECIMAL.sub("…", text)).strip()
