"""Whatever is asked, the engine answers: never a 5xx, always a problem document for a no."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.engine_api import EngineApi
from tests.builders.store import Stored
from tests.contract.operations import Operation, operations

SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

AWKWARD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "1e9",
            "99999999999999999999",
            "2026-11-20T22:00:00Z",
            "2026-11-20T22:00:00+01:00",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00",
            "%",
            "_",
            "'; DROP TABLE events; --",
            '"',
            "\\",
            "../../etc/passwd",
            "\x00",
            "\u202e",
            "\ud7ff",
            "🙂" * 50,
            "a" * 5000,
            "WzEsImFhIiwxXQ",
            "unassigned:",
            "unassigned:x",
            "null",
            "true",
            "[]",
        ]
    ),
)


def _values(parameter: dict[str, Any]) -> st.SearchStrategy[str]:
    schema = parameter["schema"]
    allowed = schema.get("enum") or schema.get("items", {}).get("enum")
    return st.one_of(AWKWARD, st.sampled_from(allowed)) if allowed else AWKWARD


def _path(operation: Operation, values: dict[str, str]) -> str:
    return operation.template.format(**{name: quote(value, safe="") or "x" for name, value in values.items()})


async def test_that_no_parameters_make_the_engine_fail(api: EngineApi, filled: dict[str, Stored]) -> None:
    for operation in await operations(api, filled):
        if operation.method != "GET" or operation.template == "/api/v1/events/stream":
            continue
        await _fuzz(api, operation)
    assert api.services.audit.verify().intact


async def _fuzz(api: EngineApi, operation: Operation) -> None:
    in_path = [p["name"] for p in operation.parameters if p["in"] == "path"]
    in_query = {p["name"]: _values(p) for p in operation.parameters if p["in"] == "query"}
    in_query["surprise"] = AWKWARD
    tried: list[tuple[dict[str, str], list[tuple[str, str]]]] = []

    @SETTINGS
    @given(
        st.fixed_dictionaries(dict.fromkeys(in_path, AWKWARD)),
        st.lists(
            st.sampled_from(sorted(in_query)).flatmap(lambda name: st.tuples(st.just(name), in_query[name])), max_size=4
        ),
    )
    def collect(path: dict[str, str], query: list[tuple[str, str]]) -> None:
        tried.append((path, query))

    collect()
    for path, query in tried:
        pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in query]
        response = await api.client.get(_path(operation, path), params=pairs)
        assert response.status_code < 500, (operation.template, path, query, response.text)
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["what_to_do"]


async def test_that_no_raw_query_string_makes_the_engine_fail(api: EngineApi) -> None:
    for raw in (
        "%",
        "%zz=%ff",
        "limit=%C3%28",
        "&&&==",
        "limit",
        "=5",
        "limit=5&limit=6",
        "after=%F0%9F%99%82",
        "a" * 9000,
    ):
        for path in ("/api/v1/events", "/api/v1/messages", "/api/v1/patients", "/api/v1/keys"):
            response = await api.client.get(f"{path}?{raw}")
            assert response.status_code < 500, (path, raw)
