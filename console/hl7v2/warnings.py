"""What was wrong with a message that could still be used: stable codes, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Every warning the room gives. A value never changes once shipped."""

    BYTE_ORDER_MARK = "byte-order-mark"
    FRAMING_STRIPPED = "framing-stripped"
    LEADING_BYTES = "leading-bytes"
    MIXED_SEPARATORS = "mixed-separators"
    ENCODING_CHARACTERS_REPAIRED = "encoding-characters-repaired"
    SEGMENT_CASE = "segment-case"
    NOT_A_SEGMENT = "not-a-segment"
    LINE_CONTINUED = "line-continued"
    SEVERAL_MESSAGES = "several-messages"
    CHARSET_UNKNOWN = "charset-unknown"
    CHARSET_UNDECLARED = "charset-undeclared"
    CHARSET_MISMATCH = "charset-mismatch"
    CHARSET_SEVERAL = "charset-several"
    UNKNOWN_ESCAPE = "unknown-escape"
    UNPAIRED_ESCAPE = "unpaired-escape"
    BAD_HEX_ESCAPE = "bad-hex-escape"
    BAD_TIMESTAMP = "bad-timestamp"
    BATCH_COUNT = "batch-count"
    BATCH_ENVELOPE = "batch-envelope"


@dataclass(frozen=True, slots=True)
class Warning:
    """One deviation. `path` is like `OBX[2]-5.1`, '' for the message as a whole. Never holds patient data."""

    code: str
    text: str
    path: str = ""

    def as_json(self) -> dict[str, str]:
        return {"code": str(self.code), "text": self.text, "path": self.path}
