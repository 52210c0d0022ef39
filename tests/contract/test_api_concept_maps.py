"""Publishing a concept map: validated, with effective dates, journalled, audited, once."""

from __future__ import annotations

from typing import Any

import pytest

from console.core.events import Kind
from tests.builders.engine_api import EngineApi

URL = "urn:signalbox:concept-map:lab-k"


def a_map(version: str, **more: Any) -> dict[str, Any]:
    return {
        "url": URL,
        "version": version,
        "title": "Potassium",
        "source_systems": ["LAB"],
        "target_system": "http://loinc.org",
        "on_unmapped": "stop",
        "elements": [{"code": "K", "target": "2823-3"}],
        **more,
    }


async def post(api: EngineApi, body: Any, **headers: str) -> Any:
    return await api.client.post("/api/v1/concept-maps", json=body, headers=headers, params={"reason": "new analyser"})


async def test_that_a_version_is_published_listed_and_read(api: EngineApi) -> None:
    done = await post(api, a_map("1"))
    assert done.status_code == 201, done.text
    assert done.json()["map"] == "lab-k@1"
    [listed] = (await api.json("/api/v1/concept-maps"))["items"]
    assert (listed["name"], listed["version"], listed["status"]) == ("lab-k", "1", "active")
    one = await api.json("/api/v1/concept-maps/lab-k")
    assert one["map"]["elements"][0]["target"] == "2823-3"


async def test_that_publishing_is_journalled_and_audited(api: EngineApi) -> None:
    done = await post(api, a_map("1"))
    [event] = (await api.json("/api/v1/events", kind=Kind.MAP_PUBLISHED.value))["items"]
    assert event["event_id"] == done.json()["event_id"]
    assert event["detail"]["map"] == "lab-k@1"
    assert event["detail"]["reason"] == "new analyser"
    assert event["detail"]["actor"] == "owner"
    assert event["detail"]["request_id"] == done.headers["x-request-id"]
    entry = next(e for e in api.audited() if e.action == "publish")
    assert (entry.outcome, entry.resource) == ("ok", "POST /api/v1/concept-maps")


async def test_that_the_same_version_again_changes_nothing_and_another_content_is_refused(api: EngineApi) -> None:
    await post(api, a_map("1"))
    again = await post(api, a_map("1"))
    assert (again.status_code, again.json()["published"]) == (200, False)
    other = await post(api, a_map("1", title="Other"))
    assert (other.status_code, other.json()["code"]) == (409, "version-exists")
    assert len((await api.json("/api/v1/events", kind=Kind.MAP_PUBLISHED.value))["items"]) == 1


async def test_that_a_later_version_ends_the_open_one_before_it(api: EngineApi) -> None:
    await post(api, a_map("1"))
    assert (await post(api, a_map("2", effective_from="2026-12-01"))).status_code == 201
    assert (await post(api, a_map("1"))).status_code == 200
    listed = {one["version"]: one for one in (await api.json("/api/v1/concept-maps"))["items"]}
    assert listed["1"]["effective_to"] == "2026-12-01"
    assert (await api.json("/api/v1/concept-maps/lab-k", on="2026-11-30"))["map"]["version"] == "1"
    assert (await api.json("/api/v1/concept-maps/lab-k", on="2026-12-01"))["map"]["version"] == "2"
    assert (await api.json("/api/v1/concept-maps/lab-k", version="2"))["map"]["version"] == "2"
    for query in ({"version": "9"}, {"on": "2026-13-01"}):
        assert (await api.get("/api/v1/concept-maps/lab-k", **query)).status_code in (404, 422)


async def test_that_overlaps_are_refused_and_nothing_is_kept(api: EngineApi) -> None:
    await post(api, a_map("1", effective_from="2026-01-01", effective_to="2026-06-01"))
    overlap = await post(api, a_map("2", effective_from="2026-05-01", effective_to="2026-07-01"))
    assert (overlap.status_code, overlap.json()["code"]) == (422, "concept-map-invalid")
    rival = await post(api, a_map("1", url="urn:signalbox:concept-map:rival"))
    assert rival.status_code == 422
    assert len((await api.json("/api/v1/concept-maps"))["items"]) == 1


async def test_that_it_is_published_only_over_what_was_seen(api: EngineApi) -> None:
    seen = (await api.get("/api/v1/concept-maps")).headers["etag"]
    assert (await post(api, a_map("1"), **{"If-Match": seen})).status_code == 201
    stale = await post(api, a_map("2", effective_from="2027-01-01"), **{"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "maps-changed")
    fresh = (await api.get("/api/v1/concept-maps")).headers["etag"]
    assert (await post(api, a_map("2", effective_from="2027-01-01"), **{"If-Match": fresh})).status_code == 201


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"elements": [{"code": "K", "target": "1", "colour": "red"}]}, "elements[0].colour"),
        ({"version": 1}, "version"),
        ({"url": "u" * 501}, "url"),
        ({"elements": "none"}, "elements"),
        ({"surprise": True}, "surprise"),
    ],
)
async def test_that_a_fault_is_named_by_its_place(api: EngineApi, change: dict[str, Any], path: str) -> None:
    response = await post(api, a_map("1") | change)
    assert response.status_code == 422
    assert path in [error["path"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    "change", [{"effective_from": "soon"}, {"status": "busy"}, {"on_unmapped": "drop"}, {"source_systems": []}]
)
async def test_that_the_maps_own_rules_hold(api: EngineApi, change: dict[str, Any]) -> None:
    response = await post(api, a_map("1", **change))
    assert (response.status_code, response.json()["code"]) == (422, "concept-map-invalid")
    assert "To do:" in response.json()["detail"]
