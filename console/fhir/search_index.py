"""What one resource can be found by: its values for every search parameter, in the form the store compares.

Pure and table-driven (`search_parameters`). Only elements that are present are walked: a small resource costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from console.core.clock import to_micros
from console.core.keys import fold_name
from console.fhir.search_parameters import ParameterKind, SearchParameter, parameters_of

OPEN_PAST = -62_135_596_800_000_000
OPEN_FUTURE = 253_402_300_800_000_000
"""Microseconds: years 1 and 10000, for periods without a start or an end."""


class IndexValue(NamedTuple):
    """One searchable value.

    token: `value` the code, `system` its URI · string: `value` folded · reference: `value` "Type/id" ·
    date: half-open [low, high) in microseconds · quantity: `value` the unit code, `system`, and the number times
    10^6 in `low` and `high` · uri: `value`. What a kind does not use is '' or 0.
    """

    param: str
    value: str = ""
    system: str = ""
    low: int = 0
    high: int = 0


Row = tuple[str, str, str, int, int]
"""The fields of an IndexValue: naming them costs more than finding them."""
_Add = Callable[[Row], None]
_Read = Callable[[SearchParameter, Any, _Add], None]


def index_values(resource: Mapping[str, Any]) -> set[IndexValue]:
    """Every value of every parameter of the resource's type; a type not in the table gives those of every type.

    Malformed elements give no value and no error: the gate judges resources, not the index.
    """
    return {IndexValue(*row) for row in _rows(resource, _by_element(str(resource.get("resourceType", "")), False))}


def stored_values(resource: Mapping[str, Any]) -> set[Row]:
    """As `index_values`, without parameters that others answer (`answered_by`)."""
    return set(_rows(resource, _by_element(str(resource.get("resourceType", "")), True)))


def _rows(resource: Mapping[str, Any], by_element: Mapping[str, tuple[_Step, ...]]) -> list[Row]:
    found: list[Row] = []
    add = found.append
    for element, content in resource.items():
        for read, parameter, rest in by_element.get(element, ()):
            if rest:
                for value in _walk(content, rest):
                    read(parameter, value, add)
            elif content.__class__ is list:
                for value in content:
                    read(parameter, value, add)
            else:
                read(parameter, content, add)
    return found


_Step = tuple[_Read, SearchParameter, tuple[str, ...]]


@lru_cache(maxsize=256)
def _by_element(resource_type: str, stored: bool) -> dict[str, tuple[_Step, ...]]:
    """First path element -> the parameters that start there, how they are read, and the rest of their path."""
    table: dict[str, tuple[_Step, ...]] = {}
    for parameter in parameters_of(resource_type):
        if stored and parameter.answered_by:
            continue
        for path in parameter.paths:
            first, *rest = path.split(".")
            table[first] = (*table.get(first, ()), (_READERS[parameter.kind], parameter, tuple(rest)))
    return table


def _flat(content: Any) -> Iterable[Any]:
    return content if isinstance(content, list) else (content,)


def _walk(content: Any, path: tuple[str, ...]) -> Iterator[Any]:
    for item in _flat(content):
        if not path:
            yield item
        elif isinstance(item, dict) and path[0] in item:
            yield from _walk(item[path[0]], path[1:])


# ---------------------------------------------------------------- one reader per kind


def _tokens(parameter: SearchParameter, value: Any, add: _Add) -> None:
    name = parameter.name
    if value.__class__ is str:
        add((name, value, "", 0, 0))
    elif isinstance(value, dict):
        if "coding" in value:
            for coding in _flat(value["coding"]):
                _tokens(parameter, coding, add)
        elif "code" in value:
            add((name, str(value["code"]), str(value.get("system", "")), 0, 0))
        elif "value" in value:
            if name not in _CONTACTS:
                add((name, str(value["value"]), str(value.get("system", "")), 0, 0))
            elif name == "telecom" or value.get("system") == name:
                add((name, str(value["value"]), "", 0, 0))
    elif isinstance(value, bool):
        add((name, "true" if value else "false", "", 0, 0))


_CONTACTS = frozenset({"phone", "email", "telecom"})
_SPOKEN = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country")
"""The parts of HumanName and Address that a string search looks into (search.html#string)."""


def _strings(parameter: SearchParameter, value: Any, add: _Add) -> None:
    if isinstance(value, str):
        folded = fold_name(value)
        if folded:
            add((parameter.name, folded, "", 0, 0))
    elif isinstance(value, dict):
        for part in _SPOKEN:
            if part in value:
                for text in _flat(value[part]):
                    if isinstance(text, str):
                        _strings(parameter, text, add)


def _dates(parameter: SearchParameter, value: Any, add: _Add) -> None:
    if isinstance(value, str):
        span = date_span(value)
        if span:
            add((parameter.name, "", "", *span))
    elif isinstance(value, dict):
        start, end = date_span(str(value.get("start", ""))), date_span(str(value.get("end", "")))
        if start or end:
            low = start[0] if start else OPEN_PAST
            add((parameter.name, "", "", low, end[1] if end else OPEN_FUTURE))


def _references(parameter: SearchParameter, value: Any, add: _Add) -> None:
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, str) or not reference or reference.startswith(("#", "urn:")):
        return
    if "/_history/" in reference:
        reference = reference.partition("/_history/")[0]
    if not parameter.target or f"/{reference}".rpartition("/")[0].endswith(f"/{parameter.target}"):
        add((parameter.name, reference, "", 0, 0))


