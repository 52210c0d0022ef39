"""What is claimed of a code of an HL7 table."""

from __future__ import annotations

import pytest

from console.fhir.hl7_tables import PUBLISHED
from console.fhir.terms import table_system


@pytest.mark.parametrize(
    ("table", "code", "system"),
    [
        ("0203", "MR", "http://terminology.hl7.org/CodeSystem/v2-0203"),
        ("0203", "mr", "urn:signalbox:code-system:HL7-0203-additions"),
        ("0203", "PGN", "urn:signalbox:code-system:HL7-0203-additions"),
        ("0003", "Z99", "urn:signalbox:code-system:HL7-0003-additions"),
        ("0999", "anything", "http://terminology.hl7.org/CodeSystem/v2-0999"),
    ],
)
def test_that_only_a_published_code_is_said_to_be_of_the_table(table: str, code: str, system: str) -> None:
    assert table_system(table, code) == system


def test_that_every_table_was_read_whole() -> None:
    assert len(PUBLISHED["0203"]) == 127
    assert {"A01", "Z99"} & PUBLISHED["0003"] == {"A01"}
    assert all(PUBLISHED.values())
    assert not any(":" in code for codes in PUBLISHED.values() for code in codes)
