"""Content probes: odd but real messages - types, versions, delimiters, line ends, batches, charsets, sizes."""

from __future__ import annotations

from functools import partial

from console.harness.probe.bench import Bench
from console.harness.probe.hearing import hear
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.hl7v2.framing import frame

_TAKEN, _ANSWERED = Fate.TAKEN, Fate.ANSWERED
_STILL = Expect(AFTER, _TAKEN, severity=Severity.CRITICAL)
_ASKED = (Expect("first", _ANSWERED), _STILL)


async def _ask(bench: Bench, payload: bytes, *, patience: float | None = None) -> None:
    """One frame, its answer, and an ordinary message afterwards."""
    line = await bench.open()
    await line.send(frame(payload), patience=8.0)
    if await bench.answered(line, 1, patience, settle=False) or not line.is_open:
        await bench.after(line)
    else:
        await bench.elsewhere()


async def _unknown_type(bench: Bench) -> None:
    await _ask(bench, bench.message("first", kind="ZZZ^Z99^ZZZ_Z99"))


async def _missing_type(bench: Bench) -> None:
    await _ask(bench, bench.message("first", kind=""))


async def _version(bench: Bench, version: str) -> None:
    await _ask(bench, bench.message("first", version=version))


async def _delimiters(bench: Bench) -> None:
    await _ask(bench, bench.message("first", delimiters="#*+%$"))


async def _line_ends(bench: Bench, end: bytes) -> None:
    await _ask(bench, bench.message("first").replace(b"\r", end))


async def _lower_case(bench: Bench) -> None:
    await _ask(bench, bench.message("first").replace(b"\rPID|", b"\rpid|"))


async def _z_segment(bench: Bench) -> None:
    await _ask(bench, bench.message("first") + b"ZHX|1|harness probe|T\r")


async def _nul(bench: Bench) -> None:
    await _ask(bench, bench.message("first", value="13\x007"))


async def _header_only(bench: Bench) -> None:
    bench.name("half a header")
    line = await bench.open()
    await line.send(frame(b"MSH|^~\\&\r"))
    await line.answered(1, 0.3)
    await bench.after(line)


async def _batch(bench: Bench) -> None:
    line = await bench.open()
    head = b"FHS|^~\\&|PROBE|HARNESS\rBHS|^~\\&|PROBE|HARNESS\r"
    body = bench.message("first") + bench.message("second")
    await line.send(frame(head + body + b"BTS|2\rFTS|1\r"))
    await bench.heard(line, "second", patience=min(bench.patience, 1.5), settle=False)
    await bench.after(line)


def _batch_whole(observed: Observed) -> Finding | None:
    heard = hear(observed)
    taken = [name for name in ("first", "second") if any(one.positive for one in heard.given[name])]
    silent = [name for name in ("first", "second") if not heard.given[name]]
    if taken and silent:
        return Finding(
            Outcome.FAIL, f'AA for "{taken[0]}" alone: "{silent[0]}" stood in the same batch and was swallowed.'
        )
    if not taken and not any(one.negative for one in heard.said) and not heard.closed:
        return Finding(Outcome.FAIL, "Neither an answer nor a closed connection: the sender waits.", Severity.MAJOR)
    return None


# ---------------------------------------------------------------- charsets


async def _charset(bench: Bench, declared: str, codec: str, *, family: str = "NÚÑEZ") -> None:
    text = bench.message("first", header=f"||||||{declared}" if declared else "", family=family).decode("utf-8")
    await _ask(bench, text.encode(codec))


async def _utf_16(bench: Bench) -> None:
    line = await bench.open()
    text = bench.message("first", header="||||||UNICODE UTF-16").decode()
    await line.send(frame(text.encode("utf-16-le")))
    await bench.answered(line, 1, min(bench.patience, 1.0), settle=False)
    await bench.after(line)


async def _bom(bench: Bench) -> None:
    await _ask(bench, b"\xef\xbb\xbf" + bench.message("first", header="||||||UNICODE UTF-8"))


