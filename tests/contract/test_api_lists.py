"""Lists: every row once, whatever is added meanwhile; cursors good for their own question only."""

from __future__ import annotations

import pytest

from console.core.events import Kind
from tests.builders.engine_api import EngineApi
from tests.builders.store import Stored


async def _walk(api: EngineApi, path: str, name: str, *, limit: int = 3, add: bool = True, **query: str) -> list[str]:
    seen: list[str] = []
    after = ""
    for _ in range(500):
        body = await api.json(path, limit=limit, after=after, **query)
        seen += [item[name] for item in body["items"]]
        assert len(body["items"]) <= limit
        assert body["as_of"].endswith("Z")
        assert body["sources"][0]["name"] == "engine"
        if body["next"] is None:
            return seen
        after = body["next"]
        if add:
            api.store.message(title="added while paging", patient_id="pat-1", encounter_id="enc-1")
    raise AssertionError("the list has no end")


@pytest.mark.parametrize(
    ("path", "name", "query"),
    [
        ("/api/v1/events", "event_id", {"order": "desc"}),
        ("/api/v1/messages", "event_id", {}),
        ("/api/v1/messages", "event_id", {"type": "ORU"}),
        ("/api/v1/audit", "entry_id", {}),
    ],
)
async def test_that_newest_first_lists_show_what_was_there_once_and_nothing_twice(
    api: EngineApi, path: str, name: str, query: dict[str, str]
) -> None:
    for _ in range(12):
        await api.get("/api/v1/patients")
    there = await _walk(api, path, name, limit=200, add=False, **query)
    seen = await _walk(api, path, name, **query)
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in set(there)] == there


async def test_that_the_journal_read_forwards_shows_everything_added_too(api: EngineApi) -> None:
    seen: list[int] = []
    after = ""
    for round_ in range(200):
        body = await api.json("/api/v1/events", limit=10, after=after)
        seen += [item["seq"] for item in body["items"]]
        if round_ < 10:
            api.store.message()
        if body["next"] is None and round_ >= 10:
            break
        after = body["next"] or str(seen[-1])
    assert seen == list(range(1, len(seen) + 1))
    assert body["journal_seq"] == seen[-1]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/v1/patients", "patient_id"), ("/api/v1/encounters", "encounter_id"), ("/api/v1/orders", "order_id")],
)
async def test_that_lists_of_the_chart_have_every_row_once(api: EngineApi, path: str, name: str) -> None:
    for n in range(11):
        api.store.patient(f"p{n}", "Same", "Name", mrn=f"9{n:03d}")
        api.store.encounter(f"e{n}", f"p{n}", f"V{n}")
        api.store.order(f"o{n}", patient_id=f"p{n}", encounter_id=f"e{n}", placer=f"PL{n}")
    everything = await _walk(api, path, name, limit=200, add=False)
    assert len(everything) >= 12
    assert await _walk(api, path, name, limit=1, add=False) == everything
    assert await _walk(api, path, name, limit=4) == everything


async def test_that_dead_letters_are_paged_too(api: EngineApi) -> None:
    for n in range(7):
        stored = api.store.message(outcome=Kind.DEAD_LETTERED)
        api.store.dead_letter(stored, group_key="g", title="G", patient_id=f"p{n}", code="c")
    assert len(await _walk(api, "/api/v1/dead-letters", "event_id", limit=2, group_key="g")) == 7


async def test_that_failures_of_test_traffic_are_given_only_when_asked_for(api: EngineApi) -> None:
    for n, facility in enumerate(("STB", "HARNESS", "HARNESS")):
        stored = api.store.message(facility=facility, outcome=Kind.DEAD_LETTERED)
        api.store.dead_letter(
            stored, group_key="g", title="G", patient_id=f"p{n}", code="c", test=facility == "HARNESS"
        )
    before = await api.json("/api/v1/failures")
    assert sum(group["count"] for group in before["items"] if group["group_key"] == "g") == 1
    apart = await api.json("/api/v1/failures", test=True)
    assert [group["count"] for group in apart["items"]] == [2]
    statistics = await api.json("/api/v1/statistics")
    assert statistics["kept_out"] == 2
    assert [row["name"] for row in statistics["senders"] if row["test"]] == ["HARNESS"]
    assert not any(row["silent"] for row in statistics["senders"] if row["test"])
    letters = (await api.json("/api/v1/dead-letters", group_key="g"))["items"]
    assert [letter["test"] for letter in letters].count(True) == 2


async def test_that_a_cursor_is_good_for_its_own_question_only(api: EngineApi, filled: dict[str, Stored]) -> None:
    cursor = (await api.json("/api/v1/messages", limit=1))["next"]
    for path, query in (
        ("/api/v1/messages", {"type": "ORU"}),
        ("/api/v1/audit", {}),
        ("/api/v1/patients", {}),
        ("/api/v1/events", {}),
    ):
        response = await api.get(path, after=cursor, **query)
        assert response.status_code == 400, path
        assert response.json()["code"] == "invalid-cursor"


async def test_that_a_page_holds_no_more_than_200(api: EngineApi) -> None:
    for path in ("events", "messages", "patients", "encounters", "orders", "dead-letters", "audit"):
        assert (await api.get(f"/api/v1/{path}", limit=200)).status_code == 200
        assert (await api.get(f"/api/v1/{path}", limit=201)).status_code == 422
        assert (await api.get(f"/api/v1/{path}", limit=0)).status_code == 422
