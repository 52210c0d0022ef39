"""A search as it was asked: the parameters of the URL or form, sorted into criteria and control.

hl7.org/fhir/R4/search.html. What we do not know is left out and said so, or refused when the client wants strictness
(Prefer: handling=strict, 3.1.1.1.4). What is malformed is always refused, and so is a modifier we do not offer
(3.1.1.4.5): without it the search would mean something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from console.engine.api.refusals import Refusal
from console.engine.fhir_facade.values import alternatives, plain, targets_of, updated, value_of
from console.fhir.search_parameters import PARAMETERS, ParameterKind, SearchParameter, parameters_of
from console.storage.fhir_search import AnyOf, Ids, Missing, Sort, Value

COUNT, COUNT_LIMIT = 50, 200
VALUES = 200
"""Alternatives one parameter may have."""

PARAMETERS_LIMIT = 60
_CHAIN_DEPTH = 3
_MODIFIERS: dict[ParameterKind, frozenset[str]] = {
    ParameterKind.TOKEN: frozenset({"not"}),
    ParameterKind.STRING: frozenset({"exact", "contains"}),
    ParameterKind.REFERENCE: frozenset(PARAMETERS),
}
_SILENT = frozenset({"_format", "_pretty", "_page"})
"""Control parameters that other parts have seen to."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Include:
    """`_include=Type:param[:Target]` or `_revinclude`; `param` '*' means every reference."""

    type: str
    param: str
    target: str = ""
    iterate: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """`:exact`: the index compares folded texts, so the found resource's own text is looked at again."""

    parameter: SearchParameter
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`subject:Patient.name=x`: the reference parameter, the type it leads to, and the search there."""

    parameter: SearchParameter
    target: str
    inner: Query


@dataclass(frozen=True, slots=True)
class Query:
    """A search on one type. `used` are the parameters that counted, `ignored` the others with the reason."""

    type: str
    criteria: tuple[AnyOf, ...] = ()
    exact: tuple[Exact, ...] = ()
    chains: tuple[Chain, ...] = ()
    order: tuple[Sort, ...] = ()
    count: int = COUNT
    only_count: bool = False
    total: Literal["", "none", "estimate", "accurate"] = ""
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    elements: tuple[str, ...] = ()
    page: str = ""
    used: tuple[tuple[str, str], ...] = field(default=())
    ignored: tuple[tuple[str, str], ...] = field(default=())


def read_query(kind: str, pairs: Pairs, *, base: str, now: datetime, strict: bool, depth: int = 0) -> Query:
    """The search. `base` is the facade's own URL. Raises Refusal 400 naming the parameter."""
    if len(pairs) > PARAMETERS_LIMIT:
        raise _refused("", f"A search has at most {PARAMETERS_LIMIT} parameters.", "Send fewer.")
    known = {parameter.name: parameter for parameter in parameters_of(kind)}
    query = Query(kind)
    for name, text in pairs:
        if name in _SILENT:
            if name == "_page":
                query = replace(query, page=text)
            continue
        try:
            taken = _take(query, known, name, text, base=base, now=now, strict=strict, depth=depth)
        except _Unknown as unknown:
            if strict:
                raise _refused(name, f"{name}: {unknown}.", "See /fhir/metadata for what can be searched by.") from None
            query = replace(query, ignored=(*query.ignored, (name, str(unknown))))
        else:
            query = replace(taken, used=(*query.used, (name, text)))
    return query


class _Unknown(Exception):
    """We do not know or do this; lenient clients get the rest."""


def _take(
    query: Query,
    known: dict[str, SearchParameter],
    name: str,
    text: str,
    *,
    base: str,
    now: datetime,
    strict: bool,
    depth: int,
) -> Query:
    control = _control(query, name, text)
    if control is not None:
        return control
    if not text:
        raise _Unknown("it has no value")
    base_name, _, rest = name.partition(".")
    base_name, _, modifier = base_name.partition(":")
    values = alternatives(text)
    if len(values) > VALUES:
        raise _refused(name, f"{name} has more than {VALUES} values.", "Send fewer, in several searches.")
    if base_name == "_id" and not modifier and not rest:
        return _with(query, AnyOf((Ids(tuple(plain(value) for value in values)),)))
    if base_name == "_lastUpdated" and not modifier and not rest:
        return _with(query, AnyOf(tuple(updated(name, value, now) for value in values)))
    parameter = known.get(base_name)
    if base_name in ("_id", "_lastUpdated") and modifier:
        raise _modifier_refused(name, base_name, modifier)
    if parameter is None:
        raise _Unknown(f"{query.type} is not searched by it here")
    if rest:
        return _chained(query, parameter, modifier, rest, text, base=base, now=now, strict=strict, depth=depth)
    if modifier == "missing":
        if text not in ("true", "false"):
            raise _refused(name, f"{name} is true or false.", "Correct it.")
        return _with(query, AnyOf((Missing(base_name, text == "true"),)))
    if modifier and modifier not in _MODIFIERS.get(parameter.kind, frozenset()):
        raise _modifier_refused(name, base_name, modifier)
    meant: list[Value] = []
    for value in values:
        meant += value_of(parameter, value, modifier, base, now)
    query = _with(query, AnyOf(tuple(meant), negated=modifier == "not"))
    if modifier == "exact":
        query = replace(query, exact=(*query.exact, Exact(parameter, tuple(plain(value) for value in values))))
    return query