# ---------------------------------------------------------------- sizes


async def _document(bench: Bench, size: int, patience: float) -> None:
    """Base64 text of `size` bytes in one field."""
    bench.facts["size"] = f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
    waits = max(bench.patience, patience)
    await _ask(bench, bench.message("first", value="JVBERi0x" * (size // 8)), patience=waits)


async def _many_segments(bench: Bench) -> None:
    more = b"".join(b"NTE|%d|L|line %d of a long report\r" % (n, n) for n in range(1, 5001))
    await _ask(bench, bench.message("first") + more, patience=max(bench.patience, 4.0))


_SIZE_ADVICE = "Set the buffer's limit to the largest message you must take; answer AR to what is larger, and skip it."


def _sized(label: str, size: int, patience: float, after: str, why: str, source: str) -> Probe:
    return Probe(
        f"size.{label}",
        Group.SIZE,
        f"A message of {label.upper().replace('MB', ' MB').replace('KB', ' KB')}",
        Severity.MAJOR,
        why,
        source,
        "AA; or AE or AR, by which the sender learns that it is too large. A connection closed without an answer makes "
        "it send the same message for ever.",
        _SIZE_ADVICE,
        partial(_document, size=size, patience=patience),
        _ASKED,
        risky=True,
        after=after,
    )


PROBES = (
    Probe(
        "content.unknown-type",
        Group.CONTENT,
        "A message type nobody knows",
        Severity.MAJOR,
        "New interfaces send more than was agreed. Closing or silence stops all that is behind it in the queue.",
        "HL7 v2.5.1, 2.9.2.1; table 0357, 200 and 201",
        "AR or AE; or AA when everything is taken and sorted later. Always an answer.",
        "Answer AR with 200 or 201.",
        _unknown_type,
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.missing-type",
        Group.CONTENT,
        "MSH-9 is empty",
        Severity.MAJOR,
        "Nobody can route it; the sender must learn that.",
        "HL7 v2.5.1, 2.15.9.9 (required)",
        "AR or AE, or the connection closed; AA would promise what cannot be kept.",
        "Answer AR with 101 at MSH-9.",
        _missing_type,
        (Expect("first", Fate.NOT_TAKEN), _STILL),
        risky=True,
    ),
    Probe(
        "content.missing-version",
        Group.CONTENT,
        "MSH-12 is empty",
        Severity.MINOR,
        "Common among old analyzers.",
        "HL7 v2.5.1, 2.15.9.12; field survey (content faults)",
        "AA, AE or AR: an answer.",
        "Read it as the version agreed upon, or answer AR with 101.",
        partial(_version, version=""),
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.unknown-version",
        Group.CONTENT,
        "MSH-12 names a version that does not exist",
        Severity.MINOR,
        "A library that looks up a definition by version throws, and the sender hears nothing.",
        "HL7 v2.5.1, table 0357, 203",
        "AA, AE or AR: an answer.",
        "Answer AR with 203, or read it tolerantly.",
        partial(_version, version="9.9"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.other-delimiters",
        Group.CONTENT,
        "Other delimiters than |^~\\&",
        Severity.MAJOR,
        "Delimiters are the sender's choice. Hard-coded ones find no control id, or another.",
        "HL7 v2.5.1, 2.5.4",
        "AA, AE or AR with the right MSA-2.",
        "Read MSH-1 and MSH-2 first, and answer in the same delimiters.",
        _delimiters,
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.lf-line-ends",
        Group.CONTENT,
        "LF in place of CR",
        Severity.MAJOR,
        "Messages from files. A receiver that sees one long MSH reads a wrong MSH-10 and answers for it.",
        "HL7 v2.5.1, 2.6 (CR only); senders in the field",
        "AA, AE or AR with the right MSA-2.",
        "Take LF for CR, or answer AR.",
        partial(_line_ends, end=b"\n"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.crlf-line-ends",
        Group.CONTENT,
        "CR LF in place of CR",
        Severity.MAJOR,
        "Messages from Windows files: the second segment begins with LF and is not recognised.",
        "HL7 v2.5.1, 2.6 (CR only); senders in the field",
        "AA, AE or AR with the right MSA-2.",
        "Drop LF after CR, or answer AR.",
        partial(_line_ends, end=b"\r\n"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.lower-case-segment",
        Group.CONTENT,
        "A segment name in lower case",
        Severity.MINOR,
        "Hand-made interfaces.",
        "HL7 v2.5.1, 2.5.2 (names are upper case)",
        "AA, AE or AR: an answer.",
        "Answer AE when the message lacks a segment, whatever the reason.",
        _lower_case,
        _ASKED,
        risky=True,
    ),
    Probe(
        "content.z-segment",
        Group.CONTENT,
        "A Z segment at the end",
        Severity.MAJOR,
        "Local extensions are part of the standard; refusing them refuses half of the hospital's senders.",
        "HL7 v2.5.1, 2.8.2 (receivers ignore what they do not expect) and 2.11",
        "The message is taken.",
        "Ignore segments you do not know.",
        _z_segment,
        (Expect("first", _TAKEN), _STILL),
    ),
    Probe(
        "content.nul-byte",
        Group.CONTENT,
        "A NUL byte inside a value",
        Severity.MAJOR,
        "C strings end there: the rest of the message is gone, or the receiver with it.",
        "MLLP release 1; field survey (content faults)",
        "AA, AE or AR, or the connection closed; then ordinary messages are taken.",
        "Treat payloads as bytes with a length.",
        _nul,
        (Expect("first", _ANSWERED, closing=True), _STILL),
        risky=True,
    ),
    Probe(
        "content.half-a-header",
        Group.CONTENT,
        "A frame that ends after MSH-2",
        Severity.CRITICAL,
        "Reading MSH-9 or MSH-10 by position fails here; an exception must not end the interface, nor give AA.",
        "HL7 v2.5.1, 2.15.9",
        "AR or AE, or the connection closed; then ordinary messages are taken.",
        "Answer AR with 101 for whatever required field is missing.",
        _header_only,
        (Expect("half a header", Fate.NOT_TAKEN), _STILL),
        risky=True,
    ),
    Probe(
        "content.batch",
        Group.CONTENT,
        "A batch (FHS, BHS) of two messages",
        Severity.CRITICAL,
        "Laboratories send the night's results as one batch. One AA for the first message loses the rest.",
        "HL7 v2.5.1, 2.10.3",
        "Both messages are acknowledged, one by one or in a batch; or the batch is refused; or the connection closed.",
        "Take the batch apart, or answer AR: batches are optional, swallowing them is not.",
        _batch,
        (Expect("first", Fate.FREE), Expect("second", Fate.FREE), _STILL),
        check=_batch_whole,
        risky=True,
    ),
    Probe(
        "charset.latin-1",
        Group.CHARSET,
        "Latin-1, declared in MSH-18",
        Severity.MAJOR,
        "Núñez in a declared charset is an ordinary message. A connection closed by a decoding error is sent again, "
        "and closed again.",
        "field survey, probe 19; HL7 v2.5.1, 2.15.9.18; Apache Camel PR 6389",
        "The message is taken.",
        "Decode by MSH-18 (table 0211), never by the platform's default.",
        partial(_charset, declared="8859/1", codec="latin-1"),
        (Expect("first", _TAKEN), _STILL),
        risky=True,
    ),
    Probe(
        "charset.utf-8",
        Group.CHARSET,
        "UTF-8, declared in MSH-18",
        Severity.MAJOR,
        "The usual declaration outside English.",
        "HL7 v2.5.1, 2.15.9.18",
        "The message is taken.",
        "Decode by MSH-18 (table 0211).",
        partial(_charset, declared="UNICODE UTF-8", codec="utf-8"),
        (Expect("first", _TAKEN), _STILL),
    ),
    Probe(
        "charset.undeclared",
        Group.CHARSET,
        "UTF-8 without a declaration",
        Severity.MAJOR,
        "Most senders leave MSH-18 empty and send what they have.",
        "HL7 v2.5.1, 2.15.9.18 (empty means ASCII); senders in the field",
        "AA, AE or AR: an answer.",
        "Keep the bytes; refuse with AE if you must, but answer.",
        partial(_charset, declared="", codec="utf-8"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "charset.lying",
        Group.CHARSET,
        "MSH-18 says UTF-8, the bytes are Latin-1",
        Severity.MAJOR,
        "One wrong byte in a name. Closing without an answer makes the sender repeat it for ever.",
        "GoogleCloudPlatform/mllp#21; HL7 v2.5.1, 2.15.9.18",
        "AA, AE or AR: an answer.",
        "Decode with replacement, or answer AE with 102.",
        partial(_charset, declared="UNICODE UTF-8", codec="latin-1"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "charset.unknown",
        Group.CHARSET,
        "MSH-18 names a charset nobody knows",
        Severity.MAJOR,
        "A look-up that fails must not end the connection.",
        "HL7 v2.5.1, table 0211",
        "AA, AE or AR: an answer.",
        "Fall back on ASCII, or answer AE with 102 at MSH-18.",
        partial(_charset, declared="KLINGON", codec="ascii", family="NUNEZ"),
        _ASKED,
        risky=True,
    ),
    Probe(
        "charset.utf-16",
        Group.CHARSET,
        "UTF-16",
        Severity.CRITICAL,
        "Two-byte characters hold VT, FS and CR as halves of others: MLLP cannot carry them.",
        "HL7 v2.5.1, 2.15.9.18; MLLP release 1 (single-byte framing)",
        "AR or AE, the connection closed, or silence; never AA for something else. Then ordinary messages are taken.",
        "Answer AR when the first bytes are M NUL S NUL H NUL.",
        _utf_16,
        (Expect("first", Fate.FREE), _STILL),
        risky=True,
    ),
    Probe(
        "charset.byte-order-mark",
        Group.CHARSET,
        "A byte order mark before MSH",
        Severity.MINOR,
        "Files saved on Windows begin with it.",
        "Senders in the field; HL7 v2.5.1, 2.15.9 (MSH comes first)",
        "AA, AE or AR, or the connection closed; then ordinary messages are taken.",
        "Skip EF BB BF before MSH.",
        _bom,
        (Expect("first", _ANSWERED, closing=True), _STILL),
        risky=True,
    ),
    _sized(
        "70kb",
        70 * 1024,
        2.0,
        "",
        "A microbiology report or a small picture passes the 64 KiB that libraries set as their default limit.",
        "field survey, probe 17 (64 KiB default of an asyncio library)",
    ),
    _sized(
        "2mb",
        2 * 1024 * 1024,
        4.0,
        "size.70kb",
        "A PDF report in OBX-5: every hospital has them.",
        "field survey, probe 17",
    ),
    _sized(
        "5mb",
        5 * 1024 * 1024,
        5.0,
        "size.2mb",
        "A scanned letter, an ECG, a picture.",
        "field survey (sizes)",
    ),
    _sized(
        "17mb",
        17 * 1024 * 1024,
        6.0,
        "size.5mb",
        "More than most receivers allow: is the refusal an answer or a closed door, and does the line go on?",
        "field survey, probe 18",
    ),
    Probe(
        "size.5000-segments",
        Group.SIZE,
        "A message of five thousand segments",
        Severity.MAJOR,
        "Long reports come as thousands of NTE; quadratic parsing stalls the interface.",
        "field survey (sizes)",
        "AA, AE or AR within a few seconds.",
        "Parse in one pass; process in the background after the message is safe.",
        _many_segments,
        _ASKED,
        risky=True,
    ),
)
