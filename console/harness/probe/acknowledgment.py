"""Acknowledgment probes: whether answers are well formed, name the right message, come once, and follow MSH-15/16."""

from __future__ import annotations

from console.harness.probe.bench import BREATH_S, Bench
from console.harness.probe.hearing import Said, hear
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.harness.scenario.model import HARNESS_FACILITY
from console.harness.single.line import Line
from console.hl7v2.framing import frame
from console.hl7v2.peek import peek

_TAKEN = Fate.TAKEN


async def _one(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first")))
    await bench.heard(line, "first")


async def _one_and_wait(bench: Bench) -> None:
    await _one(bench)
    line = await bench.open()
    await line.send(frame(bench.message("second")))
    await bench.heard(line, "second")
    await bench.breath(line, 1.0)


async def _three(bench: Bench) -> None:
    line = await bench.open()
    for name in ("first", "second", "third"):
        line = await bench.reuse(line)
        await line.send(frame(bench.message(name)))
        await bench.heard(line, name)


async def _with_id(bench: Bench, control_id: str, version: str = "2.5.1") -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first", control_id=control_id, version=version)))
    await bench.answered(line, 1)


async def _exact_id(bench: Bench) -> None:
    await _with_id(bench, f"aB.{bench.control_id()}-_/")


async def _escaped_id(bench: Bench) -> None:
    await _with_id(bench, f"{bench.control_id()}\\T\\7")


async def _long_id(bench: Bench) -> None:
    mark = bench.control_id()
    await _with_id(bench, mark + "L" * (199 - len(mark)), "2.7")


async def _empty_id(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("no-id", control_id="")))
    await bench.answered(line, 1, settle=False)
    await bench.after(line)


async def _enhanced(bench: Bench, accept: str, application: str, patience: float | None = None) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first", header=f"|||{accept}|{application}")))
    await line.answered(1, bench.patience if patience is None else patience)
    if application != "NE":
        await line.answered(2, bench.patience)
    await bench.breath(line, 2 * BREATH_S)


async def _enhanced_both(bench: Bench) -> None:
    await _enhanced(bench, "AL", "AL")


async def _enhanced_accept(bench: Bench) -> None:
    await _enhanced(bench, "AL", "NE")


async def _enhanced_never(bench: Bench) -> None:
    await _enhanced(bench, "NE", "NE", patience=min(bench.patience, 1.0))


async def _enhanced_refused(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("no-type", kind="", header="|||ER|NE")))
    await bench.answered(line, 1, settle=False)
    await bench.after(line)


async def _same_again(bench: Bench) -> None:
    line = await bench.open()
    payload = bench.message("first")
    await line.send(frame(payload))
    await line.answered(1, bench.patience)
    bench.name("again", bench.id_of("first"))
    await _second(bench, line, payload)


async def _reused_id(bench: Bench) -> None:
    line = await bench.open()
    payload = bench.message("first")
    await line.send(frame(payload))
    await line.answered(1, bench.patience)
    bench.name("other", bench.id_of("first"))
    await _second(bench, line, payload.replace(b"PROBE^TEST", b"OTHER^TEST").replace(b"||13.7|", b"||7.1|"))


async def _second(bench: Bench, line: Line, payload: bytes) -> None:
    """A second frame on this line where the receiver takes one, and its answer."""
    again = await bench.reuse(line)
    await again.send(frame(payload))
    await bench.answered(again, 2 if again is line else 1)


# ---------------------------------------------------------------- checks


def _first(observed: Observed) -> Said | None:
    said = hear(observed, answers_each=2).said
    return said[0] if said else None


def _well_formed(observed: Observed) -> Finding | None:
    said = _first(observed)
    if said is None:
        return None
    wrong: list[str] = []
    slight: list[str] = []
    raw = said.answer.payload
    if said.answer.fault:
        wrong.append("is not framed as VT … FS CR")
    if "missing-cr" in said.answer.notes:
        wrong.append("ends with FS without CR")
    if "stray-bytes-before" in said.answer.notes or not raw.startswith(b"MSH"):
        wrong.append("does not begin with MSH")
    if b"\n" in raw:
        wrong.append("has line feeds")
    if not raw.endswith(b"\r"):
        slight.append("does not end its last segment with CR")
    segments = [line[:3] for line in raw.replace(b"\n", b"\r").split(b"\r") if line]
    if segments[1:2] not in ([b"MSA"], [b"SFT"]):
        wrong.append("has no MSA after MSH")
    try:
        header = peek(raw)
    except Exception:  # noqa: BLE001 - whatever a receiver sends, the finding says it is unreadable
        return Finding(Outcome.FAIL, "The acknowledgment's MSH cannot be read.")
    if header.message_type.partition("^")[0] != "ACK":
        wrong.append(f"has MSH-9 {header.message_type[:20]!r} where ACK belongs")
    if not header.control_id.strip():
        wrong.append("has no MSH-10 of its own")
    slight += [f"has no MSH-{number}" for number in (11, 12) if not header.field(number)]
    if not wrong and not slight:
        return None
    severity = Severity.MAJOR if wrong else Severity.MINOR
    return Finding(Outcome.FAIL, f"The acknowledgment {', '.join([*wrong, *slight])}.", severity)


