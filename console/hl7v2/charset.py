"""Which bytes mean which letters: MSH-18 (table 0211), overrides, and senders whose declaration is not true."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.hl7v2.warnings import Code, Warning

TABLE_0211: dict[str, str] = {
    "ASCII": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "ISO IR6": "ascii",
    "ISO IR13": "iso2022_jp_ext",
    "ISO IR14": "iso2022_jp_ext",
    "ISO IR87": "iso2022_jp_ext",
    "ISO IR159": "iso2022_jp_ext",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UNICODE UTF-32": "utf-32",
}
"""Values of HL7 table 0211 and the Python codec for each. CNS 11643-1992 has none: it is treated as unknown."""

_SPOKEN = {
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "ISO-8859-1": "iso8859-1",
    "ISO 8859-1": "iso8859-1",
    "ISO8859-1": "iso8859-1",
    "ISO-8859-15": "iso8859-15",
    "LATIN1": "iso8859-1",
    "LATIN-1": "iso8859-1",
    "ISO IR100": "iso8859-1",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "US-ASCII": "ascii",
    "SHIFT_JIS": "shift_jis",
    "SHIFT-JIS": "shift_jis",
    "ISO-2022-JP": "iso2022_jp",
    "GB18030": "gb18030",
    "BIG5": "big5",
    "EUC-KR": "euc_kr",
    "UTF-16": "utf-16",
    "UTF-16LE": "utf-16",
    "UTF-16BE": "utf-16",
    "UTF-32": "utf-32",
}

_PLAIN_CODEC = re.compile(
    r"ascii|utf-8|iso8859-\d+|cp\d+|koi8-[rut]|gb\w+|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|tis-620"
)
_TWO_BYTES = (b"\xff\xfe", b"\xfe\xff", b"M\x00S\x00H\x00", b"\x00M\x00S\x00H", b"M\x00\x00\x00", b"\x00\x00\x00M")
_REFUSED = frozenset({"utf-16", "utf-32"})
_STATEFUL = ("iso2022", "shift_jis", "gb18030", "gbk", "gb2312", "big5", "cp932", "cp936", "cp950")
_SINGLE_BYTE = ("ascii", "iso8859", "cp125")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a message and the codec that was used. Unless a warning says that some bytes were kept as Latin-1,
    `text.encode(codec)` gives the bytes back."""

    text: str
    codec: str
    warnings: tuple[Warning, ...] = ()


def codec_of(name: str) -> str | None:
    """The Python codec for a value of MSH-18 or of a source's override; None when nobody knows it.

    Codecs of two or four bytes per character come back by name (`utf-16`) although they are refused on the wire:
    MLLP frames by single bytes, so HL7 allows only encodings in which ASCII stays ASCII (chapter 2, MSH-18).
    """
    key = name.strip().upper()
    found = TABLE_0211.get(key) or _SPOKEN.get(key)
    if found or not key.isascii():
        return found
    try:
        codec = codecs.lookup(key.lower()).name if key else ""
    except (LookupError, ValueError):
        return None
    return codec if _PLAIN_CODEC.fullmatch(codec) and "MSH".encode(codec) == b"MSH" else None


def splits_as_bytes(declared: str) -> bool:
    """False for a declaration whose later bytes may look like delimiters (ISO 2022, Shift-JIS, GB 18030, Big5): such
    text has to be decoded before it is split."""
    return not any((codec_of(name) or "").startswith(_STATEFUL) for name in declared.split("~"))


def refuse_wide(payload: bytes) -> None:
    """Raises InvalidMessage `charset-refused` for UTF-16 and UTF-32, which MLLP cannot carry."""
    if payload.startswith(_TWO_BYTES):
        raise InvalidMessage(
            "the message is in UTF-16 or UTF-32, which MLLP cannot carry; send it as UTF-8 (MSH-18 UNICODE UTF-8)",
            code="charset-refused",
            path="MSH-18",
        )


