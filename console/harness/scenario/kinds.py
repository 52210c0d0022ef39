"""Kinds of values a file may hold: each reads one value or says what is wrong with it, and knows its JSON Schema."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from console.harness.scenario import units
from console.harness.scenario.places import KeyPath, Place, nearest_place
from console.harness.scenario.problems import Finding, Problem, nearest, printable, shown


class Bad:
    """What reading gives for a value that is wrong; the problem is already noted."""


BAD: Final = Bad()


@dataclass(slots=True)
class Notes:
    """The file that is being read, and what was found wrong with it so far. `bad` are the paths of the problems.
    `misplaced`: keys of the top of the file, and what to say of one that ended in a table."""

    file: str
    folder: Path
    places: Mapping[KeyPath, Place]
    problems: list[Problem] = field(default_factory=list)
    bad: set[KeyPath] = field(default_factory=set)
    misplaced: Mapping[str, str] = field(default_factory=dict)

    def wrong(self, path: KeyPath, text: str, suggestion: str = "", *, at_key: bool = False) -> Bad:
        """Notes a problem at the value of `path`, or at its key."""
        place = nearest_place(self.places, path)
        line, column = place.key if at_key else place.value
        self.problems.append(Problem(self.file, line, column, written_path(path), text, suggestion))
        self.bad.add(path)
        return BAD

    def found(self, finding: Finding) -> None:
        """Notes a finding, unless something it depends on is wrong in itself."""
        depends = (finding.path, *finding.about)
        if not any(bad[: len(own)] == own[: len(bad)] for bad in self.bad for own in depends):
            self.wrong(finding.path, finding.text, finding.suggestion, at_key=finding.at_key)


def written_path(path: KeyPath) -> str:
    """`load.stages[2].rate`: elements of lists count from 1, as HL7 repetitions do."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            word = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{printable(part)}"'
            text += f".{word}" if text else word
    return text


class Kind(Protocol):
    """One kind of value. `words` name what is allowed, to follow "must be"."""

    @property
    def words(self) -> str: ...

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        """The value as the model wants it, or BAD with a problem noted."""
        ...

    def schema(self) -> dict[str, Any]:
        """JSON Schema 2020-12 of what `read` takes."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text; one of `choices` if there are any, made by `make` (an enum). `pattern` with its `example`."""

    choices: tuple[str, ...] = ()
    make: Callable[[str], Any] = str
    pattern: str = ""
    example: str = ""
    needed: bool = False
    longest: int = 100_000

    @property
    def words(self) -> str:
        if self.choices:
            return "one of " + ", ".join(self.choices)
        return f"a text such as {self.example}" if self.example else "a text"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, str):
            return notes.wrong(path, f"must be {self.words}, in quotes, not {shown(value)}")
        if self.choices and value not in self.choices:
            return notes.wrong(path, f"{shown(value)} is not known; use {self.words}", nearest(value, self.choices))
        if self.pattern and not re.search(re.sub(r"\$$", r"\\Z", self.pattern), value):  # $ alone allows a line end
            return notes.wrong(path, f"must be {self.words}, not {shown(value)}")
        if self.needed and not value.strip():
            return notes.wrong(path, "must not be empty")
        if len(value) > self.longest:
            return notes.wrong(path, f"must have at most {self.longest} characters, not {len(value)}")
        return self.make(value)

    def schema(self) -> dict[str, Any]:
        if self.choices:
            return {"enum": list(self.choices)}
        limits: dict[str, Any] = {"type": "string"}
        if self.longest < 100_000:
            limits["maxLength"] = self.longest
        if self.pattern or self.needed:
            limits["pattern"] = self.pattern or r"\S"
        return limits


LABEL = Text(pattern=r"^[^\r\n]*$", example="“the lab is away” on one line", longest=60)


