"""Deadlines, interruption, accidents: what the gate does when things go wrong behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.core.errors import Bug, Conflict, EnvironmentFault, InvalidMessage, Refused, SignalboxError
from console.engine.api.guards import Deadline, RequestFrame
from console.engine.api.interruption import Interruptible
from console.engine.api.refusals import refusal_of
from console.engine.api.server import check_exposure, is_loopback, web_address
from console.engine.api.services import reading
from console.engine.settings import Address
from console.storage.database import Database, open_database


def scope(path: str = "/api/v1/events") -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "state": {}}


async def ask(app: ASGIApp, given: Scope | None = None) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(given or scope(), receive, send)
    return sent


async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def test_that_a_slow_answer_is_given_up_and_its_place_kept_until_it_ends() -> None:
    free = asyncio.Event()
    ended = asyncio.Event()

    async def slow(given: Scope, receive: Receive, send: Send) -> None:
        await free.wait()
        await answering(given, receive, send)
        ended.set()

    guard = Deadline(slow, seconds=0.01, in_flight=1)
    sent = await ask(guard)
    assert sent[0]["status"] == 504
    assert orjson.loads(sent[1]["body"])["code"] == "too-slow"
    assert (await ask(guard))[0]["status"] == 503
    free.set()
    await ended.wait()
    await asyncio.sleep(0)
    assert len(sent) == 2
    free.clear()
    assert (await ask(guard))[0]["status"] == 504
    free.set()


async def test_that_an_answer_under_way_may_take_its_time() -> None:
    async def trickling(_given: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.03)
        await send({"type": "http.response.body", "body": b"late"})

    sent = await ask(Deadline(trickling, seconds=0.01))
    assert [m.get("body") for m in sent] == [None, b"late"]


async def test_that_streams_are_not_timed() -> None:
    async def streaming(given: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.03)
        await answering(given, receive, send)

    guard = Deadline(streaming, seconds=0.01, in_flight=0, streams=["/s"])
    assert (await ask(guard, scope("/s")))[0]["status"] == 200


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "journal.db")
    yield opened
    opened.close()


async def test_that_a_statement_that_runs_too_long_is_stopped(database: Database) -> None:
    begun = threading.Event()
    stopped: list[str] = []

    async def searching(given: Scope, _receive: Receive, _send: Send) -> None:
        def search() -> None:
            try:
                with reading(database, given["state"]["work"]) as connection:
                    begun.set()
                    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
                    connection.exec_driver_sql(endless).all()
            except EnvironmentFault as fault:
                stopped.append(fault.code)

        await asyncio.to_thread(search)

    sent = await ask(Deadline(searching, seconds=0.1))
    assert sent[0]["status"] == 504
    async with asyncio.timeout(10):
        while not stopped:
            await asyncio.sleep(0.01)
    assert begun.is_set()
    assert stopped == ["too-slow"]


def test_that_a_finished_statement_is_not_interrupted(database: Database) -> None:
    work = Interruptible()
    with reading(database, work) as connection:
        connection.exec_driver_sql("SELECT 1").all()
    work.interrupt()
    with reading(database, Interruptible()) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


async def test_that_an_accident_is_a_problem_with_a_request_id_and_no_more() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("MARTÍNEZ is in the message")

    sent = await ask(RequestFrame(broken, new_id=lambda: "id-1"))
    body = orjson.loads(sent[1]["body"])
    assert (sent[0]["status"], body["code"], body["request_id"]) == (500, "failed", "id-1")
    assert "MART" not in sent[1]["body"].decode()


async def test_that_a_web_socket_is_closed() -> None:
    sent = await ask(RequestFrame(answering, new_id=lambda: "id-1"), {"type": "websocket"})
    assert sent == [{"type": "websocket.close", "code": 1000}]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("no", code="rule"), 422),
        (Refused("no", code="not-found"), 404),
        (Conflict("no", code="version"), 409),
        (InvalidMessage("no", code="x", path="PID-3"), 422),
        (EnvironmentFault("no", code="store-full"), 503),
        (EnvironmentFault("no", code="gone", retryable=False), 503),
        (Bug("no"), 500),
    ],
)
def test_that_each_of_our_errors_has_its_status(error: SignalboxError, status: int) -> None:
    refusal = refusal_of(error)
    assert refusal.status == status
    assert refusal.what_to_do


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.1", False), ("engine.example", False), ("localhost.example", False)],
)  # fmt: skip
def test_that_only_loopback_is_open_without_a_word(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    check_exposure(Address(host, 8585), exposed=True)
    if loopback:
        check_exposure(Address(host, 8585), exposed=False)
    else:
        with pytest.raises(Refused, match="--expose-http"):
            check_exposure(Address(host, 8585), exposed=False)


def test_that_a_wildcard_address_is_announced_as_one_that_can_be_called() -> None:
    assert web_address(Address("0.0.0.0", 8585)) == "http://127.0.0.1:8585"
    assert web_address(Address("::", 1)) == "http://[::1]:1"