def decode(payload: bytes, declared: str, override: str | None = None) -> Decoded:
    """Text of a whole message; never loses a byte and never raises for bad bytes.

    `declared` is MSH-18 as sent (repetitions joined by `~` allowed: the first counts for the message, ISO 2022
    escapes switch to the others); `override` is the charset configured for the source and wins over the declaration.
    Order of trust: override, then the declaration, then what the bytes prove (valid UTF-8), then Latin-1, in which
    every byte is a character. Raises InvalidMessage `charset-refused` for a codec that cannot travel over MLLP.
    """
    codec, warnings = _chosen(declared, override)
    if payload.isascii() and (b"\x1b" not in payload or not codec.startswith("iso2022")):
        return Decoded(payload.decode("ascii"), "ascii", tuple(warnings))
    if override is None and codec.startswith(_SINGLE_BYTE):
        try:
            text = payload.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            if declared:
                warnings.append(
                    Warning(Code.CHARSET_MISMATCH, f"MSH-18 says {_shown(declared)} but the bytes are UTF-8", "MSH-18")
                )
            else:
                warnings.append(Warning(Code.CHARSET_UNDECLARED, "MSH-18 is empty; the bytes are UTF-8", "MSH-18"))
            return Decoded(text, "utf-8", tuple(warnings))
    try:
        return Decoded(payload.decode(codec), codec, tuple(warnings))
    except UnicodeDecodeError:
        pass
    what = f"MSH-18 says {_shown(declared)}" if declared else "MSH-18 is empty"
    if override is not None:
        what = f"the source is set to {_shown(override)}"
    code = Code.CHARSET_MISMATCH if declared or override else Code.CHARSET_UNDECLARED
    if codec == "utf-8" and _mostly_utf8(payload):
        warnings.append(Warning(code, f"{what} but some bytes are not; those were kept as Latin-1", "MSH-18"))
        return Decoded(payload.decode("utf-8", "signalbox-latin1"), "utf-8", tuple(warnings))
    warnings.append(Warning(code, f"{what} but the bytes are not; read as Latin-1", "MSH-18"))
    return Decoded(payload.decode("latin-1"), "latin-1", tuple(warnings))


def _chosen(declared: str, override: str | None) -> tuple[str, list[Warning]]:
    warnings: list[Warning] = []
    name = override if override is not None else declared
    names = [n for n in name.split("~") if n.strip()]
    if not names:
        return "ascii", warnings
    codec = codec_of(names[0])
    if len(names) > 1 and override is None:
        others = {codec_of(n) for n in names[1:]}
        if codec in (None, "ascii") and "iso2022_jp_ext" in others:
            codec = "iso2022_jp_ext"
        elif others != {codec}:
            text = f"MSH-18 names several charsets; read as {codec or 'the first'}"
            warnings.append(Warning(Code.CHARSET_SEVERAL, text, "MSH-18"))
    if codec is None:
        warnings.append(Warning(Code.CHARSET_UNKNOWN, f"MSH-18 names an unknown charset {_shown(names[0])}", "MSH-18"))
        return "ascii", warnings
    if codec in _REFUSED:
        if override is None:  # declared but the bytes are not wide, or refuse_wide had stopped them: read as UTF-8
            warnings.append(
                Warning(Code.CHARSET_MISMATCH, f"MSH-18 says {_shown(names[0])} but the bytes are single", "MSH-18")
            )
            return "utf-8", warnings
        raise InvalidMessage(
            "the source is set to UTF-16 or UTF-32, which MLLP cannot carry; choose another charset",
            code="charset-refused",
            path="MSH-18",
        )
    return codec, warnings


def _shown(name: str) -> str:
    return name[:24] if name.isprintable() else "unreadable"


def _mostly_utf8(payload: bytes) -> bool:
    text = payload.decode("utf-8", "replace")
    bad = text.count("�")
    good = sum(1 for c in text if c > "\x7f") - bad
    return good > bad


def _latin1(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("signalbox-latin1", _latin1)
