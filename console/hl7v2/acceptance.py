"""Whether a receiver may accept a message at all, and in which mode it is answered: judged by its header alone.

Refused for good (AR, CR): no MSH, no delimiters, UTF-16, MSH-9 or MSH-10 empty, a version that is not 2.x. Torn on the
way (AE, CE): the sender still has the whole message (HL7 v2 chapter 2, 2.9).
"""

from __future__ import annotations

from console.core.errors import InvalidMessage
from console.hl7v2.framing import FramingFault
from console.hl7v2.peek import Header, peek

TABLE_0155 = frozenset({"AL", "NE", "ER", "SU"})
_ANSWERED = frozenset({"AL", "SU"})

TORN = frozenset({"missing-fs", "incomplete-frame"})
"""Framing faults whose message may be whole at the sender: answered AE, not AR."""

SEGMENT_SEQUENCE, REQUIRED_MISSING, DATA_TYPE, INTERNAL = "100", "101", "102", "207"
_PROCESSING_ID, _VERSION = "202", "203"
_TABLE_0357 = {
    "no-header": SEGMENT_SEQUENCE,
    "empty-batch": SEGMENT_SEQUENCE,
    "empty-frame": SEGMENT_SEQUENCE,
    "unframed-message": SEGMENT_SEQUENCE,
    "missing-fs": SEGMENT_SEQUENCE,
    "incomplete-frame": SEGMENT_SEQUENCE,
    "no-control-id": REQUIRED_MISSING,
    "no-message-type": REQUIRED_MISSING,
    "bad-delimiters": DATA_TYPE,
    "charset-refused": DATA_TYPE,
    "processing-id-refused": _PROCESSING_ID,
    "version-not-supported": _VERSION,
}


def table_0357(code: str) -> str:
    """The HL7 error code for one of our kebab-case reasons; 207 (internal error) for any other."""
    return _TABLE_0357.get(code, INTERNAL)


def require_usable(header: Header) -> None:
    """Raises InvalidMessage (`no-control-id`, `no-message-type`, `version-not-supported`) for what cannot be accepted.

    A missing version passes: it is odd, not unusable.
    """
    if not header.control_id.strip():
        raise InvalidMessage(
            "MSH-10 is empty: without a control id no answer can be matched to the message",
            code="no-control-id",
            path="MSH-10",
        )
    if not header.message_type.strip("^ "):
        raise InvalidMessage(
            "MSH-9 is empty: the message does not say what it is", code="no-message-type", path="MSH-9"
        )
    if header.version and not header.version.startswith("2"):
        raise InvalidMessage("MSH-12 names a version that is not 2.x", code="version-not-supported", path="MSH-12")


def wants_enhanced(header: Header, policy: str = "auto") -> bool:
    """Whether MSH-15 and MSH-16 rule the answers. `auto` keeps to them unless a message that was taken would get no
    answer at all (NE, ER): MLLP senders wait for one, and silence looks like loss. `enhanced` keeps to them always,
    `original` never. MSH-15 empty means original mode, whatever MSH-16 says."""
    accept, application = header.accept_ack.upper(), header.application_ack.upper()
    if policy == "original" or accept not in TABLE_0155:
        return False
    return policy == "enhanced" or accept in _ANSWERED or application in _ANSWERED


def header_of(fault: FramingFault) -> Header | None:
    """The header of a message that came broken, to answer it by; None when there is none to be read."""
    at = fault.payload.find(b"MSH")
    if at < 0:
        return None
    try:
        return peek(fault.payload[at:])
    except InvalidMessage:
        return None
