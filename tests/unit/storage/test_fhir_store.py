"""The built-in FHIR store keeps every version, makes none for nothing, and finds what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from console.core.clock import to_micros
from console.core.errors import Conflict
from console.core.keys import fold_name
from console.fhir import document
from console.fhir.search_index import date_span
from console.fhir.search_parameters import PARAMETERS
from console.storage import fhir_store
from console.storage.database import Database
from console.storage.fhir_index import parameter_number
from console.storage.fhir_search import (
    AnyOf,
    Ids,
    Missing,
    Reference,
    Relation,
    Sort,
    Span,
    Token,
    Updated,
    Value,
    Words,
    count,
    page,
    referring,
)
from console.storage.fhir_store import Changes, Put
from console.storage.journal import Journal
from console.storage.write import WriteTransaction

NOW = to_micros(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


def _put(body: dict[str, Any], if_match: int | None = None) -> Put:
    return Put(body["resourceType"], body["id"], document.to_bytes(body), if_match)


def _apply(journal: Journal, puts: Sequence[Put], *, now: int = NOW, event_id: str = "e1") -> list[int]:
    def job(write: WriteTransaction) -> list[int]:
        changes = Changes(write, now)
        versions = changes.apply(puts, event_id)
        changes.write()
        return versions

    return journal.submit(job).result(10)


def _observation(identity: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": identity, "status": "final", **more}


def _ids(database: Database, resource_type: str, *values: Value) -> list[str]:
    with database.reader() as reader:
        found = page(reader, resource_type, [AnyOf((v,)) for v in values])
        assert count(reader, resource_type, [AnyOf((v,)) for v in values]) == len(found)
        return [f.id for f, _ in found]


# ---------------------------------------------------------------- versions


def test_that_content_is_kept_digit_for_digit_with_version_and_time(database: Database, journal: Journal) -> None:
    content = b'{"id":"o1","resourceType":"Observation","status":"final","valueQuantity":{"value":4.10}}'
    assert _apply(journal, [Put("Observation", "o1", content, None)]) == [1]
    with database.reader() as reader:
        version = fhir_store.read(reader, "Observation", "o1")
    assert version is not None
    assert b'"value":4.10' in version.body
    assert orjson.loads(version.body)["meta"] == {"versionId": "1", "lastUpdated": "2026-03-01T12:00:00.000Z"}


def test_that_the_resources_own_meta_is_kept(database: Database, journal: Journal) -> None:
    _apply(journal, [_put(_observation("o1", meta={"tag": [{"code": "x"}]}))])
    with database.reader() as reader:
        version = fhir_store.read(reader, "Observation", "o1")
    assert version is not None
    assert orjson.loads(version.body)["meta"] == {
        "tag": [{"code": "x"}],
        "versionId": "1",
        "lastUpdated": "2026-03-01T12:00:00.000Z",
    }


def test_that_the_same_delivery_again_makes_no_new_version(database: Database, journal: Journal) -> None:
    delivery = [_put(_observation("o1"))]
    assert _apply(journal, delivery) == [1]
    assert _apply(journal, delivery, now=NOW + 1) == [1]
    with database.reader() as reader:
        assert len(fhir_store.history(reader, "Observation", "o1")) == 1


def test_that_a_change_makes_a_version_and_keeps_the_one_before(database: Database, journal: Journal) -> None:
    _apply(journal, [_put(_observation("o1", status="preliminary"))])
    assert _apply(journal, [_put(_observation("o1"), 1)], now=NOW + 5, event_id="e2") == [2]
    with database.reader() as reader:
        history = fhir_store.history(reader, "Observation", "o1")
        first = fhir_store.read_version(reader, "Observation", "o1", 1)
    assert [(v.version, v.event_id) for v in history] == [(2, "e2"), (1, "e1")]
    assert first is not None
    assert orjson.loads(first.body)["status"] == "preliminary"
    assert _ids(database, "Observation", Token("status", "preliminary")) == []
    assert _ids(database, "Observation", Token("status", "final")) == ["o1"]


def test_that_two_versions_within_one_transaction_both_stay(database: Database, journal: Journal) -> None:
    def job(write: WriteTransaction) -> None:
        changes = Changes(write, NOW)
        assert changes.apply([_put(_observation("o1", status="preliminary"))], "e1") == [1]
        assert changes.apply([_put(_observation("o1"), 1)], "e2") == [2]
        changes.write()

    journal.submit(job).result(10)
    with database.reader() as reader:
        assert [v.version for v in fhir_store.history(reader)] == [2, 1]
    assert _ids(database, "Observation", Token("status", "preliminary")) == []


@pytest.mark.parametrize("if_match", [None, 2])
def test_that_a_delivery_over_another_version_is_a_conflict_and_leaves_nothing(
    database: Database, journal: Journal, if_match: int | None
) -> None:
    _apply(journal, [_put(_observation("o1"))])
    with pytest.raises(Conflict, match="version 1"):
        _apply(journal, [_put(_observation("new")), _put(_observation("o1", status="amended"), if_match)])
    assert _ids(database, "Observation") == ["o1"]


# ---------------------------------------------------------------- search


@pytest.fixture
def ward(database: Database, journal: Journal) -> Database:
    """Three patients; six potassium results of the first, one hour apart, and one of the second."""
    puts = [
        _put({"resourceType": "Patient", "id": f"p{n}", "name": [{"family": family, "given": [given]}]})
        for n, (family, given) in enumerate([("Martínez", "Rosa"), ("Marsh", "Tom"), ("Okafor", "Ada")], 1)
    ]
    for n in range(6):
        puts.append(
            _put(
                _observation(
                    f"k{n}",
                    code={"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
                    subject={"reference": "Patient/p1"},
                    effectiveDateTime=f"2026-03-01T0{n}:00:00Z",
                    status="final" if n else "preliminary",
                )
            )
        )
    puts.append(_put(_observation("other", subject={"reference": "Patient/p2"}, valueString="Ver nota")))
    _apply(journal, puts)
    return database


def test_that_criteria_all_count(ward: Database) -> None:
    patient, code = Reference("patient", "Patient/p1"), Token("code", "2823-3", "http://loinc.org")
    assert len(_ids(ward, "Observation", patient, code)) == 6
    assert _ids(ward, "Observation", patient, Token("status", "preliminary")) == ["k0"]
    assert _ids(ward, "Observation", Reference("patient", "Patient/p2"), code) == []
    assert _ids(ward, "Observation", Token("code", "2823-3", "urn:other")) == []
    assert len(_ids(ward, "Observation", Token("code", "2823-3"))) == 6
    assert _ids(ward, "Observation", Token("code", "unheard-of")) == []


@pytest.mark.parametrize(
    ("relation", "text", "expected"),
    [
        ("eq", "2026-03-01T03:00:00Z", {"k3"}),
        ("eq", "2026-03-01", {"k0", "k1", "k2", "k3", "k4", "k5"}),
        ("ne", "2026-03-01", set()),
        ("gt", "2026-03-01T03:00:00Z", {"k4", "k5"}),
        ("ge", "2026-03-01T03:00:00Z", {"k3", "k4", "k5"}),
        ("lt", "2026-03-01T01:00:00Z", {"k0"}),
        ("le", "2026-03-01T01:00:00Z", {"k0", "k1"}),
        ("sa", "2026-03-01T04:00:00Z", {"k5"}),
        ("eb", "2026-03-01T01:00:00Z", {"k0"}),
        ("gt", "2026-03-01", set()),
    ],
)
def test_that_dates_compare_as_the_prefixes_say(
    ward: Database, relation: Relation, text: str, expected: set[str]
) -> None:
    low, high = date_span(text) or (0, 0)
    wanted = Span("date", low, high, relation)
    assert set(_ids(ward, "Observation", wanted)) == expected
    assert set(_ids(ward, "Observation", Reference("subject", "Patient/p1"), wanted)) == expected


def test_that_names_meet_without_accents_by_their_beginning(ward: Database) -> None:
    assert set(_ids(ward, "Patient", Words("name", fold_name("MAR")))) == {"p1", "p2"}
    assert _ids(ward, "Patient", Words("family", fold_name("Martinez"), "exact")) == ["p1"]
    assert _ids(ward, "Patient", Words("name", fold_name("fo"), "contains")) == ["p3"]
    assert _ids(ward, "Observation", Words("value-string", "ver")) == ["other"]


def test_that_alternatives_and_their_negation_work(ward: Database) -> None:
    either = (Token("status", "preliminary"), Token("status", "amended"))
    with ward.reader() as reader:
        assert [f.id for f, _ in page(reader, "Observation", [AnyOf(either)])] == ["k0"]
        rest = page(reader, "Observation", [AnyOf((Token("status", "preliminary"),), negated=True)])
        assert len(rest) == 6
        assert page(reader, "Observation", [AnyOf(())]) == []


def test_that_ids_missing_values_and_update_times_can_be_asked_for(ward: Database) -> None:
    assert _ids(ward, "Patient", Ids(("p3", "nobody"))) == ["p3"]
    assert _ids(ward, "Observation", Missing("code", True)) == ["other"]
    assert len(_ids(ward, "Observation", Missing("code", False))) == 6
    assert len(_ids(ward, "Patient", Updated(NOW, NOW + 1, "ge"))) == 3
    assert _ids(ward, "Patient", Updated(NOW + 1, NOW + 2, "ge")) == []


def test_that_pages_in_the_order_of_a_date_neither_repeat_nor_skip(ward: Database) -> None:
    criteria = [AnyOf((Reference("patient", "Patient/p1"),))]
    with ward.reader() as reader:
        first = page(reader, "Observation", criteria, order=[Sort("date")], limit=4)
        rest = page(reader, "Observation", criteria, order=[Sort("date")], behind=first[-1][1], limit=4)
        everything = page(reader, "Observation", [], order=[Sort("date", descending=False)], limit=10)
    assert [f.id for f, _ in first] == ["k5", "k4", "k3", "k2"]
    assert [f.id for f, _ in rest] == ["k1", "k0"]
    assert [f.id for f, _ in everything] == ["k0", "k1", "k2", "k3", "k4", "k5", "other"]


def test_that_who_refers_to_a_resource_is_found(ward: Database) -> None:
    with ward.reader() as reader:
        assert {f.id for f in referring(reader, "Observation", "subject", ["Patient/p2", "Patient/p3"])} == {"other"}


def test_that_no_two_parameters_share_a_number() -> None:
    names = [(t, p.name) for t, parameters in PARAMETERS.items() for p in parameters]
    assert len({parameter_number(*name) for name in names}) == len(names)


def test_that_a_narrowed_parameter_is_answered_by_the_wider_one(database: Database, journal: Journal) -> None:
    _apply(
        journal,
        [
            _put(_observation("of-patient", subject={"reference": "Patient/p1"})),
            _put(_observation("of-device", subject={"reference": "Device/d1"})),
            _put(_observation("part", component=[{"code": {"coding": [{"code": "8480-6"}]}}])),
        ],
    )
    assert _ids(database, "Observation", Reference("patient", "Patient/p1")) == ["of-patient"]
    assert _ids(database, "Observation", Reference("patient", "Device/d1")) == []
    assert _ids(database, "Observation", Reference("subject", "Device/d1")) == ["of-device"]
    assert _ids(database, "Observation", Missing("patient", False)) == ["of-patient"]
    assert _ids(database, "Observation", Token("combo-code", "8480-6")) == ["part"]
    with database.reader() as reader:
        assert [f.id for f in referring(reader, "Observation", "patient", ["Patient/p1"])] == ["of-patient"]
        rows = reader.exec_driver_sql(
            "SELECT count(*) FROM fhir_search WHERE param = ?", (parameter_number("Observation", "patient"),)
        ).scalar()
    assert rows == 0