def _quantities(parameter: SearchParameter, value: Any, add: _Add) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), int | float):
        return
    scaled = round(value["value"] * 1_000_000)
    if abs(scaled) < 1 << 62:
        unit = str(value.get("code") or value.get("unit") or "")
        add((parameter.name, unit, str(value.get("system", "")), scaled, scaled))


def _uris(parameter: SearchParameter, value: Any, add: _Add) -> None:
    if isinstance(value, str) and value:
        add((parameter.name, value, "", 0, 0))


_READERS: Mapping[ParameterKind, _Read] = {
    ParameterKind.TOKEN: _tokens,
    ParameterKind.STRING: _strings,
    ParameterKind.DATE: _dates,
    ParameterKind.REFERENCE: _references,
    ParameterKind.QUANTITY: _quantities,
    ParameterKind.URI: _uris,
}


@lru_cache(maxsize=4096)
def date_span(text: str) -> tuple[int, int] | None:
    """The half-open span [low, high) in microseconds that a FHIR date, dateTime or instant covers; None when none.

    Precision is kept: `2026-03` covers the month, `2026-03-01T08:15Z` the minute, seconds the second, fractions their
    last digit. A text without a zone is read as UTC.
    """
    try:
        if len(text) == 4:
            year = int(text)
            return _span(date(year, 1, 1), date(year + 1, 1, 1) if year < 9999 else None)
        if len(text) == 7:
            first = date.fromisoformat(f"{text}-01")
            after = date(first.year + first.month // 12, first.month % 12 + 1, 1) if text != "9999-12" else None
            return _span(first, after)
        if len(text) == 10:
            day = date.fromisoformat(text)
            return _span(day, day + timedelta(days=1) if text != "9999-12-31" else None)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    low = to_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return low, low + _resolution(text)


def _span(first: date, after: date | None) -> tuple[int, int]:
    return _midnight(first), _midnight(after) if after else OPEN_FUTURE


def _midnight(day: date) -> int:
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _resolution(text: str) -> int:
    """Microseconds that the last digit of a dateTime stands for."""
    clock = text[11:].rstrip("Z").partition("+")[0].partition("-")[0]
    fraction = clock.partition(".")[2]
    if fraction:
        return int(10 ** max(6 - len(fraction), 0))
    return 1_000_000 if clock.count(":") >= 2 else 60_000_000
