"""Which versions of a concept map are in force, and since when."""

from __future__ import annotations

from typing import Any

import pytest

from console.core.errors import Refused
from console.core.resources import resource_path
from console.fhir import concept_map
from console.fhir.concept_map import ConceptMap, ConceptMaps
from console.storage import concept_maps
from console.storage.database import Database
from console.storage.journal import Journal


def _map(version: str, **more: Any) -> ConceptMap:
    return concept_map.from_json(
        {
            "url": "urn:x:lab",
            "version": version,
            "title": "Lab",
            "source_systems": ["LAB"],
            "target_system": "http://loinc.org",
            "elements": [{"code": "K", "target": "2823-3"}],
            **more,
        }
    )


def _loaded(database: Database) -> ConceptMaps:
    reader = database.connect_reader()
    try:
        return concept_maps.load(reader)
    finally:
        reader.close()


def test_that_the_shipped_maps_go_in_once(database: Database, journal: Journal) -> None:
    shipped = concept_maps.shipped(resource_path("concept_maps"))
    assert journal.submit(lambda w: concept_maps.seed(w, shipped, 1)).result(10) == []
    assert journal.submit(lambda w: concept_maps.seed(w, shipped, 2)).result(10) == []
    assert len(_loaded(database)) == len(shipped) > 0


def test_that_a_published_version_ends_the_open_one_before_it(database: Database, journal: Journal) -> None:
    journal.submit(lambda w: concept_maps.seed(w, [_map("1")], 1)).result(10)
    journal.submit(lambda w: concept_maps.publish(w, _map("2", effective_from="2026-03-01"), 2)).result(10)
    maps = _loaded(database)
    before, after = maps.version_for("lab", "2026-02-28"), maps.version_for("lab", "2026-03-01")
    assert before is not None
    assert after is not None
    assert (before.version, before.effective_to, after.version) == ("1", "2026-03-01", "2")


def test_that_an_overlapping_version_is_refused_and_changes_nothing(database: Database, journal: Journal) -> None:
    journal.submit(lambda w: concept_maps.seed(w, [_map("1")], 1)).result(10)
    with pytest.raises(Refused, match="both active"):
        journal.submit(lambda w: concept_maps.publish(w, _map("2"), 2)).result(10)
    with pytest.raises(Refused, match="exists already"):
        journal.submit(lambda w: concept_maps.publish(w, _map("1", effective_from="2027-01-01"), 2)).result(10)
    assert [(m.version, m.effective_to) for m in _loaded(database)] == [("1", "")]


def test_that_a_shipped_version_does_not_overrule_a_published_one(database: Database, journal: Journal) -> None:
    journal.submit(lambda w: concept_maps.publish(w, _map("ours"), 1)).result(10)
    left_out = journal.submit(lambda w: concept_maps.seed(w, [_map("theirs")], 2)).result(10)
    assert [m.version for m in left_out] == ["theirs"]
    assert [m.version for m in _loaded(database)] == ["ours"]


def test_that_publishing_is_noticed(database: Database, journal: Journal) -> None:
    reader = database.connect_reader()
    try:
        before = concept_maps.standing(reader)
        journal.submit(lambda w: concept_maps.publish(w, _map("1"), 5)).result(10)
        assert concept_maps.standing(reader) != before
    finally:
        reader.close()
