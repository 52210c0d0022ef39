"""The gate before every route: token, host, size, ids, headers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from tests.builders.engine_api import TOKEN, EngineApi, engine_api
from tests.builders.store import Store, Stored
from tests.contract.operations import CONCEPT_MAP, operations

SECURITY_HEADERS = (
    "x-content-type-options",
    "x-frame-options",
    "content-security-policy",
    "referrer-policy",
    "cache-control",
    "x-request-id",
)


class Exchange:
    """One raw ASGI exchange that counts what was read of the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.bytes_read = 0
        self.sent: list[Message] = []

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, *, chunks: int = 16, size: int = 65_536
    ) -> int:
        left = chunks

        async def receive() -> Message:
            nonlocal left
            left -= 1
            self.bytes_read += size
            return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

        async def send(message: Message) -> None:
            self.sent.append(message)

        given = {"host": "127.0.0.1:8585", **(headers or {})}
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8585),
        }
        await self._app(scope, receive, send)
        return int(self.sent[0]["status"])


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
    ],
)
async def test_that_no_route_reads_a_byte_of_the_body_before_it_knows_who_asks(
    api: EngineApi, filled: dict[str, Stored], authorization: str | None
) -> None:
    asked = await operations(api, filled)
    assert len(asked) >= 20
    addresses = [(o.method, o.path) for o in asked if o.template != "/api/v1/health"]
    addresses += [
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/fhir/metadata"),
        ("POST", "/fhir/Patient/_search"),
        ("PUT", "/fhir/Patient/1"),
        ("GET", "/"),
        ("POST", "/nowhere"),
        ("OPTIONS", "/api/v1/events"),
        ("POST", "/api/v1/health"),
    ]
    for method, path in addresses:
        exchange = Exchange(api.app)
        headers = {} if authorization is None else {"authorization": authorization}
        assert await exchange.ask(method, path, headers) == 401, (method, path)
        assert exchange.bytes_read == 0, (method, path)
        sent = dict(exchange.sent[0]["headers"])
        assert sent[b"www-authenticate"].startswith(b"Bearer")
        assert sent[b"connection"] == b"close"
    assert api.audited() == [] or all(entry.actor == "owner" for entry in api.audited())


async def test_that_two_authorization_headers_are_no_token(api: EngineApi) -> None:
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")]
    request = api.client.build_request("GET", "/api/v1/events", headers=headers)
    assert (await api.client.send(request)).status_code == 401


async def test_that_the_bare_health_status_is_all_a_stranger_learns(api: EngineApi) -> None:
    exchange = Exchange(api.app)
    assert await exchange.ask("GET", "/api/v1/health") == 200
    assert exchange.sent[1]["body"] == b'{"status":"ok"}'
    told = (await api.get("/api/v1/health")).json()
    assert {"version", "instance", "tenant", "now", "journal_seq"} <= set(told)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8585", 200),
        ("127.0.0.1", 200),
        ("127.9.9.9:1", 200),
        ("localhost:8585", 200),
        ("LOCALHOST", 200),
        ("[::1]:8585", 200),
        ("evil.example:8585", 421),
        ("localhost.evil.example", 421),
        ("192.168.1.10:8585", 421),
        ("[2001:db8::1]:8585", 421),
        ("", 421),
        ("127.0.0.1.evil.example", 421),
    ],
)
async def test_that_a_loopback_engine_answers_to_loopback_names_only(api: EngineApi, host: str, status: int) -> None:
    response = await api.client.get("/api/v1/ready", headers={"Host": host})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("signalbox.hospital.example:8585", 200), ("10.1.2.3:8585", 200), ("other.example", 421), ("localhost", 200)],
)
async def test_that_an_exposed_engine_answers_to_its_names_and_to_numbers(store: Store, host: str, status: int) -> None:
    async with engine_api(store, names=["Signalbox.hospital.example"], loopback_only=False) as api:
        assert (await api.client.get("/api/v1/ready", headers={"Host": host})).status_code == status


async def test_that_a_request_id_comes_back_and_a_bad_one_is_replaced(api: EngineApi) -> None:
    given = await api.client.get("/api/v1/ready", headers={"X-Request-Id": "ward-42.a:b"})
    assert given.headers["x-request-id"] == "ward-42.a:b"
    for bad in ("a b", "x" * 129, "<script>", "a\tb"):
        made = await api.client.get("/api/v1/ready", headers={"X-Request-Id": bad})
        assert made.headers["x-request-id"] != bad
        assert len(made.headers["x-request-id"]) == 36


