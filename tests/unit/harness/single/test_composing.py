"""New messages: plausible, marked as tests, each with numbers of its own; and given ones made fresh."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.core.errors import Refused
from console.harness.single.composing import KINDS, compose, fresh
from console.hl7v2.message import parse

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_that_every_sample_is_a_whole_message_marked_as_a_test(kind: str) -> None:
    payload = compose(kind, mark="M1A2", now=NOW)
    message = parse(payload)
    assert message.warnings == []
    assert message.header.message_type == kind
    assert (message.header.control_id, message.header.processing_id) == ("M1A2", "T")
    assert message.header.sending_facility == "HARNESS"
    assert payload == compose(kind, mark="M1A2", now=NOW)
    assert b"{" not in payload
    patient = message.first("PID")
    assert patient is not None
    assert patient.get(3).startswith("T")


def test_that_the_types_asked_for_are_there() -> None:
    wanted = "ADT^A01 ADT^A08 ADT^A40 ORM^O01 OML^O21 ORU^R01 RDE^O11 SIU^S12 MDM^T02".split()
    assert set(wanted) <= {kind.name for kind in KINDS}
    assert compose("oru^r01^ORU_R01", mark="X", now=NOW).startswith(b"MSH")


def test_that_another_mark_is_another_patient_and_other_numbers() -> None:
    one, two = (parse(compose("ORU^R01", mark=mark, now=NOW)) for mark in ("AAA", "BBB"))
    assert one.first("PID").get(3) != two.first("PID").get(3)  # type: ignore[union-attr]
    assert one.first("OBR").get(3) != two.first("OBR").get(3)  # type: ignore[union-attr]


def test_that_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="ORU\\^R01"):
        compose("ZZZ^Z01", mark="X", now=NOW)
    with pytest.raises(Refused, match="mark"):
        compose("ORU^R01", mark="a|b", now=NOW)


def test_that_fresh_changes_msh_7_and_msh_10_and_nothing_else() -> None:
    old = b"MSH|^~\\&|LAB|N|SB|H|20200101||ORU^R01|OLD|T|2.5\r\nPID|1||\xff\xfe\r\n"
    new = fresh(old, control_id="NEW1", now=NOW)
    assert new == old.replace(b"|20200101|", b"|20261123080000+0000|").replace(b"|OLD|", b"|NEW1|")
