"""Framing probes: whether frames are found in the byte stream however they are cut, glued or damaged."""

from __future__ import annotations

from console.harness.probe.bench import Bench
from console.harness.probe.hearing import hear
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.hl7v2.framing import CR, FS, VT, frame

MLLP = "MLLP release 1, block format"
_TAKEN, _NOT_TAKEN, _NEVER = Fate.TAKEN, Fate.NOT_TAKEN, Fate.NEVER_TAKEN
_STILL = Expect(AFTER, _TAKEN, severity=Severity.CRITICAL)


def _taken(*names: str) -> tuple[Expect, ...]:
    return tuple(Expect(name, _TAKEN) for name in names)


# ---------------------------------------------------------------- whole frames, cut in many ways


async def _sequence(bench: Bench) -> None:
    line = await bench.open()
    for name in ("first", "second", "third"):
        await line.send(frame(bench.message(name)))
        await bench.heard(line, name)


async def _coalesced(bench: Bench) -> None:
    line = await bench.open()
    await line.send(b"".join(frame(bench.message(name)) for name in ("first", "second", "third")))
    await bench.answered(line, 3)


async def _bursts(bench: Bench) -> None:
    line = await bench.open()
    for burst in range(20):
        names = [f"burst {burst + 1} no. {n + 1}" for n in range(5)]
        await line.send(b"".join(frame(bench.message(name)) for name in names))
        if not await line.answered(5 * (burst + 1), bench.patience):
            break
    await bench.breath(line)


async def _frame_and_a_half(bench: Bench) -> None:
    line = await bench.open()
    first, rest = frame(bench.message("first")), frame(bench.message("second"))
    await line.send(first + rest[:60])
    await bench.heard(line, "first")
    await line.send(rest[60:])
    await bench.heard(line, "second")


async def _byte_by_byte(bench: Bench) -> None:
    line = await bench.open()
    whole = frame(bench.message("first"))
    await line.send(*(whole[n : n + 1] for n in range(len(whole))), pause=0.0005)
    await bench.heard(line, "first")


async def _split_after_vt(bench: Bench) -> None:
    line = await bench.open()
    whole = frame(bench.message("first"))
    await line.send(whole[:1], whole[1:], pause=0.1)
    await bench.heard(line, "first")


