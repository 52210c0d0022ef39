"""Running a search: matches page by page, then what they refer to and what refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from console.engine.api.refusals import Refusal
from console.engine.fhir_facade.bundles import Entry, outcome
from console.engine.fhir_facade.query import Exact, Include, Query
from console.fhir import document
from console.fhir.search_index import index_values
from console.fhir.search_parameters import PARAMETERS, ParameterKind, SearchParameter, parameters_of
from console.storage import fhir_search, fhir_store
from console.storage.fhir_search import AnyOf, Found, Place, Reference

CHAINED = 500
"""Resources that the far end of a chain may have."""

INCLUDED = 1_000
"""Resources that a page may bring along beyond its matches."""

COUNTED = 1_000
"""Matches counted unasked; beyond that a total is given only on request."""

_MOST = 10_000_000
_DEPTH = 4
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search. `behind` is the place the next page goes on from, None on the last."""

    entries: list[Entry]
    behind: Place | None
    total: int | None


def run(connection: Connection, query: Query, *, behind: Place | None) -> Page:
    """Raises Refusal 400 when a chain leads to too many, or the page is of another search."""
    criteria = _resolved(connection, query)
    if criteria is None:
        return Page(_warnings(query), None, 0)
    if query.only_count:
        return Page([], None, _counted(connection, query, criteria, most=_MOST))
    try:
        found, following = _matches(connection, query, criteria, behind)
    except ValueError as error:
        raise Refusal(
            400, "invalid-page", "The page is of another search.", "Follow the `next` link as it is."
        ) from error
    entries = [Entry(query.type, one.id, one.body) for one in found]
    entries += _brought_along(connection, query, entries)
    return Page(
        [*entries, *_warnings(query)], following, _total(connection, query, criteria, len(found), behind, following)
    )


def _resolved(connection: Connection, query: Query) -> list[AnyOf] | None:
    """The criteria with every chain followed to its end; None when one leads nowhere, so that nothing matches."""
    criteria = list(query.criteria)
    for chain in query.chains:
        inner = _resolved(connection, chain.inner)
        if inner is None:
            return None
        far = fhir_search.page(connection, chain.target, inner, limit=CHAINED + 1)
        kept = [one for one, _ in far if _is_exactly(chain.inner.exact, one.body)]
        if len(far) > CHAINED:
            raise Refusal(
                400,
                "too-costly",
                f"More than {CHAINED} resources of type {chain.target} match the chained parameter.",
                "Search for them first, and ask with their ids.",
            )
        if not kept:
            return None
        criteria.append(AnyOf(tuple(Reference(chain.parameter.name, f"{chain.target}/{one.id}") for one in kept)))
    return criteria


def _matches(
    connection: Connection, query: Query, criteria: Sequence[AnyOf], behind: Place | None
) -> tuple[list[Found], Place | None]:
    """A page of matches. What `:exact` turns away is made up for from further on."""
    found: list[tuple[Found, Place]] = []
    for _ in range(_TRIES):
        wanted = query.count + 1 - len(found)
        rows = fhir_search.page(
            connection,
            query.type,
            criteria,
            order=query.order,
            behind=behind,
            limit=max(wanted, 50) if query.exact else wanted,
        )
        found += [row for row in rows if _is_exactly(query.exact, row[0].body)]
        if len(found) > query.count or len(rows) < wanted:
            break
        behind = rows[-1][1]
    else:
        return [one for one, _ in found], behind
    if len(found) <= query.count:
        return [one for one, _ in found], None
    return [one for one, _ in found[: query.count]], found[query.count - 1][1]


def _is_exactly(exact: Sequence[Exact], body: bytes) -> bool:
    if not exact:
        return True
    resource = document.from_bytes(body)
    return all(any(text in one.values for text in _texts(resource, one.parameter)) for one in exact)


_SPOKEN = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country")


def _texts(resource: Any, parameter: SearchParameter) -> Iterable[str]:
    """The texts a string parameter looks at, as they stand in the resource."""
    for path in parameter.paths:
        values = [resource]
        for name in path.split("."):
            values = [item for value in values for item in _flat(value.get(name) if isinstance(value, dict) else None)]
        for value in values:
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                for part in _SPOKEN:
                    yield from (text for text in _flat(value.get(part)) if isinstance(text, str))


