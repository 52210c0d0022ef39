"""Which code means what, since when: versioned concept maps, chosen by the clinical time of the message.

A map is a JSON document (`resources/concept_maps/*.json`, schema in `concept-map.schema.json`). Versions of one map
never overlap in time; which one applies follows from when the thing happened (OBX-14, OBR-7, EVN-6), not from the
clock on the wall, so that a replay next year uses the map of the day. The original code is always kept beside the new.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Literal, get_args

from console.core.errors import InvalidMessage, Refused
from console.fhir import document

OnUnmapped = Literal["keep", "stop"]
Status = Literal["draft", "active", "retired"]
Equivalence = Literal["equivalent", "equal", "wider", "narrower", "inexact", "unmatched", "relatedto"]

_FIELDS = frozenset(
    "url name version title status source_table source_systems target_system effective_from effective_to on_unmapped"
    " author approved_by description elements".split()
)
_ELEMENT_FIELDS = frozenset("code system display target target_system target_display equivalence comment".split())


@dataclass(frozen=True, slots=True)
class Element:
    """One row: a source code (of one system, or of any system of the map when '') and what it means.

    `target` '' with equivalence `unmatched` says: known, and deliberately without a target."""

    code: str
    target: str
    target_system: str
    target_display: str = ""
    system: str = ""
    display: str = ""
    equivalence: Equivalence = "equivalent"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """One version of one map. `name` is the url's tail; dates are ISO (YYYY-MM-DD), `effective_from` inclusive,
    `effective_to` exclusive, '' = open. `source_systems` are the code systems it answers for, as messages name them in
    CWE.3; a map of an HL7 table (`source_table`) has none and is asked by name."""

    url: str
    version: str
    title: str
    elements: tuple[Element, ...]
    source_systems: tuple[str, ...] = ()
    source_table: str = ""
    target_system: str = ""
    status: Status = "active"
    effective_from: str = ""
    effective_to: str = ""
    on_unmapped: OnUnmapped = "keep"
    author: str = ""
    approved_by: str = ""
    description: str = ""
    name: str = ""
    _by_code: dict[tuple[str, str], Element] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", name_of(self.url))
        for element in self.elements:
            self._by_code[(element.system, element.code)] = element

    @property
    def stamp(self) -> str:
        """`name@version`, as stamped into events and Provenance."""
        return f"{self.name}@{self.version}"

    def covers(self, day: str) -> bool:
        """Whether this version is the one for `day` (any FHIR date or dateTime text; '' = no date known)."""
        if not day:
            return not self.effective_to
        whole = whole_day(day)
        return self.effective_from <= whole and (not self.effective_to or whole < self.effective_to)

    def find(self, code: str, system: str = "") -> Element | None:
        """The row for a code: the system's own row first, then the row for any system."""
        rows = self._by_code
        return (rows.get((system, code)) if system else None) or rows.get(("", code))

    def as_json(self) -> dict[str, Any]:
        """The document, as `from_json` reads it."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name[0] != "_"}
        plain["source_systems"] = list(self.source_systems)
        plain["elements"] = [
            {n: v for n in e.__dataclass_fields__ if (v := getattr(e, n)) or n in ("code", "target")}
            for e in self.elements
        ]
        return plain


def whole_day(day: str) -> str:
    """YYYY-MM-DD of a FHIR date or dateTime text, missing parts at their start."""
    return (day + "-01-01")[:10] if len(day) < 10 else day[:10]


def name_of(url: str) -> str:
    """The tail of a map's url: `urn:signalbox:concept-map:lab-local-loinc` gives `lab-local-loinc`."""
    return url.rstrip("/").replace(":", "/").rsplit("/", 1)[-1]


def from_json(body: object) -> ConceptMap:
    """Reads a map document. Raises Refused with a sentence that names the member and what to do."""
    if not isinstance(body, Mapping):
        raise _refused("The document is no JSON object", "send one object with url, version and elements")
    if unknown := sorted(set(body) - _FIELDS):
        raise _refused(f"Unknown member {unknown[0]}", f"use only {', '.join(sorted(_FIELDS))}")
    for name in ("url", "version", "title"):
        _text(body, name, required=True)
    systems = body.get("source_systems", [])
    if not isinstance(systems, list) or not all(isinstance(s, str) and s for s in systems):
        raise _refused("source_systems is no list of texts", "list the code systems as the messages name them")
    if not systems and not _text(body, "source_table"):
        raise _refused("source_systems is missing", "list the code systems, or name the HL7 table in source_table")
    for name in ("effective_from", "effective_to"):
        _day(body, name)
    start, end = _text(body, "effective_from"), _text(body, "effective_to")
    if start and end and end <= start:
        raise _refused(f"effective_to {end} is not after effective_from {start}", "correct the dates")
    rows = body.get("elements")
    if not isinstance(rows, list):
        raise _refused("elements is missing", "give a list of rows with code and target")
    target_system = _text(body, "target_system")
    elements = tuple(_element(row, index, target_system) for index, row in enumerate(rows))
    seen: set[tuple[str, str]] = set()
    for index, element in enumerate(elements):
        if (key := (element.system, element.code)) in seen:
            raise _refused(f"elements[{index}] repeats the code {element.code}", "keep one row per system and code")
        seen.add(key)
    return ConceptMap(
        url=_text(body, "url"),
        version=_text(body, "version"),
        title=_text(body, "title"),
        elements=elements,
        source_systems=tuple(systems),
        source_table=_text(body, "source_table"),
        target_system=target_system,
        status=_choice(body, "status", get_args(Status), "active"),
        effective_from=start,
        effective_to=end,
        on_unmapped=_choice(body, "on_unmapped", get_args(OnUnmapped), "keep"),
        author=_text(body, "author"),
        approved_by=_text(body, "approved_by"),
        description=_text(body, "description"),
        name=_text(body, "name"),
    )


