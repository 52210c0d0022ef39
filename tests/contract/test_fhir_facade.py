"""The FHIR R4 facade as a generic client meets it (hl7.org/fhir/R4/http.html, search.html)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.core.clock import to_micros
from console.fhir import document
from console.storage.fhir_store import Changes, Put
from tests.builders.engine_api import EngineApi, engine_api
from tests.builders.events import START
from tests.builders.store import Store

LOINC = "http://loinc.org"
MRN = "urn:oid:2.16.840.1"
BASE = "http://127.0.0.1:8585/fhir"


def patient(identity: str, family: str, given: str, mrn: str, birth: str = "1957-08-14") -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": identity,
        "identifier": [{"system": MRN, "value": mrn}],
        "name": [{"family": family, "given": [given]}],
        "birthDate": birth,
        "gender": "female",
    }


def encounter(identity: str, patient_id: str, start: str, end: str = "") -> dict[str, Any]:
    period = {"start": start, **({"end": end} if end else {})}
    return {
        "resourceType": "Encounter",
        "id": identity,
        "status": "finished" if end else "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "period": period,
        "identifier": [{"system": "urn:visits", "value": f"V-{identity}"}],
    }


def observation(
    identity: str, *, code: str = "2823-3", when: str = "2026-11-20T08:15:00Z", **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}], "text": "Potassium"},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "effectiveDateTime": when,
        **more,
    }


@pytest.fixture
def hospital(store: Store) -> Store:
    store.resource(patient("p1", "Martínez López", "Rosa", "00418827"))
    store.resource(patient("p2", "Martin", "Ana", "777", "1988-02-29"))
    store.resource(patient("p3", "MARTIN", "Seán", "888", "1988-03-01"))
    store.resource(encounter("e1", "p1", "2026-11-18T09:00:00Z"))
    store.resource(encounter("e2", "p2", "2026-10-01T09:00:00Z", "2026-10-03T09:00:00Z"))
    request = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": "urn:local", "code": "K"}]},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "identifier": [{"system": "urn:placer", "value": "55121"}],
    }
    store.resource(request)
    store.resource(
        observation(
            "o1",
            valueQuantity={"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        )
    )
    store.resource(observation("o2", code="2951-2", when="2026-11-19", status="preliminary"))
    store.resource(
        {
            **observation("o3", when="2026-10-02"),
            "subject": {"reference": "Patient/p2"},
            "encounter": {"reference": "Encounter/e2"},
        }
    )
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d1",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "24326-1"}]},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "basedOn": [{"reference": "ServiceRequest/s1"}],
        "result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}],
        "issued": "2026-11-20T09:00:00.000Z",
    }
    store.resource(report)
    provenance = {
        "resourceType": "Provenance",
        "id": "v1",
        "target": [{"reference": "Observation/o1"}],
        "recorded": "2026-11-20T09:00:00.000Z",
        "agent": [{"who": {"display": "LIS"}}],
    }
    store.resource(provenance)
    return store


@pytest.fixture
async def fhir(hospital: Store) -> AsyncIterator[EngineApi]:
    async with engine_api(hospital) as opened:
        yield opened


def ids(bundle: Any, mode: str = "match") -> list[str]:
    return [e["resource"]["id"] for e in bundle.get("entry", ()) if e["search"]["mode"] == mode]


async def search(fhir: EngineApi, query: str, **headers: str) -> Any:
    response = await fhir.client.get(f"/fhir/{query}", headers=headers)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["resourceType"] == "Bundle"
    return body


async def all_pages(fhir: EngineApi, query: str, *, each: Any = None) -> list[Any]:
    pages = []
    url = f"{BASE}/{query}"
    for _ in range(200):
        response = await fhir.client.get(url)
        assert response.status_code == 200, response.text
        pages.append(response.json())
        links = {link["relation"]: link["url"] for link in pages[-1]["link"]}
        if "next" not in links:
            return pages
        assert links["next"].startswith(f"{BASE}/")
        url = links["next"]
        if each:
            each(len(pages))
    raise AssertionError("the pages have no end")


# ---------------------------------------------------------------- one resource


async def test_that_a_resource_is_read_with_version_and_date(fhir: EngineApi) -> None:
    response = await fhir.client.get("/fhir/Observation/o1")
    assert response.headers["content-type"].startswith("application/fhir+json")
    assert response.headers["etag"] == 'W/"1"'
    assert response.headers["last-modified"].endswith("GMT")
    assert response.json()["meta"]["versionId"] == "1"


async def test_that_decimals_go_out_as_they_came_in(fhir: EngineApi) -> None:
    fhir.store.resource(observation("dec", valueQuantity={"value": 5}))
    raw = document.to_bytes({**observation("o9"), "valueQuantity": {"value": Decimal("4.10")}})

    def job(write: Any) -> None:
        changes = Changes(write, to_micros(START))
        changes.apply([Put("Observation", "o9", raw, None)], "")
        changes.write()

    fhir.store.write(job)
    for path in ("Observation/o9", "Observation?_id=o9", "Observation/o9/_history", "Observation/o9?_pretty=true"):
        text = (await fhir.client.get(f"/fhir/{path}")).text
        assert "4.10" in text, path


async def test_that_a_known_version_is_not_sent_again(fhir: EngineApi) -> None:
    first = await fhir.client.get("/fhir/Patient/p1")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": 'W/"7", W/"1"'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = await fhir.client.get("/fhir/Patient/p1", headers=headers)
        assert (again.status_code, again.content) == (304, b""), headers
    fhir.store.resource({**patient("p1", "López", "Rosa", "00418827")}, at=START + timedelta(hours=1))
    for headers in ({"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}):
        assert (await fhir.client.get("/fhir/Patient/p1", headers=headers)).status_code == 200


async def test_that_every_version_can_be_read(fhir: EngineApi) -> None:
    fhir.store.resource({**patient("p1", "López", "Rosa", "00418827")}, at=START + timedelta(hours=1))
    old = (await fhir.client.get("/fhir/Patient/p1/_history/1")).json()
    new = (await fhir.client.get("/fhir/Patient/p1/_history/2")).json()
    assert (old["name"][0]["family"], new["name"][0]["family"]) == ("Martínez López", "López")
    for version in ("3", "0", "x", "9" * 30):
        response = await fhir.client.get(f"/fhir/Patient/p1/_history/{version}")
        assert response.status_code == 404
        assert response.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/fhir"),
        ("POST", "/fhir/Patient"),
        ("PUT", "/fhir/Patient/p1"),
        ("PATCH", "/fhir/Patient/p1"),
        ("DELETE", "/fhir/Patient/p1"),
        ("POST", "/fhir/Patient/p1/$everything"),
        ("GET", "/fhir/Patient/_search"),
    ],
)
async def test_that_writing_is_refused_with_the_reason(fhir: EngineApi, method: str, path: str) -> None:
    response = await fhir.client.request(method, path, content=b"{}")
    assert response.status_code == 405
    assert response.headers["allow"]
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert "Signalbox is the only writer" in outcome["issue"][0]["diagnostics"]
    get_fhir_model_class("OperationOutcome").model_validate(outcome)


@pytest.mark.parametrize(
    "path",
    [
        "Nothing",
        "Nothing/1",
        "Patient/none",
        "Patient/bad id",
        "Patient/p1/x",
        "",
        "Patient/p1/_history/1/x",
        "patient/p1",
        "Observation/o1/$everything",
    ],
)
async def test_that_what_is_not_there_is_an_operation_outcome(fhir: EngineApi, path: str) -> None:
    response = await fhir.client.get(f"/fhir/{path}")
    assert response.status_code == 404
    get_fhir_model_class("OperationOutcome").model_validate(response.json())


async def test_that_only_json_is_offered_and_every_name_of_it_is_known(fhir: EngineApi) -> None:
    for accept in ("application/fhir+json", "application/json", "*/*", "text/html, application/fhir+json;q=0.9", ""):
        assert (await fhir.client.get("/fhir/Patient/p1", headers={"Accept": accept})).status_code == 200, accept
    for accept in ("application/fhir+xml", "text/html", "text/turtle"):
        assert (await fhir.client.get("/fhir/Patient/p1", headers={"Accept": accept})).status_code == 406
    assert (await fhir.client.get("/fhir/Patient/p1?_format=json", headers={"Accept": "text/html"})).status_code == 200
    assert (await fhir.client.get("/fhir/Patient/p1?_format=xml")).status_code == 406
    assert (await fhir.client.get("/fhir/Patient/p1?_format=application/fhir%2Bjson")).status_code == 200


async def test_that_the_head_of_a_resource_can_be_asked_for(fhir: EngineApi) -> None:
    response = await fhir.client.head("/fhir/Patient/p1")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["etag"] == 'W/"1"'


async def test_that_elements_can_be_chosen_and_are_marked(fhir: EngineApi) -> None:
    body = (await search(fhir, "Patient?_id=p1&_elements=birthDate"))["entry"][0]["resource"]
    assert set(body) == {"resourceType", "id", "meta", "birthDate"}
    assert body["meta"]["tag"][0]["code"] == "SUBSETTED"


async def test_that_a_document_is_given_as_a_resource_or_as_itself(fhir: EngineApi) -> None:
    stored = fhir.store.message(patient_id="p1")
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "application/pdf", "data": "JVBERi0xLjQ="}
    fhir.store.resource(binary, event_id=stored.event_id)
    assert (await fhir.client.get("/fhir/Binary/b1")).json()["contentType"] == "application/pdf"
    native = await fhir.client.get("/fhir/Binary/b1?_pretty=true", headers={"Accept": "application/pdf"})
    assert native.content == b"%PDF-1.4"
    assert native.headers["content-type"] == "application/pdf"
    assert native.headers["content-disposition"] == "attachment"
    assert fhir.audited()[-1].patient_id == "p1"
    fhir.store.resource({**binary, "id": "b2", "contentType": "text/html\r\nX: y", "data": "!"})
    assert (await fhir.client.get("/fhir/Binary/b2", headers={"Accept": "image/png"})).status_code == 422
    assert (await fhir.client.get("/fhir/Binary/none", headers={"Accept": "image/png"})).status_code == 404


# ---------------------------------------------------------------- capability


async def test_that_the_capability_statement_is_valid_and_tells_the_truth(fhir: EngineApi) -> None:
    statement = (await fhir.client.get("/fhir/metadata")).json()
    get_fhir_model_class("CapabilityStatement").model_validate(statement)
    assert statement["fhirVersion"] == "4.0.1"
    for resource in statement["rest"][0]["resource"]:
        kind = resource["type"]
        for parameter in resource["searchParam"]:
            value = {"date": "2026", "quantity": "5", "reference": "Patient/1"}.get(parameter["type"], "x")
            response = await fhir.client.get(
                f"/fhir/{kind}", params={parameter["name"]: value}, headers={"Prefer": "handling=strict"}
            )
            assert response.status_code == 200, (kind, parameter, response.text)
        for include in resource.get("searchInclude", ())[:3]:
            query = {"_include": include}
            response = await fhir.client.get(f"/fhir/{kind}", params=query, headers={"Prefer": "handling=strict"})
            assert response.status_code == 200, include
        for include in resource.get("searchRevInclude", ())[:3]:
            query = {"_revinclude": include}
            response = await fhir.client.get(f"/fhir/{kind}", params=query, headers={"Prefer": "handling=strict"})
            assert response.status_code == 200, include
    wanted = {"Patient", "Encounter", "ServiceRequest", "DiagnosticReport", "Observation", "MedicationRequest"}
    wanted |= {"Appointment", "DocumentReference", "AuditEvent", "Specimen", "Provenance", "Binary"}
    assert wanted <= {resource["type"] for resource in statement["rest"][0]["resource"]}


# ---------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Patient", ["p3", "p2", "p1"]),
        ("Patient?_id=p1,p3", ["p3", "p1"]),
        ("Patient?_id=none", []),
        ("Patient?identifier=00418827", ["p1"]),
        (f"Patient?identifier={MRN}|00418827", ["p1"]),
        ("Patient?identifier=urn:other|00418827", []),
        ("Patient?identifier=|00418827", []),
        (f"Patient?identifier={MRN}|", ["p3", "p2", "p1"]),
        (f"Patient?identifier={MRN}|777,888", ["p3", "p2"]),
        ("Patient?family=martin", ["p3", "p2", "p1"]),
        ("Patient?family=MARTÍN", ["p3", "p2", "p1"]),
        ("Patient?family:exact=Martin", ["p2"]),
        ("Patient?family:exact=MARTIN,Martin", ["p3", "p2"]),
        ("Patient?family:contains=lop", ["p1"]),
        ("Patient?name=rosa&name=mart", ["p1"]),
        ("Patient?given=se", ["p3"]),
        ("Patient?name=--", []),
        ("Patient?birthdate=1988", ["p3", "p2"]),
        ("Patient?birthdate=1988-02", ["p2"]),
        ("Patient?birthdate=ge1988-03-01", ["p3"]),
        ("Patient?birthdate=gt1957-08-14&birthdate=lt1988-03", ["p2"]),
        ("Patient?gender=female&family=martin&given=ana", ["p2"]),
        ("Patient?gender:not=female", []),
        ("Patient?gender:missing=false", ["p3", "p2", "p1"]),
        ("Patient?death-date:missing=true", ["p3", "p2", "p1"]),
        ("Encounter?status=in-progress", ["e1"]),
        ("Encounter?status:not=in-progress", ["e2"]),
        ("Encounter?class=IMP&patient=p2", ["e2"]),
        ("Encounter?date=2026-10-02", []),
        ("Encounter?date=2026-10", ["e2"]),
        ("Encounter?date=ge2026-11-01", ["e1"]),
        ("Encounter?identifier=V-e1", ["e1"]),
        ("Observation?code=2823-3", ["o3", "o1"]),
        (f"Observation?code={LOINC}|2823-3&patient=p1", ["o1"]),
        ("Observation?code=2823-3,2951-2&patient=p1", ["o2", "o1"]),
        ("Observation?code=2823-3\\,2951-2", []),
        ("Observation?subject=Patient/p1", ["o2", "o1"]),
        ("Observation?subject=p1", ["o2", "o1"]),
        ("Observation?subject:Patient=p1", ["o2", "o1"]),
        (f"Observation?subject={BASE}/Patient/p1", ["o2", "o1"]),
        ("Observation?subject=http://elsewhere.example/Patient/p1", []),
        ("Observation?encounter=Encounter/e1&status=final", ["o1"]),
        ("Observation?status=final,preliminary", ["o3", "o2", "o1"]),
        ("Observation?status:not=final", ["o2"]),
        ("Observation?date=2026-11-19", ["o2"]),
        ("Observation?value-quantity=4.1", ["o1"]),
        ("Observation?value-quantity=4.1||mmol/L", ["o1"]),
        ("Observation?value-quantity=4.1|http://unitsofmeasure.org|mmol/L", ["o1"]),
        ("Observation?value-quantity=4.1|http://unitsofmeasure.org|mg", []),
        ("Observation?value-quantity=gt4", ["o1"]),
        ("Observation?value-quantity=lt4.1", []),
        ("Observation?value-quantity=4", ["o1"]),
        ("Observation?value-quantity=4.10", ["o1"]),
        ("Observation?value-quantity=4.2", []),
        ("Observation?value-quantity=ap4.3", ["o1"]),
        ("Observation?value-quantity:missing=true", ["o3", "o2"]),
        ("Observation?patient.identifier=777", ["o3"]),
        ("Observation?subject:Patient.family=martin&status=preliminary", ["o2"]),
        ("Observation?encounter.patient.given=Ana", ["o3"]),
        ("Observation?patient.family:exact=Martin", ["o3"]),
        ("Observation?patient.name=nobody", []),
        ("DiagnosticReport?based-on=ServiceRequest/s1", ["d1"]),
        ("DiagnosticReport?result=o2", ["d1"]),
        ("ServiceRequest?identifier=55121", ["s1"]),
        ("Provenance?target=Observation/o1", ["v1"]),
        ("Observation?_lastUpdated=ge2026-11-20", ["o3", "o2", "o1"]),
        ("Observation?_lastUpdated=lt2026-11-20", []),
        ("Observation?_sort=date", ["o3", "o2", "o1"]),
        ("Observation?_sort=-date", ["o1", "o2", "o3"]),
        ("Observation?_sort=-_id", ["o3", "o2", "o1"]),
        ("Observation?_sort=_id", ["o1", "o2", "o3"]),
        ("Observation?_sort=_lastUpdated,-date", ["o1", "o2", "o3"]),
    ],
)
async def test_that_searches_find_what_the_specification_says(fhir: EngineApi, query: str, expected: list[str]) -> None:
    body = await search(fhir, query, Prefer="handling=strict")
    assert ids(body) == expected
    assert body["total"] == len(expected)
    get_fhir_model_class("Bundle").model_validate(body)


# hl7.org/fhir/R4/search.html, 3.1.1.5.6: what a search value with a prefix means against instants, days and periods.
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2013-01-14", ["minute", "day"]),
        ("ne2013-01-14", ["next", "before", "open"]),
        ("lt2013-01-14T10:00:00Z", ["minute", "day", "before", "open"]),
        ("gt2013-01-14T10:00:00Z", ["day", "next", "open"]),
        ("ge2013-03-14", []),
        ("le2013-03-14", ["minute", "day", "next", "before", "open"]),
        ("sa2013-01-14", ["next"]),
        ("eb2013-01-14", ["before"]),
        ("2013-01", ["minute", "day", "next"]),
        ("2013", ["minute", "day", "next"]),
        ("2013-01-14T00:00Z", ["minute"]),
        ("2013-01-14T00:00:30Z", []),
        ("2013-01-14T01:00:00+01:00", []),
        ("2013-01-14T01:00%2B01:00", ["minute"]),
        ("ge2013-01-15", ["next", "open"]),
        ("gt2013-01-15", ["open"]),
        ("lt2013-01-14", ["before", "open"]),
        ("ge2012", ["minute", "day", "next", "before", "open"]),
        ("ap2013-01-14", ["minute", "day", "next", "before", "open"]),
    ],
)
async def test_that_dates_compare_as_the_table_of_the_specification_says(
    store: Store, value: str, expected: list[str]
) -> None:
    for identity, when in (
        ("minute", {"effectiveDateTime": "2013-01-14T00:00Z"}),
        ("day", {"effectiveDateTime": "2013-01-14"}),
        ("next", {"effectiveDateTime": "2013-01-15T00:00:00Z"}),
        ("before", {"effectivePeriod": {"start": "2012-12-01", "end": "2013-01-13"}}),
        ("open", {"effectivePeriod": {"start": "2012-12-31T08:00:00Z", "end": "2014"}}),
    ):
        body = observation(identity)
        body.pop("effectiveDateTime")
        store.resource({**body, **when})
    async with engine_api(store) as fhir:
        found = ids(await search(fhir, f"Observation?date={value}&_sort=_id"))
    if value == "ge2013-03-14":
        expected = ["open"]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    "query",
    [
        "Patient?birthdate=yesterday",
        "Patient?birthdate=2020-13",
        "Patient?birthdate=20200101",
        "Patient?birthdate=2020-W01",
        "Observation?value-quantity=many",
        "Observation?value-quantity=1e999",
        "Observation?subject=Patient/a b",
        "Observation?status=|",
        "Patient?_count=-1",
        "Patient?_count=x",
        "Patient?_total=maybe",
        "Patient?gender:missing=perhaps",
        "Patient?_page=rubbish",
        "Patient?_lastUpdated=now",
        "Patient?_id=" + ",".join(str(n) for n in range(300)),
        "Patient?" + "&".join("gender=female" for _ in range(70)),
        "Patient?name=%FF",
        "Patient?gender:text=x",
        "Patient?gender:in=x",
        "Patient?family:below=x",
        "Patient?birthdate:exact=2020",
        "Patient?organization:identifier=x",
        "Patient?_id:not=x",
    ],
)
async def test_that_what_is_malformed_is_refused_even_leniently(fhir: EngineApi, query: str) -> None:
    response = await fhir.client.get(f"/fhir/{query}")
    assert response.status_code == 400, response.text
    get_fhir_model_class("OperationOutcome").model_validate(response.json())


@pytest.mark.parametrize(
    "query",
    [
        "colour=blue",
        "_sort=family",
        "_summary=text",
        "_include=Patient:name",
        "_include=Nothing:x",
        "_revinclude=*",
        "_has:Observation:patient:code=1",
        "_text=x",
        "general-practitioner.name=x",
        "gender=",
        "name.x=y",
    ],
)
async def test_that_what_is_unknown_is_left_out_and_said_or_refused_when_strict(fhir: EngineApi, query: str) -> None:
    body = await search(fhir, f"Patient?{query}&family=martin")
    assert ids(body) == ["p3", "p2", "p1"]
    [outcome] = [e["resource"] for e in body["entry"] if e["search"]["mode"] == "outcome"]
    assert query.partition("=")[0] in outcome["issue"][0]["diagnostics"]
    assert query.partition("=")[0] not in body["link"][0]["url"]
    strict = await fhir.client.get(f"/fhir/Patient?{query}", headers={"Prefer": "handling=strict"})
    assert strict.status_code == 400
    assert strict.json()["resourceType"] == "OperationOutcome"


async def test_that_a_form_searches_like_a_url(fhir: EngineApi) -> None:
    response = await fhir.client.post("/fhir/Patient/_search?gender=female", data={"family": "martin", "given": "ana"})
    assert ids(response.json()) == ["p2"]
    bare = await fhir.client.post("/fhir/Patient/_search")
    assert len(ids(bare.json())) == 3
    wrong = await fhir.client.post("/fhir/Patient/_search", json={"family": "martin"})
    assert wrong.status_code == 415


async def test_that_counts_and_totals_are_as_asked(fhir: EngineApi) -> None:
    for query in ("Observation?_summary=count", "Observation?_count=0"):
        body = await search(fhir, query)
        assert (body["total"], "entry" in body) == (3, False)
    assert "total" not in await search(fhir, "Observation?_count=1&_total=none")
    assert (await search(fhir, "Observation?_count=1&_total=accurate"))["total"] == 3
    assert (await search(fhir, "Observation?_count=1"))["total"] == 3
    assert (await search(fhir, "Patient?family:exact=Martin&_summary=count"))["total"] == 1
    assert (await search(fhir, "Observation?patient.name=nobody&_summary=count"))["total"] == 0


# ---------------------------------------------------------------- paging


@pytest.mark.parametrize(
    "query", ["Observation?code=2823-3", "Observation?_sort=date", "Observation?_sort=-_lastUpdated,_id"]
)
async def test_that_pages_give_everything_once_while_resources_are_added_and_changed(
    fhir: EngineApi, query: str
) -> None:
    for n in range(23):
        fhir.store.resource(observation(f"n{n:02d}", when=f"2026-11-{n % 9 + 1:02d}"), at=START + timedelta(seconds=n))
    there = set(ids(await search(fhir, f"{query}&_count=200")))

    def disturb(page: int) -> None:
        at = START + timedelta(hours=page)
        fhir.store.resource(observation(f"new{page}", when="2026-11-30"), at=at)
        if "_lastUpdated" not in query:
            fhir.store.resource(
                observation(f"n{page:02d}", when=f"2026-11-{page % 9 + 1:02d}", status="amended"), at=at
            )

    seen = [one for page in await all_pages(fhir, f"{query}&_count=4", each=disturb) for one in ids(page)]
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


async def test_that_exact_searches_fill_their_pages(fhir: EngineApi) -> None:
    for n in range(30):
        fhir.store.resource(patient(f"x{n:02d}", "Garcia" if n % 10 else "García", "Ana", f"9{n}"))
    pages = await all_pages(fhir, "Patient?family:exact=García&_count=2")
    assert [len(ids(page)) for page in pages] == [2, 1]


async def test_that_a_page_of_another_search_is_refused(fhir: EngineApi) -> None:
    first = await search(fhir, "Observation?_count=1")
    cursor = first["link"][1]["url"].partition("_page=")[2]
    for query in (f"Observation?_count=2&_page={cursor}", f"Patient?_count=1&_page={cursor}"):
        assert (await fhir.client.get(f"/fhir/{query}")).status_code == 400


# ---------------------------------------------------------------- includes


@pytest.mark.parametrize(
    ("query", "included"),
    [
        ("Observation?_id=o1&_include=Observation:patient", {"p1"}),
        ("Observation?_id=o1&_include=Observation:subject:Patient", {"p1"}),
        ("Observation?_id=o1&_include=Observation:subject:Group", set()),
        ("Observation?_id=o1&_include=Observation:encounter&_include=Observation:patient", {"e1", "p1"}),
        ("Observation?_include=Observation:patient", {"p1", "p2"}),
        ("DiagnosticReport?_include=DiagnosticReport:result", {"o1", "o2"}),
        ("DiagnosticReport?_include=*", {"o1", "o2", "p1", "e1", "s1"}),
        ("DiagnosticReport?_include=DiagnosticReport:*", {"o1", "o2", "p1", "e1", "s1"}),
        ("Observation?_id=o3&_include=Observation:encounter&_include:iterate=Encounter:patient", {"e2", "p2"}),
        ("Encounter?_id=e1&_revinclude=Observation:encounter", {"o1", "o2"}),
        (
            "Encounter?_id=e1&_include=Encounter:subject&_revinclude=Observation:encounter"
            "&_revinclude=DiagnosticReport:encounter&_revinclude=ServiceRequest:encounter&_revinclude=Provenance:target",
            {"p1", "o1", "o2", "d1", "s1"},
        ),
        (
            "Encounter?_id=e1&_revinclude=Observation:encounter&_revinclude:iterate=Provenance:target",
            {"o1", "o2", "v1"},
        ),
        ("Patient?_id=p1&_revinclude=Observation:subject", {"o1", "o2"}),
    ],
)
async def test_that_includes_bring_what_they_say_once(fhir: EngineApi, query: str, included: set[str]) -> None:
    body = await search(fhir, query, Prefer="handling=strict")
    found = ids(body, "include")
    assert len(found) == len(set(found))
    assert set(found) == included
    assert not set(found) & set(ids(body))


# ---------------------------------------------------------------- history, everything


async def test_that_histories_of_one_a_type_and_all_are_given_newest_first(fhir: EngineApi) -> None:
    for n in range(1, 4):
        fhir.store.resource({**patient("p1", f"Name{n}", "Rosa", "1")}, at=START + timedelta(hours=n))
    body = (await fhir.client.get("/fhir/Patient/p1/_history")).json()
    get_fhir_model_class("Bundle").model_validate(body)
    assert body["type"] == "history"
    assert body["total"] == 4
    assert [e["resource"]["meta"]["versionId"] for e in body["entry"]] == ["4", "3", "2", "1"]
    assert [e["response"]["status"] for e in body["entry"]] == ["200", "200", "200", "201"]
    since = (
        await fhir.client.get("/fhir/Patient/p1/_history", params={"_since": (START + timedelta(hours=2)).isoformat()})
    ).json()
    assert [e["resource"]["meta"]["versionId"] for e in since["entry"]] == ["4", "3"]
    of_type = (await fhir.client.get("/fhir/Patient/_history")).json()
    assert len(of_type["entry"]) == 6
    of_all = (await fhir.client.get("/fhir/_history?_count=200")).json()
    assert len(of_all["entry"]) == 14
    assert (await fhir.client.get("/fhir/Patient/none/_history")).status_code == 404


async def test_that_history_pages_stay_whole_while_versions_are_added(fhir: EngineApi) -> None:
    for n in range(10):
        fhir.store.resource({**patient("p1", f"Name{n}", "Rosa", "1")}, at=START + timedelta(hours=n + 1))

    def disturb(page: int) -> None:
        fhir.store.resource({**patient("p1", f"Later{page}", "Rosa", "1")}, at=START + timedelta(days=page))

    pages = await all_pages(fhir, "Patient/p1/_history?_count=3", each=disturb)
    versions = [int(e["resource"]["meta"]["versionId"]) for page in pages for e in page["entry"]]
    assert versions == list(range(11, 0, -1))


async def test_that_everything_of_an_encounter_and_a_patient_comes(fhir: EngineApi) -> None:
    body = await search(fhir, "Encounter/e1/$everything")
    assert set(ids(body)) == {"e1", "o1", "o2", "d1", "s1"}
    assert set(ids(body, "include")) == {"p1", "v1"}
    assert body["total"] == 5
    whole = await search(fhir, "Patient/p2/$everything")
    assert set(ids(whole)) == {"p2", "e2", "o3"}
    only = await search(fhir, "Encounter/e1/$everything?_type=Observation,Encounter")
    assert set(ids(only)) == {"e1", "o1", "o2"}
    assert ids(only, "include") == []
    assert (await fhir.client.get("/fhir/Encounter/e1/$everything?_type=Nothing")).status_code == 400
    assert (await fhir.client.get("/fhir/Encounter/none/$everything")).status_code == 404


async def test_that_everything_comes_in_pages_each_member_once(fhir: EngineApi) -> None:
    for n in range(40):
        fhir.store.resource(observation(f"m{n}"))
    pages = await all_pages(
        fhir, "Encounter/e1/$everything?_count=7", each=lambda n: fhir.store.resource(observation(f"late{n}"))
    )
    members = [one for page in pages for one in ids(page)]
    assert len(members) == len(set(members))
    assert {"e1", "o1", "o2", "d1", "s1", *(f"m{n}" for n in range(40))} <= set(members)


# ---------------------------------------------------------------- audit


async def test_that_every_look_through_the_facade_is_audited_with_its_patients(fhir: EngineApi) -> None:
    for path, patients, resource in (
        ("Observation/o1", {"p1"}, "GET /fhir/Observation/o1"),
        ("Observation", {"p1", "p2"}, "GET /fhir/Observation"),
        ("Patient/p2", {"p2"}, "GET /fhir/Patient/p2"),
        ("Patient/p2/_history/1", {"p2"}, "GET /fhir/Patient/p2/_history/1"),
        ("Encounter/_history", {"p1", "p2"}, "GET /fhir/Encounter/_history"),
        ("Encounter/e1/$everything", {"p1"}, "GET /fhir/Encounter/e1/$everything"),
        ("_history", {"p1", "p2", "p3"}, "GET /fhir/_history"),
    ):
        before = len(fhir.audited())
        assert (await fhir.client.get(f"/fhir/{path}")).status_code == 200
        [entry] = fhir.audited()[before:]
        assert entry.resource == resource
        named = {entry.patient_id} if entry.patient_id else set(orjson.loads(entry.detail)["patients"])
        assert named == patients, path
    before = len(fhir.audited())
    await fhir.client.get("/fhir/metadata")
    await fhir.client.get("/fhir/Nothing/1")
    await fhir.client.delete("/fhir/Patient/p1")
    assert len(fhir.audited()) == before
    await fhir.client.get("/fhir/Patient/none")
    assert fhir.audited()[-1].outcome == "not-found"
    assert fhir.services.audit.verify().intact


async def test_that_the_audit_log_can_be_read_as_audit_events(fhir: EngineApi) -> None:
    await fhir.client.get("/fhir/Observation/o1", headers={"X-Request-Id": "ward-7"})
    await fhir.client.get("/fhir/Patient?family=martin")
    await fhir.client.get("/fhir/Patient/none")
    body = await search(fhir, "AuditEvent", Prefer="handling=strict")
    assert len(ids(body)) == 3
    for entry in body["entry"]:
        get_fhir_model_class("AuditEvent").model_validate(entry["resource"])
    read = body["entry"][2]["resource"]
    assert (read["action"], read["outcome"], read["agent"][2]["name"]) == ("R", "0", "owner")
    assert {"reference": "Patient/p1"} in [entity["what"] for entity in read["entity"]]
    assert {"identifier": {"value": "ward-7"}} in [entity["what"] for entity in read["entity"]]
    one = (await fhir.client.get(f"/fhir/AuditEvent/{read['id']}")).json()
    assert one == read
    first, second, third = reversed(ids(body))
    for query, expected in (
        ("patient=p1", {first, second}),
        ("patient=Patient/p3", {second}),
        ("entity=Patient/p3", {second}),
        ("action=E", {second}),
        ("action=R", {first, third}),
        ("outcome=4", {third}),
        ("outcome:not=4", {first, second}),
        (f"_id={first},{third}", {first, third}),
        ("date=ge2026-11-20", {first, second, third}),
        ("date=lt2026-11-20", set()),
        ("agent-name=own", {first, second, third}),
        ("agent-name=somebody", set()),
    ):
        found = await search(fhir, f"AuditEvent?{query}&_total=accurate", Prefer="handling=strict")
        assert set(ids(found)) & {first, second, third} == expected, query
        assert found["total"] == len(ids(found))
    assert (await fhir.client.get("/fhir/AuditEvent?site=x", headers={"Prefer": "handling=strict"})).status_code == 400
    assert (await fhir.client.get("/fhir/AuditEvent/none")).status_code == 404
    pages = await all_pages(fhir, "AuditEvent?_count=2&patient=p1")
    assert len(pages) >= 1


async def test_that_links_name_the_host_the_client_used(fhir: EngineApi) -> None:
    response = await fhir.client.get("/fhir/Observation?_count=1", headers={"Host": "localhost:9999"})
    for link in response.json()["link"]:
        assert httpx.URL(link["url"]).netloc == b"localhost:9999"
    assert response.json()["entry"][0]["fullUrl"].startswith("http://localhost:9999/fhir/")


# ---------------------------------------------------------------- whatever is asked

NAMES = st.sampled_from(
    "_id _lastUpdated _count _sort _include _revinclude _summary _total _elements _page _format _has _text identifier "
    "name family:exact family:contains birthdate gender gender:not gender:missing date code subject subject:Patient "
    "patient.name encounter.patient.identifier value-quantity status _tag _profile general-practitioner x".split()
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", ",", "|", "||", "\\", "\\,", "a|b|c", "gt", "ap2020", "ge2020-01-01T00:00:00+14:00", "9999-12-31", "0001",
         "Patient/p1", "Patient/", "/p1", "http://x/Patient/1", "urn:uuid:1", "-date", "date,-date,x", "*", "Patient:*",
         "Observation:subject:Patient", "count", "true", "1e5", "gt-5", "nan", "infinity", "9" * 60, "*" * 300]
    ),
)  # fmt: skip


async def test_that_no_search_makes_the_facade_fail(fhir: EngineApi) -> None:
    tried: list[tuple[str, list[tuple[str, str]]]] = []

    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(["Patient", "Observation", "Encounter", "AuditEvent", "Binary", "Patient/p1/_history",
                         "Encounter/e1/$everything", "Provenance"]),
        st.lists(st.tuples(NAMES, VALUES), max_size=4),
    )  # fmt: skip
    def collect(path: str, query: list[tuple[str, str]]) -> None:
        tried.append((path, query))

    collect()
    for path, query in tried:
        pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in query]
        for handling in ("strict", "lenient"):
            response = await fhir.client.get(f"/fhir/{path}", params=pairs, headers={"Prefer": f"handling={handling}"})
            assert response.status_code in (200, 400, 404, 405, 406), (path, query, response.text)
            assert response.json()["resourceType"] in ("Bundle", "OperationOutcome")
    assert fhir.services.audit.verify().intact
