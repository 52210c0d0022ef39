"""TLS probes: what a plain port does with a TLS sender, and what a TLS port does with everybody."""

from __future__ import annotations

import asyncio
import ssl
import struct

from console.harness.probe.bench import Bench
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.harness.single.line import Line
from console.hl7v2.framing import frame

_STILL = Expect(AFTER, Fate.TAKEN, severity=Severity.CRITICAL)
_STALLED = 20
_ALERT, _HANDSHAKE, _SERVER_HELLO = 0x15, 0x16, 0x02
_SUITES = (0xC013, 0xC014, 0xC009, 0xC00A, 0x002F, 0x0035, 0x000A)


def client_hello(version: int) -> bytes:
    """A ClientHello that offers this version at most (0x0302 is TLS 1.1), always the same bytes (RFC 5246, 7.4.1.2)."""
    groups = struct.pack("!HHHHHH", 0x000A, 8, 6, 0x0017, 0x0018, 0x0019)
    points = struct.pack("!HHBB", 0x000B, 2, 1, 0)
    extensions = groups + points
    body = struct.pack("!H", version) + bytes(range(32)) + b"\x00"
    body += struct.pack(f"!H{len(_SUITES)}H", 2 * len(_SUITES), *_SUITES) + b"\x01\x00"
    body += struct.pack("!H", len(extensions)) + extensions
    hello = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return struct.pack("!BHH", _HANDSHAKE, 0x0301, len(hello)) + hello


async def _hello_on_plain(bench: Bench) -> None:
    line = await bench.open(plain=True)
    bench.name("a ClientHello")
    await line.send(client_hello(0x0303))
    await line.ended(0.5)
    await line.close()
    await bench.elsewhere()


async def _version(bench: Bench) -> None:
    line = await bench.open()
    if line.tls is not None:
        bench.facts["version"] = f"{line.tls.version}, {line.tls.cipher}"
    await line.send(frame(bench.message("first")))
    await bench.heard(line, "first")
    old = await bench.open(plain=True)
    await old.send(client_hello(0x0302))
    await old.until(lambda one: len(one.record().received) > 5, bench.patience)


def _modern(observed: Observed) -> Finding | None:
    answer = observed.lines[-1].received
    if answer[:1] == bytes([_HANDSHAKE]) and answer[5:6] == bytes([_SERVER_HELLO]):
        return Finding(Outcome.FAIL, "The receiver agrees to TLS 1.1, which is withdrawn (RFC 8996).")
    return None


async def _plain_on_tls(bench: Bench) -> None:
    line = await bench.open(plain=True)
    await line.send(frame(bench.message("in plain text")))
    await line.ended(min(bench.patience, 1.0))
    await line.close()
    await bench.elsewhere()


async def _stalled(bench: Bench) -> None:
    receiver = bench.receiver
    stalled = await asyncio.gather(
        *(Line.open(receiver.host, receiver.port, patience=bench.patience) for _ in range(_STALLED))
    )
    half = client_hello(0x0303)[:30]
    for line in stalled:
        await line.send(half)
    await bench.several(5)
    await bench.close_unseen(list(stalled))


async def _certificate(bench: Bench) -> None:
    """Shown, dated, named: verified once with the authorities in use and once with the certificate itself as one."""
    receiver = bench.receiver
    line = await bench.open()
    shown = line.tls.certificate if line.tls is not None else b""
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if receiver.more.get("ca"):
        strict.load_verify_locations(receiver.more["ca"])
    else:
        strict.load_default_certs()
    _own_certificate(strict, bench)
    trusted = await _try(bench, strict)
    bench.facts["chain"] = trusted or "verified"
    if not shown:
        return
    itself = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    itself.check_hostname = False
    itself.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    itself.load_verify_locations(cadata=shown)
    _own_certificate(itself, bench)
    bench.facts["dates"] = await _try(bench, itself) or "valid"


def _own_certificate(context: ssl.SSLContext, bench: Bench) -> None:
    more = bench.receiver.more
    if more.get("certificate"):
        context.load_cert_chain(more["certificate"], more.get("key") or None)


async def _try(bench: Bench, context: ssl.SSLContext) -> str:
    """Connects and closes; gives the reason why it could not, and keeps what the certificate says."""
    receiver = bench.receiver
    line = await Line.open(
        receiver.host, receiver.port, patience=bench.patience, tls=context, server_name=receiver.server_name
    )
    record = line.record()
    await line.close()
    if record.tls is None:
        return next((event.text for event in record.events if event.text), "no handshake")
    bench.facts["issued to"] = ", ".join(record.tls.names) or record.tls.subject
    bench.facts["issued by"] = record.tls.issuer
    bench.facts["valid until"] = record.tls.valid_until
    return ""


def _trustworthy(observed: Observed) -> Finding | None:
    facts = observed.facts
    about = "; ".join(f"{name} {facts[name]}" for name in ("issued to", "issued by", "valid until") if facts.get(name))
    dates, chain = facts.get("dates", "valid"), facts.get("chain", "")
    if "expired" in dates or "not yet valid" in dates:
        return Finding(Outcome.FAIL, f"{dates[:1].upper()}{dates[1:]}. {about}", Severity.CRITICAL)
    if chain == "verified":
        return Finding(Outcome.PASS, f"Verified. {about}")
    if "mismatch" in chain.lower() or "not valid for" in chain.lower():
        return Finding(Outcome.FAIL, f"{chain[:1].upper()}{chain[1:]}. {about}")
    return Finding(
        Outcome.UNCLEAR, f"{chain[:1].upper()}{chain[1:]}. Give the authority with --ca to have it checked. {about}"
    )