async def _split_fs_cr(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first"))[:-1], CR, pause=0.1)
    await bench.heard(line, "first", settle=False)
    await bench.after(line)


async def _split_character(bench: Bench) -> None:
    line = await bench.open()
    whole = frame(bench.message("first", header="||||||UNICODE UTF-8", family="NÚÑEZ"))
    cut = whole.index("Ñ".encode()) + 1
    await line.send(whole[:cut], whole[cut:], pause=0.1)
    await bench.heard(line, "first")


async def _no_last_cr(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first").rstrip(CR)))
    await bench.heard(line, "first")


# ---------------------------------------------------------------- damaged frames


async def _missing_cr_then_frame(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first"))[:-1] + frame(bench.message("second")))
    await bench.heard(line, "second", settle=False)
    await bench.after(line)


async def _missing_cr_then_pause(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first"))[:-1])
    await bench.heard(line, "first", patience=0.8)
    await line.send(frame(bench.message("second")))
    await bench.heard(line, "second")


async def _late_cr(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first"))[:-1])
    await bench.heard(line, "first", patience=0.8)
    await line.send(CR)
    await bench.heard(line, "first", settle=False)
    await bench.after(line)


async def _missing_fs(bench: Bench) -> None:
    line = await bench.open()
    torn = bench.message("torn", value="13")
    await line.send(VT + torn[: torn.rindex(b"|") - 6] + frame(bench.message("whole")))
    await bench.heard(line, "whole", settle=False)
    await bench.after(line)


async def _two_in_one(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first") + bench.message("second")))
    await bench.heard(line, "second", patience=min(bench.patience, 1.0), settle=False)
    await bench.after(line)


def _both_or_none(observed: Observed) -> Finding | None:
    heard = hear(observed)
    first, second = heard.given["first"], heard.given["second"]
    taken = [name for name in ("first", "second") if any(one.positive for one in heard.given[name])]
    if taken and not (first and second):
        other = "second" if taken == ["first"] else "first"
        return Finding(Outcome.FAIL, f'AA for "{taken[0]}" alone: "{other}" stood in the same frame and was swallowed.')
    refused = any(one.negative for one in heard.said)
    if not taken and not refused and not heard.closed:
        return Finding(Outcome.FAIL, "Neither an answer nor a closed connection: the sender waits.", Severity.MAJOR)
    return None


async def _no_vt(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("unframed"))[1:])
    await bench.breath(line)
    await line.send(frame(bench.message("framed")))
    await bench.heard(line, "framed")
    if not line.is_open:
        await bench.elsewhere()


async def _not_hl7(bench: Bench) -> None:
    line = await bench.open()
    bench.name("what is no message")
    await line.send(frame(b"GET / HTTP/1.1\r\nHost: hospital\r\n\r\n"))
    await line.answered(1, 0.3)
    await bench.after(line)


async def _empty(bench: Bench, payload: bytes) -> None:
    line = await bench.open()
    bench.name("the empty frame")
    await line.send(frame(payload))
    await line.answered(1, 0.2)
    await bench.after(line)


async def _empty_frame(bench: Bench) -> None:
    await _empty(bench, b"")


async def _blank_frame(bench: Bench) -> None:
    await _empty(bench, CR + CR)


async def _garbage_before(bench: Bench) -> None:
    line = await bench.open()
    await line.send(b"x" + frame(bench.message("first")))
    await bench.heard(line, "first", settle=False)
    await bench.after(line)


async def _between(bench: Bench, filler: bytes) -> None:
    line = await bench.open()
    for name in ("first", "second", "third"):
        if not line.is_open:
            line = await bench.open()
        await line.send(frame(bench.message(name)) + filler)
        if not await bench.heard(line, name) and line.is_open:
            break


async def _line_feeds(bench: Bench) -> None:
    await _between(bench, b"\n")


async def _keep_alive(bench: Bench) -> None:
    await _between(bench, b"\r\x00 ")


async def _double_vt(bench: Bench) -> None:
    line = await bench.open()
    await line.send(VT + frame(bench.message("first")))
    await bench.heard(line, "first", settle=False)
    await bench.after(line)


async def _fs_inside(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first", value="13" + FS.decode() + "7")))
    await bench.heard(line, "first", patience=min(bench.patience, 1.0), settle=False)
    await bench.after(line)


async def _vt_inside(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first", value="13" + VT.decode() + "7")))
    await bench.heard(line, "first", patience=min(bench.patience, 1.0), settle=False)
    await bench.after(line)


_BUFFER = "Read into a buffer; a frame ends where FS CR is found in it, and what follows stays for the next one."
_LOOP = "After a frame go on with the bytes that are left; do not wait for the next read."

PROBES = (
    Probe(
        "framing.sequence",
        Group.FRAMING,
        "Three messages, one after the other, on one connection",
        Severity.CRITICAL,
        "Interfaces keep their connection open for days. A receiver that keeps old messages in its buffer files them "
        "again with every new one: results are charted twice.",
        "field survey, probe 1; HL7 v2.5.1, 2.9.2",
        "One answer for each, in order, and the connection stays open.",
        "Empty the buffer after each frame, and leave the connection open: who closes it is the sender.",
        _sequence,
        _taken("first", "second", "third"),
    ),
    Probe(
        "framing.coalesced",
        Group.FRAMING,
        "Three frames in one TCP segment",
        Severity.CRITICAL,
        "TCP has no message borders: a sender that catches up, or a proxy, puts several frames into one segment. "
        "Taking the first and dropping the rest loses results without a trace.",
        "field survey, probe 2; Apache Camel CAMEL-24668; nextgenhealthcare/connect#249",
        "Each of the three is answered, in their order.",
        _LOOP,
        _coalesced,
        _taken("first", "second", "third"),
    ),
    Probe(
        "framing.bursts-in-order",
        Group.FRAMING,
        "Twenty bursts of five frames",
        Severity.CRITICAL,
        "A correction must never overtake the result it corrects. Handing the messages of one connection to a pool of "
        "threads does exactly that, now and then.",
        "field survey, probe 3; HL7 v2.5.1, 2.9",
        "One hundred answers in the order of the messages.",
        "Process the messages of one connection one after the other.",
        _bursts,
        tuple(Expect(f"burst {b + 1} no. {n + 1}", _TAKEN) for b in range(20) for n in range(5)),
        heavy=True,
    ),
    Probe(
        "framing.frame-and-a-half",
        Group.FRAMING,
        "A frame and the first half of the next in one segment",
        Severity.CRITICAL,
        "The usual cut under load. Throwing the half away loses a message; keeping the whole buffer files one twice.",
        "field survey, probe 4; nextgenhealthcare/connect#310",
        "The first is answered at once, the second when its rest has come, each once.",
        _BUFFER,
        _frame_and_a_half,
        _taken("first", "second"),
    ),
    Probe(
        "framing.byte-by-byte",
        Group.FRAMING,
        "One byte at a time",
        Severity.CRITICAL,
        "Serial gateways and some analyzers write byte by byte; tests on one machine never show it.",
        "field survey, probe 5; wokket/hl7-mllp-codec#4",
        "The message is taken as if it had come in one piece.",
        _BUFFER,
        _byte_by_byte,
        _taken("first"),
    ),
    Probe(
        "framing.split-after-vt",
        Group.FRAMING,
        "VT comes alone, the message later",
        Severity.MAJOR,
        "Senders that write VT, payload and FS CR separately produce this whenever Nagle's algorithm is off.",
        f"{MLLP}; HCA-Healthcare/elixir-mllp#62",
        "The message is taken.",
        _BUFFER,
        _split_after_vt,
        _taken("first"),
    ),
    Probe(
        "framing.split-fs-cr",
        Group.FRAMING,
        "The cut falls between FS and CR",
        Severity.CRITICAL,
        "The end of a frame is two bytes, and they may come in two reads. A receiver that looks for both in one read "
        "never answers, or takes the lone CR for the next message.",
        "field survey, probe 6; MLLP release 1, block format",
        "The message is answered once and the line goes on.",
        _BUFFER,
        _split_fs_cr,
        (*_taken("first"), _STILL),
    ),
    Probe(
        "framing.split-character",
        Group.FRAMING,
        "The cut falls inside a UTF-8 character",
        Severity.MAJOR,
        "Decoding each read by itself breaks names like Núñez whenever the cut is unlucky, or ends the connection.",
        "MLLP release 1: a frame is bytes; HL7 v2.5.1, 2.15.9.18",
        "The message is taken.",
        "Decode a whole frame, never a read.",
        _split_character,
        _taken("first"),
    ),
    Probe(
        "framing.no-last-cr",
        Group.FRAMING,
        "The last segment has no CR",
        Severity.MINOR,
        "Common among small senders. Dropping the last segment loses the last result of every message.",
        "HL7 v2.5.1, 2.6 (CR ends every segment); senders in the field",
        "The message is taken, or refused with AE or AR; either is answered.",
        "Let the end of the frame end the last segment too.",
        _no_last_cr,
        (Expect("first", Fate.ANSWERED),),
    ),
    Probe(
        "framing.missing-cr-then-frame",
        Group.FRAMING,
        "FS without CR, then the next frame at once",
        Severity.CRITICAL,
        "A sender that leaves the CR out is wrong, but answering AA to a frame that holds a second message loses that "
        "one silently.",
        "field survey, probe 7; MLLP release 1, block format",
        "Both are answered in order; or what cannot be read is refused, or the connection closed. No message may be "
        "lost under the AA of another.",
        "A VT right after FS begins a new frame. If that is too lenient, refuse the whole or close.",
        _missing_cr_then_frame,
        (
            Expect("first", _TAKEN, closing=True, severity=Severity.MAJOR),
            Expect("second", _TAKEN, closing=True),
            _STILL,
        ),
        risky=True,
    ),
    Probe(
        "framing.missing-cr-then-pause",
        Group.FRAMING,
        "FS without CR, a pause, then the next frame",
        Severity.CRITICAL,
        "The same sender, one message at a time: the next frame must not be taken for the rest of the last one.",
        "field survey, probe 8",
        "The second message is answered; the first at the latest when the second comes. Closing the connection is "
        "allowed.",
        "Let a short silence after FS, or the next VT, end the frame.",
        _missing_cr_then_pause,
        (
            Expect("first", _TAKEN, closing=True, severity=Severity.MAJOR),
            Expect("second", _TAKEN, closing=True),
        ),
        risky=True,
    ),
    Probe(
        "framing.late-cr",
        Group.FRAMING,
        "FS, a second of silence, then CR",
        Severity.MAJOR,
        "A lost packet delays the last byte. Whoever ended the frame early must not take the late CR for a message.",
        "MLLP release 1, block format; field survey, probe 6",
        "One answer, before or after the CR, and the line goes on; giving the frame up by closing is allowed.",
        "Skip bytes between frames.",
        _late_cr,
        (Expect("first", _TAKEN, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.missing-fs",
        Group.FRAMING,
        "A message breaks off in the middle and the next begins",
        Severity.CRITICAL,
        "The sender was restarted in the middle of a message. AA for the torn one files half a result; AA for both "
        "together loses the whole one. Six of seven receivers tried do one of the two.",
        "field survey, probe 9",
        "The torn message is never taken: AE or AR, or no answer. The whole one is taken, or the connection closed.",
        "VT and MSH inside a frame begin a new frame; what came before it is torn.",
        _missing_fs,
        (Expect("torn", _NEVER), Expect("whole", _TAKEN, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.two-messages-in-one-frame",
        Group.FRAMING,
        "Two messages in one frame, without a batch header",
        Severity.CRITICAL,
        "A gateway lost the framing between two messages. One AA for the first alone loses the second.",
        "field survey, probe 10; HL7 v2.5.1, 2.10.3",
        "Both are answered; or the frame is refused as a whole, or the connection closed.",
        "Count MSH segments before answering: one frame, one message, or a batch.",
        _two_in_one,
        (Expect("first", Fate.FREE), Expect("second", Fate.FREE), _STILL),
        check=_both_or_none,
        risky=True,
    ),
    Probe(
        "framing.no-vt",
        Group.FRAMING,
        "A message without VT, then a proper frame",
        Severity.CRITICAL,
        "After garbage on the line a receiver must find the next frame again.",
        "MLLP release 1, block format",
        "The framed message is taken. The unframed one is refused, skipped or answered; closing is allowed if a new "
        "connection works.",
        "Skip to the next VT; answer what was skipped with AR if it holds MSH.",
        _no_vt,
        (Expect("unframed", Fate.FREE), Expect("framed", _TAKEN, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.not-hl7",
        Group.FRAMING,
        "A frame that holds no HL7",
        Severity.CRITICAL,
        "A port scanner, a health check, a wrong sender. AA makes a mistaken sender believe it was heard; silence "
        "wedges the interface; some receivers crash.",
        "field survey, probes 11 and 12; HL7 v2.5.1, 2.9.2.1",
        "AR or AE, or the connection is closed. Afterwards ordinary messages are taken.",
        "Answer AR (table 0357, 100), without MSA-2 if there is no MSH-10, and go on.",
        _not_hl7,
        (Expect("what is no message", _NOT_TAKEN), _STILL),
        risky=True,
    ),
    Probe(
        "framing.empty-frame",
        Group.FRAMING,
        "An empty frame",
        Severity.CRITICAL,
        "VT FS CR is what some senders use as a heartbeat. AA with an invented id, or a crash, are both seen.",
        "field survey, probes 13 and 14",
        "Skipped, refused, or the connection closed; never AA. Afterwards ordinary messages are taken.",
        "Treat an empty payload as no message.",
        _empty_frame,
        (Expect("the empty frame", _NEVER), _STILL),
        risky=True,
    ),
    Probe(
        "framing.blank-frame",
        Group.FRAMING,
        "A frame with nothing but CR",
        Severity.CRITICAL,
        "The same heartbeat as other senders write it.",
        "field survey, probe 14",
        "Skipped, refused, or the connection closed; never AA. Afterwards ordinary messages are taken.",
        "Strip blanks before asking whether a payload is empty.",
        _blank_frame,
        (Expect("the empty frame", _NEVER), _STILL),
        risky=True,
    ),
    Probe(
        "framing.garbage-before-vt",
        Group.FRAMING,
        "A stray byte before VT",
        Severity.MAJOR,
        "Left over from a terminal server or a sender's time-out. The message behind it is whole.",
        "field survey, probe 15; MLLP release 1, block format",
        "The byte is skipped and the message taken; closing the connection is allowed, silence is not.",
        "Skip to VT.",
        _garbage_before,
        (Expect("first", _TAKEN, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.line-feeds-between",
        Group.FRAMING,
        "A line feed after every frame",
        Severity.MAJOR,
        "Senders that print their frames end them with FS CR LF.",
        "field survey, probe 16",
        "All three messages are taken; closing the connection is allowed.",
        "Skip bytes between frames.",
        _line_feeds,
        tuple(Expect(name, _TAKEN, closing=True) for name in ("first", "second", "third")),
        risky=True,
    ),
    Probe(
        "framing.keep-alive-bytes",
        Group.FRAMING,
        "CR, NUL and blank between frames",
        Severity.MINOR,
        "Terminal servers and old firewalls are kept awake with such bytes.",
        "MLLP release 1, block format; field survey (frame faults)",
        "All three messages are taken; closing the connection is allowed.",
        "Skip bytes between frames.",
        _keep_alive,
        tuple(Expect(name, _TAKEN, closing=True) for name in ("first", "second", "third")),
        risky=True,
    ),
    Probe(
        "framing.double-vt",
        Group.FRAMING,
        "VT twice",
        Severity.MAJOR,
        "A gateway framed what was framed already.",
        "field survey (frame faults)",
        "The message is taken or refused, or the connection closed; then ordinary messages are taken.",
        "A VT before any payload begins the frame anew.",
        _double_vt,
        (Expect("first", Fate.ANSWERED, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.fs-as-data",
        Group.FRAMING,
        "FS inside a value, not followed by CR",
        Severity.MAJOR,
        "Binary rubbish in a text field. The frame ends at FS CR, not at FS.",
        "MLLP release 1, block format",
        "The message is taken or refused, or the connection closed, and is answered once; then ordinary messages are "
        "taken.",
        "Look for FS and CR together.",
        _fs_inside,
        (Expect("first", Fate.ANSWERED, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "framing.vt-as-data",
        Group.FRAMING,
        "VT inside a value",
        Severity.MAJOR,
        "As FS; VT begins a new message only where MSH follows it.",
        "MLLP release 1, block format",
        "The message is taken or refused, or the connection closed, and is answered once; then ordinary messages are "
        "taken.",
        "Begin a new frame only where VT is followed by MSH, FHS or BHS.",
        _vt_inside,
        (Expect("first", Fate.ANSWERED, closing=True), _STILL),
        risky=True,
    ),
)