def _modifier_refused(name: str, parameter: str, modifier: str) -> Refusal:
    return _refused(
        name,
        f"{parameter[:60]}: the modifier {modifier[:30]} is not offered for it.",
        "Search without it, or with :missing, :not (codes), :exact, :contains (texts), :Type (references).",
    )


def _with(query: Query, criterion: AnyOf) -> Query:
    return replace(query, criteria=(*query.criteria, criterion))


def _chained(
    query: Query,
    parameter: SearchParameter,
    target: str,
    rest: str,
    text: str,
    *,
    base: str,
    now: datetime,
    strict: bool,
    depth: int,
) -> Query:
    if parameter.kind is not ParameterKind.REFERENCE:
        raise _Unknown("only references can be followed with a dot")
    if depth >= _CHAIN_DEPTH:
        raise _Unknown(f"at most {_CHAIN_DEPTH} references are followed")
    targets = (target,) if target else targets_of(parameter)
    if len(targets) != 1 or targets[0] not in PARAMETERS:
        raise _Unknown("say which type it leads to, as in subject:Patient.name")
    inner = read_query(targets[0], [(rest, text)], base=base, now=now, strict=strict, depth=depth + 1)
    if inner.ignored:
        raise _Unknown(f"{targets[0]} is not searched by {rest[:60]} here")
    return replace(query, chains=(*query.chains, Chain(parameter, targets[0], inner)))


# ---------------------------------------------------------------- control parameters


def _control(query: Query, name: str, text: str) -> Query | None:
    """The query with a control parameter taken in; None when it is none."""
    bare, _, modifier = name.partition(":")
    match bare:
        case "_count":
            if not text.isdecimal() or not text.isascii() or len(text) > 9:
                raise _refused(name, "_count is a whole number.", "Correct it.")
            wanted = int(text)
            return replace(query, count=min(wanted, COUNT_LIMIT), only_count=query.only_count or wanted == 0)
        case "_sort":
            return replace(query, order=_sorting(query.type, text))
        case "_summary":
            if text == "count":
                return replace(query, only_count=True)
            if text == "false":
                return query
            raise _Unknown("of the summaries only count is offered")
        case "_total":
            if text not in ("none", "estimate", "accurate"):
                raise _refused(name, "_total is none, estimate or accurate.", "Correct it.")
            return replace(query, total=text)  # type: ignore[arg-type]
        case "_elements":
            names = tuple(part.strip().partition(".")[2] or part.strip() for part in text.split(",") if part.strip())
            return replace(query, elements=names)
        case "_include" | "_revinclude":
            if modifier not in ("", "iterate", "recurse"):
                raise _Unknown(f"the modifier {modifier[:30]} is not offered for it")
            include = _include(text, reverse=bare == "_revinclude", iterate=bool(modifier))
            if bare == "_include":
                return replace(query, includes=(*query.includes, include))
            return replace(query, revincludes=(*query.revincludes, include))
    return None


def _sorting(kind: str, text: str) -> tuple[Sort, ...]:
    order = []
    for part in text.split(","):
        name = part.strip()
        descending, name = name.startswith("-"), name.removeprefix("-")
        sortable = {p.name for p in parameters_of(kind) if p.kind is ParameterKind.DATE} | {"_id", "_lastUpdated"}
        if name not in sortable:
            raise _Unknown(f"{kind} is sorted by {', '.join(sorted(sortable))}")
        order.append(Sort(name, descending))
    return tuple(order[:4])


def _include(text: str, *, reverse: bool, iterate: bool) -> Include:
    if text == "*" and not reverse:
        return Include("*", "*", iterate=iterate)
    kind, _, rest = text.partition(":")
    name, _, target = rest.partition(":")
    parameter = next((p for p in parameters_of(kind) if p.name == name), None)
    if name == "*" and kind in PARAMETERS and not reverse:
        return Include(kind, "*", target, iterate)
    if kind not in PARAMETERS or parameter is None or parameter.kind is not ParameterKind.REFERENCE:
        raise _Unknown("it is Type:parameter[:Target] with a reference parameter of that type")
    return Include(kind, name, target, iterate)


def _refused(name: str, text: str, what_to_do: str) -> Refusal:
    return Refusal(400, "invalid-search", text, what_to_do, errors=[{"path": name}] if name else [])
