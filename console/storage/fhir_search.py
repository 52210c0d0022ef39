"""Finding resources of the built-in FHIR store by the rows of its search index (see fhir_index).

Values that are compared exactly (tokens, references) are looked up one by one; ranges (dates, names) are gathered
first. A search is one statement; resources come in a stable order, so pages neither repeat nor skip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from console.fhir.search_parameters import parameter
from console.storage.fhir_index import answering, parameter_number

Relation = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
"""Prefixes of ordered parameters (hl7.org/fhir/R4/search.html#prefix). `ap`: the spans overlap; the caller widens."""

_SYSTEMS = 32
_BY_RESOURCE = "INDEXED BY ix_fhir_search_dates"
"""Dates of one resource. Left alone the planner prefers the primary key, and reads every date there is for each row."""
_TOP = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Token:
    """A code. `system` None means any, '' means a code without a system."""

    param: str
    code: str
    system: str | None = None


@dataclass(frozen=True, slots=True)
class InSystem:
    """Any code of a system (`system|`). Walks every value of the parameter: never the first choice to search by."""

    param: str
    system: str


@dataclass(frozen=True, slots=True)
class Words:
    """A folded text (`core.keys.fold_name`): how the value begins, what it is, or what it contains."""

    param: str
    folded: str
    how: Literal["starts", "exact", "contains"] = "starts"


@dataclass(frozen=True, slots=True)
class Span:
    """A date compared as a half-open span of microseconds (`fhir.search_index.date_span`)."""

    param: str
    low: int
    high: int
    relation: Relation = "eq"


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as stored: `Patient/x`, or an absolute URL."""

    param: str
    target: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity; `low` and `high` bound what the searched precision covers, times 10^6. Unit '' means any."""

    param: str
    low: int
    high: int
    relation: Relation = "eq"
    unit: str = ""
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether the resource has no value at all for the parameter."""

    param: str
    missing: bool


@dataclass(frozen=True, slots=True)
class Updated:
    """`_lastUpdated`, as `Span`."""

    low: int
    high: int
    relation: Relation = "eq"


@dataclass(frozen=True, slots=True)
class Ids:
    """`_id`: any of these."""

    ids: tuple[str, ...]


Value = Token | InSystem | Words | Span | Reference | Amount | Missing | Updated | Ids


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Comma-separated alternatives of one parameter. `negated`: none of them (`:not`)."""

    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """`by` is `_lastUpdated`, `_id` or a date parameter of the type."""

    by: str = "_lastUpdated"
    descending: bool = True


class Found(NamedTuple):
    """One resource found. `body` carries meta.versionId and meta.lastUpdated; times in microseconds."""

    id: str
    version: int
    last_updated: int
    body: bytes


Place = tuple[int | str, ...]
"""Where a resource stands in an order: the value of each sort key, then its number in the store."""


def page(
    connection: Connection,
    resource_type: str,
    criteria: Sequence[AnyOf],
    *,
    order: Sequence[Sort] = (),
    behind: Place | None = None,
    limit: int = 50,
) -> list[tuple[Found, Place]]:
    """The next resources behind a place, `limit` at most, each with its own. Without `order` the newest made first.

    The number of a resource never changes and grows with each new one: in the plain order nothing that was there when
    the first page was read is left out or comes twice, whatever is added or changed meanwhile. Raises ValueError for a
    place of another order.
    """
    clause, values = _conditions(connection, resource_type, criteria)
    keys = [_key(resource_type, sort) for sort in order] + [("r.number", [], not order or order[-1].descending)]
    columns = ", ".join(expression for expression, _, _ in keys)
    picked = [value for _, more, _ in keys for value in more]
    if behind is not None:
        if len(behind) != len(keys):
            raise ValueError("a place of another order")
        beyond, more_values = _beyond(keys, behind)
        clause, values = f"{clause} AND {beyond}", [*values, *more_values]
    sorting = ", ".join(f"{n} {'DESC' if down else 'ASC'}" for n, (_, _, down) in enumerate(keys, 5))
    rows = connection.exec_driver_sql(
        f"SELECT r.id, r.version, r.last_updated, r.current, {columns} FROM fhir_resources r WHERE {clause}"
        f" ORDER BY {sorting} LIMIT ?",
        (*picked, *values, limit),
    ).all()
    return [(one, tuple(row[4:])) for one, row in zip(_found(connection, rows), rows, strict=True)]


def _key(resource_type: str, sort: Sort) -> tuple[str, list[Any], bool]:
    """SQL of a sort key, its values, and whether it descends. What has no value comes last either way."""
    if sort.by in ("_id", "_lastUpdated"):
        return ("r.id" if sort.by == "_id" else "r.last_updated"), [], sort.descending
    which, nothing = ("max", -(1 << 62)) if sort.descending else ("min", 1 << 62)
    expression = (
        f"coalesce((SELECT {which}(s.low) FROM fhir_search s {_BY_RESOURCE} WHERE s.resource = r.number AND s.param = ?"
        f" AND s.value = '' AND s.system = ''), {nothing})"
    )
    return expression, [parameter_number(resource_type, sort.by)], sort.descending


def _beyond(keys: Sequence[tuple[str, list[Any], bool]], place: Place) -> tuple[str, list[Any]]:
    """SQL for what comes after the place, key by key."""
    alternatives: list[str] = []
    values: list[Any] = []
    for last in range(len(keys)):
        parts: list[str] = []
        for n, (expression, more, down) in enumerate(keys[: last + 1]):
            comparison = "=" if n < last else "<" if down else ">"
            parts.append(f"{expression} {comparison} ?")
            values += [*more, place[n]]
        alternatives.append(f"({' AND '.join(parts)})")
    return f"({' OR '.join(alternatives)})", values


def count(connection: Connection, resource_type: str, criteria: Sequence[AnyOf], *, most: int = 100_000) -> int:
    """How many there are, counted up to `most`."""
    clause, values = _conditions(connection, resource_type, criteria)
    return int(
        connection.exec_driver_sql(
            f"SELECT count(*) FROM (SELECT 1 FROM fhir_resources r WHERE {clause} LIMIT ?)", (*values, most)
        ).scalar_one()
    )


def referring(connection: Connection, resource_type: str, param: str, targets: Sequence[str]) -> list[Found]:
    """The resources of the type whose reference parameter names any of the targets (`_revinclude`), by number."""
    numbers = answering(resource_type, param)
    found: list[Found] = []
    for target in targets:
        rows = connection.exec_driver_sql(
            "SELECT DISTINCT r.id, r.version, r.last_updated, r.current, r.number FROM fhir_search s"
            f" CROSS JOIN fhir_resources r ON r.number = s.resource WHERE s.param IN ({_marks(numbers)})"
            " AND s.value = ? AND s.system = '' ORDER BY r.number",
            (*numbers, target),
        )
        found.extend(_found(connection, list(rows)))
    return found


def _found(connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Found]:
    """The rows (id, version, last_updated, place of the body in the history) with their bodies, which are read last:
    sorting would otherwise carry them along."""
    bodies: dict[int, bytes] = {}
    places = [row[3] for row in rows]
    for start in range(0, len(places), 100):
        some = places[start : start + 100]
        for row in connection.exec_driver_sql(
            f"SELECT number, body FROM fhir_history WHERE number IN ({_marks(some)})", tuple(some)
        ):
            bodies[row[0]] = row[1]
    return [Found(row[0], row[1], row[2], bodies[row[3]]) for row in rows]


def _spread(resource_type: str, value: Value) -> list[Value]:
    """The value asked of the parameters that answer for its own."""
    if isinstance(value, Ids | Updated | Missing):
        return [value]
    known = parameter(resource_type, value.param)
    if known is None or not known.answered_by:
        return [value]
    if isinstance(value, Reference) and not f"/{value.target}".rpartition("/")[0].endswith(f"/{known.target}"):
        return []
    return [replace(value, param=name) for name in known.answered_by]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _conditions(connection: Connection, resource_type: str, criteria: Sequence[AnyOf]) -> tuple[str, list[Any]]:
    clauses = ["r.type = ?"]
    values: list[Any] = [resource_type]
    criteria = [
        replace(criterion, values=tuple(one for value in criterion.values for one in _spread(resource_type, value)))
        for criterion in criteria
    ]
    driver = _most_selective(connection, resource_type, criteria)
    if driver is not None:
        # The unary plus keeps the planner off the index by type: the driver's few rows are looked up by number.
        clauses = [f"+{clauses[0]}"]
    for place, criterion in enumerate(criteria):
        parts = [_condition(connection, resource_type, value, gather=place == driver) for value in criterion.values]
        joined = " OR ".join(sql for sql, _ in parts) or "0"
        clauses.append(f"NOT ({joined})" if criterion.negated else f"({joined})")
        for _, more in parts:
            values.extend(more)
    return " AND ".join(clauses), values


_FEW = 2_000


def _most_selective(connection: Connection, resource_type: str, criteria: Sequence[AnyOf]) -> int | None:
    """The criterion with the fewest index rows, if they are few; None: walk the type by time and test each."""
    best, best_count = None, _FEW
    for place, criterion in enumerate(criteria):
        if criterion.negated or not all(isinstance(v, Token | Words | Span | Reference) for v in criterion.values):
            continue
        rows = 0
        for value in criterion.values:
            inside, values = _inside(resource_type, value)
            rows += connection.exec_driver_sql(
                f"SELECT count(*) FROM (SELECT 1 FROM fhir_search s WHERE {inside} LIMIT ?)", (*values, best_count)
            ).scalar_one()
        if rows < best_count:
            best, best_count = place, rows
    return best


def _condition(connection: Connection, resource_type: str, value: Value, *, gather: bool) -> tuple[str, list[Any]]:
    """SQL that is true of `r` when the value fits. `gather`: by a list of numbers instead of row by row."""
    if isinstance(value, Ids):
        return f"r.id IN ({', '.join('?' * len(value.ids))})", list(value.ids)
    if isinstance(value, Updated):
        return _compared("r.last_updated", "r.last_updated + 1", value)
    if isinstance(value, Missing):
        numbers = answering(resource_type, value.param)
        known = parameter(resource_type, value.param)
        sql = "NOT IN" if value.missing else "IN"
        only = f" AND s.value >= '{known.target}/' AND s.value < '{known.target}0'" if known and known.target else ""
        return (
            f"r.number {sql} (SELECT s.resource FROM fhir_search s WHERE s.param IN ({_marks(numbers)}){only})",
            [*numbers],
        )
    if isinstance(value, InSystem):
        number = parameter_number(resource_type, value.param)
        return (
            "r.number IN (SELECT s.resource FROM fhir_search s WHERE s.param = ? AND s.system = ?)",
            [number, value.system],
        )
    if not gather:
        if isinstance(value, Token):
            return _exactly(connection, resource_type, value.param, value.code, value.system)
        if isinstance(value, Reference):
            return _exactly(connection, resource_type, value.param, value.target, "")
        if isinstance(value, Span):
            sql, values = _compared("s.low", "s.high", value)
            return (
                f"EXISTS (SELECT 1 FROM fhir_search s {_BY_RESOURCE} WHERE s.resource = r.number AND s.param = ?"
                f" AND s.value = '' AND s.system = '' AND {sql})",
                [parameter_number(resource_type, value.param), *values],
            )
    inside, values = _inside(resource_type, value)
    return f"r.number IN (SELECT s.resource FROM fhir_search s WHERE {inside})", values


def _exactly(
    connection: Connection, resource_type: str, param: str, text: str, system: str | None
) -> tuple[str, list[Any]]:
    number = parameter_number(resource_type, param)
    systems = [system] if system is not None else _systems(connection, number, text)
    if not systems:
        return "0", []
    return (
        f"EXISTS (SELECT 1 FROM fhir_search s WHERE s.param = ? AND s.value = ?"
        f" AND s.system IN ({', '.join('?' * len(systems))}) AND s.low = 0 AND s.high = 0 AND s.resource = r.number)",
        [number, text, *systems],
    )


def _systems(connection: Connection, number: int, text: str) -> list[str]:
    """The systems in which a code occurs, leaping from one to the next; the first `_SYSTEMS`."""
    systems: list[str] = []
    comparison, last = ">=", ""
    while len(systems) < _SYSTEMS:
        row = connection.exec_driver_sql(
            f"SELECT system FROM fhir_search WHERE param = ? AND value = ? AND system {comparison} ?"
            " ORDER BY system LIMIT 1",
            (number, text, last),
        ).first()
        if row is None:
            break
        comparison, last = ">", str(row[0])
        systems.append(last)
    return systems


def _inside(resource_type: str, value: Value) -> tuple[str, list[Any]]:
    """SQL over the index row `s`."""
    assert isinstance(value, Token | Words | Span | Reference | Amount)
    values: list[Any] = [parameter_number(resource_type, value.param)]
    sql = "s.param = ?"
    if isinstance(value, Token):
        sql, values = f"{sql} AND s.value = ?", [*values, value.code]
        if value.system is not None:
            sql, values = f"{sql} AND s.system = ?", [*values, value.system]
        return sql, values
    if isinstance(value, Reference):
        return f"{sql} AND s.value = ? AND s.system = ''", [*values, value.target]
    if isinstance(value, Words):
        if value.how == "exact":
            return f"{sql} AND s.value = ?", [*values, value.folded]
        if value.how == "starts":
            return f"{sql} AND s.value >= ? AND s.value < ?", [*values, value.folded, value.folded + _TOP]
        return f"{sql} AND instr(s.value, ?) > 0", [*values, value.folded]
    if isinstance(value, Span):
        compared, more = _compared("s.low", "s.high", value)
        return f"{sql} AND s.value = '' AND s.system = '' AND {compared}", [*values, *more]
    compared, more = _compared("s.low", "s.high", value)
    sql, values = f"{sql} AND {compared}", [*values, *more]
    if value.unit:
        sql, values = f"{sql} AND s.value = ?", [*values, value.unit]
    if value.system is not None:
        sql, values = f"{sql} AND s.system = ?", [*values, value.system]
    return sql, values


def _compared(low: str, high: str, wanted: Span | Updated | Amount) -> tuple[str, list[Any]]:
    """The stored span [low, high) against the searched one, as the FHIR prefixes lay down."""
    a, b = wanted.low, wanted.high
    match wanted.relation:
        case "eq":
            return f"{low} >= ? AND {high} <= ?", [a, b]
        case "ne":
            return f"NOT ({low} >= ? AND {high} <= ?)", [a, b]
        case "gt":
            return f"{high} > ?", [b]
        case "lt":
            return f"{low} < ?", [a]
        case "ge":
            return f"({low} >= ? OR {high} > ?)", [a, b]
        case "le":
            return f"({high} <= ? OR {low} < ?)", [b, a]
        case "sa":
            return f"{low} >= ?", [b]
        case "eb":
            return f"{high} <= ?", [a]
        case "ap":
            return f"({low} < ? AND {high} > ?)", [b, a]
