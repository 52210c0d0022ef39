"""New messages to begin with: a sample by type with fresh identities, or a given message made fresh. Pure.

Everything drawn comes from `mark`, which the caller draws: the same mark and time give the same bytes. Patients are
synthetic, MSH-11 is T, MSH-4 is HARNESS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from console.core.errors import Refused
from console.harness.scenario.model import HARNESS_FACILITY
from console.harness.single.editing import parse_path, set_text
from console.harness.single.samples import SAMPLES, Sample
from console.hl7v2.delimiters import STANDARD
from console.hl7v2.escapes import escape
from console.synthetic.people import make_person

LONGEST_MARK = 12


@dataclass(frozen=True, slots=True)
class Kind:
    """A type to choose: `name` as `ORU^R01`, `title` for a menu."""

    name: str
    title: str


KINDS: tuple[Kind, ...] = tuple(Kind(sample.name, sample.title) for sample in SAMPLES)


def compose(kind: str, *, mark: str, now: datetime) -> bytes:
    """A plausible message of a type. `mark` (letters and digits, at most 12) becomes part of every number in it.

    Raises Refused (`no-sample`) for a type without a sample.
    """
    if not mark.isalnum() or not mark.isascii() or len(mark) > LONGEST_MARK:
        raise Refused(f"A mark is at most {LONGEST_MARK} letters and digits.", code="bad-mark")
    sample = _sample(kind)
    random = Random(f"single/{mark}")
    person = make_person(int.from_bytes(sha256(mark.encode()).digest()[:4], "big"), 1)
    stamp = now.strftime("%Y%m%d%H%M%S%z")
    values = {
        "control_id": mark,
        "now": stamp,
        "earlier": (now - timedelta(minutes=random.randint(20, 90))).strftime("%Y%m%d%H%M"),
        "tomorrow": (now + timedelta(days=1)).strftime("%Y%m%d") + "0930",
        "facility": HARNESS_FACILITY,
        "mrn": f"T{random.randint(10_000_000, 99_999_999)}",
        "old_mrn": f"T{random.randint(10_000_000, 99_999_999)}",
        "visit": f"V{mark}",
        "placer": f"P{mark}",
        "filler": f"F{mark}",
        "family": escape(person.family, STANDARD),
        "given": escape(person.given, STANDARD),
        "born": person.born.strftime("%Y%m%d"),
        "sex": person.sex,
        "street": escape(person.street, STANDARD),
        "town": escape(person.town, STANDARD),
        "bed": f"{random.randint(1, 9)}{random.choice('ABCD')}",
        "haemoglobin": f"{random.uniform(12.1, 15.9):.1f}",
        "leucocytes": f"{random.uniform(4.1, 10.9):.1f}",
        "potassium": f"{random.uniform(3.6, 5.0):.1f}",
    }
    lines = [line.format_map(values) for line in sample.text.strip().splitlines()]
    return ("\r".join(lines) + "\r").encode("utf-8")


def fresh(payload: bytes, *, control_id: str, now: datetime) -> bytes:
    """The message with a new MSH-10 and MSH-7 and every other byte as it was, so that it is no repetition.

    Raises InvalidMessage when it has no readable header.
    """
    payload = set_text(payload, parse_path("MSH-7"), now.strftime("%Y%m%d%H%M%S%z"))
    return set_text(payload, parse_path("MSH-10"), control_id)


def _sample(kind: str) -> Sample:
    wanted = "^".join(kind.upper().split("^")[:2])
    for sample in SAMPLES:
        if sample.name == wanted:
            return sample
    listed = ", ".join(sample.name for sample in SAMPLES)
    raise Refused(f"There is no sample for {kind[:20]}. There are: {listed}.", code="no-sample")