@dataclass(frozen=True, slots=True)
class Flag:
    words: str = "true or false"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        return value if isinstance(value, bool) else notes.wrong(path, f"must be true or false, not {shown(value)}")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int = 0
    high: int = 2**63 - 1

    @property
    def words(self) -> str:
        if self.high >= 2**53:
            return f"a whole number, {self.low} or more"
        return f"a whole number from {self.low} to {self.high}"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            return notes.wrong(path, f"must be {self.words}, not {shown(value)}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, read by one of the functions of `units`. `above`: more than `low`, not `low` itself."""

    reader: Callable[[object], float]
    what: str
    pattern: str = ""
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    whole: bool = False

    @property
    def words(self) -> str:
        return self.what

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        try:
            number = self.reader(value)
        except ValueError:
            return notes.wrong(path, f"must be {self.what}, not {shown(value)}", self._meant(value))
        if number < self.low or (self.above and number <= self.low):
            least = f"more than {self.low:g}" if self.above else f"{self.low:g} or more"
            return notes.wrong(path, f"must be {least}, not {shown(value)}")
        if number > self.high:
            return notes.wrong(path, f"must be at most {self.high:.10g}, not {shown(value)}", self._meant(value))
        return number

    def _meant(self, value: object) -> str:
        """`5 %` for 5, `30s` for 30sec, where that is plain."""
        if self.reader is units.ratio and isinstance(value, int | float) and not isinstance(value, bool):
            return f"“{value:g} %”" if 1 < value <= 100 else ""
        found = re.fullmatch(r"\s*([\d.]+)\s*/?\s*([A-Za-z]+)\.?\s*", value) if isinstance(value, str) else None
        if found is None:
            return ""
        amount, word = found[1], found[2].lower()
        slash = "/" if self.reader is units.rate else ""
        known = _UNITS.get(self.reader, frozenset())
        if word in ("seconds", "second", "secs", "sec"):
            word = "s"
        elif word in ("minutes", "minute", "mins"):
            word = "min"
        elif word in ("hours", "hour", "hrs"):
            word = "h"
        elif word in ("milliseconds", "msec", "millis"):
            word = "ms"
        else:
            word = next((unit for unit in known if unit.lower() == word), "")
        return f"“{amount}{slash}{word}”" if word in known else ""

    def schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number", ("exclusiveMinimum" if self.above else "minimum"): self.low}
        if self.low == -math.inf:
            del number["minimum"]
        if self.high < math.inf:
            number["maximum"] = self.high
        return {"anyOf": [number, {"type": "string", "pattern": self.pattern}]} if self.pattern else number


_UNITS: dict[Callable[[object], float], frozenset[str]] = {
    units.duration: frozenset(units.DURATIONS),
    units.rate: frozenset(units.RATES),
    units.size: frozenset(units.SIZES),
}


YEAR = 31_536_000.0


def duration(*, low: float = 0.0, high: float = YEAR, above: bool = False) -> Quantity:
    return Quantity(
        units.duration, "a duration such as 250ms, 5s or 2m, or a number of seconds", units.DURATION_PATTERN,
        low, high, above,
    )  # fmt: skip


def rate(*, above: bool = False) -> Quantity:
    words = "a rate such as 800/s or 60000/day, or a number of messages a second"
    return Quantity(units.rate, words, units.RATE_PATTERN, high=1e7, above=above)


def ratio() -> Quantity:
    return Quantity(units.ratio, "a share from 0 to 1, or a percentage such as 5 %", units.RATIO_PATTERN, high=1.0)


def size(*, low: float = 1.0) -> Quantity:
    return Quantity(units.size, "a size such as 64 KiB or 5 MB, or a number of bytes", units.SIZE_PATTERN, low, 1e9)


def number(*, low: float = 0.0, high: float = math.inf, above: bool = False) -> Quantity:
    return Quantity(_number, "a number", "", low, high, above)


def _number(value: object) -> float:
    if isinstance(value, str):
        raise ValueError
    return units.ratio(value)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with a zone, or `now` (None)."""

    words: str = "a date and time with a zone, such as 2026-11-23T08:00:00Z, or “now”"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        try:
            return units.moment(value)
        except ValueError as error:
            zone = error.args[:1] == ("zone",)
            text = f"needs a zone: write {value}Z for UTC" if zone else f"must be {self.words}, not {shown(value)}"
            return notes.wrong(path, text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": units.MOMENT_PATTERN}


@dataclass(frozen=True, slots=True)
class File:
    """The path of a file or folder, relative to the scenario file. `must` be there: `file`, `folder`, `any` or ``."""

    must: str = "file"
    words: str = "the path of a file, relative to this one"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            return notes.wrong(path, f"must be {self.words}, not {shown(value)}")
        try:
            found = notes.folder / Path(value).expanduser()
            there = {"file": found.is_file, "folder": found.is_dir, "any": found.exists}.get(self.must, lambda: True)()
        except (OSError, RuntimeError, ValueError):
            return notes.wrong(path, f"{shown(value)} cannot be looked up; check the path and who may read it")
        if there:
            return found
        if self.must == "file" and found.is_dir():
            return notes.wrong(path, f"{shown(value)} is a folder; a file is wanted")
        return notes.wrong(path, f"there is no {'folder' if self.must == 'folder' else 'file'} {found}", _beside(found))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"\S"}


def _beside(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return near[0] if near else ""


MOST_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one kind, from `least` to `most` elements."""

    item: Kind
    least: int = 0
    most: int = MOST_ELEMENTS

    @property
    def words(self) -> str:
        return f"a list, each {self.item.words}"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, list):
            return notes.wrong(path, f"must be {self.words}, in [ ], not {shown(value)}")
        if len(value) < self.least:
            return notes.wrong(path, f"must have at least {self.least} element{'s' if self.least != 1 else ''}")
        if len(value) > self.most:
            return notes.wrong(path, f"must have at most {self.most:,} elements, not {len(value):,}")
        read = [self.item.read(element, (*path, number), notes) for number, element in enumerate(value)]
        return BAD if any(element is BAD for element in read) else tuple(read)

    def schema(self) -> dict[str, Any]:
        limits: dict[str, Any] = {"minItems": self.least} if self.least else {}
        if self.most < MOST_ELEMENTS:
            limits["maxItems"] = self.most
        return {"type": "array", "items": self.item.schema(), **limits}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A list with exactly these kinds, as [10s, 800/s]."""

    items: tuple[Kind, ...]
    words: str

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, list) or len(value) != len(self.items):
            return notes.wrong(path, f"must be {self.words}, not {shown(value)}")
        read = [
            kind.read(element, (*path, n), notes)
            for n, (kind, element) in enumerate(zip(self.items, value, strict=True))
        ]
        return BAD if any(element is BAD for element in read) else tuple(read)

    def schema(self) -> dict[str, Any]:
        size = len(self.items)
        return {"type": "array", "prefixItems": [k.schema() for k in self.items], "minItems": size, "maxItems": size}


@dataclass(frozen=True, slots=True)
class Free:
    """A table of settings with names of its reader's own; values are texts, numbers or flags, or texts alone."""

    texts_only: bool = False

    @property
    def words(self) -> str:
        return "a table of texts" if self.texts_only else "a table of texts, numbers, true or false"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, dict):
            return notes.wrong(path, f"must be {self.words}, not {shown(value)}")
        allowed = str if self.texts_only else (str, int, float, bool)
        bad = False
        for key, element in value.items():
            infinite = isinstance(element, float) and not math.isfinite(element)
            if not isinstance(element, allowed) or infinite:
                bad = bool(notes.wrong((*path, key), f"must be {self.words.removeprefix('a table of ')}")) or True
        return BAD if bad else tuple(value.items())

    def schema(self) -> dict[str, Any]:
        types = ["string"] if self.texts_only else ["string", "number", "boolean"]
        return {"type": "object", "additionalProperties": {"type": types}}
