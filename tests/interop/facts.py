"""Single facts that other converters made of the corpus, and whether our resources say the same.

`facts.csv` of the corpus lifts facts (`Observation[3].status`, `count.Specimen`) out of foreign bundles. Foreign order
means nothing, so each foreign resource is first paired with our resource of the type that agrees with it most; then its
facts are compared one by one, by meaning: instants as instants, decimals as numbers, lists as sets, codes among our
codings. The foreign bundles are no truth: what differs on purpose is listed in `deviations.csv` with its reason.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Body = Mapping[str, Any]

_PLACE = re.compile(r"([A-Z][A-Za-z]+)\[(\d+)\]\.(.+)")


@dataclass(frozen=True, slots=True)
class Fact:
    """One foreign fact: `path` as in facts.csv, e.g. `Patient[0].name[1].family` or `count.Patient`."""

    file: str
    path: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """One reviewed difference. `expected` is the foreign value; `reason` says why ours is right: it begins with
    `theirs:` when the foreign bundle itself is at fault (against the guide, R4, or the message), with `ours:` when we
    decided otherwise or do not map it."""

    file: str
    path: str
    expected: str
    reason: str

    @property
    def theirs(self) -> bool:
        return self.reason.startswith("theirs:")


def load_facts(folder: Path) -> dict[str, list[Fact]]:
    """All facts by message file."""
    by_file: dict[str, list[Fact]] = defaultdict(list)
    with (folder / "facts.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            by_file[row["file"]].append(Fact(row["file"], row["fact_path"], row["value"], row["source"]))
    return dict(by_file)


def load_deviations(path: Path) -> dict[tuple[str, str, str], Deviation]:
    """The reviewed differences by file, path and expected value."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [Deviation(r["file"], r["fact_path"], r["expected"], r["reason"]) for r in csv.DictReader(lines)]
    return {(d.file, d.path, d.expected): d for d in rows}


