"""TLS: our certificate, theirs, and certificates made with one flaw each."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from console.connections.mllp_sockets import server_tls
from console.core.errors import EnvironmentFault
from console.harness.listener.certificates import make_certificate
from console.harness.listener.script import Certificate, Script
from tests.builders.engine_process import message
from tests.builders.scripted_listener import listening, peer


def client(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


async def test_that_messages_are_answered_over_tls(tmp_path: Path) -> None:
    certificate, key, authority = make_certificate(tmp_path, Certificate.GOOD)
    context = server_tls(certificate, key, name="tls")
    async with listening(Script(), tls=context) as (_, address), peer(address, tls=client(authority)) as sender:
        await sender.send(message("1"), message("2"))
        assert [(await sender.answer()).control_id for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        (Certificate.EXPIRED, "expired"),
        (Certificate.NOT_YET_VALID, "not yet valid"),
        (Certificate.SELF_SIGNED, "self-signed"),
        (Certificate.WRONG_NAME, "not valid for"),
    ],
)
async def test_that_a_flawed_certificate_is_refused_for_its_flaw(
    flaw: Certificate, reason: str, tmp_path: Path
) -> None:
    certificate, key, authority = make_certificate(tmp_path, flaw)
    async with listening(Script(), tls=server_tls(certificate, key, name="tls")) as (_, address):
        with pytest.raises(ssl.SSLCertVerificationError) as refused:
            async with peer(address, tls=client(authority)):
                pass
    words = refused.value.verify_message.lower().replace("self signed", "self-signed")
    assert reason in words or (reason == "not valid for" and "mismatch" in words)


async def test_that_a_client_without_a_certificate_is_not_heard(tmp_path: Path) -> None:
    certificate, key, authority = make_certificate(tmp_path, Certificate.GOOD)
    context = server_tls(certificate, key, authority, name="tls")
    async with listening(Script(), tls=context) as (listener, address):
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
            async with peer(address, tls=client(authority)) as sender:
                await sender.ask(message("1"))
        assert listener.number == 0
        ours = client(authority)
        ours.load_cert_chain(certificate, key)
        async with peer(address, tls=ours) as sender:
            assert (await sender.ask(message("1"))).code == "AA"


def test_that_a_file_that_is_no_certificate_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("no")
    with pytest.raises(EnvironmentFault, match=r"listener tls: .*c\.pem cannot be used"):
        server_tls(tmp_path / "c.pem", tmp_path / "c.pem", name="listener tls")
