"""The fast acknowledgment is byte for byte the one that hl7v2 builds."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from console.core.errors import InvalidMessage
from console.harness.listener.acks import ack_parts, stamp
from console.hl7v2.acknowledgment import build_ack
from console.hl7v2.framing import frame
from console.hl7v2.peek import peek

_FIELD = st.text(st.characters(codec="utf-8", exclude_characters="|\r\n\x0b\x1c\x02"), max_size=12)


@given(
    encoding=st.sampled_from(["^~\\&", "@~\\&", "^~\\&#", "^"]),
    fields=st.lists(_FIELD, min_size=15, max_size=18),
    version=st.sampled_from(["2.5.1", "2.3", "2.2", "", "2.8^USA"]),
    kind=st.sampled_from(["ORU^R01^ORU_R01", "ADT^A08", "ACK", "ORU@R01"]),
    control_id=st.text("ABC-0123.é/", min_size=1, max_size=30).filter(str.strip),
    code=st.sampled_from(["AA", "AE", "AR", "CA"]),
)
def test_that_fast_and_built_acknowledgments_are_equal(
    encoding: str, fields: list[str], version: str, kind: str, control_id: str, code: str
) -> None:
    line = ["MSH", encoding, *fields[:4], "20260101", "", kind, control_id, fields[4][:3], version, *fields[5:]]
    try:
        header = peek("|".join(line).encode() + b"\rPID|1\r")
    except InvalidMessage:
        return
    parts = ack_parts(header, code)
    assert parts is not None
    now = datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC)
    own = "L7-1"
    fast = b"".join(
        (parts[0], stamp(int(now.timestamp())), parts[1], own.encode(), parts[2], control_id.encode(), parts[3])
    )
    assert fast == frame(build_ack(header, code, control_id=own, now=now))
