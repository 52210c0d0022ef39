"""Every way an engine can fail to answer is one of the house's errors, saying what to do."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import orjson
import pytest

from console.connections.engine_http import EngineHttp, checked_address
from console.core.errors import Conflict, EnvironmentFault, Refused, SignalboxError

ADDRESS = "http://127.0.0.1:8585"


def http(answer: Callable[[httpx.Request], httpx.Response]) -> EngineHttp:
    return EngineHttp(ADDRESS, "t" * 43, transport=httpx.MockTransport(answer))


def problem(status: int, code: str, **more: object) -> httpx.Response:
    body = {"status": status, "code": code, "detail": "It is so.", "what_to_do": "Do this.", **more}
    return httpx.Response(status, content=orjson.dumps(body), headers={"content-type": "application/problem+json"})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "unauthorised", Refused),
        (404, "not-found", Refused),
        (409, "ambiguous-visit", Refused),
        (412, "maps-changed", Conflict),
        (422, "invalid-request", Refused),
        (500, "failed", EnvironmentFault),
        (503, "audit-not-writable", EnvironmentFault),
    ],
)
async def test_that_a_problem_keeps_its_code_and_says_what_to_do(
    status: int, code: str, kind: type[SignalboxError]
) -> None:
    client = http(lambda _request: problem(status, code))
    with pytest.raises(kind) as raised:
        await client.json("/api/v1/x")
    assert raised.value.code == code
    assert raised.value.text == "It is so. Do this."
    await client.close()


async def test_that_the_particulars_of_a_refusal_are_kept() -> None:
    errors = [{"path": "query.limit", "text": "too much"}]
    client = http(lambda _request: problem(422, "invalid-request", errors=errors))
    with pytest.raises(Refused) as raised:
        await client.json("/x")
    assert raised.value.detail == "query.limit: too much"
    client = http(
        lambda _request: problem(409, "ambiguous-visit", choices=[{"encounter_id": "e1"}, {"encounter_id": "e2"}])
    )
    with pytest.raises(Refused) as raised:
        await client.json("/x")
    assert raised.value.detail == "e1, e2"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ConnectError("x"), "unreachable"),
        (httpx.ConnectTimeout("x"), "unreachable"),
        (httpx.ReadTimeout("x"), "timed-out"),
        (httpx.PoolTimeout("x"), "timed-out"),
        (httpx.RemoteProtocolError("x"), "unreachable"),
        (httpx.ReadError("x"), "unreachable"),
    ],
)
async def test_that_no_answer_is_the_environments_fault(error: httpx.TransportError, code: str) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(EnvironmentFault) as raised:
        await http(answer).json("/x")
    assert raised.value.code == code
    assert ADDRESS in raised.value.text


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, content=b"[1]"),
        httpx.Response(404, text="not ours"),
        httpx.Response(302, headers={"location": "http://evil.example/"}),
        httpx.Response(200, content=b"\xff"),
    ],
)
async def test_that_something_else_at_the_address_is_recognised(response: httpx.Response) -> None:
    with pytest.raises(EnvironmentFault) as raised:
        await http(lambda _request: response).json("/x")
    assert raised.value.code == "broken-answer"
    assert not raised.value.retryable


async def test_that_a_proxy_without_its_engine_counts_as_unreachable() -> None:
    with pytest.raises(EnvironmentFault) as raised:
        await http(lambda _request: httpx.Response(502, text="bad gateway")).json("/x")
    assert raised.value.code == "unreachable"


async def test_that_token_and_request_id_are_sent_and_empty_parameters_are_not() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    client = http(answer)
    await client.json("/x", {"a": "", "b": ("1", "", "2"), "limit": 5})
    await client.json("/x")
    assert str(seen[0].url) == f"{ADDRESS}/x?b=1&b=2&limit=5"
    assert seen[0].headers["authorization"] == "Bearer " + "t" * 43
    assert seen[0].headers["x-request-id"] != seen[1].headers["x-request-id"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://127.0.0.1:8585/", "http://127.0.0.1:8585"),
        ("127.0.0.1:8585", "http://127.0.0.1:8585"),
        (" engine.example ", "http://engine.example"),
        ("https://engine.example/base/", "https://engine.example/base"),
        ("http://[::1]:8585", "http://[::1]:8585"),
    ],
)
def test_that_addresses_are_taken_as_people_write_them(given: str, taken: str) -> None:
    assert checked_address(given) == taken


@pytest.mark.parametrize(
    "given", ["", "ftp://x", "http://", "http://a b", "http://x:99999", "http://x:0", "http://[::1"]
)
def test_that_what_is_no_address_is_refused_naming_the_option(given: str) -> None:
    with pytest.raises(Refused, match="--engine"):
        checked_address(given)


def test_that_a_token_with_line_breaks_is_refused() -> None:
    with pytest.raises(SignalboxError):
        EngineHttp(ADDRESS, "a\nb")
