"""CPU per message from bytes to a judged bundle: parse, identify, map, serialise, gate. One thread, medians.

    python tests/performance/bench_mapping.py [--quick]

Goals: gate <= 0.8 ms for a small ORU; parse to gate <= 1.2 ms for a small ORU (the road's 2 ms less its storage).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from console.engine.demo_hospital import messages
from console.fhir import bundle, concept_map, validate
from console.fhir.concept_map import ConceptMaps
from console.fhir.mapping import map_message
from console.hl7v2.message import parse
from console.synthetic import catalogue, people, segments
from tests.fakes.hospital_state import HospitalState

GOALS = {"oru_gate_ms": 0.8, "oru_total_ms": 1.2}
ROOT = Path(__file__).parents[2]
STEPS = ("parse", "identify", "map", "serialise", "gate")


def shipped() -> ConceptMaps:
    folder = ROOT / "resources" / "concept_maps"
    return ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(folder.glob("*.json")))


def stream(count: int) -> dict[str, list[bytes]]:
    """An admitted patient's orders and results: one panel of four values each, as the demo hospital writes them."""
    random = Random(1)
    start = datetime(2026, 11, 21, 9, tzinfo=UTC)
    stay = messages.Visit("V123", people.SPOTLIGHT, "I", "3001^Okafor^Adaeze^^^Dr", start)
    place = "AMU^4^02^CGH"
    made: dict[str, list[bytes]] = {"adt": [], "orm": [], "oru": []}
    for n in range(count):
        at = start + timedelta(minutes=n + 1)
        made["adt"].append(messages.encode(messages.adt("A08", stay, place, f"A{n}", at)))
        order = messages.Order(f"P{n:06d}", f"F{n:06d}", f"A{n:06d}", catalogue.UE, "R", at)
        made["orm"].append(messages.encode(messages.orm(stay, place, order, f"O{n}", at)))
        drawn = [segments.draw(random, analyte) for analyte in catalogue.UE.analytes]
        later = at + timedelta(minutes=40)
        made["oru"].append(messages.encode(messages.oru(stay, people.SPOTLIGHT, place, order, drawn, f"R{n}", later)))
    return made


def carry(hospital: HospitalState, raws: Sequence[bytes]) -> dict[str, float]:
    """Medians in milliseconds of CPU per step."""
    taken: dict[str, list[float]] = {step: [] for step in STEPS}
    for raw in raws:
        marks = [time.process_time()]
        message = parse(raw)
        marks.append(time.process_time())
        context = hospital.context(message, raw)
        marks.append(time.process_time())
        outcome = map_message(message, context, hospital)
        marks.append(time.process_time())
        bundle.bundle(outcome)
        marks.append(time.process_time())
        issues = validate.gate(outcome.changes, lambda kind, name: (kind, name) in hospital.resources)
        marks.append(time.process_time())
        assert not issues
        hospital.apply(outcome)
        for step, (before, after) in zip(STEPS, pairwise(marks), strict=True):
            taken[step].append((after - before) * 1000)
    return {step: statistics.median(values) for step, values in taken.items()}


def measure(count: int) -> dict[str, float]:
    """The figures, after as many messages to warm up."""
    hospital = HospitalState(shipped())
    all_of_it = stream(2 * count)
    figures: dict[str, float] = {}
    for part in (slice(0, count), slice(count, None)):
        for family in ("adt", "orm", "oru"):
            medians = carry(hospital, all_of_it[family][part])
            figures |= {f"{family}_{step}_ms": round(value, 3) for step, value in medians.items()}
            figures[f"{family}_total_ms"] = round(sum(medians.values()), 3)
    return figures


def main(arguments: list[str]) -> int:
    figures = measure(60 if "--quick" in arguments else 300)
    for family in ("adt", "orm", "oru"):
        steps = "  ".join(f"{step} {figures[f'{family}_{step}_ms']:.3f}" for step in (*STEPS, "total"))
        print(f"{family}  {steps}  ms CPU")
    for name, goal in GOALS.items():
        print(f"{name:22} {figures[name]:8.3f}   goal <= {goal:5.1f}   {'ok' if figures[name] <= goal else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
