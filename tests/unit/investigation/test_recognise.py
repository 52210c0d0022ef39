"""What a piece of text is taken for."""

from __future__ import annotations

import pytest

from console.investigation.case import ChipKind
from console.investigation.recognise import nhs_number_is_valid, recognise

EVENT = "018f3c2e-1b2a-7000-8000-000000000001"
TRACE = "018f3c2e1b2a70008000000000000001"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind.value, t.value) for t in recognise(text).tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("999 014 7213", [("nhs_number", "9990147213")]),
        ("999-014-7213", [("nhs_number", "9990147213")]),
        ("9990147213", [("nhs_number", "9990147213")]),
        ("NHS No. 999 014 7213", [("nhs_number", "9990147213")]),
        ("MRN 00418827", [("patient", "00418827")]),
        ("mrn:00418827", [("patient", "00418827")]),
        ("historia clínica 418827", [("patient", "418827")]),
        ("HC: 418827", [("patient", "418827")]),
        ("encounter 118204", [("visit", "118204")]),
        ("episodio 118204", [("visit", "118204")]),
        ("order no. 55121", [("placer", "55121")]),
        ("petición n.º 55121", [("placer", "55121")]),
        ("muestra: 26L0048812", [("accession", "26L0048812")]),
        ("26L0048812", [("identifier", "26L0048812")]),
        ("control id LIS_0001", [("control", "LIS_0001")]),
        ("00418827^^^STB^MR", [("identifier", "00418827")]),
        ("55121^EHR", [("identifier", "55121")]),
        (EVENT, [("event", EVENT)]),
        (EVENT.upper(), [("event", EVENT)]),
        (TRACE, [("trace", TRACE)]),
        (f"00-{TRACE}-0123456789abcdef-01", [("trace", TRACE)]),
        (f"see {EVENT}, please", [("name", "see please"), ("event", EVENT)]),
        ("martinez", [("name", "martinez")]),
        ("MARTÍNEZ LÓPEZ, Rosa Elena (Mrs)", [("name", "MARTÍNEZ LÓPEZ Rosa Elena")]),
        ("Sra. Núñez", [("name", "Núñez")]),
        ("O'Brien-Smith Aoife", [("name", "O'Brien-Smith Aoife")]),
        ("Tracey Born", [("name", "Tracey Born")]),
        ("name: okonkwo", [("name", "okonkwo")]),
        ("martinez 55121", [("name", "martinez"), ("identifier", "55121")]),
        ("55121, martinez; 118204", [("identifier", "55121"), ("name", "martinez"), ("identifier", "118204")]),
        ("1957-08-14", [("date", "1957-08-14")]),
        ("14-Aug-1957", [("date", "1957-08-14")]),
        ("14-ago-1957", [("date", "1957-08-14")]),
        ("14 de agosto de 1957", [("date", "1957-08-14")]),
        ("14/08/1957 garcía", [("date", "1957-08-14"), ("name", "garcía")]),
        ("08/14/1957", [("date", "1957-08-14")]),
        ("DOB 19570814", [("date", "1957-08-14")]),
        ("nacida 14.8.1957", [("date", "1957-08-14")]),
        ("31/02/1957", [("identifier", "31/02/1957")]),
        ("12345678", [("identifier", "12345678")]),
        ("118204 118204", [("identifier", "118204")]),
        ("¿118204?", [("identifier", "118204")]),
        ("", []),
        ("  \n ", []),
        ("()", []),
    ],
)
def test_that_what_people_have_is_recognised(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_that_ten_figures_that_fail_the_check_are_still_asked_for_and_said_to_fail() -> None:
    (token,) = recognise("999 014 7214").tokens
    assert (token.kind, token.value, token.warning) == (ChipKind.IDENTIFIER, "9990147214", "check-digit")


@pytest.mark.parametrize("number", ["9990147213", "9434765919", "4010232137"])
def test_that_valid_nhs_numbers_pass_the_modulus_11_check(number: str) -> None:
    assert nhs_number_is_valid(number)
    assert not nhs_number_is_valid(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize("number", ["", "999014721", "99901472133", "99901472१3", "abcdefghij"])
def test_that_what_is_not_ten_ascii_figures_is_no_nhs_number(number: str) -> None:
    assert not nhs_number_is_valid(number)


def test_that_the_assigner_of_a_pasted_cx_field_narrows_the_question() -> None:
    assert recognise("00418827^^^STB&2.16.840&ISO^MR").tokens[0].assigner == "STB"
    assert recognise("55121^EHR").tokens[0].assigner == "EHR"


def test_that_a_column_of_identifiers_asks_for_each_by_itself() -> None:
    assert recognise("55121\n55122\r\n55123\n").any_of
    assert not recognise("martinez\n55121").any_of
    assert not recognise("55121 55122").any_of


def test_that_more_than_can_be_asked_at_once_is_cut_and_said() -> None:
    question = recognise("\n".join(str(1000 + n) for n in range(150)))
    assert len(question.tokens) == 100
    assert question.cut


@pytest.mark.parametrize("text", ["\x00\x01", "🙂" * 50, "^" * 100, "|" * 10, "a" * 300_000, "\ud800 x1"])
def test_that_no_text_breaks_it(text: str) -> None:
    recognise(text)
