"""CPU per message of what the harness makes, beside the plain ways to do the same. One thread, medians, ratios.

    python tests/performance/harness/bench_content.py [--quick] [--json]

Templates beside an f-string with as many draws from `random`; journeys beside the demo hospital's writer; renewed
files beside python-hl7 parsing and writing the same bytes. Goals: a template of 14 drawn fields <= 1.5 us (and at least
500,000/s), journeys >= 25,000/s, renewed files >= 5,000/s.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random

import hl7

from console.engine.demo_hospital.day import hospital
from console.engine.demo_hospital.messages import encode
from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.content.making import DEFAULT_MIX
from console.harness.scenario.model import Ingredient
from tests.builders.harness_scenarios import RESULT, journey, payloads, source, template

FOURTEEN = """\
MSH|^~\\&|LAB|ANY|SIGNALBOX|HOSP|{now}||ORU^R01^ORU_R01|{control_id}|P|2.5.1
PID|1||{patient.mrn}^^^HARNESS^MR||{patient.family}^{patient.given}||{patient.born}|{patient.sex}
PV1|1|I|AMU^4^02||||3001^Okafor^Adaeze^^^Dr|||MED|||||||||{visit}^^^HARNESS^VN
ORC|RE|{placer}^EHR|{filler}^LIS||CM||||20261123080000+0000
OBR|1|P^EHR|F^LIS|24326-1^Urea and electrolytes^LN|R|20261123080000+0000||||||||||||{accession}||||{time}||CH|F
OBX|1|NM|2951-2^Sodium^LN||{number:133-146}|mmol/L^^UCUM|133-146||||F|||20261123080000+0000|HARNESS
OBX|2|NM|2823-3^Potassium^LN||{number:3.5-5.3:1}|mmol/L^^UCUM|3.5-5.3||||F|||20261123080000+0000|HARNESS
"""
"""A panel of two tests, 14 drawn fields and the control id."""


def cpu(make: Callable[[], Iterator[object]], count: int, rounds: int) -> float:
    """Microseconds of CPU a message: the median of some rounds, without the first thousand messages."""
    taken = []
    for _ in range(rounds):
        messages = make()
        for _ in islice(messages, 1000):
            pass
        begun = time.process_time()
        made = sum(1 for _ in islice(messages, count))
        taken.append((time.process_time() - begun) / made * 1e6)
    return statistics.median(taken)


def cpu_of_chunks(make: Callable[[], Iterator[object]], count: int, rounds: int) -> float:
    """As `cpu`, whole chunks at a time, as the load takes them."""
    taken = []
    for _ in range(rounds):
        chunks = make()
        next(chunks)
        begun, made = time.process_time(), 0
        while made < count:
            made += len(next(chunks))  # type: ignore[arg-type]
        taken.append((time.process_time() - begun) / made * 1e6)
    return statistics.median(taken)


def plain_template() -> Iterator[bytes]:
    """The same fields drawn one by one and written with str.format."""
    random, n = Random(1), 0
    text = FOURTEEN.replace("\n", "\r").replace("patient.", "")
    for name in ("number:133-146", "number:3.5-5.3:1"):
        text = text.replace(name, "sodium" if "133" in name else "potassium")
    while True:
        n += 1
        stamp = datetime.fromtimestamp(1_800_000_000 + n // 100, UTC).strftime("%Y%m%d%H%M%S%z")
        yield text.format(
            now=stamp,
            control_id=f"RUN-{n:08d}",
            mrn=f"{random.randrange(1000):06d}",
            family=random.choice(("GARCIA", "SMITH", "OSEI")),
            given=random.choice(("Ana", "Jane", "Kofi")),
            born="19700101",
            sex=random.choice("FM"),
            visit=f"V{n:08d}",
            placer=f"P{n:08d}",
            filler=f"F{n:08d}",
            accession=f"A{n:08d}",
            time=stamp,
            sodium=f"{random.uniform(133, 146):.0f}",
            potassium=f"{random.uniform(3.5, 5.3):.1f}",
        ).encode()


def demo_hospital() -> Iterator[bytes]:
    starts = datetime(2026, 11, 23, tzinfo=UTC)
    for number, send in enumerate(hospital(1, starts, starts)):
        yield encode(send.build(f"C{number}"))


def parsed_and_written(messages: list[bytes]) -> Iterator[str]:
    texts = [message.decode() for message in messages]
    while True:
        for text in texts:
            yield str(hl7.parse(text))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    rounds, scale = (1, 0.1) if asked.quick else (5, 1.0)
    count = int(200_000 * scale)
    ward = payloads(source(), int(3000 * scale) + 1000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ward.hl7"
        path.write_bytes(b"\n".join(ward))
        files = source(Ingredient("files", path=path))
        journeys = {name: source(journey(name)) for name in PATHWAYS if name != "large-document"}
        figures = {
            "template_14_us": cpu_of_chunks(source(template(FOURTEEN)).chunks, count * 3, rounds),
            "template_21_us": cpu_of_chunks(source(template(RESULT)).chunks, count * 3, rounds),
            "template_plain_us": cpu(plain_template, count // 4, rounds),
            "mix_us": cpu_of_chunks(source(*DEFAULT_MIX).chunks, count // 2, rounds),
            "demo_hospital_us": cpu(demo_hospital, count // 10, rounds),
            "files_renewed_us": cpu_of_chunks(files.chunks, count // 5, rounds),
            "hl7_parse_write_us": cpu(lambda: parsed_and_written(ward), count // 100, rounds),
            **{f"{name}_us": cpu_of_chunks(one.chunks, count // 8, rounds) for name, one in journeys.items()},
        }
    figures["template_against_plain"] = figures["template_plain_us"] / figures["template_14_us"]
    figures["mix_against_demo_hospital"] = figures["demo_hospital_us"] / figures["mix_us"]
    figures["files_against_hl7"] = figures["hl7_parse_write_us"] / figures["files_renewed_us"]
    if asked.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        rate = f"{1e6 / value:12,.0f}/s" if name.endswith("_us") else ""
        print(f"{name:28} {value:9.2f} {rate}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
