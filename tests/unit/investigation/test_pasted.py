"""A pasted HL7 message or acknowledgment is read for its keys, whatever stands around it."""

from __future__ import annotations

import pytest

from console.investigation.case import Opens
from console.investigation.desk import Desk
from console.investigation.pasted import read_pasted
from console.storage.cache import Cache
from tests.builders.hospital import NOW, ROSA_STAY
from tests.fakes.source import FakeSource

SEGMENTS = (
    r"MSH|^~\&|LIS|STB|SBX|STB|20261121015218+0000||ORU^R01^ORU_R01|LIS0001|P|2.5.1",
    "PID|1||9990147213^^^NHS^NH~00418827^^^STB^MR||MARTÍNEZ LÓPEZ^ROSA",
    "PV1|1|I|AMU^4^02||||||||||||||||118204^^^STB^VN",
    "ORC|RE|55121^EHR|26L0048812^LIS",
    "OBR|1|55121^EHR|26L0048812^LIS|UE",
)
EXPECTED = [
    ("message", "LIS0001"),
    ("control", "LIS0001"),
    ("patient", "9990147213"),
    ("patient", "00418827"),
    ("visit", "118204"),
    ("placer", "55121"),
    ("filler", "26L0048812"),
]
LOG = "2026-11-21 01:52:18 INFO LIS_IN received 812 bytes:\n{}\n2026-11-21 01:52:18 INFO ACK sent\n"
MAIL = "Hello,\n\n> {}\n\nplease look at this one.\nThanks"
ACK = "MSH|^~\\&|SBX|STB|LIS|STB|20261121015219||ACK^R01|SBX77|P|2.5.1\rMSA|AE|LIS0001|no LOINC\r"


def found(text: str) -> list[tuple[str, str]]:
    return [(t.kind.value, t.value) for t in read_pasted(text).tokens]


@pytest.mark.parametrize(
    "text",
    [
        "\r".join(SEGMENTS),
        "\n".join(SEGMENTS) + "\n",
        "\r\n".join(SEGMENTS),
        " ".join(SEGMENTS),
        "\x0b" + "\r".join(SEGMENTS) + "\r\x1c\r",
        "\ufeff" + "\n".join(SEGMENTS),
        LOG.format("\n".join(SEGMENTS)),
        MAIL.format("\n> ".join(SEGMENTS)),
    ],
    ids=["CR", "LF", "CRLF", "one line", "MLLP frame", "byte order mark", "log", "mail"],
)
def test_that_a_pasted_message_is_read_for_its_keys(text: str) -> None:
    assert found(text) == EXPECTED


def test_that_an_acknowledgment_stands_for_the_message_it_answers() -> None:
    assert found(ACK) == [("acknowledgment", "LIS0001"), ("control", "LIS0001")]


@pytest.mark.parametrize("text", ["MSH", "MSH|", "MSH|^~", "MSH|||||||||||", "MSH\x00\x01", "about MSH|"])
def test_that_the_stump_of_a_message_is_words_again(text: str) -> None:
    assert all(kind not in ("message", "control") for kind, _ in found(text))


async def test_that_a_pasted_message_opens_its_trace_first(source: FakeSource, cache: Cache) -> None:
    desk = Desk([source], cache, clock=lambda: NOW)
    answer = await desk.search("\r".join(SEGMENTS))
    assert answer.cases[0].opens is Opens.TRACE
    assert answer.cases[0].trace is not None
    assert answer.cases[0].trace["control_id"] == "LIS0001"
    assert ROSA_STAY in {case.target_id for case in answer.cases}
    assert answer.chips[0].hits is None


async def test_that_a_pasted_acknowledgment_opens_the_trace_of_its_message(source: FakeSource, cache: Cache) -> None:
    answer = await Desk([source], cache, clock=lambda: NOW).search(ACK)
    (case,) = answer.cases
    assert case.trace is not None
    assert case.trace["control_id"] == "LIS0001"
