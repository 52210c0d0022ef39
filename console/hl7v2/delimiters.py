"""The five characters a sender chose to separate its fields with (MSH-1 and MSH-2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from console.core.errors import InvalidMessage


@dataclass(frozen=True, slots=True)
class Delimiters:
    """MSH-1 and the characters of MSH-2 (HL7 v2 chapter 2, 2.5.4). `truncation` is '' before 2.7 or when not sent."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""
    repaired: bool = False
    """MSH-2 held a known damage (a doubled backslash, `&amp;`) that was read as the standard characters."""

    @property
    def encoding(self) -> str:
        """MSH-2 as it has to be written."""
        return self.component + self.repetition + self.escape + self.subcomponent + self.truncation


STANDARD = Delimiters()

_DAMAGED = {"^~\\\\&", "^~\\&amp;", "^~\\\\&amp;", "^~\\\\\\&"}


@lru_cache(maxsize=256)
def read_delimiters(field: str, encoding: str) -> Delimiters:
    """Delimiters from the character of MSH-1 and the text of MSH-2.

    Missing repetition, escape and sub-component characters take the standard ones where those are free (HL7 v2.1
    senders stop early); an escape character left out stays out. Raises InvalidMessage `bad-delimiters` when fields
    or components cannot be told apart.
    """
    if not field or field.isalnum() or field.isspace() or ord(field) < 0x20 or not field.isascii():
        raise _bad("MSH-1 is not a usable field separator", "MSH-1")
    if not encoding:
        raise _bad("MSH-2 is empty: the message does not say how its components are separated", "MSH-2")
    if encoding in _DAMAGED:
        return Delimiters(field=field, repaired=True)
    if len(encoding) > 5 or any(c.isalnum() or c.isspace() or not c.isascii() for c in encoding):
        raise _bad("MSH-2 does not hold four or five encoding characters", "MSH-2")
    if len({field, *encoding}) != len(encoding) + 1:
        raise _bad("MSH-2 uses one character for two purposes", "MSH-2")
    used = {field, *encoding}
    chosen = list(encoding)
    for standard in ("^", "~", "\\", "&")[len(chosen) :]:
        chosen.append("" if standard in used else standard)
    component, repetition, escape, subcomponent = chosen[:4]
    return Delimiters(field, component, repetition, escape, subcomponent, chosen[4] if len(chosen) > 4 else "")


def _bad(text: str, path: str) -> InvalidMessage:
    return InvalidMessage(text, code="bad-delimiters", path=path)
