"""`signalbox harness send MESSAGE|FOLDER|-`: each message over one connection, its answer judged, a sum at the end."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.core.clock import Clock
from console.core.errors import EnvironmentFault, InvalidMessage
from console.harness.run_audit import append_run
from console.harness.safety import Clearance, check_processing_id
from console.harness.scenario.model import Target, Tls
from console.harness.single import history, targets
from console.harness.single.composing import fresh as made_fresh
from console.harness.single.exchange import LINGER_S, Conversation, Exchange
from console.harness.single.judgement import Judgement, Outcome, Severity, judge
from console.harness.single.message_files import Found, messages_of
from console.harness.single.wire import visible
from console.hl7v2.peek import Header, peek

_PASSED, _FAILED, _REFUSED = 0, 1, 3
_FEW = 20
"""So many messages get the full wait for what nobody asked for; with more, the next message's answers show it."""
_SHORT_LINGER_S = 0.005
_MARKS = {Severity.OK: "✓", Severity.WARN: "!", Severity.FAIL: "✕"}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to send. `fresh`: new MSH-10 and MSH-7; `wire`: show the bytes; `keep`: write the history."""

    patience: float = 30.0
    resend: int = 0
    fresh: bool = False
    wire: bool = False
    quiet: bool = False
    json: bool = False
    live_json: bool = False
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """One message's last exchange and what it means."""

    found: Found
    exchange: Exchange
    judgement: Judgement


def send_messages(
    places: Sequence[str],
    *,
    target: str,
    data: Path,
    confirmed: Sequence[str] = (),
    tls: Tls | None = None,
    options: Options | None = None,
    report: Path | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    say: Say = lambda line: print(line, flush=True),  # noqa: T201 - what the command prints
) -> int:
    """Sends every message of these places; 0 when all were accepted, 1 when one was not, 3 when nobody answered.

    `target`: HOST:PORT, or a name of the allow-list. Raises Refused (safety, no message) and EnvironmentFault.
    """
    options = options or Options()
    found = list(messages_of(places))
    chosen, clearance = targets.clear(targets.named(target, data, tls=tls), data, confirmed=confirmed)
    for one in found:
        check_processing_id(clearance, _header(one.payload).processing_id)
    mark = "S" + secrets.token_hex(4).upper()
    append_run(
        data, at=clock(), what="single", run=mark, targets=[clearance.target.address], digest="", seed=0,
        messages=len(found),
    )  # fmt: skip
    if options.fresh:
        found = [_fresh(one, f"{mark}{number}", clock) for number, one in enumerate(found, 1)]
    sent: list[Sent] = []

    def told(one: Sent) -> None:
        sent.append(one)
        for line in _lines(one, options):
            say(line)
        if options.keep:
            _write_down(data, one, clearance)

    interval = 1 / clearance.max_rate if clearance.max_rate else 0.0
    asyncio.run(_send_all(found, chosen, options, clock, interval, told))
    result = _summary(sent, clearance.target.address)
    if report is not None:
        _write_report(report, result)
    if options.json:
        say(json.dumps(result, ensure_ascii=False, indent=2))
    elif options.live_json:
        say(json.dumps({"event": "end", **result["counts"]}, ensure_ascii=False))
    elif not options.quiet or result["exit"]:
        say(_closing(result))
    code: int = result["exit"]
    return code


# ---------------------------------------------------------------- sending


async def _send_all(
    found: Sequence[Found],
    target: Target,
    options: Options,
    clock: Clock,
    interval: float,
    told: Callable[[Sent], None],
) -> None:
    linger = LINGER_S if len(found) <= _FEW else _SHORT_LINGER_S
    async with Conversation(target, clock=clock, patience=options.patience, linger=linger) as conversation:
        for number, one in enumerate(found):
            if number and interval:
                await asyncio.sleep(interval)
            exchange = (await conversation.send(one.payload, resend=options.resend))[-1]
            told(Sent(one, exchange, judge(exchange)))
            if exchange.record.refused:
                return


def _fresh(one: Found, control_id: str, clock: Clock) -> Found:
    try:
        return Found(one.name, made_fresh(one.payload, control_id=control_id, now=clock()))
    except InvalidMessage:  # it is sent as it is: that may be what is tried
        return one


def _write_down(data: Path, one: Sent, clearance: Clearance) -> None:
    environment = str(clearance.entry.environment) if clearance.entry is not None else "this machine"
    history.append(data, history.entry_of(one.exchange, one.judgement, environment=environment))


# ---------------------------------------------------------------- words


def _lines(one: Sent, options: Options) -> Iterator[str]:
    judgement = one.judgement
    if options.live_json:
        yield json.dumps({"event": "message", **_as_json(one)}, ensure_ascii=False)
        return
    if options.json or (options.quiet and judgement.severity is Severity.OK):
        return
    header = _header(one.exchange.payload)
    about = " ".join(part for part in (header.message_type, one.exchange.control_id) if part) or "no header"
    yield f"{_MARKS[judgement.severity]} {_harmless(one.found.name)}  {_harmless(about)}  {judgement.sentence}"
    for note in judgement.notes:
        yield f"    {note}"
    if judgement.advice:
        yield f"    {judgement.advice}"
    if options.wire:
        for event in one.exchange.record.events:
            yield f"    {event.at * 1000:9.1f} ms  {event.what:<11} {event.text}{visible(event.data, limit=2000)}"


def _summary(sent: Sequence[Sent], target: str) -> dict[str, Any]:
    counts = Counter(str(one.judgement.outcome) for one in sent)
    good = all(one.judgement.severity is not Severity.FAIL for one in sent)
    unreachable = bool(sent) and all(one.judgement.outcome is Outcome.UNREACHABLE for one in sent)
    return {
        "target": target,
        "sent": len(sent),
        "counts": dict(counts),
        "messages": [_as_json(one) for one in sent],
        "exit": _REFUSED if unreachable else _PASSED if good else _FAILED,
    }


def _as_json(one: Sent) -> dict[str, Any]:
    exchange, judgement = one.exchange, one.judgement
    took = exchange.took
    return {
        "name": one.found.name,
        "message_type": _header(exchange.payload).message_type,
        "control_id": exchange.control_id,
        "outcome": str(judgement.outcome),
        "severity": str(judgement.severity),
        "sentence": judgement.sentence,
        "advice": judgement.advice,
        "notes": list(judgement.notes),
        "took_ms": None if took is None else round(took * 1000, 3),
        "attempts": exchange.attempt,
        "answers": [
            {
                "code": reply.code,
                "control_id": reply.control_id,
                "text": reply.text,
                "errors": [
                    {"code": p.code, "text": p.text, "path": p.path, "severity": p.severity} for p in reply.problems
                ],
            }
            for reply in judgement.replies
        ],
    }


def _closing(result: dict[str, Any]) -> str:
    parts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(result["counts"].items()))
    noun = "message" if result["sent"] == 1 else "messages"
    word = "PASSED" if not result["exit"] else "FAILED"
    return f"{result['sent']} {noun} to {result['target']}: {parts}: {word}"


def _harmless(text: str) -> str:
    """Nothing that a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _header(payload: bytes) -> Header:
    try:
        return peek(payload)
    except InvalidMessage:
        return Header()


def _write_report(path: Path, result: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be written: {error.strerror or error}. Choose another place.", code="file-not-writable"
        ) from error