def _flat(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


# ---------------------------------------------------------------- totals


def _total(
    connection: Connection,
    query: Query,
    criteria: Sequence[AnyOf],
    shown: int,
    behind: Place | None,
    following: Place | None,
) -> int | None:
    if query.total == "none":
        return None
    if behind is None and following is None:
        return shown
    if query.total:
        return _counted(connection, query, criteria, most=_MOST)
    if query.exact:
        return None
    counted = _counted(connection, query, criteria, most=COUNTED + 1)
    return counted if counted <= COUNTED else None


def _counted(connection: Connection, query: Query, criteria: Sequence[AnyOf], *, most: int) -> int:
    if not query.exact:
        return fhir_search.count(connection, query.type, criteria, most=most)
    total, behind = 0, None
    while True:
        rows = fhir_search.page(connection, query.type, criteria, behind=behind, limit=500)
        total += sum(1 for row in rows if _is_exactly(query.exact, row[0].body))
        if len(rows) < 500:
            return total
        behind = rows[-1][1]


# ---------------------------------------------------------------- includes


def _brought_along(connection: Connection, query: Query, matches: Sequence[Entry]) -> list[Entry]:
    """Included resources, each once; those of `:iterate` for included ones too."""
    have = {(entry.type, entry.id) for entry in matches}
    brought: list[Entry] = []
    fresh: Sequence[Entry] = matches
    for depth in range(_DEPTH):
        includes = [i for i in query.includes if depth == 0 or i.iterate]
        revincludes = [i for i in query.revincludes if depth == 0 or i.iterate]
        found = [*included(connection, includes, fresh), *_referring(connection, revincludes, fresh)]
        fresh = []
        for entry in found:
            if (entry.type, entry.id) not in have:
                have.add((entry.type, entry.id))
                fresh.append(entry)
        brought += fresh
        if not fresh or len(brought) > INCLUDED:
            break
    if len(brought) > INCLUDED:
        told = outcome([("_include", f"only the first {INCLUDED} included resources are given; search for the others")])
        return [*brought[:INCLUDED], Entry("OperationOutcome", "", told, "outcome")]
    return brought


def included(connection: Connection, includes: Sequence[Include], entries: Sequence[Entry]) -> list[Entry]:
    """What the entries refer to by the parameters named."""
    wanted: dict[tuple[str, str], None] = {}
    for entry in entries:
        asked = [include for include in includes if include.type in ("*", entry.type)]
        if not asked or entry.mode == "outcome":
            continue
        references = {p.name for p in parameters_of(entry.type) if p.kind is ParameterKind.REFERENCE}
        for value in index_values(document.from_bytes(entry.body)):
            if value.param not in references:
                continue
            kind, _, identity = value.value.rpartition("/")
            if any(i.param in ("*", value.param) and i.target in ("", kind) for i in asked) and kind in PARAMETERS:
                wanted[kind, identity] = None
    found = []
    for kind, identity in list(wanted)[: INCLUDED + 1]:
        stored = fhir_store.read(connection, kind, identity)
        if stored is not None:
            found.append(Entry(kind, identity, stored.body, "include"))
    return found


def _referring(connection: Connection, revincludes: Sequence[Include], entries: Sequence[Entry]) -> list[Entry]:
    found: list[Entry] = []
    for include in revincludes:
        parameter = next((p for p in parameters_of(include.type) if p.name == include.param), None)
        fit = ("", include.target) if include.target else None
        targets = [
            f"{entry.type}/{entry.id}"
            for entry in entries
            if entry.mode != "outcome"
            and (fit is None or entry.type in fit)
            and (parameter is None or not parameter.target or parameter.target == entry.type)
        ]
        if len(found) <= INCLUDED:
            rows = fhir_search.referring(connection, include.type, include.param, targets)
            found += [Entry(include.type, one.id, one.body, "include") for one in rows]
    return found


def _warnings(query: Query) -> list[Entry]:
    if not query.ignored:
        return []
    return [Entry("OperationOutcome", "", outcome(query.ignored), "outcome")]