def _swapped(observed: Observed) -> Finding | None:
    said = _first(observed)
    if said is None:
        return None
    header = peek(said.answer.payload[max(said.answer.payload.find(b"MSH"), 0) :])
    got = tuple(header.field(number).partition(header.delimiters.component)[0] for number in (3, 4, 5, 6))
    if got[2:] == ("PROBE", HARNESS_FACILITY):
        if got[:2] == ("RECEIVER", "TARGET"):
            return None
        return Finding(
            Outcome.PASS,
            f"MSH-5 and MSH-6 name the sender; the receiver calls itself {'^'.join(got[:2]) or 'nothing'}.",
        )
    shown = " | ".join(part or "empty" for part in got)
    return Finding(
        Outcome.FAIL, f"MSH-3 to MSH-6 of the acknowledgment are {shown}; MSH-5 and MSH-6 must be the sender."
    )


def _processing_id(observed: Observed) -> Finding | None:
    said = _first(observed)
    if said is None:
        return None
    got = peek(said.answer.payload[max(said.answer.payload.find(b"MSH"), 0) :]).processing_id
    if got == "T":
        return None
    return Finding(Outcome.FAIL, f"The message says MSH-11 T (test), its acknowledgment says {got or 'nothing'}.")


def _ids_unique(observed: Observed) -> Finding | None:
    own = [
        peek(one.answer.payload[max(one.answer.payload.find(b"MSH"), 0) :]).control_id for one in hear(observed).said
    ]
    if "" in own:
        return Finding(Outcome.FAIL, "An acknowledgment has no MSH-10 of its own.")
    if len(set(own)) < len(own):
        return Finding(Outcome.FAIL, f"Several acknowledgments carry the same MSH-10 ({own[0][:40]}).")
    if set(own) & set(observed.ids.values()):
        return Finding(Outcome.FAIL, "The acknowledgment's own MSH-10 is the sender's, copied.")
    return None


def _exact(observed: Observed) -> Finding | None:
    """The bytes of MSA-2 are those of MSH-10."""
    wanted = observed.ids["first"]
    heard = hear(observed)
    if not heard.said:
        how = "the connection was closed" if heard.closed else "no answer came"
        return Finding(Outcome.FAIL, f"A control id of {len(wanted)} characters was sent and {how}.")
    got = heard.said[0].ack.control_id
    if got == wanted:
        return None
    if got and (wanted.startswith(got) or len(got) < len(wanted)):
        return Finding(Outcome.FAIL, f"MSA-2 has {len(got)} of the {len(wanted)} characters of MSH-10.")
    return Finding(Outcome.FAIL, f'MSA-2 is "{got[:40]}" where MSH-10 was "{wanted[:40]}".')


_ORIGINAL = "Answers once, as in original mode: enhanced mode is not offered. Agree on that with the sender."


def _pair(observed: Observed) -> Finding | None:
    codes = hear(observed, answers_each=2).codes("first")
    if codes == ("CA", "AA"):
        return None
    if codes == ("CA",):
        return Finding(
            Outcome.PASS,
            "CA came; no application acknowledgment within the wait (it may come later, or on another connection).",
        )
    if codes and codes[0] == "CA":
        return Finding(Outcome.PASS, f"CA came, then {codes[1]} from the application.")
    if codes in (("AA",), (observed.ordinary,)):
        return Finding(
            Outcome.UNCLEAR,
            _ORIGINAL,
        )
    if not codes:
        return Finding(Outcome.FAIL, "No commit acknowledgment came, though MSH-15 asks for one always (AL).")
    return Finding(Outcome.FAIL, f"The answers were {' then '.join(codes)} where CA and then AA belong.")


def _accept_only(observed: Observed) -> Finding | None:
    codes = hear(observed, answers_each=2).codes("first")
    if codes == ("CA",):
        return None
    if codes in (("AA",), (observed.ordinary,)):
        return Finding(
            Outcome.UNCLEAR,
            _ORIGINAL,
        )
    if not codes:
        return Finding(Outcome.FAIL, "No commit acknowledgment came, though MSH-15 asks for one always (AL).")
    return Finding(
        Outcome.FAIL, f"The answers were {' then '.join(codes)} where one CA belongs (MSH-15 AL, MSH-16 NE)."
    )


