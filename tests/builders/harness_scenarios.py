"""Scenarios for tests of the harness's content, made in code: a mix of ingredients and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from console.harness.content.making import Source, make_source
from console.harness.scenario.model import DEFAULT_STARTS, Content, Ingredient, Scenario

RESULT = """\
MSH|^~\\&|LAB|ANY|SIGNALBOX|HOSP|{now}||ORU^R01^ORU_R01|{control_id}|P|2.5.1
PID|1||{patient.mrn}^^^{facility}^MR||{patient.family}^{patient.given}||{patient.born}|{patient.sex}
PV1|1|I|AMU^4^02||||||||||||||||{visit}^^^{facility}^VN
ORC|RE|{placer}^EHR|{filler}^LIS||CM||||{now}
OBR|1|{placer}^EHR|{filler}^LIS|2823-3^Potassium^LN|R|{time}|{time}|||||||||||{accession}||||{now}||CH|F
OBX|1|NM|2823-3^Potassium^LN||{number:3.5-5.3:1:normal}|mmol/L^^UCUM|3.5-5.3|{flag}|||F|||{time}
"""
"""A template with everything a result needs."""


def journey(name: str, weight: float = 1, **options: Any) -> Ingredient:
    return Ingredient("journey", weight, name, options=tuple(options.items()))


def template(text: str = RESULT, weight: float = 1, **options: Any) -> Ingredient:
    return Ingredient("text", weight, text=text, options=tuple(options.items()))


def scenario(*mix: Ingredient, folder: Path = Path(), digest: str = "test", **content: Any) -> Scenario:
    """`content` are the fields of Content."""
    return Scenario("test", "", digest, folder, content=replace(Content(mix=mix), **content))


def source(*mix: Ingredient, seed: int = 1, starts: datetime = DEFAULT_STARTS, **more: Any) -> Source:
    return make_source(scenario(*mix, **more), seed=seed, starts=starts)


Row = tuple[bytes, bytes, int, int, str, int]
"""Payload, control id, lane, order, name of the kind, nanoseconds of hospital time."""


def rows(made: Source, count: int) -> Iterator[Row]:
    """The first messages of a source, at most `count`."""
    left = count
    kinds = made.kinds
    for c in made.chunks():
        after = c.after or [0] * len(c)
        columns = zip(c.payloads, c.control_ids, c.lanes, c.orders, c.kinds, after, strict=True)
        for payload, control_id, lane, order, kind, at in columns:
            if not left:
                return
            left -= 1
            yield payload, control_id, lane, order, kinds[kind], at


def payloads(made: Source, count: int) -> list[bytes]:
    return [row[0] for row in rows(made, count)]


def kinds_of(made: Source, count: int) -> Counter[str]:
    return Counter(row[4] for row in rows(made, count))


def segments(payload: bytes, codec: str = "utf-8") -> dict[str, list[list[str]]]:
    """Fields of every segment by its name; index = field number, MSH as in the standard."""
    found: dict[str, list[list[str]]] = {}
    for line in payload.decode(codec).rstrip("\r").split("\r"):
        fields = line.split("|")
        if fields[0] == "MSH":
            fields.insert(1, "|")
        found.setdefault(fields[0], []).append(fields)
    return found