def failing(facts: Sequence[Fact], resources: Sequence[Body]) -> list[tuple[Fact, str]]:
    """The facts that our resources do not say, each with what ours say instead."""
    ours: dict[str, list[Body]] = defaultdict(list)
    for body in resources:
        ours[body["resourceType"]].append(body)
    wrong: list[tuple[Fact, str]] = []
    theirs: dict[str, dict[int, list[tuple[Fact, str]]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if fact.path.startswith("count."):
            have = len(ours[fact.path[6:]])
            if have != int(fact.value):
                wrong.append((fact, str(have)))
        elif place := _PLACE.fullmatch(fact.path):
            theirs[place[1]][int(place[2])].append((fact, place[3]))
    for resource_type, by_index in theirs.items():
        wrong += _pair(list(by_index.values()), ours[resource_type])
    return wrong


def _pair(theirs: list[list[tuple[Fact, str]]], ours: list[Body]) -> Iterator[tuple[Fact, str]]:
    """Pairs foreign with own resources, best agreement first, and yields what disagrees in the pairs."""
    scores = sorted(
        (
            (-sum(_holds(name, fact.value, body) for fact, name in facts), mine, index)
            for index, facts in enumerate(theirs)
            for mine, body in enumerate(ours)
        ),
    )
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for _, mine, index in scores:
        if index not in paired and mine not in taken:
            paired[index] = mine
            taken.add(mine)
    for index, facts in enumerate(theirs):
        body = ours[paired[index]] if index in paired else None
        for fact, name in facts:
            if body is None or not _holds(name, fact.value, body):
                yield fact, "no such resource" if body is None else _said(name, body)


# ---------------------------------------------------------------- one fact


def _holds(name: str, expected: str, body: Body) -> bool:
    kind = re.sub(r"\[\d+\]", "", name)
    return _RULES[kind](expected, body)


def _said(name: str, body: Body) -> str:
    head = re.sub(r"\[.*", "", name.split(".")[0])
    found = {k: v for k, v in body.items() if k.startswith(head) or (head == "identifiers" and "dentifier" in k)}
    return json.dumps(found, default=str)[:300]


def _codes(concept: Any) -> set[str]:
    if isinstance(concept, str):
        return {concept}
    if not isinstance(concept, Mapping):
        return set()
    found = {str(c.get("code", "")) for c in concept.get("coding", ())}
    if "code" in concept:
        found.add(str(concept["code"]))
    if concept.get("text"):
        found.add(" ".join(str(concept["text"]).split()))
    return found


def _concepts(body: Body) -> set[str]:
    """The codes of whatever element carries the resource's code."""
    found: set[str] = set()
    for name in ("code", "type", "vaccineCode", "medicationCodeableConcept"):
        found |= _codes(body.get(name))
    return found


def _texts(items: Any, *names: str) -> set[str]:
    found: set[str] = set()
    for item in items or ():
        for name in names:
            value = item.get(name)
            parts = value if isinstance(value, list) else [value] if value is not None else []
            text = " ".join(" ".join(str(p) for p in parts).split())
            found.add(text)
    return found


def _identifiers(body: Body) -> set[str]:
    found = [i.get("value", "") for i in body.get("identifier", ())]
    for name in ("masterIdentifier", "requisition", "groupIdentifier"):
        if one := body.get(name):
            found.append(one.get("value", ""))
    return {" ".join(str(v).split()) for v in found}


def _identifiers_match(expected: str, body: Body) -> bool:
    return {" ".join(v.split()) for v in expected.split("|") if v} <= _identifiers(body)


def same_time(one: str, other: str) -> bool:
    """Whether two times mean the same: one instant, or one wall clock when somebody assumed a zone, or one is the other
    with less precision."""
    if one == other:
        return True
    if "T" not in one or "T" not in other:
        length = min(len(one), len(other), 10)
        return one[:length] == other[:length]
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return False
    if first.tzinfo and second.tzinfo and abs((first - second).total_seconds()) < 1:
        return True
    return first.replace(tzinfo=None, microsecond=0) == second.replace(tzinfo=None, microsecond=0)


def _effective(expected: str, body: Body) -> bool:
    found = [body.get("effectiveDateTime"), body.get("effectivePeriod", {}).get("start"), body.get("effectiveInstant")]
    if expected.startswith("{"):
        expected = json.loads(expected).get("start", "")
    return any(f and same_time(expected, f) for f in found)


_ENDS = re.compile(r'"(start|end)": "([^"]*)"')


def _period(expected: str, body: Body) -> bool:
    theirs = dict(_ENDS.findall(expected))  # long values are cut off in facts.csv, so no JSON reader
    ours = body.get("period", {})
    return all(k in ours and same_time(v, ours[k]) for k, v in theirs.items())


def _deceased(expected: str, body: Body) -> bool:
    if "deceasedDateTime" in body:
        return same_time(expected, body["deceasedDateTime"])
    return str(body.get("deceasedBoolean")).lower() == expected.lower()


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _quantity(expected: str, body: Body) -> bool:
    ours = body.get("valueQuantity")
    value, _, unit = expected.partition(" ")
    if not ours or _number(value) is None or _number(str(ours.get("value"))) != _number(value):
        return False
    return not unit or unit.lower() in {str(ours.get(k, "")).lower() for k in ("unit", "code")}


def _value_concept(expected: str, body: Body) -> bool:
    code, _, text = expected.partition("|")
    ours = body.get("valueCodeableConcept") or {}
    displays = {" ".join(str(c.get("display", "")).split()) for c in ours.get("coding", ())}
    if code:
        return code in _codes(ours)
    return " ".join(text.split()) in displays | _codes(ours)


def _words(text: str) -> str:
    return " ".join(text.replace("\\n", " ").split())


def _value_string(expected: str, body: Body) -> bool:
    return _words(str(body.get("valueString", ""))) == _words(expected)


def _range(expected: str, body: Body) -> bool:
    theirs, ours = json.loads(expected), body.get("valueRange", {})
    return all(
        _number(str(theirs[end]["value"])) == _number(str(ours.get(end, {}).get("value")))
        for end in ("low", "high")
        if end in theirs
    )


def _plain(name: str) -> Callable[[str, Body], bool]:
    return lambda expected, body: str(body.get(name, "")) == expected


_RULES: Mapping[str, Callable[[str, Body], bool]] = {
    "name.family": lambda e, b: " ".join(e.split()) in _texts(b.get("name"), "family"),
    "name.given": lambda e, b: set(e.split()) <= set(" ".join(_texts(b.get("name"), "given")).split()),
    "birthDate": lambda e, b: same_time(e, str(b.get("birthDate", ""))),
    "gender": _plain("gender"),
    "deceased": _deceased,
    "identifier.value": lambda e, b: " ".join(e.split()) in _identifiers(b),
    "identifier": _identifiers_match,
    "identifiers": _identifiers_match,
    "class": lambda e, b: e in _codes(b.get("class")),
    "status": _plain("status"),
    "period": _period,
    "code": lambda e, b: " ".join(e.split()) in _concepts(b),
    "effective": _effective,
    "results": lambda e, b: len(b.get("result", ())) == int(e),
    "value[Quantity]": _quantity,
    "value[CodeableConcept]": _value_concept,
    "value[String]": _value_string,
    "value[DateTime]": lambda e, b: same_time(e, str(b.get("valueDateTime", ""))),
    "value[Time]": lambda e, b: str(b.get("valueTime", "")).replace(":", "").startswith(e.replace(":", "")),
    "value[Range]": _range,
}
