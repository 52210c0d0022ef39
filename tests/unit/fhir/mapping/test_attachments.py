from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from console.fhir.concept_map import ConceptMaps
from tests.builders.lab import message, obr, obx
from tests.fakes.hospital_state import HospitalState

LATER = "20261120100000+0000"
PDF = b"%PDF-1.7 " + bytes(range(256))


@pytest.fixture
def hospital(shipped_maps: ConceptMaps) -> HospitalState:
    return HospitalState(shipped_maps)


def document(value: str, kind: str = "ED", fields: dict[int, str] | None = None) -> str:
    return obx(value, {2: kind, 3: "RPT^Full report^99X", 6: "", **(fields or {})})


def sent(data: str) -> str:
    return document(f"LIS^AP^PDF^Base64^{data}")


def attachment(hospital: HospitalState) -> dict[str, Any]:
    found: dict[str, Any] = hospital.one("DocumentReference")["content"][0]["attachment"]
    return found


def wrapped(text: str, mark: str) -> str:
    return mark.join(text[i : i + 60] for i in range(0, len(text), 60))


@pytest.mark.parametrize("mark", ["", " ", "\\.br\\", "\\X0D\\\\X0A\\"])
@pytest.mark.parametrize("padding", [True, False])
def test_that_base64_is_understood_as_senders_wrap_it(hospital: HospitalState, mark: str, padding: bool) -> None:
    data = base64.b64encode(PDF).decode()
    assert data.endswith("=")
    hospital.take(message("ORU^R01", obr(), sent(wrapped(data if padding else data.rstrip("="), mark))))
    found = attachment(hospital)
    assert found["data"] == data
    assert found["size"] == len(PDF)
    assert found["hash"] == base64.b64encode(hashlib.sha1(PDF, usedforsecurity=False).digest()).decode()
    assert found["contentType"] == "application/pdf"
    assert hospital.one("DiagnosticReport")["presentedForm"] == [found]


@pytest.mark.parametrize("data", ["@@@@", "Q", "QQ=Q", "====", "QUJé"])
def test_that_broken_base64_stops_the_message_with_its_place(hospital: HospitalState, data: str) -> None:
    outcome = hospital.map(message("ORU^R01", obr(), obx("4.1"), sent(data)))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("bad-base64", "OBX[2]-5.5")
    assert data not in outcome.error.text


def test_that_hexadecimal_and_plain_text_are_read_too(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), document("LIS^TEXT^PLAIN^A^all \\T\\ well")))
    assert base64.b64decode(attachment(hospital)["data"]) == b"all & well"
    hospital.take(message("ORU^R01", obr({25: "C"}), document(f"LIS^AP^PDF^Hex^{PDF.hex()}"), at=LATER))
    assert base64.b64decode(attachment(hospital)["data"]) == PDF


def test_that_a_pointer_becomes_a_link(hospital: HospitalState) -> None:
    pointer = "http://pacs/view?id=1\\T\\x=ñ a^PACS^AP^PDF"
    hospital.take(message("ORU^R01", obr(), document(pointer, "RP")))
    assert attachment(hospital)["url"] == "http://pacs/view?id=1&x=%C3%B1%20a"
    assert attachment(hospital)["contentType"] == "application/pdf"


def test_that_a_large_document_is_a_binary_of_its_own(hospital: HospitalState) -> None:
    large = PDF * 100
    data = base64.b64encode(large).decode()
    hospital.take(message("ORU^R01", obr(), sent(data)))
    binary = hospital.one("Binary")
    assert binary["data"] == data
    assert binary["securityContext"]["reference"].startswith("Patient/")
    assert attachment(hospital)["url"] == f"Binary/{binary['id']}"
    assert "data" not in attachment(hospital)
    assert hospital.all("Observation") == []


def test_that_a_late_preliminary_document_does_not_replace_the_final_one(hospital: HospitalState) -> None:
    data = base64.b64encode(PDF).decode()
    hospital.take(message("ORU^R01", obr(), sent(data)))
    draft = document("LIS^AP^PDF^Base64^QUJD", fields={11: "P"})
    hospital.take(message("ORU^R01", obr({25: "P"}), draft, at="20261120080000+0000"))
    assert attachment(hospital)["data"] == data


def test_that_a_withdrawn_document_is_entered_in_error(hospital: HospitalState) -> None:
    data = base64.b64encode(PDF).decode()
    hospital.take(message("ORU^R01", obr(), sent(data)))
    hospital.take(message("ORU^R01", obr({25: "C"}), sent(data).replace("|F", "|W"), at=LATER))
    assert hospital.one("DocumentReference")["status"] == "entered-in-error"


@pytest.mark.parametrize(
    ("kind", "subtype", "content", "expected"),
    [
        ("AP", "PDF", PDF, "application/pdf"),
        ("IM", "JPEG", b"\xff\xd8\xff", "image/jpeg"),
        ("TEXT", "HTML", b"<p>", "text/html"),
        ("application/pdf", "", b"?", "application/pdf"),
        ("Image", "bmp", b"BM", "image/bmp"),
        ("AP", "Octet-stream", PDF, "application/pdf"),
        ("AP", "Octet-stream", b"??", "application/octet-stream"),
    ],
)
def test_that_the_content_type_is_named(
    hospital: HospitalState, kind: str, subtype: str, content: bytes, expected: str
) -> None:
    data = base64.b64encode(content).decode()
    hospital.take(message("ORU^R01", obr(), document(f"LIS^{kind}^{subtype}^Base64^{data}")))
    assert attachment(hospital)["contentType"] == expected
