"""Numbers leave as they came."""

from decimal import Decimal

import pytest

from console.fhir import document


@pytest.mark.parametrize("text", ["4.10", "0.00001", "-7.0", "12345678901234567890.123456789", "100"])
def test_that_decimals_survive_writing_and_reading(text):
    raw = document.to_bytes({"value": Decimal(text), "system": "urn:oid:2.16"})
    assert f'"value":{text}'.encode() in raw
    assert document.to_bytes(document.from_bytes(raw)) == raw


def test_that_equal_bodies_have_equal_bytes_whatever_the_order_of_their_keys():
    assert document.to_bytes({"a": 1, "b": [True, "é"]}) == document.to_bytes({"b": [True, "é"], "a": 1})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("4.10", "4.10"), ("+12", "12"), (".5", "0.5"), ("5.", "5"), ("007.50", "7.50"), ("0", "0"), ("-0.0", "-0.0")],
)
def test_that_hl7_numbers_keep_their_digits(sent, kept):
    assert format(document.decimal_text(sent), "f") == kept


@pytest.mark.parametrize("sent", ["", ".", "-", "1e5", "12 mg", "<5", "NaN", "1,5"])
def test_that_what_is_no_number_stays_no_number(sent):
    assert document.decimal_text(sent) is None


def test_that_an_unknown_type_is_a_programming_error():
    with pytest.raises(TypeError):
        document.to_bytes({"x": object()})
