"""Every fault with what it does, its own measures, and how it may be triggered."""

from __future__ import annotations

from collections.abc import Mapping

from console.harness.scenario.checks import window_findings
from console.harness.scenario.kinds import LABEL, YEAR, Kind, Many, Text, Whole, duration, ratio, size
from console.harness.scenario.model import Fault, FaultKind
from console.harness.scenario.shape import Key, Shape, Variant

MESSAGE_KINDS = r"^[A-Z][A-Z0-9]{2}(\^[A-Z0-9]{3})?$"
"""`ORU` or `ORU^R01`."""

KINDS_OF_MESSAGES = Many(Text(pattern=MESSAGE_KINDS, example="ORU or ORU^R01"))

_WINDOW = ("start", "end", "kinds")
_EACH = ("probability", "nth", "every")


def _of_messages(words: str, needs: tuple[str, ...] = (), takes: tuple[str, ...] = (), **kinds: Kind) -> Variant:
    return Variant(words, needs=needs, takes=(*takes, *_WINDOW), one_of=_EACH, kinds=kinds)


def _of_connections(words: str, needs: tuple[str, ...] = (), takes: tuple[str, ...] = (), **kinds: Kind) -> Variant:
    return Variant(words, needs=("at", *needs), takes=takes, kinds=kinds)


_SOME_TIME = duration(above=True)
_BYTES = size()
_STRANGERS = Whole(1, 2000)
"""Connections beside the load's own."""

FAULTS: Mapping[FaultKind, Variant] = {
    FaultKind.DUPLICATE: _of_messages(
        "The same bytes again, `count` times, each a few messages later.", takes=("count",)
    ),
    FaultKind.DUPLICATE_CHANGED: _of_messages(
        "The same MSH-10 again with another value, `count` times, each a few messages later.", takes=("count",)
    ),
    FaultKind.REORDER: _of_messages(
        "The message waits until `count` later ones of the same patient have gone out.", takes=("count",)
    ),
    FaultKind.DELAY: _of_messages("The message is sent `amount` late.", needs=("amount",), amount=_SOME_TIME),
    FaultKind.DROP: _of_messages("The message is never sent."),
    FaultKind.TRUNCATE: _of_messages("The payload stops early; VT, FS and CR are where they belong."),
    FaultKind.GARBAGE: _of_messages(
        "`count` frames of `amount` random bytes (64) go before the message.",
        takes=("amount", "count"),
        amount=_BYTES,
    ),
    FaultKind.STRAY_BYTES: _of_messages(
        "`amount` bytes (1 to 16) outside of any frame go before the message.", takes=("amount",), amount=_BYTES
    ),
    FaultKind.NO_VT: _of_messages("The frame has no VT at its beginning."),
    FaultKind.NO_FS: _of_messages("The frame has no FS at its end."),
    FaultKind.NO_CR: _of_messages("The frame has no CR behind its FS."),
    FaultKind.EMPTY_FRAME: _of_messages("`count` frames without a message go before the message.", takes=("count",)),
    FaultKind.GLUED_SEGMENTS: _of_messages("A segment terminator is missing: two segments become one."),
    FaultKind.SPLIT_SEGMENT: _of_messages("A segment terminator stands in the middle of a segment."),
    FaultKind.BAD_DELIMITERS: _of_messages("MSH-1 and MSH-2 that cannot be delimiters."),
    FaultKind.WRONG_CHARSET: _of_messages("Bytes that are not in the charset that MSH-18 names."),
    FaultKind.LYING_CHARSET: _of_messages("MSH-18 names another charset, in which the bytes mean something else."),
    FaultKind.OVERSIZE: _of_messages(
        "The message is padded to `amount` bytes (2 MiB).", takes=("amount",), amount=size(low=1000)
    ),
    FaultKind.BAD_HEADER: _of_messages("MSH-9, MSH-10 or MSH-12 is missing."),
    FaultKind.CLOCK_SKEW: _of_messages(
        "MSH-7 is off by `amount` (1 h), which may be negative.",
        takes=("amount",),
        amount=duration(low=-100 * YEAR, high=100 * YEAR),
    ),
    FaultKind.BYTE_BY_BYTE: _of_messages("Every byte is a TCP segment of its own."),
    FaultKind.SLOW_LORIS: _of_messages(
        "The frame takes `amount` (5 s) to arrive.", takes=("amount",), amount=_SOME_TIME
    ),
    FaultKind.SPLIT_FRAME: _of_messages(
        "The frame is cut at VT, FS or CR, with pauses of `amount` (50 ms).", takes=("amount",), amount=_SOME_TIME
    ),
    FaultKind.COALESCE: _of_messages("The frame goes out in one write with the next one of its connection."),
    FaultKind.DISCONNECT_BEFORE: _of_messages("A new connection is opened and closed before the message is sent."),
    FaultKind.DISCONNECT_DURING: _of_messages("The connection closes in the middle of the frame; it is sent again."),
    FaultKind.DISCONNECT_AFTER: _of_messages(
        "The connection closes after the frame and before its answer; the message is sent again."
    ),
    FaultKind.RESET: _of_messages("The connection is reset (RST) after the frame; the message is sent again."),
    FaultKind.HALF_OPEN: _of_connections(
        "`count` connections send part of a frame and stay for `amount` (to the end).",
        takes=("count", "amount"),
        amount=_SOME_TIME,
        count=_STRANGERS,
    ),
    FaultKind.RECONNECT_STORM: _of_connections(
        "Every connection drops and comes back, `count` times, `amount` (0.5 s) apart.",
        takes=("count", "amount"),
        amount=_SOME_TIME,
    ),
    FaultKind.OUTAGE: _of_connections(
        "This sender is away for `amount` and catches up afterwards.", needs=("amount",), amount=_SOME_TIME
    ),
    FaultKind.TLS_PLAIN: _of_connections(
        "`count` connections send plain bytes to the TLS port and stay for `amount` (5 s).",
        takes=("count", "amount"),
        amount=_SOME_TIME,
        count=_STRANGERS,
    ),
    FaultKind.TLS_STALL: _of_connections(
        "`count` TLS handshakes stop half-way and stay for `amount` (5 s).",
        takes=("count", "amount"),
        amount=_SOME_TIME,
        count=_STRANGERS,
    ),
    FaultKind.TLS_BAD_CERTIFICATE: _of_connections(
        "`count` connections come with a client certificate that nobody trusts.", takes=("count",), count=_STRANGERS
    ),
}

FAULT = Shape(
    "fault",
    "One planned misbehaviour. Each is recorded with the message that it happened to.",
    Fault,
    (
        Key("kind", Text(tuple(FaultKind), FaultKind), "What happens.", required=True),
        Key("probability", ratio(), "The share of the messages it happens to, drawn from the seed."),
        Key("nth", Many(Whole(1), least=1), "The messages it happens to, by number, the first being 1.", sentinel=True),
        Key("every", Whole(1), "It happens to every n-th message.", sentinel=True),
        Key("at", duration(), "The second of the run at which it happens, once.", sentinel=True),
        Key("start", duration(), "The second of the run from which on it may happen."),
        Key("end", duration(above=True), "The second of the run from which on it no longer happens.", sentinel=True),
        Key("kinds", KINDS_OF_MESSAGES, "The message types it happens to; all when left out."),
        Key("amount", duration(), "How late, how long or how large: see the fault.", sentinel=True),
        Key("count", Whole(1, 100_000), "How many: see the fault."),
        Key("label", LABEL, "What the charts call it."),
    ),
    tag="kind",
    check=window_findings,
    variants={kind.value: variant for kind, variant in FAULTS.items()},
)
