"""Journeys: what is told about a patient, in which order, marked as test, and in shares as wished."""

from __future__ import annotations

import base64
import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest

from console.harness.content import making
from console.harness.content.journeys.documents import Pdf
from console.harness.content.journeys.house import STRUCTURES
from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.content.making import INGREDIENT_OPTIONS, make_source
from console.harness.scenario.model import DEFAULT_STARTS, AcknowledgmentMode
from console.hl7v2.message import parse
from tests.builders.harness_scenarios import journey, kinds_of, payloads, rows, scenario, segments, source

SMALL = {"large-document": {"size": 3000}}
COUNT = 1500


def _messages(name: str, count: int = COUNT, **options: Any) -> list[bytes]:
    return payloads(source(journey(name, **{"in_house": 30, **SMALL.get(name, {}), **options})), count)


@pytest.mark.parametrize("name", PATHWAYS)
def test_that_every_message_is_whole_and_marked(name: str) -> None:
    for payload in _messages(name, 600):
        message = parse(payload)
        assert message.warnings == []
        msh = message.segments[0]
        assert msh.get(4) == msh.get(6) == "HARNESS"
        assert msh.get(11) == "T"
        assert msh.get(12) == "2.5.1"
        assert msh.text(9) == f"{msh.get(9)}^{msh.get(9, 2)}^{STRUCTURES[f'{msh.get(9)}^{msh.get(9, 2)}']}"
        assert re.fullmatch(r"\d{14}\+0000", msh.get(7))
        assert 0 < len(msh.get(10)) <= 20
        (pid,) = message.all("PID")
        assert pid.get(3, 4) == "HARNESS"


def test_that_hospital_time_and_msh_7_never_go_back() -> None:
    made = source(journey("emergency"), journey("culture"), journey("demographics", 3))
    told = list(rows(made, 4000))
    assert [row[5] for row in told] == sorted(row[5] for row in told)
    times = [segments(row[0])["MSH"][0][7] for row in told]
    assert times == sorted(times)


@pytest.mark.parametrize("name", sorted(set(PATHWAYS) - {"merge"}))
def test_that_a_visit_begins_with_its_admission_and_ends_once(name: str) -> None:
    ended: set[str] = set()
    begun: set[str] = set()
    for payload in _messages(name):
        found = segments(payload)
        event = found["MSH"][0][9].split("^")[1]
        visit = found["PV1"][0][19] if "PV1" in found and len(found["PV1"][0]) > 19 else ""
        if not visit:
            continue
        if event in ("A01", "A04"):
            assert visit not in ended
            begun.add(visit)
        else:
            assert visit in begun
        if event == "A03":
            assert visit not in ended
            ended.add(visit)
        if event == "A13":
            ended.remove(visit)


def test_that_an_order_comes_before_its_results_and_these_in_order_of_their_standing() -> None:
    told: dict[str, list[str]] = defaultdict(list)
    for payload in _messages("correction-chain", 6000, corrections=2):
        found = segments(payload)
        for obr in found.get("OBR", ()):
            status = obr[25] if len(obr) > 25 else found["ORC"][0][1]
            told[obr[2]].append(status)
    stories = Counter("".join(f"{status} " for status in story) for story in told.values())
    assert {story for story, _ in stories.most_common()} <= {
        *_beginnings("NW SC I P F C C "),
        "NW SC I P X ",
        "NW CA ",
    }
    assert min(stories[s] for s in ("NW SC I P F C C ", "NW SC I P X ", "NW CA ")) > 0


def _beginnings(story: str) -> list[str]:
    words = story.split()
    return ["".join(f"{word} " for word in words[:n]) for n in range(1, len(words) + 1)]


def test_that_a_culture_is_preliminary_then_final_then_perhaps_corrected() -> None:
    told: dict[str, str] = defaultdict(str)
    for payload in _messages("culture", 3000, growth=0.5, corrections=0.5):
        for obr in segments(payload).get("OBR", ()):
            told[obr[2]] += obr[25] if len(obr) > 25 else "N"
    assert set(told.values()) <= {"N", "NP", "NPF", "NPFC"}
    assert {"NPF", "NPFC"} <= set(told.values())


def test_that_a_correction_changes_the_first_value_and_a_cancelled_result_has_none() -> None:
    values: dict[str, list[str]] = defaultdict(list)
    for payload in _messages("correction-chain", 4000):
        found = segments(payload)
        if "OBX" not in found or found["OBX"][0][2] != "NM":
            continue
        first = found["OBX"][0]
        if first[11] == "C":
            assert first[5] != values[found["OBR"][0][3]][-1]
            assert {obx[11] for obx in found["OBX"][1:]} <= {"F"}
        if first[11] == "X":
            assert {obx[5] for obx in found["OBX"]} == {""}
        values[found["OBR"][0][3]].append(first[5])


def test_that_flags_agree_with_values_and_ranges() -> None:
    flagged: Counter[str] = Counter()
    for payload in _messages("emergency", 3000):
        for obx in segments(payload).get("OBX", ()):
            if obx[2] != "NM" or not obx[5]:
                continue
            low, high = (float(limit) for limit in obx[7].split("-"))
            value = float(obx[5])
            assert obx[8][:1] == ("H" if value > high else "L" if value < low else "")
            flagged[obx[8]] += 1
    assert flagged["H"] > 10
    assert flagged["L"] > 10
    assert flagged[""] > sum(flagged.values()) / 2


