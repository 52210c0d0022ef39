"""The mix: shares by weight, nothing lost when an ingredient ends, unique numbers over all of it, clear refusals."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.content.marks import base32, mark, run_code
from console.harness.scenario.model import DEFAULT_STARTS, Ingredient
from tests.builders.harness_scenarios import journey, payloads, rows, segments, source, template

ACK = "MSH|^~\\&|LAB|A|B|C|{now}||ACK|{control_id}|P|2.5.1\nMSA|AA|{counter}\n"


def test_that_ingredients_come_in_the_shares_of_their_weights() -> None:
    made = source(template(weight=2), template(ACK), journey("demographics", 1))
    kinds = Counter(row[4] for row in rows(made, 8000))
    assert kinds["ORU^R01"] / 8000 == pytest.approx(0.5, abs=0.03)
    assert kinds["ACK"] / 8000 == pytest.approx(0.25, abs=0.03)


def test_that_an_ingredient_without_weight_is_left_out() -> None:
    assert {row[4] for row in rows(source(template(), template(ACK, weight=0)), 500)} == {"ORU^R01"}


def test_that_the_rest_goes_on_when_one_ingredient_has_ended(tmp_path: Path) -> None:
    (tmp_path / "one.hl7").write_bytes(b"MSH|^~\\&|A|B|C|D|20240101||ADT^A01|X|P|2.5.1\r")
    once = Ingredient("files", 5, path=tmp_path / "one.hl7", repeat=3)
    kinds = Counter(row[4] for row in rows(source(once, template()), 1000))
    assert kinds == {"ADT^A01": 3, "ORU^R01": 997}
    assert len(list(rows(source(once), 1000))) == 3


def test_that_templates_follow_the_clock_of_the_journeys_beside_them_or_share_one() -> None:
    for mix in ((journey("inpatient"), template(), template(ACK)), (template(per_second=7), template(ACK, 2))):
        told = list(rows(source(*mix), 3000))
        times = [segments(row[0])["MSH"][0][7] for row in told]
        assert times == sorted(times)
        assert len(set(times)) > 20
        assert not [row for row in told if b"\x01" in row[0] + row[1]]
        for payload, *_, at in told[:500]:
            found = segments(payload)
            if "OBR" in found and found["MSH"][0][3] == "LAB":
                assert found["OBR"][0][7] < found["MSH"][0][7]
            assert at >= 0
        assert [row[5] for row in told] == sorted(row[5] for row in told)


def test_that_numbers_are_unique_over_all_ingredients(tmp_path: Path) -> None:
    (tmp_path / "one.hl7").write_bytes(
        b"MSH|^~\\&|A|B|C|D|20240101||ORU^R01|X|P|2.5.1\rPID|1||7\rOBR|1|P1|F1|K\rOBX|1|ST|K||a||||||F\r"
    )
    files = Ingredient("files", path=tmp_path / "one.hl7")
    mix = (journey("emergency"), template(), template(), files)
    control_ids: list[bytes] = []
    fillers: dict[str, set[int]] = {}
    order_of: dict[int, set[str]] = {}
    for payload, control_id, _, order, _, _ in rows(source(*mix), 6000):
        control_ids.append(control_id)
        found = segments(payload)
        if "OBX" in found and "OBR" in found:
            fillers.setdefault(found["OBR"][0][3], set()).add(order)
            order_of.setdefault(order, set()).add(found["OBR"][0][3])
    assert len(set(control_ids)) == 6000
    assert all(len(orders) == 1 for orders in fillers.values())
    assert all(len(numbers) == 1 for numbers in order_of.values())


def test_that_no_content_named_is_a_hospitals_day() -> None:
    assert {"ADT^A01", "ORU^R01", "ORM^O01", "SIU^S12"} <= {row[4] for row in rows(source(), 2000)}


def test_that_a_source_can_be_read_again_and_again() -> None:
    made = source(journey("emergency"), template())
    half = payloads(made, 300)
    assert payloads(made, 600)[:300] == half


@pytest.mark.parametrize(
    ("ingredient", "said"),
    [
        (journey("emergancy"), "there is no journey 'emergancy'"),
        (Ingredient("magic"), "there is no kind 'magic'"),
        (journey("emergency", speed=3), "emergency has no option 'speed'"),
        (journey("emergency", codes="SNOMED"), "option codes of emergency is one of loinc, local"),
        (template(per_second=0), "option per_second of text is a rate above 0"),
        (template(marked="no"), "option marked of text is true or false, not 'no'"),
        (journey("culture", growth=3), "option growth of culture is a share, 0 to 1, not 3"),
        (
            journey("correction-chain", corrections=True),
            "option corrections of correction-chain is a number",
        ),
        (journey("large-document", size=10**12), "option size of large-document is at most 100000000"),
    ],
)
def test_that_what_nobody_knows_is_refused_by_name(ingredient: Ingredient, said: str) -> None:
    with pytest.raises(Refused) as refused:
        source(ingredient)
    assert said in refused.value.text


@pytest.mark.parametrize("charset", ["KLINGON", "UNICODE UTF-16"])
def test_that_a_charset_that_cannot_be_sent_is_refused(charset: str) -> None:
    with pytest.raises(Refused, match="no charset that can be sent"):
        source(template(), charset=charset)


def test_that_a_run_code_depends_on_text_seed_and_hospital_time() -> None:
    codes = {run_code(d, s, DEFAULT_STARTS.replace(hour=h)) for d in ("a", "b") for s in range(50) for h in range(10)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {6}


def test_that_marks_of_ingredients_are_not_each_others_beginning() -> None:
    marks = [mark("RUNRUN", n) for n in range(500)]
    assert len(set(marks)) == 500
    assert not [(a, b) for a in marks for b in marks if a != b and b.startswith(a)]
    assert base32(33, 2) == "11"