async def test_that_every_answer_has_the_security_headers(api: EngineApi) -> None:
    for path in ("/api/v1/health", "/api/v1/events", "/api/v1/nothing", "/api/v1/events?limit=0"):
        response = await api.client.get(path)
        for name in SECURITY_HEADERS:
            assert name in response.headers, (path, name)
        assert "access-control-allow-origin" not in response.headers


async def test_that_a_body_too_long_is_refused_before_and_while_it_is_read(api: EngineApi) -> None:
    token = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    said = Exchange(api.app)
    assert await said.ask("POST", "/api/v1/concept-maps", {**token, "content-length": "2097153"}) == 413
    assert said.bytes_read == 0
    unsaid = Exchange(api.app)
    assert await unsaid.ask("POST", "/api/v1/concept-maps", token, chunks=1000) == 413
    assert unsaid.bytes_read <= 2_097_152 + 2 * 65_536
    for rubbish in ("-1", "abc", "9" * 40, "1e3", "٣"):
        exchange = Exchange(api.app)
        headers = {**token, "content-length": rubbish} if rubbish.isascii() else token
        assert await exchange.ask("POST", "/api/v1/concept-maps", headers, chunks=1000) == 413


async def test_that_errors_are_problem_details_that_say_what_to_do(api: EngineApi) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/api/v1/events", 405),
        ("GET", "/api/v1/events?limit=201", 422),
        ("GET", "/api/v1/events?unknown=1", 422),
        ("GET", "/api/v1/events?after=rubbish", 400),
        ("GET", "/api/v1/events?since=2026-01-01", 422),
        ("GET", "/api/v1/events/none", 404),
        ("GET", "/api/v1/keys", 422),
        ("GET", "/api/v1/keys?value=%00", 422),
        ("GET", "/api/v1/traces/none", 404),
        ("GET", "/api/v1/patients/none", 404),
        ("GET", "/api/v1/patients?birth_date=1957-8", 422),
        ("GET", "/api/v1/encounters/none/timeline", 404),
        ("GET", "/api/v1/messages/none/raw", 404),
        ("GET", "/api/v1/concept-maps/none", 404),
        ("GET", "/api/v1/events/stream?after=x", 400),
        ("GET", "/api/v1/events/stream?after=99999", 409),
    ):
        response = await api.client.request(method, path)
        body = response.json()
        assert response.status_code == status, (path, body)
        assert response.headers["content-type"] == "application/problem+json"
        assert body["status"] == status
        assert body["request_id"] == response.headers["x-request-id"]
        for name in ("type", "title", "detail", "code", "what_to_do"):
            assert body[name], (path, name)
    assert (await api.client.delete("/api/v1/events")).headers["allow"] == "GET"


async def test_that_an_error_never_repeats_what_was_sent(api: EngineApi) -> None:
    for path in (
        "/api/v1/patients?birth_date=MARTINEZ",
        "/api/v1/events?since=MARTINEZ",
        "/api/v1/events?limit=MARTINEZ",
        "/api/v1/encounters/MARTINEZ/timeline",
        "/api/v1/events?after=MARTINEZ",
    ):
        assert "MARTINEZ" not in (await api.client.get(path)).text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid-json"),
        (b"{", 400, "invalid-json"),
        (b"\xff", 400, "invalid-json"),
        (b"[" * 100_000, 400, "invalid-json"),
        (b'{"url": NaN}', 400, "invalid-json"),
        (b'{"url": 1, "url": 2}', 400, "invalid-json"),
        (b'{"url": ' + b"9" * 5000 + b"}", 400, "invalid-json"),
        (b'{"url": "\\ud800"}', 400, "invalid-json"),
        (b"[]", 422, "concept-map-invalid"),
        (b"{}", 422, "concept-map-invalid"),
        (b'{"url":"u","version":"1","title":"t","elements":[],"extra":1}', 422, "concept-map-invalid"),
        (b'{"url":"u","version":"1","title":"t","elements":[{"code":"K","x":1}]}', 422, "concept-map-invalid"),
    ],
)
async def test_that_a_bad_body_is_refused_with_its_fault(api: EngineApi, body: bytes, status: int, code: str) -> None:
    response = await api.client.post("/api/v1/concept-maps", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_that_only_json_is_accepted(api: EngineApi) -> None:
    response = await api.client.post("/api/v1/concept-maps", content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert response.status_code == 415
    assert (await api.client.post("/api/v1/concept-maps", json=CONCEPT_MAP)).status_code == 201