def test_that_both_patients_of_a_merge_share_a_lane_and_results_of_the_old_number_follow_it() -> None:
    lanes: dict[str, set[int]] = defaultdict(set)
    merged: dict[str, str] = {}
    late = 0
    for payload, _, lane, _, kind, _ in rows(source(journey("merge", in_house=20, late_results=2)), 2500):
        found = segments(payload)
        number = found["PID"][0][3].split("^")[0]
        lanes[number].add(lane)
        if kind == "ADT^A40":
            old = found["MRG"][0][1].split("^")[0]
            assert lanes[old] == lanes[number] == {lane}
            merged[old] = number
        late += kind == "ORU^R01" and number in merged
    assert all(len(one) == 1 for one in lanes.values())
    assert len(merged) > 50
    assert late > 50


def test_that_lanes_are_patients_and_orders_are_orders() -> None:
    lane_of: dict[str, int] = {}
    order_of: dict[str, int] = {}
    for payload, _, lane, order, _, _ in rows(source(journey("inpatient")), 3000):
        found = segments(payload)
        assert lane_of.setdefault(found["PID"][0][3], lane) == lane
        placer = found["OBR"][0][2] if "OBR" in found else ""
        assert bool(placer) == bool(order)
        if placer:
            assert order_of.setdefault(placer, order) == order
    assert len(set(lane_of.values())) == len(lane_of) > 100
    assert len(set(order_of.values())) == len(order_of)


def test_that_shares_of_a_mix_are_shares_of_messages_from_the_first_thousand_on() -> None:
    made = source(journey("demographics", 3), journey("appointment", 1))
    for count in (1000, 8000):
        kinds = kinds_of(made, count)
        booked = sum(number for kind, number in kinds.items() if kind.startswith("SIU"))
        assert booked / count == pytest.approx(0.25, abs=0.05)


def test_that_hundreds_are_in_the_house_at_once() -> None:
    inside: set[str] = set()
    most = 0
    for payload in payloads(source(journey("inpatient"), patients=5000), 8000):
        found = segments(payload)
        event = found["MSH"][0][9].split("^")[1]
        if event == "A01":
            inside.add(found["PV1"][0][19])
        elif event in ("A03", "A11"):
            inside.discard(found["PV1"][0][19])
        most = max(most, len(inside))
    assert 300 < most <= 400


def test_that_there_are_no_more_patients_than_said() -> None:
    numbers = {segments(p)["PID"][0][3] for p in payloads(source(journey("outpatient"), patients=7), 2000)}
    assert len(numbers) == 7


def test_that_local_codes_are_those_of_the_laboratories() -> None:
    codes = set()
    for payload in _messages("emergency", codes="local"):
        found = segments(payload)
        for obx in found.get("OBX", ()):
            if obx[2] == "NM":
                codes.add(obx[3].split("^")[2])
                assert f"L-{found['MSH'][0][3]}" == obx[3].split("^")[2]
    assert codes == {"L-LIS", "L-HAEM"}


def test_that_orders_go_out_in_the_form_that_was_asked_for() -> None:
    assert "OML^O21" not in kinds_of(source(journey("emergency", orders="ORM")), 1000)
    assert "ORM^O01" not in kinds_of(source(journey("emergency", orders="OML")), 1000)


@pytest.mark.parametrize(
    ("charset", "codec"), [("UNICODE UTF-8", "utf-8"), ("8859/1", "latin-1"), ("ASCII", "ascii"), ("", "ascii")]
)
def test_that_the_bytes_are_in_the_charset_declared(charset: str, codec: str) -> None:
    made = payloads(source(journey("demographics"), charset=charset), 800)
    names = set()
    for payload in made:
        found = segments(payload, codec)
        assert (found["MSH"][0][18] if len(found["MSH"][0]) > 18 else "") == charset
        names.add(found["PID"][0][5].split("^")[0])
    assert all("?" not in name for name in names)
    assert any("Ñ" in name for name in names) == (codec != "ascii")


def test_that_enhanced_mode_stands_in_msh_15_and_16() -> None:
    enhanced = replace(
        scenario(journey("appointment")),
        acknowledgment=AcknowledgmentMode(enhanced=True, accept="AL", application="NE"),
    )
    msh = segments(payloads(make_source(enhanced, seed=1, starts=DEFAULT_STARTS), 1)[0])["MSH"][0]
    assert msh[15:19] == ["AL", "NE", "", "UNICODE UTF-8"]


@pytest.mark.parametrize("size", [2000, 50_000, 50_001, 50_002])
def test_that_a_document_is_a_pdf_of_the_size_wished(size: int) -> None:
    raw = base64.b64decode(Pdf(size).encoded("Letter 7"), validate=True)
    assert len(raw) == size
    assert raw.startswith(b"%PDF-1.4")
    assert raw.endswith(b"%%EOF\n")
    at = int(raw.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    table = raw[at:].split(b"\n")
    assert table[0] == b"xref"
    for number, line in enumerate(table[3:9], start=1):
        assert raw[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
    assert b"(Letter 7 " in raw


def test_that_large_documents_make_small_chunks() -> None:
    made = source(journey("large-document", size=3_000_000, in_house=5))
    for number, c in enumerate(made.chunks()):
        assert sum(len(payload) for payload in c.payloads) < 9_000_000
        if number == 3:
            break


def test_that_every_journey_has_its_options_described() -> None:
    assert set(PATHWAYS) <= set(INGREDIENT_OPTIONS)
    for options in INGREDIENT_OPTIONS.values():
        for name in options:
            assert f"{name} = " in (making.__doc__ or "")