def from_bytes(raw: bytes, *, origin: str = "the document") -> ConceptMap:
    """`from_json` for bytes; `origin` names them in the error."""
    try:
        body = document.from_bytes(raw)
    except ValueError as fault:
        raise _refused(
            f"{origin} is no JSON", "check the commas and quotes near the reported place", str(fault)
        ) from fault
    return from_json(body)


def _refused(what: str, todo: str, detail: str = "") -> Refused:
    return Refused(f"Concept map not accepted: {what}. To do: {todo}.", code="concept-map-invalid", detail=detail)


def _text(body: Mapping[str, Any], name: str, *, required: bool = False, where: str = "") -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise _refused(f"{where}{name} is not a text", "put the value in quotes")
    if required and not value.strip():
        raise _refused(f"{where}{name} is missing", f"add a text for {name}")
    return value


def _day(body: Mapping[str, Any], name: str) -> None:
    if not (value := _text(body, name)):
        return
    try:
        well_formed = date.fromisoformat(value).isoformat() == value
    except ValueError:
        well_formed = False
    if not well_formed:
        raise _refused(f"{name} {value!r} is no date", "write it as YYYY-MM-DD, or leave it empty for open")


def _choice(body: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str, where: str = "") -> Any:
    value = _text(body, name, where=where) or default
    if value not in allowed:
        raise _refused(f"{where}{name} {value!r} is unknown", f"use one of {', '.join(allowed)}")
    return value


def _element(row: object, index: int, target_system: str) -> Element:
    where = f"elements[{index}]."
    if not isinstance(row, Mapping):
        raise _refused(f"elements[{index}] is no object", "give code and target")
    if unknown := sorted(set(row) - _ELEMENT_FIELDS):
        raise _refused(f"{where}{unknown[0]} is unknown", f"use only {', '.join(sorted(_ELEMENT_FIELDS))}")
    target = _text(row, "target", where=where)
    equivalence = _choice(row, "equivalence", get_args(Equivalence), "equivalent" if target else "unmatched", where)
    if not target and equivalence != "unmatched":
        raise _refused(f"{where}target is missing", "give a target code, or equivalence unmatched")
    return Element(
        code=_text(row, "code", required=True, where=where),
        target=target,
        target_system=_text(row, "target_system", where=where) or target_system,
        target_display=_text(row, "target_display", where=where),
        system=_text(row, "system", where=where),
        display=_text(row, "display", where=where),
        equivalence=equivalence,
        comment=_text(row, "comment", where=where),
    )


class ConceptMaps:
    """All maps in force. Immutable; `with_map` gives a new set. Raises Refused when versions of one map overlap, or two
    maps answer for the same code system at the same time."""

    def __init__(self, maps: Iterable[ConceptMap] = ()) -> None:
        self._all = tuple(sorted(maps, key=lambda m: (m.name, m.effective_from, m.version)))
        self.memo: dict[object, object] = {}
        self._versions: dict[str, tuple[ConceptMap, ...]] = {}
        self._by_system: dict[str, tuple[ConceptMap, ...]] = {}
        seen: set[tuple[str, str]] = set()
        for one in self._all:
            if (key := (one.url, one.version)) in seen:
                raise _refused(f"{one.stamp} exists already", "choose a new version")
            seen.add(key)
            if one.status != "active":
                continue
            self._versions[one.name] = (*self._versions.get(one.name, ()), one)
            for system in one.source_systems:
                self._by_system[system] = (*self._by_system.get(system, ()), one)
        for versions in (*self._versions.values(), *self._by_system.values()):
            _refuse_overlap(versions)
        active = [one for versions in self._versions.values() for one in versions]
        self._turns = sorted({d for one in active for d in (one.effective_from, one.effective_to) if d})

    def era(self, day: str) -> int:
        """A number that two days share when the same versions of all maps apply to both; -1 for no day."""
        return bisect_right(self._turns, whole_day(day)) if day else -1

    def __iter__(self) -> Iterator[ConceptMap]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def with_map(self, one: ConceptMap) -> ConceptMaps:
        """A new set with this version added."""
        return ConceptMaps((*self._all, one))

    def version_for(self, name: str, day: str = "") -> ConceptMap | None:
        """The version of a map that applies on a day."""
        versions = self._versions.get(name, ())
        if len(versions) == 1 and not versions[0].effective_from and not versions[0].effective_to:
            return versions[0]
        return next((m for m in versions if m.covers(day)), None)

    def for_system(self, system: str, day: str = "") -> ConceptMap | None:
        """The map that answers for a code system (as named in CWE.3) on a day, if any does."""
        return next((m for m in self._by_system.get(system, ()) if m.covers(day)), None)

    def knows_system(self, system: str) -> bool:
        return system in self._by_system


def unmapped(one: ConceptMap, code: str, *, path: str, target: str = "LOINC") -> InvalidMessage:
    """The error for a code that a `stop` map does not know. It names the code, which is no patient data."""
    return InvalidMessage(
        f"local code {code} has no {target} code in map {one.name} version {one.version}",
        code="code-not-mapped",
        path=path,
    )


def _refuse_overlap(versions: tuple[ConceptMap, ...]) -> None:
    in_time = sorted(versions, key=lambda m: m.effective_from)
    for first, second in pairwise(in_time):
        if not first.effective_to or first.effective_to > second.effective_from:
            raise _refused(
                f"{first.stamp} and {second.stamp} are both active from {second.effective_from or 'the beginning'}",
                f"end {first.stamp} with effective_to on or before the day {second.stamp} begins",
            )