def _never(observed: Observed) -> Finding | None:
    codes = hear(observed, answers_each=2).codes("first")
    if not codes:
        return Finding(Outcome.PASS, "Silent, as MSH-15 and MSH-16 (NE) ask.")
    if codes in (("AA",), (observed.ordinary,)):
        return Finding(
            Outcome.PASS,
            "One answer as in original mode: more than was asked for, and safe, because it names its message.",
        )
    return Finding(Outcome.FAIL, f"MSH-15 and MSH-16 ask for no answer; {' then '.join(codes)} came.")


_ECHO = (
    "Copy MSH-10 byte for byte into MSA-2: no trimming, no unescaping, no number conversion, room for 199 characters."
)
_MODE = "Answer CA when the message is safe, AA, AE or AR when it was processed, each only where MSH-15 and MSH-16 ask."

PROBES = (
    Probe(
        "ack.well-formed",
        Group.ACKNOWLEDGMENT,
        "The acknowledgment is a framed HL7 message",
        Severity.MAJOR,
        "Strict senders do not recognise an answer without VT, with line feeds or without MSA, and send again.",
        "HL7 v2.5.1, 2.13.1 and 2.15.8; MLLP release 1",
        "VT, MSH, then MSA, CR after every segment, FS CR; MSH-9 ACK, MSH-10, -11 and -12 filled.",
        "Build the answer as any other message and send it through the same framing.",
        _one,
        (Expect("first", _TAKEN),),
        check=_well_formed,
    ),
    Probe(
        "ack.sender-and-receiver-swapped",
        Group.ACKNOWLEDGMENT,
        "MSH-5 and MSH-6 of the answer name the sender",
        Severity.MINOR,
        "Gateways route acknowledgments by these fields; unswapped ones come back to the receiver.",
        "HL7 v2.5.1, 2.9.2.1 and 2.13.1",
        "MSH-5 and MSH-6 are the message's MSH-3 and MSH-4.",
        "Exchange MSH-3/4 with MSH-5/6 of the message.",
        _one,
        (Expect("first", _TAKEN),),
        check=_swapped,
    ),
    Probe(
        "ack.processing-id",
        Group.ACKNOWLEDGMENT,
        "A test message gets a test acknowledgment",
        Severity.MINOR,
        "Senders refuse answers whose MSH-11 is not that of their message.",
        "HL7 v2.5.1, 2.9.2.1 and 2.15.9.11",
        "MSH-11 of the answer is T, as in the message.",
        "Copy MSH-11.",
        _one,
        (Expect("first", _TAKEN),),
        check=_processing_id,
    ),
    Probe(
        "ack.one-per-message",
        Group.ACKNOWLEDGMENT,
        "One answer for one message",
        Severity.CRITICAL,
        "A second answer is taken for the next message's: that one counts as delivered before it is.",
        "HL7 v2.5.1, 2.9.2; nextgenhealthcare/connect#1314",
        "One answer, and no other within a second.",
        "Answer each message once, from one place.",
        _one_and_wait,
        (Expect("first", _TAKEN), Expect("second", _TAKEN)),
    ),
    Probe(
        "ack.own-control-id",
        Group.ACKNOWLEDGMENT,
        "Every acknowledgment has a control id of its own",
        Severity.MINOR,
        "Archives and gateways that file answers by MSH-10 keep only one of them.",
        "HL7 v2.5.1, 2.15.9.10",
        "MSH-10 of three answers: filled, all different, none the sender's.",
        "Draw a new MSH-10 for each answer.",
        _three,
        tuple(Expect(name, _TAKEN) for name in ("first", "second", "third")),
        check=_ids_unique,
    ),
    Probe(
        "ack.control-id-exact",
        Group.ACKNOWLEDGMENT,
        "MSA-2 repeats a mixed control id exactly",
        Severity.CRITICAL,
        "The sender finds its message by these bytes. Upper case, cut or trimmed, none is found and it sends again.",
        "HL7 v2.5.1, 2.15.8.2",
        "MSA-2 is MSH-10, byte for byte.",
        _ECHO,
        _exact_id,
        check=_exact,
    ),
    Probe(
        "ack.control-id-escaped",
        Group.ACKNOWLEDGMENT,
        "MSA-2 repeats a control id with an escape sequence",
        Severity.MAJOR,
        "Unescaped, the & in the id becomes a separator and the id is another.",
        "HL7 v2.5.1, 2.7.1 and 2.15.8.2",
        "MSA-2 is MSH-10, still escaped.",
        _ECHO,
        _escaped_id,
        check=_exact,
    ),
    Probe(
        "ack.control-id-199",
        Group.ACKNOWLEDGMENT,
        "MSA-2 repeats a control id of 199 characters",
        Severity.MAJOR,
        "Allowed since version 2.7. A cut MSA-2 matches no message.",
        "HL7 v2.7, MSH-10 (length 1..199)",
        "AA, AE or AR with the whole id.",
        _ECHO,
        _long_id,
        check=_exact,
    ),
    Probe(
        "ack.empty-control-id",
        Group.ACKNOWLEDGMENT,
        "A message without control id",
        Severity.CRITICAL,
        "MSH-10 is required. AA that names no message, or an invented one, confirms something nobody can find again.",
        "field survey, probe 20; HL7 v2.5.1, 2.15.9.10",
        "AR or AE, or the connection closed; never AA.",
        "Answer AR with error 101 (required field missing) at MSH-10.",
        _empty_id,
        (Expect("no-id", Fate.NOT_TAKEN), Expect(AFTER, _TAKEN)),
        risky=True,
    ),
    Probe(
        "ack.enhanced-both",
        Group.ACKNOWLEDGMENT,
        "Enhanced mode: MSH-15 AL, MSH-16 AL",
        Severity.MAJOR,
        "Senders in enhanced mode wait for CA, then for AA; one of them alone keeps the message in their queue.",
        "HL7 v2.5.1, 2.9.3; medplum/medplum#7115",
        "CA, then AA (AE, AR) for the same control id, on this connection or later. A receiver without enhanced mode "
        "answers AA alone: unclear, to be agreed upon.",
        _MODE,
        _enhanced_both,
        check=_pair,
        enhanced=True,
    ),
    Probe(
        "ack.enhanced-accept-only",
        Group.ACKNOWLEDGMENT,
        "Enhanced mode: MSH-15 AL, MSH-16 NE",
        Severity.MAJOR,
        "The sender wants to know that its message is safe, nothing more; a second answer disturbs the next message.",
        "HL7 v2.5.1, 2.9.3.1",
        "One CA and nothing else. A receiver without enhanced mode answers AA: unclear, to be agreed upon.",
        _MODE,
        _enhanced_accept,
        check=_accept_only,
        enhanced=True,
    ),
    Probe(
        "ack.enhanced-never",
        Group.ACKNOWLEDGMENT,
        "Enhanced mode: MSH-15 NE, MSH-16 NE",
        Severity.MINOR,
        "The sender waits for nothing. Two answers that nobody waits for are taken for those of later messages.",
        "HL7 v2.5.1, 2.9.3 and table 0155",
        "Silence; or one AA as in original mode, which is safe because it names its message.",
        _MODE,
        _enhanced_never,
        check=_never,
        enhanced=True,
    ),
    Probe(
        "ack.enhanced-error-only",
        Group.ACKNOWLEDGMENT,
        "Enhanced mode: MSH-15 ER and a message without a type",
        Severity.MAJOR,
        "The sender wants to hear of errors alone. Silence would mean that all is well.",
        "HL7 v2.5.1, 2.9.3.1 and table 0155; nextgenhealthcare/connect#262",
        "CR, CE, AR or AE, or the connection closed; no positive answer, no silence.",
        "Judge the message first, then ask MSH-15 whether the sender wants to hear that outcome.",
        _enhanced_refused,
        (Expect("no-type", Fate.NOT_TAKEN), Expect(AFTER, _TAKEN)),
        enhanced=True,
        risky=True,
    ),
    Probe(
        "ack.same-message-again",
        Group.ACKNOWLEDGMENT,
        "The same bytes twice",
        Severity.MAJOR,
        "Every sender repeats a message whose answer was lost. Refusing the repetition stops its queue; the result "
        "must still be charted only once, which is to be seen in the receiving system.",
        "HL7 v2.5.1, 2.9.2; CDCgov/prime-reportstream#4078",
        "Both get the same positive answer.",
        "Recognise sender, control id and content; repeat the answer and file nothing.",
        _same_again,
        (Expect("first", _TAKEN), Expect("again", _TAKEN)),
    ),
    Probe(
        "ack.control-id-reused",
        Group.ACKNOWLEDGMENT,
        "Another message with a used control id",
        Severity.MAJOR,
        "Senders that restart their counter send other patients' results under old ids. De-duplicating by MSH-10 alone "
        "loses them. Whether it was filed is to be seen in the receiving system; here it must be answered.",
        "CDCgov/prime-reportstream#15982",
        "AA, AE or AR; never silence.",
        "Compare the content too, not MSH-10 alone.",
        _reused_id,
        (Expect("first", _TAKEN), Expect("other", Fate.ANSWERED)),
    ),
)