async def _without_certificate(bench: Bench) -> None:
    receiver = bench.receiver
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    line = await Line.open(
        receiver.host,
        receiver.port,
        name="without a client certificate",
        patience=bench.patience,
        tls=context,
        server_name=receiver.server_name,
    )
    bench.show(line)
    await line.send(frame(bench.message("first")))
    await bench.heard(line, "first")
    if receiver.more.get("certificate"):
        bench.facts["our certificate"] = "given"
    await bench.elsewhere()


def _mutual(observed: Observed) -> Finding | None:
    asked_in_vain = not observed.lines[0].answers
    if asked_in_vain:
        return Finding(Outcome.PASS, "Without a client certificate nothing is taken: mutual TLS.")
    if "our certificate" in observed.facts:
        return Finding(
            Outcome.UNCLEAR, "Messages are taken without the client certificate that was given: it is not asked for."
        )
    return Finding(Outcome.PASS, "No client certificate is asked for.")


async def _no_goodbye(bench: Bench) -> None:
    for number in range(5):
        line = await bench.open()
        await line.send(frame(bench.message(f"cut {number + 1}")))
        line.reset()
        await line.ended(1.0)
    await bench.elsewhere()


PROBES = (
    Probe(
        "tls.client-hello-on-plain-port",
        Group.TLS,
        "A TLS sender on the plain port",
        Severity.CRITICAL,
        "One side was switched to TLS too early. The bytes hold VT and FS by chance.",
        "field survey (TLS faults)",
        "Skipped, refused or closed, never a positive answer; a plain message on a new connection is taken.",
        "Skip bytes outside frames; close when nothing sensible comes.",
        _hello_on_plain,
        (Expect("a ClientHello", Fate.NEVER_TAKEN), _STILL),
        any_bytes=True,
        risky=True,
        tls=False,
    ),
    Probe(
        "tls.version",
        Group.TLS,
        "TLS 1.2 or newer, and nothing older",
        Severity.MAJOR,
        "Results are patient data; TLS 1.0 and 1.1 are withdrawn.",
        "RFC 8996; RFC 9325, 3.1.1",
        "A message over TLS 1.2 or 1.3 is taken; an offer of TLS 1.1 is refused.",
        "Set the oldest version to TLS 1.2.",
        _version,
        (Expect("first", Fate.TAKEN),),
        check=_modern,
        any_bytes=True,
        tls=True,
    ),
    Probe(
        "tls.plain-message-on-tls-port",
        Group.TLS,
        "A plain message on the TLS port",
        Severity.CRITICAL,
        "Answering it would mean that patient data may come unencrypted.",
        "field survey (TLS faults); RFC 9325",
        "Closed or an alert, never an answer; a message over TLS is taken afterwards.",
        "Do the handshake before anything else.",
        _plain_on_tls,
        (Expect("in plain text", Fate.NEVER_TAKEN), _STILL),
        any_bytes=True,
        risky=True,
        tls=True,
    ),
    Probe(
        "tls.stalled-handshakes",
        Group.TLS,
        f"{_STALLED} handshakes that stop half-way",
        Severity.CRITICAL,
        "A receiver that shakes hands in its accept loop serves nobody while one sender hesitates.",
        "field survey (TLS faults)",
        "Five messages on another connection are answered as always.",
        "Shake hands in the connection's own task, with a time-out.",
        _stalled,
        tuple(Expect(f"no. {n + 1}", Fate.TAKEN) for n in range(5)),
        heavy=True,
        risky=True,
        tls=True,
    ),
    Probe(
        "tls.certificate",
        Group.TLS,
        "The certificate",
        Severity.MAJOR,
        "An expired certificate stops all senders in the same second, usually on a weekend.",
        "RFC 5280, 6; RFC 9525",
        "Within its dates, for the name in use, from an authority the sender knows. A private authority is unclear "
        "until --ca names it.",
        "Renew it in time; put the name that senders use into subjectAltName.",
        _certificate,
        check=_trustworthy,
        any_bytes=True,
        tls=True,
    ),
    Probe(
        "tls.client-certificate",
        Group.TLS,
        "A sender without a client certificate",
        Severity.MINOR,
        "Says whether the receiver knows its senders by their certificates.",
        "RFC 8446, 4.3.2",
        "Refused where mutual TLS was agreed, taken where it was not; either is said. Another sender is not disturbed.",
        "With mutual TLS, require the certificate (not: ask for it and go on without).",
        _without_certificate,
        check=_mutual,
        any_bytes=True,
        tls=True,
        risky=True,
    ),
    Probe(
        "tls.cut-without-goodbye",
        Group.TLS,
        "Connections cut without close_notify",
        Severity.CRITICAL,
        "Firewalls cut TLS connections without a word; libraries raise other errors then than on plain ones.",
        "RFC 8446, 6.1; field survey (TLS faults)",
        "A message on a new connection is taken.",
        "Handle errors of a connection in that connection.",
        _no_goodbye,
        (_STILL,),
        risky=True,
        tls=True,
    ),
)
