"""Any FHIR R4 server: reports by order number with their results, whatever way the server has of giving them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.verdict.filed import ANY, Filed, Key
from console.harness.verdict.sources.fhir import FhirSource
from console.harness.verdict.sources.fhir_reading import value_of
from tests.fakes.fhir_search import FhirSearch

V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"


def number(value: str, kind: str = "FILL") -> dict[str, Any]:
    return {"value": value, "system": "urn:x:lab", "type": {"coding": [{"system": V2, "code": kind}]}}


def laboratory(orders: int = 1, results: int = 2) -> FhirSearch:
    server = FhirSearch()
    server.put(
        {
            "resourceType": "Patient", "id": "p",
            "identifier": [
                {"system": "urn:signalbox:authority:HOSP", "value": "1001"},
                {"system": "http://hospital.example/nhs", "value": "999"},
                {"system": "urn:x", "value": "7", "assigner": {"display": "GP"}},
            ],
        }
    )  # fmt: skip
    for order in range(orders):
        server.put({"resourceType": "ServiceRequest", "id": f"s{order}", "identifier": [number(f"P{order}", "PLAC")]})
        refs = []
        for place in range(results):
            body = server.put(
                {
                    "resourceType": "Observation", "id": f"o{order}-{place}", "status": "final",
                    "meta": {"versionId": "3"},
                    "code": {"coding": [{"code": f"LOINC-{place}"}, {"code": f"LOCAL-{place}"}], "text": f"T{place}"},
                    "subject": {"reference": "Patient/p"},
                    "valueQuantity": {"value": 4.1 + place, "unit": "mmol/l", "code": "mmol/L"},
                }
            )  # fmt: skip
            refs.append({"reference": f"Observation/{body['id']}"})
        server.put(
            {
                "resourceType": "DiagnosticReport", "id": f"r{order}", "status": "final",
                "identifier": [number(f"P{order}", "PLAC"), number(f"F{order}")],
                "subject": {"reference": "Patient/p"}, "result": refs,
                "basedOn": [{"reference": f"ServiceRequest/s{order}"}],
            }
        )  # fmt: skip
    return server


async def ask(server: FhirSearch, *keys: Key, **options: str) -> list[Filed]:
    source = FhirSource("http://fhir.example/fhir", options=options, transport=server.transport, token="secret")
    try:
        return [one async for one in source.filed(keys)]
    finally:
        await source.close()


async def test_that_a_report_gives_its_results_with_patient_order_and_value() -> None:
    found = await ask(laboratory(), ("F0", "LOCAL-0", "1"), ("F0", "LOINC-1", ""))
    first, second = sorted(found, key=lambda one: one.where)
    assert first.key == ("F0", "LOCAL-0", ANY)
    assert second.key == ("F0", "LOINC-1", ANY)
    assert first.patients == (("1001", "HOSP"), ("999", "nhs"), ("7", "GP"))
    assert (first.placer, first.value, first.unit, first.status) == ("P0", "4.1", "mmol/l", "final")
    assert first.other_units == ("mmol/L",)
    assert first.where == "Observation/o0-0/_history/3"
    assert "LOINC-0" in first.code_words


async def test_that_many_orders_are_asked_for_in_batches_over_all_pages() -> None:
    server = laboratory(orders=70, results=1)
    server.page = 7
    found = await ask(server, *((f"F{n}", "LOINC-0", "") for n in range(70)), batch="20", concurrent="3")
    assert {one.key[0] for one in found} == {f"F{n}" for n in range(70)}
    assert len(found) == 70
    assert len(server.asked) == 4 * 3 - 1  # four batches of at most three pages
    assert all(url.startswith("http://fhir.example/") for url in server.asked), "the token goes to our server alone"


async def test_that_what_did_not_come_along_is_asked_for() -> None:
    server = laboratory(orders=2)
    server.brings = False
    found = await ask(server, ("F0", "LOINC-0", ""), ("F1", "LOINC-0", ""))
    assert len(found) == 4
    assert {one.patients[0] for one in found} == {("1001", "HOSP")}


async def test_that_results_can_be_found_by_their_own_identifier_or_by_the_request() -> None:
    server = laboratory()
    for body in server.resources.values():
        if body["resourceType"] == "Observation":
            body["identifier"] = [number("F0")]
            body["basedOn"] = [{"reference": "ServiceRequest/s0"}]
        if body["resourceType"] == "ServiceRequest":
            body["identifier"].append(number("F0"))
    for by in ("observation", "request"):
        found = await ask(server, ("F0", "LOINC-0", ""), by=by)
        assert {(one.key[0], one.value, one.placer) for one in found} == {("F0", "4.1", "P0"), ("F0", "5.1", "P0")}


async def test_that_members_of_a_panel_and_contained_results_are_found_and_a_heading_is_none() -> None:
    server = laboratory(results=1)
    report = server.resources["DiagnosticReport/r0"]
    heading = {"resourceType": "Observation", "id": "h", "status": "final", "code": {"text": "Panel"},
               "hasMember": [{"reference": "Observation/o0-0"}]}  # fmt: skip
    server.put(heading)
    report["result"] = [{"reference": "Observation/h"}, {"reference": "#c"}]
    report["contained"] = [
        {"resourceType": "Observation", "id": "c", "status": "final", "code": {"text": "C"}, "valueString": "x"}
    ]
    found = await ask(server, ("F0", "LOINC-0", ""), ("F0", "C", ""))
    assert sorted(one.key[1] for one in found) == ["C", "LOINC-0"]


async def test_that_a_document_is_told_by_its_content() -> None:
    server = laboratory(results=0)
    server.resources["DiagnosticReport/r0"]["presentedForm"] = [
        {"contentType": "application/pdf", "hash": "lWB7AtSKeGy3hol9cnEU/HmBSx4="},
        {"contentType": "application/pdf", "data": "JVBERi0xLjQK"},
        {"contentType": "application/pdf", "url": "Binary/1"},
    ]
    found = await ask(server, ("F0", "PDF", ""))
    assert [(one.key, one.value) for one in found] == 2 * [
        (("F0", ANY, ANY), "sha1:95607b02d48a786cb786897d727114fc79814b1e")
    ]


async def test_that_numbers_are_escaped_and_systems_named() -> None:
    server = laboratory()
    await ask(server, ("F,0|x", "K", ""), order_system="urn:lab")
    assert "urn%3Alab%7CF%5C%2C0%5C%7Cx" in server.asked[0]


async def test_that_a_busy_server_is_waited_for_as_it_says() -> None:
    server = laboratory()
    server.busy.extend([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503)])
    source = FhirSource("http://fhir.example/fhir", transport=server.transport)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    source.http._sleep = sleep
    assert len([one async for one in source.filed([("F0", "LOINC-0", "")])]) == 2
    await source.close()
    assert waits == [7.0, 0.4]
    assert source.asked == {"DiagnosticReport": 3}


async def test_that_patient_systems_are_named_as_the_messages_name_them() -> None:
    found = await ask(laboratory(), ("F0", "K", ""), patient_systems="http://hospital.example/nhs=NHS urn:x=GP2")
    assert found[0].patients == (("1001", "HOSP"), ("999", "NHS"), ("7", "GP2"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(401), "unauthorised"),
        (httpx.Response(404), "refused"),
        (httpx.Response(200, text="<html>"), "broken-answer"),
        (httpx.Response(200, json={"resourceType": "Patient"}), "broken-answer"),
        (httpx.ConnectError("no"), "unreachable"),
        (httpx.ConnectError("CERTIFICATE_VERIFY_FAILED"), "certificate"),
    ],
)
async def test_that_every_failure_is_explained(answer: httpx.Response | httpx.ConnectError, code: str) -> None:
    def give(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.ConnectError):
            raise answer
        return answer

    source = FhirSource("http://fhir.example/fhir", transport=httpx.MockTransport(give))
    with pytest.raises(EnvironmentFault) as raised:
        _ = [one async for one in source.filed([("F0", "K", "")])]
    await source.close()
    assert raised.value.code == code


@pytest.mark.parametrize("options", [{"by": "magic"}, {"batch": "0"}, {"concurrent": "many"}])
def test_that_options_that_cannot_be_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(Refused):
        FhirSource("http://fhir.example/fhir", options=options)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ({"valueQuantity": {"value": "4.10", "comparator": "<"}}, "<4.1"),
        ({"valueCodeableConcept": {"coding": [{"code": "007"}]}}, "007"),
        ({"valueString": "4.10"}, "4.1"),
        ({"valueInteger": 7}, "7"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128"),
        ({"valueRange": {"low": {"value": 4}, "high": {"value": 8}}}, "4-8"),
        ({"valueDateTime": "2026-11-23T08:00:00Z"}, "20261123080000+0000"),
        ({"valueTime": "08:30:00"}, "083000"),
        ({"valueSampledData": {"data": "1 2"}}, None),
        ({"dataAbsentReason": {"text": "no"}}, ""),
        ({"component": [{"valueQuantity": {"value": 1}}, {"valueQuantity": {"value": 2}}]}, "1~2"),
    ],
)
def test_that_every_kind_of_value_has_the_spelling_of_what_was_sent(body: dict[str, Any], value: str | None) -> None:
    assert value_of(body)[0] == value
