"""The charset of what is made: which letters it has, what stands for those it has not, and the bytes."""

from __future__ import annotations

import unicodedata

from console.core.errors import Refused
from console.hl7v2.charset import codec_of

_STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"})


class Lettering:
    """`declared` is MSH-18 (table 0211), `codec` its Python codec; '' is ASCII. Raises Refused for a name that nobody
    knows and for UTF-16 and UTF-32, which MLLP cannot carry."""

    __slots__ = ("codec", "declared")

    def __init__(self, declared: str) -> None:
        codec = codec_of(declared) if declared else "ascii"
        if codec is None or codec in ("utf-16", "utf-32"):
            raise Refused(
                f"content.charset {declared!r} is no charset that can be sent; "
                "use one of HL7 table 0211, such as UNICODE UTF-8, 8859/1 or ASCII",
                code="charset-unknown",
            )
        self.declared = declared
        self.codec = codec

    def fit(self, text: str) -> str:
        """The text with what the charset lacks replaced by its plain letters (`Núñez` is `Nunez` in ASCII)."""
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            return "".join(self._letter(letter) for letter in text)
        return text

    def _letter(self, letter: str) -> str:
        plain = "".join(c for c in unicodedata.normalize("NFKD", letter.translate(_STROKES)) if c.isascii())
        for candidate in (letter, plain, "?"):
            try:
                candidate.encode(self.codec)
            except UnicodeEncodeError:
                continue
            if candidate:
                return candidate
        return "?"

    def encode(self, text: str) -> bytes:
        """The bytes of text that was made to fit."""
        return text.encode(self.codec)
