"""A message over a real connection: the wire as it was, and the verdict on the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from console.harness.scenario.model import Target, Tls
from console.harness.single.exchange import Conversation, Exchange, exchange
from console.harness.single.judgement import Judgement, Outcome, Severity, judge
from console.harness.single.line import What
from console.hl7v2.framing import frame
from tests.fakes import mllp_receivers as fakes

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def message(control_id: str = "M1", more: str = "") -> bytes:
    return f"MSH|^~\\&|A|HARNESS|C|D|1||ADT^A01|{control_id}|T|2.5.1{more}\rPID|1||T1\r".encode()


Say = Callable[[bytes, int], list[bytes | float | None]]
"""Payload and how many came before -> what to do in turn: bytes to write, seconds to wait, None closes."""


@asynccontextmanager
async def scripted(say: Say) -> AsyncIterator[Target]:
    """A receiver that does as told for each frame."""
    tasks: set[asyncio.Task[None]] = set()
    count = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while True:
                data = await reader.readuntil(b"\x1c\r")
                steps = say(data[1:-2], count)
                count += 1
                for step in steps:
                    if step is None:
                        writer.close()
                        return
                    if isinstance(step, bytes):
                        writer.write(step)
                    else:
                        await asyncio.sleep(step)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield Target("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def ack(code: str, control_id: str, more: str = "") -> bytes:
    return frame(f"MSH|^~\\&|C|D|A|HARNESS|1||ACK|K1|T|2.5.1\rMSA|{code}|{control_id}\r{more}".encode())


async def said(say: Say, payload: bytes | None = None, **options: float) -> tuple[Exchange, Judgement]:
    async with scripted(say) as target:
        options.setdefault("patience", 0.2)
        found = (await exchange(payload or message(), target, clock=clock, **options))[-1]  # type: ignore[arg-type]
        return found, judge(found)


async def test_that_an_accepted_message_is_recorded_byte_by_byte() -> None:
    found, verdict = await said(lambda payload, n: [ack("AA", "M1")], patience=5.0)
    assert (verdict.outcome, verdict.severity, verdict.notes) == (Outcome.ACCEPTED, Severity.OK, ())
    whats = [event.what for event in found.record.events]
    assert whats[:3] == [What.CONNECTED, What.SENT, What.RECEIVED]
    assert found.record.events[1].data == frame(message())
    assert found.record.received == ack("AA", "M1")
    times = [event.at for event in found.record.events]
    assert times == sorted(times)
    assert found.took is not None


@pytest.mark.parametrize(
    ("say", "outcome", "word"),
    [
        (lambda p, n: [ack("AE", "M1", "ERR||PID^1^3|101^^HL70357|E||||no MRN\r")], Outcome.ERROR, "no MRN"),
        (lambda p, n: [ack("AR", "M1")], Outcome.REJECTED, "refuses"),
        (lambda p, n: [ack("AA", "OTHER")], Outcome.WRONG_ID, '"OTHER"'),
        (lambda p, n: [ack("XX", "M1")], Outcome.MALFORMED, '"XX"'),
        (lambda p, n: [frame(b"hello")], Outcome.MALFORMED, "no acknowledgment"),
        (lambda p, n: [b"MSH|hello", None], Outcome.MALFORMED, "be read"),
        (lambda p, n: [], Outcome.NONE, "No acknowledgment within 0.2 s"),
        (lambda p, n: [None], Outcome.BROKEN, "closed the connection"),
    ],
)
async def test_that_every_kind_of_answer_has_its_verdict(say: Say, outcome: Outcome, word: str) -> None:
    _, verdict = await said(say)
    assert verdict.outcome is outcome, verdict
    assert verdict.severity is Severity.FAIL
    assert word in verdict.sentence
    assert verdict.advice


async def test_that_err_segments_are_said_in_words_with_their_place() -> None:
    _, verdict = await said(lambda p, n: [ack("AE", "M1", "ERR||PID^1^5|101^^HL70357|E\r")])
    problem = verdict.replies[0].problems[0]
    assert (problem.path, problem.place, problem.text) == ("PID-5", "Patient name", "Required field missing")
    assert "Patient name" in verdict.sentence


async def test_that_a_late_answer_is_called_late_and_not_given_to_the_next_message() -> None:
    def say(payload: bytes, n: int) -> list[bytes | float | None]:
        return [0.15, ack("AA", "M1")] if b"|M1|" in payload else [ack("AA", "M2")]

    async with scripted(say) as target, Conversation(target, clock=clock, patience=0.05, grace=2.0) as line:
        late = (await line.send(message("M1")))[-1]
        following = (await line.send(message("M2")))[-1]
    assert judge(late).outcome is Outcome.LATE
    assert judge(following).outcome is Outcome.ACCEPTED
    assert not following.reused


async def test_that_two_answers_for_one_message_are_noted() -> None:
    _, verdict = await said(lambda p, n: [ack("AA", "M1") + ack("AA", "M1")])
    assert (verdict.outcome, verdict.severity) == (Outcome.ACCEPTED, Severity.WARN)
    assert "2 answers" in verdict.notes[0]


async def test_that_the_pair_of_enhanced_mode_is_waited_for() -> None:
    payload = message(more="|||AL|AL")
    _, verdict = await said(lambda p, n: [ack("CA", "M1"), 0.05, ack("AA", "M1")], payload, patience=5.0)
    assert verdict.sentence.startswith("CA then AA")
    _, alone = await said(lambda p, n: [ack("CA", "M1")], payload)
    assert (alone.outcome, alone.severity) == (Outcome.COMMITTED, Severity.WARN)
    _, old = await said(lambda p, n: [ack("AA", "M1")], payload)
    assert "original mode" in old.notes[0]
    _, never = await said(lambda p, n: [], message(more="|||NE|NE"))
    assert (never.outcome, never.severity) == (Outcome.NOT_ASKED, Severity.OK)


async def test_that_the_same_bytes_go_out_again_while_no_answer_comes() -> None:
    seen: list[bytes] = []

    def say(payload: bytes, n: int) -> list[bytes | float | None]:
        seen.append(payload)
        return [] if n == 0 else [ack("AE", "M1")] if n == 1 else [ack("AA", "M1")]

    async with scripted(say) as target:
        attempts = await exchange(message(), target, clock=clock, patience=0.1, resend=5)
    assert [judge(attempt).outcome for attempt in attempts] == [Outcome.NONE, Outcome.ERROR, Outcome.ACCEPTED]
    assert seen == [message()] * 3


async def test_that_several_messages_share_a_line_and_keep_their_own_events() -> None:
    async with fakes.receiver(fakes.Sound) as port:
        target = Target("127.0.0.1", port)
        async with Conversation(target, clock=clock, patience=5.0) as line:
            first, second = [(await line.send(message(name)))[-1] for name in ("M1", "M2")]
    assert (first.reused, second.reused) == (False, True)
    assert b"M1" not in b"".join(event.data for event in second.record.events)
    assert judge(second).outcome is Outcome.ACCEPTED


async def test_that_nobody_there_is_unreachable() -> None:
    async with fakes.receiver(fakes.Sound) as port:
        pass
    found = (await exchange(message(), Target("127.0.0.1", port), clock=clock, patience=1.0))[-1]
    verdict = judge(found)
    assert (verdict.outcome, found.sent_at) == (Outcome.UNREACHABLE, None)


async def test_that_tls_is_spoken_with_both_certificates_and_a_stranger_is_refused(tmp_path: Path) -> None:
    import ssl

    authority = trustme.CA()
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    authority.configure_trust(ours)
    ours.verify_mode = ssl.CERT_REQUIRED
    client = authority.issue_cert("tester@hospital.example")
    ca, certificate, key = tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem"
    ca.write_bytes(authority.cert_pem.bytes())
    certificate.write_bytes(client.cert_chain_pems[0].bytes())
    key.write_bytes(client.private_key_pem.bytes())
    house = fakes.House(fakes.Sound)
    loop = asyncio.get_running_loop()
    house.server = await loop.create_server(lambda: fakes.Sound(house), "127.0.0.1", 0, ssl=ours)
    port = house.server.sockets[0].getsockname()[1]
    try:
        mutual = Target("127.0.0.1", port, tls=Tls(ca, certificate, key))
        found = (await exchange(message(), mutual, clock=clock, patience=5.0))[-1]
        assert judge(found).outcome is Outcome.ACCEPTED
        assert found.record.tls is not None
        assert found.record.tls.version in ("TLSv1.2", "TLSv1.3")
        stranger = Target("127.0.0.1", port, tls=Tls())
        refused = judge((await exchange(message(), stranger, clock=clock, patience=5.0))[-1])
        assert refused.outcome is Outcome.UNREACHABLE
        assert "certificate" in refused.sentence
    finally:
        await house.stop()
