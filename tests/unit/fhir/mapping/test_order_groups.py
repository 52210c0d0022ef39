from __future__ import annotations

import pytest

from console.core.errors import InvalidMessage
from console.fhir.mapping.order_groups import OrderGroup, order_groups
from console.hl7v2.message import parse
from tests.builders.lab import message, obr, obx, orc, segment

SPM = segment("SPM", {1: "1", 2: "^S1&LIS", 4: "SER"})


def groups(kind: str, *lines: str) -> list[OrderGroup]:
    return order_groups(parse(message(kind, *lines).replace("\n", "\r").encode()))


def shape(found: list[OrderGroup]) -> list[tuple[bool, str, list[str], int]]:
    return [
        (g.orc is not None, g.obr.get(4) if g.obr else "", [f.obx.get(5) for f in g.findings], len(g.samples))
        for g in found
    ]


def test_that_every_orc_and_obr_is_a_group_with_its_findings_and_samples() -> None:
    found = groups("ORU^R01", orc("RE"), obr(), obx("1"), obx("2"), SPM, orc("RE"), obr({4: "FBC"}), obx("3"))
    assert shape(found) == [(True, "UE", ["1", "2"], 1), (True, "FBC", ["3"], 0)]


def test_that_an_obr_without_its_own_orc_stands_under_the_one_above() -> None:
    found = groups("ORU^R01", orc("RE"), obr(), obx("1"), obr({4: "FBC"}), obx("2"))
    assert shape(found) == [(True, "UE", ["1"], 0), (False, "FBC", ["2"], 0)]
    assert found[1].above is found[0].orc


def test_that_orc_may_follow_its_obr_in_oul() -> None:
    found = groups("OUL^R24", obr(), orc("SC"), obx("1"), obr({4: "FBC"}), orc("SC"), obx("2"))
    assert shape(found) == [(True, "UE", ["1"], 0), (True, "FBC", ["2"], 0)]


def test_that_a_sample_before_its_orders_serves_all_of_them_and_keeps_its_own_findings() -> None:
    found = groups(
        "OUL^R22", SPM, obx("turbid", {2: "ST"}), obr(), orc("SC"), obx("1"), obr({4: "FBC"}), obx("2"),
        SPM.replace("S1", "S2"), obr({4: "GLU"}), obx("3"),
    )  # fmt: skip
    assert shape(found) == [(True, "UE", ["1"], 1), (False, "FBC", ["2"], 1), (False, "GLU", ["3"], 1)]
    assert [f.obx.get(5) for f in found[0].samples[0].findings] == ["turbid"]
    assert found[2].samples[0].spm.get(2, 2, 1) == "S2"


def test_that_notes_belong_to_what_they_stand_under() -> None:
    found = groups("ORU^R01", "NTE|1||of the patient", obr(), "NTE|1||of the order", obx("1"), "NTE|1||of the result")
    assert [n.get(3) for n in found[0].notes] == ["of the order"]
    assert [n.get(3) for n in found[0].findings[0].notes] == ["of the result"]


def test_that_findings_before_any_order_are_a_group_of_their_own() -> None:
    assert shape(groups("ORU^R01", obx("1"), obr(), obx("2"))) == [(False, "", ["1"], 0), (False, "UE", ["2"], 0)]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("PID|1||100^^^CGH^MR~9^^^X||DOE^J", True),
        ("PID|1||200^^^CGH^MR||DOE^Jane||19800101", False),
        ("PID|1||||DOE^Jane||19800101", True),
        ("PID|1||||DOE^Jane||19810101", False),
        ("PID|1||||ROE^Ann||19800101", False),
    ],
)
def test_that_a_second_pid_must_be_the_same_person(other: str, same: bool) -> None:
    lines = (obr(), obx("1"), other, obr({4: "FBC"}), obx("2"))
    if same:
        assert len(groups("ORU^R01", *lines)) == 2
    else:
        with pytest.raises(InvalidMessage) as caught:
            groups("ORU^R01", *lines)
        assert caught.value.code == "several-patients"
