"""Reading fields of HL7 v2 lines without building a message: components, people, codes, units, by any delimiters."""

from __future__ import annotations

from console.hl7v2.delimiters import Delimiters, read_delimiters
from console.hl7v2.escapes import unescape
from console.hl7v2.message import NULL

_MOST_REMEMBERED = 10_000


class Fields:
    """Reads fields of messages with one set of delimiters; remembers the codes and units it has met."""

    __slots__ = ("codec", "codes", "component", "d", "escape", "repetition", "sub", "units")

    def __init__(self, d: Delimiters, codec: str) -> None:
        self.d = d
        self.component = d.component
        self.sub = d.subcomponent
        self.repetition = d.repetition
        self.escape = d.escape
        self.codec = codec
        self.codes: dict[str, tuple[str, str]] = {}
        self.units: dict[str, tuple[str, str]] = {}

    def plain(self, text: str) -> str:
        """Unescaped, without blanks around, HL7 null as nothing."""
        if self.escape and self.escape in text:
            text = unescape(text, self.d, self.codec)
        text = text.strip()
        return "" if text == NULL else text

    def first(self, field: str) -> str:
        """The first sub-component of the first component of the first repetition."""
        if self.repetition:
            field = field.partition(self.repetition)[0]
        text = field.partition(self.component)[0]
        if self.sub:
            text = text.partition(self.sub)[0]
        return self.plain(text)

    def parts(self, repetition: str, count: int) -> list[str]:
        """The first `count` components, each its first sub-component."""
        words = repetition.split(self.component)
        if self.sub:
            words = [word.partition(self.sub)[0] for word in words]
        return [self.plain(word) for word in words[:count]] + [""] * (count - len(words))

    def repetitions(self, field: str) -> list[str]:
        """The non-empty repetitions, as sent."""
        if self.repetition and self.repetition in field:
            return [one for one in field.split(self.repetition) if one]
        return [field] if field else []

    def people(self, field: str) -> tuple[tuple[str, str], ...]:
        """CX: every (CX.1, CX.4: the namespace, else the universal id)."""
        found = []
        for one in self.repetitions(field):
            words = one.split(self.component)
            value = self.plain(words[0].partition(self.sub)[0] if self.sub else words[0])
            if value:
                found.append((value, self._authority(words[3]) if len(words) > 3 else ""))
        return tuple(found)

    def _authority(self, text: str) -> str:
        if not self.sub or self.sub not in text:
            return self.plain(text)
        words = text.split(self.sub)
        return self.plain(words[0]) or self.plain(words[1])

    def code(self, field: str) -> tuple[str, str]:
        """CWE: (what it is told apart by, the words beside it): CWE.1, else CWE.4, else the text."""
        known = self.codes.get(field)
        if known is None:
            words = self.parts((self.repetitions(field) or [""])[0], 5)
            known = (words[0] or words[3] or words[1], words[1] or words[4])
            if len(self.codes) < _MOST_REMEMBERED:
                self.codes[field] = known
        return known

    def unit(self, field: str) -> tuple[str, str]:
        """OBX-6: code and text, each as far as sent."""
        known = self.units.get(field)
        if known is None:
            words = self.parts((self.repetitions(field) or [""])[0], 2)
            known = (words[0] or words[1], words[1])
            if len(self.units) < _MOST_REMEMBERED:
                self.units[field] = known
        return known


_KNOWN: dict[tuple[str, str, str], Fields] = {}


def fields_for(separator: str, encoding: str, codec: str) -> Fields:
    """The reader for these delimiters. Raises InvalidMessage for unusable ones."""
    found = _KNOWN.get((separator, encoding, codec))
    if found is None:
        if len(_KNOWN) > 64:
            _KNOWN.clear()
        found = _KNOWN[separator, encoding, codec] = Fields(read_delimiters(separator, encoding), codec)
    return found
